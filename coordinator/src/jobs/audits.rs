//! Audits the coordinator does itself: while nobody else is there, and as the referee.

use anyhow::bail;
use woolgather_protocol::work::{DeviceKind, Task};
use woolgather_protocol::{Blake3, WorkUnitId};

use crate::checks::rendering::{self, ClipToDraw};
use crate::checks::{digests_agree, means_of, same_picture};
use crate::state::App;
use crate::store::{AuditEvidence, FrameMeans, Settlement};

/// The audited frame as it should be.
struct RightFrame {
    digest: Blake3,
    means: FrameMeans,
}

/// Renders the audited frame here and settles the audit by it. What the coordinator renders is
/// right: the same work unit gives the same bits everywhere.
///
/// # Errors
///
/// When the frame cannot be rendered or the database fails; the job is tried again.
pub(super) async fn settle(app: &App, audit: &WorkUnitId) -> anyhow::Result<()> {
    let evidence = app.store.audit(audit).await?;
    if evidence.settled {
        return Ok(());
    }
    let right = draw(&evidence).await?;
    // Meanwhile an auditor may have reported; then it is judged as well.
    let settlement = judge(&app.store.audit(audit).await?, &right);
    if !settlement.submitter_good {
        let digest_agrees = evidence.frame == right.digest;
        tracing::warn!(audit = %audit, submitter = %evidence.submitter, digest_agrees, "Audit {audit}: the submitted frame is another picture; its segment is refused");
    }
    Ok(app.store.settle_audit(audit.clone(), settlement).await?)
}

async fn draw(evidence: &AuditEvidence) -> anyhow::Result<RightFrame> {
    let Task::Audit { frame } = evidence.work.task else {
        bail!("work unit {} is no audit", evidence.work.id)
    };
    let clip = ClipToDraw::of(&evidence.work)?;
    rendering::apart(move |control| {
        let frame = clip.draw(frame, control)?;
        Ok(RightFrame {
            digest: Blake3(frame.to_planes().digest()),
            means: means_of(&frame),
        })
    })
    .await
}

/// Two ways to be wrong: another digest than the right one, where a processor drew the frame, or another picture in the
/// segment.
fn judge(evidence: &AuditEvidence, right: &RightFrame) -> Settlement {
    let shown = same_picture(&evidence.decoded, &right.means);
    // The coordinator draws with its processor.
    let digest_agrees =
        |frame, drawn_by| digests_agree([drawn_by, DeviceKind::Cpu], [frame, right.digest]);
    let submitter_good = shown && digest_agrees(evidence.frame, evidence.drawn_by);
    Settlement {
        submitter_good,
        auditor_good: evidence.disputed.map(|(frame, drawn_by)| match drawn_by {
            DeviceKind::Cpu => frame == right.digest,
            // It said that the submission is wrong; its own picture has no digest to compare.
            DeviceKind::Gpu => !submitter_good,
        }),
    }
}
