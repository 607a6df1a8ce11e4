-- compatible_from: 1
-- Texts for shoppers, one for each event that they are told of. They go out in the order of `position`, an order's one
-- after another.
CREATE TABLE message (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  event_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  order_id TEXT NOT NULL,
  order_number TEXT NOT NULL,
  recipient BLOB NOT NULL,
  locale TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
  tries BIGINT NOT NULL,
  failure TEXT NOT NULL,
  transport TEXT NOT NULL,
  next_try_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT NOT NULL
);
CREATE INDEX message_queued ON message (position) WHERE state = 'queued';
CREATE INDEX message_order ON message (order_id, position);
CREATE INDEX message_order_number ON message (order_number, position);
