-- What is counted of a decision beside the decision itself. What is said of a conversation counts with one of its
-- decisions: the first that was answerable, or the first of all where none was.
ALTER TABLE decisions ADD COLUMN leads BIGINT NOT NULL DEFAULT 0; -- 1 where its conversation counts here
ALTER TABLE decisions ADD COLUMN opens BIGINT NOT NULL DEFAULT 0; -- and asked something answerable
ALTER TABLE decisions ADD COLUMN self_served BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN nps_rated BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN promoter BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN detractor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN resolution_rated BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN resolved BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN clicked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN ordered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN good BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN bad BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN corrected BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN reviewed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN reviewed_right BIGINT NOT NULL DEFAULT 0;

DROP INDEX decisions_by_conversation;
CREATE INDEX decisions_of_conversation ON decisions (kb, conversation_id, at, message_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX decisions_handed ON decisions (kb, conversation_id) WHERE decision = 'handoff';
CREATE INDEX decisions_leading ON decisions (kb, conversation_id) WHERE leads = 1;

-- Sums of the above over an hour, or over a day of UTC+8 for entries, and one value of one column.
CREATE TABLE totals (
    kb               TEXT NOT NULL,
    facet            TEXT NOT NULL,   -- a column of decisions
    unit             BIGINT NOT NULL, -- its first second since 1970 UTC
    value            TEXT NOT NULL,   -- empty where the column is
    decision         TEXT NOT NULL,
    decisions        BIGINT NOT NULL,
    opens            BIGINT NOT NULL,
    self_served      BIGINT NOT NULL,
    nps_rated        BIGINT NOT NULL,
    promoter         BIGINT NOT NULL,
    detractor        BIGINT NOT NULL,
    resolution_rated BIGINT NOT NULL,
    resolved         BIGINT NOT NULL,
    clicked          BIGINT NOT NULL,
    ordered          BIGINT NOT NULL,
    good             BIGINT NOT NULL,
    bad              BIGINT NOT NULL,
    corrected        BIGINT NOT NULL,
    reviewed         BIGINT NOT NULL,
    reviewed_right   BIGINT NOT NULL,
    PRIMARY KEY (kb, facet, unit, value, decision)
) WITHOUT ROWID;

-- How long decisions took, by hour and channel.
CREATE TABLE duration_totals (
    kb        TEXT NOT NULL,
    unit      BIGINT NOT NULL,
    channel   TEXT NOT NULL,
    bucket    BIGINT NOT NULL,
    decisions BIGINT NOT NULL,
    PRIMARY KEY (kb, unit, channel, bucket)
) WITHOUT ROWID;

-- Whoever changes totals changes this first, so that one does at a time.
CREATE TABLE totals_turn (
    one     BIGINT PRIMARY KEY,
    turn    BIGINT NOT NULL,
    counted BIGINT NOT NULL -- 0 until what was there before this table has been counted
);
INSERT INTO totals_turn (one, turn, counted) VALUES (1, 0, 0);
