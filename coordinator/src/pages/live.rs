//! What a browser's graphics card draws a flame from: the project's own shaders and the numbers of a plan, as JSON.
//!
//! The still is the plan that the coordinator's own still is drawn from, sample for sample. The loop's frames hold a
//! few samples each; the page lets them fade into each other.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use serde::Serialize;
use woolgather_genome::{Genome, TemporalFilter, TemporalFilterShape};
use woolgather_protocol::ProblemKind;
use woolgather_render_kernel::packing::{Game, PackedStill, iterate_text, pack_game, pack_still};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, FramePlan, StillSettings, plan_clip_frame, plan_still,
};

use super::submit::stills::previewed;
use crate::checks::rendering;
use crate::http::error::ApiError;
use crate::state::App;

/// Frames of the loop.
const LOOP_FRAMES: u32 = 96;
/// Samples per pixel of a frame of the loop.
const LOOP_QUALITY: f64 = 1.5;
/// A loop of more bytes is left out: a flame of very many xforms is shown as a still.
const LOOP_BYTES_MAX: usize = 1 << 20;
/// Larger tables are not sent: kernels of a wide estimator.
const TABLES_BYTES_MAX: usize = 4 << 20;

/// The document.
#[derive(Debug, Serialize)]
struct Live {
    size: [u32; 2],
    bins: [u32; 2],
    samples: u64,
    counted: bool,
    spread: bool,
    clip: bool,
    texts: Written,
    palette: String,
    develop: String,
    k2: usize,
    thresholds: String,
    kernels: String,
    weights: String,
    filter: String,
    still: WrittenGame,
    #[serde(rename = "loop")]
    frames: Vec<WrittenGame>,
    loop_samples: u64,
}

#[derive(Debug, Serialize)]
struct Written {
    iterate: String,
    density: &'static str,
    filter: &'static str,
    fade: &'static str,
    screen: &'static str,
}

#[derive(Debug, Serialize)]
struct WrittenGame {
    tasks: String,
    numbers: String,
    integers: String,
}

/// What draws `genome` live, the still as `settings` say.
///
/// # Errors
///
/// `genome-refused` when it cannot be drawn, or only from very large tables.
pub async fn document(
    app: &App,
    genome: Genome,
    settings: StillSettings,
) -> Result<Response, ApiError> {
    let genome = previewed(genome);
    let made = rendering::apart(&app.hands, move |_| Ok(live(&genome, &settings))).await?;
    let live = made.map_err(|why| ApiError::refused(ProblemKind::GenomeRefused, why))?;
    let head = [(header::CACHE_CONTROL, "private, max-age=3600")];
    Ok((head, Json(live)).into_response())
}

fn live(genome: &Genome, settings: &StillSettings) -> Result<Live, String> {
    let cannot = |error: &dyn std::fmt::Display| format!("It cannot be drawn: {error}.");
    let plan = plan_still(genome, settings).map_err(|error| cannot(&error))?;
    let still = pack_still(&plan).map_err(|error| cannot(&error))?;
    if still.weights.len() + still.filter.len() + still.kernels.len() > TABLES_BYTES_MAX {
        return Err("Its estimator is too wide to be drawn in a browser.".into());
    }
    let (frames, loop_samples) = loop_frames(genome, settings, &still).unwrap_or_default();
    let coded = |bytes: &[u8]| BASE64.encode(bytes);
    Ok(Live {
        size: still.size,
        bins: still.bins,
        samples: still.samples,
        counted: still.counted,
        spread: still.spread,
        clip: still.early_clip,
        palette: coded(&still.palette),
        develop: coded(&still.develop),
        k2: still.k2_at,
        thresholds: coded(&still.thresholds),
        kernels: coded(&still.kernels),
        weights: coded(&still.weights),
        filter: coded(&still.filter),
        still: written(&still.game),
        frames,
        loop_samples,
        texts: Written {
            iterate: still.texts.iterate,
            density: still.texts.density,
            filter: still.texts.filter,
            fade: still.texts.fade,
            screen: still.texts.screen,
        },
    })
}

/// The loop's frames and the samples of each; `None` where they do not share the still's text, or are too large.
fn loop_frames(
    genome: &Genome,
    settings: &StillSettings,
    still: &PackedStill,
) -> Option<(Vec<WrittenGame>, u64)> {
    let clip = ClipSettings {
        width: settings.width,
        height: settings.height,
        frames: LOOP_FRAMES,
        quality: LOOP_QUALITY,
        temporal_samples: 1,
        temporal_filter: TemporalFilter {
            shape: TemporalFilterShape::Box,
            width: 1.0,
            exponent: 0.0,
        },
        rng_seed: settings.rng_seed,
    };
    let genomes = ClipGenomes::Loop(genome.clone());
    let planned = |frame| -> Option<FramePlan> { plan_clip_frame(&genomes, &clip, frame).ok() };
    let first = planned(0)?;
    if iterate_text(&first).ok()? != still.texts.iterate {
        return None;
    }
    let samples = first.samples();
    let mut bytes = 0;
    let mut frames = Vec::new();
    for frame in 0..LOOP_FRAMES {
        let game = pack_game(&planned(frame)?).ok()?;
        bytes += game.tasks.len() + game.numbers.len() + game.integers.len();
        if bytes > LOOP_BYTES_MAX {
            return None;
        }
        frames.push(written(&game));
    }
    Some((frames, samples))
}

fn written(game: &Game) -> WrittenGame {
    WrittenGame {
        tasks: BASE64.encode(&game.tasks),
        numbers: BASE64.encode(&game.numbers),
        integers: BASE64.encode(&game.integers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use woolgather_genome::starter_flock;

    #[test]
    fn every_starter_sheep_can_be_sent_and_moves() {
        let settings = StillSettings {
            width: 96,
            height: 54,
            quality: 5.0,
            ..StillSettings::default()
        };
        for sheep in starter_flock() {
            let live = live(&previewed(sheep.genome()), &settings).unwrap();
            assert_eq!(live.frames.len(), LOOP_FRAMES as usize, "{}", sheep.title);
            let distinct: std::collections::HashSet<_> =
                live.frames.iter().map(|frame| &frame.numbers).collect();
            assert!(distinct.len() > 1, "{} stands still", sheep.title);
            let bytes = serde_json::to_vec(&live).unwrap().len();
            assert!(bytes < 1_500_000, "{}: {bytes} bytes", sheep.title);
        }
    }
}
