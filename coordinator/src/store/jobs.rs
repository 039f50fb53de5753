//! Jobs: background tasks on the server, durable and idempotent.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use woolgather_protocol::{ClipId, EntryId, WorkUnitId};

use super::database::{Row, query};
use super::operators::log;
use super::rows::{json, number, stored, to_json};
use super::writer::Tx;
use super::{AuditAgain, DoubtReports, Store, StoreError};

/// A job that failed this often in a row is left alone.
const FAILURES_MAX: u32 = 20;

/// The longest wait between two attempts.
const WAIT_MAX: Duration = Duration::from_secs(10 * 60);

/// Something the server has to do. Doing it twice must do no harm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Job {
    /// Join a clip's segments, make poster and torrent, publish.
    Join {
        /// The clip.
        clip: ClipId,
        /// Its version.
        version: u32,
    },
    /// Render an audited frame here, because nobody else does.
    SelfAudit {
        /// The audit.
        audit: WorkUnitId,
    },
    /// Settle a disagreement between submitter and auditor.
    Referee {
        /// The audit.
        audit: WorkUnitId,
    },
    /// Look at an entry.
    Screen {
        /// The entry.
        entry: EntryId,
    },
    /// Audit accepted work of a device again.
    AuditAgain(AuditAgain),
    /// Have frames that a bad device passed as an auditor rendered by others.
    DoubtReports(DoubtReports),
    /// Plan the edges the flock's graph needs.
    Plan,
    /// Fit all ratings to all standing votes.
    Refit,
    /// Let sheep be born and retire, as far as it is time.
    Breed,
}

impl Job {
    /// Two jobs with the same key are the same job.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Join { clip, version } => format!("join:{clip}:{version}"),
            Self::SelfAudit { audit } => format!("self-audit:{audit}"),
            Self::Referee { audit } => format!("referee:{audit}"),
            Self::Screen { entry } => format!("screen:{entry}"),
            Self::AuditAgain(again) => {
                let class = again.class.unwrap_or(0);
                format!("audit-again:{}:{class}:{}", again.device, again.below)
            }
            Self::DoubtReports(doubt) => format!("doubt-reports:{}:{}", doubt.auditor, doubt.above),
            Self::Plan => "plan".into(),
            Self::Refit => "refit".into(),
            Self::Breed => "breed".into(),
        }
    }
}

/// A job somebody is doing now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// Its number.
    pub id: i64,
    /// What to do.
    pub job: Job,
    /// Tells this claim from a later one: goes up with every claim, from 1.
    pub claim: u64,
}

impl Store {
    /// Adds a job unless it is waiting already. One that is running will run once more.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn enqueue_job(&self, job: Job) -> Result<(), StoreError> {
        self.write(move |tx| enqueue(tx, &job)).await
    }

    /// Claims the next job that is due; `None` when there is none. A job claimed longer than
    /// `stale_after` ago counts as abandoned and is claimed again.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn claim_job(&self, stale_after: Duration) -> Result<Option<ClaimedJob>, StoreError> {
        self.write(move |tx| claim(tx, stale_after)).await
    }

    /// Somebody is still at the job: it is not abandoned.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn renew_job(&self, job: &ClaimedJob) -> Result<(), StoreError> {
        let (id, claim) = (job.id, job.claim);
        self.write(move |tx| {
            query(
                "UPDATE job SET claimed_ms = $3
                 WHERE number = $1 AND state = 'running' AND claims = $2",
            )
            .bind(id)
            .bind(stored(claim))
            .bind(tx.now_ms)
            .execute(tx.conn)?;
            Ok(())
        })
        .await
    }

    /// The job is done. Says nothing when somebody else has claimed it since.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn finish_job(&self, job: &ClaimedJob) -> Result<(), StoreError> {
        let (id, claim) = (job.id, job.claim);
        self.write(move |tx| finish(tx, id, claim)).await
    }

    /// The job failed: it waits 2, 4, 8 … seconds (ten minutes at most) and is tried again.
    /// After 20 failures in a row it is left alone and shown on the status page.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn fail_job(&self, job: &ClaimedJob, error: &str) -> Result<(), StoreError> {
        let (id, claim, error) = (job.id, job.claim, error.to_owned());
        self.write(move |tx| fail(tx, id, claim, error)).await
    }

    /// Makes every running job due again. The server calls it once at its start, if nobody else
    /// can be running one; operator commands do not.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn reclaim_jobs(&self) -> Result<u64, StoreError> {
        self.write(reclaim).await
    }
}

/// A job as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLine {
    /// Its number.
    pub number: i64,
    /// What it is about: `join:…`, `screen:…`.
    pub key: String,
    /// `waiting`, `running` or `failed`.
    pub state: String,
    /// Failures in a row.
    pub failures: u64,
    /// When it is due.
    pub run_after_ms: i64,
    /// What the last failure said.
    pub error: Option<String>,
}

