//! The checker: decodes what was handed in, a segment for each core at a time, oldest first.
//!
//! It runs beside the jobs and never in a request: a receipt says that a submission is on disk, and
//! takes no longer when thousands come at once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use crate::checks::{self, CheckError};
use crate::state::App;
use crate::store::ClaimedCheck;

/// How long the checker rests when there is nothing to do.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long the checker waits after it could not work.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Checks submissions for ever.
pub async fn run(app: &Arc<App>) {
    let places = app.hands.cores();
    let look_every = app.hands.rest(LOOK_EVERY);
    let mut checking = FuturesUnordered::new();
    loop {
        let free = places - checking.len();
        let claimed = match app
            .store
            .claim_checks(free as u32, super::STALE_AFTER)
            .await
        {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(%error, "The checker waits: {error}");
                tokio::time::sleep(AFTER_FAILURE).await;
                continue;
            }
        };
        checking.extend(claimed.into_iter().map(|claimed| {
            let submission = claimed.submission;
            super::renewing(check(app, claimed), move || {
                app.store.renew_check(submission)
            })
        }));
        if checking.is_empty() {
            app.store.wait_for_submission(look_every).await;
            continue;
        }
        // One place gets free, or somebody hands something in while others are free.
        let places_left = checking.len() < places;
        let more = async {
            if places_left {
                app.store.wait_for_submission(look_every).await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            checked = checking.next() => {
                if let Some(Err(error)) = checked {
                    tracing::error!("A submission was not checked, and will be later: {error:#}");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
            () = more => {}
        }
    }
}

/// Decodes one submission's frames and records what they show.
async fn check(app: &Arc<App>, claimed: ClaimedCheck) -> anyhow::Result<()> {
    let submission = claimed.submission;
    if let Some(bytes) = claimed.short_segment {
        let blobs = app.blobs.clone();
        let kept = app.hands.work(move || blobs.put(&bytes)).await;
        kept.context("keeping a segment")?
            .context("keeping a segment")?;
    }
    let local = checks::local_segment(app, claimed.segment).await?;
    match checks::check_frames(&app.hands, &app.flock.recipe, local.path()).await {
        Ok(frames) => app.store.record_check(submission, frames).await?,
        Err(CheckError::Refused(problem)) => {
            tracing::info!(
                submission,
                device = %claimed.device.short(),
                kind = problem.kind.as_str(),
                "Submission {submission} is refused: {}", problem.detail
            );
            app.metrics.refusal(problem.kind);
            app.store.refuse_check(submission, problem).await?;
        }
        Err(CheckError::Failed(error)) => return Err(error),
    }
    Ok(())
}
