//! Moving in: a folder of flam3 genomes becomes a flock, or joins one.
//!
//! ```text
//! folder -> [files] -> names -> flames -> sheep, or why not -> [report]
//! ```
//!
//! [`read`] decides about every flame and touches no store; the command `import` writes what may come in.

pub mod files;
pub mod names;
pub mod report;

use std::collections::HashMap;
use std::path::Path;

use woolgather_genome::{
    FlameReport, Genome, GenomeId, Outcome, ReadOptions, Reading, read_flames,
};
use woolgather_protocol::Recipe;
use woolgather_protocol::limits::clean_name;
use woolgather_protocol::work::ClipKind;
use woolgather_render_kernel::ClipGenomes;

use crate::checks::rendering::ClipToDraw;
use names::{Named, named};
use report::{Line, Parts, Verdict};

/// A flame that may come in.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// Its genome.
    pub genome: Genome,
    /// Its title.
    pub title: String,
    /// Its line of the report.
    pub line: usize,
}

/// What was decided about a folder so far.
#[derive(Debug, Default)]
pub struct Intake {
    /// The flames that may come in, in the folder's order.
    pub newcomers: Vec<Newcomer>,
    /// A line for every flame, and for every file of which none could be read.
    pub lines: Vec<Line>,
    seen: HashMap<GenomeId, String>,
}

impl Intake {
    /// Decides about the flames of a file; `text` is what it holds, or why it could not be read.
    pub fn read(&mut self, file: &Path, text: Result<String, String>, recipe: &Recipe) {
        let name = file.display().to_string();
        let named = named(file);
        if named == Named::Edge {
            let why = "an edge, which this flock renders anew between its own sheep";
            self.skip(&name, 0, Verdict::Edge, why);
            return;
        }
        let reading = text.and_then(|text| {
            read_flames(&text, &ReadOptions::default()).map_err(|error| error.to_string())
        });
        let reading = match reading {
            Ok(reading) => reading,
            Err(why) => return self.skip(&name, 0, Verdict::Refused, &why),
        };
        if named.is_sheep() && reading.genomes.len() > 1 {
            let why = "several moments of one film, which is what an edge is";
            self.skip(&name, 0, Verdict::Edge, why);
            return;
        }
        self.take_all(&name, &named, &reading, recipe);
    }

    fn take_all(&mut self, name: &str, named: &Named, reading: &Reading, recipe: &Recipe) {
        let of = reading.genomes.len();
        let reports = reading.reports();
        for (flame, (genome, report)) in reading.genomes.iter().zip(&reports).enumerate() {
            let known = self.seen.get(&genome.id()).cloned();
            if let Some(first) = known {
                let why = format!("the same flame as {first}");
                self.skip(name, flame, Verdict::Duplicate, &why);
                continue;
            }
            if let Err(why) = drawable(genome, recipe) {
                self.skip(name, flame, Verdict::Refused, &why);
                continue;
            }
            self.seen
                .insert(genome.id(), format!("{name}, flame {}", flame + 1));
            let title = title(named, genome, flame, of);
            self.newcomers.push(Newcomer {
                genome: genome.clone(),
                title: title.clone(),
                line: self.lines.len(),
            });
            self.lines.push(Line {
                file: name.to_owned(),
                flame: flame + 1,
                title,
                verdict: Verdict::Taken,
                why: String::new(),
                sheep: None,
                parts: parts(report),
            });
        }
    }

    fn skip(&mut self, file: &str, flame: usize, verdict: Verdict, why: &str) {
        self.lines.push(Line {
            file: file.to_owned(),
            flame: flame + 1,
            title: String::new(),
            verdict,
            why: why.to_owned(),
            sheep: None,
            parts: Parts::default(),
        });
    }
}

/// Whether volunteers could render its loop.
fn drawable(genome: &Genome, recipe: &Recipe) -> Result<(), String> {
    let clip = ClipToDraw {
        genomes: ClipGenomes::Loop(genome.clone()),
        kind: ClipKind::Loop,
        recipe: recipe.clone(),
        rng_seed: 0,
    };
    let cannot = |error| format!("it cannot be rendered: {error}");
    clip.check(0).map_err(cannot)
}

