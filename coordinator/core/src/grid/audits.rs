//! Audits: one frame of a submission, rendered again by somebody else.

use rand_chacha::rand_core::Rng;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::{Receipt, WorkUnitState};

use super::answers::Answers;
use super::rows::{
    AuditNumber, AuditState, DeviceNumber, Digest, Job, LeaseNumber, LeaseState, Purpose,
};
use super::{Grid, Refused};
use crate::audits::is_slow_audit;
use crate::trust::AuditorRule;

/// With fewer active devices than this nobody else can audit, so the coordinator does.
const DEVICES_TO_AUDIT: u64 = 2;

/// The coordinator takes no audits over while it has so many frames to render: what it takes from
/// volunteers and cannot do in time waits longer than before, and disputes with it.
const SELF_AUDITS_MAX: u64 = 64;

/// An auditor's report, compared already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditAnswer {
    /// The lease it answers.
    pub lease: LeaseNumber,
    /// Who reports.
    pub device: DeviceNumber,
    /// Digest of the frame the auditor rendered.
    pub frame: Digest,
    /// It is the submitted picture.
    pub agrees: bool,
}

/// What the coordinator's own rendering says of an audited frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// The submitted frame is the right picture.
    pub submitter_good: bool,
    /// The auditor's frame is the right one; `None` when no auditor took part.
    pub auditor_good: Option<bool>,
    /// Where it is not: how many other frames of the segment were looked at and are wrong too.
    pub further_wrong: u32,
    /// And how many of them are right.
    pub further_right: u32,
}

impl Grid {
    /// Takes an audit report. When it agrees the audit has passed, and with the last audit the
    /// unit is accepted; when it does not, the job `Referee` is planned.
    ///
    /// # Errors
    ///
    /// As [`Grid::lease_for_audit`].
    pub fn record_audit(
        &mut self,
        answer: &AuditAnswer,
        now_ms: i64,
        rng: &mut impl Rng,
    ) -> Result<Receipt, Refused> {
        let lease = self.find_lease(answer.lease, answer.device)?;
        let audit = lease.audit;
        if let Some(earlier) = self.may_answer(lease, Answers::Audit)? {
            if earlier.digest != answer.frame {
                return Err(Refused(ProblemKind::LeaseSuperseded));
            }
            return Ok(Receipt {
                duplicate: true,
                state: earlier.state,
            });
        }
        let audit = audit.expect("`may_answer` let only an audit's lease through");
        self.touch(answer.device, now_ms);
        self.answer_lease(answer.lease, answer.frame);
        self.supersede_audit_leases(audit);
        let class = self.fastest_class(answer.device);
        let row = &mut self.audits[audit.place()];
        row.auditor = Some(answer.device);
        row.auditor_class = Some(class);
        let state = if answer.agrees {
            self.record_mut(answer.device, class).report_was_right();
            self.device_mut(answer.device).passed.push(audit);
            self.pass(audit, now_ms, rng)
        } else {
            self.set_audit(audit, AuditState::Disputed);
            self.enqueue(Job::Referee { audit });
            self.unit(self.submission(self.audit(audit).submission).unit)
                .state
        };
        Ok(Receipt {
            duplicate: false,
            state,
        })
    }

    /// Settles an audit by the coordinator's own rendering: passes it, or refuses (after its
    /// acceptance: quarantines) the submission; an auditor that was wrong is counted and told. What
    /// follows for its device, its auditors and its class happens at once. Settling a settled audit
    /// changes nothing.
    pub fn settle_audit(
        &mut self,
        audit: AuditNumber,
        settlement: Settlement,
        now_ms: i64,
        rng: &mut impl Rng,
    ) {
        if self.is_settled(audit) {
            return;
        }
        self.supersede_audit_leases(audit);
        self.audits[audit.place()].by_referee = true;
        self.judge_report(audit, settlement.auditor_good);
        if settlement.submitter_good {
            self.pass(audit, now_ms, rng);
        } else {
            self.set_audit(audit, AuditState::Failed);
            self.frame_was_wrong(audit, settlement, now_ms, rng);
        }
    }

