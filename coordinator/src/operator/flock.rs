//! `flock`: how the flock renews itself, and what it would do next.

use anyhow::Context as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use woolgather_coordinator_core::breeding::births_due;
use woolgather_protocol::SheepId;
use woolgather_render_kernel::Examiner;

use super::open;
use super::trust::ago;
use crate::cli::{FlockArgs, FlockCommand};
use crate::clock::{Clock as _, SystemClock};
use crate::evolution::births::{self, NextBirth};
use crate::evolution::{Evolution, deaths, describe};
use crate::hands::Hands;
use crate::keys;
use crate::store::{Change, Nursery, Store};

/// How far back `flock status` looks: a week.
const LATELY_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// `flock status`, `flock dry-run`, `flock lineage`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn flock(args: FlockArgs) -> anyhow::Result<()> {
    let store = open(&args.home).await?;
    let evolution = args.evolution.evolution()?;
    match args.command {
        FlockCommand::Status => status(&store, &evolution).await,
        FlockCommand::DryRun { births } => dry_run(&store, &evolution, births).await,
        FlockCommand::Lineage { sheep } => lineage(&store, &sheep).await,
    }
}

async fn status(store: &Store, evolution: &Evolution) -> anyhow::Result<()> {
    let nursery = store.nursery().await?;
    let now_ms = SystemClock.now_ms();
    for line in numbers(&nursery, evolution) {
        println!("{line}");
    }
    println!(
        "last refit: {}",
        match store.last_refit_ms().await? {
            Some(at_ms) => format!("{} ago", ago(now_ms - at_ms)),
            None => "none yet".to_owned(),
        }
    );
    for entry in &nursery.queue {
        let waits = ago(now_ms - entry.waiting.since_ms);
        println!("waits {waits:>8}  entry {}  \"{}\"", entry.id, entry.title);
    }
    for change in store.changes_since(now_ms - LATELY_MS).await? {
        let Change {
            at_ms,
            born,
            id,
            title,
            artist,
        } = change;
        let what = if born { "born" } else { "retired" };
        println!(
            "{:>8}  {what:7}  {id}  \"{title}\" ({artist})",
            ago(now_ms - at_ms)
        );
    }
    Ok(())
}

/// The flock in numbers, and what is due.
fn numbers(nursery: &Nursery, evolution: &Evolution) -> Vec<String> {
    let pace = evolution.pace(nursery);
    let leaving = nursery.living.iter().filter(|sheep| sheep.leaving).count();
    let per_birth = pace.samples_per_birth.max(1.0);
    let breeds = if evolution.breeds(nursery) {
        let (due, left) = (births_due(&pace), births::due(nursery, evolution));
        format!(
            "births due now: {left} (the pace says {due}, at most {} a day)",
            evolution.births_a_day
        )
    } else {
        "the flock does not breed: it is turned off, too small, or has too few votes".to_owned()
    };
    vec![
        format!(
            "{} of {} live, {leaving} of them about to retire; {} are being rendered, {} entries wait",
            nursery.living.len(),
            evolution.flock_size,
            nursery.rendering,
            nursery.queue.len()
        ),
        format!(
            "last day: {} births, {} of them artists', {} answered ballots, work for {:.1} births",
            nursery.recent.all,
            nursery.recent.artists,
            nursery.acts_a_day,
            pace.samples_a_day / per_birth
        ),
        format!(
            "queue: work for {:.1} births, wanted {:.1}",
            pace.samples_queued / per_birth,
            pace.samples_wanted / per_birth
        ),
        format!(
            "children take after their parents by {:.2}",
            nursery.heritability
        ),
        breeds,
    ]
}

async fn dry_run(store: &Store, evolution: &Evolution, births: u32) -> anyhow::Result<()> {
    let mut nursery = store.nursery().await?;
    for (sheep, error) in describe(&Hands::machine(), &mut nursery, |_, _| async { Ok(()) }).await?
    {
        println!("{sheep} cannot be drawn: {error}");
    }
    let mut rng = ChaCha20Rng::from_seed(keys::fresh_bytes()?);
    for _ in 0..births {
        match births::decide(&nursery, &mut rng) {
            NextBirth::Entry(entry) => println!("artist: entry {}, \"{}\"", entry.id, entry.title),
            NextBirth::Child(mating) => {
                let names: Vec<_> = mating.parents.iter().map(|sheep| &*sheep.title).collect();
                let kind = format!("{:?}", mating.kind).to_lowercase();
                let of = match names.as_slice() {
                    [] => "nobody".to_owned(),
                    names => names.join(" and "),
                };
                match mating.bear(&Hands::machine()).await? {
                    Ok(child) => println!("{kind} of {of}: it may join ({})", child.action),
                    Err(away) => println!("{kind} of {of}: turned away, {away}"),
                }
            }
        }
    }
    let leaving = deaths::next(&nursery, evolution);
    if leaving.is_empty() {
        println!("nobody would retire");
    }
    for sheep in leaving {
        println!(
            "would retire: {} \"{}\", rated {:.2}, {} acts",
            sheep.id, sheep.title, sheep.belief.mean, sheep.acts
        );
    }
    Ok(())
}

async fn lineage(store: &Store, sheep: &SheepId) -> anyhow::Result<()> {
    let Some(lineage) = store.lineage(sheep).await? else {
        println!("{sheep} was not bred here: somebody made it");
        return Ok(());
    };
    let family = store.family(sheep).await?;
    for parent in family.parents() {
        println!("parent: {} \"{}\"", parent.id, parent.title);
    }
    println!("{}", lineage.record.to_json());
    let again = lineage.record.breed_again(&lineage.parents, &Examiner);
    let again = again.context("it cannot be bred again")?;
    println!("bred again: the same genome, {}", again.id());
    Ok(())
}
