//! The child's side: decode what a stranger sent, under limits, and say what it shows.
//!
//! `woolgather-coordinator check-segment WIDTH HEIGHT FRAMES [--show FRAME] < segment > answer`. The limits are set
//! before the first byte is read; a decoder that runs away is ended by the system, and the parent
//! refuses the segment. The exit status keeps faults apart: 1 is ours (limits, pipes, no decoder to
//! be had), a signal or a panic is the decoder's, and so the segment's.

use std::io::{Read as _, Write as _};
use std::ops::ControlFlow;

use anyhow::anyhow;
use clap::Args;
use woolgather_protocol::ProblemKind;
use woolgather_render_kernel::compare::block_means;
use woolgather_video::limits::SEGMENT_BYTES_MAX;
use woolgather_video::{DecodeError, DecodeLimits, decode_segment};

use super::answer::{Answer, EncodedMeans, EncodedPicture};
use super::cage;

/// What the segment must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Args)]
pub struct ChildArgs {
    /// Width of every frame, in pixels
    pub width: u32,
    /// Height of every frame, in pixels
    pub height: u32,
    /// Number of frames
    pub frames: u32,
    /// Show this frame, from 0, instead of measuring them all
    #[arg(long)]
    pub show: Option<u32>,
}

/// Reads a segment from standard input, writes the answer to standard output.
///
/// # Errors
///
/// When the limits cannot be set (see `cage`), no decoder can be started, or the parent has gone away.
pub fn check_segment(args: &ChildArgs) -> anyhow::Result<()> {
    cage::enter()?;
    let mut segment = Vec::new();
    std::io::stdin()
        .lock()
        .take(SEGMENT_BYTES_MAX as u64 + 1)
        .read_to_end(&mut segment)?;
    let answer = answer(&segment, args)?;
    let mut out = std::io::stdout().lock();
    out.write_all(&answer)?;
    Ok(out.flush()?)
}

/// What the child answers about a segment. Only for a process that may fail of it, and for a
/// simulation, whose volunteers are its own.
///
/// # Errors
///
/// When no decoder can be started.
pub fn answer(segment: &[u8], args: &ChildArgs) -> anyhow::Result<Vec<u8>> {
    Ok(serde_json::to_vec(&decode(segment, args)?)?)
}

fn decode(segment: &[u8], args: &ChildArgs) -> anyhow::Result<Answer> {
    let limits = DecodeLimits {
        width_max: args.width,
        height_max: args.height,
        frames_max: args.frames,
        bytes_max: SEGMENT_BYTES_MAX,
    };
    let mut frames = Vec::new();
    let mut shown = None;
    let outcome = decode_segment(segment, &limits, &mut |place, frame| {
        if let Some(wanted) = args.show {
            if place == wanted {
                shown = Some(EncodedPicture::of(frame));
            }
            return ControlFlow::Continue(());
        }
        let means = block_means(
            frame.width,
            frame.height,
            &frame.luma,
            &frame.chroma_blue,
            &frame.chroma_red,
        );
        frames.push(EncodedMeans::from(&means));
        ControlFlow::Continue(())
    });
    let kind = match &outcome {
        Ok(count) if *count == args.frames => {
            return Ok(shown.map_or(Answer::Decoded(frames), Answer::Shown));
        }
        Ok(_) | Err(DecodeError::FrameCount { .. }) => ProblemKind::WrongFrameCount,
        // The parent has compared structure and sizes already: this is the second lock.
        Err(DecodeError::Segment(_) | DecodeError::OverLimit { .. }) => {
            ProblemKind::UnreadableSegment
        }
        Err(DecodeError::Frame { .. }) => ProblemKind::UndecodableSegment,
        Err(DecodeError::Decoder(reason)) => return Err(anyhow!("no decoder: {reason}")),
    };
    let detail = match outcome {
        Ok(count) => format!(
            "{count} frames were decoded; the recipe says {}",
            args.frames
        ),
        Err(error) => error.to_string(),
    };
    Ok(Answer::Refused { kind, detail })
}
