//! What came of a run, for people and as JSON.

mod measures;
mod text;

use serde::Serialize;

use crate::world::World;
use measures::{
    attacks, cost, device_credit, honest, ledger_credit, max_min, mean_min, share, units_credit,
    wrong_frames,
};

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
}
