//! Screening an entry: a small picture of it, and whether it is worth a person's look.

use std::sync::Arc;

use woolgather_genome::Genome;
use woolgather_protocol::EntryId;
use woolgather_render_kernel::{Frame, RenderControl, StillSettings, plan_still, render};

use super::on_the_pool;
use crate::publish;
use crate::state::App;
use crate::store::Screening;

/// The preview's height in pixels; its width follows the recipe's shape.
const PREVIEW_HEIGHT: u32 = 360;
/// Samples per pixel of the preview.
const PREVIEW_QUALITY: f64 = 40.0;
/// A pixel at or below this brightness (of 255) is black.
const BLACK: u8 = 12;
/// A pixel whose darkest channel is at least this bright is burnt out.
const WHITE: u8 = 250;
/// A picture that is nearly all black has nothing in it.
const BLACK_SHARE_MAX: f64 = 0.995;
/// A picture with this much white is burnt out.
const WHITE_SHARE_MAX: f64 = 0.30;

/// Draws the entry's preview and says whether it may go on.
///
/// # Errors
///
/// When the database or the disk fails; the job is tried again.
pub(super) async fn screen(app: &Arc<App>, entry: &EntryId) -> anyhow::Result<()> {
    app.store.start_screening(entry).await?;
    let genome = app.store.entry_genome(entry).await?;
    let shared = Arc::clone(app);
    let screening = tokio::task::spawn_blocking(move || look(&shared, &genome)).await??;
    let screened = app.store.finish_screening(entry, screening).await?;
    tracing::info!(entry.id = %entry, state = ?screened.state, "Screened entry {entry}: {}", screened.reason);
    Ok(())
}

fn look(app: &App, genome: &Genome) -> anyhow::Result<Screening> {
    let recipe = &app.flock.recipe;
    let settings = StillSettings {
        width: (PREVIEW_HEIGHT * recipe.width).div_ceil(recipe.height),
        height: PREVIEW_HEIGHT,
        quality: PREVIEW_QUALITY.min(recipe.quality),
        rng_seed: 0,
    };
    let plan = match plan_still(genome, &settings) {
        Ok(plan) => plan,
        Err(error) => {
            let reason = format!("It cannot be rendered: {error}.");
            return Ok(Screening::Failed {
                reason,
                preview: None,
            });
        }
    };
    let frame = on_the_pool(|| render(&plan, &RenderControl::unattended()))??;
    let preview = app.blobs.put(&publish::webp(&frame)?)?;
    Ok(match fault(&frame) {
        Some(reason) => Screening::Failed {
            reason: reason.into(),
            preview: Some(preview),
        },
        None => Screening::Passed {
            preview,
            accept: app.config.accept_entries,
        },
    })
}

/// What is wrong with the picture, as a sentence for its artist.
fn fault(frame: &Frame) -> Option<&'static str> {
    let pixels = frame.to_rgb8();
    let count = (pixels.len() / 3).max(1) as f64;
    let share = |is: &dyn Fn(&[u8]) -> bool| {
        pixels.chunks_exact(3).filter(|pixel| is(pixel)).count() as f64 / count
    };
    if share(&|pixel| pixel.iter().all(|&channel| channel <= BLACK)) > BLACK_SHARE_MAX {
        return Some("The picture is nearly all black: check scale, center and brightness.");
    }
    if share(&|pixel| pixel.iter().all(|&channel| channel >= WHITE)) > WHITE_SHARE_MAX {
        return Some("Too much of the picture is burnt out to white: lower its brightness.");
    }
    None
}
