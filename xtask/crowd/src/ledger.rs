//! What the store holds in the end, read from outside, and whether it adds up.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use anyhow::ensure;
use woolgather_protocol::{Blake3, LeaseId};

/// Where the store is.
pub(crate) enum Place {
    /// An SQLite file.
    File(PathBuf),
    /// A PostgreSQL server's address.
    Server(String),
}

/// The sums that must agree.
pub(crate) struct Ledger {
    /// Submissions that are there.
    pub(crate) submissions: Vec<Submission>,
    /// Leases that were answered, of audits too.
    pub(crate) leases_closed: HashSet<LeaseId>,
    /// Units accepted.
    pub(crate) accepted: i64,
    /// Rows of credit.
    pub(crate) credit_rows: i64,
    /// Clips published.
    pub(crate) live_clips: i64,
    /// Blobs that must be there: segments that were decoded, clips with what belongs to them.
    pub(crate) blobs: BTreeSet<String>,
    credit: i64,
    devices_units: i64,
    devices_credit: i64,
    accepted_without_audit: i64,
    units: i64,
    units_in_states: i64,
    submissions_of_accepted: i64,
}

/// A submission that is there.
pub(crate) struct Submission {
    /// Under which lease it came.
    pub(crate) lease: LeaseId,
    /// What became of it.
    pub(crate) state: String,
    /// The digest of its segment.
    pub(crate) segment: Blake3,
}

/// Numbers, in this order, as one row.
const SUMS: &str = "SELECT
    (SELECT COUNT(*) FROM work_unit WHERE state = 'accepted'),
    (SELECT COUNT(*) FROM credit WHERE voided = 0),
    (SELECT CAST(COALESCE(SUM(CASE reason WHEN 'voided' THEN -credit ELSE credit END), 0) AS BIGINT)
     FROM ledger),
    (SELECT CAST(COALESCE(SUM(accepted_units), 0) AS BIGINT) FROM device),
    (SELECT CAST(COALESCE(SUM(credit), 0) AS BIGINT) FROM device),
    (SELECT COUNT(*) FROM work_unit WHERE state = 'accepted' AND NOT EXISTS
        (SELECT 1 FROM audit WHERE audit.submission = work_unit.submission AND audit.state = 'passed')),
    (SELECT COUNT(*) FROM work_unit),
    (SELECT COUNT(*) FROM work_unit WHERE state IN
        ('ready', 'leased', 'submitted', 'auditing', 'accepted', 'quarantined')),
    (SELECT COUNT(*) FROM submission WHERE state = 'accepted'),
    (SELECT COUNT(*) FROM clip WHERE state = 'live')";

const SUBMISSIONS: &str = "SELECT lease, state, segment FROM submission";

const UNJUDGED: &str =
    "SELECT COUNT(*) FROM submission WHERE state IN ('received', 'checking', 'auditing')";

const CLOSED: &str = "SELECT id FROM lease WHERE answer IS NOT NULL";

const BLOBS: &str = "SELECT segment FROM submission WHERE state IN ('auditing', 'accepted')
    UNION SELECT blob FROM clip WHERE state = 'live'
    UNION SELECT torrent FROM clip WHERE state = 'live'
    UNION SELECT poster FROM clip WHERE state = 'live'";

/// Reads the sums.
pub(crate) fn read(place: Place) -> anyhow::Result<Ledger> {
    // PostgreSQL's client waits, which a thread of an asynchronous program must not.
    let thread = std::thread::spawn(move || match place {
        Place::File(file) => read_file(&file),
        Place::Server(address) => read_server(&address),
    });
    let (sums, submissions, closed, blobs) = thread
        .join()
        .map_err(|_| anyhow::anyhow!("the store was not read"))??;
    let submissions = submissions.into_iter().map(|[lease, state, segment]| {
        Ok(Submission {
            lease: lease.parse()?,
            state,
            segment: segment.parse()?,
        })
    });
    let submissions: anyhow::Result<_> = submissions.collect();
    let closed: Result<_, _> = closed.iter().map(|lease| lease.parse()).collect();
    let [
        accepted,
        credit_rows,
        credit,
        devices_units,
        devices_credit,
        accepted_without_audit,
        units,
        units_in_states,
        submissions_of_accepted,
        live_clips,
    ] = sums;
    Ok(Ledger {
        submissions: submissions?,
        leases_closed: closed?,
        accepted,
        credit_rows,
        credit,
        devices_units,
        devices_credit,
        accepted_without_audit,
        units,
        units_in_states,
        submissions_of_accepted,
        live_clips,
        blobs: blobs.into_iter().collect(),
    })
}

