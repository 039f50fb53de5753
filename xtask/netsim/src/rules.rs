//! What must never be found in the store: statements that find nothing as long as everything is as
//! it must be. What they find is the first column of the first row.

/// A sentence that says what is wrong, and the statement that finds it.
pub(crate) type Rule = (&'static str, &'static str);

/// At every moment.
pub(crate) const NEVER: &[Rule] = &[
    (
        "a unit is accepted and no audit of its submission passed, or one is open",
        "SELECT id FROM work_unit WHERE state = 'accepted'
           AND (NOT EXISTS (SELECT 1 FROM audit WHERE audit.submission = work_unit.submission
                              AND audit.state = 'passed')
             OR EXISTS (SELECT 1 FROM audit WHERE audit.submission = work_unit.submission
                          AND audit.purpose = 0 AND audit.state <> 'passed'))",
    ),
    (
        "a unit and its submission disagree",
        "SELECT work_unit.id FROM work_unit
         LEFT JOIN submission ON submission.number = work_unit.submission
         WHERE NOT CASE work_unit.state
             WHEN 'ready' THEN submission.state IS NULL
             WHEN 'leased' THEN submission.state IS NULL
             WHEN 'submitted' THEN submission.state IN ('received', 'checking')
             WHEN 'auditing' THEN submission.state = 'auditing'
             WHEN 'accepted' THEN submission.state = 'accepted'
             WHEN 'quarantined' THEN COALESCE(submission.state, 'quarantined') = 'quarantined'
             ELSE 0 END",
    ),
    (
        "a unit has two submissions that are good",
        "SELECT work_unit FROM submission
         WHERE state IN ('received', 'checking', 'auditing', 'accepted')
         GROUP BY work_unit HAVING COUNT(*) > 1",
    ),
    (
        "a unit and its leases disagree",
        "SELECT id FROM work_unit
         WHERE (state = 'leased') <> EXISTS (
             SELECT 1 FROM lease WHERE lease.work_unit = work_unit.id AND lease.audit IS NULL
                                   AND lease.state = 'active')",
    ),
    (
        "an audit and its leases disagree",
        "SELECT id FROM audit
         WHERE state IN ('waiting', 'leased') AND (state = 'leased') <> EXISTS (
             SELECT 1 FROM lease WHERE lease.audit = audit.id AND lease.state = 'active')",
    ),
    (
        "a device audits itself",
        "SELECT id FROM audit WHERE auditor = submitter",
    ),
    (
        "an accepted unit has no credit, and its device was never found bad",
        "SELECT work_unit.id FROM work_unit
         JOIN submission ON submission.number = work_unit.submission
         LEFT JOIN credit ON credit.work_unit = work_unit.id
         WHERE work_unit.state = 'accepted' AND COALESCE(credit.voided, 1) = 1
           AND (credit.work_unit IS NULL OR NOT EXISTS (
                SELECT 1 FROM record WHERE record.device = submission.device AND found_bad > 0))",
    ),
    (
        "there is credit for a unit that is not accepted",
        "SELECT work_unit FROM credit WHERE voided = 0
           AND work_unit NOT IN (SELECT id FROM work_unit WHERE state = 'accepted')",
    ),
    (
        "credit is not what the work was",
        "SELECT credit.work_unit FROM credit JOIN work_unit ON work_unit.id = credit.work_unit
         WHERE credit.credit <> MAX(1, work_unit.samples / 1000)",
    ),
    (
        "credit is not its submission's device's",
        "SELECT credit.work_unit FROM credit
         JOIN work_unit ON work_unit.id = credit.work_unit
         JOIN submission ON submission.number = work_unit.submission
         WHERE credit.voided = 0 AND credit.device <> submission.device",
    ),
    (
        "the ledger has a unit twice",
        "SELECT work_unit FROM ledger GROUP BY work_unit
         HAVING SUM(CASE reason WHEN 'voided' THEN -1 ELSE 1 END) NOT IN (0, 1)
             OR SUM(reason = 'earned') > 1",
    ),
    (
        "the ledger and a unit's credit disagree",
        "SELECT credit.work_unit FROM credit
         WHERE (1 - voided) * credit <>
               (SELECT COALESCE(SUM(CASE reason WHEN 'voided' THEN -ledger.credit
                                                ELSE ledger.credit END), 0)
                FROM ledger WHERE ledger.work_unit = credit.work_unit)",
    ),
    (
        "the ledger and a device's credit disagree",
        "SELECT key FROM device WHERE credit <>
             (SELECT COALESCE(SUM(CASE reason WHEN 'voided' THEN -ledger.credit
                                              ELSE ledger.credit END), 0)
              FROM ledger WHERE ledger.device = device.key)",
    ),
    (
        "a device's units are not those that it earned something for",
        "SELECT key FROM device WHERE accepted_units <>
             (SELECT COUNT(*) FROM ledger WHERE ledger.device = device.key AND reason = 'earned')",
    ),
    (
        "a clip is not where its units are",
        "SELECT id FROM clip WHERE state IN ('rendering', 'joining', 'live')
           AND (state = 'rendering') <> EXISTS (
               SELECT 1 FROM work_unit WHERE work_unit.clip = clip.id
                 AND work_unit.clip_version = clip.version AND work_unit.state <> 'accepted')",
    ),
    (
        "a clip is live without a file, or has one before",
        "SELECT id FROM clip WHERE state IN ('joining', 'live')
           AND (state = 'live') <> (blob IS NOT NULL)",
    ),
    (
        "nobody was told to join a clip",
        "SELECT id FROM clip WHERE state = 'joining' AND NOT EXISTS (
             SELECT 1 FROM job WHERE job.key = 'join:' || clip.id || ':' || clip.version
               AND job.state IN ('waiting', 'running'))",
    ),
    (
        "nobody was told to settle an audit",
        "SELECT id FROM audit WHERE state IN ('taken_over', 'disputed') AND NOT EXISTS (
             SELECT 1 FROM job WHERE job.state IN ('waiting', 'running')
               AND job.key IN ('self-audit:' || audit.id, 'referee:' || audit.id))",
    ),
    (
        "a job failed",
        "SELECT key || ': ' || COALESCE(error, '') FROM job WHERE failures > 0",
    ),
];

