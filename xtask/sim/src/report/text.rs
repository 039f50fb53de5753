//! The report for people: a few tables in Markdown.

use std::fmt::Write as _;

use super::Report;

impl Report {
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
