//! `woolgather genome convert`: anything that can be read, as plain flam3 files.
//!
//! What is written says everything in flam3's own words and with every digit, so it reads back as the same
//! genome here and as the same picture in flam3.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use woolgather_genome::{Genome, print_flame, print_flames};

use super::check::counted;
use crate::cli::{InputArgs, is_standard};
use crate::commands::failures::Failures;
use crate::commands::flames::{Flame, Reader};
use crate::commands::output::{Draft, is_folder, place};
use crate::say::plain;

/// Reads everything, says every remark, and writes one file for all genomes or one for each.
pub(super) fn convert(args: &InputArgs, split: bool, out: &Path) -> anyhow::Result<()> {
    let mut failures = Failures::of(args.genomes.len());
    let reader = Reader::new(&args.reading)?;
    let mut flames: Vec<Flame> = Vec::new();
    for path in &args.genomes {
        match reader.read(path) {
            Ok(source) => {
                for remark in &source.remarks {
                    eprintln!("{}", plain(&format!("{}: {remark}", path.display())));
                }
                if source.remarks_left_out > 0 {
                    let (name, count) = (path.display(), source.remarks_left_out);
                    eprintln!("{name}: and {count} more remarks");
                }
                flames.extend(source.flames);
            }
            Err(error) => failures.note(&error),
        }
    }
    if !flames.is_empty() {
        write(flames, split || is_folder(out), out)?;
    }
    Ok(failures.end()?)
}

fn write(flames: Vec<Flame>, split: bool, out: &Path) -> anyhow::Result<()> {
    if is_standard(out) {
        let text = print_flames(&genomes(flames));
        return std::io::stdout()
            .write_all(text.as_bytes())
            .context("could not write to standard output");
    }
    if !split {
        let count = flames.len();
        Draft::new(out)?.publish(print_flames(&genomes(flames)).as_bytes())?;
        println!("{}: {}", out.display(), counted(count, "genome"));
        return Ok(());
    }
    let names: Vec<&str> = flames.iter().map(|flame| flame.name.as_str()).collect();
    // With a separator at its end, a path is a folder whether it is there yet or not.
    let places = place(&names, &out.join(""), "flam3")?;
    for (flame, place) in flames.iter().zip(places) {
        Draft::new(&place)?.publish(print_flame(&flame.genome).as_bytes())?;
        println!("{}: {}", place.display(), title(&flame.genome));
    }
    Ok(())
}

fn genomes(flames: Vec<Flame>) -> Vec<Genome> {
    flames.into_iter().map(|flame| flame.genome).collect()
}

fn title(genome: &Genome) -> String {
    match genome.name.as_str() {
        "" => "a genome without a name".into(),
        name => plain(name),
    }
}
