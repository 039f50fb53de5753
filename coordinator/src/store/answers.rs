//! What a worker's answer is measured against, before its body is read.

use woolgather_protocol::submission::{WorkUnitState, WorkUnitStatus};
use woolgather_protocol::work::WorkUnit;
use woolgather_protocol::{Blake3, LeaseId, Problem, ProblemKind, PublicKey, WorkUnitId};

use super::database::{Database, query};
use super::rows::{maybe_parsed, named, number, parsed};
use super::work::load_work;
use super::{Store, StoreError};

/// A lease that may still be answered, or was answered by the same device before.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenLease {
    /// The lease's name.
    pub lease: LeaseId,
    /// What was to be done; `task` says which frame for an audit.
    pub work: WorkUnit,
    /// The answer this lease was given already.
    pub earlier: Option<EarlierAnswer>,
}

/// What a lease was answered with before.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierAnswer {
    /// BLAKE3 of the segment of a submission, or of the frame of an audit report. When the
    /// answer at hand carries the same, its receipt is `duplicate: true` with `state`; otherwise
    /// refuse it with `lease-superseded`.
    pub digest: Blake3,
    /// How far the work unit has come.
    pub state: WorkUnitState,
}

impl Store {
    /// The lease a submission is for. Call it before reading the body.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `unknown-lease`, `foreign-lease`, `wrong-task` (it is an
    /// audit's), `lease-superseded`, or the problem this very lease was refused with before.
    pub async fn lease_for_submission(
        &self,
        lease: &LeaseId,
        device: PublicKey,
    ) -> Result<OpenLease, StoreError> {
        self.open_lease(lease, device, Answers::Segment).await
    }

    /// The lease an audit report is for.
    ///
    /// # Errors
    ///
    /// As [`Store::lease_for_submission`]; `wrong-task` when it is a segment's.
    pub async fn lease_for_audit(
        &self,
        lease: &LeaseId,
        device: PublicKey,
    ) -> Result<OpenLease, StoreError> {
        self.open_lease(lease, device, Answers::Audit).await
    }

    async fn open_lease(
        &self,
        lease: &LeaseId,
        device: PublicKey,
        answers: Answers,
    ) -> Result<OpenLease, StoreError> {
        let lease = lease.clone();
        self.read(move |conn| {
            let found = find_lease(conn, &lease, device)?;
            let earlier = may_answer(&found, answers)?;
            let work = load_work(conn, &found.work_unit, found.audit.as_ref())?;
            Ok(OpenLease {
                lease,
                work,
                earlier,
            })
        })
        .await
    }

    /// What became of a work unit (or an audit), and of `device`'s last submission for it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn work_unit_status(
        &self,
        work_unit: &WorkUnitId,
        device: Option<PublicKey>,
    ) -> Result<WorkUnitStatus, StoreError> {
        let work_unit = work_unit.clone();
        self.read(move |conn| {
            let state = unit_state(conn, &work_unit)?;
            let refused = match device {
                Some(device) => last_refusal(conn, &work_unit, device)?,
                None => None,
            };
            Ok(WorkUnitStatus { state, refused })
        })
        .await
    }
}

/// A work unit as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFacts {
    /// Its name.
    pub id: WorkUnitId,
    /// Its sheep's title, or both.
    pub title: String,
    /// Which segment of the clip, from 0.
    pub segment: u32,
    /// The segment's first frame within the clip.
    pub first_frame: u32,
    /// Frames in the segment.
    pub frame_count: u32,
    /// How far it has come.
    pub state: WorkUnitState,
}

impl Store {
    /// A work unit, by its own name or that of one of its audits.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn unit_facts(&self, id: &WorkUnitId) -> Result<UnitFacts, StoreError> {
        let wanted = query(
            "SELECT work_unit.id, work_unit.segment, work_unit.first_frame, work_unit.frame_count,
                    work_unit.state, clip.title
             FROM work_unit JOIN clip ON clip.id = work_unit.clip
             WHERE work_unit.id = COALESCE((SELECT audit.work_unit FROM audit WHERE audit.id = $1),
                                           $1)",
        )
        .bind(id.as_str());
        let row = self.row(wanted).await?;
        let row = row.ok_or_else(|| StoreError::not_found("work unit", id))?;
        Ok(UnitFacts {
            id: parsed(&row, "id")?,
            title: row.try_get("title")?,
            segment: number(&row, "segment")?,
            first_frame: number(&row, "first_frame")?,
            frame_count: number(&row, "frame_count")?,
            state: named(&row, "state")?,
        })
    }
}

/// What a lease may be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// A submission.
    Segment,
    /// An audit report.
    Audit,
}

/// A lease as it is stored.
pub(super) struct FoundLease {
    pub(super) work_unit: WorkUnitId,
    pub(super) audit: Option<WorkUnitId>,
    state: String,
    answer: Option<Blake3>,
    problem: Option<Problem>,
    unit_state: WorkUnitState,
    audit_state: Option<String>,
}

