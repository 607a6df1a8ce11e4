-- compatible_from: 1
-- Stock by sku and place. `held` and `committed` are sums kept for speed; the ledger says how they came about.
CREATE TABLE level (
  sku TEXT NOT NULL,
  location TEXT NOT NULL,
  tracked BOOLEAN NOT NULL,
  backorder BOOLEAN NOT NULL,
  on_hand BIGINT NOT NULL,
  held BIGINT NOT NULL CHECK (held >= 0),
  committed BIGINT NOT NULL CHECK (committed >= 0),
  safety BIGINT NOT NULL,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (sku, location)
) WITHOUT ROWID;

-- Every change of a level, once, never edited: `sequence` is the level's version that the change made, `backorder` and
-- `safety` are the rules that were in force.
CREATE TABLE movement (
  sku TEXT NOT NULL,
  location TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  on_hand_change BIGINT NOT NULL,
  held_change BIGINT NOT NULL,
  committed_change BIGINT NOT NULL,
  backorder BOOLEAN NOT NULL,
  safety BIGINT NOT NULL,
  ref TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (sku, location, sequence)
) WITHOUT ROWID;

-- A checkout's claim on stock. A reference that was given up before it was ever held is kept too, released and without
-- lines, so that its own late Reserve finds it closed.
CREATE TABLE reservation (
  ref TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('held', 'committed', 'shipped', 'released', 'expired')),
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX reservation_held ON reservation (expires_at) WHERE state = 'held';
CREATE INDEX reservation_active ON reservation (created_at, ref) WHERE state IN ('held', 'committed');

-- Demand by sku, summed. `tracked` is false where nothing is held because the sku was not tracked at the time.
CREATE TABLE reservation_line (
  ref TEXT NOT NULL,
  sku TEXT NOT NULL,
  location TEXT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  tracked BOOLEAN NOT NULL,
  PRIMARY KEY (ref, sku, location)
) WITHOUT ROWID;
