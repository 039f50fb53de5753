//! Submissions: a segment is taken, or refused.

use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::{Receipt, WorkUnitState};
use woolgather_protocol::work::DeviceKind;

use super::answers::Answers;
use super::rows::{
    DeviceNumber, Digest, LeaseNumber, LeaseState, Submission, SubmissionNumber, SubmissionState,
    UnitNumber,
};
use super::{Grid, Refused};

/// A submission whose structure is the recipe's. Its frames were not decoded yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSubmission {
    /// The lease it answers.
    pub lease: LeaseNumber,
    /// Who hands it in.
    pub device: DeviceNumber,
    /// Its segment; the blob is on disk already.
    pub segment: Digest,
    /// How many digests of frames it commits to.
    pub frames: u32,
    /// Wall clock the worker says it took.
    pub render_ms: u64,
    /// What drew the frames.
    pub drawn_by: DeviceKind,
}

impl Grid {
    /// Takes a submission. The same one again gives `duplicate: true`.
    ///
    /// # Errors
    ///
    /// As [`Grid::lease_for_submission`]; `bad-preamble` when its frames are too many or too few.
    pub fn record_submission(
        &mut self,
        new: &NewSubmission,
        now_ms: i64,
    ) -> Result<Receipt, Refused> {
        let lease = self.find_lease(new.lease, new.device)?;
        let unit = lease.unit;
        if let Some(earlier) = self.may_answer(lease, Answers::Segment)? {
            if earlier.digest != new.segment {
                return Err(Refused(ProblemKind::LeaseSuperseded));
            }
            return Ok(Receipt {
                duplicate: true,
                state: earlier.state,
            });
        }
        if new.frames != self.settings.segment_frames {
            return Err(Refused(ProblemKind::BadPreamble));
        }
        let submission = self.insert_submission(new, unit);
        self.answer_lease(new.lease, new.segment);
        self.supersede_unit_leases(unit);
        self.touch(new.device, now_ms);
        self.units[unit.place()].submission = Some(submission);
        self.set_unit(unit, WorkUnitState::Submitted);
        Ok(Receipt {
            duplicate: false,
            state: WorkUnitState::Submitted,
        })
    }

    fn insert_submission(&mut self, new: &NewSubmission, unit: UnitNumber) -> SubmissionNumber {
        let submission = SubmissionNumber(self.submissions.len() as u64);
        self.submissions.push(Submission {
            lease: new.lease,
            unit,
            device: new.device,
            class: self.class_of(new.device, new.drawn_by),
            segment: new.segment,
            render_ms: new.render_ms,
            state: SubmissionState::Received,
            audits: Vec::new(),
            claimed_ms: 0,
        });
        self.unchecked.insert(submission);
        self.device_mut(new.device).submissions.push(submission);
        self.refer_to_blob(new.segment);
        self.sums.submissions += 1;
        submission
    }

    /// This lease is answered; an expired one too.
    pub(super) fn answer_lease(&mut self, lease: LeaseNumber, answer: Digest) {
        self.close_lease(lease, LeaseState::Answered);
        let row = &mut self.leases[lease.place()];
        row.state = LeaseState::Answered;
        row.answer = Some(answer);
    }

    /// Whoever else holds a lease on the unit's segment was too slow.
    pub(super) fn supersede_unit_leases(&mut self, unit: UnitNumber) {
        for lease in self.unit(unit).leases.clone() {
            self.close_lease(lease, LeaseState::Superseded);
        }
    }

    /// Records that what came for this lease was refused, and closes the lease. A segment's unit
    /// is ready again (quarantined after five distinct devices) and the failure is counted for
    /// the device; an audit waits for somebody else.
    ///
    /// # Errors
    ///
    /// `unknown-lease` or `foreign-lease`.
    pub fn record_refusal(
        &mut self,
        lease: LeaseNumber,
        device: DeviceNumber,
        problem: ProblemKind,
        now_ms: i64,
    ) -> Result<(), Refused> {
        let row = self.find_lease(lease, device)?;
        let (unit, audit, state) = (row.unit, row.audit, row.state);
        if !matches!(state, LeaseState::Active | LeaseState::Expired) {
            return Ok(());
        }
        self.close_lease(lease, LeaseState::Refused);
        let row = &mut self.leases[lease.place()];
        row.state = LeaseState::Refused;
        row.problem = Some(problem);
        if let Some(audit) = audit {
            self.audits[audit.place()].refused_by.push(device);
            self.free_work(unit, Some(audit));
            return Ok(());
        }
        self.sums.refused_by_checks += 1;
        let class = self.fastest_class(device);
        self.record_mut(device, class).failed_checks(now_ms);
        self.count_failure(unit, device);
        self.reopen_unit(unit);
        Ok(())
    }
}
