//! Births and deaths, and the clock of the nightly refit.
//!
//! The leader looks every minute whether it is time. A turn of the job `Breed` bears one child at most
//! and asks for another turn when more are due, so that clips are joined meanwhile.

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::evolution::births::{self, NextBirth};
use crate::evolution::{self, deaths};
use crate::state::App;
use crate::store::{Job, Nursery};

/// How often to look whether it is time.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How often births and deaths are thought about.
const TURN: Duration = Duration::from_secs(10 * 60);

/// Plans the jobs for ever, while this coordinator leads.
pub(super) async fn run(app: &App) {
    let mut turn_done = None;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if !app.company.leads() {
            continue;
        }
        if let Err(error) = app.store.plan_refit().await {
            tracing::warn!(%error, "The refit waits: {error}");
        }
        let turn = app.clock.now_ms().div_euclid(TURN.as_millis() as i64);
        if turn_done == Some(turn) {
            continue;
        }
        match app.store.enqueue_job(Job::Breed).await {
            Ok(()) => turn_done = Some(turn),
            Err(error) => tracing::warn!(%error, "Births and deaths wait: {error}"),
        }
    }
}

/// One turn of births and deaths. What is left to chance follows from `rng_seed`.
///
/// # Errors
///
/// When the database fails, or the program ends; the job is done again.
pub async fn turn(app: &App, rng_seed: [u8; 32]) -> anyhow::Result<()> {
    let mut nursery = app.store.nursery().await?;
    if app.config.evolution.births_a_day > 0 {
        describe(app, &mut nursery).await?;
    }
    // Nobody leaves any more where that was turned off meanwhile.
    retire(app, &nursery).await?;
    bear(app, nursery, rng_seed).await
}

async fn describe(app: &App, nursery: &mut Nursery) -> anyhow::Result<()> {
    let keep = async |sheep, looks| app.store.describe_sheep(&sheep, &looks).await;
    for (sheep, error) in evolution::describe(&app.hands, nursery, keep).await? {
        tracing::warn!(sheep.id = %sheep, "Sheep {sheep} is not bred from: {error}");
    }
    Ok(())
}

async fn retire(app: &App, nursery: &Nursery) -> anyhow::Result<()> {
    let leaving = deaths::next(nursery, &app.config.evolution);
    app.store.let_leave(deaths::names(&leaving)).await?;
    for sheep in app.store.retire_leaving().await? {
        tracing::info!(sheep.id = %sheep, "Sheep {sheep} has retired");
    }
    Ok(())
}

async fn bear(app: &App, mut nursery: Nursery, rng_seed: [u8; 32]) -> anyhow::Result<()> {
    let bred_lately = nursery.recent.all > nursery.recent.artists;
    if !bred_lately || !app.config.evolution.breeds(&nursery) {
        // Nothing is bred, so there is nothing to take turns with.
        for waiting in std::mem::take(&mut nursery.queue) {
            app.store.bear_entry(&waiting.id).await?;
        }
    }
    let due = births::due(&nursery, &app.config.evolution);
    if due == 0 {
        return Ok(());
    }
    let mut rng = ChaCha20Rng::from_seed(rng_seed);
    let newest = nursery.newest;
    match births::decide(&nursery, &mut rng) {
        NextBirth::Entry(entry) => app.store.bear_entry(&entry.id).await?,
        NextBirth::Child(mating) => {
            let kind = mating.kind;
            match mating.bear(&app.hands).await? {
                Ok(child) => {
                    let parents = child.parents.len();
                    if let Some(sheep) = app.store.bear_child(child, newest).await? {
                        tracing::info!(sheep.id = %sheep, ?kind, parents, "Sheep {sheep} is born");
                    }
                }
                Err(away) => {
                    tracing::info!(?kind, "No child was good enough: {away}");
                    return Ok(());
                }
            }
        }
    }
    if due > 1 {
        app.store.enqueue_job(Job::Breed).await?;
    }
    Ok(())
}
