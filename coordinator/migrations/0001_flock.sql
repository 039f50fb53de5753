-- The first schema. Basic types only (text, 64-bit integers, doubles, bytes), so that the same
-- tables can be made on another database. Times are milliseconds since 1970 UTC, fingerprints and
-- keys lower-case hexadecimal, numbers that are unsigned 64-bit in the program keep their bits.

CREATE TABLE flock (
    only_one          BIGINT PRIMARY KEY CHECK (only_one = 1),
    name              TEXT NOT NULL,
    recipe            TEXT NOT NULL,
    rng_seed          BIGINT NOT NULL,
    -- Keys the hashes of voters' networks, so that they cannot be guessed from a copy of the votes.
    network_key       TEXT NOT NULL,
    manifest_sequence BIGINT NOT NULL,
    manifest_made_ms  BIGINT NOT NULL,
    founded_ms        BIGINT NOT NULL
);

CREATE TABLE device (
    key            TEXT PRIMARY KEY,
    volunteer      TEXT NOT NULL,
    first_seen_ms  BIGINT NOT NULL,
    last_seen_ms   BIGINT NOT NULL,
    accepted_units BIGINT NOT NULL DEFAULT 0,
    credit         BIGINT NOT NULL DEFAULT 0,
    refusals       BIGINT NOT NULL DEFAULT 0,
    audit_faults   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX device_last_seen ON device (last_seen_ms);

CREATE TABLE genome (
    id        TEXT PRIMARY KEY,
    canonical BLOB NOT NULL
);

CREATE TABLE sheep (
    number          BIGINT PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    title           TEXT NOT NULL,
    artist          TEXT NOT NULL,
    genome          TEXT NOT NULL UNIQUE REFERENCES genome (id),
    licence         TEXT NOT NULL,
    parents         TEXT NOT NULL,
    state           TEXT NOT NULL,
    born_ms         BIGINT NOT NULL,
    rating_mean     DOUBLE PRECISION NOT NULL,
    rating_variance DOUBLE PRECISION NOT NULL,
    rated_ms        BIGINT NOT NULL,
    votes           BIGINT NOT NULL DEFAULT 0,
    exposures       BIGINT NOT NULL DEFAULT 0,
    poster          TEXT
);

CREATE TABLE clip (
    number       BIGINT PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    version      BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    from_sheep   TEXT NOT NULL REFERENCES sheep (id),
    to_sheep     TEXT NOT NULL REFERENCES sheep (id),
    title        TEXT NOT NULL,
    state        TEXT NOT NULL,
    frames       BIGINT NOT NULL,
    segments     BIGINT NOT NULL,
    rng_seed     BIGINT NOT NULL,
    planned_ms   BIGINT NOT NULL,
    published_ms BIGINT,
    blob         TEXT,
    bytes        BIGINT,
    sha256       TEXT,
    info_hash    TEXT,
    torrent      TEXT,
    poster       TEXT,
    UNIQUE (from_sheep, to_sheep)
);
CREATE INDEX clip_state ON clip (state, number);
CREATE INDEX clip_published ON clip (published_ms);
CREATE INDEX clip_info_hash ON clip (info_hash);
CREATE INDEX clip_to ON clip (to_sheep);

CREATE TABLE work_unit (
    id           TEXT PRIMARY KEY,
    clip         TEXT NOT NULL REFERENCES clip (id),
    clip_version BIGINT NOT NULL,
    clip_number  BIGINT NOT NULL,
    segment      BIGINT NOT NULL,
    first_frame  BIGINT NOT NULL,
    frame_count  BIGINT NOT NULL,
    samples      BIGINT NOT NULL,
    queue_rank   BIGINT NOT NULL,
    state        TEXT NOT NULL,
    -- The submission that is audited or was accepted.
    submission   BIGINT,
    UNIQUE (clip, clip_version, segment)
);
CREATE INDEX work_unit_queue ON work_unit (state, queue_rank, clip_number, segment);

-- One row for every device a unit failed on.
CREATE TABLE unit_failure (
    work_unit TEXT NOT NULL REFERENCES work_unit (id),
    device    TEXT NOT NULL,
    problem   TEXT NOT NULL,
    failed_ms BIGINT NOT NULL,
    PRIMARY KEY (work_unit, device)
);

-- active -> answered | returned | expired | superseded | refused. An expired lease may still be
-- answered while nobody was faster; an answered one becomes refused when its audit fails.
CREATE TABLE lease (
    id         TEXT PRIMARY KEY,
    device     TEXT NOT NULL REFERENCES device (key),
    work_unit  TEXT NOT NULL REFERENCES work_unit (id),
    audit      TEXT,
    leased_ms  BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    state      TEXT NOT NULL,
    answer     TEXT,
    problem    TEXT
);
CREATE INDEX lease_active_device ON lease (device) WHERE state = 'active';
CREATE INDEX lease_active_expiry ON lease (expires_ms) WHERE state = 'active';
CREATE INDEX lease_work_unit ON lease (work_unit, device);
CREATE INDEX lease_audit ON lease (audit) WHERE audit IS NOT NULL;
CREATE INDEX lease_state ON lease (state);

CREATE TABLE submission (
    number        BIGINT PRIMARY KEY,
    lease         TEXT NOT NULL UNIQUE REFERENCES lease (id),
    work_unit     TEXT NOT NULL REFERENCES work_unit (id),
    device        TEXT NOT NULL,
    segment       TEXT NOT NULL,
    segment_bytes BIGINT NOT NULL,
    -- 32 bytes a frame, in order.
    frames        BLOB NOT NULL,
    render_ms     BIGINT NOT NULL,
    received_ms   BIGINT NOT NULL,
    state         TEXT NOT NULL,
    first_means   BLOB NOT NULL,
    last_means    BLOB NOT NULL
);
CREATE INDEX submission_device ON submission (device, number);

-- waiting -> leased -> passed | disputed -> passed | failed; taken_over is the coordinator's own;
-- dropped when another audit of the same submission failed.
CREATE TABLE audit (
    id            TEXT PRIMARY KEY,
    submission    BIGINT NOT NULL REFERENCES submission (number),
    work_unit     TEXT NOT NULL REFERENCES work_unit (id),
    submitter     TEXT NOT NULL,
    -- Within the clip.
    frame         BIGINT NOT NULL,
    digest        TEXT NOT NULL,
    decoded       BLOB NOT NULL,
    samples       BIGINT NOT NULL,
    planned_ms    BIGINT NOT NULL,
    state         TEXT NOT NULL,
    auditor       TEXT,
    auditor_frame TEXT,
    render_ms     BIGINT
);
CREATE INDEX audit_queue ON audit (state, planned_ms);
CREATE INDEX audit_submission ON audit (submission);

-- Append-only but for the escrow; the primary key is what keeps a unit from being paid twice.
CREATE TABLE credit (
    work_unit TEXT PRIMARY KEY REFERENCES work_unit (id),
    device    TEXT NOT NULL,
    credit    BIGINT NOT NULL,
    escrow    BIGINT NOT NULL,
    earned_ms BIGINT NOT NULL
);
CREATE INDEX credit_device ON credit (device);

CREATE TABLE notice (
    number    BIGINT PRIMARY KEY,
    device    TEXT NOT NULL,
    work_unit TEXT NOT NULL,
    problem   TEXT NOT NULL,
    made_ms   BIGINT NOT NULL,
    told_ms   BIGINT
);
CREATE INDEX notice_untold ON notice (device) WHERE told_ms IS NULL;

-- waiting -> running -> done | waiting | failed.
CREATE TABLE job (
    number       BIGINT PRIMARY KEY,
    key          TEXT NOT NULL UNIQUE,
    payload      TEXT NOT NULL,
    state        TEXT NOT NULL,
    -- How often it was claimed; tells a claim from a later one.
    claims       BIGINT NOT NULL,
    -- In a row; decides how long it waits.
    failures     BIGINT NOT NULL,
    run_after_ms BIGINT NOT NULL,
    claimed_ms   BIGINT,
    -- 1: asked for again while it was running.
    again        BIGINT NOT NULL,
    error        TEXT
);
CREATE INDEX job_queue ON job (state, run_after_ms);

CREATE TABLE entry (
    number      BIGINT PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    title       TEXT NOT NULL,
    artist      TEXT NOT NULL,
    genome      TEXT NOT NULL REFERENCES genome (id),
    uploader    TEXT NOT NULL,
    received_ms BIGINT NOT NULL,
    preview     TEXT,
    sheep       TEXT REFERENCES sheep (id)
);
CREATE INDEX entry_state ON entry (state, number);
CREATE INDEX entry_genome ON entry (genome);

CREATE TABLE voter (
    id                TEXT PRIMARY KEY,
    first_seen_ms     BIGINT NOT NULL,
    leniency_mean     DOUBLE PRECISION NOT NULL,
    leniency_variance DOUBLE PRECISION NOT NULL,
    votes             BIGINT NOT NULL DEFAULT 0
);

-- The log of everything that was asked and answered; ratings can be refitted from it.
CREATE TABLE ballot (
    id          TEXT PRIMARY KEY,
    voter       TEXT NOT NULL REFERENCES voter (id),
    left_sheep  TEXT NOT NULL REFERENCES sheep (id),
    right_sheep TEXT REFERENCES sheep (id),
    dealt_ms    BIGINT NOT NULL,
    expires_ms  BIGINT NOT NULL,
    answered_ms BIGINT,
    answer      TEXT,
    weight      DOUBLE PRECISION
);
CREATE INDEX ballot_voter ON ballot (voter);

-- Standing votes: one for a voter and sheep (second_sheep empty) or pair (in order of their ids),
-- with what it did to the ratings, so that a new one can replace it.
CREATE TABLE vote (
    voter              TEXT NOT NULL REFERENCES voter (id),
    first_sheep        TEXT NOT NULL REFERENCES sheep (id),
    second_sheep       TEXT NOT NULL,
    ballot             TEXT NOT NULL REFERENCES ballot (id),
    voted_ms           BIGINT NOT NULL,
    weight             DOUBLE PRECISION NOT NULL,
    -- Keyed hash of day and network; empty when the address is unknown.
    network            TEXT NOT NULL,
    first_mean         DOUBLE PRECISION NOT NULL,
    first_precision    DOUBLE PRECISION NOT NULL,
    second_mean        DOUBLE PRECISION NOT NULL,
    second_precision   DOUBLE PRECISION NOT NULL,
    leniency_mean      DOUBLE PRECISION NOT NULL,
    leniency_precision DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (voter, first_sheep, second_sheep)
);
CREATE INDEX vote_network ON vote (network);
