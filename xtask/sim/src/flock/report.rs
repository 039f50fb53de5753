//! What came of the three worlds, for people and as JSON, and whether the gates hold.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Accuracy, Options, Policy, Served, Stuffed};

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlockReport {
    /// The first number that decided draws.
    pub rng_seed: u64,
    /// How many numbers.
    pub seeds: u32,
    /// The first world, by acts for each sheep.
    pub accuracy: Vec<Accuracy>,
    /// The second.
    pub stuffing: Vec<Stuffed>,
    /// The third.
    pub groups: Vec<(Policy, Served)>,
    /// What was promised.
    pub gates: Vec<Gate>,
}

/// Something promised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gate {
    /// What.
    pub what: String,
    /// What it is.
    pub value: f64,
    /// What it must be at least, or may be at most.
    pub limit: f64,
    /// `limit` is the least.
    pub at_least: bool,
    /// Whether it is.
    pub kept: bool,
}

impl FlockReport {
    pub(super) fn of(
        options: Options,
        accuracy: Vec<Accuracy>,
        stuffing: Vec<Stuffed>,
        groups: Vec<(Policy, Served)>,
    ) -> Self {
        let mut report = Self {
            rng_seed: options.rng_seed,
            seeds: options.seeds,
            accuracy,
            stuffing,
            groups,
            gates: Vec::new(),
        };
        report.gates = report.judge();
        report
    }

    /// Whether all gates hold.
    #[must_use]
    pub fn kept(&self) -> bool {
        self.gates.iter().all(|gate| gate.kept)
    }

    fn judge(&self) -> Vec<Gate> {
        let mut gates = Vec::new();
        for (acts, parents_min) in [(3, 0.9), (10, 1.2)] {
            let Some(found) = self.accuracy.iter().find(|found| found.acts == acts) else {
                continue;
            };
            let what = |what: &str| format!("{what}, {acts} acts");
            gates.push(at_least(what("parents' quality"), found.ours, parents_min));
            let ratio = found.ours / found.net;
            gates.push(at_least(
                what("parents' quality, times net votes'"),
                ratio,
                1.3,
            ));
            if acts == 3 {
                gates.push(at_most(
                    what("sheep seen under 3 times"),
                    found.hardly_seen,
                    0.15,
                ));
            }
        }
        for line in self.stuffing.iter().filter(|line| line.gated) {
            gates.push(at_most(
                format!("stuffing, {}", line.what),
                line.succeeded,
                0.2,
            ));
        }
        let served = |policy| {
            let found = self.groups.iter().find(|(of, _)| *of == policy);
            found.map(|(_, served)| served)
        };
        if let (Some(lot), Some(net), Some(rules)) = (
            served(Policy::Lot),
            served(Policy::NetVotes),
            served(Policy::Rules),
        ) {
            let more = rules.groups - net.groups;
            gates.push(at_least(
                "groups served, more than by net votes".into(),
                more,
                0.3,
            ));
            let played = rules.played - net.played;
            gates.push(at_least(
                "liking of what plays, less net votes'".into(),
                played,
                -0.1,
            ));
            let chosen = rules.played - lot.played;
            gates.push(at_least(
                "liking of what plays, less that by lot".into(),
                chosen,
                0.4,
            ));
        }
        let most = |of: fn(&Accuracy) -> f64| self.accuracy.iter().map(of).fold(0.0, f64::max);
        let away = most(|found| found.refit_away);
        gates.push(at_most("refit away from online, sd".into(), away, 0.15));
        let order = most(|found| found.order_change);
        gates.push(at_most(
            "refit changed by the order of the log".into(),
            order,
            1e-6,
        ));
        gates
    }

    /// For people: tables in Markdown.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_text(&mut text);
        text
    }

    fn write_text(&self, to: &mut String) -> std::fmt::Result {
        writeln!(
            to,
            "rng_seed {} and the {} after it\n",
            self.rng_seed,
            self.seeds.saturating_sub(1)
        )?;
        writeln!(
            to,
            "Hidden quality (sd) of the tenth that would breed, by acts for each sheep:\n\n\
             | acts | net votes | Wilson | Elo, pairs only | ours | ours, pairs only | ours after the refit | perfect |\n\
             |---|---|---|---|---|---|---|---|"
        )?;
        for found in &self.accuracy {
            writeln!(
                to,
                "| {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
                found.acts,
                found.net,
                found.wilson,
                found.elo,
                found.ours,
                found.ours_pairs,
                found.refit,
                found.perfect
            )?;
        }
        writeln!(
            to,
            "\n50 fake accounts push a mediocre sheep into that tenth:\n\n| rules | succeeded |\n|---|---|"
        )?;
        for line in &self.stuffing {
            writeln!(to, "| {} | {:.2} |", line.what, line.succeeded)?;
        }
        writeln!(
            to,
            "\nFour groups of people with different tastes, 3 acts for each birth:\n\n\
             | bred by | groups served | worst group's best five, better than at first by | niches | all sheep | what plays |\n\
             |---|---|---|---|---|---|"
        )?;
        for (policy, served) in &self.groups {
            writeln!(
                to,
                "| {} | {:.2} | {:.2} | {:.0} | {:.2} | {:.2} |",
                policy.name(),
                served.groups,
                served.worst,
                served.niches,
                served.plain,
                served.played
            )?;
        }
        self.write_gates(to)
    }

    fn write_gates(&self, to: &mut String) -> std::fmt::Result {
        writeln!(to, "\n| promised | is | limit | |\n|---|---|---|---|")?;
        for gate in &self.gates {
            let sign = if gate.at_least { "≥" } else { "≤" };
            let kept = if gate.kept { "kept" } else { "missed" };
            writeln!(
                to,
                "| {} | {:.3} | {sign} {} | {kept} |",
                gate.what, gate.value, gate.limit
            )?;
        }
        Ok(())
    }
}

fn at_least(what: String, value: f64, limit: f64) -> Gate {
    Gate {
        what,
        value,
        limit,
        at_least: true,
        kept: value >= limit,
    }
}

fn at_most(what: String, value: f64, limit: f64) -> Gate {
    Gate {
        what,
        value,
        limit,
        at_least: false,
        kept: value <= limit,
    }
}
