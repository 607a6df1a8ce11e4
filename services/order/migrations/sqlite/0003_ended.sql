-- compatible_from: 3
-- Whether a checkout's step is 'releasing' or 'failed', as a column of its own: an index whose condition named `step`
-- was written anew with every step.
ALTER TABLE checkout ADD COLUMN ended BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE checkout SET ended = TRUE WHERE step IN ('releasing', 'failed');
DROP INDEX checkout_in_force;
DROP INDEX checkout_ended;
CREATE UNIQUE INDEX checkout_in_force ON checkout (cart_hash) WHERE NOT ended;
CREATE INDEX checkout_ended ON checkout (cart_hash) WHERE ended;