/// The lease, if `device` holds it.
pub(super) fn find_lease(
    conn: &mut dyn Database,
    lease: &LeaseId,
    device: PublicKey,
) -> Result<FoundLease, StoreError> {
    let row = query(
        "SELECT lease.device, lease.work_unit, lease.audit, lease.state, lease.answer,
                lease.problem, work_unit.state AS unit_state, audit.state AS audit_state
         FROM lease
         JOIN work_unit ON work_unit.id = lease.work_unit
         LEFT JOIN audit ON audit.id = lease.audit
         WHERE lease.id = $1",
    )
    .bind(lease.as_str())
    .fetch_optional(conn)?;
    let Some(row) = row else {
        let detail = format!("This coordinator never gave out the lease `{lease}`.");
        return Err(StoreError::refused(ProblemKind::UnknownLease, detail));
    };
    if parsed::<PublicKey>(&row, "device")? != device {
        let detail = format!("Another device holds the lease `{lease}`.");
        return Err(StoreError::refused(ProblemKind::ForeignLease, detail));
    }
    Ok(FoundLease {
        work_unit: parsed(&row, "work_unit")?,
        audit: maybe_parsed(&row, "audit")?,
        state: row.try_get("state")?,
        answer: maybe_parsed(&row, "answer")?,
        problem: problem(row.try_get("problem")?)?,
        unit_state: named(&row, "unit_state")?,
        audit_state: row.try_get("audit_state")?,
    })
}

/// Whether the lease may be answered now; the answer it was given before, if it was.
pub(super) fn may_answer(
    lease: &FoundLease,
    answers: Answers,
) -> Result<Option<EarlierAnswer>, StoreError> {
    let is_for = match lease.audit {
        Some(_) => Answers::Audit,
        None => Answers::Segment,
    };
    if is_for != answers {
        let detail = match is_for {
            Answers::Audit => "This lease is for an audit; hand in an audit report.",
            Answers::Segment => "This lease is for a segment; hand in a submission.",
        };
        return Err(StoreError::refused(ProblemKind::WrongTask, detail));
    }
    if let Some(problem) = &lease.problem {
        return Err(StoreError::Refused(problem.clone()));
    }
    match (lease.state.as_str(), lease.answer) {
        ("answered", Some(digest)) => Ok(Some(EarlierAnswer {
            digest,
            state: lease.unit_state,
        })),
        ("active" | "expired", _) if work_is_open(lease) => Ok(None),
        _ => Err(superseded()),
    }
}

/// Nobody else was faster: also an expired lease may still be answered.
fn work_is_open(lease: &FoundLease) -> bool {
    match lease.audit_state.as_deref() {
        Some(state) => matches!(state, "waiting" | "leased" | "taken_over"),
        None => matches!(
            lease.unit_state,
            WorkUnitState::Ready | WorkUnitState::Leased
        ),
    }
}

pub(super) fn superseded() -> StoreError {
    let detail = "The lease was given back, or somebody else handed this work in first.";
    StoreError::refused(ProblemKind::LeaseSuperseded, detail)
}

pub(super) fn unit_state(
    conn: &mut dyn Database,
    work_unit: &WorkUnitId,
) -> Result<WorkUnitState, StoreError> {
    let row = query("SELECT state FROM work_unit WHERE id = $1")
        .bind(work_unit.as_str())
        .fetch_optional(&mut *conn)?;
    if let Some(row) = row {
        return named(&row, "state");
    }
    let row = query("SELECT state FROM audit WHERE id = $1")
        .bind(work_unit.as_str())
        .fetch_optional(conn)?
        .ok_or_else(|| StoreError::not_found("work unit", work_unit))?;
    Ok(match row.try_get("state")? {
        "waiting" => WorkUnitState::Ready,
        "leased" => WorkUnitState::Leased,
        "taken_over" | "disputed" => WorkUnitState::Auditing,
        _ => WorkUnitState::Accepted,
    })
}

/// The problem of the device's last lease on this unit or audit.
fn last_refusal(
    conn: &mut dyn Database,
    work_unit: &WorkUnitId,
    device: PublicKey,
) -> Result<Option<Problem>, StoreError> {
    let row = query(
        "SELECT problem FROM lease
         WHERE device = $2 AND state IN ('answered', 'refused')
           AND ((work_unit = $1 AND audit IS NULL) OR audit = $1)
         ORDER BY leased_ms DESC LIMIT 1",
    )
    .bind(work_unit.as_str())
    .bind(device.to_string())
    .fetch_optional(conn)?;
    let Some(row) = row else { return Ok(None) };
    problem(row.try_get("problem")?)
}

fn problem(text: Option<String>) -> Result<Option<Problem>, StoreError> {
    text.map(|text| serde_json::from_str(&text).map_err(super::rows::corrupt))
        .transpose()
}
