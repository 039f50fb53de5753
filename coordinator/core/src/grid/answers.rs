//! What a worker's answer is measured against.

use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::WorkUnitState;

use super::rows::{AuditState, DeviceNumber, Digest, Lease, LeaseNumber, LeaseState};
use super::{Grid, Refused};

/// What a lease was answered with before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierAnswer {
    /// Of the segment of a submission, or of the frame of an audit report.
    pub digest: Digest,
    /// How far the work unit has come.
    pub state: WorkUnitState,
}

/// What a lease may be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    Segment,
    Audit,
}

impl Grid {
    /// The lease a submission is for; what it was answered with before, if it was.
    ///
    /// # Errors
    ///
    /// `unknown-lease`, `foreign-lease`, `wrong-task` (it is an audit's), `lease-superseded`, or
    /// the problem this very lease was refused with before.
    pub fn lease_for_submission(
        &self,
        lease: LeaseNumber,
        device: DeviceNumber,
    ) -> Result<Option<EarlierAnswer>, Refused> {
        self.may_answer(self.find_lease(lease, device)?, Answers::Segment)
    }

    /// The lease an audit report is for.
    ///
    /// # Errors
    ///
    /// As [`Grid::lease_for_submission`]; `wrong-task` when it is a segment's.
    pub fn lease_for_audit(
        &self,
        lease: LeaseNumber,
        device: DeviceNumber,
    ) -> Result<Option<EarlierAnswer>, Refused> {
        self.may_answer(self.find_lease(lease, device)?, Answers::Audit)
    }

    /// The lease, if `device` holds it.
    pub(super) fn find_lease(
        &self,
        lease: LeaseNumber,
        device: DeviceNumber,
    ) -> Result<&Lease, Refused> {
        let row = self.leases.get(lease.place());
        let row = row.ok_or(Refused(ProblemKind::UnknownLease))?;
        if row.device != device {
            return Err(Refused(ProblemKind::ForeignLease));
        }
        Ok(row)
    }

    pub(super) fn may_answer(
        &self,
        lease: &Lease,
        answers: Answers,
    ) -> Result<Option<EarlierAnswer>, Refused> {
        let is_for = match lease.audit {
            Some(_) => Answers::Audit,
            None => Answers::Segment,
        };
        if is_for != answers {
            return Err(Refused(ProblemKind::WrongTask));
        }
        if let Some(problem) = lease.problem {
            return Err(Refused(problem));
        }
        match (lease.state, lease.answer) {
            (LeaseState::Answered, Some(digest)) => Ok(Some(EarlierAnswer {
                digest,
                state: self.unit(lease.unit).state,
            })),
            (LeaseState::Active | LeaseState::Expired, _) if self.work_is_open(lease) => Ok(None),
            _ => Err(Refused(ProblemKind::LeaseSuperseded)),
        }
    }

    /// Nobody else was faster: also an expired lease may still be answered.
    fn work_is_open(&self, lease: &Lease) -> bool {
        match lease.audit {
            Some(audit) => matches!(
                self.audit(audit).state,
                AuditState::Waiting | AuditState::Leased | AuditState::TakenOver
            ),
            None => matches!(
                self.unit(lease.unit).state,
                WorkUnitState::Ready | WorkUnitState::Leased
            ),
        }
    }
}
