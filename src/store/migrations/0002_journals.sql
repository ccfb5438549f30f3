-- Each process has a journal of its own; several may lead into one database.
CREATE TABLE journal_positions (
    journal TEXT PRIMARY KEY, -- its name, made once; empty for one from before journals had names
    segment BIGINT NOT NULL,
    byte    BIGINT NOT NULL
);
INSERT INTO journal_positions (journal, segment, byte) SELECT '', segment, byte FROM journal_position;
DROP TABLE journal_position;
