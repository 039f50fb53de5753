//! Who may audit whom now: the active devices, counted, and the audits that wait.
//!
//! Both are remembered for a moment, because they are asked for with every lease and one more or
//! less decides nothing. Small ones are read anew every time: there, one more or less decides. What
//! is remembered may be wrong; whoever takes an audit from it asks the database.

use std::collections::HashMap;
use std::time::Duration;

use woolgather_coordinator_core::trust::auditors::is_offered;
use woolgather_coordinator_core::trust::{AuditorRule, ClassStanding, Party, Pool, Record};
use woolgather_protocol::work::DeviceKind;
use woolgather_protocol::{PublicKey, WorkUnitId};

use super::StoreError;
use super::database::{Database, Row, query};
use super::records::{Said, record_of};
use super::rows::{number, parsed};

/// A device that was seen this long ago still counts among those that audit: it may be rendering
/// the batch it was given.
const AUDITOR_ACTIVE_MS: i64 = 10 * 60 * 1000;
/// The devices are counted again after so long.
const POOL_GOOD_MS: i64 = 10_000;
/// Up to so many devices are counted every time.
const FEW_DEVICES: usize = 16;
/// Waiting audits are read again after so long.
const WAITING_GOOD_MS: i64 = 500;
/// Up to so many waiting audits are read again as soon as one comes or goes.
const FEW_AUDITS: usize = 64;
/// How many waiting audits are looked at for one request.
const AUDITS_LOOKED_AT_MAX: i64 = 1024;

/// What a connection remembers of auditors and audits.
#[derive(Debug, Default)]
pub(super) struct Auditing {
    pool: Option<CountedPool>,
    waiting: Option<WaitingAudits>,
    /// This connection has planned, freed or closed audits since they were read.
    pub(super) audits_changed: bool,
}

#[derive(Debug)]
struct CountedPool {
    counted_ms: i64,
    devices: usize,
    pool: Pool,
    rules: HashMap<Submitter, (AuditorRule, u64)>,
}

#[derive(Debug)]
struct WaitingAudits {
    read_ms: i64,
    audits: Vec<WaitingAudit>,
}

/// What of a submitter decides who may audit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Submitter {
    account: u64,
    network: u64,
    card_class: Option<u64>,
}

/// An audit that waits for an auditor.
#[derive(Debug, Clone)]
pub(super) struct WaitingAudit {
    pub(super) id: WorkUnitId,
    pub(super) work_unit: WorkUnitId,
    pub(super) samples: u64,
    pub(super) planned_ms: i64,
    pub(super) again: bool,
    pub(super) submitter: Submitter,
    draw: u64,
}

/// A device as one side of an audit.
pub(super) fn party(device: PublicKey, said: &Said, record: &Record, class_open: bool) -> Party {
    let class = said.drawing.fastest_class();
    let kind = match said.drawing.card {
        Some(card) if card == class => DeviceKind::Gpu,
        _ => DeviceKind::Cpu,
    };
    let account = account_number(device);
    let network = network_number(account, &said.network);
    let mut party = Party::new(record, account, network, kind, class.unsigned_abs());
    party.may_audit &= class_open;
    party
}

/// A device without an account is an account of its own.
fn account_number(device: PublicKey) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|place| device.0[place]))
}

/// Somebody whose network is not known has one of their own.
fn network_number(account: u64, network: &str) -> u64 {
    network
        .get(..16)
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .unwrap_or(account)
}

/// How many active devices are trusted.
pub(super) fn trusted_active(conn: &mut dyn Database, now_ms: i64) -> Result<u64, StoreError> {
    count_auditors(conn, now_ms)?;
    let pool = &conn.memo().auditing.pool;
    Ok(pool.as_ref().map_or(0, |counted| counted.pool.trusted()))
}

