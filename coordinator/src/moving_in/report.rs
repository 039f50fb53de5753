//! What became of every flame of a folder: a table for people, JSON for programs.

use serde::Serialize;
use woolgather_protocol::SheepId;

/// What was decided about a flame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is a sheep now, or would be.
    Taken,
    /// The flock, or this folder, has it already.
    Duplicate,
    /// An edge of Electric Sheep.
    Edge,
    /// It cannot be read or rendered.
    Refused,
    /// Beyond the number that was asked for.
    LeftOver,
}

impl Verdict {
    const ALL: [Self; 5] = [
        Self::Taken,
        Self::Duplicate,
        Self::Edge,
        Self::Refused,
        Self::LeftOver,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Duplicate => "duplicate",
            Self::Edge => "edge",
            Self::Refused => "refused",
            Self::LeftOver => "left over",
        }
    }
}

/// What of a flame was read otherwise than it was written: a sentence each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// What has another name here.
    pub renamed: Vec<String>,
    /// What is said in another way here.
    pub changed: Vec<String>,
    /// What is left out, so that the picture may differ.
    pub dropped: Vec<String>,
}

/// A line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The file.
    pub file: String,
    /// Which flame of it, from 1.
    pub flame: usize,
    /// The title, where it was taken.
    pub title: String,
    /// What was decided.
    pub verdict: Verdict,
    /// Why, where it was not taken.
    pub why: String,
    /// The sheep that it became.
    pub sheep: Option<SheepId>,
    /// What was read otherwise.
    #[serde(flatten)]
    pub parts: Parts,
}

/// The report as JSON: an object with the lines and how many of each kind there are.
#[must_use]
pub fn json(lines: &[Line], dry_run: bool) -> serde_json::Value {
    let counts: serde_json::Map<_, _> = Verdict::ALL
        .into_iter()
        .map(|verdict| {
            (
                verdict.word().replace(' ', "_"),
                count(lines, verdict).into(),
            )
        })
        .collect();
    serde_json::json!({ "dry_run": dry_run, "counts": counts, "flames": lines })
}

/// The report for people: a line for whatever was not taken whole, and the sums.
#[must_use]
pub fn table(lines: &[Line]) -> Vec<String> {
    let mut said = Vec::new();
    for line in lines {
        let place = match line.flame {
            1 => line.file.clone(),
            flame => format!("{}, flame {flame}", line.file),
        };
        if line.verdict != Verdict::Taken {
            said.push(format!("{:<10} {place}: {}", line.verdict.word(), line.why));
        }
        let parts = [
            ("changed", &line.parts.changed),
            ("dropped", &line.parts.dropped),
        ];
        for (word, remarks) in parts {
            said.extend(
                remarks
                    .iter()
                    .map(|remark| format!("{word:<10} {place}: {remark}")),
            );
        }
    }
    let sums = Verdict::ALL
        .into_iter()
        .filter_map(|verdict| match count(lines, verdict) {
            0 => None,
            some => Some(format!("{some} {}", verdict.word())),
        });
    let sums: Vec<_> = sums.collect();
    said.push(match sums.as_slice() {
        [] => "there is no genome in this folder".to_owned(),
        sums => sums.join(", "),
    });
    said
}

fn count(lines: &[Line], verdict: Verdict) -> usize {
    lines.iter().filter(|line| line.verdict == verdict).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(verdict: Verdict, why: &str) -> Line {
        Line {
            file: "a.flame".into(),
            flame: 2,
            title: String::new(),
            verdict,
            why: why.into(),
            sheep: None,
            parts: Parts {
                renamed: vec!["renamed".into()],
                changed: Vec::new(),
                dropped: vec!["hexes is left out".into()],
            },
        }
    }

    #[test]
    fn people_read_what_was_lost_and_the_sums() {
        let lines = [line(Verdict::Taken, ""), line(Verdict::Refused, "no")];
        let said = table(&lines);
        assert_eq!(
            said,
            [
                "dropped    a.flame, flame 2: hexes is left out",
                "refused    a.flame, flame 2: no",
                "dropped    a.flame, flame 2: hexes is left out",
                "1 taken, 1 refused",
            ]
        );
        assert_eq!(table(&[]), ["there is no genome in this folder"]);
        let json = json(&lines, true);
        assert_eq!(json["counts"]["taken"], 1);
        assert_eq!(json["counts"]["left_over"], 0);
        assert_eq!(json["flames"][1]["why"], "no");
        assert_eq!(json["flames"][0]["dropped"][0], "hexes is left out");
    }
}
