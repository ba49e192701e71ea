-- What the source calls an image (COCO's image id): predictions name it.
ALTER TABLE sample ADD COLUMN source_id VARCHAR;
ALTER TABLE run ADD COLUMN format VARCHAR;
ALTER TABLE run ADD COLUMN source VARCHAR;
ALTER TABLE run ADD COLUMN trained_on VARCHAR[];
-- What its import found and could not take in: an IngestReport as JSON.
ALTER TABLE run ADD COLUMN report VARCHAR;
-- One evaluation; its request, operating point, metrics and tables as JSON of the models.
-- `digest` is that of the labels, predictions and samples it was made from.
CREATE TABLE evaluation (
    evaluation VARCHAR PRIMARY KEY,
    run VARCHAR NOT NULL,
    protocol VARCHAR NOT NULL,
    geometry VARCHAR NOT NULL,
    request VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
-- Outcomes at the evaluation's operating IoU, for every confidence: a prediction below a threshold
-- does not count at it, and a label whose partner is below it is a false negative there.
CREATE TABLE match (
    evaluation VARCHAR NOT NULL,
    annotation_id UINTEGER NOT NULL,
    sample_id UINTEGER NOT NULL,
    partner_id UINTEGER,
    iou FLOAT,
    partner_confidence DOUBLE,
    is_ignored BOOLEAN NOT NULL
);
-- The rows that an edit by hand replaced and those it made (Arrow), so that it can be taken back.
CREATE TABLE label_edit (
    sequence UBIGINT PRIMARY KEY,
    description VARCHAR NOT NULL,
    annotations UINTEGER[] NOT NULL,
    undone BOOLEAN NOT NULL,
    before BLOB NOT NULL,
    after BLOB NOT NULL,
    created_at TIMESTAMP NOT NULL
);
