//! Pages and refusals as responses.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use woolgather_protocol::Problem;
use woolgather_web::views::{self, ErrorPage, Page};

use crate::http::error::{ApiError, Refusal, problem_response, status};
use crate::store::StoreError;

/// A refusal that is shown to a person.
#[derive(Debug)]
pub struct PageError(ApiError);

impl<E: Into<ApiError>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let problem = self.0.into_problem();
        let page = ErrorPage {
            status: problem.status,
            title: problem.title.clone(),
            detail: problem.detail.clone(),
        };
        match page_with_status(status(problem.kind), &page) {
            Ok(mut response) => {
                response.extensions_mut().insert(Refusal(problem.kind));
                response
            }
            // Without the page the problem still says what is wrong.
            Err(_) => problem_response(&problem),
        }
    }
}

/// A page as a response.
///
/// # Errors
///
/// [`ApiError::Internal`] when the template fails, which is our bug.
pub fn page<P: Page>(page: &P) -> Result<Response, ApiError> {
    page_with_status(StatusCode::OK, page)
}

/// A page as a response with a status of its own.
///
/// # Errors
///
/// As [`page`].
pub fn page_with_status<P: Page>(status: StatusCode, page: &P) -> Result<Response, ApiError> {
    let html = views::render(page).map_err(|error| ApiError::from(anyhow::Error::from(error)))?;
    let mut response = (status, Html(html)).into_response();
    // What a page shows changes with every vote and every segment.
    let asking = HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, asking);
    Ok(response)
}

/// Whether the sender is a browser that wants a page (and not a program that reads problems).
#[must_use]
pub fn wants_page(headers: &HeaderMap) -> bool {
    accepts(headers, "text/html")
}

/// Whether the sender is a script that wants JSON.
#[must_use]
pub fn wants_json(headers: &HeaderMap) -> bool {
    accepts(headers, "application/json") && !wants_page(headers)
}

fn accepts(headers: &HeaderMap, content_type: &str) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains(content_type))
}

/// The problem in a store's refusal; anything else stays an error.
///
/// # Errors
///
/// The store's own failures.
pub fn refusal<T>(result: Result<T, StoreError>) -> Result<Result<T, Problem>, StoreError> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(StoreError::Refused(problem)) => Ok(Err(problem)),
        Err(error) => Err(error),
    }
}
