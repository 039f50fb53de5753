//! What follows from what the referee found: for the device, for its auditors, for its class.

use rand_chacha::rand_core::Rng;
use woolgather_protocol::ProblemKind;

use super::Grid;
use super::audits::Settlement;
use super::rows::{
    AuditNumber, AuditState, Class, ClassNumber, ClipNumber, Counted, DeviceNumber,
    SubmissionNumber, SubmissionState,
};
use crate::audits::NEW_DEVICE_UNITS;
use crate::trust::classes::{ClassCounts, DAY_MS, fails_as_a_class};
use crate::trust::record::WrongReport;

impl Grid {
    /// The auditor that disagreed was right, or wrong: counted and told, not punished.
    pub(super) fn judge_report(&mut self, audit: AuditNumber, auditor_good: Option<bool>) {
        let row = self.audit(audit);
        let (Some(auditor), Some(class)) = (row.auditor, row.auditor_class) else {
            return;
        };
        let unit = self.submission(row.submission).unit;
        match auditor_good {
            Some(true) => self.record_mut(auditor, class).report_was_right(),
            Some(false) => {
                let clip = self.unit(unit).clip;
                self.fault_report(auditor, class, clip, WrongReport::DisputedRight);
                self.notify(auditor, unit, ProblemKind::AuditMismatch);
            }
            None => {}
        }
    }

    fn fault_report(
        &mut self,
        auditor: DeviceNumber,
        class: ClassNumber,
        clip: ClipNumber,
        report: WrongReport,
    ) {
        let key = (class, clip, Counted::Reports);
        let device = self.device_mut(auditor);
        let before = device.counted.get(&key).copied().unwrap_or(0);
        let record = device.records.entry(class).or_default();
        let counted = record.report_was_wrong(report, before);
        device.counted.insert(key, before + counted);
    }

    /// A frame of this submission was rendered again and is right.
    pub(super) fn frame_was_right(&mut self, submission: SubmissionNumber, now_ms: i64) {
        let row = self.submission(submission);
        let (device, class) = (row.device, row.class);
        self.count_owner(device, class, false, now_ms);
        self.record_mut(device, class).frame_was_right();
        let owner = self.owner(device);
        let row = &mut self.classes[class.place()];
        if row.standing.is_on_trial() {
            row.trial_owners.insert(owner);
            let owners = u32::try_from(row.trial_owners.len()).unwrap_or(u32::MAX);
            row.standing = row.standing.frame_was_right(owners);
        }
    }

    /// The referee found the audited frame wrong: the submission is refused or its segment
    /// quarantined, and everybody who is responsible for it answers for that.
    pub(super) fn frame_was_wrong(
        &mut self,
        audit: AuditNumber,
        settlement: Settlement,
        now_ms: i64,
        rng: &mut impl Rng,
    ) {
        let (submission, frame) = (self.audit(audit).submission, self.audit(audit).frame);
        let row = self.submission(submission);
        let (device, class, unit) = (row.device, row.class, row.unit);
        let clip = self.unit(unit).clip;
        let passers = self.passers_of(submission, frame);
        match row.state {
            SubmissionState::Accepted => self.quarantine_segment(submission, now_ms),
            SubmissionState::Auditing => {
                self.sums.refused += 1;
                self.refuse_submission(submission, ProblemKind::AuditMismatch);
            }
            _ => {}
        }
        let key = (class, clip, Counted::Frames);
        let row = self.device_mut(device);
        let before = row.counted.get(&key).copied().unwrap_or(0);
        let record = row.records.entry(class).or_default();
        let wrong = 1 + settlement.further_wrong;
        let counted = record.was_refused(wrong, settlement.further_right, before);
        row.counted.insert(key, before + counted);
        for (auditor, class) in &passers {
            self.fault_report(*auditor, *class, clip, WrongReport::PassedWrong);
        }
        let standing = self.classes[class.place()].standing;
        self.classes[class.place()].standing = standing.frame_was_wrong();
        self.count_owner(device, class, true, now_ms);
        if self.class_fails(class, now_ms) {
            self.quarantine_class(class, now_ms, rng);
        }
        if self.record(device, class).is_convicted(false) {
            self.find_bad(device, class, now_ms, rng);
        } else {
            self.look_back(device, now_ms, rng);
        }
        for (auditor, class) in passers {
            if self.record(auditor, class).is_convicted(true) {
                self.find_bad(auditor, class, now_ms, rng);
            }
        }
    }

    /// Who passed this frame before.
    fn passers_of(
        &self,
        submission: SubmissionNumber,
        frame: u32,
    ) -> Vec<(DeviceNumber, ClassNumber)> {
        let audits = self.submission(submission).audits.iter();
        audits
            .map(|audit| self.audit(*audit))
            .filter(|row| row.frame == frame && row.state == AuditState::Passed && !row.by_referee)
            .filter_map(|row| row.auditor.zip(row.auditor_class))
            .collect()
    }

    fn owner(&self, device: DeviceNumber) -> (u64, u64) {
        let row = &self.devices[&device];
        (row.account, row.network)
    }

    /// Counts a device's owner among those of its class with audited frames today, and among the
    /// refused. Only keys that are known, by whatever they drew with before: a liar with a fresh
    /// key for every lie would otherwise be many owners, and take his driver's honest users' work.
    fn count_owner(
        &mut self,
        device: DeviceNumber,
        class: ClassNumber,
        refused: bool,
        now_ms: i64,
    ) {
        let records = self.devices[&device].records.values();
        let accepted_units: u64 = records.map(|record| record.accepted_units).sum();
        if accepted_units < NEW_DEVICE_UNITS {
            return;
        }
        let today = now_ms.div_euclid(DAY_MS);
        let owner = self.owner(device);
        let row = &mut self.classes[class.place()];
        if row.day != today {
            row.day = today;
            row.owners.clear();
        }
        *row.owners.entry(owner).or_default() |= refused;
    }

    /// Whether a class fails as a class by today's counts. Processors draw the same bits by
    /// construction, so they are judged each alone.
    fn class_fails(&self, class: ClassNumber, now_ms: i64) -> bool {
        let row = &self.classes[class.place()];
        if row.day != now_ms.div_euclid(DAY_MS) || !row.standing.may_work() || !row.name.is_card() {
            return false;
        }
        let today = now_ms.div_euclid(DAY_MS);
        let counts = |row: &Class| ClassCounts {
            audited: row.owners.len() as u64,
            refused: row.owners.values().filter(|refused| **refused).count() as u64,
        };
        let mut others = ClassCounts::default();
        for (place, other) in self.classes.iter().enumerate() {
            if place != class.place() && other.day == today {
                others.audited += counts(other).audited;
                others.refused += counts(other).refused;
            }
        }
        fails_as_a_class(counts(row), others)
    }

    /// Lets a class's quarantine end in a trial when its time has come.
    pub(super) fn settle_class(&mut self, class: ClassNumber, now_ms: i64) {
        let row = &mut self.classes[class.place()];
        let standing = row.standing.at(now_ms);
        if standing != row.standing {
            row.standing = standing;
            row.trial_owners.clear();
        }
    }
}
