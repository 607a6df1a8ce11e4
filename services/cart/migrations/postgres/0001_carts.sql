-- compatible_from: 1
-- A guest's cart is found by its id alone, which is a secret: only a keyed hash of it is kept. E-mail and addresses are
-- sealed. The totals are those that the cart last showed.
CREATE TABLE cart (
  id_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'checking_out', 'completed', 'expired')),
  version BIGINT NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  region TEXT COLLATE "C" NOT NULL,
  country TEXT COLLATE "C" NOT NULL,
  tax_included BOOLEAN NOT NULL,
  email BYTEA,
  shipping_address BYTEA,
  billing_address BYTEA,
  shipping_option TEXT COLLATE "C",
  shipping_name TEXT COLLATE "C" NOT NULL,
  shipping_price BIGINT NOT NULL,
  subtotal BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  shipping BIGINT NOT NULL,
  shipping_tax BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  total BIGINT NOT NULL,
  checkout TEXT COLLATE "C",
  locked_at BIGINT,
  metadata TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
-- The checkout that holds a cart, or made an order of it; no checkout has two carts.
CREATE UNIQUE INDEX cart_checkout ON cart (checkout) WHERE checkout IS NOT NULL;
CREATE INDEX cart_active ON cart (expires_at) WHERE state = 'active';

CREATE TABLE line (
  id_hash TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  sku TEXT COLLATE "C" NOT NULL,
  variant_id TEXT COLLATE "C" NOT NULL,
  product_id TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  variant_title TEXT COLLATE "C" NOT NULL,
  handle TEXT COLLATE "C" NOT NULL,
  media_url TEXT COLLATE "C" NOT NULL,
  requires_shipping BOOLEAN NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  unit_price BIGINT NOT NULL,
  tax_ppm BIGINT NOT NULL,
  subtotal BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  total BIGINT NOT NULL,
  metadata TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id_hash, id)
);

-- Checkouts that gave a cart back, with the cart's version after that (0: the checkout never held it). A late Lock of
-- such a checkout is refused; a late authorisation may lock again if the version is still the same.
CREATE TABLE given_back (
  checkout TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  id_hash TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX given_back_at ON given_back (at);
