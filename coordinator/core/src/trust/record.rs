//! What is known of a device, and where that puts it.

use super::evidence::{Suspicion, counted};
use crate::audits::NEW_DEVICE_UNITS;

/// How long a device found bad gets no work the first time; twice as long every further time.
pub const BAD_MS: i64 = 24 * 60 * 60 * 1000;

/// The longest a device gets no work: 32 days.
pub const BAD_MS_MAX: i64 = 32 * BAD_MS;

/// So many submissions in a row that do not pass the checks, and the device is paused.
pub const FAILED_CHECKS_MAX: u32 = 3;

/// How long it is paused the first time; twice as long every further time, up to a day. A broken
/// encoder must not take every unit in turn, and it is no lie.
pub const PAUSE_MS: i64 = 10 * 60 * 1000;

/// Audited frames of a doubted device's unit, and of one whose class is on trial.
pub const DOUBTED_FRAMES: u32 = 4;

/// Audited frames of a unit by a doubted device in probation: it has no past to lose.
pub const DOUBTED_NEW_FRAMES: u32 = 8;

/// What is known of a (device key, kind of device, driver class).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Units accepted so far.
    pub accepted_units: u64,
    /// What `accepted_units` was when the probation began: 0 for a new device, more for one that
    /// was found bad and came back.
    pub probation_from: u64,
    /// Audits it reported on that turned out right.
    pub audits_passed: u64,
    /// Audits it reported on that the referee found wrong.
    pub audit_faults: u64,
    /// Submissions that the referee refused.
    pub refusals: u64,
    /// What its own frames say against it.
    pub suspicion: Suspicion,
    /// What its audit reports say against it.
    pub audit_suspicion: Suspicion,
    /// Submissions in a row that did not pass the checks.
    pub failed_checks: u32,
    /// It gets no work before this.
    pub paused_until_ms: i64,
    /// How often it was found bad.
    pub found_bad: u32,
    /// Since when it is bad; `None` while it is not.
    pub bad_since_ms: Option<i64>,
}

/// Where a device stands. Everything else is decided by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Found bad by the referee: it gets no work for a while.
    Bad,
    /// Something of it was wrong lately; bad memory looks the same as a lie.
    Doubted,
    /// In probation: fewer than twenty accepted units.
    New,
    /// Everybody else.
    Trusted,
}

