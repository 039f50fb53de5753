//! What came of a run, for people and as JSON.

use std::fmt::Write as _;

use serde::Serialize;
use woolgather_coordinator_core::credit::credit_for;
use woolgather_coordinator_core::grid::{ClipState, LedgerReason, SubmissionState};
use woolgather_protocol::submission::WorkUnitState;

use crate::attacks::ATTACKS;
use crate::tally::Cost;
use crate::volunteers::Character;
use crate::world::{HOUR_MS, World};

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The number that decides all draws.
    pub rng_seed: u64,
    /// People with a machine each.
    pub volunteers: usize,
    /// Simulated hours.
    pub hours: i64,
    /// Share of liars.
    pub bad: f64,
    /// Segments that workers rendered.
    pub rendered: u64,
    /// Submissions taken.
    pub submissions: u64,
    /// Units accepted, those found bad later included.
    pub accepted: u64,
    /// Units accepted in an hour.
    pub accepted_per_hour: f64,
    /// Submissions the referee refused before they were accepted.
    pub refused: u64,
    /// Submissions that did not pass the checks.
    pub refused_by_checks: u64,
    /// Accepted segments that were found bad and rendered again.
    pub quarantined_segments: u64,
    /// Submissions of volunteers who mean well, with machines in order.
    pub honest_submissions: u64,
    /// Of those, refused or quarantined without a wrong frame in them.
    pub honest_refused: u64,
    /// Keys of such volunteers that were found bad.
    pub honest_bans: u64,
    /// Keys with broken hardware that were found bad.
    pub broken_set_aside: u64,
    /// Drivers quarantined.
    pub classes_quarantined: u64,
    /// Accepted frames at the end.
    pub frames: u64,
    /// Wrong ones among them.
    pub wrong_frames: u64,
    /// Share of them.
    pub wrong_share: f64,
    /// Minutes that quarantined segments had been published, on average over all of them.
    pub visible_min_mean: f64,
    /// The longest of those.
    pub visible_min_max: f64,
    /// Frames rendered again to verify an honest device in probation, as a share of its frames.
    pub cost_new: f64,
    /// The same of all other honest ones, the referee's sample included.
    pub cost_known: f64,
    /// The same of every device in probation, liars and their disputes included.
    pub cost_new_all: f64,
    /// And of all others.
    pub cost_known_all: f64,
    /// Frames rendered again because somebody was found bad, as a share of all frames.
    pub cost_repair: f64,
    /// Frames the coordinator itself rendered, as a share of all frames.
    pub cost_referee: f64,
    /// Credit that stands, by the ledger.
    pub ledger_credit: u64,
    /// Credit that stands, by the devices' sums.
    pub device_credit: u64,
    /// Accepted units at the end times what a unit earns, less what is voided of them.
    pub units_credit: u64,
    /// Share of requests for work (after the first hour) that were answered with nothing.
    pub dry_share: f64,
    /// Answers that came twice and were recognised.
    pub duplicates: u64,
    /// Answers to leases that had run out, and were used.
    pub late_used: u64,
    /// Answers for which somebody else was faster.
    pub superseded: u64,
    /// Messages lost.
    pub lost: u64,
    /// Times the coordinator was started again.
    pub restarts: u64,
    /// By attack.
    pub attacks: Vec<AttackReport>,
    /// What was promised, and whether it was kept.
    pub targets: Vec<Target>,
}

/// What came of one attack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttackReport {
    /// Its name.
    pub name: &'static str,
    /// Liars who do it.
    pub liars: u64,
    /// Segments doctored and handed in.
    pub doctored: u64,
    /// Share of those whose own audits or checks found them, of all that were not dropped with
    /// their liar before.
    pub seen_share: Option<f64>,
    /// Share of those that are not accepted at the end.
    pub gone_share: Option<f64>,
    /// Doctored segments of a key until its first refusal, the median.
    pub until_refused: Option<u32>,
    /// Doctored segments of a key until it was found bad, the median.
    pub until_bad: Option<u32>,
    /// Keys found bad.
    pub keys_found_bad: u64,
    /// Wrong frames that are accepted at the end.
    pub wrong_frames: u64,
    /// Minutes that its segments had been published until they were found, on average; until
    /// the end or the clip's retirement for those that never were.
    pub visible_min_mean: Option<f64>,
    /// The longest of those.
    pub visible_min_max: Option<f64>,
}

/// Something promised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    /// What.
    pub what: &'static str,
    /// What it is.
    pub value: f64,
    /// What it may be at most.
    pub limit: f64,
    /// Whether it is.
    pub kept: bool,
}

