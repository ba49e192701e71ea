CREATE TABLE workspace (
    workspace VARCHAR PRIMARY KEY,
    notebook VARCHAR,
    version UBIGINT NOT NULL,
    view VARCHAR NOT NULL,
    view_version UBIGINT NOT NULL,
    view_origin VARCHAR,
    selection BLOB NOT NULL,
    selection_level VARCHAR NOT NULL,
    selection_version UBIGINT NOT NULL,
    selection_origin VARCHAR,
    origin VARCHAR,
    created_at TIMESTAMP NOT NULL,
    modified_at TIMESTAMP NOT NULL
);

CREATE TABLE saved_view (
    name VARCHAR PRIMARY KEY,
    view VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- What people changed by hand; one row for each such commit, by its outbox sequence.
CREATE TABLE audit (
    sequence UBIGINT PRIMARY KEY,
    kind VARCHAR NOT NULL,
    payload VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
