//! Audits the coordinator does itself: while nobody else is there, and as the referee.

use anyhow::{Context as _, bail};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use woolgather_coordinator_core::trust::referee::further_frames;
use woolgather_protocol::work::{DeviceKind, Task};
use woolgather_protocol::{Blake3, WorkUnitId};
use woolgather_render_kernel::Frame;

use crate::checks::rendering::{self, ClipToDraw};
use crate::checks::{
    decoded_frame, decoded_frames, digests_agree, means_of, same_picture, shown_frame,
};
use crate::hands::Hands;
use crate::publish::webp;
use crate::state::App;
use crate::store::{AuditEvidence, FrameMeans, Settlement, VerdictPictures};

/// A frame as it should be.
struct RightFrame {
    digest: Blake3,
    means: FrameMeans,
    frame: Frame,
}

/// Renders the audited frame here and settles the audit by it. What the coordinator renders is
/// right: the same work unit gives the same bits everywhere. Where the submitted frame is not, some
/// others of its segment are looked at too: one wrong frame is what bad memory does, several are
/// what a lie does.
///
/// # Errors
///
/// When the frame cannot be rendered or the database fails; the job is tried again.
pub(super) async fn settle(app: &App, audit: &WorkUnitId) -> anyhow::Result<()> {
    let evidence = app.store.audit(audit).await?;
    if evidence.settled {
        return Ok(());
    }
    let Task::Audit { frame } = evidence.work.task else {
        bail!("work unit {} is no audit", evidence.work.id)
    };
    let decoded = decoded_frame(app, &evidence).await?;
    let right = draw(&app.hands, &evidence, frame).await?;
    // Meanwhile an auditor may have reported; then it is judged as well.
    let evidence = app.store.audit(audit).await?;
    let mut settlement = judge(&evidence, &decoded, &right);
    if !settlement.submitter_good {
        let digest_agrees = evidence.frame == right.digest;
        tracing::warn!(audit = %audit, submitter = %evidence.submitter, digest_agrees, "Audit {audit}: the submitted frame is another picture; its segment is refused");
        look_further(app, &evidence, frame, &mut settlement).await?;
        let pictures = keep_pictures(app, &evidence, frame, right.frame).await?;
        settlement.pictures = Some(pictures);
    }
    Ok(app.store.settle_audit(audit.clone(), settlement).await?)
}

/// Keeps what was handed in and what it should have been, for the volunteer to see.
async fn keep_pictures(
    app: &App,
    evidence: &AuditEvidence,
    frame: u32,
    right: Frame,
) -> anyhow::Result<VerdictPictures> {
    let place = frame.saturating_sub(evidence.work.first_frame);
    let submitted = shown_frame(app, evidence, place).await?;
    let blobs = app.blobs.clone();
    let kept = app.hands.work(move || {
        anyhow::Ok(VerdictPictures {
            submitted: blobs.put(&submitted)?,
            rendered: blobs.put(&webp(&right)?)?,
        })
    });
    kept.await?
}

/// Looks at other frames of a segment with a wrong one.
async fn look_further(
    app: &App,
    evidence: &AuditEvidence,
    wrong: u32,
    settlement: &mut Settlement,
) -> anyhow::Result<()> {
    let work = &evidence.work;
    let decoded = decoded_frames(app, evidence).await?;
    let mut rng = ChaCha20Rng::from_seed(app.hands.rng_seed()?);
    let wrong = wrong.saturating_sub(work.first_frame);
    for place in further_frames(work.frame_count, wrong, &mut rng) {
        let right = draw(&app.hands, evidence, work.first_frame + place).await?;
        let place = place as usize;
        let shown = decoded.get(place).context("a segment without this frame")?;
        let digest = evidence
            .frames
            .get(place)
            .context("a frame without digest")?;
        if is_right(evidence.drawn_by, shown, *digest, &right) {
            settlement.further_right += 1;
        } else {
            settlement.further_wrong += 1;
        }
    }
    Ok(())
}

async fn draw(hands: &Hands, evidence: &AuditEvidence, frame: u32) -> anyhow::Result<RightFrame> {
    let clip = ClipToDraw::of(&evidence.work)?;
    rendering::apart(hands, move |control| {
        let frame = clip.draw(frame, control)?;
        Ok(RightFrame {
            digest: Blake3(frame.to_planes().digest()),
            means: means_of(&frame),
            frame,
        })
    })
    .await
}

/// Two ways to be wrong: another digest than the right one, where a processor drew the frame, or
/// another picture in the segment.
fn is_right(
    drawn_by: DeviceKind,
    decoded: &FrameMeans,
    digest: Blake3,
    right: &RightFrame,
) -> bool {
    // The coordinator draws with its processor.
    same_picture(decoded, &right.means)
        && digests_agree([drawn_by, DeviceKind::Cpu], [digest, right.digest])
}

fn judge(evidence: &AuditEvidence, decoded: &FrameMeans, right: &RightFrame) -> Settlement {
    let submitter_good = is_right(evidence.drawn_by, decoded, evidence.frame, right);
    Settlement {
        submitter_good,
        auditor_good: evidence.disputed.map(|(frame, drawn_by)| match drawn_by {
            DeviceKind::Cpu => frame == right.digest,
            // It said that the submission is wrong; its own picture has no digest to compare.
            DeviceKind::Gpu => !submitter_good,
        }),
        further_wrong: 0,
        further_right: 0,
        pictures: None,
    }
}