/// Who may audit this submitter's frames now, and how many devices are like that.
pub(super) fn rule_for(
    conn: &mut dyn Database,
    submitter: Submitter,
    now_ms: i64,
) -> Result<(AuditorRule, u64), StoreError> {
    count_auditors(conn, now_ms)?;
    let Some(counted) = &mut conn.memo().auditing.pool else {
        return Ok((AuditorRule::Referee, 0));
    };
    let rule = counted
        .rules
        .entry(submitter)
        .or_insert_with(|| counted.pool.rule_for(&submitter.party()));
    Ok(*rule)
}

impl Submitter {
    /// Rules do not ask where a submitter stands.
    fn party(self) -> Party {
        Party {
            account: self.account,
            network: self.network,
            card_class: self.card_class,
            ..Party::new(&Record::default(), 0, 0, DeviceKind::Cpu, 0)
        }
    }
}

fn count_auditors(conn: &mut dyn Database, now_ms: i64) -> Result<(), StoreError> {
    if let Some(counted) = &conn.memo().auditing.pool
        && counted.devices > FEW_DEVICES
        && (counted.counted_ms..counted.counted_ms + POOL_GOOD_MS).contains(&now_ms)
    {
        return Ok(());
    }
    let rows = query(
        "SELECT device.key, device.network, device.processor, device.card, device.fastest,
                class.standing, record.accepted_units, record.probation_from,
                record.audits_passed, record.audit_faults, record.refusals, record.suspicion,
                record.audit_suspicion, record.failed_checks, record.paused_until_ms,
                record.found_bad, record.bad_since_ms
         FROM device
         JOIN class ON class.number = CASE WHEN device.fastest = 'gpu'
                                           THEN COALESCE(device.card, device.processor)
                                           ELSE device.processor END
         LEFT JOIN record ON record.device = device.key AND record.class = class.number
         WHERE device.last_seen_ms > $1",
    )
    .bind(now_ms - AUDITOR_ACTIVE_MS)
    .fetch_all(conn)?;
    let parties: Result<Vec<Party>, StoreError> = rows.iter().map(active_party).collect();
    conn.memo().auditing.pool = Some(CountedPool {
        counted_ms: now_ms,
        devices: rows.len(),
        pool: Pool::of(parties?),
        rules: HashMap::new(),
    });
    Ok(())
}

fn active_party(row: &Row) -> Result<Party, StoreError> {
    let open = row.try_get::<&str>("standing")? == "open";
    let record = record_of(row)?;
    Ok(party(parsed(row, "key")?, &Said::of(row)?, &record, open))
}

/// A device that asks for audits.
pub(super) struct Auditor {
    device: PublicKey,
    party: Party,
    now_ms: i64,
    patience_ms: i64,
}

impl Auditor {
    /// `record` is the one of the class it is fastest with, `standing` where that class stands.
    pub(super) fn new(
        device: PublicKey,
        said: &Said,
        record: &Record,
        standing: ClassStanding,
        now_ms: i64,
        patience: Duration,
    ) -> Self {
        Self {
            device,
            party: party(device, said, record, standing == ClassStanding::Open),
            now_ms,
            patience_ms: i64::try_from(patience.as_millis()).unwrap_or(i64::MAX),
        }
    }

    fn may_take(&self, audit: &WaitingAudit, (rule, eligible): (AuditorRule, u64)) -> bool {
        let waited_ms = self.now_ms - audit.planned_ms;
        let lot = account_number(self.device);
        rule.admits(&self.party, &audit.submitter.party())
            && is_offered(audit.draw, lot, eligible, waited_ms, self.patience_ms)
    }
}

