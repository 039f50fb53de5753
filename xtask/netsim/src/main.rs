//! `cargo xtask sim net …`: plays the coordinator on a made-up network and prints what came of it.
//!
//! The report goes to standard output, a bar to standard error. The exit status is 1 when anything
//! was not as it must be.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use woolgather_netsim::plant::Plant;
use woolgather_netsim::play::{Options, play};
use woolgather_netsim::sweep::{Swept, sweep};

/// Run the real coordinator on a made-up network
///
/// Its handlers, store, checks and jobs as they are; requests and answers that are lost, late,
/// doubled and cut off; restarts at any moment. The same number gives the same trace.
#[derive(Parser)]
#[command(bin_name = "cargo xtask sim net")]
struct Args {
    /// How many simulations
    #[arg(long, value_name = "N", default_value_t = 100)]
    seeds: u64,
    /// The number of the first
    #[arg(long, value_name = "FIRST", default_value_t = 1)]
    seed: u64,
    /// Instead: the simulation of this number, told event by event
    #[arg(long, value_name = "SEED", conflicts_with = "seeds")]
    replay: Option<u64>,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let good = match args.replay {
        Some(rng_seed) => replay(rng_seed)?,
        None => sweep_seeds(args.seed, args.seeds)?,
    };
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn replay(rng_seed: u64) -> anyhow::Result<bool> {
    let plant = Plant::None;
    let tell = Box::new(|line: &str| println!("{line}"));
    let played = play(Options { rng_seed, plant }, Some(tell))?;
    println!("trace {}", played.digest);
    match &played.wrong {
        Some(what) => println!("FAILED rng_seed {rng_seed}: {what}"),
        None => println!("everything was as it must be"),
    }
    Ok(played.wrong.is_none())
}

fn sweep_seeds(first: u64, seeds: u64) -> anyhow::Result<bool> {
    let end = first
        .checked_add(seeds)
        .context("there are not so many seeds")?;
    let template = "{bar:40} {pos}/{len} simulations, {eta} left";
    let bar = ProgressBar::new(seeds).with_style(ProgressStyle::with_template(template)?);
    let begun = Instant::now();
    let swept = sweep(first..end, Plant::None, || bar.inc(1));
    let seconds = begun.elapsed().as_secs_f64();
    bar.finish_and_clear();
    report(&swept, first, seconds);
    Ok(swept.failures.is_empty())
}

fn report(swept: &Swept, first: u64, seconds: f64) {
    let hours = swept.simulated_ms as f64 / 3_600_000.0;
    let last = first + swept.played.saturating_sub(1);
    let [sent, broken] = swept.requests;
    let [acknowledged, duplicates, late] = swept.answers;
    let [accepted, quarantined, refused, live, expired] = swept.counts;
    println!(
        "{} simulations, seeds {first} to {last}: {hours:.0} simulated hours in {seconds:.0} s",
        swept.played
    );
    println!(
        "{sent} requests, {broken} came to nothing; coordinators were killed {} times",
        swept.kills
    );
    println!(
        "{acknowledged} answers acknowledged, {duplicates} of them as duplicates; {late} came too late, \
         {expired} leases ran out"
    );
    println!(
        "{accepted} units accepted, {quarantined} given up, {refused} submissions refused, {live} clips \
         published"
    );
    println!("{} events", swept.events);
    for (rng_seed, what) in &swept.failures {
        println!("FAILED rng_seed {rng_seed}: {what}");
        println!("  again: cargo xtask sim net --replay {rng_seed}");
    }
    println!("{} failed", swept.failures.len());
}
