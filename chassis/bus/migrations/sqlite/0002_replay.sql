-- compatible_from: 1

-- Asked to be tried once more, and not tried yet.
ALTER TABLE dead_letter ADD COLUMN retrying BOOLEAN NOT NULL DEFAULT FALSE;

-- What was asked to be delivered once more.
CREATE TABLE replay (
  id TEXT NOT NULL PRIMARY KEY,
  group_name TEXT NOT NULL,
  again BOOLEAN NOT NULL,
  topic TEXT NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  from_time BIGINT,
  to_time BIGINT,
  created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX replay_created_at ON replay (created_at);

-- How far a replay has come in one partition of one group: `entry` is the last one it is done with, `last` its end.
CREATE TABLE replay_lane (
  replay_id TEXT NOT NULL,
  group_name TEXT NOT NULL,
  topic TEXT NOT NULL,
  partition_no BIGINT NOT NULL,
  entry BIGINT NOT NULL,
  last BIGINT NOT NULL,
  delivered BIGINT NOT NULL,
  done BOOLEAN NOT NULL,
  PRIMARY KEY (replay_id, group_name, topic, partition_no)
) WITHOUT ROWID;
CREATE INDEX replay_lane_running ON replay_lane (topic, partition_no) WHERE NOT done;
