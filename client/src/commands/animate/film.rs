//! An animation as a film: AV1 in an MP4 file.
//!
//! ```text
//! frames -> segments of 32, each a file in FILM.parts/ -> joined -> FILM
//! ```
//!
//! A frame is encoded while the next one is drawn, as a worker of the flock does; on a graphics card the one
//! between them is being read back. Segments are kept until
//! the film is whole, so an interrupted film loses one segment at most.

use std::fs;
use std::ops::Range;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use woolgather_render_kernel::{Planes, Renderer, Started};
use woolgather_video::limits::{CLIP_BYTES_MAX, CLIP_FRAMES_MAX, CLIP_INDEX_BYTES_MAX};
use woolgather_video::{EncoderSettings, JoinSettings, PlanesRef, SegmentEncoder, join_segments};

use super::movement::Movement;
use super::resume::Pieces;
use super::{Work, label, plan};
use crate::cli::{AnimateArgs, with_ending};
use crate::commands::output::Draft;
use crate::commands::progress::duration;
use crate::commands::render::{on, say_note};
use crate::say::bytes;

/// Frames of a segment but the last, which may be shorter: what can be lost, and how far apart the places
/// are where a player may start.
const SEGMENT_FRAMES: u32 = 32;

/// Draws, encodes and joins.
pub(super) fn draw(movement: &Movement, args: &AnimateArgs) -> anyhow::Result<()> {
    let start = Instant::now();
    let frames = movement.frames();
    check(movement, args)?;
    let film = Draft::new(&args.out)?;
    let parts = with_ending(&args.out, "parts");
    let pieces = Pieces::open(&parts, "obu", &label(movement, args))?;
    let segments: Vec<Range<u32>> = (0..frames)
        .step_by(SEGMENT_FRAMES as usize)
        .map(|first| first..frames.min(first + SEGMENT_FRAMES))
        .collect();
    let is_missing = |&(index, _): &(usize, &Range<u32>)| !pieces.has(index as u32);
    let missing: Vec<_> = segments.iter().enumerate().filter(is_missing).collect();
    let left: u32 = missing.iter().map(|(_, frames)| frames.len() as u32).sum();
    let work = Work::begin(movement, args, frames - left)?;
    let mut renderer = args.machine.renderer();
    say_note(&mut renderer, &work.progress);
    for (index, segment_frames) in missing {
        let draft = Draft::new(&pieces.place(index as u32))?;
        let segment = segment(movement, args, segment_frames.clone(), &mut renderer, &work)?;
        check_length(args, segment.len(), segment_frames.len() as u32, frames)?;
        draft.publish(&segment)?;
    }
    let count = segments.len() as u32;
    let clip = join(movement, args, &pieces, count)?;
    film.publish(&clip)?;
    pieces.remove(count)?;
    let seconds = start.elapsed().as_secs_f64();
    work.progress.line(&format!(
        "{}: {:.1} s of film, {}, done in {}{}",
        args.out.display(),
        f64::from(frames) / f64::from(args.film.fps),
        bytes(clip.len() as u64),
        duration(seconds),
        on(&renderer)
    ));
    Ok(())
}

/// Refuses what could not be finished before it is begun.
fn check(movement: &Movement, args: &AnimateArgs) -> anyhow::Result<()> {
    let (name, frames) = (args.out.display(), movement.frames());
    ensure!(
        frames <= CLIP_FRAMES_MAX,
        "{name}: {frames} frames are too many for a film; legal: at most {CLIP_FRAMES_MAX}; \
         a folder may have more"
    );
    ensure!(
        args.bits == 8,
        "{name}: a film has 10 bits; --bits is for frames"
    );
    encoder_settings(movement, args, SEGMENT_FRAMES)
        .check()
        .with_context(|| name.to_string())?;
    plan(movement, args, 0)?;
    Ok(())
}

fn encoder_settings(movement: &Movement, args: &AnimateArgs, frames: u32) -> EncoderSettings {
    let [width, height] = movement.size();
    EncoderSettings {
        width,
        height,
        fps: args.film.fps,
        speed: args.film.encoder_speed,
        quantizer: args.film.quantizer,
        segment_frames: frames,
    }
}

/// Draws and encodes one segment: while a frame is begun, the one before it comes back from the card and the
/// one before that is encoded.
fn segment(
    movement: &Movement,
    args: &AnimateArgs,
    frames: Range<u32>,
    renderer: &mut Renderer,
    work: &Work,
) -> anyhow::Result<Vec<u8>> {
    let settings = encoder_settings(movement, args, frames.len() as u32);
    let mut encoder = SegmentEncoder::new(&settings)?;
    let mut begun: Option<Started> = None;
    let mut drawn: Option<Planes> = None;
    for frame in frames {
        work.begin_frame(movement, frame);
        let (before, two_before) = (begun.take(), drawn.take());
        let (encoded, moved) = rayon::join(
            || encode(&mut encoder, two_before.as_ref()),
            || {
                let started = work.start(renderer, plan(movement, args, frame)?)?;
                let planes = before.map(|before| work.finish(renderer, before));
                anyhow::Ok((started, planes.transpose()?))
            },
        );
        encoded?;
        let (started, planes) = moved?;
        (begun, drawn) = (Some(started), planes);
        work.end_frame();
    }
    let (encoded, last) = rayon::join(
        || encode(&mut encoder, drawn.as_ref()),
        || begun.map(|last| work.finish(renderer, last)).transpose(),
    );
    encoded?;
    encode(&mut encoder, last?.as_ref())?;
    Ok(encoder.finish()?)
}

/// Takes the frame before, if there is one.
fn encode(encoder: &mut SegmentEncoder, planes: Option<&Planes>) -> anyhow::Result<()> {
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

/// Refuses a film that would be too long in bytes if it went on as this segment does; some slack is left for
/// darker parts.
fn check_length(
    args: &AnimateArgs,
    segment_bytes: usize,
    segment_frames: u32,
    frames: u32,
) -> anyhow::Result<()> {
    let expected = segment_bytes as f64 / f64::from(segment_frames) * f64::from(frames);
    let most = (CLIP_BYTES_MAX - CLIP_INDEX_BYTES_MAX) as f64;
    ensure!(
        expected <= most * 1.5,
        "{}: the film would have about {}; legal: at most {}; raise --quantizer or make it smaller",
        args.out.display(),
        bytes(expected as u64),
        bytes(most as u64)
    );
    Ok(())
}

/// Reads all segments back and joins them.
fn join(
    movement: &Movement,
    args: &AnimateArgs,
    pieces: &Pieces,
    count: u32,
) -> anyhow::Result<Vec<u8>> {
    let name = args.out.display();
    let mut segments = Vec::new();
    for index in 0..count {
        let place = pieces.place(index);
        let segment =
            fs::read(&place).with_context(|| format!("could not read {}", place.display()))?;
        segments.push(segment);
    }
    let segments: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let [width, height] = movement.size();
    let settings = JoinSettings {
        width,
        height,
        fps: args.film.fps,
    };
    join_segments(&segments, &settings)
        .with_context(|| format!("{name} could not be joined from {name}.parts"))
}