impl Record {
    /// Where the device stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        if self.bad_since_ms.is_some() {
            Standing::Bad
        } else if self.suspicion.is_some() {
            Standing::Doubted
        } else if self.units_of_probation() < NEW_DEVICE_UNITS {
            Standing::New
        } else {
            Standing::Trusted
        }
    }

    /// Units accepted since the probation began.
    #[must_use]
    pub fn units_of_probation(&self) -> u64 {
        self.accepted_units.saturating_sub(self.probation_from)
    }

    /// Whether it may be asked to audit others at all; whom, [`super::auditors`] says.
    #[must_use]
    pub fn may_audit(&self) -> bool {
        self.bad_since_ms.is_none() && !self.audit_suspicion.bars_from_auditing()
    }

    /// A frame of it was rendered again and was right.
    pub fn frame_was_right(&mut self) {
        self.suspicion = self.suspicion.after_right(1);
    }

    /// A submission of it did not pass the checks.
    pub fn failed_checks(&mut self, now_ms: i64) {
        self.failed_checks = self.failed_checks.saturating_add(1);
        if let Some(doublings) = self.failed_checks.checked_sub(FAILED_CHECKS_MAX) {
            let pause_ms = (PAUSE_MS << doublings.min(8)).min(BAD_MS);
            self.paused_until_ms = now_ms.saturating_add(pause_ms);
        }
    }

    /// A submission of it passed the checks.
    pub fn passed_checks(&mut self) {
        self.failed_checks = 0;
    }

    /// Whether it may be given new work now, as far as it is up to itself.
    #[must_use]
    pub fn may_work(&self, now_ms: i64) -> bool {
        self.bad_since_ms.is_none() && now_ms >= self.paused_until_ms
    }

    /// The referee refused a submission. `wrong` of the frames it looked at were wrong and
    /// `right` right; `counted_before` wrong frames of the same clip counted already. Returns how
    /// many count now. The caller asks [`Record::is_convicted`] next.
    pub fn was_refused(&mut self, wrong: u32, right: u32, counted_before: u32) -> u32 {
        let counted = counted(wrong, counted_before);
        self.refusals += 1;
        self.suspicion = self.suspicion.after_right(right).after_wrong(counted);
        counted
    }

    /// An audit report of it turned out right.
    pub fn report_was_right(&mut self) {
        self.audits_passed += 1;
        self.audit_suspicion = self.audit_suspicion.after_right(1);
    }

    /// An audit report of it was wrong, says the referee. To dispute a right frame weighs once: the
    /// auditor's memory may be bad. To *pass* a wrong one weighs twice, since no accident draws the
    /// very picture that somebody else made up. Counts by clip as [`Record::was_refused`] does.
    pub fn report_was_wrong(&mut self, report: WrongReport, counted_before: u32) -> u32 {
        let weight = match report {
            WrongReport::DisputedRight => 1,
            WrongReport::PassedWrong => 2,
        };
        let counted = counted(weight, counted_before);
        self.audit_faults += 1;
        self.audit_suspicion = self.audit_suspicion.after_wrong(counted);
        counted
    }

    /// Whether the evidence is enough to find it bad, and nobody did yet. Disputing right frames
    /// bars from auditing and does not convict: `passed_wrong` says that it passed wrong ones.
    #[must_use]
    pub fn is_convicted(&self, passed_wrong: bool) -> bool {
        self.bad_since_ms.is_none()
            && (self.suspicion.convicts() || (passed_wrong && self.audit_suspicion.convicts()))
    }

    /// It is found bad. Its accepted work is audited again in full and its escrow voided; that is
    /// the caller's to carry out.
    pub fn find_bad(&mut self, now_ms: i64) {
        self.found_bad += 1;
        self.bad_since_ms = Some(now_ms);
    }

    /// When it may come back.
    #[must_use]
    pub fn readmitted_at_ms(&self) -> Option<i64> {
        let since_ms = self.bad_since_ms?;
        let doublings = self.found_bad.saturating_sub(1).min(5);
        Some(since_ms.saturating_add((BAD_MS << doublings).min(BAD_MS_MAX)))
    }

    /// Readmits it into probation if its time has come, and says whether it did. Memory can be
    /// replaced; a liar gains nothing, since a new key costs nothing either.
    pub fn readmit(&mut self, now_ms: i64) -> bool {
        if self.readmitted_at_ms().is_none_or(|at_ms| now_ms < at_ms) {
            return false;
        }
        self.forgive();
        self.probation_from = self.accepted_units;
        true
    }

    /// What was held against it was its class's fault, or is over.
    pub fn forgive(&mut self) {
        self.suspicion = Suspicion::NONE;
        self.audit_suspicion = Suspicion::NONE;
        self.bad_since_ms = None;
    }
}

/// How an audit report was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongReport {
    /// It disputed a frame that is right.
    DisputedRight,
    /// It passed a frame that is wrong.
    PassedWrong,
}

/// How many frames of a submission are audited. Always at least one: trust buys priority, not
/// exemption.
#[must_use]
pub fn frames_to_audit(record: &Record, suspicious: bool, class_on_trial: bool) -> u32 {
    match record.standing() {
        Standing::Doubted if record.units_of_probation() < NEW_DEVICE_UNITS => DOUBTED_NEW_FRAMES,
        Standing::Bad | Standing::Doubted => DOUBTED_FRAMES,
        _ if class_on_trial => DOUBTED_FRAMES,
        Standing::New => 2,
        Standing::Trusted if suspicious => 2,
        Standing::Trusted => 1,
    }
}

/// Whether a device may be given what is urgent: posters, and slow units a second time. Trusted
/// ones always; others while no trusted device is active.
#[must_use]
pub fn may_be_urgent(standing: Standing, trusted_active: u64) -> bool {
    standing == Standing::Trusted || trusted_active == 0
}

#[cfg(test)]
mod tests {
    use super::super::evidence::WRONG_FRAME;
    use super::*;

    fn known(accepted_units: u64) -> Record {
        Record {
            accepted_units,
            ..Record::default()
        }
    }

    #[test]
    fn a_device_is_trusted_after_twenty_units() {
        assert_eq!(known(0).standing(), Standing::New);
        assert_eq!(known(19).standing(), Standing::New);
        assert_eq!(known(20).standing(), Standing::Trusted);
    }

