//! `/link`: a signed-in person takes the screensaver that shows a code.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_protocol::people::LinkCode;
use woolgather_protocol::{Problem, ProblemKind};
use woolgather_web::views::{Done, LinkPage, Linking};

use super::session::SignedIn;
use crate::http::error::{self, ApiError};
use crate::http::extract::{ClientAddress, QueryOf};
use crate::pages::answer::{PageError, page_with_status, refusal};
use crate::pages::forms::FormOf;
use crate::pages::times::seconds_since;
use crate::state::App;

/// The code, in the address or the form.
#[derive(Debug, Default, Deserialize)]
pub struct Coded {
    #[serde(default)]
    code: String,
}

/// Shows which device shows a code, so that nobody takes a stranger's.
///
/// # Errors
///
/// The store's; a code that is not good comes back with the page.
pub async fn get_link(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ClientAddress(address): ClientAddress,
    QueryOf(coded): QueryOf<Coded>,
) -> Result<Response, PageError> {
    if coded.code.is_empty() {
        return ask(&app, &signed_in, None).await;
    }
    let now_ms = app.clock.now_ms();
    let looked = async {
        app.throttles.sign_ins.claim(address, now_ms)?;
        let code = read(&coded.code)?;
        app.throttles.wrong_codes.look(&(), now_ms)?;
        let device = refusal(app.store.offered_device(&code).await)?;
        if device.is_err() {
            app.throttles.wrong_codes.count((), now_ms)?;
        }
        Ok::<_, ApiError>((code, device?))
    };
    match looked.await {
        Ok((code, device)) => {
            let linking = Linking::Confirm {
                code,
                key: device.key.to_string(),
                volunteer: device.volunteer,
                seen_s_ago: device.first_seen_ms.map(|ms| seconds_since(now_ms, ms)),
                accepted_units: device.accepted_units,
            };
            show(&app, &signed_in, linking, None).await
        }
        Err(ApiError::Refused(problem)) => ask(&app, &signed_in, Some(problem)).await,
        Err(ours) => Err(ours.into()),
    }
}

/// Takes the device that shows the code.
///
/// # Errors
///
/// As [`get_link`].
pub async fn post_link(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    ClientAddress(address): ClientAddress,
    FormOf(coded): FormOf<Coded>,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let taken = async {
        app.throttles.sign_ins.claim(address, now_ms)?;
        let code = read(&coded.code)?;
        app.throttles.wrong_codes.look(&(), now_ms)?;
        let taken = refusal(app.store.accept_device(signed_in.person(), &code).await)?;
        if taken.is_err() {
            app.throttles.wrong_codes.count((), now_ms)?;
        }
        Ok::<_, ApiError>(taken?)
    };
    match taken.await {
        Ok(_) => {
            app.boards.forget();
            let done = Done::DeviceLinked.word();
            Ok(Redirect::to(&format!("/account?done={done}")).into_response())
        }
        Err(ApiError::Refused(problem)) => ask(&app, &signed_in, Some(problem)).await,
        Err(ours) => Err(ours.into()),
    }
}

fn read(code: &str) -> Result<LinkCode, ApiError> {
    code.parse().map_err(|_| {
        let detail = "A code has eight letters, none of them i, l or o.";
        ApiError::refused(ProblemKind::UnknownCode, detail)
    })
}

async fn ask(
    app: &App,
    signed_in: &SignedIn,
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let linking = Linking::Ask {
        problem: problem.as_ref().map(|problem| problem.detail.clone()),
    };
    show(app, signed_in, linking, problem).await
}

async fn show(
    app: &App,
    signed_in: &SignedIn,
    linking: Linking,
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let handle = app.store.person(signed_in.person()).await?.handle;
    let view = LinkPage { handle, linking };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| {
        error::status(problem.kind)
    });
    Ok(page_with_status(status, &view)?)
}