/// How many submissions are neither accepted nor refused yet; may be asked beside coordinators.
pub(crate) fn unjudged(place: Place) -> anyhow::Result<u64> {
    let thread = std::thread::spawn(move || -> anyhow::Result<i64> {
        Ok(match place {
            Place::File(file) => {
                rusqlite::Connection::open(file)?.query_row(UNJUDGED, [], |row| row.get(0))?
            }
            Place::Server(address) => postgres::Client::connect(&address, postgres::NoTls)?
                .query_one(UNJUDGED, &[])?
                .get(0),
        })
    });
    let count = thread
        .join()
        .map_err(|_| anyhow::anyhow!("the store was not read"))??;
    Ok(count.unsigned_abs())
}

/// Sums, submissions, leases answered, blobs.
type Read = ([i64; 10], Vec<[String; 3]>, Vec<String>, Vec<String>);

fn read_file(file: &Path) -> anyhow::Result<Read> {
    let conn = rusqlite::Connection::open(file)?;
    let damage: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    ensure!(damage == "ok", "the database is damaged: {damage}");
    let mut sums = [0; 10];
    conn.query_row(SUMS, [], |row| {
        for (place, sum) in sums.iter_mut().enumerate() {
            *sum = row.get(place)?;
        }
        Ok(())
    })?;
    let submissions: rusqlite::Result<_> = conn
        .prepare(SUBMISSIONS)?
        .query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?
        .collect();
    let column = |sql: &str| -> rusqlite::Result<Vec<String>> {
        conn.prepare(sql)?
            .query_map([], |row| row.get(0))?
            .collect()
    };
    Ok((sums, submissions?, column(CLOSED)?, column(BLOBS)?))
}

fn read_server(address: &str) -> anyhow::Result<Read> {
    let mut client = postgres::Client::connect(address, postgres::NoTls)?;
    let row = client.query_one(SUMS, &[])?;
    let mut sums = [0; 10];
    for (place, sum) in sums.iter_mut().enumerate() {
        *sum = row.get(place);
    }
    let submissions = client.query(SUBMISSIONS, &[])?;
    let submissions = submissions
        .iter()
        .map(|row| [row.get(0), row.get(1), row.get(2)]);
    let submissions = submissions.collect();
    let mut column = |sql: &str| -> anyhow::Result<Vec<String>> {
        let rows = client.query(sql, &[])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    };
    Ok((sums, submissions, column(CLOSED)?, column(BLOBS)?))
}

/// The segment of a submission, wherever it is.
pub(crate) struct Segment {
    /// Its BLAKE3.
    pub(crate) name: String,
    /// Its bytes, where they wait in the row.
    pub(crate) waiting: Option<Vec<u8>>,
}

/// The segments of all submissions in an SQLite file.
pub(crate) fn segments(file: &Path) -> anyhow::Result<Vec<Segment>> {
    let conn = rusqlite::Connection::open(file)?;
    let mut found = conn.prepare("SELECT DISTINCT segment, short_segment FROM submission")?;
    let found = found.query_map([], |row| {
        Ok(Segment {
            name: row.get(0)?,
            waiting: row.get(1)?,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Whether the blob with this name is in `blobs`, a folder or the files of a bucket, and is what its name says.
pub(crate) fn is_whole(blobs: &Path, name: &str) -> bool {
    let file = blobs.join(&name[..2]).join(&name[2..4]).join(name);
    std::fs::read(file).is_ok_and(|bytes| Blake3::of(&bytes).to_string() == *name)
}

impl Ledger {
    /// How many of these leases have no submission.
    pub(crate) fn missing(&self, acknowledged: &HashSet<LeaseId>) -> usize {
        let there: HashSet<&LeaseId> = self.submissions.iter().map(|one| &one.lease).collect();
        let missing = acknowledged.iter().filter(|lease| !there.contains(lease));
        missing.count()
    }

    /// Whether everything adds up.
    ///
    /// # Errors
    ///
    /// The first sum that does not.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let same = |what: &str, left: i64, right: i64| -> anyhow::Result<()> {
            ensure!(left == right, "{what}: {left} and {right}");
            Ok(())
        };
        same(
            "units accepted, rows of credit",
            self.accepted,
            self.credit_rows,
        )?;
        same(
            "rows of credit, units of devices",
            self.credit_rows,
            self.devices_units,
        )?;
        same(
            "credit, credit of devices",
            self.credit,
            self.devices_credit,
        )?;
        same(
            "units accepted, submissions accepted",
            self.accepted,
            self.submissions_of_accepted,
        )?;
        same(
            "units, units in a state that exists",
            self.units,
            self.units_in_states,
        )?;
        same(
            "units accepted without an audit",
            self.accepted_without_audit,
            0,
        )
    }
}
