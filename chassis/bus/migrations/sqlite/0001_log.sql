-- compatible_from: 1

-- Every event that was published, in the order of its arrival. `entry` is never given twice: positions outlive rows.
CREATE TABLE event_log (
  entry INTEGER PRIMARY KEY AUTOINCREMENT,
  partition_no BIGINT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  schema TEXT NOT NULL,
  data TEXT NOT NULL,
  time BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  traceparent TEXT NOT NULL
);
CREATE INDEX event_log_partition ON event_log (topic, partition_no, entry);

-- How far each group has come: the last entry of a partition that it is done with.
CREATE TABLE group_position (
  topic TEXT NOT NULL,
  partition_no BIGINT NOT NULL,
  group_name TEXT NOT NULL,
  entry BIGINT NOT NULL,
  PRIMARY KEY (topic, partition_no, group_name)
) WITHOUT ROWID;

-- Events that a group could not handle, whole, so that they can be replayed when the log has forgotten them.
CREATE TABLE dead_letter (
  group_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  set_aside_at BIGINT NOT NULL,
  id TEXT NOT NULL,
  source TEXT NOT NULL,
  topic TEXT NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  schema TEXT NOT NULL,
  data TEXT NOT NULL,
  time BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  traceparent TEXT NOT NULL,
  PRIMARY KEY (group_name, id)
);