    #[test]
    fn one_mismatch_is_doubt_and_no_ban() {
        let mut record = known(500);
        assert_eq!(record.was_refused(1, 3, 0), 1);
        assert_eq!(record.standing(), Standing::Doubted);
        assert!(!record.is_convicted(false) && record.may_audit());
        for _ in 0..WRONG_FRAME {
            record.frame_was_right();
        }
        assert_eq!(record.standing(), Standing::Trusted);
    }

    #[test]
    fn a_liar_is_found_bad_on_the_second_clip() {
        let mut record = known(500);
        record.was_refused(4, 0, 0);
        assert!(!record.is_convicted(false));
        record.was_refused(4, 0, 2);
        assert!(!record.is_convicted(false), "the same clip again");
        record.was_refused(2, 2, 0);
        assert!(record.is_convicted(false));
        record.find_bad(7);
        assert_eq!(record.standing(), Standing::Bad);
        assert!(!record.may_audit() && !record.is_convicted(false));
    }

    #[test]
    fn whoever_was_bad_comes_back_as_new_and_waits_longer_every_time() {
        let mut record = known(500);
        record.find_bad(0);
        assert!(!record.readmit(BAD_MS - 1));
        assert!(record.readmit(BAD_MS));
        assert_eq!(record.standing(), Standing::New);
        assert_eq!(record.units_of_probation(), 0);
        record.find_bad(0);
        assert_eq!(record.readmitted_at_ms(), Some(2 * BAD_MS));
        record.found_bad = 90;
        assert_eq!(record.readmitted_at_ms(), Some(BAD_MS_MAX));
    }

    #[test]
    fn disputing_right_frames_bars_from_auditing_and_convicts_nobody() {
        let mut record = known(500);
        for _ in 0..10 {
            record.report_was_wrong(WrongReport::DisputedRight, 0);
        }
        assert!(!record.may_audit());
        assert!(!record.is_convicted(false));
        assert_eq!(record.standing(), Standing::Trusted);
    }

    #[test]
    fn passing_wrong_frames_of_two_clips_convicts() {
        let mut record = known(500);
        record.report_was_wrong(WrongReport::PassedWrong, 0);
        assert!(!record.is_convicted(true));
        record.report_was_wrong(WrongReport::PassedWrong, 2);
        assert!(!record.is_convicted(true), "the same clip again");
        record.report_was_wrong(WrongReport::PassedWrong, 0);
        assert!(record.is_convicted(true));
    }

    #[test]
    fn a_broken_encoder_is_paused_longer_and_longer() {
        let mut record = known(500);
        record.failed_checks(0);
        record.failed_checks(0);
        assert!(record.may_work(0));
        record.failed_checks(0);
        assert!(!record.may_work(PAUSE_MS - 1) && record.may_work(PAUSE_MS));
        record.failed_checks(0);
        assert!(!record.may_work(2 * PAUSE_MS - 1) && record.may_work(2 * PAUSE_MS));
        for _ in 0..100 {
            record.failed_checks(0);
        }
        assert!(record.may_work(BAD_MS));
        record.passed_checks();
        record.failed_checks(BAD_MS);
        assert!(record.may_work(BAD_MS));
        assert_eq!(record.standing(), Standing::Trusted);
    }

    #[test]
    fn everybody_is_audited_for_ever() {
        let doubted = |accepted_units| Record {
            suspicion: Suspicion::NONE.after_wrong(1),
            ..known(accepted_units)
        };
        assert_eq!(frames_to_audit(&known(0), false, false), 2);
        assert_eq!(frames_to_audit(&known(500), false, false), 1);
        assert_eq!(frames_to_audit(&known(500), true, false), 2);
        assert_eq!(frames_to_audit(&known(500), false, true), 4);
        assert_eq!(frames_to_audit(&doubted(500), false, false), 4);
        assert_eq!(frames_to_audit(&doubted(0), false, false), 8);
    }

    #[test]
    fn posters_are_for_trusted_devices_while_there_are_any() {
        assert!(may_be_urgent(Standing::Trusted, 9));
        assert!(!may_be_urgent(Standing::New, 1));
        assert!(may_be_urgent(Standing::New, 0));
    }
}
