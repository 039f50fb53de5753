//! `cargo xtask sim …`: runs a fleet, many small grids, or made-up flocks, and prints what came of it.
//!
//! The report goes to standard output, a bar to standard error. The exit status is 1 when a promise
//! was missed, or when anything was not as it must be.

use std::num::NonZeroU32;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::{Args as Arguments, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use woolgather_sim::attacks::ATTACKS;
use woolgather_sim::chaos;
use woolgather_sim::flock;
use woolgather_sim::flock::large_log::LargeLog;
use woolgather_sim::report::Report;
use woolgather_sim::sweep::sweep;
use woolgather_sim::world::{Options, World};

/// Run a fleet of made-up volunteers over the coordinator's own policy
///
/// Honest, slow, vanishing and clock-skewed volunteers, broken hardware, a driver that turns bad,
/// and liars of many kinds; lost, doubled and late messages, churn, restarts. Nothing is rendered. The
/// same options print the same report.
#[derive(Parser)]
#[command(bin_name = "cargo xtask sim", args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    other: Option<Other>,
    /// The number that decides all draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// People with a machine each
    #[arg(long, value_name = "V", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    volunteers: u32,
    /// Simulated days; half days are fine
    #[arg(long, value_name = "D", default_value = "2", value_parser = days)]
    days: f64,
    /// Share of the volunteers that lie: 10% or 0.1
    #[arg(long, value_name = "SHARE", default_value = "10%", value_parser = percentage)]
    bad: f64,
    /// All liars do this attack, as the report names it; otherwise each in turn
    #[arg(long, value_name = "ATTACK", value_parser = attack)]
    attack: Option<usize>,
    /// Share of the machines that are switched off within an hour
    #[arg(long, value_name = "SHARE", default_value = "30%", value_parser = percentage)]
    churn: f64,
    /// Share of requests, and of answers, that are lost
    #[arg(long, value_name = "SHARE", default_value = "2%", value_parser = percentage)]
    lost: f64,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Instead of a fleet: so many small grids in every order of events, from --seed on, every
    /// invariant looked at after each event; names the seeds that fail
    #[arg(long, value_name = "GRIDS", conflicts_with_all = ["replay", "json"])]
    sweep: Option<u64>,
    /// Instead of a fleet: the small grid of this seed, told event by event
    #[arg(long, value_name = "SEED", conflicts_with = "json")]
    replay: Option<u64>,
}

#[derive(Subcommand)]
enum Other {
    Flock(FlockArgs),
}

