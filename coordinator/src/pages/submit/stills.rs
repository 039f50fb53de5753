//! Small pictures of genomes, drawn when they are asked for: two at a time, the last ones remembered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use woolgather_genome::Genome;
use woolgather_protocol::{ProblemKind, Recipe};
use woolgather_render_kernel::{PlanError, StillSettings, plan_still, render};

use crate::checks::rendering;
use crate::http::error::ApiError;
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
const REMEMBERED_MAX: usize = 200;
/// Stills that are drawn at a time.
const AT_ONCE: usize = 2;

/// Stills drawn lately, oldest first.
#[derive(Debug)]
pub struct Stills {
    drawn: Mutex<VecDeque<(String, Arc<[u8]>)>>,
    room: Semaphore,
}

impl Default for Stills {
    fn default() -> Self {
        Self {
            drawn: Mutex::default(),
            room: Semaphore::new(AT_ONCE),
        }
    }
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

impl Stills {
    fn known(&self, key: &str) -> Option<Arc<[u8]>> {
        let drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let found = drawn.iter().find(|(known, _)| known == key);
        found.map(|(_, picture)| Arc::clone(picture))
    }

    fn remember(&self, key: String, picture: &Arc<[u8]>) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if drawn.len() >= REMEMBERED_MAX {
            drawn.pop_front();
        }
        drawn.push_back((key, Arc::clone(picture)));
    }
}

/// A still that was drawn lately.
#[must_use]
pub fn known(app: &App, key: &str) -> Option<Response> {
    app.stills.known(key).map(|picture| served(&picture))
}

/// A still of a genome as WebP, remembered under `key`.
///
/// # Errors
///
/// `genome-refused` when it cannot be drawn within the renderer's limits.
pub async fn still(app: &App, key: String, genome: Genome) -> Result<Response, ApiError> {
    if let Some(drawn) = known(app, &key) {
        return Ok(drawn);
    }
    let room = app.stills.room.acquire().await;
    let _room = room.context("stills are always drawn")?;
    // Somebody else may have drawn it meanwhile.
    if let Some(drawn) = known(app, &key) {
        return Ok(drawn);
    }
    let plan = plan_still(&previewed(genome), &still_settings(&app.flock.recipe));
    let plan = plan.map_err(|error| {
        ApiError::refused(
            ProblemKind::GenomeRefused,
            format!("It cannot be drawn: {error}."),
        )
    })?;
    let picture = rendering::apart(&app.hands, move |control| {
        publish::webp(&render(&plan, control)?)
    })
    .await?;
    let picture: Arc<[u8]> = picture.into();
    app.stills.remember(key, &picture);
    Ok(served(&picture))
}

fn served(picture: &[u8]) -> Response {
    let head = [
        (header::CONTENT_TYPE, "image/webp"),
        (header::CACHE_CONTROL, "private, max-age=3600"),
    ];
    (head, picture.to_vec()).into_response()
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

    #[test]
    fn the_last_stills_are_remembered() {
        let stills = Stills::default();
        let picture: Arc<[u8]> = b"picture".as_slice().into();
        for number in 0..=REMEMBERED_MAX {
            stills.remember(number.to_string(), &picture);
        }
        assert_eq!(stills.known("0"), None);
        assert_eq!(stills.known(&REMEMBERED_MAX.to_string()), Some(picture));
    }
}
