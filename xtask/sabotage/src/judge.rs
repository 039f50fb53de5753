//! What the coordinator's own comparisons say of a segment, and what an eye would.

use std::ops::ControlFlow;

use anyhow::Context as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use woolgather_coordinator::checks::{check_structure, encoder_settings};
use woolgather_render_kernel::Planes;
use woolgather_render_kernel::compare::{BlockMeans, Floor, block_means, continuity, same_picture};
use woolgather_sim::pictures::Measured;
use woolgather_video::limits::SEGMENT_BYTES_MAX;
use woolgather_video::{DecodeLimits, DecodedFrame, PlanesRef, SegmentEncoder, decode_segment};

use crate::attacks::{Attack, Stream};
use crate::frames::{FRAMES, Sheep, recipe};

/// Sides of the windows that an eye takes in, in pixels of these small pictures.
const WINDOW: usize = 16;
/// Steps between windows.
const STEP: usize = 8;
/// Mean difference of brightness in a window that is visible: six of 255 levels, in 10-bit ones.
/// Side by side an eye sees two or three; in a moving picture with noise it does not.
const VISIBLE: f64 = 6.0 * 4.0;
/// The same of a colour, to which an eye is less sensitive.
const VISIBLE_COLOUR: f64 = 10.0 * 4.0;

/// An attack's segments, one for each sheep.
pub(crate) struct Judged {
    /// Its name.
    pub(crate) name: &'static str,
    /// What was measured.
    pub(crate) segments: Vec<Measured>,
}

/// Honest segments; none of their frames may be noticed.
///
/// # Errors
///
/// When one cannot be encoded or is refused.
pub(crate) fn honest(flock: &[Sheep], mut done: impl FnMut()) -> anyhow::Result<Vec<Measured>> {
    flock
        .iter()
        .map(|sheep| {
            done();
            judge(sheep, &sheep.frames)
        })
        .collect()
}

/// An attack's segments.
///
/// # Errors
///
/// As [`honest`].
pub(crate) fn attack(
    flock: &[Sheep],
    attack: &Attack,
    rng_seed: u64,
    mut done: impl FnMut(),
) -> anyhow::Result<Vec<Measured>> {
    let mut rng = ChaCha8Rng::seed_from_u64(rng_seed);
    let others = flock.iter().cycle().skip(1);
    flock
        .iter()
        .zip(others)
        .map(|(sheep, other)| {
            done();
            let doctored = (attack.doctored)(sheep, other, &mut rng)?;
            judge(sheep, &doctored).with_context(|| format!("{} of {}", attack.name, sheep.title))
        })
        .collect()
}

/// Whether a segment with other bytes is taken: by its structure, and then by the decoder.
///
/// # Errors
///
/// When the honest segment cannot be encoded.
pub(crate) fn stream(sheep: &Sheep, stream: &Stream) -> anyhow::Result<Result<(), String>> {
    let bytes = (stream.bytes)(&encode(&sheep.frames)?);
    if let Err(error) = check_structure(&recipe(), &bytes) {
        return Ok(Err(format!("{error}")));
    }
    Ok(decode(&bytes)
        .map(drop)
        .map_err(|error| format!("{error:#}")))
}

fn judge(sheep: &Sheep, shown: &[Planes]) -> anyhow::Result<Measured> {
    let segment = encode(shown)?;
    check_structure(&recipe(), &segment)?;
    let decoded = decode(&segment)?;
    let means: Vec<BlockMeans> = decoded.iter().map(means_of).collect();
    let mut measured = Measured::default();
    for (place, honest) in sheep.frames.iter().enumerate() {
        let bit = 1_u64 << place;
        if !same_picture(&means[place], &honest.block_means(), &Floor::encoded()).is_same() {
            measured.seen |= bit;
        }
        if is_visible(honest, &decoded[place]) {
            measured.wrong |= bit;
        }
    }
    for suspicion in continuity(&means) {
        measured.suspicious |= 1 << suspicion.frame;
    }
    Ok(measured)
}

fn encode(frames: &[Planes]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = SegmentEncoder::new(&encoder_settings(&recipe()))?;
    for frame in frames {
        encoder.push(&PlanesRef {
            width: frame.width,
            height: frame.height,
            luma: &frame.luma,
            chroma_blue: &frame.chroma_blue,
            chroma_red: &frame.chroma_red,
        })?;
    }
    Ok(encoder.finish()?)
}

fn decode(segment: &[u8]) -> anyhow::Result<Vec<DecodedFrame>> {
    let recipe = recipe();
    let limits = DecodeLimits {
        width_max: recipe.width,
        height_max: recipe.height,
        frames_max: FRAMES,
        bytes_max: SEGMENT_BYTES_MAX,
    };
    let mut frames = Vec::new();
    decode_segment(segment, &limits, &mut |_, frame| {
        frames.push(frame.clone());
        ControlFlow::Continue(())
    })?;
    anyhow::ensure!(frames.len() == FRAMES as usize, "{} frames", frames.len());
    Ok(frames)
}

fn means_of(frame: &DecodedFrame) -> BlockMeans {
    block_means(
        frame.width,
        frame.height,
        &frame.luma,
        &frame.chroma_blue,
        &frame.chroma_red,
    )
}

/// Whether an eye would see that this is another picture: somewhere a window differs by more than
/// noise does. It is not the coordinator's comparison, which judges by blocks of eight.
fn is_visible(honest: &Planes, shown: &DecodedFrame) -> bool {
    let (width, height) = (honest.width as usize, honest.height as usize);
    let half = [width.div_ceil(2), height.div_ceil(2)];
    differs(&honest.luma, &shown.luma, [width, height], VISIBLE)
        || differs(
            &honest.chroma_blue,
            &shown.chroma_blue,
            half,
            VISIBLE_COLOUR,
        )
        || differs(&honest.chroma_red, &shown.chroma_red, half, VISIBLE_COLOUR)
}

fn differs(honest: &[u16], shown: &[u16], [width, height]: [usize; 2], most: f64) -> bool {
    let corners = |side: usize| (0..=side.saturating_sub(WINDOW)).step_by(STEP);
    corners(height).any(|top| {
        corners(width).any(|left| {
            // Squares of four by four: noise of single pixels is not seen.
            let mut sum = 0.0;
            for y in (top..(top + WINDOW).min(height)).step_by(4) {
                for x in (left..(left + WINDOW).min(width)).step_by(4) {
                    sum += square_difference(honest, shown, [x, y], [width, height]);
                }
            }
            sum / (WINDOW / 4 * WINDOW / 4) as f64 > most
        })
    })
}

fn square_difference(
    honest: &[u16],
    shown: &[u16],
    [left, top]: [usize; 2],
    [width, height]: [usize; 2],
) -> f64 {
    let mut sum = 0_i64;
    let mut count = 0_i64;
    for y in top..(top + 4).min(height) {
        for x in left..(left + 4).min(width) {
            sum += i64::from(shown[y * width + x]) - i64::from(honest[y * width + x]);
            count += 1;
        }
    }
    (sum as f64 / count as f64).abs()
}
