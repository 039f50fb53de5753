//! `/submit` and `/entries`: an artist looks at what the flock makes of a file, offers it, and sees what
//! becomes of it.
//!
//! ```text
//! file, or a mutant of a sheep -> draft, an hour long -> review -> entries
//! ```
//!
//! * [`form`]: the file comes in. [`mutants`]: the way without an editor.
//! * [`review`]: what was read, and the offer. [`entry`]: an entry, its withdrawal and its appeal.
//! * [`stills`]: small pictures of genomes, drawn when they are asked for.

pub mod entry;
pub mod form;
pub mod mutants;
pub mod review;
pub mod stills;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use woolgather_genome::limits::GENOME_BYTES_MAX;

use crate::state::App;

/// The largest form with a file: a genome, and room for the rest.
const UPLOAD_BYTES_MAX: usize = GENOME_BYTES_MAX + 16 * 1024;

/// Routes of the pages.
pub fn routes() -> Router<Arc<App>> {
    let upload = get(form::get_submit).post(form::post_submit);
    Router::new()
        .route(
            "/submit/review/{draft}",
            get(review::get_review).post(review::post_review),
        )
        .route("/submit/review/{draft}/{file}", get(review::get_file))
        .route(
            "/submit/mutants/{sheep}/{number}",
            get(mutants::get_still).post(mutants::post_mutant),
        )
        .route("/entries", get(entry::get_entries))
        .route("/entries/{id}", get(entry::get_entry))
        .route("/entries/{id}/withdraw", post(entry::post_withdraw))
        .route("/entries/{id}/appeal", post(entry::post_appeal))
        .route("/entries/{id}/preview.webp", get(entry::get_preview))
        .route("/entries/{id}/flame.json", get(entry::get_flame))
        .route("/sheep/{id}/flame.json", get(entry::get_sheep_flame))
        .route(
            "/submit",
            upload.layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX)),
        )
}
