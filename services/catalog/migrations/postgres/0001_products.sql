-- compatible_from: 1
-- `document` is the whole product as shoppers read it (kontor.catalog.v1.Product, serialised, without what is available),
-- written anew with every change: a page of products is one look-up. The other columns are what it is found by.
-- `source` is what a product file said beyond it (kontor.catalog.ProductSource).
CREATE TABLE product (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  handle TEXT COLLATE "C" NOT NULL UNIQUE,
  status TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'draft', 'archived')),
  title TEXT COLLATE "C" NOT NULL,
  vendor TEXT COLLATE "C" NOT NULL,
  type TEXT COLLATE "C" NOT NULL,
  media_url TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  document BYTEA NOT NULL,
  source BYTEA NOT NULL
);
CREATE INDEX product_on_sale ON product (id) WHERE status = 'active';

-- What carts ask for by sku. Options, weight and the like are in the product's document only.
CREATE TABLE variant (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  product_id TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  sku TEXT COLLATE "C" NOT NULL UNIQUE,
  title TEXT COLLATE "C" NOT NULL,
  barcode TEXT COLLATE "C" NOT NULL,
  tax_class TEXT COLLATE "C" NOT NULL,
  requires_shipping BOOLEAN NOT NULL,
  media_url TEXT COLLATE "C" NOT NULL
);
CREATE INDEX variant_of_product ON variant (product_id, position);

-- One price for each currency. Lists, customer groups and least quantities will be further columns of the key.
CREATE TABLE price (
  variant_id TEXT COLLATE "C" NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),
  compare_at BIGINT,
  PRIMARY KEY (variant_id, currency)
);

CREATE TABLE category (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);

CREATE TABLE product_category (
  product_id TEXT COLLATE "C" NOT NULL,
  category_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (product_id, category_id)
);
CREATE INDEX product_of_category ON product_category (category_id, product_id);

-- An import of a product file. `header` is the file's first row as a JSON list, kept for an export in the same shape;
-- `blob` is the spooled file, to be deleted when the import ends.
CREATE TABLE import_job (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  dry_run BOOLEAN NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  blob TEXT COLLATE "C" NOT NULL,
  header TEXT COLLATE "C" NOT NULL,
  bytes_total BIGINT NOT NULL,
  bytes_read BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  products BIGINT NOT NULL,
  variants BIGINT NOT NULL,
  images BIGINT NOT NULL,
  errors_total BIGINT NOT NULL,
  failure TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT
);
-- One import at a time: two would undo each other's view of what is there.
CREATE UNIQUE INDEX import_running ON import_job (state) WHERE state = 'running';

CREATE TABLE import_error (
  job_id TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL,
  line BIGINT NOT NULL,
  column_name TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  expected TEXT COLLATE "C" NOT NULL,
  message TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (job_id, number)
);
