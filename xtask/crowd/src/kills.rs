//! `kill -9` under load, again and again: what was acknowledged must be there, once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::ensure;
use clap::Args;

use crate::figures::{draw, print_slowest_start};
use crate::frames::{Answers, recipe};
use crate::ledger::{self, Ledger};
use crate::subject::Subject;
use crate::volunteer::{Told, Volunteer};
use crate::wire::Wire;

/// The longest a coordinator lives between two kills.
const LIFE_MAX_MS: u64 = 1_500;

/// How often, and by how many watched.
#[derive(Debug, Args)]
pub(crate) struct KillsOptions {
    /// How often the coordinator is killed.
    #[arg(long, default_value_t = 100)]
    pub(crate) kills: u32,
    /// Volunteers at work meanwhile.
    #[arg(long, default_value_t = 32)]
    pub(crate) volunteers: u64,
    /// Decides the moments.
    #[arg(long, default_value_t = 1)]
    pub(crate) rng_seed: u64,
}

/// Kills, looks, and prints what was found.
///
/// # Errors
///
/// When anything acknowledged is missing, or anything was paid twice.
pub(crate) async fn run(subject: &mut Subject, options: &KillsOptions) -> anyhow::Result<()> {
    let coordinator = subject.key().await?;
    let answers = Arc::new(Answers::make(&recipe(), false)?);
    let told = Arc::new(Told::default());
    let over = Arc::new(AtomicBool::new(false));
    let address = subject.address();
    let volunteers: Vec<_> = (0..options.volunteers)
        .map(|number| {
            let volunteer = Volunteer {
                wire: Wire::new(address, coordinator, number),
                answers: Arc::clone(&answers),
                told: Arc::clone(&told),
                over: Arc::clone(&over),
            };
            tokio::spawn(volunteer.work())
        })
        .collect();
    let mut random = options.rng_seed;
    let mut slowest = Duration::ZERO;
    for _ in 0..options.kills {
        tokio::time::sleep(Duration::from_millis(draw(&mut random) % LIFE_MAX_MS)).await;
        subject.kill();
        slowest = slowest.max(subject.start()?);
    }
    // What is left is decoded, audited and paid.
    tokio::time::sleep(Duration::from_secs(5)).await;
    over.store(true, Ordering::Relaxed);
    for volunteer in volunteers {
        volunteer.await?;
    }
    subject.stop()?;
    let ledger = ledger::read(subject.place())?;
    let acknowledged = told.acknowledged();
    report(options, &ledger, &told, acknowledged.len(), slowest);
    let lost = ledger.missing(&acknowledged);
    ensure!(lost == 0, "{lost} acknowledged submissions are not there");
    ledger.check()?;
    ensure!(
        ledger.accepted > 0 && told.broken.load(Ordering::Relaxed) > 0,
        "nothing was accepted, or no kill was noticed: this has shown nothing"
    );
    Ok(())
}

fn report(
    options: &KillsOptions,
    ledger: &Ledger,
    told: &Told,
    acknowledged: usize,
    slowest: Duration,
) {
    println!("{:<52} {:>10}", "killed", options.kills);
    println!("{:<52} {:>10}", "submissions acknowledged", acknowledged);
    println!(
        "{:<52} {:>10}",
        "submissions in the store",
        ledger.submissions.len()
    );
    println!("{:<52} {:>10}", "units accepted", ledger.accepted);
    println!("{:<52} {:>10}", "credit rows", ledger.credit_rows);
    println!(
        "{:<52} {:>10}",
        "requests that broke off",
        told.broken.load(Ordering::Relaxed)
    );
    println!(
        "{:<52} {:>10}",
        "requests refused",
        told.refused.load(Ordering::Relaxed)
    );
    print_slowest_start("slowest start until it listens, ms", slowest);
}
