//! Work is done again: a segment is quarantined, a device is found bad, a class fails.

use std::collections::BTreeSet;

use rand_chacha::rand_core::Rng;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::WorkUnitState;

use super::Grid;
use super::rows::{
    AuditState, ClassNumber, ClipNumber, ClipState, DeviceNumber, LeaseState, LedgerReason,
    Purpose, SubmissionNumber, SubmissionState, UnitNumber,
};
use crate::random::distinct_below;
use crate::trust::classes::DAY_MS;
use crate::trust::referee::LOOK_BACK_UNITS;

impl Grid {
    /// An accepted segment is bad: its unit is quarantined and its credit voided, a new unit is
    /// planned for its place in the clip's next version, and a clip that was published is so no
    /// longer until it is repaired. A retired clip is not repaired. Quarantining what is no longer
    /// accepted changes nothing.
    pub fn quarantine_segment(&mut self, submission: SubmissionNumber, now_ms: i64) {
        let row = self.submission(submission);
        if row.state != SubmissionState::Accepted {
            return;
        }
        let (unit, device, segment, lease) = (row.unit, row.device, row.segment, row.lease);
        self.submissions[submission.place()].state = SubmissionState::Quarantined;
        self.let_go_of_blob(segment);
        let row = &mut self.leases[lease.place()];
        row.state = LeaseState::Refused;
        row.problem = Some(ProblemKind::AuditMismatch);
        self.drop_audits(submission);
        self.set_unit(unit, WorkUnitState::Quarantined);
        self.void(unit, now_ms);
        self.notify(device, unit, ProblemKind::AuditMismatch);
        self.sums.quarantined_segments += 1;
        let (clip, segment) = (self.unit(unit).clip, self.unit(unit).segment);
        self.withdraw(clip);
        if self.clips[clip.place()].state == ClipState::Retired {
            return;
        }
        self.begin_version(clip, unit);
        let again = self.plan_unit(clip, segment);
        self.units[again.place()].failures = self.unit(unit).failures.clone();
        self.count_failure(again, device);
        self.clips[clip.place()].units[segment as usize] = again;
    }

    /// What was published of a clip is not in the manifest any more.
    fn withdraw(&mut self, clip: ClipNumber) {
        if let Some(file) = self.clips[clip.place()].file.take() {
            self.let_go_of_blob(file);
            self.sums.manifest_sequence += 1;
        }
    }

    /// The clip's version goes up, and with it that of its other units.
    fn begin_version(&mut self, clip: ClipNumber, quarantined: UnitNumber) {
        let row = &mut self.clips[clip.place()];
        row.version += 1;
        row.state = ClipState::Rendering;
        for unit in row.units.iter().filter(|unit| **unit != quarantined) {
            self.units[unit.place()].clip_version = row.version;
        }
    }

    /// Takes back what a unit earned, once.
    fn void(&mut self, unit: UnitNumber, now_ms: i64) {
        let earning = self.earnings.get_mut(&unit);
        if let Some(earning) = earning.filter(|earning| !earning.voided) {
            earning.voided = true;
            self.write_ledger(unit, LedgerReason::Voided, now_ms);
        }
    }

    /// A device is found bad: its leases end, its open submissions are refused (to render them
    /// again costs what auditing them in full would), its accepted ones are audited again in full,
    /// its escrow is voided, and frames that it passed as an auditor are audited by others. All
    /// records of the key answer for it, since the key is one.
    pub(super) fn find_bad(
        &mut self,
        device: DeviceNumber,
        class: ClassNumber,
        now_ms: i64,
        rng: &mut impl Rng,
    ) {
        self.record_mut(device, class).find_bad(now_ms);
        self.sums.found_bad += 1;
        self.end_leases(device);
        let mut accepted = Vec::new();
        for submission in self.devices[&device].submissions.clone().into_iter().rev() {
            match self.submission(submission).state {
                SubmissionState::Accepted => accepted.push(submission),
                SubmissionState::Refused | SubmissionState::Quarantined => {}
                _ => self.refuse_submission(submission, ProblemKind::AuditMismatch),
            }
        }
        self.audit_again(&accepted, now_ms, rng);
        self.void_escrow(device, now_ms);
        self.doubt_passed(device, now_ms, rng);
    }

    /// The last units of a device that was refused are audited in full, those that were accepted
    /// and those whose audits are still open.
    pub(super) fn look_back(&mut self, device: DeviceNumber, now_ms: i64, rng: &mut impl Rng) {
        let submissions = self.devices[&device].submissions.iter().rev().copied();
        let in_use = |submission: &SubmissionNumber| {
            let state = self.submission(*submission).state;
            matches!(state, SubmissionState::Accepted | SubmissionState::Auditing)
        };
        let last: Vec<SubmissionNumber> =
            submissions.filter(in_use).take(LOOK_BACK_UNITS).collect();
        self.audit_again(&last, now_ms, rng);
    }

    fn end_leases(&mut self, device: DeviceNumber) {
        let held = self.held.get(&device).cloned().unwrap_or_default();
        for lease in held {
            self.close_lease(lease, LeaseState::Superseded);
            let row = &self.leases[lease.place()];
            self.free_work(row.unit, row.audit);
        }
    }

