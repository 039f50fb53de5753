//! Small pictures of genomes, drawn when they are asked for: two at a time, the last ones remembered.

use std::num::NonZeroUsize;

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use woolgather_genome::Genome;
use woolgather_protocol::{ProblemKind, Recipe};
use woolgather_render_kernel::{PlanError, StillSettings, plan_still, render};

use crate::checks::rendering;
use crate::http::error::ApiError;
use crate::kept::KeptFiles;
use crate::publish;
use crate::state::App;

/// A still has the recipe's shape and fits into this many pixels each way.
const STILL_MAX: [u32; 2] = [384, 216];
/// Samples per pixel of a still.
const STILL_QUALITY: f64 = 25.0;
/// An entry's preview has the recipe's shape and fits into this many pixels each way.
const PREVIEW_MAX: [u32; 2] = [640, 360];
/// Samples per pixel of a preview.
const PREVIEW_QUALITY: f64 = 40.0;
/// Bins per pixel along each axis.
const SUPERSAMPLE_MAX: u32 = 2;
/// Stills that are remembered; about 3 MB.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::new(200).expect("not zero");
/// Stills that are drawn at a time.
const AT_ONCE: usize = 2;

/// Stills drawn lately.
pub type Stills = KeptFiles<String>;

/// None drawn yet.
#[must_use]
pub fn stills() -> Stills {
    KeptFiles::new(REMEMBERED_MAX, AT_ONCE)
}

/// How a still is drawn.
#[must_use]
pub fn still_settings(recipe: &Recipe) -> StillSettings {
    fitted(recipe, STILL_MAX, STILL_QUALITY)
}

/// How an entry's preview is drawn.
#[must_use]
pub fn preview_settings(recipe: &Recipe) -> StillSettings {
    fitted(recipe, PREVIEW_MAX, PREVIEW_QUALITY)
}

fn fitted(recipe: &Recipe, [width_max, height_max]: [u32; 2], quality: f64) -> StillSettings {
    let height = height_max.min(width_max * recipe.height / recipe.width);
    StillSettings {
        width: (height * recipe.width).div_ceil(recipe.height).max(1),
        height: height.max(1),
        quality: quality.min(recipe.quality),
        rng_seed: 0,
        ..StillSettings::default()
    }
}

/// A genome as stills and previews show it: in one pass, with at most two bins a pixel, which in a small picture is
/// the same and costs less.
#[must_use]
pub fn previewed(genome: Genome) -> Genome {
    Genome {
        passes: 1,
        supersample: genome.supersample.min(SUPERSAMPLE_MAX),
        ..genome
    }
}

/// Why a genome cannot be drawn, if it cannot: a sentence's end.
#[must_use]
pub fn undrawable(app: &App, genome: &Genome) -> Option<PlanError> {
    plan_still(
        &previewed(genome.clone()),
        &still_settings(&app.flock.recipe),
    )
    .err()
}

/// A still that was drawn lately.
#[must_use]
pub fn known(app: &App, key: &str) -> Option<Response> {
    app.stills.known(&key.to_owned()).map(served)
}

/// A still of a genome as WebP, remembered under `key`.
///
/// # Errors
///
/// `genome-refused` when it cannot be drawn within the renderer's limits.
pub async fn still(app: &App, key: String, genome: Genome) -> Result<Response, ApiError> {
    let drawn = async {
        let plan = plan_still(&previewed(genome), &still_settings(&app.flock.recipe));
        let plan = plan.map_err(|error| {
            ApiError::refused(
                ProblemKind::GenomeRefused,
                format!("It cannot be drawn: {error}."),
            )
        })?;
        let picture = rendering::apart(&app.hands, move |control| {
            publish::webp(&render(&plan, control)?)
        });
        Ok::<_, ApiError>(picture.await?)
    };
    Ok(served(app.stills.get(key, drawn).await?))
}

fn served(picture: Bytes) -> Response {
    let head = [
        (header::CONTENT_TYPE, "image/webp"),
        (header::CACHE_CONTROL, "private, max-age=3600"),
    ];
    (head, picture).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: u32, height: u32, expected: (u32, u32)) {
        let recipe = Recipe {
            width,
            height,
            ..Recipe::small()
        };
        let settings = preview_settings(&recipe);
        assert_eq!((settings.width, settings.height), expected);
        let still = still_settings(&recipe);
        assert!(still.width <= STILL_MAX[0] && still.height <= STILL_MAX[1]);
    }

    #[test]
    fn a_preview_has_the_recipes_shape_and_a_pages_size() {
        check(1280, 720, (640, 360));
        check(320, 180, (640, 360));
        check(64, 64, (360, 360));
        check(64, 128, (180, 360));
        check(1024, 64, (640, 40));
        check(4096, 16, (512, 2));
    }
}
