//! `/api/v1/entries`: an artist offers a genome, and asks what became of it.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use woolgather_genome::limits::GENOME_BYTES_MAX;
use woolgather_genome::{Genome, ParseError, ReadOptions, Reading, parse_flames, read_flames};
use woolgather_protocol::entries::{Entry, EntryRequest};
use woolgather_protocol::problem::GenomeFault;
use woolgather_protocol::tags::TAGS_MAX;
use woolgather_protocol::{EntryId, Licence, Problem, ProblemKind, SheepId, Tag, limits};

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
    extensions(("x-problems" = json!(["genome-refused", "consent-missing", "not-found"]))),
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

/// A flame that an artist offers.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The genome.
    pub genome: Genome,
    /// As typed; where nothing is left of it, the genome's name.
    pub title: String,
    /// As typed.
    pub artist: String,
    /// Words by which it may be found.
    pub tags: Vec<Tag>,
    /// The licence that was chosen.
    pub licence: Licence,
    /// The sheep that it branches from.
    pub parent: Option<SheepId>,
    /// The artist agrees to publish it.
    pub consent: bool,
}

/// Takes an entry from the API; nothing is stored unless all of it is good.
///
/// # Errors
///
/// As [`take_offer`]; `genome-refused` unless it holds one flame of which nothing is lost;
/// `malformed-request` with too many tags.
pub async fn take_entry(
    app: &App,
    from: VoteFrom,
    request: &EntryRequest,
) -> Result<Entry, ApiError> {
    if request.tags.len() > TAGS_MAX {
        let detail = format!("An entry has at most {TAGS_MAX} tags.");
        return Err(ApiError::refused(ProblemKind::MalformedRequest, detail));
    }
    let mut tags = request.tags.clone();
    let mut seen = HashSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
    let offer = Offer {
        genome: one_genome(&request.genome)?,
        title: request.title.clone().unwrap_or_default(),
        artist: request.artist.clone(),
        tags,
        licence: request.licence,
        parent: request.parent.clone(),
        consent: request.consent,
    };
    take_offer(app, from, offer).await
}

/// Takes an entry from the API or the website; nothing is stored unless all of it is good.
///
/// # Errors
///
/// `consent-missing`, `malformed-request` without an artist's name, `not-found` without such a parent,
/// `too-many`.
pub async fn take_offer(app: &App, from: VoteFrom, offer: Offer) -> Result<Entry, ApiError> {
    if !offer.consent {
        let detail = "Genome and pictures are published under the licence that you choose; that needs your consent.";
        return Err(ApiError::refused(ProblemKind::ConsentMissing, detail));
    }
    let artist = limits::clean_name(&offer.artist);
    if artist.is_empty() {
        let detail = "A name to credit is needed; any name will do.";
        return Err(ApiError::refused(ProblemKind::MalformedRequest, detail));
    }
    if let Some(address) = from.address {
        app.throttles.entries.claim(address, app.clock.now_ms())?;
    }
    let new = NewEntry {
        genome: offer.genome,
        title: offer.title,
        artist,
        tags: offer.tags,
        licence: offer.licence,
        parent: offer.parent,
        voter: from.voter,
    };
    Ok(app.store.new_entry(new).await?)
}

/// The one genome in a file of which nothing may be lost.
fn one_genome(text: &str) -> Result<Genome, Problem> {
    check_length(text)?;
    let mut genomes = parse_flames(text).map_err(|error| fault(&error))?;
    match (genomes.pop(), genomes.len()) {
        (Some(genome), 0) => Ok(genome),
        (_, others) => {
            let count = if others == 0 { 0 } else { others + 1 };
            let detail = format!("The file holds {count} flames; offer one at a time.");
            Err(Problem::new(ProblemKind::GenomeRefused, detail))
        }
    }
}

/// The flames in a file that its artist will look at, with what was read otherwise.
///
/// # Errors
///
/// `genome-refused`.
pub fn read_file(text: &str) -> Result<Reading, Problem> {
    check_length(text)?;
    read_flames(text, &ReadOptions::default()).map_err(|error| fault(&error))
}

fn check_length(text: &str) -> Result<(), Problem> {
    if text.len() <= GENOME_BYTES_MAX {
        return Ok(());
    }
    let detail = format!(
        "The file is {} bytes long; up to {GENOME_BYTES_MAX} are allowed.",
        text.len()
    );
    Err(Problem::new(ProblemKind::GenomeRefused, detail))
}

fn fault(error: &ParseError) -> Problem {
    let fault = GenomeFault {
        line: error.line,
        attribute: error.attribute.clone(),
        value: error.value.clone(),
        legal: error.legal.clone(),
    };
    Problem::genome(error.to_string(), fault)
}
