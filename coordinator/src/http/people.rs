//! `/api/v1/people`, `/api/v1/account` and `/api/v1/link`: who wants to be found, what is one's own, and whose
//! a device is.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use woolgather_protocol::people::{Handle, LinkAnswer, LinkRequest, People, PersonProfile};

use super::error::ApiError;
use super::extract::{ClientAddress, PathOf};
use super::signed::SignedJson;
use super::tokens::{Bearer, Render};
use crate::state::App;
use crate::store::{Link, PageRequest, PersonRow, StoreError, VoterId};

/// People who want to be found
#[utoipa::path(
    get,
    path = "/api/v1/people",
    tag = "people",
    responses(
        (status = 200, description = "Most credit first", body = People),
    ),
)]
pub async fn get_people(State(app): State<Arc<App>>) -> Result<Json<People>, ApiError> {
    Ok(Json(app.boards().await?.people.clone()))
}

/// A person who wants to be found
#[utoipa::path(
    get,
    path = "/api/v1/people/{handle}",
    tag = "people",
    params(("handle" = Handle, Path, description = "The person")),
    responses(
        (status = 200, description = "What they gave", body = PersonProfile),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub async fn get_person(
    State(app): State<Arc<App>>,
    PathOf(handle): PathOf<Handle>,
) -> Result<Json<PersonProfile>, ApiError> {
    let person = app.store.person_called(&handle).await?;
    if !person.listed {
        return Err(StoreError::not_found("person", handle).into());
    }
    Ok(Json(profile(&app, person).await?))
}

/// What the token's person gave
#[utoipa::path(
    get,
    path = "/api/v1/account",
    tag = "people",
    responses(
        (status = 200, description = "As others would see it", body = PersonProfile),
    ),
    security(("token" = [])),
)]
pub async fn get_account(
    State(app): State<Arc<App>>,
    bearer: Bearer<Render>,
) -> Result<Json<PersonProfile>, ApiError> {
    let person = app.store.person(bearer.person).await?;
    Ok(Json(profile(&app, person).await?))
}

/// Link a device to a person
#[utoipa::path(
    post,
    path = "/api/v1/link",
    tag = "people",
    request_body = LinkRequest,
    responses(
        (status = 200, description = "Whose it is now, and the code that was asked for", body = LinkAnswer),
    ),
    security(("device" = [])),
    extensions(("x-problems" = json!(["unknown-code", "linked-already", "not-linked"]))),
)]
pub async fn post_link(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    request: SignedJson<LinkRequest>,
) -> Result<Json<LinkAnswer>, ApiError> {
    let device = request.device;
    let now_ms = app.clock.now_ms();
    let link = match &request.value {
        LinkRequest::Ask => None,
        LinkRequest::Offer => Some(app.store.offer_device(device).await?),
        LinkRequest::SignIn => Some(app.store.browser_code_from(device).await?),
        LinkRequest::Remove => {
            app.store.leave_person(device).await?;
            None
        }
        LinkRequest::Take { code } => {
            app.throttles.sign_ins.claim(address, now_ms)?;
            app.throttles.wrong_codes.look(&(), now_ms)?;
            let taken = app.store.take_link(device, code).await;
            if taken.is_err() {
                app.throttles.wrong_codes.count((), now_ms)?;
            }
            taken?;
            None
        }
    };
    if matches!(
        request.value,
        LinkRequest::Take { .. } | LinkRequest::Remove
    ) {
        app.boards.forget();
    }
    Ok(Json(answer(&app, &VoterId::device(&device), link).await?))
}

async fn answer(app: &App, device: &VoterId, link: Option<Link>) -> Result<LinkAnswer, StoreError> {
    let person = match app.store.person_of(device).await? {
        Some(person) => Some(app.store.person(person).await?.handle),
        None => None,
    };
    Ok(LinkAnswer {
        person,
        expires_at_ms: link.as_ref().map(|link| link.expires_ms),
        code: link.map(|link| link.code),
    })
}

/// What a person gave.
///
/// # Errors
///
/// The store's.
pub async fn profile(app: &App, person: PersonRow) -> Result<PersonProfile, StoreError> {
    let figures = app.store.figures(person.id).await?;
    let units = app
        .store
        .units_of(person.id, PageRequest::default())
        .await?;
    Ok(PersonProfile {
        person: figures.line,
        about: person.about,
        since_ms: person.made_ms,
        frames: figures.frames,
        bytes: figures.bytes,
        sheep: figures.sheep,
        units: units.rows,
    })
}