impl Report {
    /// Reads a run that is over.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let (sums, tally, options) = (world.grid.sums(), &world.tally, world.options);
        let frames_each = u64::from(world.grid.settings().segment_frames);
        let (wrong_by_attack, wrong_frames, accepted_now) = wrong_frames(world);
        let (honest_submissions, honest_refused) = honest(world);
        let frames = accepted_now * frames_each;
        let submitted = tally.all.new.frames + tally.all.known.frames;
        let visible: Vec<i64> = tally
            .attacks
            .iter()
            .flat_map(|attack| attack.visible_ms.iter().copied())
            .collect();
        let mut report = Self {
            rng_seed: options.rng_seed,
            volunteers: options.volunteers,
            hours: options.hours,
            bad: options.bad,
            rendered: tally.rendered,
            submissions: sums.submissions,
            accepted: sums.accepted,
            accepted_per_hour: sums.accepted as f64 / options.hours.max(1) as f64,
            refused: sums.refused,
            refused_by_checks: sums.refused_by_checks,
            quarantined_segments: sums.quarantined_segments,
            honest_submissions,
            honest_refused,
            honest_bans: tally.honest_bans,
            broken_set_aside: tally.broken_set_aside,
            classes_quarantined: sums.classes_quarantined,
            frames,
            wrong_frames,
            wrong_share: share(wrong_frames, frames),
            visible_min_mean: mean_min(&visible).unwrap_or(0.0),
            visible_min_max: max_min(&visible).unwrap_or(0.0),
            cost_new: cost(tally.honest.new),
            cost_known: cost(tally.honest.known),
            cost_new_all: cost(tally.all.new),
            cost_known_all: cost(tally.all.known),
            cost_repair: share(tally.repair, submitted),
            cost_referee: share(tally.referee, submitted),
            ledger_credit: ledger_credit(world),
            device_credit: device_credit(world),
            units_credit: units_credit(world),
            dry_share: share(tally.dry, tally.asked),
            duplicates: tally.duplicates,
            late_used: tally.late_used,
            superseded: tally.superseded,
            lost: tally.lost,
            restarts: tally.restarts,
            attacks: attacks(world, &wrong_by_attack),
            targets: Vec::new(),
        };
        report.targets = report.judge();
        report
    }

    /// Whether every promise was kept.
    #[must_use]
    pub fn kept(&self) -> bool {
        self.targets.iter().all(|target| target.kept)
    }

    fn judge(&self) -> Vec<Target> {
        let wrong_limit = match self.bad {
            bad if bad <= 0.1 => 1e-3,
            bad if bad <= 0.3 => 1e-2,
            _ => 5e-2,
        };
        let honest_refused = share(self.honest_refused, self.honest_submissions);
        let imbalance = self.ledger_credit.abs_diff(self.units_credit)
            + self.ledger_credit.abs_diff(self.device_credit);
        let target = |what, value: f64, limit: f64| Target {
            what,
            value,
            limit,
            kept: value <= limit,
        };
        vec![
            target("honest submissions refused", honest_refused, 1e-3),
            target("honest bans", self.honest_bans as f64, 0.0),
            target("wrong frames left", self.wrong_share, wrong_limit),
            target("verification, honest new devices", self.cost_new, 0.065),
            target("verification, honest others", self.cost_known, 0.035),
            target("credit out of balance", imbalance as f64, 0.0),
            target("asked for work in vain", self.dry_share, 0.01),
        ]
    }

    /// For people: a few paragraphs and tables in Markdown.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_text(&mut text);
        text
    }

    fn write_text(&self, to: &mut String) -> std::fmt::Result {
        let Self {
            rng_seed,
            volunteers,
            hours,
            ..
        } = self;
        let bad = self.bad * 100.0;
        writeln!(
            to,
            "rng_seed {rng_seed}: {volunteers} volunteers, {bad:.0} % of them liars, {hours} h\n"
        )?;
        writeln!(to, "| what | |\n|---|---|")?;
        writeln!(
            to,
            "| segments rendered, handed in, accepted | {}, {}, {} |",
            self.rendered, self.submissions, self.accepted
        )?;
        writeln!(
            to,
            "| accepted in an hour | {:.0} |",
            self.accepted_per_hour
        )?;
        writeln!(
            to,
            "| refused by the referee, by the checks | {}, {} |",
            self.refused, self.refused_by_checks
        )?;
        writeln!(
            to,
            "| accepted, found bad later, rendered again | {} |",
            self.quarantined_segments
        )?;
        writeln!(
            to,
            "| visible until then, mean and longest | {:.0} min, {:.0} min |",
            self.visible_min_mean, self.visible_min_max
        )?;
        writeln!(
            to,
            "| honest submissions, refused | {}, {} |",
            self.honest_submissions, self.honest_refused
        )?;
        writeln!(
            to,
            "| honest keys banned; broken hardware set aside; drivers quarantined | {}; {}; {} |",
            self.honest_bans, self.broken_set_aside, self.classes_quarantined
        )?;
        writeln!(
            to,
            "| wrong frames left | {} of {} |",
            self.wrong_frames, self.frames
        )?;
        writeln!(
            to,
            "| verification with liars and disputes: new devices, others | {:.2} %, {:.2} % |",
            self.cost_new_all * 100.0,
            self.cost_known_all * 100.0
        )?;
        writeln!(
            to,
            "| work done again after somebody was found bad | {:.2} % of all frames |",
            self.cost_repair * 100.0
        )?;
        writeln!(
            to,
            "| rendered by the coordinator itself | {:.2} % of all frames |",
            self.cost_referee * 100.0
        )?;
        writeln!(
            to,
            "| credit: ledger, devices, accepted units | {}, {}, {} |",
            self.ledger_credit, self.device_credit, self.units_credit
        )?;
        writeln!(
            to,
            "| answers twice, late and used, too slow | {}, {}, {} |",
            self.duplicates, self.late_used, self.superseded
        )?;
        writeln!(
            to,
            "| messages lost, coordinator restarts | {}, {} |",
            self.lost, self.restarts
        )?;
        writeln!(to, "\n| promise | is | at most | |\n|---|---|---|---|")?;
        for target in &self.targets {
            let kept = if target.kept { "kept" } else { "**missed**" };
            writeln!(
                to,
                "| {} | {} | {} | {kept} |",
                target.what,
                figure(target.value),
                figure(target.limit)
            )?;
        }
        writeln!(
            to,
            "\n| attack | liars | doctored | seen by its own audits | gone in the end | until refused | until bad | keys found bad | wrong frames left | visible, mean and longest |"
        )?;
        writeln!(to, "|---|---|---|---|---|---|---|---|---|---|")?;
        for attack in &self.attacks {
            let percent = |share: f64| format!("{:.1} %", share * 100.0);
            let visible = attack.visible_min_mean.zip(attack.visible_min_max);
            let visible = visible.map(|(mean, max)| format!("{mean:.0} min, {max:.0} min"));
            writeln!(
                to,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                attack.name,
                attack.liars,
                attack.doctored,
                or_dash(attack.seen_share.map(percent)),
                or_dash(attack.gone_share.map(percent)),
                or_dash(attack.until_refused),
                or_dash(attack.until_bad),
                attack.keys_found_bad,
                attack.wrong_frames,
                or_dash(visible),
            )?;
        }
        Ok(())
    }
}