/// Up to `limit` audits that wait and that the auditor may have. They are its own until the
/// waiting ones are read again, so the caller takes them, or finds that somebody else did.
pub(super) fn audits_for(
    conn: &mut dyn Database,
    auditor: &Auditor,
    limit: usize,
) -> Result<Vec<WaitingAudit>, StoreError> {
    read_waiting(conn, auditor.now_ms)?;
    let Some(mut waiting) = conn.memo().auditing.waiting.take() else {
        return Ok(Vec::new());
    };
    let mut taken = Vec::new();
    let mut outcome = Ok(());
    waiting.audits.retain(|audit| {
        if taken.len() == limit || outcome.is_err() {
            return true;
        }
        let may = rule_for(conn, audit.submitter, auditor.now_ms)
            .map(|rule| auditor.may_take(audit, rule))
            .and_then(|may| Ok(may && !has_failed(conn, auditor.device, audit)?));
        match may {
            Ok(true) => {
                taken.push(audit.clone());
                false
            }
            Ok(false) => true,
            Err(error) => {
                outcome = Err(error);
                true
            }
        }
    });
    conn.memo().auditing.waiting = Some(waiting);
    outcome.map(|()| taken)
}

/// The device reported badly on this audit before.
fn has_failed(
    conn: &mut dyn Database,
    device: PublicKey,
    audit: &WaitingAudit,
) -> Result<bool, StoreError> {
    let row = query(
        "SELECT COUNT(*) AS refused FROM lease
         WHERE audit = $1 AND device = $2 AND state = 'refused'",
    )
    .bind(audit.id.as_str())
    .bind(device.to_string())
    .fetch_one(conn)?;
    Ok(number::<u64>(&row, "refused")? > 0)
}

/// Every audit that waits, as it was read a moment ago.
pub(super) fn waiting_audits(
    conn: &mut dyn Database,
    now_ms: i64,
) -> Result<Vec<WaitingAudit>, StoreError> {
    read_waiting(conn, now_ms)?;
    let waiting = &conn.memo().auditing.waiting;
    Ok(waiting
        .as_ref()
        .map(|waiting| waiting.audits.clone())
        .unwrap_or_default())
}

fn read_waiting(conn: &mut dyn Database, now_ms: i64) -> Result<(), StoreError> {
    let auditing = &conn.memo().auditing;
    if let Some(waiting) = &auditing.waiting {
        let good = (waiting.read_ms..waiting.read_ms + WAITING_GOOD_MS).contains(&now_ms);
        let changed = auditing.audits_changed && waiting.audits.len() <= FEW_AUDITS;
        if good && !changed {
            return Ok(());
        }
    }
    let rows = query(
        "SELECT audit.id, audit.work_unit, audit.samples, audit.planned_ms, audit.purpose,
                audit.draw, audit.submitter, audit.drawn_by, submission.class, device.network
         FROM audit
         JOIN submission ON submission.number = audit.submission
         JOIN device ON device.key = audit.submitter
         WHERE audit.state = 'waiting'
         ORDER BY audit.purpose, audit.planned_ms, audit.number LIMIT $1",
    )
    .bind(AUDITS_LOOKED_AT_MAX)
    .fetch_all(conn)?;
    let audits: Result<Vec<WaitingAudit>, StoreError> = rows.iter().map(waiting_audit).collect();
    let auditing = &mut conn.memo().auditing;
    auditing.audits_changed = false;
    auditing.waiting = Some(WaitingAudits {
        read_ms: now_ms,
        audits: audits?,
    });
    Ok(())
}

fn waiting_audit(row: &Row) -> Result<WaitingAudit, StoreError> {
    let account = account_number(parsed(row, "submitter")?);
    let card = parsed::<DeviceKind>(row, "drawn_by")? == DeviceKind::Gpu;
    let class: u64 = number(row, "class")?;
    Ok(WaitingAudit {
        id: parsed(row, "id")?,
        work_unit: parsed(row, "work_unit")?,
        samples: number(row, "samples")?,
        planned_ms: row.try_get("planned_ms")?,
        again: row.try_get::<i64>("purpose")? == super::audits::Purpose::Again as i64,
        draw: row.try_get::<i64>("draw")?.cast_unsigned(),
        submitter: Submitter {
            account,
            network: network_number(account, row.try_get("network")?),
            card_class: card.then_some(class),
        },
    })
}
