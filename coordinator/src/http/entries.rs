//! `/api/v1/entries`: an artist offers a genome, and asks what became of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use woolgather_genome::limits::GENOME_BYTES_MAX;
use woolgather_genome::{Genome, parse_flames};
use woolgather_protocol::entries::{Entry, EntryRequest};
use woolgather_protocol::problem::GenomeFault;
use woolgather_protocol::{EntryId, Problem, ProblemKind, limits};

use super::error::ApiError;
use super::extract::{ClientAddress, PathOf};
use super::tokens::{AskedBy, Submit};
use crate::state::App;
use crate::store::{NewEntry, VoteFrom};

/// Offer a genome
#[utoipa::path(
    post,
    path = "/api/v1/entries",
    tag = "entries",
    request_body = EntryRequest,
    responses(
        (status = 201, description = "It is on disk and will be looked at", body = Entry),
    ),
    security(("device" = []), ("token" = [])),
    extensions(("x-problems" = json!(["genome-refused", "consent-missing"]))),
)]
pub async fn post_entry(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    request: AskedBy<Submit, EntryRequest>,
) -> Result<(StatusCode, Json<Entry>), ApiError> {
    let from = VoteFrom {
        voter: request.voter,
        address: Some(address),
    };
    let entry = take_entry(&app, from, &request.value).await?;
    Ok((StatusCode::CREATED, Json(entry)))
}

/// What became of an entry
#[utoipa::path(
    get,
    path = "/api/v1/entries/{id}",
    tag = "entries",
    params(("id" = EntryId, Path, description = "The entry")),
    responses(
        (status = 200, description = "Its state and why", body = Entry),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub async fn get_entry(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<EntryId>,
) -> Result<Json<Entry>, ApiError> {
    Ok(Json(app.store.entry(&id).await?.entry))
}

/// Takes an entry from the API or the website's form; nothing is stored unless all of it is good.
///
/// # Errors
///
/// `consent-missing`, `malformed-request` without an artist's name, `genome-refused`, `too-many`.
pub async fn take_entry(
    app: &App,
    from: VoteFrom,
    request: &EntryRequest,
) -> Result<Entry, ApiError> {
    if !request.consent {
        let detail = "Genome and pictures are published under CC0-1.0; that needs your consent.";
        return Err(ApiError::refused(ProblemKind::ConsentMissing, detail));
    }
    let artist = limits::clean_name(&request.artist);
    if artist.is_empty() {
        let detail = "A name to credit is needed; any name will do.";
        return Err(ApiError::refused(ProblemKind::MalformedRequest, detail));
    }
    let genome = one_genome(&request.genome)?;
    if let Some(address) = from.address {
        app.throttles.entries.claim(address, app.clock.now_ms())?;
    }
    let new = NewEntry {
        genome,
        artist,
        voter: from.voter,
    };
    Ok(app.store.new_entry(new).await?)
}

/// The one genome in a file.
fn one_genome(text: &str) -> Result<Genome, Problem> {
    let refused = |detail: String| Problem::new(ProblemKind::GenomeRefused, detail);
    if text.len() > GENOME_BYTES_MAX {
        return Err(refused(format!(
            "The file is {} bytes long; up to {GENOME_BYTES_MAX} are allowed.",
            text.len()
        )));
    }
    let mut genomes = parse_flames(text).map_err(|error| {
        let fault = GenomeFault {
            line: error.line,
            attribute: error.attribute.clone(),
            value: error.value.clone(),
            legal: error.legal.clone(),
        };
        Problem::genome(error.to_string(), fault)
    })?;
    match (genomes.pop(), genomes.len()) {
        (Some(genome), 0) => Ok(genome),
        (_, others) => {
            let count = if others == 0 { 0 } else { others + 1 };
            Err(refused(format!(
                "The file holds {count} flames; offer one at a time."
            )))
        }
    }
}
