-- Several coordinators serve one flock: all of them sign with the same key, and the manifest of a sequence number is
-- written down once, so that no two of them sign different ones.
ALTER TABLE flock ADD COLUMN coordinator_key TEXT;
CREATE TABLE sealed_manifest (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    sequence BIGINT NOT NULL,
    document TEXT NOT NULL
);