fn title(named: &Named, genome: &Genome, flame: usize, of: usize) -> String {
    // A genome's name has no spaces.
    let own = clean_name(&genome.name.replace('_', " "));
    match named {
        Named::ElectricSheep { generation, id } => format!("Electric Sheep {generation}.{id}"),
        _ if !own.is_empty() => own,
        Named::Other { stem } if of > 1 => clean_name(&format!("{stem} {}", flame + 1)),
        Named::Other { stem } => clean_name(stem),
        Named::Edge => own,
    }
}

fn parts(report: &FlameReport) -> Parts {
    let remarks = report.xforms.iter().flat_map(|xform| &xform.remarks);
    let mut parts = Parts::default();
    for remark in report.remarks.iter().chain(remarks) {
        let said = remark.to_string();
        match remark.kind.outcome() {
            Outcome::Renamed => parts.renamed.push(said),
            Outcome::Changed => parts.changed.push(said),
            Outcome::Dropped => parts.dropped.push(said),
            Outcome::Ignored => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use woolgather_genome::{print_flames, starter_flock};

    fn verdicts(intake: &Intake) -> Vec<(Verdict, &str)> {
        let lines = intake.lines.iter();
        lines
            .map(|line| (line.verdict, line.title.as_str()))
            .collect()
    }

    #[test]
    fn every_flame_is_taken_or_said_why_not() {
        let recipe = Recipe::small();
        let xml = |numbers: &[usize]| {
            let genomes: Vec<_> = numbers
                .iter()
                .map(|n| starter_flock()[*n].genome())
                .collect();
            print_flames(&genomes)
        };
        let mut intake = Intake::default();
        let mut read = |name: &str, text: Result<String, String>| {
            intake.read(Path::new(name), text, &recipe);
        };
        read("electricsheep.244.12345.flam3", Ok(xml(&[0])));
        read("pack/two.flame", Ok(xml(&[1, 0])));
        read("00244=1=2=3.flam3", Ok(xml(&[2])));
        read("electricsheep.244.7.flam3", Ok(xml(&[2, 3])));
        read("broken.flame", Ok("<flame".into()));
        read("gone.flame", Err("it is not text".into()));
        read(
            "nameless.flame",
            Ok(xml(&[4]).replace("name=\"", "nick=\"")),
        );
        let flock = starter_flock();
        assert_eq!(
            verdicts(&intake),
            [
                (Verdict::Taken, "Electric Sheep 244.12345"),
                (Verdict::Taken, flock[1].title),
                (Verdict::Duplicate, ""),
                (Verdict::Edge, ""),
                (Verdict::Edge, ""),
                (Verdict::Refused, ""),
                (Verdict::Refused, ""),
                (Verdict::Taken, "nameless"),
            ]
        );
        assert_eq!(intake.newcomers.len(), 3);
        assert!(
            intake.lines[2]
                .why
                .contains("electricsheep.244.12345.flam3, flame 1")
        );
        for newcomer in &intake.newcomers {
            assert_eq!(intake.lines[newcomer.line].title, newcomer.title);
        }
    }

    #[test]
    fn what_a_line_says_of_its_parts_is_what_the_reader_says() {
        let xml = r#"<flame size="100 100" name="x"><xform weight="1" linear3D="1" hexes="1" coefs="1 0 0 1 0 0"/></flame>"#;
        let mut intake = Intake::default();
        intake.read(Path::new("x.flame"), Ok(xml.into()), &Recipe::small());
        let parts = &intake.lines[0].parts;
        assert_eq!(
            (
                parts.renamed.len(),
                parts.dropped.len(),
                parts.changed.len()
            ),
            (1, 1, 0)
        );
        assert!(parts.dropped[0].contains("hexes"), "{parts:?}");
    }
}
