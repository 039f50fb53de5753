//! Audits the coordinator does itself: while nobody else is there, and as the referee.

use std::sync::Arc;

use anyhow::bail;
use woolgather_protocol::work::Task;
use woolgather_protocol::{Blake3, WorkUnitId};

use super::on_the_pool;
use crate::checks::{self, ClipToDraw};
use crate::state::App;
use crate::store::{AuditEvidence, Settlement};

/// Renders the audited frame here and settles the audit by it. What the coordinator renders is
/// right: the same work unit gives the same bits everywhere.
///
/// # Errors
///
/// When the frame cannot be rendered or the database fails; the job is tried again.
pub(super) async fn settle(app: &Arc<App>, audit: &WorkUnitId) -> anyhow::Result<()> {
    let evidence = app.store.audit(audit).await?;
    if evidence.settled {
        return Ok(());
    }
    let settlement = tokio::task::spawn_blocking(move || judge(&evidence)).await??;
    if !settlement.submitter_good {
        tracing::warn!(audit = %audit, "Audit {audit}: the submitted frame is another picture; its segment is refused");
    }
    app.store.settle_audit(audit.clone(), settlement).await?;
    Ok(())
}

fn judge(evidence: &AuditEvidence) -> anyhow::Result<Settlement> {
    let Task::Audit { frame } = evidence.work.task else {
        bail!("work unit {} is no audit", evidence.work.id)
    };
    let clip = ClipToDraw::of(&evidence.work)?;
    let ours = on_the_pool(|| clip.draw(frame))??;
    let digest = Blake3(ours.to_planes().digest());
    let shown = checks::same_picture(&evidence.decoded, &checks::means_of(&ours));
    Ok(Settlement {
        submitter_good: digest == evidence.frame && shown,
        auditor_good: evidence.disputed.map(|disputed| disputed == digest),
    })
}
