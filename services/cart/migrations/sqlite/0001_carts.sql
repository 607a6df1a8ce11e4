-- compatible_from: 1
-- A guest's cart is found by its id alone, which is a secret: only a keyed hash of it is kept. E-mail and addresses are
-- sealed. The totals are those that the cart last showed.
CREATE TABLE cart (
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
) WITHOUT ROWID;
-- The checkout that holds a cart, or made an order of it; no checkout has two carts.
CREATE UNIQUE INDEX cart_checkout ON cart (checkout) WHERE checkout IS NOT NULL;
CREATE INDEX cart_active ON cart (expires_at) WHERE state = 'active';

CREATE TABLE line (
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
) WITHOUT ROWID;

-- Checkouts that gave a cart back, with the cart's version after that (0: the checkout never held it). A late Lock of
-- such a checkout is refused; a late authorisation may lock again if the version is still the same.
CREATE TABLE given_back (
  checkout TEXT NOT NULL PRIMARY KEY,
  id_hash TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX given_back_at ON given_back (at);
