-- compatible_from: 1
-- Texts for shoppers, one for each event that they are told of. They go out in the order of `position`, an order's one
-- after another.
CREATE TABLE message (
  position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL,
  event_id TEXT COLLATE "C" NOT NULL UNIQUE,
  kind TEXT COLLATE "C" NOT NULL,
  order_id TEXT COLLATE "C" NOT NULL,
  order_number TEXT COLLATE "C" NOT NULL,
  recipient BYTEA NOT NULL,
  locale TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  text TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
  tries BIGINT NOT NULL,
  failure TEXT COLLATE "C" NOT NULL,
  transport TEXT COLLATE "C" NOT NULL,
  next_try_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT NOT NULL
);
CREATE INDEX message_queued ON message (position) WHERE state = 'queued';
CREATE INDEX message_order ON message (order_id, position);
CREATE INDEX message_order_number ON message (order_number, position);
