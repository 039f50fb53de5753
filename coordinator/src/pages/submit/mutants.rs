//! `/submit/mutants/{sheep}/{number}`: children of a sheep for an artist without an editor.
//!
//! A number stands for one mutant of a sheep, bred when it is asked for, so nothing is kept of those that
//! nobody takes. Once taken it is a draft like an uploaded file.

use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use woolgather_genome::{BreedSettings, Genome, Operation, breed, print_flame};
use woolgather_protocol::limits::NAME_CHARS_MAX;
use woolgather_protocol::{ProblemKind, SheepId};

use super::stills::{known, still};
use crate::checks::rendering;
use crate::evolution::eye::Eye;
use crate::http::error::ApiError;
use crate::http::extract::{ClientAddress, PathOf};
use crate::pages::answer::PageError;
use crate::pages::from_here::FromHere;
use crate::pages::voter::WebVoter;
use crate::state::App;
use crate::store::Draft;

/// Mutants on a page.
pub const MUTANTS_A_PAGE: u32 = 6;
/// Mutants of a sheep that can be asked for.
pub const MUTANTS_MAX: u32 = 16 * MUTANTS_A_PAGE;
/// How far a mutation that moves everything moves it; flam3's.
const MUTATION_SPEED: f64 = 0.1;
/// Keeps the mutants' random numbers apart from those of the flock's own births.
const SALT: u64 = 0x6d75_7461_6e74_0000;

/// A mutant's still: `{number}.webp`.
///
/// # Errors
///
/// `not-found`, `too-many`, or the store's.
pub async fn get_still(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    PathOf((sheep, file)): PathOf<(SheepId, String)>,
) -> Result<Response, ApiError> {
    let number = file
        .strip_suffix(".webp")
        .and_then(|text| text.parse().ok());
    let number = number.ok_or_else(ApiError::not_found)?;
    let key = format!("{sheep} {number}");
    if let Some(drawn) = known(&app, &key) {
        return Ok(drawn);
    }
    app.throttles.stills.claim(address, app.clock.now_ms())?;
    still(&app, key, mutant(&app, &sheep, number).await?).await
}

/// Takes a mutant: it becomes a draft.
///
/// # Errors
///
/// As [`get_still`].
pub async fn post_mutant(
    State(app): State<Arc<App>>,
    _: FromHere,
    voter: WebVoter,
    PathOf((sheep, number)): PathOf<(SheepId, u32)>,
) -> Result<Response, PageError> {
    if let Some(address) = voter.from.address {
        app.throttles.drafts.claim(address, app.clock.now_ms())?;
    }
    let mut genome = mutant(&app, &sheep, number).await?;
    let parent = app.store.sheep(&sheep).await?;
    let name: String = parent
        .title
        .split_whitespace()
        .collect::<Vec<_>>()
        .join("-");
    let name: String = name.chars().take(NAME_CHARS_MAX - 12).collect();
    genome.name = format!("{name}-mutant-{}", number + 1);
    let own = app.store.entries_of(&voter.from.voter).await?;
    let draft = Draft {
        xml: print_flame(&genome),
        artist: own
            .first()
            .map(|row| row.entry.artist.clone())
            .unwrap_or_default(),
        parent: Some(sheep),
    };
    let draft = app.store.keep_draft(draft, &voter.from.voter).await?;
    let review = Redirect::to(&format!("/submit/review/{draft}"));
    Ok(voter.remember(review.into_response()))
}

async fn mutant(app: &App, sheep: &SheepId, number: u32) -> Result<Genome, ApiError> {
    if number >= MUTANTS_MAX {
        return Err(ApiError::not_found());
    }
    let parent = app.store.sheep_genome(sheep).await?;
    let room = app.mutants.acquire().await;
    let _room = room.context("mutants are always bred")?;
    let bred = rendering::apart(&app.hands, move |control| {
        let operation = Operation::Mutate {
            method: None,
            speed: MUTATION_SPEED,
            symmetry: None,
        };
        let settings = BreedSettings::default();
        let rng_seed = SALT + u64::from(number);
        Eye { control }.calm(|eye| breed(&operation, &[parent], rng_seed, eye, &settings))
    })
    .await?;
    bred.map(|child| child.genome).map_err(|error| {
        let detail = format!("This mutant did not turn out: {error}.");
        ApiError::refused(ProblemKind::GenomeRefused, detail)
    })
}
