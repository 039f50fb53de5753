-- What an artist says of an entry: its licence, tags (JSON), the sheep that it branches from; the one
-- appeal against a decision, and when it was made.
ALTER TABLE entry ADD COLUMN licence TEXT NOT NULL DEFAULT 'CC0-1.0';
ALTER TABLE entry ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE entry ADD COLUMN parent TEXT REFERENCES sheep (id);
ALTER TABLE entry ADD COLUMN appeal TEXT;
ALTER TABLE entry ADD COLUMN appealed_ms BIGINT;
CREATE INDEX entry_uploader ON entry (uploader, number);

-- A file that an artist looks at before offering what is in it; forgotten after an hour.
CREATE TABLE draft (
    id       TEXT PRIMARY KEY,
    uploader TEXT NOT NULL,
    xml      TEXT NOT NULL,
    artist   TEXT NOT NULL,
    parent   TEXT NOT NULL,
    made_ms  BIGINT NOT NULL
);
CREATE INDEX draft_made ON draft (made_ms);
