//! `flock`: how the flock renews itself, and what it would do next.

use anyhow::Context as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use woolgather_protocol::SheepId;
use woolgather_render_kernel::Examiner;

use super::open;
use super::trust::ago;
use crate::cli::{FlockArgs, FlockCommand};
use crate::clock::{Clock as _, SystemClock};
use crate::evolution::Evolution;
use crate::evolution::forecast::{forecast, numbers};
use crate::hands::Hands;
use crate::keys;
use crate::store::{Change, Store};

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

async fn dry_run(store: &Store, evolution: &Evolution, births: u32) -> anyhow::Result<()> {
    let mut nursery = store.nursery().await?;
    let mut rng = ChaCha20Rng::from_seed(keys::fresh_bytes()?);
    let hands = Hands::machine();
    for line in forecast(&hands, &mut nursery, evolution, births, &mut rng).await? {
        println!("{line}");
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
