-- compatible_from: 1
-- Parcels of orders. The row drives itself like a checkout's: lease, fence and wake-up time are the saga's own.
CREATE TABLE fulfilment (
  id TEXT NOT NULL PRIMARY KEY,
  order_id TEXT NOT NULL,
  checkout_id TEXT NOT NULL,             -- under which its stock is promised and its money authorised
  state TEXT NOT NULL CHECK (state IN ('pending', 'shipped', 'delivered', 'cancelled')),
  location TEXT NOT NULL,
  carrier TEXT NOT NULL,
  tracking TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),  -- its share of the order's total; 0 until it is shipped
  capture TEXT NOT NULL CHECK (capture IN ('none', 'pending', 'refused', 'done')),
  stock_taken BOOLEAN NOT NULL,          -- inventory has taken its units off the shelf
  trouble TEXT NOT NULL,                 -- what the history has been told of a capture that does not succeed
  tries BIGINT NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until BIGINT NOT NULL,           -- by the store's clock; 0: nobody drives it
  epoch BIGINT NOT NULL,                 -- the fence: every write names the one it has read
  wake_at BIGINT,                        -- when the background driver must look; NULL: never
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  shipped_at BIGINT,
  delivered_at BIGINT
);
CREATE INDEX fulfilment_order ON fulfilment (order_id);
CREATE INDEX fulfilment_wake ON fulfilment (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE fulfilment_line (
  fulfilment_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  line_id TEXT NOT NULL,                 -- of the order
  sku TEXT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (fulfilment_id, position)
) WITHOUT ROWID;

-- What an entry was about: kontor.order.v1.HistoryEntry with its data alone; NULL for nothing.
ALTER TABLE order_history ADD COLUMN data BLOB;
