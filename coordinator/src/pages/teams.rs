//! `/teams`: people who add their credit up.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_protocol::people::Handle;
use woolgather_protocol::{Problem, ProblemKind};
use woolgather_web::views::{TeamItem, TeamPage, TeamsPage};

use super::account::session::{SignedIn, Somebody};
use super::answer::{PageError, page, page_with_status, refusal};
use super::forms::FormOf;
use crate::http::error;
use crate::http::extract::PathOf;
use crate::state::App;
use crate::store::{NewTeam, TeamLine};

/// A new team.
#[derive(Debug, Deserialize)]
pub struct TeamForm {
    handle: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    about: String,
}

/// Teams.
///
/// # Errors
///
/// The store's.
pub async fn get_teams(State(app): State<Arc<App>>) -> Result<Response, PageError> {
    Ok(page(&view(&app, None).await?)?)
}

/// Makes a team.
///
/// # Errors
///
/// The store's; refusals come back with the page.
pub async fn post_team(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    FormOf(form): FormOf<TeamForm>,
) -> Result<Response, PageError> {
    let made = match Handle::typed(&form.handle) {
        Ok(handle) => {
            let team = NewTeam {
                handle: handle.clone(),
                name: form.name,
                about: form.about,
            };
            let made = app.store.make_team(signed_in.person(), team).await;
            refusal(made)?.map(|()| handle)
        }
        Err(error) => {
            let detail = format!("Sorry: {error}.");
            Err(Problem::new(ProblemKind::MalformedRequest, detail))
        }
    };
    match made {
        Ok(handle) => Ok(to_team(&handle)),
        Err(problem) => {
            let status = error::status(problem.kind);
            let view = view(&app, Some(problem.detail)).await?;
            Ok(page_with_status(status, &view)?)
        }
    }
}

/// A team.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_team(
    State(app): State<Arc<App>>,
    PathOf(handle): PathOf<Handle>,
    somebody: Somebody,
) -> Result<Response, PageError> {
    let team = app.store.team(&handle).await?;
    let member = match somebody.person() {
        Some(person) => app.store.person(person).await?.team == Some(handle),
        None => false,
    };
    Ok(page(&TeamPage {
        team: item(team.line),
        about: team.about,
        accepted_units: team.accepted_units,
        named: team.named,
        member,
    })?)
}

/// Joins a team.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn join_team(
    State(app): State<Arc<App>>,
    PathOf(handle): PathOf<Handle>,
    signed_in: SignedIn,
) -> Result<Response, PageError> {
    app.store.join_team(signed_in.person(), &handle).await?;
    Ok(to_team(&handle))
}

/// Leaves one's team.
///
/// # Errors
///
/// The store's.
pub async fn leave_team(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Response, PageError> {
    app.store.leave_team(signed_in.person()).await?;
    Ok(Redirect::to("/teams").into_response())
}

fn to_team(handle: &Handle) -> Response {
    Redirect::to(&format!("/teams/{handle}")).into_response()
}

async fn view(app: &App, problem: Option<String>) -> Result<TeamsPage, PageError> {
    let teams = app.store.teams().await?;
    Ok(TeamsPage {
        teams: teams.into_iter().map(item).collect(),
        problem,
    })
}

fn item(line: TeamLine) -> TeamItem {
    TeamItem {
        handle: line.handle,
        name: line.name,
        members: line.members,
        credit: line.credit,
    }
}
