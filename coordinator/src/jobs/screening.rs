//! Screening an entry: can it be rendered, is there something to see, and a preview for people.

use std::sync::Arc;

use woolgather_genome::Genome;
use woolgather_protocol::entries::EntryState;
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{EntryId, Recipe};
use woolgather_render_kernel::{ClipGenomes, Frame, PlanError, RenderControl, plan_still, render};

use crate::checks::rendering::{self, ClipToDraw};
use crate::pages::submit::stills::{preview_settings, previewed};
use crate::publish;
use crate::state::App;
use crate::store::Screening;

/// Frames of the loop whose plans are looked at, evenly spaced.
const FRAMES_LOOKED_AT: u32 = 8;
/// A pixel this close to the background (of 255, in every channel) shows nothing.
const NOTHING: u8 = 12;
/// A pixel whose darkest channel is at least this bright is burnt out.
const WHITE: u8 = 250;
/// A picture with more background than this has nothing in it.
const NOTHING_SHARE_MAX: f64 = 0.995;
/// A picture with more white than this, where the background is not white, is burnt out.
const WHITE_SHARE_MAX: f64 = 0.30;

/// Draws the entry's preview and says whether it may go on.
///
/// # Errors
///
/// When the database or the disk fails; the job is tried again.
pub(super) async fn screen(app: &Arc<App>, entry: &EntryId) -> anyhow::Result<()> {
    let begun = app.store.start_screening(entry).await?;
    if begun.entry.state != EntryState::Screening {
        return Ok(());
    }
    let genome = app.store.entry_genome(entry).await?;
    let shared = Arc::clone(app);
    let screening =
        rendering::apart(&app.hands, move |control| look(&shared, &genome, control)).await?;
    let screened = app.store.finish_screening(entry, screening).await?;
    tracing::info!(entry.id = %entry, state = ?screened.state, "Screened entry {entry}: {}", screened.reason);
    Ok(())
}

fn look(app: &App, genome: &Genome, control: &RenderControl<'_>) -> anyhow::Result<Screening> {
    let recipe = &app.flock.recipe;
    let plan = check_loop(genome, recipe)
        .and_then(|()| plan_still(&previewed(genome.clone()), &preview_settings(recipe)));
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => {
            let reason = format!("It cannot be rendered: {error}.");
            let preview = None;
            return Ok(Screening::Failed { reason, preview });
        }
    };
    let frame = render(&plan, control)?;
    let preview = app.blobs.put(&publish::webp(&frame)?)?;
    Ok(match fault(&frame, genome) {
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

/// Whether volunteers could render its loop: a large recipe breaks limits that a preview does not.
fn check_loop(genome: &Genome, recipe: &Recipe) -> Result<(), PlanError> {
    let kind = ClipKind::Loop;
    let clip = ClipToDraw {
        genomes: ClipGenomes::Loop(genome.clone()),
        kind,
        recipe: recipe.clone(),
        rng_seed: 0,
    };
    let step = recipe.frames(kind).div_ceil(FRAMES_LOOKED_AT).max(1);
    let mut frames = (0..recipe.frames(kind)).step_by(step as usize);
    frames.try_for_each(|frame| clip.check(frame))
}

/// What is wrong with the picture, as a sentence for its artist.
fn fault(frame: &Frame, genome: &Genome) -> Option<&'static str> {
    let pixels = frame.to_rgb8();
    let background = genome.background.map(|channel| (channel * 255.0) as u8);
    let is_ground = |pixel: &&[u8]| {
        let mut channels = pixel.iter().zip(background);
        channels.all(|(&channel, ground)| channel.abs_diff(ground) <= NOTHING)
    };
    let is_white = |pixel: &&[u8]| pixel.iter().all(|&channel| channel >= WHITE);
    let count = (pixels.len() / 3).max(1) as f64;
    let ground = pixels.chunks_exact(3).filter(is_ground).count() as f64;
    if ground / count > NOTHING_SHARE_MAX {
        return Some("There is next to nothing to see: check scale, center and brightness.");
    }
    let flame = pixels.chunks_exact(3).filter(|pixel| !is_ground(pixel));
    if flame.filter(is_white).count() as f64 / count > WHITE_SHARE_MAX {
        return Some("Too much of the picture is burnt out to white: lower its brightness.");
    }
    None
}
