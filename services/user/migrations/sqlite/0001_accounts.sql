-- compatible_from: 1
-- Customers and staff. `email` and `name` are sealed; `email_hash` is the keyed hash by which an account is found.
CREATE TABLE account (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'staff')),
  email BLOB NOT NULL,
  email_hash TEXT NOT NULL,
  name BLOB NOT NULL,
  password TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (kind, email_hash)
) WITHOUT ROWID;

-- What a staff member may do, by the names of roles; the roles themselves are part of the program.
CREATE TABLE staff_role (
  account TEXT NOT NULL REFERENCES account (id),
  role TEXT NOT NULL,
  PRIMARY KEY (account, role)
) WITHOUT ROWID;

-- Logged-in callers. The token itself is nowhere: only its hash, so that a stolen store opens no session.
CREATE TABLE session (
  id TEXT NOT NULL PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'staff')),
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_account ON session (account);

-- Attempts to log in since `since`, by the keyed hash of who tried on whom. A success clears its row.
CREATE TABLE attempt (
  who TEXT NOT NULL PRIMARY KEY,
  count BIGINT NOT NULL,
  since BIGINT NOT NULL
) WITHOUT ROWID;
