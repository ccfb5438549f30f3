-- Times are microseconds since 1970 UTC. Texts are masked.

CREATE TABLE decisions (
    message_id      TEXT PRIMARY KEY,
    kb              TEXT NOT NULL,
    at              BIGINT NOT NULL,
    channel         TEXT,
    input_type      TEXT,
    customer_id     TEXT,
    conversation_id TEXT,
    customer_tier   TEXT,
    ticket_id       TEXT,
    text            TEXT NOT NULL,
    hidden          TEXT NOT NULL, -- JSON: which characters are masked and what they were
    decision        TEXT NOT NULL, -- answer, smalltalk, suggest, handoff, route or review
    faq_id          TEXT,
    category        TEXT,
    skill_group     TEXT,
    confidence      DOUBLE PRECISION,
    reason          TEXT,
    candidates      TEXT NOT NULL, -- JSON
    corpus_version  TEXT NOT NULL,
    model_version   TEXT NOT NULL,
    duration_us     BIGINT NOT NULL,
    key             TEXT NOT NULL
);
CREATE INDEX decisions_by_time ON decisions (kb, at);
CREATE INDEX decisions_by_customer ON decisions (kb, customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX decisions_by_conversation ON decisions (kb, conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX decisions_by_ticket ON decisions (kb, ticket_id) WHERE ticket_id IS NOT NULL;

-- What a later message may refer to; kept as long as a conversation lasts.
CREATE TABLE turns (
    message_id      TEXT PRIMARY KEY,
    kb              TEXT NOT NULL,
    at              BIGINT NOT NULL,
    conversation_id TEXT NOT NULL,
    customer_id     TEXT,
    named           BIGINT NOT NULL, -- 1 where the client named the conversation
    turn            TEXT NOT NULL    -- JSON
);
CREATE INDEX turns_by_time ON turns (at);

-- Every word on a decision; the last one of a message counts.
CREATE TABLE feedback (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    kb          TEXT NOT NULL,
    message_id  TEXT NOT NULL,
    at          BIGINT NOT NULL,
    rating      TEXT,          -- good or bad
    labels      TEXT NOT NULL, -- JSON
    comment     TEXT NOT NULL,
    faq_id      TEXT,          -- the right entry
    skill_group TEXT,          -- the right group
    key         TEXT NOT NULL
);
CREATE INDEX feedback_by_message ON feedback (kb, message_id);

-- Every rating of a conversation; the last one counts.
CREATE TABLE ratings (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    kb              TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    at              BIGINT NOT NULL,
    nps             BIGINT,
    resolved        BIGINT,
    key             TEXT NOT NULL
);
CREATE INDEX ratings_by_conversation ON ratings (kb, conversation_id);

CREATE TABLE conversation_events (
    kb              TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    at              BIGINT NOT NULL,
    event           TEXT NOT NULL, -- clicked or ordered
    item            TEXT NOT NULL,
    key             TEXT NOT NULL,
    PRIMARY KEY (kb, conversation_id, event, item)
);

-- What the desk did with a ticket, in order.
CREATE TABLE ticket_steps (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    kb          TEXT NOT NULL,
    ticket_id   TEXT NOT NULL,
    customer_id TEXT,
    at          BIGINT NOT NULL,
    step        TEXT NOT NULL,
    note        TEXT NOT NULL,
    key         TEXT NOT NULL
);
CREATE INDEX ticket_steps_by_ticket ON ticket_steps (kb, ticket_id);

-- Up to where the journal is in this database. Changed with the rows themselves, so that each counts once.
CREATE TABLE journal_position (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    segment BIGINT NOT NULL,
    byte    BIGINT NOT NULL
);