/// When everything is done.
pub(crate) const IN_THE_END: &[Rule] = &[
    (
        "a unit is neither accepted nor given up",
        "SELECT id || ' ' || state FROM work_unit WHERE state NOT IN ('accepted', 'quarantined')",
    ),
    (
        "a clip whose units are all accepted is not live",
        "SELECT id || ' ' || state FROM clip WHERE state <> 'live' AND NOT EXISTS (
             SELECT 1 FROM work_unit WHERE work_unit.clip = clip.id
               AND work_unit.clip_version = clip.version AND work_unit.state <> 'accepted')",
    ),
    (
        "a job waits",
        "SELECT key || ' ' || state FROM job WHERE state <> 'done'",
    ),
    (
        "a submission waits",
        "SELECT number || ' ' || state FROM submission
         WHERE state IN ('received', 'checking', 'auditing')",
    ),
    (
        "an audit waits",
        "SELECT id || ' ' || state FROM audit
         WHERE state IN ('waiting', 'leased', 'taken_over', 'disputed')",
    ),
];

/// An honest device that is blamed; for each of them.
pub(crate) const BLAMED: &str =
    "SELECT 'refusals ' || device.refusals || ', faults ' || record.audit_faults
      || ', failed checks ' || record.failed_checks || ', found bad ' || record.found_bad
    FROM device JOIN record ON record.device = device.key
    WHERE device.key = ?1 AND (device.refusals > 0 OR record.audit_faults > 0
      OR record.failed_checks > 0 OR record.found_bad > 0)";

/// Blobs that a row needs: what was decoded, clips with what belongs to them, verdicts' pictures.
pub(crate) const BLOBS: &str = "
    SELECT segment FROM submission
      WHERE state IN ('auditing', 'accepted')
         OR (state IN ('received', 'checking') AND short_segment IS NULL)
    UNION SELECT blob FROM clip WHERE state = 'live'
    UNION SELECT torrent FROM clip WHERE state = 'live'
    UNION SELECT poster FROM clip WHERE state = 'live'
    UNION SELECT poster FROM sheep WHERE poster IS NOT NULL
    UNION SELECT submitted FROM verdict
    UNION SELECT rendered FROM verdict";
