//! Rendering and encoding a segment, both on the same pool of threads.
//!
//! ```text
//! render 0 | render 1 | render 2 | ...      |
//!          | encode 0 | encode 1 | ...      | encode last, finish
//! ```
//!
//! A frame is encoded while the next one is rendered. The encoder keeps one thread busy, rendering
//! takes the others and helps itself to that one when it is free, so a worker that was given two
//! threads never uses a third.

use std::time::Instant;

use woolgather_api::Submission;
use woolgather_protocol::Blake3;
use woolgather_protocol::submission::Preamble;
use woolgather_render_kernel::{Planes, RenderControl, RenderError, render};
use woolgather_video::{PlanesRef, SegmentEncoder};

use crate::assignment::Assignment;
use crate::error::WorkerError;
use crate::stop::Stop;
use crate::worker::MeasureFrame;

/// A rendered segment and what it took.
#[derive(Debug)]
pub(crate) struct RenderedSegment {
    pub(crate) submission: Submission,
    pub(crate) measured_bytes: Option<u64>,
    pub(crate) samples: u64,
}

/// Renders and encodes; `frame_done` is told how many frames are rendered. Blocks, and works on the
/// current rayon pool.
///
/// # Errors
///
/// [`WorkerError`]: stopped, not plannable within the limits, or the encoder failed.
pub(crate) fn render_segment(
    assignment: &Assignment,
    measure: Option<&MeasureFrame>,
    stop: &Stop,
    frame_done: &(dyn Fn(u32) + Sync),
) -> Result<RenderedSegment, WorkerError> {
    let start = Instant::now();
    let mut encoder = SegmentEncoder::new(&assignment.encoder())?;
    let mut frames = Vec::new();
    let mut samples = 0;
    let mut measured_bytes = measure.map(|_| 0);
    let mut rendered: Option<Planes> = None;
    for frame in assignment.frames() {
        let before = rendered.take();
        let (encoded, drawn) = rayon::join(
            || encode(&mut encoder, before.as_ref(), stop),
            || draw(assignment, frame, measure, stop),
        );
        encoded?;
        let drawn = drawn?;
        frames.push(Blake3(drawn.planes.digest()));
        samples += drawn.samples;
        measured_bytes = measured_bytes.map(|bytes| bytes + drawn.measured_bytes);
        rendered = Some(drawn.planes);
        frame_done(frames.len() as u32);
    }
    encode(&mut encoder, rendered.as_ref(), stop)?;
    let segment = encoder.finish()?;
    let preamble = Preamble {
        segment_bytes: segment.len() as u64,
        segment: Blake3::of(&segment),
        frames,
        render_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    Ok(RenderedSegment {
        submission: Submission { preamble, segment },
        measured_bytes,
        samples,
    })
}

/// A frame before it is encoded.
struct Drawn {
    planes: Planes,
    samples: u64,
    /// 0 where nobody measures.
    measured_bytes: u64,
}

fn draw(
    assignment: &Assignment,
    frame: u32,
    measure: Option<&MeasureFrame>,
    stop: &Stop,
) -> Result<Drawn, WorkerError> {
    let plan = assignment.plan(frame)?;
    let control = RenderControl {
        cancelled: &|| stop.is_stopped(),
        progress: &|_| {},
    };
    let picture = render(&plan, &control)?;
    Ok(Drawn {
        planes: picture.to_planes(),
        samples: plan.samples(),
        measured_bytes: measure.map_or(0, |measure| measure(&picture)),
    })
}

/// Takes the next frame, if there is one; a frame cannot be stopped half-way.
fn encode(
    encoder: &mut SegmentEncoder,
    planes: Option<&Planes>,
    stop: &Stop,
) -> Result<(), WorkerError> {
    if stop.is_stopped() {
        return Err(RenderError::Cancelled.into());
    }
    if let Some(planes) = planes {
        encoder.push(&PlanesRef {
            width: planes.width,
            height: planes.height,
            luma: &planes.luma,
            chroma_blue: &planes.chroma_blue,
            chroma_red: &planes.chroma_red,
        })?;
    }
    Ok(())
}
