//! Devices: who they are, what they draw with, and what must be told to them.

use std::collections::BTreeMap;
use std::convert::Infallible;

use woolgather_protocol::ProblemKind;
use woolgather_protocol::work::{DeviceKind, LeaseRequest};

use super::Grid;
use super::rows::{Class, ClassNumber, Device, DeviceNumber, Notice, UnitNumber};
use crate::leases::ACTIVE_MS;
use crate::trust::auditors::is_offered;
use crate::trust::{AuditorRule, ClassStanding, Drawing, DriverClass, Party, Pool, Record};

/// A device that was seen this long ago still counts among those that audit: it may be rendering
/// the batch it was given.
const AUDITOR_ACTIVE_MS: i64 = 10 * 60 * 1000;

/// Up to so many active devices are counted every time: there, one more or less decides.
const FEW_DEVICES: usize = 16;

/// The pool of auditors is counted again after so long.
const POOL_MS: i64 = 10 * 1000;

/// The pool of auditors as it was a moment ago, with the rules that were asked of it since.
#[derive(Debug, Clone, Default)]
pub(super) struct ActivePool {
    made_ms: Option<i64>,
    devices: usize,
    pool: Pool,
    rules: BTreeMap<DeviceNumber, (AuditorRule, u64)>,
}

impl Grid {
    /// Registers a device with its person's account and its network, or changes them. It draws
    /// with a processor until it says otherwise.
    pub fn register_device(&mut self, device: DeviceNumber, account: u64, network: u64) {
        let processor = self.class(&DriverClass::of(DeviceKind::Cpu, ""));
        let row = self.devices.entry(device).or_insert_with(|| Device {
            account,
            network,
            last_seen_ms: i64::MIN,
            drawing: Drawing::with(processor),
            records: BTreeMap::new(),
            credit: 0,
            submissions: Vec::new(),
            passed: Vec::new(),
            counted: BTreeMap::new(),
            notices: Vec::new(),
        });
        row.account = account;
        row.network = network;
    }

    /// Notes that a device works; one that never introduced itself is an account of its own.
    pub(super) fn touch(&mut self, device: DeviceNumber, now_ms: i64) {
        if !self.devices.contains_key(&device) {
            self.register_device(device, device.0, device.0);
        }
        let before_ms = std::mem::replace(&mut self.device_mut(device).last_seen_ms, now_ms);
        self.seen.remove(&(before_ms, device));
        self.seen.insert((now_ms, device));
    }

    /// Notes what a device says it draws with.
    pub(super) fn note_drawing(&mut self, device: DeviceNumber, request: &LeaseRequest) {
        let before = self.devices[&device].drawing;
        let Ok(drawing) = before.after(request, |class| Ok::<_, Infallible>(self.class(class)));
        self.device_mut(device).drawing = drawing;
    }

    fn class(&mut self, name: &DriverClass) -> ClassNumber {
        let found = self.classes.iter().position(|class| class.name == *name);
        let place = found.unwrap_or_else(|| {
            self.classes.push(Class {
                name: name.clone(),
                standing: ClassStanding::Open,
                day: 0,
                owners: BTreeMap::new(),
                trial_owners: std::collections::BTreeSet::new(),
            });
            self.classes.len() - 1
        });
        ClassNumber(place as u64)
    }

    /// The class a device draws with when it draws with this kind.
    pub(super) fn class_of(&self, device: DeviceNumber, kind: DeviceKind) -> ClassNumber {
        self.devices[&device].drawing.class_of(kind)
    }

    /// The class a device is fastest with.
    pub(super) fn fastest_class(&self, device: DeviceNumber) -> ClassNumber {
        self.devices[&device].drawing.fastest_class()
    }

