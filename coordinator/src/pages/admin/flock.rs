//! `/admin/flock`: how the flock renews itself, and a try of what would be born next.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use woolgather_web::views::{AdminDoor, AdminFlockPage, AdminWaiting};

use super::door::Proof;
use super::{Admin, closed};
use crate::evolution::forecast::{forecast, numbers};
use crate::pages::answer::{PageError, page};
use crate::pages::times::seconds_since;
use crate::state::App;
use crate::store::Nursery;

/// Births that are tried: each takes seconds, and somebody waits for the page.
const BIRTHS: u32 = 3;

/// The numbers, and who waits.
///
/// # Errors
///
/// The store's.
pub async fn get_flock(State(app): State<Arc<App>>, admin: Admin) -> Result<Response, PageError> {
    let nursery = app.store.nursery().await?;
    Ok(page(&view(&app, &admin, &nursery, None))?)
}

/// Tries births, and changes nothing.
///
/// # Errors
///
/// The store's, and the renderer's.
pub async fn post_flock(
    State(app): State<Arc<App>>,
    admin: Admin,
    Form(proof): Form<Proof>,
) -> Result<Response, PageError> {
    if !proof.fits(&admin) {
        return Ok(closed(AdminDoor::Closed));
    }
    let mut nursery = app.store.nursery().await?;
    let evolution = &app.config.evolution;
    let mut rng = ChaCha20Rng::from_seed(app.hands.rng_seed()?);
    let lines = forecast(&app.hands, &mut nursery, evolution, BIRTHS, &mut rng).await?;
    Ok(page(&view(&app, &admin, &nursery, Some(lines)))?)
}

fn view(
    app: &App,
    admin: &Admin,
    nursery: &Nursery,
    forecast: Option<Vec<String>>,
) -> AdminFlockPage {
    let now_ms = app.clock.now_ms();
    let waiting = nursery.queue.iter().map(|entry| AdminWaiting {
        id: entry.id.clone(),
        title: entry.title.clone(),
        seconds_ago: seconds_since(now_ms, entry.waiting.since_ms),
    });
    AdminFlockPage {
        proof: admin.proof(),
        numbers: numbers(nursery, &app.config.evolution),
        waiting: waiting.collect(),
        forecast,
        births: BIRTHS,
    }
}
