//! Background tasks: one after the other, durable, each harmless when done twice.
//!
//! Requests answer quickly; what takes long is a job in the database. (Decoding submissions has a
//! queue and a runner of its own, [`checks`].) The runner claims one at a
//! time. A job that fails is tried again, later and later.
//!
//! Several coordinators take from one queue. A claim is renewed while somebody is at the job; one
//! that is not was abandoned, and another coordinator takes it. What must be looked at now and then
//! (leases that have run out, audits that no volunteer will do, blobs that no row needs) is the
//! leader's alone.

mod audits;
mod checks;
pub mod collecting;
pub mod evolving;
mod listening;
mod refitting;
mod screening;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

pub use checks::run as run_checks;

use crate::publish;
use crate::state::App;
use crate::store::{ClaimedJob, Job, StoreError};

/// A claim that was not renewed for so long was abandoned.
const STALE_AFTER: Duration = Duration::from_secs(20);
/// How often a claim is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(5);
/// How old a manifest is at least when ratings alone make a new one.
const RATINGS_EVERY: Duration = Duration::from_secs(10 * 60);
/// How long the runner sleeps when there is nothing to do.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long the runner waits after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Does jobs until `stop` says so, and seeds what they publish. Begins with what an earlier process
/// left.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let work = async {
        start(&app).await;
        loop {
            match next(&app).await {
                Ok(true) => {}
                Ok(false) => app.store.wait_for_job(app.hands.rest(LOOK_EVERY)).await,
                Err(error) => {
                    tracing::error!("The job runner waits: {error:#}");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    };
    tokio::select! {
        // None of them ends, so nobody waits for another's turn; and the order is always the same.
        biased;
        () = work => {}
        () = checks::run(&app) => {}
        () = publish::seeding::run(&app) => {}
        () = listening::run(&app) => {}
        () = collecting::run(&app) => {}
        () = evolving::run(&app) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn start(app: &App) {
    if !app.company.began_alone() {
        return;
    }
    if let Err(error) = app.store.reclaim_checks().await {
        tracing::error!(%error, "Submissions of an earlier process wait until they are stale: {error}");
    }
    match app.store.reclaim_jobs().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "{count} jobs of an earlier process are done again"),
        Err(error) => {
            tracing::error!(%error, "Jobs of an earlier process wait until they are stale: {error}");
        }
    }
}

/// Does one job; `false` when there was none.
async fn next(app: &Arc<App>) -> anyhow::Result<bool> {
    if app.company.leads() {
        app.store.sweep().await?;
        app.store
            .plan_self_audits(app.config.audit_patience)
            .await?;
        app.store.renew_manifest(RATINGS_EVERY).await?;
    }
    let Some(claimed) = app.store.claim_job(STALE_AFTER).await? else {
        return Ok(false);
    };
    let renewed = || app.store.renew_job(&claimed);
    match renewing(perform(app, &claimed.job), renewed).await {
        Ok(()) => app.store.finish_job(&claimed).await?,
        Err(error) => fail(app, &claimed, &error).await?,
    }
    Ok(true)
}

/// Does `work`, and renews the claim on it meanwhile.
async fn renewing<T, R>(work: impl Future<Output = T>, renew: impl Fn() -> R) -> T
where
    R: Future<Output = Result<(), StoreError>>,
{
    let renewals = async {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            if let Err(error) = renew().await {
                // Then another coordinator may do it as well, which is harmless.
                tracing::warn!(%error, "A claim was not renewed: {error}");
            }
        }
    };
    tokio::select! {
        biased;
        done = work => done,
        () = renewals => unreachable!("it goes on for ever"),
    }
}

async fn perform(app: &Arc<App>, job: &Job) -> anyhow::Result<()> {
    match job {
        Job::Join { clip, version } => publish::join(app, clip, *version).await,
        Job::SelfAudit { audit } | Job::Referee { audit } => audits::settle(app, audit).await,
        Job::Screen { entry } => screening::screen(app, entry).await,
        Job::AuditAgain(again) => Ok(app.store.audit_again(again.clone()).await?),
        Job::DoubtReports(doubt) => Ok(app.store.doubt_reports(doubt.clone()).await?),
        Job::Plan if app.config.evolution.edges => {
            let planned = app.store.plan_edges().await?;
            tracing::debug!(planned, "{planned} edges planned");
            Ok(())
        }
        Job::Plan => Ok(()),
        Job::Refit => refitting::refit(app).await,
        Job::Breed => evolving::turn(app, app.hands.rng_seed()?).await,
    }
}

async fn fail(app: &App, claimed: &ClaimedJob, error: &anyhow::Error) -> anyhow::Result<()> {
    let words = format!("{error:#}");
    tracing::error!(job = %claimed.job.key(), "Job {} failed and is tried again: {words}", claimed.job.key());
    Ok(app.store.fail_job(claimed, &words).await?)
}
