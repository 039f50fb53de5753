//! The network between volunteers and the coordinator.

use woolgather_coordinator_core::grid::{
    AuditAnswer, Digest, LeaseState, NewSubmission, Purpose, Refused, SubmissionNumber,
};
use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::Receipt;

use super::{Event, HOUR_MS, World};
use crate::attacks::{ATTACKS, Way};

/// Share of messages that take hours.
const LATE_SHARE: f64 = 0.005;

/// Share of messages that arrive twice.
const DOUBLED_SHARE: f64 = 0.01;

/// What somebody hands in; kept until the coordinator says accepted or not wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message {
    pub(super) volunteer: usize,
    pub(super) content: Content,
    pub(super) attempt: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    Submission(NewSubmission),
    Report(AuditAnswer),
}

impl World {
    pub(super) fn send(&mut self, message: Message) {
        let delay_ms = if self.chance(LATE_SHARE) {
            self.about(6 * HOUR_MS)
        } else {
            200 + self.about(800)
        };
        if self.chance(DOUBLED_SHARE) {
            let again_ms = delay_ms + self.about(60_000);
            self.after(again_ms, Event::Deliver(message));
        }
        self.after(delay_ms, Event::Deliver(message));
    }

    fn send_again(&mut self, mut message: Message) {
        message.attempt += 1;
        let wait_ms = 5_000_i64 << message.attempt.min(8);
        let wait_ms = wait_ms / 2 + self.about(wait_ms / 2);
        self.after(wait_ms, Event::Deliver(message));
    }

    pub(super) fn deliver(&mut self, message: Message) {
        let lost = self.options.lost;
        if self.now_ms < self.up_at_ms || self.chance(lost) {
            self.tally.lost += u64::from(self.now_ms >= self.up_at_ms);
            self.send_again(message);
            return;
        }
        match message.content {
            Content::Submission(new) => self.take_submission(message.volunteer, &new),
            Content::Report(answer) => self.take_report(&answer),
        }
        if self.chance(lost) {
            // The answer is lost; the same comes again and must be recognised.
            self.tally.lost += 1;
            self.send_again(message);
        }
    }

    fn take_submission(&mut self, volunteer: usize, new: &NewSubmission) {
        let expired = self.is_expired(new.lease.0);
        let outcome = self.grid.record_submission(new, self.now_ms);
        if !self.note_outcome(outcome, expired) {
            return;
        }
        let segment = self.pictures.get(new.segment).copied();
        let attack = segment.and_then(|segment| segment.attack);
        if let Some(attack) = attack {
            self.tally.attacks[attack].doctored += 1;
            self.volunteers[volunteer].doctored += 1;
            if ATTACKS[attack].way == Way::KeyForEach {
                self.leave_key(volunteer);
            }
        }
    }

    fn take_report(&mut self, answer: &AuditAnswer) {
        let expired = self.is_expired(answer.lease.0);
        let outcome = self.grid.record_audit(answer, self.now_ms, &mut self.rng);
        if !self.note_outcome(outcome, expired) {
            return;
        }
        let audit = self.grid.leases()[answer.lease.0 as usize].audit;
        if let Some(audit) = audit {
            let row = &self.grid.audits()[audit.0 as usize];
            self.count_cost(row.submission, row.purpose, 1);
        }
    }

    fn is_expired(&self, lease: u64) -> bool {
        self.grid.leases()[lease as usize].state == LeaseState::Expired
    }

    /// Counts what became of an answer; says whether it was taken, for the first time.
    fn note_outcome(&mut self, outcome: Result<Receipt, Refused>, expired: bool) -> bool {
        match outcome {
            Ok(receipt) if receipt.duplicate => self.tally.duplicates += 1,
            Ok(_) => {
                self.tally.late_used += u64::from(expired);
                return true;
            }
            Err(Refused(ProblemKind::LeaseSuperseded)) => self.tally.superseded += 1,
            Err(_) => {}
        }
        false
    }

    /// Counts frames that were rendered again for a submission.
    pub(super) fn count_cost(
        &mut self,
        submission: SubmissionNumber,
        purpose: Purpose,
        frames: u64,
    ) {
        let was_new = self.was_new.get(submission.0 as usize).copied().flatten();
        if purpose == Purpose::Again {
            self.tally.repair += frames;
            return;
        }
        let new = purpose == Purpose::Commit && was_new == Some(true);
        self.tally.all.of(new).again += frames;
        let digest = self.grid.submissions()[submission.0 as usize].segment;
        if self.is_honest(digest) {
            self.tally.honest.of(new).again += frames;
        }
    }

    /// Whether a volunteer with a machine in order drew this segment.
    pub(super) fn is_honest(&self, segment: Digest) -> bool {
        let segment = self.pictures.get(segment);
        segment.is_some_and(|segment| self.volunteers[segment.volunteer].character.is_honest())
    }
}