    /// Plans audits of every frame of these accepted submissions that the referee did not render
    /// yet: one frame of each, in random order, then the next, so that a bad one is found soon.
    fn audit_again(&mut self, submissions: &[SubmissionNumber], now_ms: i64, rng: &mut impl Rng) {
        let frames = self.settings.segment_frames as usize;
        let worth_it = |submission: &&SubmissionNumber| {
            let clip = self.unit(self.submission(**submission).unit).clip;
            self.clips[clip.place()].state != ClipState::Retired
        };
        let submissions = submissions.iter().filter(worth_it).copied();
        let orders: Vec<(SubmissionNumber, Vec<usize>, BTreeSet<u32>)> = submissions
            .map(|submission| {
                let order = distinct_below(rng, frames, frames);
                (submission, order, self.frames_not_to_repeat(submission))
            })
            .collect();
        for step in 0..frames {
            for (submission, order, done) in &orders {
                let frame = u32::try_from(order[step]).unwrap_or(u32::MAX);
                if !done.contains(&frame) {
                    self.plan_audit(*submission, frame, Purpose::Again, now_ms, rng);
                }
            }
        }
    }

    /// Frames that the referee rendered, or that were audited again already, or are.
    fn frames_not_to_repeat(&self, submission: SubmissionNumber) -> BTreeSet<u32> {
        let audits = self.submission(submission).audits.iter();
        audits
            .map(|audit| self.audit(*audit))
            .filter(|row| {
                row.by_referee || row.purpose == Purpose::Again || row.state != AuditState::Passed
            })
            .map(|row| row.frame)
            .collect()
    }

    fn void_escrow(&mut self, device: DeviceNumber, now_ms: i64) {
        let in_escrow: Vec<UnitNumber> = self.devices[&device]
            .submissions
            .iter()
            .filter(|submission| self.submission(**submission).state == SubmissionState::Accepted)
            .map(|submission| self.submission(*submission).unit)
            .filter(|unit| {
                let earning = self.earnings.get(unit);
                earning.is_some_and(|earning| earning.device == device && earning.escrow)
            })
            .collect();
        for unit in in_escrow {
            self.void(unit, now_ms);
        }
    }

    /// Frames that a bad device passed as an auditor are rendered by somebody else.
    fn doubt_passed(&mut self, auditor: DeviceNumber, now_ms: i64, rng: &mut impl Rng) {
        let mut passed = std::mem::take(&mut self.device_mut(auditor).passed);
        passed.sort_unstable();
        for audit in passed {
            let row = self.audit(audit);
            let (submission, frame) = (row.submission, row.frame);
            let state = self.submission(submission).state;
            let in_use = matches!(state, SubmissionState::Accepted | SubmissionState::Auditing);
            if in_use && !self.frames_not_to_repeat(submission).contains(&frame) {
                self.plan_audit(submission, frame, Purpose::Again, now_ms, rng);
            }
        }
    }

    /// A class fails as a class: its devices get no work, what they did since yesterday is audited
    /// again in full, and nothing of it is held against their owners.
    pub(super) fn quarantine_class(&mut self, class: ClassNumber, now_ms: i64, rng: &mut impl Rng) {
        let row = &mut self.classes[class.place()];
        row.standing = row.standing.quarantined(now_ms);
        self.sums.classes_quarantined += 1;
        let since_ms = (now_ms.div_euclid(DAY_MS) - 1) * DAY_MS;
        let members: Vec<DeviceNumber> = self
            .devices
            .iter()
            .filter(|(_, row)| row.records.contains_key(&class))
            .map(|(device, _)| *device)
            .collect();
        let mut accepted = Vec::new();
        for device in members {
            let submissions = self.devices[&device].submissions.iter().rev().copied();
            accepted.extend(
                submissions
                    .filter(|submission| self.submission(*submission).class == class)
                    .take_while(|submission| {
                        let lease = self.submission(*submission).lease;
                        self.leases[lease.place()].leased_ms >= since_ms
                    })
                    .filter(|submission| {
                        self.submission(*submission).state == SubmissionState::Accepted
                    }),
            );
            if self.fastest_class(device) == class {
                self.end_leases(device);
            }
            self.forgive(device, class, since_ms, now_ms);
        }
        self.audit_again(&accepted, now_ms, rng);
    }

    /// What was held against a member since the class began to fail is taken back, and the escrow
    /// that was voided with it restored.
    fn forgive(&mut self, device: DeviceNumber, class: ClassNumber, since_ms: i64, now_ms: i64) {
        let record = self.record_mut(device, class);
        let found_bad_lately = record.bad_since_ms.is_some_and(|since| since >= since_ms);
        if record.bad_since_ms.is_some() && !found_bad_lately {
            return;
        }
        record.forgive();
        if !found_bad_lately {
            return;
        }
        record.found_bad = record.found_bad.saturating_sub(1);
        let voided: Vec<UnitNumber> = self.devices[&device]
            .submissions
            .iter()
            .filter(|submission| self.submission(**submission).state == SubmissionState::Accepted)
            .map(|submission| self.submission(*submission).unit)
            .filter(|unit| {
                self.earnings
                    .get(unit)
                    .is_some_and(|earning| earning.voided)
            })
            .collect();
        for unit in voided {
            if let Some(earning) = self.earnings.get_mut(&unit) {
                earning.voided = false;
            }
            self.write_ledger(unit, LedgerReason::Restored, now_ms);
        }
    }
}