impl Store {
    /// Jobs that are not done: those given up first, then running ones, then by when they are due.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn job_lines(&self, limit: u32) -> Result<Vec<JobLine>, StoreError> {
        let wanted = query(
            "SELECT number, key, state, failures, run_after_ms, error FROM job
             WHERE state IN ('failed', 'running', 'waiting')
             ORDER BY CASE state WHEN 'failed' THEN 0 WHEN 'running' THEN 1 ELSE 2 END, run_after_ms, number
             LIMIT $1",
        )
        .bind(i64::from(limit));
        let rows = self.rows(wanted).await?;
        let line = |row: &Row| {
            Ok(JobLine {
                number: row.try_get("number")?,
                key: row.try_get("key")?,
                state: row.try_get("state")?,
                failures: number(row, "failures")?,
                run_after_ms: row.try_get("run_after_ms")?,
                error: row.try_get("error")?,
            })
        };
        rows.iter().map(line).collect()
    }

    /// Makes a job that was given up, or waits for its next try, due now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found` where it is neither.
    pub async fn retry_job(&self, number: i64, reason: &str) -> Result<(), StoreError> {
        let reason = reason.to_owned();
        self.write(move |tx| {
            let row = query(
                "UPDATE job SET state = 'waiting', failures = 0, run_after_ms = $2
                 WHERE number = $1 AND state IN ('failed', 'waiting') RETURNING key",
            )
            .bind(number)
            .bind(tx.now_ms)
            .fetch_optional(&mut *tx.conn)?;
            let row = row.ok_or_else(|| StoreError::not_found("job", number))?;
            tx.news.jobs = true;
            let key: String = row.try_get("key")?;
            log(tx, "retry", &key, &reason)
        })
        .await
    }
}

/// Adds a job inside a transaction.
pub(super) fn enqueue(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    query(
        "INSERT INTO job (number, key, payload, state, claims, failures, run_after_ms, again)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM job), $1, $2, 'waiting', 0, 0, $3, 0)
         ON CONFLICT (key) DO UPDATE SET
             again = CASE job.state WHEN 'running' THEN 1 ELSE 0 END,
             state = CASE job.state WHEN 'running' THEN 'running' ELSE 'waiting' END,
             failures = CASE WHEN job.state IN ('done', 'failed') THEN 0 ELSE job.failures END,
             run_after_ms = CASE job.state WHEN 'waiting' THEN job.run_after_ms ELSE $3 END",
    )
    .bind(job.key())
    .bind(to_json(job))
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    tx.news.jobs = true;
    Ok(())
}

fn claim(tx: &mut Tx<'_>, stale_after: Duration) -> Result<Option<ClaimedJob>, StoreError> {
    let stale_ms = i64::try_from(stale_after.as_millis()).unwrap_or(i64::MAX);
    let row = query(
        "UPDATE job SET state = 'running', claims = claims + 1, claimed_ms = $1
         WHERE number = (SELECT number FROM job
                         WHERE (state = 'waiting' AND run_after_ms <= $1)
                            OR (state = 'running' AND claimed_ms <= $2)
                         ORDER BY run_after_ms, number LIMIT 1)
         RETURNING number, payload, claims",
    )
    .bind(tx.now_ms)
    .bind(tx.now_ms.saturating_sub(stale_ms))
    .fetch_optional(tx.conn)?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ClaimedJob {
        id: row.try_get("number")?,
        job: json(&row, "payload")?,
        claim: number(&row, "claims")?,
    }))
}

fn finish(tx: &mut Tx<'_>, id: i64, claim: u64) -> Result<(), StoreError> {
    query(
        "UPDATE job SET state = CASE again WHEN 1 THEN 'waiting' ELSE 'done' END,
                        again = 0, failures = 0, error = NULL
         WHERE number = $1 AND state = 'running' AND claims = $2",
    )
    .bind(id)
    .bind(stored(claim))
    .execute(tx.conn)?;
    Ok(())
}

fn fail(tx: &mut Tx<'_>, id: i64, claim: u64, error: String) -> Result<(), StoreError> {
    let row = query(
        "UPDATE job SET state = 'waiting', failures = failures + 1, error = $3
         WHERE number = $1 AND state = 'running' AND claims = $2 RETURNING failures",
    )
    .bind(id)
    .bind(stored(claim))
    .bind(error)
    .fetch_optional(&mut *tx.conn)?;
    let Some(row) = row else { return Ok(()) };
    let failures: u32 = number(&row, "failures")?;
    let wait_s = 2_u64.saturating_pow(failures).min(WAIT_MAX.as_secs());
    let state = if failures < FAILURES_MAX {
        "waiting"
    } else {
        "failed"
    };
    query("UPDATE job SET state = $2, run_after_ms = $3 WHERE number = $1")
        .bind(id)
        .bind(state)
        .bind(tx.now_ms + stored(wait_s * 1000))
        .execute(tx.conn)?;
    Ok(())
}

fn reclaim(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let reclaimed =
        query("UPDATE job SET state = 'waiting', run_after_ms = $1 WHERE state = 'running'")
            .bind(tx.now_ms)
            .execute(tx.conn)?;
    Ok(reclaimed)
}
