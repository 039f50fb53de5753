//! `/`: the flock, a page at a time, best rated first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use woolgather_web::views::{HomePage, PageNumber};

use super::answer::{PageError, page};
use super::cards::card;
use crate::http::extract::QueryOf;
use crate::state::App;
use crate::store::{PageRequest, SheepOrder, SheepState};

/// Sheep on a page: whole rows at two, three and four across.
const SHEEP_PER_PAGE: u32 = 24;

/// Which page is wanted.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// From 1.
    page: Option<u32>,
}

/// The living flock.
///
/// # Errors
///
/// The store's.
pub async fn get_home(
    State(app): State<Arc<App>>,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Response, PageError> {
    let status = app.store.status().await?;
    let pages = status.live_sheep.div_ceil(SHEEP_PER_PAGE.into()).max(1);
    let number = u64::from(wanted.page.unwrap_or(1)).clamp(1, pages);
    let request = PageRequest {
        // Of a list by rating, the cursor is an offset.
        after: (number > 1).then(|| (number - 1).saturating_mul(SHEEP_PER_PAGE.into()) as i64),
        limit: SHEEP_PER_PAGE,
    };
    let rows = app
        .store
        .sheep_page(Some(SheepState::Live), SheepOrder::Best, request)
        .await?;
    let mut sheep = Vec::with_capacity(rows.rows.len());
    for row in rows.rows {
        sheep.push(card(&app, row).await?);
    }
    let featured = (number == 1 && !sheep.is_empty()).then(|| sheep.remove(0));
    Ok(page(&HomePage {
        flock: app.flock.name.clone(),
        featured,
        sheep,
        number: PageNumber {
            page: number,
            pages,
        },
        sheep_total: status.live_sheep,
        clips_rendering: status.in_progress.len() as u64,
        workers_active: status.active_workers,
    })?)
}