    /// Whether nobody needs this audit any more.
    #[must_use]
    pub fn is_settled(&self, audit: AuditNumber) -> bool {
        matches!(
            self.audit(audit).state,
            AuditState::Passed | AuditState::Failed | AuditState::Dropped
        )
    }

    /// Takes over every audit nobody else will do soon: while fewer than two devices are active
    /// or nobody may audit this submitter, and what waited longer than the patience. Accepted work
    /// that is audited again waits for volunteers as long as there are any who may: it is far too much
    /// for one machine. None is taken over while the coordinator is behind. Returns how many were taken over.
    pub fn plan_self_audits(&mut self, now_ms: i64) -> u64 {
        self.count_auditors(now_ms);
        let alone = self.active_devices(now_ms) < DEVICES_TO_AUDIT;
        let since_ms = now_ms - self.settings.audit_patience_ms;
        let waiting = self.audits_waiting.iter();
        let waiting: Vec<AuditNumber> = waiting.map(|(_, _, audit)| *audit).collect();
        let mut taken = 0;
        let room = SELF_AUDITS_MAX.saturating_sub(self.pictures_to_draw());
        for audit in waiting {
            if taken == room {
                break;
            }
            let row = self.audit(audit);
            let waited = row.purpose != Purpose::Again && row.planned_ms <= since_ms;
            let submission = self.submission(row.submission);
            let (device, class) = (submission.device, submission.class);
            let mut nobody = || self.auditor_rule(device, class).0 == AuditorRule::Referee;
            if alone || waited || nobody() {
                self.take_over(audit);
                taken += 1;
            }
        }
        let room = usize::try_from(room - taken).unwrap_or(usize::MAX);
        for audit in self.slow_audits(since_ms, now_ms).into_iter().take(room) {
            self.take_over(audit);
            taken += 1;
        }
        taken
    }

    /// Frames that the coordinator has to render.
    fn pictures_to_draw(&self) -> u64 {
        let pictures = |job: &&Job| matches!(job, Job::Referee { .. } | Job::SelfAudit { .. });
        self.jobs_waiting.iter().filter(pictures).count() as u64
    }

    /// Audits whose auditors are slow, longer than the patience after they were planned.
    fn slow_audits(&self, since_ms: i64, now_ms: i64) -> Vec<AuditNumber> {
        let patience_ms = self.settings.audit_patience_ms;
        let active = self
            .expiring
            .iter()
            .map(|(_, lease)| &self.leases[lease.place()]);
        let mut slow: Vec<AuditNumber> = active
            .filter_map(|lease| lease.audit)
            .filter(|audit| {
                let row = self.audit(*audit);
                let leases = row.leases.iter().map(|lease| &self.leases[lease.place()]);
                let newest = leases.max_by_key(|lease| lease.leased_ms);
                row.purpose != Purpose::Again
                    && row.state == AuditState::Leased
                    && row.planned_ms <= since_ms
                    && newest.is_some_and(|lease| {
                        is_slow_audit(lease.leased_ms, lease.expires_ms, now_ms, patience_ms)
                    })
            })
            .collect();
        slow.dedup();
        slow
    }

    pub(super) fn take_over(&mut self, audit: AuditNumber) {
        self.set_audit(audit, AuditState::TakenOver);
        self.enqueue(Job::SelfAudit { audit });
    }

    pub(super) fn supersede_audit_leases(&mut self, audit: AuditNumber) {
        for lease in self.audit(audit).leases.clone() {
            self.close_lease(lease, LeaseState::Superseded);
        }
    }

    /// The frame is right. Returns the unit's state.
    fn pass(&mut self, audit: AuditNumber, now_ms: i64, rng: &mut impl Rng) -> WorkUnitState {
        self.set_audit(audit, AuditState::Passed);
        let submission = self.audit(audit).submission;
        // What it did right before it was doubted speaks for nobody: a sleeper would be cleared by
        // the very units that it slept through.
        if self.audit(audit).purpose != Purpose::Again {
            self.frame_was_right(submission, now_ms);
        }
        self.accept_if_audited(submission, now_ms, rng)
    }
}
