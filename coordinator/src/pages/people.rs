//! `/people`: who wants to be found, and machines in groups.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use woolgather_protocol::people::{Handle, PersonUnit};
use woolgather_web::views::{GroupLine, MachinesPage, PeoplePage, PersonPage, UnitLine};

use super::account::session::Somebody;
use super::answer::{PageError, page};
use super::times::seconds_since;
use crate::http::error::ApiError;
use crate::http::extract::{PathOf, QueryOf};
use crate::state::App;
use crate::store::{Group, PageRequest};

/// Units on a page.
const UNITS_A_PAGE: u32 = 50;

/// Which units.
#[derive(Debug, Default, Deserialize)]
pub struct Units {
    /// Those before this one.
    before: Option<i64>,
}

/// The boards.
///
/// # Errors
///
/// The store's.
pub async fn get_people(State(app): State<Arc<App>>) -> Result<Response, PageError> {
    let boards = app.boards().await?;
    Ok(page(&PeoplePage {
        this_week: boards.this_week.clone(),
        ever: boards.people.people.clone(),
        artists: boards.artists.clone(),
        other_devices: boards.people.other_devices,
        unlisted: boards.unlisted,
    })?)
}

/// A person who wants to be found, or oneself.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_person(
    State(app): State<Arc<App>>,
    PathOf(handle): PathOf<Handle>,
    somebody: Somebody,
    QueryOf(units): QueryOf<Units>,
) -> Result<Response, PageError> {
    let person = app.store.person_called(&handle).await?;
    let own = somebody.person() == Some(person.id);
    if !person.listed && !own {
        return Err(ApiError::not_found().into());
    }
    let now_ms = app.clock.now_ms();
    let ago = |ms: i64| seconds_since(now_ms, ms);
    let figures = app.store.figures(person.id).await?;
    let request = PageRequest {
        after: units.before,
        limit: UNITS_A_PAGE,
    };
    let units = app.store.units_of(person.id, request).await?;
    Ok(page(&PersonPage {
        person: figures.line,
        about: person.about,
        since_s_ago: ago(person.made_ms),
        frames: figures.frames,
        bytes: figures.bytes,
        sheep: figures.sheep,
        units: units
            .rows
            .into_iter()
            .map(|unit| unit_line(ago(unit.handed_in_ms), unit))
            .collect(),
        older_units: units.next,
        own,
        listed: person.listed,
    })?)
}

fn unit_line(seconds_ago: u64, unit: PersonUnit) -> UnitLine {
    UnitLine {
        url: format!("/units/{}", unit.id),
        title: unit.title,
        segment: unit.segment,
        frames: unit.frames,
        state: unit.state,
        credit: unit.credit,
        escrow: unit.escrow,
        seconds_ago,
    }
}

/// Machines in groups.
///
/// # Errors
///
/// The store's.
pub async fn get_machines(State(app): State<Arc<App>>) -> Result<Response, PageError> {
    let machines = app
        .machines
        .get(app.clock.now_ms(), app.store.machines())
        .await?;
    let lines = |groups: &[Group]| {
        let line = |group: &Group| GroupLine {
            name: group.name.clone(),
            count: group.count,
            units: group.units,
        };
        groups.iter().map(line).collect()
    };
    Ok(page(&MachinesPage {
        by_class: lines(&machines.by_class),
        small_classes: machines.small_classes,
        by_tag: lines(&machines.by_tag),
        small_tags: machines.small_tags,
        group_min: machines.group_min,
    })?)
}
