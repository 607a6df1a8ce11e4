-- compatible_from: 1
-- Which shipment took the stock of which reservation: a repeat finds itself here.
CREATE TABLE shipment (
  id TEXT NOT NULL PRIMARY KEY,
  ref TEXT NOT NULL,
  created_at BIGINT NOT NULL
) WITHOUT ROWID;
