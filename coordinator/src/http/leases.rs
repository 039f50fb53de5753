//! `/api/v1/leases`: work is handed out, and given back.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use tracing::Instrument as _;
use woolgather_protocol::work::{Lease, LeaseRequest, LeaseResponse};
use woolgather_protocol::{Blake3, LeaseId, Signed};

use super::error::ApiError;
use super::extract::{ClientAddress, PathOf};
use super::signed::{SignedHead, SignedJson};
use crate::state::App;
use crate::store::LeaseTerms;

/// Ask for work
///
/// Asking again returns the leases the device still holds.
#[utoipa::path(
    post,
    path = "/api/v1/leases",
    tag = "work",
    request_body = LeaseRequest,
    responses(
        (status = 200, description = "Leases, and news about earlier submissions", body = LeaseResponse),
    ),
    security(("device" = [])),
    extensions(("x-problems" = json!(["busy"]))),
)]
pub async fn post_lease(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    request: SignedJson<LeaseRequest>,
) -> Result<Json<LeaseResponse>, ApiError> {
    let begun = Instant::now();
    let under_way = app
        .admission
        .lease(&app.config.data, begun, request.spread)?;
    let terms = LeaseTerms {
        term_min: app.config.lease_term_min,
        audit_patience: app.config.audit_patience,
    };
    let wanted = request.value.bounded();
    for drawing in &wanted.devices {
        tracing::debug!(
            device = %request.device.short(),
            kind = drawing.kind.as_str(),
            name = drawing.name,
            samples_per_second = drawing.samples_per_second,
            "Device {} draws with {}", request.device.short(), drawing.name
        );
    }
    let work = app
        .store
        .lease_work(request.device, Some(address), wanted, terms)
        .instrument(tracing::debug_span!("lease_work"))
        .await?;
    drop(under_way);
    app.admission.wrote(begun.elapsed(), Instant::now());
    let leases = work.leases.into_iter().map(|leased| Lease {
        id: leased.lease,
        work: Signed::seal(&leased.work, &app.secret),
        term_s: leased.term_s,
    });
    Ok(Json(LeaseResponse {
        leases: leases.collect(),
        retry_after_s: work.retry_after_s,
        notices: work.notices,
        withheld: work.withheld,
    }))
}

/// Give a lease back
///
/// Its work is ready for somebody else. Giving back twice is harmless.
#[utoipa::path(
    delete,
    path = "/api/v1/leases/{id}",
    tag = "work",
    params(("id" = LeaseId, Path, description = "The lease")),
    responses(
        (status = 204, description = "It is given back"),
    ),
    security(("device" = [])),
    extensions(("x-problems" = json!(["unknown-lease", "foreign-lease"]))),
)]
pub async fn delete_lease(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<LeaseId>,
    head: SignedHead,
) -> Result<StatusCode, ApiError> {
    head.check_digest(Blake3::of(b""))?;
    app.store.give_back(id, head.device).await?;
    Ok(StatusCode::NO_CONTENT)
}
