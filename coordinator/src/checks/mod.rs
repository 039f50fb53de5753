//! Checks of what volunteers hand in, cheapest first.
//!
//! ```text
//! segment ─> structure ─> sequence header, size, frames ─> on disk ─> child process decodes ─> block means
//!            (a reader of our own)  (equal to the recipe's)  (receipt)   (limits on memory and time)
//! ```
//!
//! Volunteers' bytes are never decoded in this process. A child ([`child`]) does it, in a `cage`
//! that it makes for itself, and answers with the means of every frame's 8×8 blocks: enough to see frames
//! that do not fit between their neighbours, and to compare an audited frame. What a picture *should*
//! be is rendered by [`rendering`].

mod answer;
mod cage;
pub mod child;
mod pictures;
mod process;
pub mod rendering;
mod trial;

use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context as _, bail};
use woolgather_protocol::work::Task;
use woolgather_protocol::{Blake3, Problem, ProblemKind, Recipe};
use woolgather_video::{EncoderSettings, SegmentInfo, inspect_segment, sequence_header};

use crate::blobs::LocalBlob;
use crate::hands::Hands;
use crate::publish::webp_of_pixels;
use crate::state::App;
use crate::store::{AuditEvidence, CheckedFrames, FrameMeans};

pub use pictures::{digests_agree, means_of, same_picture};
pub use trial::try_decoder;

/// Why a segment was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// It is refused; tell the worker.
    #[error(transparent)]
    Refused(#[from] Problem),
    /// It could not be checked, which is our fault; the worker may send it again.
    #[error("a segment could not be checked")]
    Failed(#[from] anyhow::Error),
}

/// Decodes a sound segment's frames, the file at `path`, in a child process.
///
/// # Errors
///
/// [`CheckError::Refused`] with `undecodable-segment` or the kind the child found,
/// [`CheckError::Failed`] when the file cannot be read or no child process can be started.
pub async fn check_frames(
    hands: &Hands,
    recipe: &Recipe,
    path: &Path,
) -> Result<CheckedFrames, CheckError> {
    let means = process::decode(hands, recipe, path).await?;
    let suspicious = pictures::suspicious(&means);
    Ok(CheckedFrames { means, suspicious })
}

/// The audited frame as decoded from the submitted segment; decodes that once more where the audit
/// was planned long after it was checked.
///
/// # Errors
///
/// When the segment cannot be read or decoded, though it could be before.
pub async fn decoded_frame(app: &App, evidence: &AuditEvidence) -> anyhow::Result<FrameMeans> {
    if let Some(decoded) = &evidence.decoded {
        return Ok(decoded.clone());
    }
    let Task::Audit { frame } = evidence.work.task else {
        bail!("work unit {} is no audit", evidence.work.id)
    };
    let frames = decoded_frames(app, evidence).await?;
    let place = frame.saturating_sub(evidence.work.first_frame) as usize;
    let decoded = frames.into_iter().nth(place);
    decoded.with_context(|| format!("a segment without frame {frame}"))
}

/// All frames of the audited segment, decoded once more.
///
/// # Errors
///
/// As [`decoded_frame`].
pub async fn decoded_frames(
    app: &App,
    evidence: &AuditEvidence,
) -> anyhow::Result<Vec<FrameMeans>> {
    let local = local_segment(app, evidence.segment).await?;
    let recipe = &evidence.work.recipe;
    Ok(process::decode(&app.hands, recipe, local.path()).await?)
}

/// A segment as a file of this machine.
///
/// # Errors
///
/// When it cannot be read.
pub async fn local_segment(app: &App, segment: Blake3) -> anyhow::Result<LocalBlob> {
    let blobs = app.blobs.clone();
    let local = app.hands.work(move || blobs.local(&segment)).await?;
    local.context("a segment cannot be read")
}

/// A frame of the audited segment as a picture (WebP), `place` counted within the segment from 0.
///
/// # Errors
///
/// As [`decoded_frame`].
pub async fn shown_frame(
    app: &App,
    evidence: &AuditEvidence,
    place: u32,
) -> anyhow::Result<Vec<u8>> {
    let recipe = &evidence.work.recipe;
    let local = local_segment(app, evidence.segment).await?;
    let pixels = process::show(&app.hands, recipe, local.path(), place).await?;
    webp_of_pixels(&pixels, recipe.width, recipe.height)
}

/// The encoder's settings by the recipe.
#[must_use]
pub fn encoder_settings(recipe: &Recipe) -> EncoderSettings {
    EncoderSettings {
        width: recipe.width,
        height: recipe.height,
        fps: recipe.fps,
        speed: recipe.encoder.speed,
        quantizer: recipe.encoder.quantizer,
        segment_frames: recipe.segment_frames,
    }
}

/// Checks a segment's structure, size, number of frames and sequence header against the recipe,
/// without decoding. Its length is within the lease's limit.
///
/// # Errors
///
/// [`CheckError::Refused`] with the kind of the first check that failed, [`CheckError::Failed`]
/// when no encoder can be had to compare with.
pub fn check_structure(recipe: &Recipe, segment: &[u8]) -> Result<(), CheckError> {
    let settings = &encoder_settings(recipe);
    let info = inspect_segment(segment)
        .map_err(|error| refused(ProblemKind::UnreadableSegment, error.to_string()))?;
    check_size(settings, &info)?;
    if info.frames() != settings.segment_frames {
        let detail = format!(
            "the segment has {} frames; the recipe says {}",
            info.frames(),
            settings.segment_frames
        );
        return Err(refused(ProblemKind::WrongFrameCount, detail));
    }
    if info.sequence_header != expected_header(settings)? {
        let detail = "the sequence header is not the recipe's: encoder, version and settings must be exactly those";
        return Err(refused(ProblemKind::WrongSequenceHeader, detail));
    }
    Ok(())
}

fn check_size(settings: &EncoderSettings, info: &SegmentInfo) -> Result<(), CheckError> {
    let (found, expected) = ((info.width, info.height), (settings.width, settings.height));
    if found == expected {
        return Ok(());
    }
    let detail = format!(
        "the frames are {}×{}; the recipe says {}×{}",
        found.0, found.1, expected.0, expected.1
    );
    Err(refused(ProblemKind::WrongFrameSize, detail))
}

fn refused(kind: ProblemKind, detail: impl Into<String>) -> CheckError {
    CheckError::Refused(Problem::new(kind, detail))
}

/// The recipe's sequence header. It costs one encoded frame, so the last one is kept.
fn expected_header(settings: &EncoderSettings) -> anyhow::Result<Vec<u8>> {
    static LAST: Mutex<Option<(EncoderSettings, Vec<u8>)>> = Mutex::new(None);
    let mut last = LAST
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    match &*last {
        Some((known, header)) if known == settings => Ok(header.clone()),
        _ => {
            let header = sequence_header(settings)?;
            *last = Some((*settings, header.clone()));
            Ok(header)
        }
    }
}
