-- compatible_from: 1
-- How the imported file was written where an export writes otherwise (kontor.catalog.FileHabits): an export tells of it.
ALTER TABLE import_job ADD COLUMN habits BLOB NOT NULL DEFAULT x'';
