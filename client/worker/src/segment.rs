//! Rendering and encoding a segment: frames on the pool, the encoder on a thread beside it.

use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use woolgather_api::Submission;
use woolgather_protocol::Blake3;
use woolgather_protocol::submission::Preamble;
use woolgather_render_kernel::{Planes, RenderControl, render};
use woolgather_video::{EncoderSettings, PlanesRef, SegmentEncoder};

use crate::assignment::Assignment;
use crate::error::WorkerError;
use crate::stop::Stop;
use crate::worker::MeasureFrame;

/// Frames that may wait for the encoder.
const QUEUE: usize = 2;

/// A rendered segment and what it took.
pub(crate) struct RenderedSegment {
    pub(crate) submission: Submission,
    pub(crate) measured_bytes: Option<u64>,
    pub(crate) samples: u64,
}

/// Renders and encodes; `frame_done` is told how many frames are rendered. Blocks; the frames are
/// rendered on the current rayon pool.
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
    let settings = assignment.encoder();
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Planes>(QUEUE);
        let encoder = scope.spawn(move || encode(&settings, &receiver));
        let mut frames = Vec::new();
        let mut samples = 0;
        let mut measured_bytes = measure.map(|_| 0);
        for frame in assignment.frames() {
            let plan = assignment.plan(frame)?;
            samples += plan.samples();
            let control = RenderControl {
                cancelled: &|| stop.is_stopped(),
                progress: &|_| {},
            };
            let picture = render(&plan, &control)?;
            if let (Some(bytes), Some(measure)) = (&mut measured_bytes, measure) {
                *bytes += measure(&picture);
            }
            let planes = picture.to_planes();
            frames.push(Blake3(planes.digest()));
            if sender.send(planes).is_err() {
                break;
            }
            frame_done(frames.len() as u32);
        }
        drop(sender);
        let segment = encoder.join().map_err(|_| WorkerError::Thread)??;
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
    })
}

fn encode(settings: &EncoderSettings, frames: &Receiver<Planes>) -> Result<Vec<u8>, WorkerError> {
    let mut encoder = SegmentEncoder::new(settings)?;
    for planes in frames {
        encoder.push(&PlanesRef {
            width: planes.width,
            height: planes.height,
            luma: &planes.luma,
            chroma_blue: &planes.chroma_blue,
            chroma_red: &planes.chroma_red,
        })?;
    }
    Ok(encoder.finish()?)
}
