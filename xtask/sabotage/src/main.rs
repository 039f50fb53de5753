//! `cargo xtask bench sabotage`: doctored segments of real frames, and fleets of liars who hand them in.
//!
//! ```text
//! genomes -> honest frames -> attacks -> encoded -> checks, decoded -> noticed? visible?
//!                                                        \-> fleets at 10, 30 and 45 % liars
//! ```
//!
//! * [`frames`]: honest segments. [`pixels`], [`attacks`]: what is done to them.
//! * [`judge`]: what the coordinator's own comparisons say of them, and what an eye would.
//! * [`table`]: attack by attack, and fleet by fleet.

mod attacks;
mod frames;
mod judge;
mod pixels;
mod table;

use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use crate::attacks::{PICTURES, STREAMS};
use crate::judge::Judged;

/// Doctor segments of real frames in every way we could think of, see what is noticed, and let
/// fleets of liars hand them in
///
/// The exit status is 1 when a promise was missed.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench sabotage")]
struct Args {
    /// How many sheep of the starter flock are doctored
    #[arg(long, value_name = "SHEEP", default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..=64))]
    sheep: u32,
    /// People in each fleet
    #[arg(long, value_name = "V", default_value_t = 200)]
    volunteers: u32,
    /// Simulated hours of each fleet
    #[arg(long, value_name = "HOURS", default_value_t = 48)]
    hours: u32,
    /// The number that decides all draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let sheep = frames::sheep(args.sheep as usize)?;
    let bar = bar(sheep.len() as u64 * (PICTURES.len() as u64 + 2), "segments");
    let flock = frames::render(&sheep, || bar.inc(1))?;
    let mut judged = Vec::new();
    let honest = judge::honest(&flock, || bar.inc(1))?;
    for attack in PICTURES {
        let segments = judge::attack(&flock, attack, args.seed, || bar.inc(1))?;
        judged.push(Judged {
            name: attack.name,
            segments,
        });
    }
    bar.finish_and_clear();
    print!("{}", table::pictures(&honest, &judged, args.seed));
    let mut kept = honest
        .iter()
        .all(|segment| segment.seen == 0 && segment.wrong == 0);
    for stream in STREAMS {
        let outcome = judge::stream(&flock[0], stream)?;
        println!("{}", table::stream(stream.name, &outcome));
        kept &= outcome.is_err();
    }
    println!();
    for bad in [0.10, 0.30, 0.45] {
        let report = table::fleet(&judged, bad, &args.fleet())?;
        print!("{}", table::fleet_lines(bad, &report));
        kept &= report.kept();
    }
    println!(
        "{}",
        if kept {
            "every promise kept"
        } else {
            "a promise was missed"
        }
    );
    Ok(if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl Args {
    fn fleet(&self) -> table::Fleet {
        table::Fleet {
            rng_seed: self.seed,
            volunteers: self.volunteers as usize,
            hours: i64::from(self.hours),
        }
    }
}

fn bar(steps: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len} {eta}");
    let bar = ProgressBar::new(steps).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
