//! The attacks: what each makes of an honest segment.

use rand_chacha::ChaCha8Rng;
use woolgather_coordinator::checks::rendering::ClipToDraw;
use woolgather_coordinator_core::random::below;
use woolgather_protocol::Recipe;
use woolgather_render_kernel::Planes;

use crate::frames::{FRAMES, Sheep, draw};
use crate::pixels::{blur, logo, square, turn_hues};

/// An attack on pictures, under the name that it has in `woolgather_sim`.
pub(crate) struct Attack {
    /// Its name.
    pub(crate) name: &'static str,
    /// The frames that are encoded instead of the honest ones.
    pub(crate) doctored: fn(&Sheep, &Sheep, &mut ChaCha8Rng) -> anyhow::Result<Vec<Planes>>,
}

/// Every attack on pictures. The digests that are handed in with them may be anything: a card's are
/// not compared, so a liar says that it draws with a card.
pub(crate) const PICTURES: &[Attack] = &[
    Attack {
        name: "wrong frame",
        doctored: |sheep, other, rng| {
            let place = anywhere(rng, 1);
            Ok(with(sheep, |frames| {
                frames[place] = other.frames[place].clone();
            }))
        },
    },
    Attack {
        name: "neighbour frames",
        doctored: |sheep, _, _| {
            Ok(with(sheep, |frames| {
                for place in (1..FRAMES as usize).step_by(2) {
                    frames[place] = sheep.frames[place - 1].clone();
                }
            }))
        },
    },
    Attack {
        name: "one doctored frame",
        doctored: |sheep, _, rng| {
            let place = anywhere(rng, 1);
            Ok(with(sheep, |frames| square(&mut frames[place])))
        },
    },
    Attack {
        name: "logo faded in",
        doctored: |sheep, _, rng| Ok(faded_logo(sheep, rng)),
    },
    Attack {
        name: "logo in one frame",
        doctored: |sheep, _, rng| {
            let place = anywhere(rng, 1);
            Ok(with(sheep, |frames| logo(&mut frames[place], 0.2, 0.9)))
        },
    },
    Attack {
        name: "blurred",
        doctored: |sheep, _, _| {
            Ok(with(sheep, |frames| {
                frames.iter_mut().for_each(|frame| blur(frame, 3));
            }))
        },
    },
    Attack {
        name: "fewer samples",
        doctored: |sheep, _, _| {
            let recipe = Recipe {
                quality: sheep.clip.recipe.quality / 10.0,
                ..sheep.clip.recipe.clone()
            };
            let clip = ClipToDraw {
                recipe,
                ..sheep.clip.clone()
            };
            draw(&clip, 0)
        },
    },
    Attack {
        name: "palette shift",
        doctored: |sheep, _, _| {
            Ok(with(sheep, |frames| {
                frames.iter_mut().for_each(|frame| turn_hues(frame, 40.0));
            }))
        },
    },
    Attack {
        name: "honest digest, other video",
        doctored: |_, other, _| Ok(other.frames.clone()),
    },
    Attack {
        name: "stale submission",
        doctored: |sheep, _, _| Ok(sheep.next.clone()),
    },
];

/// Attacks of `woolgather_sim` that behave in another way and hand in these pictures.
pub(crate) const FADED: &str = "logo faded in";

/// A segment whose bytes are not what they should be.
pub(crate) struct Stream {
    /// Its name.
    pub(crate) name: &'static str,
    /// The bytes instead of the honest segment's.
    pub(crate) bytes: fn(&[u8]) -> Vec<u8>,
}

/// Every attack on bytes.
pub(crate) const STREAMS: &[Stream] = &[
    Stream {
        name: "garbage AV1: noise",
        bytes: |honest| {
            // The same numbers on every run; nothing of a stream in them.
            let noise = |place: usize| (place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            (0..honest.len()).map(|place| noise(place) as u8).collect()
        },
    },
    Stream {
        name: "garbage AV1: cut off",
        bytes: |honest| honest[..honest.len() * 2 / 3].to_vec(),
    },
    Stream {
        name: "garbage AV1: bits flipped",
        bytes: |honest| {
            let mut bytes = honest.to_vec();
            let end = bytes.len();
            bytes[end / 3..]
                .iter_mut()
                .step_by(5)
                .for_each(|byte| *byte ^= 0x5a);
            bytes
        },
    },
    Stream {
        name: "bomb: the segment a hundred times",
        bytes: |honest| honest.repeat(100),
    },
    Stream {
        name: "bomb: zeros",
        bytes: |honest| vec![0; honest.len() * 100],
    },
];

fn with(sheep: &Sheep, change: impl FnOnce(&mut Vec<Planes>)) -> Vec<Planes> {
    let mut frames = sheep.frames.clone();
    change(&mut frames);
    frames
}

fn anywhere(rng: &mut ChaCha8Rng, frames: u32) -> usize {
    below(rng, (FRAMES - frames + 1) as usize)
}

/// A mark that comes in over ten frames, and is gone in the next segment.
fn faded_logo(sheep: &Sheep, rng: &mut ChaCha8Rng) -> Vec<Planes> {
    let first = anywhere(rng, 10);
    with(sheep, |frames| {
        for step in 0..10 {
            logo(&mut frames[first + step], 0.35, (step + 1) as f32 / 10.0);
        }
    })
}
