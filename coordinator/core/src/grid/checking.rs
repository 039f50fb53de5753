//! Checking: submissions that are on disk wait here until their frames were decoded.

use rand_chacha::rand_core::Rng;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::WorkUnitState;

use super::Grid;
use super::rows::{Audit, AuditNumber, AuditState, Purpose, SubmissionNumber, SubmissionState};
use crate::audits::draw_frames;
use crate::trust::record::frames_to_audit;

impl Grid {
    /// Claims up to `most` submissions to decode, oldest first; also those that somebody claimed
    /// longer than `stale_after_ms` ago and did not finish.
    pub fn claim_checks(
        &mut self,
        most: usize,
        stale_after_ms: i64,
        now_ms: i64,
    ) -> Vec<SubmissionNumber> {
        let claimable = |submission: &SubmissionNumber| {
            let row = self.submission(*submission);
            row.state == SubmissionState::Received || row.claimed_ms <= now_ms - stale_after_ms
        };
        let unchecked = self.unchecked.iter().copied();
        let claimed: Vec<SubmissionNumber> = unchecked.filter(claimable).take(most).collect();
        for submission in &claimed {
            let row = &mut self.submissions[submission.place()];
            row.state = SubmissionState::Checking;
            row.claimed_ms = now_ms;
        }
        claimed
    }

    /// Makes every claimed submission claimable again, as at a server's start.
    pub fn reclaim_checks(&mut self) -> u64 {
        let mut freed = 0;
        for submission in &self.unchecked {
            let row = &mut self.submissions[submission.place()];
            if row.state == SubmissionState::Checking {
                row.state = SubmissionState::Received;
                freed += 1;
            }
        }
        freed
    }

    /// The frames of a submission are sound, those in `suspicious` (within the segment, from 0) do
    /// not fit between their neighbours: its audits are drawn. Checking what is checked changes
    /// nothing.
    pub fn record_check(
        &mut self,
        submission: SubmissionNumber,
        suspicious: &[u32],
        now_ms: i64,
        rng: &mut impl Rng,
    ) {
        if !self.unchecked.remove(&submission) {
            return;
        }
        let row = self.submission(submission);
        let (unit, device, class) = (row.unit, row.device, row.class);
        self.submissions[submission.place()].state = SubmissionState::Auditing;
        self.set_unit(unit, WorkUnitState::Auditing);
        self.settle_class(class, now_ms);
        self.record_mut(device, class).passed_checks();
        let record = self.record(device, class);
        let on_trial = !self.classes[class.place()].standing.may_work()
            || self.classes[class.place()].standing.is_on_trial();
        let count = frames_to_audit(&record, !suspicious.is_empty(), on_trial);
        for frame in draw_frames(self.settings.segment_frames, suspicious, count, rng) {
            self.plan_audit(submission, frame, Purpose::Commit, now_ms, rng);
        }
    }

    /// The frames of a submission are not what they must be: its device is told, its unit is
    /// ready again. Refusing what is checked or refused changes nothing.
    pub fn refuse_check(
        &mut self,
        submission: SubmissionNumber,
        problem: ProblemKind,
        now_ms: i64,
    ) {
        if self.unchecked.contains(&submission) {
            self.sums.refused_by_checks += 1;
            let row = self.submission(submission);
            let (device, class) = (row.device, row.class);
            self.record_mut(device, class).failed_checks(now_ms);
            self.refuse_submission(submission, problem);
        }
    }

    pub(super) fn plan_audit(
        &mut self,
        submission: SubmissionNumber,
        frame: u32,
        purpose: Purpose,
        now_ms: i64,
        rng: &mut impl Rng,
    ) -> AuditNumber {
        let audit = AuditNumber(self.audits.len() as u64);
        self.audits.push(Audit {
            submission,
            frame,
            purpose,
            planned_ms: now_ms,
            // So that `set_audit` finds it in no queue.
            state: AuditState::Dropped,
            auditor: None,
            by_referee: false,
            auditor_class: None,
            draw: rng.next_u64(),
            leases: Vec::new(),
            refused_by: Vec::new(),
        });
        self.submissions[submission.place()].audits.push(audit);
        self.set_audit(audit, AuditState::Waiting);
        audit
    }
}
