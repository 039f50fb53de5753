//! `/`: what this is, the flock moving, and what the grid is doing now.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use woolgather_protocol::sheep::{Room, Sort};
use woolgather_web::views::{HomePage, Now, SheepCard, System};

use super::answer::{PageError, page};
use super::cards::gallery_card;
use crate::state::App;
use crate::store::{GalleryFilter, GalleryRequest, Glance, Start, StoreError};

/// Sheep in each row: whole rows at two, three and four across.
const SHEEP_PER_ROW: u32 = 12;
/// For how long numbers of the grid are good, in milliseconds.
const GLANCE_GOOD_MS: i64 = 5_000;

/// The last glance at the grid, for as long as it is good: home is asked for much more often than it changes.
#[derive(Debug, Default)]
pub struct GlanceCache(Mutex<Option<(i64, Glance)>>);

impl GlanceCache {
    /// What the flock is doing, at most a few seconds old.
    ///
    /// # Errors
    ///
    /// As [`crate::store::Store::glance`].
    pub async fn glance(&self, app: &App) -> Result<Glance, StoreError> {
        let now_ms = app.clock.now_ms();
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seen_ms, glance)) = last
            && (seen_ms..seen_ms + GLANCE_GOOD_MS).contains(&now_ms)
        {
            return Ok(glance);
        }
        let glance = app.store.glance().await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now_ms, glance));
        Ok(glance)
    }
}

/// Home.
///
/// # Errors
///
/// The store's.
pub async fn get_home(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let mut best = row(&app, Sort::Best).await?;
    let newest = row(&app, Sort::Newest).await?;
    let hero = (!best.is_empty()).then(|| best.remove(0));
    let glance = app.glances.glance(&app).await?;
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    Ok(page(&HomePage {
        flock: app.flock.name.clone(),
        system: System::of(agent.unwrap_or_default()),
        hero,
        best,
        newest,
        now: Now {
            sheep_living: glance.living,
            clips_rendering: glance.clips_rendering,
            workers_active: glance.workers_active,
            frames_today: glance.frames_today,
        },
    })?)
}

async fn row(app: &App, sort: Sort) -> Result<Vec<SheepCard>, StoreError> {
    let wanted = GalleryRequest {
        room: Room::Living,
        sort,
        filter: GalleryFilter::default(),
        start: Start::First,
        limit: SHEEP_PER_ROW + 1,
    };
    let found = app.store.gallery(wanted).await?;
    let mut cards: Vec<_> = found.rows.into_iter().map(gallery_card).collect();
    if sort == Sort::Newest {
        cards.truncate(SHEEP_PER_ROW as usize);
    }
    Ok(cards)
}
