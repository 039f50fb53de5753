//! What every request passes through: time limit, counting, safe headers, compression.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tracing::Instrument as _;
use woolgather_protocol::ProblemKind;

use super::error::{ApiError, Refusal};
use super::extract::ClientAddress;
use crate::pages::answer::{PageError, wants_page};
use crate::pulse::{Cohort, Outcome};
use crate::state::App;

/// How long an answer may take before we give up on it, a short body's upload included.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(60);
/// Shorter answers are not worth compressing.
const COMPRESSED_BYTES_MIN: u64 = 512;

/// Headers that keep a browser from guessing, framing and telling.
const SAFE_HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        header::CONTENT_SECURITY_POLICY,
        woolgather_web::CONTENT_SECURITY_POLICY,
    ),
];

/// Puts the layers around all routes.
pub fn around(router: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    // Clips and pictures are compressed already, and a range of bytes must stay those bytes.
    let worth_it = SizeAbove::new(COMPRESSED_BYTES_MIN)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("application/x-bittorrent"));
    router
        .layer(CompressionLayer::new().gzip(true).compress_when(worth_it))
        .layer(middleware::from_fn(refuse_packed))
        .layer(middleware::from_fn_with_state(app.clone(), limit_network))
        .layer(middleware::from_fn(add_safe_headers))
        .layer(middleware::from_fn_with_state(app.clone(), observe))
}

/// What is answered where there is nothing.
pub async fn nothing_here(headers: HeaderMap) -> Response {
    let error = ApiError::not_found();
    if wants_page(&headers) {
        return PageError::from(error).into_response();
    }
    error.into_response()
}

/// What is answered where there is something, but not for this method.
pub async fn not_this_way(method: Method) -> ApiError {
    let detail =
        format!("{method} means nothing at this address; the header Allow says what does.");
    ApiError::refused(ProblemKind::MethodNotAllowed, detail)
}

/// Gives up on an answer that takes too long.
pub async fn limit_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_TIME_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let seconds = ANSWER_TIME_MAX.as_secs();
            ApiError::from(anyhow::anyhow!("no answer within {seconds} s")).into_response()
        }
    }
}

/// Addresses whose requests are counted for each network; pages are not, nor what watches over us.
const COUNTED: &str = "/api/";

/// Refuses a network that asks very often.
async fn limit_network(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path().starts_with(COUNTED) {
        let counted = app.throttles.networks.claim(address, app.clock.now_ms());
        if let Err(problem) = counted {
            return ApiError::from(problem).into_response();
        }
    }
    next.run(request).await
}

/// Refuses a body that is packed: nothing here unpacks one, so that no few bytes become many.
async fn refuse_packed(request: Request, next: Next) -> Response {
    let packing = request.headers().get(header::CONTENT_ENCODING);
    if packing.is_none_or(|packing| packing == "identity") {
        return next.run(request).await;
    }
    let detail = "Send the body as it is, without a content-encoding.";
    ApiError::refused(ProblemKind::MalformedRequest, detail).into_response()
}

/// Left in a response's extensions: it may stand in anybody's frame, and has a policy of its own.
#[derive(Debug, Clone, Copy)]
pub struct Frameable;

async fn add_safe_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let frameable = response.extensions_mut().remove::<Frameable>().is_some();
    let framing = [header::X_FRAME_OPTIONS, header::CONTENT_SECURITY_POLICY];
    for (name, value) in SAFE_HEADERS {
        if frameable && framing.contains(&name) {
            continue;
        }
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Counts the request by its route's pattern, and the refusal by its kind; tells the pulse how it ended.
async fn observe(
    State(app): State<Arc<App>>,
    route: Option<MatchedPath>,
    ClientAddress(address): ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let started = Instant::now();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let cohort = Cohort::of(route, request.headers(), address);
    // Below what the log shows: it is there for traces.
    let span = tracing::debug_span!(
        "request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        http.request.method = %method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
        problem.kind = tracing::field::Empty,
    );
    let response = next.run(request).instrument(span.clone()).await;
    let took = started.elapsed();
    let seconds = took.as_secs_f64();
    let status = response.status().as_u16();
    app.metrics.request(route, status, seconds);
    let refusal = response.extensions().get::<Refusal>();
    if let Some(cohort) = cohort {
        let outcome = Outcome {
            status,
            refusal: refusal.map(|refusal| refusal.0),
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        };
        app.pulse
            .note(cohort, address, &outcome, app.clock.now_ms());
    }
    if let Some(Refusal(kind)) = refusal {
        app.metrics.refusal(*kind);
        span.record("problem.kind", kind.as_str());
    }
    span.record("http.response.status_code", status);
    let kind = refusal.map_or("", |refusal| refusal.0.as_str());
    tracing::debug!(%method, route, status, kind, seconds, "Answered {method} {route} with {status} {kind}");
    response
}
