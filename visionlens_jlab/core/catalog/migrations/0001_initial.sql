-- One row: what the dataset is and its counters. Ids are handed out once and never again.
CREATE TABLE meta (
    uuid VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    folder VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    modified_at TIMESTAMP NOT NULL,
    version UBIGINT NOT NULL,
    next_sample_id UINTEGER NOT NULL,
    next_annotation_id UINTEGER NOT NULL,
    state VARCHAR NOT NULL,
    format VARCHAR,
    source VARCHAR
);

CREATE TABLE source_root (name VARCHAR PRIMARY KEY, location VARCHAR NOT NULL);

-- No index on the two big tables: the one writer keeps ids unique, zone maps find them,
-- and columns can be added and widened freely.
CREATE TABLE sample (
    sample_id UINTEGER NOT NULL,
    root VARCHAR,
    path VARCHAR NOT NULL,
    filename VARCHAR NOT NULL,
    split VARCHAR,
    "group" VARCHAR,
    width INTEGER,
    height INTEGER,
    bytes BIGINT,
    content_hash VARCHAR,
    orientation TINYINT,
    captured_at TIMESTAMP,
    camera VARCHAR,
    latitude DOUBLE,
    longitude DOUBLE,
    caption VARCHAR,
    brightness DOUBLE,
    contrast DOUBLE,
    sharpness DOUBLE,
    dominant_color VARCHAR,
    thumb_pack VARCHAR,
    thumb_offset BIGINT,
    thumb_length INTEGER,
    thumb_width INTEGER,
    thumb_height INTEGER
);

CREATE TABLE annotation (
    annotation_id UINTEGER NOT NULL,
    sample_id UINTEGER NOT NULL,
    source VARCHAR NOT NULL,
    class_id INTEGER,
    kind VARCHAR NOT NULL,
    x DOUBLE,
    y DOUBLE,
    w DOUBLE,
    h DOUBLE,
    confidence DOUBLE,
    area DOUBLE,
    is_crowd BOOLEAN NOT NULL,
    difficult BOOLEAN,
    truncated BOOLEAN,
    occluded BOOLEAN,
    geometry BLOB,
    attributes VARCHAR
);

CREATE TABLE class (
    class_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    source_id VARCHAR,
    supercategory VARCHAR
);

CREATE TABLE sample_tag (sample_id UINTEGER NOT NULL, tag VARCHAR NOT NULL);
CREATE TABLE annotation_tag (annotation_id UINTEGER NOT NULL, tag VARCHAR NOT NULL);

-- The user's own columns; source_name is what the import called it.
CREATE TABLE field (
    level VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    source_name VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    position INTEGER NOT NULL
);

CREATE TABLE run (name VARCHAR PRIMARY KEY, created_at TIMESTAMP NOT NULL);

CREATE TABLE outbox (
    sequence UBIGINT PRIMARY KEY,
    kind VARCHAR NOT NULL,
    payload VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE job_piece (job VARCHAR, sequence BIGINT, committed_at TIMESTAMP NOT NULL, PRIMARY KEY (job, sequence));

CREATE TABLE ingest_report (
    job VARCHAR PRIMARY KEY,
    format VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    images VARCHAR NOT NULL,
    annotations VARCHAR NOT NULL,
    label_files VARCHAR NOT NULL
);

CREATE TABLE ingest_issue (
    job VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    position INTEGER NOT NULL,
    code VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    item VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    sample_id UINTEGER
);
