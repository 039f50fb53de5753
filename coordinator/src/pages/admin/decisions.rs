//! What an operator decides with a form; the answer is the console again.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_protocol::limits::{REASON_CHARS_MAX, clean_line};
use woolgather_protocol::{EntryId, ProblemKind, PublicKey, WorkUnitId};
use woolgather_web::views::{AdminDoor, Decided};

use super::door::Proof;
use super::{Admin, CONSOLE, closed};
use crate::http::extract::PathOf;
use crate::pages::answer::{PageError, refusal};
use crate::state::App;
use crate::store::StoreError;

/// A decision, with its reason where one is needed.
#[derive(Debug, Deserialize)]
pub struct Decision {
    #[serde(flatten)]
    proof: Proof,
    decision: Verb,
    #[serde(default)]
    reason: String,
    /// The unit it is about, where the address does not say.
    #[serde(default)]
    unit: String,
}

/// What can be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verb {
    Accept,
    Reject,
    Ban,
    Pardon,
    Requeue,
    Quarantine,
}

/// Accepts or rejects an entry.
///
/// # Errors
///
/// The store's own failures; refusals are shown on the console.
pub async fn on_entry(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<EntryId>,
    admin: Admin,
    Form(decision): Form<Decision>,
) -> Result<Response, PageError> {
    let done = async |reason: &str| match decision.decision {
        Verb::Accept => {
            app.store.accept_entry(&id).await?;
            Ok(Some(Decided::Accepted))
        }
        Verb::Reject => {
            app.store.reject_entry(&id, reason).await?;
            Ok(Some(Decided::Rejected))
        }
        _ => Ok(None),
    };
    decide(&admin, &decision, done).await
}

/// Bans a device or pardons it.
///
/// # Errors
///
/// As [`on_entry`].
pub async fn on_device(
    State(app): State<Arc<App>>,
    PathOf(key): PathOf<PublicKey>,
    admin: Admin,
    Form(decision): Form<Decision>,
) -> Result<Response, PageError> {
    let done = async |reason: &str| match decision.decision {
        Verb::Ban => {
            app.store.ban(key, reason).await?;
            Ok(Some(Decided::Banned))
        }
        Verb::Pardon => {
            app.store.pardon(key, reason).await?;
            Ok(Some(Decided::Pardoned))
        }
        _ => Ok(None),
    };
    decide(&admin, &decision, done).await
}

/// Gives a unit another chance, or sets it aside.
///
/// # Errors
///
/// As [`on_entry`].
pub async fn on_unit(
    State(app): State<Arc<App>>,
    admin: Admin,
    Form(decision): Form<Decision>,
) -> Result<Response, PageError> {
    let Ok(id) = decision.unit.trim().parse::<WorkUnitId>() else {
        return Ok(problem(ProblemKind::NotFound));
    };
    let done = async |reason: &str| match decision.decision {
        Verb::Requeue => {
            app.store.requeue(&id, reason).await?;
            Ok(Some(Decided::Requeued))
        }
        Verb::Quarantine => {
            app.store.quarantine(&id, reason).await?;
            Ok(Some(Decided::Quarantined))
        }
        _ => Ok(None),
    };
    decide(&admin, &decision, done).await
}

/// Carries a decision out if the form is this session's and has the reason that it needs.
async fn decide(
    admin: &Admin,
    decision: &Decision,
    done: impl AsyncFnOnce(&str) -> Result<Option<Decided>, StoreError>,
) -> Result<Response, PageError> {
    if !decision.proof.fits(admin) {
        return Ok(closed(AdminDoor::Closed));
    }
    let reason = clean_line(&decision.reason, REASON_CHARS_MAX);
    if reason.is_empty() && decision.decision != Verb::Accept {
        return Ok(problem(ProblemKind::MalformedRequest));
    }
    Ok(match refusal(done(&reason).await)? {
        Ok(Some(decided)) => {
            Redirect::to(&format!("{CONSOLE}?done={}", decided.word())).into_response()
        }
        Ok(None) => problem(ProblemKind::MalformedRequest),
        Err(refused) => problem(refused.kind),
    })
}

fn problem(kind: ProblemKind) -> Response {
    Redirect::to(&format!("{CONSOLE}?problem={kind}")).into_response()
}