fn or_dash(value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

/// Shares with two digits, whole numbers as they are.
fn figure(value: f64) -> String {
    match value {
        0.0 => "0".into(),
        value if value < 0.001 => format!("{value:.1e}"),
        value if value < 1.0 => format!("{:.2} %", value * 100.0),
        value => format!("{value:.0}"),
    }
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn cost(cost: Cost) -> f64 {
    share(cost.again, cost.frames)
}

fn mean_min(times_ms: &[i64]) -> Option<f64> {
    let sum: i64 = times_ms.iter().sum();
    (!times_ms.is_empty()).then(|| sum as f64 / times_ms.len() as f64 / 60_000.0)
}

fn max_min(times_ms: &[i64]) -> Option<f64> {
    times_ms
        .iter()
        .max()
        .map(|longest_ms| *longest_ms as f64 / 60_000.0)
}

fn median(counts: &[u32]) -> Option<u32> {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

/// Wrong frames of units that are accepted at the end: by attack, all together; and those units.
fn wrong_frames(world: &World) -> (Vec<u64>, u64, u64) {
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
fn honest(world: &World) -> (u64, u64) {
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

fn ledger_credit(world: &World) -> u64 {
    let rows = world.grid.ledger().iter();
    let sum: i128 = rows
        .map(|row| match row.reason {
            LedgerReason::Earned | LedgerReason::Restored => i128::from(row.credit),
            LedgerReason::Voided => -i128::from(row.credit),
        })
        .sum();
    u64::try_from(sum).unwrap_or(0)
}

fn device_credit(world: &World) -> u64 {
    world.grid.devices().map(|(_, row)| row.credit).sum()
}

/// What the accepted units are worth, without those whose escrow was voided.
fn units_credit(world: &World) -> u64 {
    let settings = world.grid.settings();
    let credit = credit_for(settings.frame_samples * u64::from(settings.segment_frames));
    let mut standing = std::collections::BTreeMap::new();
    for row in world.grid.ledger() {
        standing.insert(row.unit, row.reason != LedgerReason::Voided);
    }
    let units = world.grid.units().iter().enumerate();
    let accepted = units.filter(|(number, unit)| {
        let unit_number = woolgather_coordinator_core::grid::UnitNumber(*number as u64);
        unit.state == WorkUnitState::Accepted && standing.get(&unit_number) == Some(&true)
    });
    accepted.count() as u64 * credit
}

fn attacks(world: &World, wrong_by_attack: &[u64]) -> Vec<AttackReport> {
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
