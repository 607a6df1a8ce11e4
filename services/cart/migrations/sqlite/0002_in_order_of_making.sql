-- compatible_from: 1
-- Carts and lines lie in the order of their making, not by their keys, which are hashes: the carts that are being filled
-- lie side by side, and a commit of many writes few pages. Rows of this size also do not fit into an index's pages.
CREATE TABLE cart_made (
  id_hash TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('active', 'checking_out', 'completed', 'expired')),
  version BIGINT NOT NULL,
  currency TEXT NOT NULL,
  region TEXT NOT NULL,
  country TEXT NOT NULL,
  tax_included BOOLEAN NOT NULL,
  email BLOB,
  shipping_address BLOB,
  billing_address BLOB,
  shipping_option TEXT,
  shipping_name TEXT NOT NULL,
  shipping_price BIGINT NOT NULL,
  subtotal BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  shipping BIGINT NOT NULL,
  shipping_tax BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  total BIGINT NOT NULL,
  checkout TEXT,
  locked_at BIGINT,
  metadata TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
INSERT INTO cart_made SELECT * FROM cart ORDER BY created_at, id_hash;
DROP TABLE cart;
ALTER TABLE cart_made RENAME TO cart;
CREATE UNIQUE INDEX cart_checkout ON cart (checkout) WHERE checkout IS NOT NULL;
CREATE INDEX cart_active ON cart (expires_at) WHERE state = 'active';

CREATE TABLE line_made (
  id_hash TEXT NOT NULL,
  id TEXT NOT NULL,
  position BIGINT NOT NULL,
  sku TEXT NOT NULL,
  variant_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  title TEXT NOT NULL,
  variant_title TEXT NOT NULL,
  handle TEXT NOT NULL,
  media_url TEXT NOT NULL,
  requires_shipping BOOLEAN NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  unit_price BIGINT NOT NULL,
  tax_ppm BIGINT NOT NULL,
  subtotal BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  total BIGINT NOT NULL,
  metadata TEXT NOT NULL,
  PRIMARY KEY (id_hash, id)
);
INSERT INTO line_made
SELECT line.* FROM line LEFT JOIN cart ON cart.id_hash = line.id_hash ORDER BY cart.rowid, line.position;
DROP TABLE line;
ALTER TABLE line_made RENAME TO line;
