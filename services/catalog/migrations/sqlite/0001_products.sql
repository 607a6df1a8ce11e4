-- compatible_from: 1
-- `document` is the whole product as shoppers read it (kontor.catalog.v1.Product, serialised, without what is available),
-- written anew with every change: a page of products is one look-up. The other columns are what it is found by.
-- `source` is what a product file said beyond it (kontor.catalog.ProductSource).
CREATE TABLE product (
  id TEXT NOT NULL PRIMARY KEY,
  handle TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('active', 'draft', 'archived')),
  title TEXT NOT NULL,
  vendor TEXT NOT NULL,
  type TEXT NOT NULL,
  media_url TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  document BLOB NOT NULL,
  source BLOB NOT NULL
);
CREATE INDEX product_on_sale ON product (id) WHERE status = 'active';

-- What carts ask for by sku. Options, weight and the like are in the product's document only.
CREATE TABLE variant (
  id TEXT NOT NULL PRIMARY KEY,
  product_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  sku TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  barcode TEXT NOT NULL,
  tax_class TEXT NOT NULL,
  requires_shipping BOOLEAN NOT NULL,
  media_url TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX variant_of_product ON variant (product_id, position);

-- One price for each currency. Lists, customer groups and least quantities will be further columns of the key.
CREATE TABLE price (
  variant_id TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),
  compare_at BIGINT,
  PRIMARY KEY (variant_id, currency)
) WITHOUT ROWID;

CREATE TABLE category (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE product_category (
  product_id TEXT NOT NULL,
  category_id TEXT NOT NULL,
  PRIMARY KEY (product_id, category_id)
) WITHOUT ROWID;
CREATE INDEX product_of_category ON product_category (category_id, product_id);

-- An import of a product file. `header` is the file's first row as a JSON list, kept for an export in the same shape;
-- `blob` is the spooled file, to be deleted when the import ends.
CREATE TABLE import_job (
  id TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  dry_run BOOLEAN NOT NULL,
  actor TEXT NOT NULL,
  blob TEXT NOT NULL,
  header TEXT NOT NULL,
  bytes_total BIGINT NOT NULL,
  bytes_read BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  products BIGINT NOT NULL,
  variants BIGINT NOT NULL,
  images BIGINT NOT NULL,
  errors_total BIGINT NOT NULL,
  failure TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT
) WITHOUT ROWID;
-- One import at a time: two would undo each other's view of what is there.
CREATE UNIQUE INDEX import_running ON import_job (state) WHERE state = 'running';

CREATE TABLE import_error (
  job_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  line BIGINT NOT NULL,
  column_name TEXT NOT NULL,
  value TEXT NOT NULL,
  expected TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (job_id, number)
) WITHOUT ROWID;
