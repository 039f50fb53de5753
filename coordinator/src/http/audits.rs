//! `PUT /api/v1/leases/{id}/audit`: somebody else's rendering of a submitted frame.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use woolgather_protocol::audit::{AuditReport, decode_means};
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::{LeaseId, Problem, ProblemKind};

use super::error::ApiError;
use super::extract::PathOf;
use super::signed::SignedJson;
use crate::checks;
use crate::state::App;
use crate::store::{AuditAnswer, FrameMeans};

/// Hand in an audit report
///
/// The receipt means that it is on disk. Handing the same in again is harmless.
#[utoipa::path(
    put,
    path = "/api/v1/leases/{id}/audit",
    tag = "work",
    params(("id" = LeaseId, Path, description = "The lease")),
    request_body = AuditReport,
    responses(
        (status = 200, description = "It is on disk", body = Receipt),
    ),
    security(("device" = [])),
    extensions(("x-problems" = json!(["unknown-lease", "foreign-lease", "wrong-task", "lease-superseded", "bad-audit-report"]))),
)]
pub async fn put_audit(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<LeaseId>,
    request: SignedJson<AuditReport>,
) -> Result<Json<Receipt>, ApiError> {
    let SignedJson {
        device,
        value: report,
        ..
    } = request;
    let lease = app.store.lease_for_audit(&id, device).await?;
    if let Some(earlier) = lease.earlier {
        if earlier.digest == report.frame {
            return Ok(Json(Receipt {
                duplicate: true,
                state: earlier.state,
            }));
        }
        let detail = "This lease was answered with another frame before.";
        return Err(ApiError::refused(ProblemKind::LeaseSuperseded, detail));
    }
    let evidence = app.store.audit_evidence(&id, device).await?;
    let decoded = checks::decoded_frame(&app, &evidence).await?;
    let audited = audited_means(&report, &decoded)?;
    let digests_agree = checks::digests_agree(
        [evidence.drawn_by, report.drawn_by],
        [evidence.frame, report.frame],
    );
    let agrees = digests_agree && checks::same_picture(&decoded, &audited);
    let answer = AuditAnswer {
        lease: id,
        device,
        frame: report.frame,
        drawn_by: report.drawn_by,
        render_ms: report.render_ms,
        agrees,
    };
    Ok(Json(app.store.record_audit(answer).await?))
}

/// The reported means, in the shape of the decoded frame's.
fn audited_means(report: &AuditReport, decoded: &FrameMeans) -> Result<FrameMeans, Problem> {
    let plane = |name: &str, text: &str, like: &[u16]| {
        decode_means(text, like.len()).ok_or_else(|| {
            let detail = format!(
                "{name} must be {} means in base64, for a frame of this size.",
                like.len()
            );
            Problem::new(ProblemKind::BadAuditReport, detail)
        })
    };
    Ok(FrameMeans {
        blocks_wide: decoded.blocks_wide,
        blocks_high: decoded.blocks_high,
        luma: plane("luma", &report.luma, &decoded.luma)?,
        chroma_blue: plane("chroma_blue", &report.chroma_blue, &decoded.chroma_blue)?,
        chroma_red: plane("chroma_red", &report.chroma_red, &decoded.chroma_red)?,
    })
}
