-- People: an account is a name that somebody chose, the keys (browsers' and devices') that are theirs, and ways
-- back in. Of every secret only a hash is kept.
CREATE TABLE team (
    handle  TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    about   TEXT NOT NULL,
    made_ms BIGINT NOT NULL
);

CREATE TABLE person (
    -- 16 random bytes in hexadecimal; passkeys know the person by it.
    id      TEXT PRIMARY KEY,
    handle  TEXT NOT NULL UNIQUE,
    name    TEXT NOT NULL,
    about   TEXT NOT NULL,
    -- 1: the person wants to be found.
    listed  BIGINT NOT NULL,
    -- Why an operator hid the page, if one did; the person is not listed then.
    hidden  TEXT,
    team    TEXT REFERENCES team (handle),
    made_ms BIGINT NOT NULL
);
CREATE INDEX person_team ON person (team) WHERE team IS NOT NULL;

-- Voters that are a person's: a browser's name or a device's key.
CREATE TABLE person_key (
    voter     TEXT PRIMARY KEY,
    person    TEXT NOT NULL REFERENCES person (id),
    linked_ms BIGINT NOT NULL
);
CREATE INDEX person_key_person ON person_key (person);

CREATE TABLE person_tag (
    person TEXT NOT NULL REFERENCES person (id),
    tag    TEXT NOT NULL,
    -- In the order typed.
    place  BIGINT NOT NULL,
    PRIMARY KEY (person, tag)
);
CREATE INDEX person_tag_tag ON person_tag (tag);

CREATE TABLE passkey (
    -- The credential's id in base64url.
    id        TEXT PRIMARY KEY,
    person    TEXT NOT NULL REFERENCES person (id),
    name      TEXT NOT NULL,
    public    BLOB NOT NULL,
    counter   BLOB NOT NULL,
    made_ms   BIGINT NOT NULL,
    used_ms   BIGINT
);
CREATE INDEX passkey_person ON passkey (person);

-- A passkey that is being made or used: what the browser was asked, until it has answered, once.
CREATE TABLE ceremony (
    id         TEXT PRIMARY KEY,
    -- Whose passkey is made; none where somebody signs in.
    person     TEXT REFERENCES person (id),
    state      BLOB NOT NULL,
    expires_ms BIGINT NOT NULL
);

CREATE TABLE recovery_code (
    hash   TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES person (id)
);
CREATE INDEX recovery_code_person ON recovery_code (person);

CREATE TABLE session (
    hash       TEXT PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    person     TEXT NOT NULL REFERENCES person (id),
    -- The browser's; it is the person's for as long as the session.
    voter      TEXT NOT NULL,
    -- Which browser, as far as it says.
    label      TEXT NOT NULL,
    made_ms    BIGINT NOT NULL,
    seen_ms    BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person);
CREATE INDEX session_voter ON session (voter);
CREATE INDEX session_expires ON session (expires_ms);

CREATE TABLE token (
    hash    TEXT PRIMARY KEY,
    id      TEXT NOT NULL UNIQUE,
    person  TEXT NOT NULL REFERENCES person (id),
    name    TEXT NOT NULL,
    -- JSON, a list of names.
    scopes  TEXT NOT NULL,
    made_ms BIGINT NOT NULL,
    used_ms BIGINT
);
CREATE INDEX token_person ON token (person);

-- Eight letters that link two sides, once. A device that wants a person has no person yet; all others say whose
-- they are.
CREATE TABLE link_code (
    hash       TEXT PRIMARY KEY,
    -- offer: a device asks for a person; screensaver: a person waits for a device; browser: for a browser.
    purpose    TEXT NOT NULL,
    device     TEXT,
    person     TEXT REFERENCES person (id),
    expires_ms BIGINT NOT NULL
);
CREATE INDEX link_code_device ON link_code (device) WHERE device IS NOT NULL;
CREATE INDEX link_code_person ON link_code (person) WHERE person IS NOT NULL;

-- Whose sheep is this, and which sheep are theirs?
CREATE INDEX people_entry_uploader ON entry (uploader);
CREATE INDEX people_entry_sheep ON entry (sheep) WHERE sheep IS NOT NULL;

-- Units of this device that count for nobody's vote any more: it was linked to a person and let go. Otherwise one
-- device could lend its weight to any number of accounts.
ALTER TABLE voter ADD COLUMN units_spent BIGINT NOT NULL DEFAULT 0;
