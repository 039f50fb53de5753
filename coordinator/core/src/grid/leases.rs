//! Leases: work handed out for a time.

use std::time::Duration;

use woolgather_protocol::limits::LEASES_MAX;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::work::LeaseRequest;

use super::queue::{Asking, Candidate};
use super::rows::{
    AuditNumber, AuditState, DeviceNumber, Lease, LeaseNumber, LeaseState, Notice, UnitNumber,
};
use super::{Grid, Refused};
use crate::leases::{self, Batch};

/// How many of a device's last submissions its usual render time is taken from.
const RENDER_TIMES: usize = 50;

/// One lease as its device sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeasedWork {
    /// The lease.
    pub lease: LeaseNumber,
    /// The unit.
    pub unit: UnitNumber,
    /// The audit and its frame, if it is not the whole segment.
    pub audit: Option<(AuditNumber, u32)>,
    /// How long it lasts from now, in whole seconds, at least 1.
    pub term_s: u32,
}

/// The answer to a worker that asks for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkForDevice {
    /// Leases it held already, then new ones.
    pub leases: Vec<LeasedWork>,
    /// When to ask again if there is none.
    pub retry_after_s: u32,
    /// News about earlier submissions; told once.
    pub notices: Vec<Notice>,
}

impl Grid {
    /// Gives a device its leases: those it still holds, then new ones until `request` is
    /// satisfied. Leases that have run out are freed first. A device that was found bad, or draws
    /// with a quarantined class, gets none.
    pub fn lease_work(
        &mut self,
        device: DeviceNumber,
        request: &LeaseRequest,
        now_ms: i64,
    ) -> WorkForDevice {
        self.sweep(now_ms);
        self.touch(device, now_ms);
        self.note_drawing(device, request);
        let active = self.active_devices(now_ms);
        let mut batch = Batch::new(request);
        let mut held = self.held_leases(device);
        for lease in &held {
            batch.hold(self.samples_of_lease(*lease));
        }
        let class = self.fastest_class(device);
        self.settle_class(class, now_ms);
        self.record_mut(device, class).readmit(now_ms);
        let record = self.record(device, class);
        let may_work = record.may_work(now_ms) && self.classes[class.place()].standing.may_work();
        if may_work {
            let p95_ms = self.render_p95_ms(device);
            let asking = Asking {
                device,
                standing: record.standing(),
                now_ms,
                may_retry_failed: leases::may_retry_failed(active.saturating_sub(1)),
                active_devices: active,
            };
            for candidate in self.choose(&asking, &mut batch) {
                let speed = request.samples_per_second;
                let usual = leases::usual_render(p95_ms, candidate.samples, speed);
                let before = u32::try_from(held.len()).unwrap_or(u32::MAX);
                let term = leases::term(usual, before, self.settings.term_min);
                held.push(self.grant(device, candidate, term, now_ms));
            }
        }
        WorkForDevice {
            leases: held
                .into_iter()
                .map(|lease| self.leased_work(lease, now_ms))
                .collect(),
            retry_after_s: if may_work {
                leases::retry_after_s(active)
            } else {
                leases::RETRY_MAX_S
            },
            notices: std::mem::take(&mut self.device_mut(device).notices),
        }
    }

    /// Gives a lease back: its work is ready for somebody else. Twice is harmless.
    ///
    /// # Errors
    ///
    /// `unknown-lease` or `foreign-lease`.
    pub fn give_back(&mut self, lease: LeaseNumber, device: DeviceNumber) -> Result<(), Refused> {
        self.find_lease(lease, device)?;
        self.close_lease(lease, LeaseState::Returned);
        let row = &self.leases[lease.place()];
        self.free_work(row.unit, row.audit);
        Ok(())
    }

    /// Frees leases that have run out; returns how many.
    pub fn sweep(&mut self, now_ms: i64) -> u64 {
        self.swept_ms = self.swept_ms.max(now_ms);
        let mut freed = 0;
        while let Some((expires_ms, lease)) = self.expiring.first().copied()
            && expires_ms <= now_ms
        {
            self.close_lease(lease, LeaseState::Expired);
            let row = &self.leases[lease.place()];
            self.free_work(row.unit, row.audit);
            freed += 1;
        }
        self.sums.leases_expired += freed;
        freed
    }

    /// Makes leased work ready again, unless another lease on it is still active.
    pub(super) fn free_work(&mut self, unit: UnitNumber, audit: Option<AuditNumber>) {
        match audit {
            Some(audit) => {
                let row = self.audit(audit);
                if row.state == AuditState::Leased && row.leases.is_empty() {
                    self.set_audit(audit, AuditState::Waiting);
                }
            }
            None => {
                let row = self.unit(unit);
                if row.state == WorkUnitState::Leased && row.leases.is_empty() {
                    self.set_unit(unit, WorkUnitState::Ready);
                }
            }
        }
    }

    fn held_leases(&self, device: DeviceNumber) -> Vec<LeaseNumber> {
        let held = self.held.get(&device).into_iter().flatten().copied();
        let mut held: Vec<LeaseNumber> = held.collect();
        held.sort_by_key(|lease| {
            let row = &self.leases[lease.place()];
            (row.leased_ms, row.expires_ms)
        });
        held.truncate(LEASES_MAX as usize);
        held
    }

    fn samples_of_lease(&self, lease: LeaseNumber) -> u64 {
        match self.leases[lease.place()].audit {
            Some(_) => self.settings.frame_samples,
            None => self.settings.unit_samples(),
        }
    }

    fn render_p95_ms(&self, device: DeviceNumber) -> Option<u64> {
        let last = self.devices[&device].submissions.iter().rev();
        let times: Vec<u64> = last
            .take(RENDER_TIMES)
            .map(|submission| self.submission(*submission).render_ms)
            .collect();
        leases::p95_ms(&times)
    }

    fn grant(
        &mut self,
        device: DeviceNumber,
        candidate: Candidate,
        term: Duration,
        now_ms: i64,
    ) -> LeaseNumber {
        let lease = LeaseNumber(self.leases.len() as u64);
        let term_ms = i64::try_from(term.as_millis()).unwrap_or(i64::MAX);
        let expires_ms = now_ms.saturating_add(term_ms);
        self.leases.push(Lease {
            device,
            unit: candidate.unit,
            audit: candidate.audit,
            leased_ms: now_ms,
            expires_ms,
            state: LeaseState::Active,
            answer: None,
            problem: None,
        });
        self.expiring.insert((expires_ms, lease));
        self.held.entry(device).or_default().insert(lease);
        self.sums.leases += 1;
        match candidate.audit {
            Some(audit) => {
                self.audits[audit.place()].leases.push(lease);
                self.set_audit(audit, AuditState::Leased);
            }
            None => {
                self.units[candidate.unit.place()].leases.push(lease);
                self.set_unit(candidate.unit, WorkUnitState::Leased);
            }
        }
        lease
    }

    fn leased_work(&self, lease: LeaseNumber, now_ms: i64) -> LeasedWork {
        let row = &self.leases[lease.place()];
        let left_ms = (row.expires_ms - now_ms).max(1).cast_unsigned();
        LeasedWork {
            lease,
            unit: row.unit,
            audit: row.audit.map(|audit| (audit, self.audit(audit).frame)),
            term_s: u32::try_from(left_ms.div_ceil(1000)).unwrap_or(u32::MAX),
        }
    }
}
