//! Numbers for the status page and the metrics.

use woolgather_protocol::submission::WorkUnitState;

use super::clips::{clip_rows, shown_name};
use super::database::{Database, query};
use super::devices::active_devices;
use super::rows::{named, number};
use super::{ClipRow, Store, StoreError};

/// Work units by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UnitCounts {
    /// Waiting for a worker.
    pub ready: u64,
    /// A worker has it.
    pub leased: u64,
    /// A frame of it is being rendered again.
    pub auditing: u64,
    /// Good.
    pub accepted: u64,
    /// Failed on five distinct workers.
    pub quarantined: u64,
}

/// How far a clip has come.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipProgress {
    /// The clip.
    pub clip: ClipRow,
    /// The state of each segment, in order.
    pub segments: Vec<WorkUnitState>,
}

/// What a volunteer has earned, over all devices of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolunteerCredit {
    /// The name; "anonymous" for devices without one.
    pub volunteer: String,
    /// Segments accepted.
    pub accepted_units: u64,
    /// In thousands of reference samples.
    pub credit: u64,
}

/// The flock in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct FlockStatus {
    /// Work units by state.
    pub units: UnitCounts,
    /// Audits nobody has taken yet.
    pub audits_waiting: u64,
    /// Jobs waiting or running.
    pub jobs_open: u64,
    /// Jobs given up after too many attempts.
    pub jobs_failed: u64,
    /// Devices that asked for work or handed some in within the last two minutes.
    pub active_workers: u64,
    /// Every device that ever introduced itself.
    pub devices: u64,
    /// Living sheep.
    pub live_sheep: u64,
    /// Live clips.
    pub live_clips: u64,
    /// Standing votes.
    pub votes: u64,
    /// Entries an operator must look at.
    pub entries_to_review: u64,
    /// Credit given so far, in thousands of reference samples.
    pub credit: u64,
    /// Leases handed out since the flock was founded.
    pub leases: u64,
    /// Leases that ran out without an answer.
    pub leases_expired: u64,
    /// Submissions taken since the flock was founded.
    pub submissions: u64,
    /// Submissions refused after an audit, and answers refused by the structural checks.
    pub refusals: u64,
    /// Audits that passed.
    pub audits_passed: u64,
    /// Bytes of the segments taken.
    pub segment_bytes: u64,
    /// Up to 20 clips that are rendered or joined now, oldest first.
    pub in_progress: Vec<ClipProgress>,
    /// The 12 clips published last, newest first.
    pub recent: Vec<ClipRow>,
    /// The 20 volunteers with the most credit.
    pub volunteers: Vec<VolunteerCredit>,
}

/// What is held for good, by state of the clips.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// Published clips.
    pub live_clips: u64,
    /// Their bytes.
    pub live_bytes: u64,
    /// Retired clips, which keep file and torrent.
    pub retired_clips: u64,
    /// Their bytes.
    pub retired_bytes: u64,
}

impl Store {
    /// What the clips take.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn held(&self) -> Result<Held, StoreError> {
        let wanted = query(
            "SELECT state, COUNT(*) AS clips, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes FROM clip
             WHERE state IN ('live', 'retired') GROUP BY state",
        );
        let mut held = Held::default();
        for row in self.rows(wanted).await? {
            let (clips, bytes) = (number(&row, "clips")?, number(&row, "bytes")?);
            if row.try_get::<&str>("state")? == "live" {
                (held.live_clips, held.live_bytes) = (clips, bytes);
            } else {
                (held.retired_clips, held.retired_bytes) = (clips, bytes);
            }
        }
        Ok(held)
    }

    /// The flock in numbers, as of one moment.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn status(&self) -> Result<FlockStatus, StoreError> {
        let now_ms = self.now_ms();
        self.read(move |conn| status(conn, now_ms)).await
    }
}

