-- Embedding spaces: one for each model, its weights and a level. Vectors are not here: they lie in
-- append-only Arrow segments of the dataset's folder; a later row of an id takes the place of
-- an earlier one, and rows of ids that are no more do not count.
CREATE TABLE embedding_space (
    space VARCHAR PRIMARY KEY,
    level VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    dimension INTEGER NOT NULL,
    has_text BOOLEAN NOT NULL,
    settings VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE vector_segment (
    space VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    file VARCHAR NOT NULL,
    rows INTEGER NOT NULL,
    sequence UBIGINT NOT NULL,
    PRIMARY KEY (space, position)
);
-- Encoded queries, so that a view that searches can be shown again without a model.
CREATE TABLE query_vector (
    query VARCHAR PRIMARY KEY,
    space VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    text VARCHAR,
    vector FLOAT[] NOT NULL,
    created_at TIMESTAMP NOT NULL
);
-- Coordinates lie in files beside the dataset: id and x, y (and z), float32.
CREATE TABLE projection (
    projection VARCHAR PRIMARY KEY,
    space VARCHAR NOT NULL,
    method VARCHAR NOT NULL,
    dimensions INTEGER NOT NULL,
    parameters VARCHAR NOT NULL,
    rows INTEGER NOT NULL,
    preview BOOLEAN NOT NULL,
    file VARCHAR NOT NULL,
    model_file VARCHAR,
    warning VARCHAR,
    created_at TIMESTAMP NOT NULL
);
-- Near-duplicates; `distance` to the group's best sample, 0 for itself.
CREATE TABLE duplicate_run (
    kind VARCHAR PRIMARY KEY,
    parameters VARCHAR NOT NULL,
    samples INTEGER NOT NULL,
    groups INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE duplicate_member (
    kind VARCHAR NOT NULL,
    group_id INTEGER NOT NULL,
    sample_id UINTEGER NOT NULL,
    distance FLOAT NOT NULL,
    confidence FLOAT NOT NULL,
    transform VARCHAR NOT NULL,
    best BOOLEAN NOT NULL
);
