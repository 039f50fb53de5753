-- Trust belongs to a device with a class: its processor, or a card with its driver. Every processor
-- draws the same bits, so they are one class, number 1.
CREATE TABLE class (
    number       BIGINT PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    -- open -> quarantined -> on_trial -> open | quarantined
    standing     TEXT NOT NULL,
    -- Since when it is quarantined, how often it was, and right frames in a row since then.
    since_ms     BIGINT NOT NULL,
    times        BIGINT NOT NULL,
    right_frames BIGINT NOT NULL
);
INSERT INTO class (number, name, standing, since_ms, times, right_frames)
VALUES (1, 'cpu ', 'open', 0, 0, 0);

-- By the day: owners of a class with audited frames, and whether one of theirs was refused.
CREATE TABLE class_owner (
    class   BIGINT NOT NULL REFERENCES class (number),
    day     BIGINT NOT NULL,
    account TEXT NOT NULL,
    network TEXT NOT NULL,
    refused BIGINT NOT NULL,
    PRIMARY KEY (class, day, account, network)
);

-- Owners with audited frames since a class is on trial.
CREATE TABLE trial_owner (
    class   BIGINT NOT NULL REFERENCES class (number),
    account TEXT NOT NULL,
    network TEXT NOT NULL,
    PRIMARY KEY (class, account, network)
);

-- What is known of a device with a class; suspicions in thousandths of a natural logarithm.
CREATE TABLE record (
    device          TEXT NOT NULL REFERENCES device (key),
    class           BIGINT NOT NULL REFERENCES class (number),
    accepted_units  BIGINT NOT NULL,
    probation_from  BIGINT NOT NULL,
    audits_passed   BIGINT NOT NULL,
    audit_faults    BIGINT NOT NULL,
    refusals        BIGINT NOT NULL,
    suspicion       BIGINT NOT NULL,
    audit_suspicion BIGINT NOT NULL,
    failed_checks   BIGINT NOT NULL,
    paused_until_ms BIGINT NOT NULL,
    found_bad       BIGINT NOT NULL,
    bad_since_ms    BIGINT,
    PRIMARY KEY (device, class)
);
CREATE INDEX record_class ON record (class);
INSERT INTO record (device, class, accepted_units, probation_from, audits_passed, audit_faults,
                    refusals, suspicion, audit_suspicion, failed_checks, paused_until_ms, found_bad)
SELECT key, 1, accepted_units, 0, 0, audit_faults, refusals, 0, 0, 0, 0, 0 FROM device;
ALTER TABLE device DROP COLUMN audit_faults;

-- How many wrong frames (or reports) of one clip counted against a device already.
CREATE TABLE counted_fault (
    device TEXT NOT NULL,
    class  BIGINT NOT NULL,
    clip   TEXT NOT NULL,
    what   TEXT NOT NULL,
    faults BIGINT NOT NULL,
    PRIMARY KEY (device, class, clip, what)
);

-- A keyed hash of the network it asked from last; empty when it is not known. What it said that it
-- draws with, and with which it is fastest.
ALTER TABLE device ADD COLUMN network TEXT NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN processor BIGINT NOT NULL DEFAULT 1;
ALTER TABLE device ADD COLUMN card BIGINT;
ALTER TABLE device ADD COLUMN fastest TEXT NOT NULL DEFAULT 'cpu';

-- received -> checking -> auditing -> accepted | refused; accepted -> quarantined when it is found
-- bad later.
ALTER TABLE submission ADD COLUMN class BIGINT NOT NULL DEFAULT 1;
CREATE INDEX submission_work_unit ON submission (work_unit);

-- purpose: 0 drawn when the digests were committed, 1 the referee's sample, 2 once more because
-- somebody was found bad. `decoded` is empty where the segment has to be decoded again for it.
ALTER TABLE audit ADD COLUMN purpose BIGINT NOT NULL DEFAULT 0;
-- In the order of planning.
ALTER TABLE audit ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
CREATE INDEX audit_number ON audit (number);
-- Decides to whom it is offered first; nobody outside knows it.
ALTER TABLE audit ADD COLUMN draw BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN by_referee BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN auditor_class BIGINT;
CREATE INDEX audit_waiting ON audit (purpose, planned_ms, number) WHERE state = 'waiting';
CREATE INDEX audit_auditor ON audit (auditor, number) WHERE auditor IS NOT NULL;

-- Why an operator banned a device, if one did; and everything operators did.
ALTER TABLE device ADD COLUMN banned TEXT;
CREATE TABLE operator_log (
    number  BIGINT PRIMARY KEY,
    done_ms BIGINT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason  TEXT NOT NULL
);

-- What the referee found wrong, with both pictures (WebP): the frame as it was handed in, and as it
-- should be.
CREATE TABLE verdict (
    audit      TEXT PRIMARY KEY REFERENCES audit (id),
    work_unit  TEXT NOT NULL REFERENCES work_unit (id),
    frame      BIGINT NOT NULL,
    detail     TEXT NOT NULL,
    submitted  TEXT NOT NULL,
    rendered   TEXT NOT NULL,
    found_ms   BIGINT NOT NULL
);
CREATE INDEX verdict_work_unit ON verdict (work_unit);

-- What a unit earned. The sums can be made again from the ledger, whose rows are only added:
-- earned, voided, restored.
ALTER TABLE credit ADD COLUMN class BIGINT NOT NULL DEFAULT 1;
ALTER TABLE credit ADD COLUMN voided BIGINT NOT NULL DEFAULT 0;
CREATE TABLE ledger (
    number     BIGINT PRIMARY KEY,
    work_unit  TEXT NOT NULL,
    device     TEXT NOT NULL,
    credit     BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    written_ms BIGINT NOT NULL
);
CREATE INDEX ledger_device ON ledger (device);
INSERT INTO ledger (number, work_unit, device, credit, reason, written_ms)
SELECT ROW_NUMBER() OVER (ORDER BY earned_ms, work_unit), work_unit, device, credit, 'earned',
       earned_ms
FROM credit;
