-- compatible_from: 1
-- The checkout saga and the orders it makes. Times are microseconds, amounts minor units of the row's currency.

CREATE TABLE checkout (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  cart_id BYTEA NOT NULL,                 -- sealed: a cart's id is a secret
  cart_hash BYTEA NOT NULL,               -- keyed hash of it
  customer_id TEXT COLLATE "C" NOT NULL,             -- empty: a guest
  step TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,                  -- why it is releasing or failed
  late BOOLEAN NOT NULL,                 -- begun again by an authorisation that came after it had failed
  replaces TEXT COLLATE "C" NOT NULL,                -- the older checkout whose hold this one takes over, or empty
  expires_at BIGINT NOT NULL,
  payment BYTEA,                          -- kontor.payment.v1.Payment as last heard
  asked_at BIGINT,                       -- when money was asked for; NULL: never
  tries BIGINT NOT NULL,
  lease_owner TEXT COLLATE "C" NOT NULL,
  lease_until BIGINT NOT NULL,           -- by the store's clock; 0: nobody drives it
  epoch BIGINT NOT NULL,                 -- the fence: every write names the one it has read
  wake_at BIGINT,                        -- when the background driver must look; NULL: never
  nudges BIGINT NOT NULL,                -- how often something happened to it from outside its drives
  nudges_seen BIGINT NOT NULL,           -- … of which a drive has taken account
  cancel_actor TEXT COLLATE "C" NOT NULL,            -- who wished the order cancelled, or empty
  cancel_reason TEXT COLLATE "C" NOT NULL,
  order_id TEXT,
  pay_key BYTEA,                          -- keyed hash of the Idempotency-Key it was begun with
  pay_fingerprint TEXT COLLATE "C" NOT NULL,
  complete_key BYTEA,
  complete_fingerprint TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- At most one checkout of a cart is in force, whatever races. Hashes are scattered over an index, so that each row
-- stands in one of the two only.
CREATE UNIQUE INDEX checkout_in_force ON checkout (cart_hash) WHERE step NOT IN ('releasing', 'failed');
CREATE INDEX checkout_ended ON checkout (cart_hash) WHERE step IN ('releasing', 'failed');
CREATE INDEX checkout_wake ON checkout (wake_at) WHERE wake_at IS NOT NULL;

-- What a checkout keeps and never changes, sealed: the cart as frozen, the first answers to calls with a key. Apart, so
-- that the many writes of a checkout's row stay small.
CREATE TABLE checkout_kept (
  checkout_id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,                    -- 'cart' kontor.cart.v1.Cart, 'pay' PayResponse, 'complete' CompleteResponse
  body BYTEA NOT NULL,
  PRIMARY KEY (checkout_id, kind)
);

-- The last order number given; gaps are allowed.
CREATE TABLE order_number (
  id BIGINT NOT NULL PRIMARY KEY,
  last BIGINT NOT NULL
);
INSERT INTO order_number (id, last) VALUES (1, 1000);

CREATE TABLE orders (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  checkout_id TEXT COLLATE "C" NOT NULL,
  customer_id TEXT COLLATE "C" NOT NULL,
  token BYTEA NOT NULL,                   -- sealed
  token_hash BYTEA NOT NULL,
  personal BYTEA NOT NULL,                -- sealed kontor.order.v1.Order with e-mail and addresses alone
  email_hash BYTEA NOT NULL,
  status TEXT COLLATE "C" NOT NULL,
  payment_status TEXT COLLATE "C" NOT NULL,
  fulfilment_status TEXT COLLATE "C" NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  subtotal BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  shipping BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  total BIGINT NOT NULL,
  tax_included BOOLEAN NOT NULL,
  shipping_id TEXT COLLATE "C" NOT NULL,
  shipping_name TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX orders_checkout ON orders (checkout_id);
CREATE INDEX orders_customer ON orders (customer_id) WHERE customer_id <> '';

CREATE TABLE order_line (
  order_id TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  variant_id TEXT COLLATE "C" NOT NULL,
  sku TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  variant_title TEXT COLLATE "C" NOT NULL,
  media_url TEXT COLLATE "C" NOT NULL,
  quantity BIGINT NOT NULL,
  unit_price BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  total BIGINT NOT NULL,
  fulfilled BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  PRIMARY KEY (order_id, position)
);

-- What happened to an order, and by whom.
CREATE TABLE order_history (
  order_id TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  detail TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (order_id, position)
);
