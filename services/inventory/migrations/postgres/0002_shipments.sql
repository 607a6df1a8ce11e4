-- compatible_from: 1
-- Which shipment took the stock of which reservation: a repeat finds itself here.
CREATE TABLE shipment (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  ref TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL
);
