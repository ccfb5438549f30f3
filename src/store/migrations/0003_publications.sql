-- What was published in each knowledge base, in the one order in which every replica serves it.
CREATE TABLE publications (
    kb        TEXT NOT NULL,
    number    BIGINT NOT NULL, -- from 1; the highest is live
    id        TEXT NOT NULL,   -- tells one attempt from another that wanted the same number
    at        BIGINT NOT NULL,
    version   TEXT NOT NULL,
    pinned    BIGINT NOT NULL, -- 1 where a rollback chose it
    forced    TEXT,            -- why, where the gate refused
    source    TEXT NOT NULL,
    key       TEXT NOT NULL,   -- who: name of an API key, SIGHUP, or empty
    entries   BIGINT NOT NULL,
    questions BIGINT NOT NULL,
    PRIMARY KEY (kb, number)
);

-- The highest number of each, which replicas ask for all the time.
CREATE TABLE live_publications (
    kb     TEXT PRIMARY KEY,
    number BIGINT NOT NULL
);

-- The files of published versions, in pieces.
CREATE TABLE version_files (
    kb      TEXT NOT NULL,
    version TEXT NOT NULL,
    path    TEXT NOT NULL,
    piece   BIGINT NOT NULL,
    bytes   BLOB NOT NULL,
    PRIMARY KEY (kb, version, path, piece)
);

-- Who changed what; stays whatever else is removed.
CREATE TABLE audit (
    id           TEXT PRIMARY KEY,
    kb           TEXT NOT NULL,
    at           BIGINT NOT NULL,
    key          TEXT NOT NULL,
    action       TEXT NOT NULL, -- started, published, rolled_back, customer_exported or customer_forgotten
    from_version TEXT,
    to_version   TEXT,
    reason       TEXT
);
CREATE INDEX audit_by_time ON audit (kb, at);

-- A message may reach another replica than the one before it.
CREATE INDEX turns_by_conversation ON turns (kb, conversation_id);
CREATE INDEX turns_by_customer ON turns (kb, customer_id) WHERE customer_id IS NOT NULL;
