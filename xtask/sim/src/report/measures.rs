//! What is read from a run that is over.

use woolgather_coordinator_core::credit::credit_for;
use woolgather_coordinator_core::grid::{ClipState, LedgerReason, SubmissionState, UnitNumber};
use woolgather_protocol::submission::WorkUnitState;

use super::AttackReport;
use crate::attacks::ATTACKS;
use crate::tally::Cost;
use crate::volunteers::Character;
use crate::world::{HOUR_MS, World};

pub(super) fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

pub(super) fn cost(cost: Cost) -> f64 {
    share(cost.again, cost.frames)
}

pub(super) fn mean_min(times_ms: &[i64]) -> Option<f64> {
    let sum: i64 = times_ms.iter().sum();
    (!times_ms.is_empty()).then(|| sum as f64 / times_ms.len() as f64 / 60_000.0)
}

pub(super) fn max_min(times_ms: &[i64]) -> Option<f64> {
    times_ms
        .iter()
        .max()
        .map(|longest_ms| *longest_ms as f64 / 60_000.0)
}

pub(super) fn median(counts: &[u32]) -> Option<u32> {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

/// Wrong frames of units that are accepted at the end: by attack, all together; and those units.
pub(super) fn wrong_frames(world: &World) -> (Vec<u64>, u64, u64) {
    let mut by_attack = vec![0; ATTACKS.len()];
    let mut all = 0;
    let mut accepted = 0;
    let units = world.grid.units().iter();
    for unit in units.filter(|unit| unit.state == WorkUnitState::Accepted) {
        accepted += 1;
        let submission = unit
            .submission
            .map(|number| &world.grid.submissions()[number.0 as usize]);
        let segment = submission.and_then(|row| world.pictures.get(row.segment));
        let Some(segment) = segment else { continue };
        all += segment.wrong_frames();
        if let Some(attack) = segment.attack {
            by_attack[attack] += segment.wrong_frames();
        }
    }
    (by_attack, all, accepted)
}

/// Submissions of honest volunteers, and those refused or quarantined without a wrong frame.
pub(super) fn honest(world: &World) -> (u64, u64) {
    let (mut submissions, mut refused) = (0, 0);
    for row in world.grid.submissions() {
        let Some(segment) = world.pictures.get(row.segment) else {
            continue;
        };
        if !world.volunteers[segment.volunteer].character.is_honest() {
            continue;
        }
        submissions += 1;
        let gone = matches!(
            row.state,
            SubmissionState::Refused | SubmissionState::Quarantined
        );
        refused += u64::from(gone && segment.wrong == 0);
    }
    (submissions, refused)
}

pub(super) fn ledger_credit(world: &World) -> u64 {
    let rows = world.grid.ledger().iter();
    let sum: i128 = rows
        .map(|row| match row.reason {
            LedgerReason::Earned | LedgerReason::Restored => i128::from(row.credit),
            LedgerReason::Voided => -i128::from(row.credit),
        })
        .sum();
    u64::try_from(sum).unwrap_or(0)
}

pub(super) fn device_credit(world: &World) -> u64 {
    world.grid.devices().map(|(_, row)| row.credit).sum()
}

/// What the accepted units are worth, without those whose escrow was voided.
pub(super) fn units_credit(world: &World) -> u64 {
    let settings = world.grid.settings();
    let credit = credit_for(settings.frame_samples * u64::from(settings.segment_frames));
    let mut standing = std::collections::BTreeMap::new();
    for row in world.grid.ledger() {
        standing.insert(row.unit, row.reason != LedgerReason::Voided);
    }
    let units = world.grid.units().iter().enumerate();
    let accepted = units.filter(|(number, unit)| {
        let unit_number = UnitNumber(*number as u64);
        unit.state == WorkUnitState::Accepted && standing.get(&unit_number) == Some(&true)
    });
    accepted.count() as u64 * credit
}

pub(super) fn attacks(world: &World, wrong_by_attack: &[u64]) -> Vec<AttackReport> {
    let liars = |place| {
        let of = |character| character == Character::Liar(place);
        world
            .volunteers
            .iter()
            .filter(|row| of(row.character))
            .count() as u64
    };
    let never_found = never_found(world);
    let (passed, accepted) = passed_and_accepted(world);
    ATTACKS
        .iter()
        .enumerate()
        .map(|(place, attack)| {
            let tally = &world.tally.attacks[place];
            let mut visible_ms = tally.visible_ms.clone();
            visible_ms.extend(&never_found[place]);
            AttackReport {
                name: attack.name,
                liars: liars(place),
                doctored: tally.doctored,
                seen_share: (tally.seen + passed[place] > 0)
                    .then(|| share(tally.seen, tally.seen + passed[place])),
                gone_share: (tally.doctored > 0)
                    .then(|| share(tally.doctored - accepted[place], tally.doctored)),
                until_refused: median(&tally.until_refused),
                until_bad: median(&tally.until_bad),
                keys_found_bad: tally.until_bad.len() as u64,
                wrong_frames: wrong_by_attack[place],
                visible_min_mean: mean_min(&visible_ms),
                visible_min_max: max_min(&visible_ms),
            }
        })
        .collect()
}

/// Doctored submissions that passed their own audits, and those that are accepted at the end; by
/// attack.
fn passed_and_accepted(world: &World) -> (Vec<u64>, Vec<u64>) {
    let mut passed = vec![0; ATTACKS.len()];
    let mut accepted = vec![0; ATTACKS.len()];
    for row in world.grid.submissions() {
        let segment = world.pictures.get(row.segment);
        let Some(attack) = segment.and_then(|segment| segment.attack) else {
            continue;
        };
        let is_accepted = row.state == SubmissionState::Accepted;
        accepted[attack] += u64::from(is_accepted);
        passed[attack] += u64::from(is_accepted || row.state == SubmissionState::Quarantined);
    }
    (passed, accepted)
}

/// How long doctored segments were published that nobody found: until now, or until their clip was
/// retired. By attack.
fn never_found(world: &World) -> Vec<Vec<i64>> {
    let mut by_attack = vec![Vec::new(); ATTACKS.len()];
    let end_ms = world.options.hours * HOUR_MS;
    for clip in world.grid.clips() {
        let (ClipState::Live | ClipState::Retired, Some(published_ms)) =
            (clip.state, clip.published_ms)
        else {
            continue;
        };
        let until_ms = clip.retired_ms.unwrap_or(end_ms);
        for unit in &clip.units {
            let unit = &world.grid.units()[unit.0 as usize];
            let submission = unit
                .submission
                .map(|number| &world.grid.submissions()[number.0 as usize]);
            let segment = submission.and_then(|row| world.pictures.get(row.segment));
            let accepted = unit.state == WorkUnitState::Accepted;
            let doctored = segment.filter(|segment| accepted && segment.wrong != 0);
            if let Some(attack) = doctored.and_then(|segment| segment.attack) {
                by_attack[attack].push(until_ms - published_ms);
            }
        }
    }
    by_attack
}
