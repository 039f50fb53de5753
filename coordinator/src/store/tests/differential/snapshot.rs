//! What a flock has come to, as lines that are equal where both worlds agree.

use woolgather_coordinator_core::grid::{self, Grid};

use crate::store::Store;
use crate::store::database::{Row, query};
use crate::store::rows::name_of;

/// Records in which there is something.
fn known(mut records: Vec<String>) -> Vec<String> {
    records.retain(|record| record.split(' ').skip(1).any(|number| number != "0"));
    records
}

/// Everything that both worlds remember, a line each.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    clips: Vec<String>,
    units: Vec<String>,
    submissions: Vec<String>,
    pub(super) audits: Vec<String>,
    records: Vec<String>,
    ledger: Vec<String>,
    devices: Vec<String>,
}

impl Snapshot {
    pub(super) async fn of_store(store: &Store) -> Self {
        let lines = async |sql: &'static str| -> Vec<String> {
            let rows = store.rows(query(sql)).await.unwrap();
            let line = |row: &Row| row.try_get::<&str>("line").unwrap().to_owned();
            rows.iter().map(line).collect()
        };
        Self {
            clips: lines(
                "SELECT 'clip ' || number || ' version ' || version || ' ' || state ||
                        CASE WHEN blob IS NULL THEN '' ELSE ' published' END AS line
                 FROM clip ORDER BY number",
            )
            .await,
            units: lines(
                "SELECT 'clip ' || clip_number || ' version ' || clip_version || ' segment ' ||
                        segment || ' ' || state || ' by ' || COALESCE(submission, 0) || ' failed ' ||
                        (SELECT COUNT(*) FROM unit_failure WHERE work_unit = work_unit.id) AS line
                 FROM work_unit ORDER BY clip_number, clip_version, segment",
            )
            .await,
            submissions: lines(
                "SELECT number || ' ' || state AS line FROM submission ORDER BY number",
            )
            .await,
            audits: lines(
                "SELECT number || ' of ' || submission || ' purpose ' || purpose || ' ' || state ||
                        CASE WHEN auditor IS NULL THEN '' ELSE ' by ' || SUBSTR(auditor, 1, 2) END ||
                        CASE by_referee WHEN 1 THEN ' referee' ELSE '' END AS line
                 FROM audit ORDER BY number",
            )
            .await,
            records: known(lines(
                "SELECT SUBSTR(device, 1, 2) || ' ' || accepted_units || ' ' || probation_from ||
                        ' ' || audits_passed || ' ' || audit_faults || ' ' || refusals || ' ' ||
                        suspicion || ' ' || audit_suspicion || ' ' || failed_checks || ' ' ||
                        paused_until_ms || ' ' || found_bad || ' ' || COALESCE(bad_since_ms, 0)
                        AS line
                 FROM record ORDER BY device",
            )
            .await),
            ledger: lines(
                "SELECT 'clip ' || work_unit.clip_number || ' version ' ||
                        work_unit.clip_version || ' segment ' || work_unit.segment || ' ' ||
                        SUBSTR(ledger.device, 1, 2) || ' ' || ledger.credit || ' ' ||
                        ledger.reason AS line
                 FROM ledger JOIN work_unit ON work_unit.id = ledger.work_unit
                 ORDER BY ledger.number",
            )
            .await,
            devices: lines(
                "SELECT SUBSTR(key, 1, 2) || ' ' || credit || ' leases ' ||
                        (SELECT COUNT(*) FROM lease WHERE device = key AND state = 'active') AS line
                 FROM device ORDER BY key",
            )
            .await,
        }
    }

    pub(super) fn of_grid(grid: &Grid) -> Self {
        let name = |device: grid::DeviceNumber| format!("{:02x}", device.0);
        let unit_of = |number: grid::UnitNumber| {
            let unit = &grid.units()[number.0 as usize];
            let (clip, version) = (unit.clip.0 + 1, unit.clip_version);
            format!("clip {clip} version {version} segment {}", unit.segment)
        };
        let mut units: Vec<_> = (0..grid.units().len() as u64)
            .map(grid::UnitNumber)
            .collect();
        units.sort_by_key(|number| {
            let unit = &grid.units()[number.0 as usize];
            (unit.clip, unit.clip_version, unit.segment)
        });
        let records = grid.devices().flat_map(|(device, row)| {
            let records = row.records.values();
            records
                .filter(|record| **record != Default::default())
                .map(move |record| {
                    let grid_record = record.clone();
                    format!(
                        "{} {} {} {} {} {} {} {} {} {} {} {}",
                        name(device),
                        grid_record.accepted_units,
                        grid_record.probation_from,
                        grid_record.audits_passed,
                        grid_record.audit_faults,
                        grid_record.refusals,
                        grid_record.suspicion.milli(),
                        grid_record.audit_suspicion.milli(),
                        grid_record.failed_checks,
                        grid_record.paused_until_ms,
                        grid_record.found_bad,
                        grid_record.bad_since_ms.unwrap_or(0),
                    )
                })
        });
        let numbered = 1_usize..;
        Self {
            clips: numbered
                .clone()
                .zip(grid.clips())
                .map(|(number, clip)| {
                    let state = format!("{:?}", clip.state).to_lowercase();
                    let published = clip.file.map_or("", |_| " published");
                    format!("clip {number} version {} {state}{published}", clip.version)
                })
                .collect(),
            units: units
                .iter()
                .map(|number| {
                    let unit = &grid.units()[number.0 as usize];
                    let by = unit.submission.map_or(0, |submission| submission.0 + 1);
                    let state = name_of(&unit.state);
                    let failed = unit.failures.len();
                    format!("{} {state} by {by} failed {failed}", unit_of(*number))
                })
                .collect(),
            submissions: numbered
                .clone()
                .zip(grid.submissions())
                .map(|(number, row)| format!("{number} {:?}", row.state).to_lowercase())
                .collect(),
            audits: numbered
                .zip(grid.audits())
                .map(|(number, row)| {
                    let state = match row.state {
                        grid::AuditState::TakenOver => "taken_over".to_owned(),
                        other => format!("{other:?}").to_lowercase(),
                    };
                    let by = row
                        .auditor
                        .map_or(String::new(), |auditor| format!(" by {}", name(auditor)));
                    let referee = if row.by_referee { " referee" } else { "" };
                    let (of, purpose) = (row.submission.0 + 1, row.purpose as u8);
                    format!("{number} of {of} purpose {purpose} {state}{by}{referee}")
                })
                .collect(),
            records: records.collect(),
            ledger: grid
                .ledger()
                .iter()
                .map(|row| {
                    let reason = format!("{:?}", row.reason).to_lowercase();
                    format!(
                        "{} {} {} {reason}",
                        unit_of(row.unit),
                        name(row.device),
                        row.credit
                    )
                })
                .collect(),
            devices: grid
                .devices()
                .map(|(device, row)| {
                    let leases = grid.leases().iter().filter(|lease| {
                        lease.device == device && lease.state == grid::LeaseState::Active
                    });
                    format!("{} {} leases {}", name(device), row.credit, leases.count())
                })
                .collect(),
        }
    }
}
