//! What follows from audits: a unit is accepted and paid, or opened again, or given up.

use rand_chacha::rand_core::Rng;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::WorkUnitState;

use super::Grid;
use super::rows::{
    AuditState, ClassNumber, ClipNumber, ClipState, DeviceNumber, Earning, Job, LeaseState,
    LedgerReason, LedgerRow, Purpose, SubmissionNumber, SubmissionState, UnitNumber,
};
use crate::audits::is_quarantined;
use crate::credit::{ESCROW_UNITS, credit_for, in_escrow};
use crate::trust::referee::{draws_reaudit, reaudit_frames};

impl Grid {
    /// Accepts the submission if none of its audits is open: unit, credit and perhaps the clip,
    /// and perhaps the referee's second look. Returns the unit's state.
    pub(super) fn accept_if_audited(
        &mut self,
        submission: SubmissionNumber,
        now_ms: i64,
        rng: &mut impl Rng,
    ) -> WorkUnitState {
        let row = self.submission(submission);
        let (unit, device, class) = (row.unit, row.device, row.class);
        let open = |audit| self.audit(audit).state != AuditState::Passed;
        if row.state != SubmissionState::Auditing || row.audits.iter().copied().any(open) {
            return self.unit(unit).state;
        }
        self.submissions[submission.place()].state = SubmissionState::Accepted;
        self.set_unit(unit, WorkUnitState::Accepted);
        self.sums.accepted += 1;
        self.accepted_lately.push_back(now_ms);
        self.pay(unit, device, class, now_ms);
        self.finish_clip(self.unit(unit).clip);
        if draws_reaudit(rng) {
            self.plan_reaudit(submission, now_ms, rng);
        }
        WorkUnitState::Accepted
    }

    fn plan_reaudit(&mut self, submission: SubmissionNumber, now_ms: i64, rng: &mut impl Rng) {
        let audits = self.submission(submission).audits.iter();
        let audited: Vec<u32> = audits.map(|audit| self.audit(*audit).frame).collect();
        for frame in reaudit_frames(self.settings.segment_frames, &audited, rng) {
            let audit = self.plan_audit(submission, frame, Purpose::Sample, now_ms, rng);
            self.take_over(audit);
        }
    }

    /// Writes what the unit earned, and the device's sums with it.
    fn pay(&mut self, unit: UnitNumber, device: DeviceNumber, class: ClassNumber, now_ms: i64) {
        let credit = credit_for(self.settings.unit_samples());
        let record = self.record_mut(device, class);
        let before = record.units_of_probation();
        record.accepted_units += 1;
        let earning = Earning {
            device,
            class,
            credit,
            escrow: in_escrow(before),
            voided: false,
        };
        let earlier = self.earnings.insert(unit, earning);
        assert!(earlier.is_none(), "a unit is accepted once in its life");
        self.write_ledger(unit, LedgerReason::Earned, now_ms);
        if before + 1 == ESCROW_UNITS {
            self.pay_out_escrow(device, class);
        }
    }

    fn pay_out_escrow(&mut self, device: DeviceNumber, class: ClassNumber) {
        for submission in &self.devices[&device].submissions {
            let unit = self.submissions[submission.place()].unit;
            if let Some(earning) = self.earnings.get_mut(&unit)
                && (earning.device, earning.class) == (device, class)
                && !earning.voided
            {
                earning.escrow = false;
            }
        }
    }

    /// Adds a row for what a unit earned, to the ledger and to the device's sum.
    pub(super) fn write_ledger(&mut self, unit: UnitNumber, reason: LedgerReason, now_ms: i64) {
        let earning = self.earnings[&unit];
        self.ledger.push(LedgerRow {
            unit,
            device: earning.device,
            credit: earning.credit,
            reason,
            written_ms: now_ms,
        });
        let device = self.device_mut(earning.device);
        match reason {
            LedgerReason::Earned | LedgerReason::Restored => device.credit += earning.credit,
            LedgerReason::Voided => device.credit -= earning.credit,
        }
    }

    /// Sends the clip to joining when its last unit was accepted; exactly once for a version.
    pub(super) fn finish_clip(&mut self, clip: ClipNumber) {
        let row = &self.clips[clip.place()];
        let accepted = |unit| self.unit(unit).state == WorkUnitState::Accepted;
        if row.state != ClipState::Rendering || !row.units.iter().copied().all(accepted) {
            return;
        }
        let version = row.version;
        self.clips[clip.place()].state = ClipState::Joining;
        self.enqueue(Job::Join { clip, version });
    }

    /// Refuses a submission that was not accepted yet: its audits are dropped, its device is told,
    /// its unit is rendered again.
    pub(super) fn refuse_submission(&mut self, submission: SubmissionNumber, problem: ProblemKind) {
        self.unchecked.remove(&submission);
        let row = &mut self.submissions[submission.place()];
        row.state = SubmissionState::Refused;
        let (lease, unit, device, segment) = (row.lease, row.unit, row.device, row.segment);
        self.let_go_of_blob(segment);
        let row = &mut self.leases[lease.place()];
        row.state = LeaseState::Refused;
        row.problem = Some(problem);
        self.drop_audits(submission);
        self.count_failure(unit, device);
        self.notify(device, unit, problem);
        self.units[unit.place()].submission = None;
        self.set_unit(unit, WorkUnitState::Leased);
        self.reopen_unit(unit);
    }

    /// Nobody needs the submission's open audits any more, nor the leases on them.
    pub(super) fn drop_audits(&mut self, submission: SubmissionNumber) {
        for audit in self.submission(submission).audits.clone() {
            if !self.is_settled(audit) {
                self.supersede_audit_leases(audit);
                self.set_audit(audit, AuditState::Dropped);
            }
        }
    }

    /// Counts a failure against the device, once for each unit.
    pub(super) fn count_failure(&mut self, unit: UnitNumber, device: DeviceNumber) {
        self.units[unit.place()].failures.insert(device);
    }

    /// Makes a unit ready for another worker after a failure; quarantines it when it failed on too
    /// many. A unit that another submission is being audited for stays as it is.
    pub(super) fn reopen_unit(&mut self, unit: UnitNumber) {
        let row = self.unit(unit);
        let open = matches!(row.state, WorkUnitState::Ready | WorkUnitState::Leased);
        if !is_quarantined(row.failures.len() as u64) {
            self.free_work(unit, None);
        } else if open {
            self.supersede_unit_leases(unit);
            self.set_unit(unit, WorkUnitState::Quarantined);
        }
    }

    /// An operator gives a unit that failed on five devices another chance: its failures are
    /// forgotten. Says whether it was such a unit.
    pub fn requeue_unit(&mut self, unit: UnitNumber) -> bool {
        let row = &mut self.units[unit.place()];
        if row.state != WorkUnitState::Quarantined || row.submission.is_some() {
            return false;
        }
        row.failures.clear();
        self.set_unit(unit, WorkUnitState::Ready);
        true
    }
}
