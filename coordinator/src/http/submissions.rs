//! `PUT /api/v1/leases/{id}/submission`: a segment is taken, or refused.
//!
//! Cheapest first: signature, lease, length, digest of the body, preamble, digest of the segment,
//! its structure. What passes is made durable before the receipt is sent; its frames are decoded
//! later (`jobs/checks`). What does not is recorded, so that somebody else gets the work.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use tracing::Instrument as _;
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::{LeaseId, ProblemKind};

use super::body::LimitedBody;
use super::error::ApiError;
use super::extract::PathOf;
use super::intake::{Intake, Received};
use super::signed::SignedHead;
use crate::checks;
use crate::state::App;
use crate::store::{NewSubmission, OpenLease};

/// Hand in a segment
///
/// The body is a length, a preamble and the segment, streamed. The receipt means that it is on
/// disk. Handing the same in again is harmless.
#[utoipa::path(
    put,
    path = "/api/v1/leases/{id}/submission",
    tag = "work",
    params(("id" = LeaseId, Path, description = "The lease")),
    request_body(content = Vec<u8>, content_type = "application/vnd.woolgather.submission", description = "u32 LE length, JSON preamble of that length, segment"),
    responses(
        (status = 200, description = "It is on disk", body = Receipt),
    ),
    security(("device" = [])),
    extensions(("x-problems" = json!(["unknown-lease", "foreign-lease", "wrong-task", "lease-superseded", "malformed-request", "body-mismatch", "too-large", "bad-preamble", "segment-mismatch", "unreadable-segment", "wrong-sequence-header", "wrong-frame-size", "wrong-frame-count", "storage-full"]))),
)]
pub async fn put_submission(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<LeaseId>,
    request: Request,
) -> Result<Json<Receipt>, ApiError> {
    let (mut parts, body) = request.into_parts();
    let mut body = LimitedBody::new(body, 0);
    let taken = take(&app, &id, &mut parts, &mut body).await;
    if taken.is_err() {
        body.swallow().await;
    }
    taken.map(Json)
}

async fn take(
    app: &Arc<App>,
    id: &LeaseId,
    parts: &mut Parts,
    body: &mut LimitedBody,
) -> Result<Receipt, ApiError> {
    let head = SignedHead::from_request_parts(parts, app).await?;
    let lease = app.store.lease_for_submission(id, head.device).await?;
    app.admission
        .submission(&app.config.data, Instant::now(), head.spread)?;
    body.allow(lease.work.upload_bytes_max);
    let answered_before = lease.earlier.is_some();
    let receiving = receive(app, &lease, &head, parts, body);
    let received = receiving.instrument(tracing::debug_span!("receive")).await;
    let taken = match received {
        Ok(received) => {
            let keeping = check_and_keep(app, lease, &head, received);
            keeping.instrument(tracing::debug_span!("keep")).await
        }
        Err(error) => Err(error),
    };
    if let Err(ApiError::Refused(problem)) = &taken
        && is_the_workers_fault(problem.kind)
        && !answered_before
    {
        let problem = problem.clone();
        app.store
            .record_refusal(id.clone(), head.device, problem)
            .await?;
    }
    taken
}

/// Reads the whole body; what it returns is what was signed and what its preamble says.
async fn receive(
    app: &App,
    lease: &OpenLease,
    head: &SignedHead,
    parts: &Parts,
    body: &mut LimitedBody,
) -> Result<Received, ApiError> {
    let announced = parts.headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > lease.work.upload_bytes_max) {
        return Err(body.too_large());
    }
    let mut intake = Intake::new(lease.work.frame_count, app.blobs.temp());
    while let Some(chunk) = body.chunk().await? {
        intake.push(&chunk)?;
    }
    head.check_digest(intake.body_digest())?;
    Ok(intake.finish()?)
}

async fn check_and_keep(
    app: &App,
    lease: OpenLease,
    head: &SignedHead,
    received: Received,
) -> Result<Receipt, ApiError> {
    let Received { preamble, segment } = received;
    if let Some(earlier) = lease.earlier {
        if earlier.digest == preamble.segment {
            return Ok(Receipt {
                duplicate: true,
                state: earlier.state,
            });
        }
        let detail = "This lease was answered with another segment before.";
        return Err(ApiError::refused(ProblemKind::LeaseSuperseded, detail));
    }
    let recipe = lease.work.recipe;
    // A short one is forced to disk with the database's next commit, which carries many; for a long
    // one the disk takes the time it takes.
    let short_segment = match segment.into_short() {
        Ok(bytes) => {
            checks::check_structure(&recipe, &bytes)?;
            Some(bytes)
        }
        Err(mut segment) => {
            let kept = app.hands.work(move || {
                checks::check_structure(&recipe, &segment.read()?)?;
                segment.keep().map_err(ApiError::from)
            });
            kept.await.context("keeping a segment")??;
            None
        }
    };
    let begun = Instant::now();
    let receipt = app
        .store
        .record_submission(NewSubmission {
            lease: lease.lease,
            device: head.device,
            segment: preamble.segment,
            segment_bytes: preamble.segment_bytes,
            short_segment,
            frames: preamble.frames,
            render_ms: preamble.render_ms,
            drawn_by: preamble.drawn_by,
        })
        .await?;
    app.admission.wrote(begun.elapsed(), Instant::now());
    app.metrics.submission(preamble.segment_bytes);
    Ok(receipt)
}

/// Refusals that say something about the worker, not about the network or the moment.
fn is_the_workers_fault(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::TooLarge
            | ProblemKind::BadPreamble
            | ProblemKind::SegmentMismatch
            | ProblemKind::UnreadableSegment
            | ProblemKind::WrongSequenceHeader
            | ProblemKind::WrongFrameSize
            | ProblemKind::WrongFrameCount
    )
}