fn status(conn: &mut dyn Database, now_ms: i64) -> Result<FlockStatus, StoreError> {
    let units = unit_counts(conn)?;
    let active_workers = active_devices(conn, now_ms)?;
    let in_progress = in_progress(conn)?;
    let recent = recent(conn)?;
    let volunteers = volunteers(conn)?;
    let row = query(
        "SELECT
                (SELECT COUNT(*) FROM audit WHERE state = 'waiting') AS audits_waiting,
                (SELECT COUNT(*) FROM job WHERE state IN ('waiting', 'running')) AS jobs_open,
                (SELECT COUNT(*) FROM job WHERE state = 'failed') AS jobs_failed,
                (SELECT COUNT(*) FROM device) AS devices,
                (SELECT COUNT(*) FROM sheep WHERE state = 'live') AS live_sheep,
                (SELECT COUNT(*) FROM clip WHERE state = 'live') AS live_clips,
                (SELECT COUNT(*) FROM vote) AS votes,
                (SELECT COUNT(*) FROM entry WHERE state = 'needs_review') AS entries_to_review,
                (SELECT CAST(COALESCE(SUM(credit), 0) AS BIGINT) FROM device) AS credit,
                (SELECT COUNT(*) FROM lease) AS leases,
                (SELECT COUNT(*) FROM lease WHERE state = 'expired') AS leases_expired,
                (SELECT COUNT(*) FROM submission) AS submissions,
                (SELECT CAST(COALESCE(SUM(refusals), 0) AS BIGINT) FROM device) AS refusals,
                (SELECT COUNT(*) FROM audit WHERE state = 'passed') AS audits_passed,
                (SELECT CAST(COALESCE(SUM(segment_bytes), 0) AS BIGINT) FROM submission) AS segment_bytes",
    )
    .fetch_one(conn)?;
    Ok(FlockStatus {
        units,
        audits_waiting: number(&row, "audits_waiting")?,
        jobs_open: number(&row, "jobs_open")?,
        jobs_failed: number(&row, "jobs_failed")?,
        active_workers,
        devices: number(&row, "devices")?,
        live_sheep: number(&row, "live_sheep")?,
        live_clips: number(&row, "live_clips")?,
        votes: number(&row, "votes")?,
        entries_to_review: number(&row, "entries_to_review")?,
        credit: number(&row, "credit")?,
        leases: number(&row, "leases")?,
        leases_expired: number(&row, "leases_expired")?,
        submissions: number(&row, "submissions")?,
        refusals: number(&row, "refusals")?,
        audits_passed: number(&row, "audits_passed")?,
        segment_bytes: number(&row, "segment_bytes")?,
        in_progress,
        recent,
        volunteers,
    })
}

fn unit_counts(conn: &mut dyn Database) -> Result<UnitCounts, StoreError> {
    let rows =
        query("SELECT state, COUNT(*) AS units FROM work_unit GROUP BY state").fetch_all(conn)?;
    let mut counts = UnitCounts::default();
    for row in &rows {
        let units = number::<u64>(row, "units")?;
        match named(row, "state")? {
            WorkUnitState::Ready => counts.ready += units,
            WorkUnitState::Leased => counts.leased += units,
            WorkUnitState::Submitted | WorkUnitState::Auditing => counts.auditing += units,
            WorkUnitState::Accepted => counts.accepted += units,
            WorkUnitState::Quarantined => counts.quarantined += units,
        }
    }
    Ok(counts)
}

/// Clips on their way, oldest first.
fn in_progress(conn: &mut dyn Database) -> Result<Vec<ClipProgress>, StoreError> {
    let rows = query(
        "SELECT * FROM clip WHERE state IN ('rendering', 'joining') ORDER BY number LIMIT 20",
    )
    .fetch_all(&mut *conn)?;
    let mut progress = Vec::new();
    for clip in clip_rows(&rows)? {
        let rows = query(
            "SELECT state FROM work_unit WHERE clip = $1 AND clip_version = $2 ORDER BY segment",
        )
        .bind(clip.id.as_str())
        .bind(i64::from(clip.version))
        .fetch_all(&mut *conn)?;
        let segments: Result<_, _> = rows.iter().map(|row| named(row, "state")).collect();
        progress.push(ClipProgress {
            clip,
            segments: segments?,
        });
    }
    Ok(progress)
}

fn recent(conn: &mut dyn Database) -> Result<Vec<ClipRow>, StoreError> {
    let rows = query(
        "SELECT * FROM clip WHERE state = 'live'
         ORDER BY published_ms DESC, number DESC LIMIT 12",
    )
    .fetch_all(conn)?;
    clip_rows(&rows)
}

fn volunteers(conn: &mut dyn Database) -> Result<Vec<VolunteerCredit>, StoreError> {
    let rows = query(
        "SELECT volunteer, CAST(SUM(accepted_units) AS BIGINT) AS units,
                CAST(SUM(credit) AS BIGINT) AS earned FROM device
         WHERE accepted_units > 0 GROUP BY volunteer ORDER BY earned DESC, volunteer LIMIT 20",
    )
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            Ok(VolunteerCredit {
                volunteer: shown_name(row.try_get("volunteer")?),
                accepted_units: number(row, "units")?,
                credit: number(row, "earned")?,
            })
        })
        .collect()
}
