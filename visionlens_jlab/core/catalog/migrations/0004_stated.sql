-- What an incremental ingest compares: for each field that the source stated, two uint32 (little
-- endian): a hash of the field's name and one of the value (edits by hand leave it alone).
ALTER TABLE sample ADD COLUMN stated_digests BLOB;
