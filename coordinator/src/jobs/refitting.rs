//! The nightly refit: from the log of votes to ratings, worked out beside everything else.

use anyhow::Context as _;

use crate::checks::rendering;
use crate::state::App;

/// Fits all ratings to all standing votes.
///
/// # Errors
///
/// When the database fails, or the log holds something unusable; the ratings stay as they are and
/// the job is tried again.
pub(super) async fn refit(app: &App) -> anyhow::Result<()> {
    let store = &app.store;
    let log = store.vote_log().await?;
    let votes = log.votes();
    let (log, refit) = rendering::apart(&app.hands, move |_| {
        let refit = log.refit()?;
        Ok((log, refit))
    })
    .await
    .context("the ratings stay as they are")?;
    let (steps, unreliable) = (
        refit.newton_steps,
        refit.voters.iter().filter(|fit| fit.unreliable).count(),
    );
    if store.keep_refit(log, refit).await? {
        tracing::info!(votes, steps, unreliable, "Ratings fitted to {votes} votes");
    }
    Ok(())
}
