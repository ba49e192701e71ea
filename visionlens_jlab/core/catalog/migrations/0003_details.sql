-- What a drawing of keypoints needs: their names, and pairs of their positions (from 0).
ALTER TABLE class ADD COLUMN keypoints VARCHAR[];
ALTER TABLE class ADD COLUMN skeleton INTEGER[][];

-- What an incremental ingest compares: the file's modification time (ns since 1970) and a digest
-- of the labels as they were imported (edits by hand leave it alone).
ALTER TABLE sample ADD COLUMN modified_ns BIGINT;
ALTER TABLE sample ADD COLUMN labels_digest UBIGINT;

ALTER TABLE saved_view ADD COLUMN modified_at TIMESTAMP;
