-- compatible_from: 1
-- What every store has besides its service's own tables: events to send, events seen, answers given.

-- Events that the relay has not sent yet; it deletes what it has sent. `position` is the order of emission.
CREATE TABLE outbox (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
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

-- The last sequence given to an event of a subject.
CREATE TABLE outbox_sequence (
  topic TEXT NOT NULL,
  subject TEXT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (topic, subject)
) WITHOUT ROWID;

-- Events whose effect is in this store.
CREATE TABLE inbox (
  consumer TEXT NOT NULL,
  event_id TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (consumer, event_id)
) WITHOUT ROWID;
CREATE INDEX inbox_seen_at ON inbox (seen_at);

-- The first answer to each idempotency key, sealed.
CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status BIGINT NOT NULL,
  answer BLOB NOT NULL,
  truncated BOOLEAN NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (scope, idempotency_key)
) WITHOUT ROWID;
CREATE INDEX idempotency_expires_at ON idempotency (expires_at);