    /// What is known of a device when it draws with a class.
    #[must_use]
    pub fn record(&self, device: DeviceNumber, class: ClassNumber) -> Record {
        let records = self.devices.get(&device).map(|row| &row.records);
        records
            .and_then(|records| records.get(&class))
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn record_mut(&mut self, device: DeviceNumber, class: ClassNumber) -> &mut Record {
        self.device_mut(device).records.entry(class).or_default()
    }

    pub(super) fn device_mut(&mut self, device: DeviceNumber) -> &mut Device {
        self.devices
            .get_mut(&device)
            .expect("whoever holds a lease is registered")
    }

    /// Leaves a notice for a device.
    pub(super) fn notify(&mut self, device: DeviceNumber, unit: UnitNumber, problem: ProblemKind) {
        let notice = Notice { unit, problem };
        self.device_mut(device).notices.push(notice);
    }

    /// How many devices asked for work or handed some in lately.
    #[must_use]
    pub fn active_devices(&self, now_ms: i64) -> u64 {
        self.seen_since(now_ms - ACTIVE_MS).count() as u64
    }

    /// Devices that were seen after a moment.
    fn seen_since(&self, since_ms: i64) -> impl Iterator<Item = DeviceNumber> {
        let first = (since_ms.saturating_add(1), DeviceNumber(0));
        self.seen.range(first..).map(|(_, device)| *device)
    }

    /// A device as one side of an audit.
    pub(super) fn party(&self, device: DeviceNumber, class: ClassNumber) -> Party {
        let row = &self.devices[&device];
        let kind = if self.classes[class.place()].name.is_card() {
            DeviceKind::Gpu
        } else {
            DeviceKind::Cpu
        };
        let record = self.record(device, class);
        let mut party = Party::new(&record, row.account, row.network, kind, class.0);
        party.may_audit &= self.classes[class.place()].standing == ClassStanding::Open;
        party
    }

    /// Counts the auditors again if the last count is old.
    pub(super) fn count_auditors(&mut self, now_ms: i64) {
        let pool = &self.pool;
        let fresh = pool
            .made_ms
            .is_some_and(|made_ms| now_ms - made_ms < POOL_MS);
        if fresh && pool.devices > FEW_DEVICES {
            return;
        }
        let active = self.seen_since(now_ms - AUDITOR_ACTIVE_MS);
        let parties: Vec<Party> = active
            .map(|device| self.party(device, self.fastest_class(device)))
            .collect();
        self.pool = ActivePool {
            made_ms: Some(now_ms),
            devices: parties.len(),
            pool: Pool::of(parties),
            rules: BTreeMap::new(),
        };
    }

    /// How many active devices are trusted, as counted last.
    pub(super) fn trusted_active(&self) -> u64 {
        self.pool.pool.trusted()
    }

    /// Who may audit this submitter now, and how many are like that.
    pub(super) fn auditor_rule(
        &mut self,
        submitter: DeviceNumber,
        class: ClassNumber,
    ) -> (AuditorRule, u64) {
        if let Some(rule) = self.pool.rules.get(&submitter) {
            return *rule;
        }
        let rule = self.pool.pool.rule_for(&self.party(submitter, class));
        self.pool.rules.insert(submitter, rule);
        rule
    }

    /// Whether a device may have this audit now.
    pub(super) fn may_take_audit(
        &mut self,
        device: DeviceNumber,
        audit: super::AuditNumber,
        now_ms: i64,
    ) -> bool {
        let row = self.audit(audit);
        let submission = self.submission(row.submission);
        let (submitter, class) = (submission.device, submission.class);
        if submitter == device || row.refused_by.contains(&device) {
            return false;
        }
        let (draw, planned_ms) = (row.draw, row.planned_ms);
        let (rule, eligible) = self.auditor_rule(submitter, class);
        let auditor = self.party(device, self.fastest_class(device));
        let patience_ms = self.settings.audit_patience_ms;
        rule.admits(&auditor, &self.party(submitter, class))
            && is_offered(draw, device.0, eligible, now_ms - planned_ms, patience_ms)
    }
}
