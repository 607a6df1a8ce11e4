-- compatible_from: 1
CREATE TABLE payment (
  ref          TEXT NOT NULL PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  provider     TEXT NOT NULL,
  currency     TEXT NOT NULL,
  amount       BIGINT NOT NULL CHECK (amount >= 0),
  state        BIGINT NOT NULL,
  authorized   BIGINT NOT NULL DEFAULT 0 CHECK (authorized >= 0 AND authorized <= amount),
  captured     BIGINT NOT NULL DEFAULT 0 CHECK (captured >= 0 AND captured <= authorized),
  refunded     BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= captured),
  action_url   TEXT NOT NULL DEFAULT '',
  failure      TEXT NOT NULL DEFAULT '',
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
);
CREATE INDEX payment_updated ON payment (updated_at, ref);

-- Append-only: the amounts of a payment are sums of its rows here.
CREATE TABLE payment_event (
  id           TEXT NOT NULL PRIMARY KEY,
  ref          TEXT NOT NULL REFERENCES payment (ref),
  type         TEXT NOT NULL,
  amount       BIGINT NOT NULL,
  operation    TEXT NOT NULL,
  provider_ref TEXT NOT NULL,
  created_at   BIGINT NOT NULL
);
-- At most one capture for each fulfilment, one refund for each refund reference.
CREATE UNIQUE INDEX payment_event_once ON payment_event (ref, type, operation) WHERE operation <> '';
CREATE INDEX payment_event_ref ON payment_event (ref);

CREATE TABLE webhook_receipt (
  provider     TEXT NOT NULL,
  event_id     TEXT NOT NULL,
  received_at  BIGINT NOT NULL,
  PRIMARY KEY (provider, event_id)
);
