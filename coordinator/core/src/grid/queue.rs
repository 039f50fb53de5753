//! The queue: what a device gets next, in the order of [`crate::leases`].

use super::Grid;
use super::rows::{AuditNumber, DeviceNumber, LeaseState, UnitNumber};
use crate::leases::{Batch, end_of_clip, is_slow};
use crate::trust::Standing;
use crate::trust::record::may_be_urgent;
use woolgather_protocol::submission::WorkUnitState;

/// How many slow units are looked at before it is said that there is nothing.
const SLOW_MAX: usize = 32;

/// How many waiting audits are looked at for one request.
const AUDITS_LOOKED_AT_MAX: usize = 1024;

/// Work a device could be given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) unit: UnitNumber,
    pub(super) audit: Option<AuditNumber>,
    pub(super) samples: u64,
}

/// Who asks, and when.
pub(super) struct Asking {
    pub(super) device: DeviceNumber,
    pub(super) standing: Standing,
    pub(super) now_ms: i64,
    pub(super) may_retry_failed: bool,
    pub(super) active_devices: u64,
}

impl Grid {
    /// The next work for a device, as much of it as fits into `batch`.
    pub(super) fn choose(&mut self, asking: &Asking, batch: &mut Batch) -> Vec<Candidate> {
        let mut chosen = Vec::new();
        if batch.room() == 0 {
            return chosen;
        }
        self.count_auditors(asking.now_ms);
        let mut candidates = self.audits_for(asking, batch.room() as usize);
        candidates.extend(self.ready_units_for(asking, batch.room() as usize));
        for candidate in candidates {
            if !batch.add(candidate.samples) {
                return chosen;
            }
            chosen.push(candidate);
        }
        if batch.is_empty()
            && let Some(slow) = self.slow_unit(asking)
            && batch.add(slow.samples)
        {
            chosen.push(slow);
        }
        chosen
    }

    /// Audits that wait and that the device may have.
    fn audits_for(&mut self, asking: &Asking, limit: usize) -> Vec<Candidate> {
        let waiting = self.audits_waiting.iter().take(AUDITS_LOOKED_AT_MAX);
        let waiting: Vec<AuditNumber> = waiting.map(|(_, _, audit)| *audit).collect();
        let mut candidates = Vec::new();
        for audit in waiting {
            if candidates.len() == limit {
                break;
            }
            if self.may_take_audit(asking.device, audit, asking.now_ms) {
                candidates.push(Candidate {
                    unit: self.submission(self.audit(audit).submission).unit,
                    audit: Some(audit),
                    samples: self.settings.frame_samples,
                });
            }
        }
        candidates
    }

    fn ready_units_for(&self, asking: &Asking, limit: usize) -> Vec<Candidate> {
        let urgent = may_be_urgent(asking.standing, self.trusted_active());
        self.ready
            .iter()
            .filter(|(rank, _, _, _)| *rank > 0 || urgent)
            .map(|(_, _, _, unit)| *unit)
            .filter(|unit| {
                let failures = &self.unit(*unit).failures;
                asking.may_retry_failed
                    || !failures.contains(&asking.device)
                    || failures.len() as u64 >= asking.active_devices
            })
            .take(limit)
            .map(|unit| self.segment_of(unit))
            .collect()
    }

    fn segment_of(&self, unit: UnitNumber) -> Candidate {
        Candidate {
            unit,
            audit: None,
            samples: self.settings.unit_samples(),
        }
    }

    /// A unit at the end of a clip that one other device is slow with.
    fn slow_unit(&self, asking: &Asking) -> Option<Candidate> {
        if !may_be_urgent(asking.standing, self.trusted_active()) {
            return None;
        }
        let once_leased_to_another = |unit: &UnitNumber| {
            let row = self.unit(*unit);
            let [lease] = row.leases[..] else {
                return None;
            };
            let lease = &self.leases[lease.place()];
            let others = lease.state == LeaseState::Active && lease.device != asking.device;
            (others && !row.failures.contains(&asking.device)).then_some((*unit, lease))
        };
        self.leased
            .iter()
            .filter_map(|(_, _, unit)| once_leased_to_another(unit))
            .take(SLOW_MAX)
            .find(|(unit, lease)| {
                self.is_at_the_end(*unit)
                    && is_slow(lease.leased_ms, lease.expires_ms, asking.now_ms)
            })
            .map(|(unit, _)| self.segment_of(unit))
    }

    fn is_at_the_end(&self, unit: UnitNumber) -> bool {
        let clip = &self.clips[self.unit(unit).clip.place()];
        let unfinished = clip.units.iter().filter(|unit| {
            let state = self.unit(**unit).state;
            matches!(state, WorkUnitState::Ready | WorkUnitState::Leased)
        });
        let segments = u32::try_from(clip.units.len()).unwrap_or(u32::MAX);
        unfinished.count() <= end_of_clip(segments) as usize
    }
}
