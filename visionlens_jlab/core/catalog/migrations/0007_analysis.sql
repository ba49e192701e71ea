-- One slice discovery; an AnalysisInfo as JSON.
CREATE TABLE analysis (
    analysis VARCHAR PRIMARY KEY,
    evaluation VARCHAR NOT NULL,
    info VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
-- A finding as JSON of its model; `digest` is that of the evaluation it was made or checked on.
CREATE TABLE finding (
    finding VARCHAR PRIMARY KEY,
    analysis VARCHAR,
    evaluation VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
-- Every slice tested by hand or by an agent: all tests of an evaluation are adjusted together.
CREATE TABLE slice_test (
    evaluation VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    predicate VARCHAR NOT NULL,
    asked_by VARCHAR NOT NULL,
    p_discovery DOUBLE,
    p_confirmation DOUBLE,
    created_at TIMESTAMP NOT NULL
);
-- A visual attribute; an Attribute without its calibrations as JSON. Answers are user fields.
CREATE TABLE attribute (
    name VARCHAR PRIMARY KEY,
    content VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
-- What a user says of units: whether `answer` of an attribute is true of them.
-- `hit`: whether the model had given that answer when the unit was drawn.
CREATE TABLE attribute_label (
    attribute VARCHAR NOT NULL,
    answer VARCHAR NOT NULL,
    id UINTEGER NOT NULL,
    truth BOOLEAN NOT NULL,
    hit BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (attribute, answer, id)
);
-- A run of an agent; an AgentRun as JSON, and the messages a chat goes on from.
CREATE TABLE agent_run (
    run VARCHAR PRIMARY KEY,
    agent VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    messages VARCHAR,
    created_at TIMESTAMP NOT NULL
);