/// Instead of a fleet: made-up voters and sheep, over the rules of rating and breeding
///
/// Three worlds, each with thirty seeds: how good are the sheep that would breed, beside net votes,
/// Wilson's bound and Elo; fake accounts that push a sheep; four groups of people with different
/// tastes, and a flock that breeds. Prints tables, and each gate kept or missed.
#[derive(Arguments)]
struct FlockArgs {
    /// The first of the numbers that decide all draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Instead of the worlds: so many made-up votes, a hundred for each sheep and by each voter, and
    /// how long the nightly refit takes with them
    #[arg(long, value_name = "VOTES", conflicts_with = "json")]
    refit: Option<u32>,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let good = match (&args.other, args.sweep, args.replay) {
        (Some(Other::Flock(flock)), ..) => match flock.refit {
            Some(votes) => time_refit(flock.seed, votes)?,
            None => run_flock(flock)?,
        },
        (None, Some(grids), _) => sweep_grids(args.seed, grids)?,
        (None, None, Some(rng_seed)) => replay(rng_seed),
        (None, None, None) => run_fleet(&args)?,
    };
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run_fleet(args: &Args) -> anyhow::Result<bool> {
    let options = Options {
        rng_seed: args.seed,
        volunteers: args.volunteers as usize,
        hours: (args.days * 24.0).ceil() as i64,
        bad: args.bad,
        only: args.attack,
        churn: args.churn,
        lost: args.lost,
    };
    let bar = bar(options.hours.unsigned_abs(), "simulated hours");
    let mut world = World::new(options);
    let outcome = world.run(|hour| bar.set_position(hour.unsigned_abs()));
    bar.finish_and_clear();
    if let Err(what) = outcome {
        bail!("rng_seed {}: {what}", args.seed);
    }
    let report = Report::of(&world);
    print_report(&report, args.json, &report.to_text())?;
    Ok(report.kept())
}

fn run_flock(args: &FlockArgs) -> anyhow::Result<bool> {
    let options = flock::Options::new(args.seed);
    let bar = bar(options.steps(), "made-up flocks");
    let report = flock::run(options, &|| bar.inc(1));
    bar.finish_and_clear();
    print_report(&report, args.json, &report.to_text())?;
    Ok(report.kept())
}

fn time_refit(rng_seed: u64, votes: u32) -> anyhow::Result<bool> {
    let each = NonZeroU32::new(votes / 100).unwrap_or(NonZeroU32::MIN);
    let log = LargeLog::new(each, each, votes, rng_seed);
    let start = Instant::now();
    let refit = log.refit()?;
    println!(
        "{votes} votes, {each} sheep, {each} voters: {:.1} s, {} Newton steps, {} products",
        start.elapsed().as_secs_f64(),
        refit.newton_steps,
        refit.products
    );
    Ok(true)
}

fn sweep_grids(first: u64, grids: u64) -> anyhow::Result<bool> {
    let end = first
        .checked_add(grids)
        .context("there are not so many seeds")?;
    let bar = bar(grids, "small grids");
    let swept = sweep(first..end, || bar.inc(1));
    bar.finish_and_clear();
    println!(
        "{grids} small grids of {} events each, seeds {first} to {}",
        chaos::STEPS,
        end.saturating_sub(1)
    );
    println!(
        "{} units accepted, {} submissions refused, {} accepted segments quarantined,",
        swept.accepted, swept.refused, swept.quarantined_segments
    );
    println!(
        "{} devices found bad, {} classes quarantined",
        swept.found_bad, swept.classes_quarantined
    );
    for failure in &swept.failures {
        println!("FAILED {failure}");
        println!("  again: cargo xtask sim --replay {}", failure.rng_seed);
    }
    println!("{} failed", swept.failures.len());
    Ok(swept.failures.is_empty())
}

fn replay(rng_seed: u64) -> bool {
    match chaos::run(rng_seed, &mut |event| println!("{event}")) {
        Ok(_) => {
            println!("everything was as it must be");
            true
        }
        Err(failure) => {
            println!("FAILED {failure}");
            false
        }
    }
}

fn print_report(report: &impl Serialize, as_json: bool, text: &str) -> anyhow::Result<()> {
    if as_json {
        let json = serde_json::to_string_pretty(report).context("the report has no JSON")?;
        println!("{json}");
    } else {
        print!("{text}");
    }
    Ok(())
}

/// A bar on standard error; there is none without a terminal.
fn bar(length: u64, unit: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    let template = "{msg} [{bar:32}] {pos} of {len}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.with_message(unit)
}

/// Reads `10%` or `0.1`.
fn percentage(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(number) => (number.trim(), 100.0),
        None => (text, 1.0),
    };
    let share = number.parse::<f64>().map(|number| number / unit);
    match share {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share is 0% to 100%, or 0 to 1".into()),
    }
}

/// Reads the name of an attack.
fn attack(name: &str) -> Result<usize, String> {
    let found = ATTACKS.iter().position(|attack| attack.name == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = ATTACKS.iter().map(|attack| attack.name).collect();
        format!("the attacks are {}", names.join("; "))
    })
}

/// Reads a number of days up to a year.
fn days(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(days) if days > 0.0 && days <= 366.0 => Ok(days),
        _ => Err("days are a number above 0, up to 366".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_as_people_write_them() {
        assert_eq!(percentage("10%"), Ok(0.1));
        assert_eq!(percentage("0.45"), Ok(0.45));
        assert!(percentage("101%").is_err() && percentage("-1").is_err());
        assert!(percentage("NaN").is_err() && percentage("ten").is_err());
    }

    #[test]
    fn an_attack_is_known_by_its_name() {
        assert_eq!(attack(ATTACKS[3].name), Ok(3));
        assert!(attack("none").is_err_and(|names| names.contains(ATTACKS[3].name)));
    }

    #[test]
    fn days_are_bounded() {
        assert_eq!(days("0.5"), Ok(0.5));
        assert!(days("0").is_err() && days("400").is_err());
    }
}
