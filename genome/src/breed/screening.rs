//! Screening: whether a genome may join a flock, seen from its pictures alone.
//!
//! A sheep is turned away when there is nothing to see, when it is burnt out, when it is noise or
//! fog, when its loop does not move, and when it flashes so often that it could harm people.
//!
//! # Flashes
//!
//! After the Web Content Accessibility Guidelines 2.2, success criterion 2.3.1: a *flash* is a pair
//! of opposing changes of relative luminance by a tenth of the greatest or more, where the darker
//! side is below 0.8; more than three in any one second are too many, where the places that make
//! them are large enough together. The guideline speaks of a quarter of the central ten degrees of
//! sight; a sheep that fills a screen shows that in a twentieth of its picture.

use super::{Descriptors, Examine, Picture, Undrawable, view};
use crate::{Genome, loop_genome};

/// Size of the pictures that flashes are looked for in.
const FLASH_SIZE: [u32; 2] = [96, 56];
/// Samples per pixel of those.
const FLASH_QUALITY: f64 = 10.0;
/// Least change of relative luminance.
const FLASH_CHANGE: f64 = 0.1;
/// The darker side is below this.
const FLASH_DARK: f64 = 0.8;
/// Least share of the picture that flashes.
const FLASH_AREA: f64 = 0.05;

/// What a flock asks of its sheep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScreeningSettings {
    /// Frames of a loop.
    pub loop_frames: u32,
    /// Frames shown in a second.
    pub frames_per_second: f64,
    /// Least share of pixels that differ from the background.
    pub coverage_min: f64,
    /// Greatest share of pixels that are white.
    pub white_max: f64,
    /// Least [`Picture::structure`] of the poster.
    pub structure_min: f64,
    /// Least [`Descriptors::motion`].
    pub motion_min: f64,
    /// Most flashes in any one second.
    pub flashes_max: f64,
}

impl Default for ScreeningSettings {
    /// The default recipe's loop.
    fn default() -> Self {
        Self {
            loop_frames: 160,
            frames_per_second: 30.0,
            coverage_min: 0.02,
            white_max: 0.25,
            structure_min: 0.25,
            motion_min: 0.002,
            flashes_max: 3.0,
        }
    }
}

/// What was seen, and what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Screening {
    /// What it looks like; coverage and motion are among it.
    pub descriptors: Descriptors,
    /// The share of white pixels.
    pub white: f64,
    /// [`Picture::structure`] of the poster.
    pub structure: f64,
    /// The most flashes in any one second of the loop.
    pub flashes: f64,
    /// The first thing that is wrong; nothing where the sheep may join.
    pub fault: Option<Fault>,
}

/// Why a sheep may not join.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Nothing to see.
    #[error("there is next to nothing to see: {coverage:.4} of the picture is lit")]
    Blank {
        /// The share of lit pixels.
        coverage: f64,
    },
    /// Burnt out.
    #[error("it is burnt out: {white:.3} of the picture is white")]
    BurntOut {
        /// The share of white pixels.
        white: f64,
    },
    /// Noise or fog.
    #[error("it is noise or fog: its structure is {structure:.2}")]
    Noise {
        /// The poster's structure.
        structure: f64,
    },
    /// The loop stands still.
    #[error("its loop hardly moves: {motion:.4} in an eighth of a turn")]
    Static {
        /// The loop's motion.
        motion: f64,
    },
    /// It flashes.
    #[error("it flashes {per_second} times in a second")]
    Flashing {
        /// The most flashes in any one second.
        per_second: f64,
    },
}

/// Draws a genome's poster and loop in small, and says whether it may join a flock.
///
/// Asks `examine` for eight pictures, and for about a hundred tiny ones.
///
/// # Errors
///
/// [`Undrawable`] when `examine` cannot draw it.
pub fn screen(
    genome: &Genome,
    examine: &dyn Examine,
    rng_seed: u64,
    settings: &ScreeningSettings,
) -> Result<Screening, Undrawable> {
    let frames = super::descriptors::loop_frames(genome, examine, rng_seed)?;
    let descriptors = Descriptors::of_pictures(&frames, genome.background);
    let mut screening = Screening {
        descriptors,
        white: frames[0].share(|pixel| pixel.iter().all(|&channel| channel >= 250)),
        structure: frames[0].structure(),
        flashes: 0.0,
        fault: None,
    };
    screening.fault = screening.first_fault(settings);
    if screening.fault.is_none() {
        screening.flashes = flashes(genome, examine, rng_seed, settings)?;
        screening.fault = screening.first_fault(settings);
    }
    Ok(screening)
}

impl Screening {
    fn first_fault(&self, settings: &ScreeningSettings) -> Option<Fault> {
        let Descriptors {
            coverage, motion, ..
        } = self.descriptors;
        if coverage < settings.coverage_min {
            return Some(Fault::Blank { coverage });
        }
        if self.white > settings.white_max {
            return Some(Fault::BurntOut { white: self.white });
        }
        if self.structure < settings.structure_min {
            return Some(Fault::Noise {
                structure: self.structure,
            });
        }
        if motion < settings.motion_min {
            return Some(Fault::Static { motion });
        }
        if self.flashes > settings.flashes_max {
            return Some(Fault::Flashing {
                per_second: self.flashes,
            });
        }
        None
    }
}

/// The most flashes in any one second of the loop.
fn flashes(
    genome: &Genome,
    examine: &dyn Examine,
    rng_seed: u64,
    settings: &ScreeningSettings,
) -> Result<f64, Undrawable> {
    let moving = |xform: &crate::Xform| !xform.motion.is_empty();
    // A turn alone changes nothing from one frame to the next but one; motions may.
    let step = if genome.xforms.iter().any(moving) || genome.final_xform.iter().any(moving) {
        1
    } else {
        2
    };
    let small = view::small(genome, FLASH_SIZE, FLASH_QUALITY);
    let blend = |frame: u32| f64::from(frame) / f64::from(settings.loop_frames);
    let frames = (0..settings.loop_frames)
        .step_by(step)
        .map(|frame| {
            let picture = examine.picture(&loop_genome(&small, blend(frame)), rng_seed)?;
            Ok(block_luminances(&picture))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let frames_per_second = settings.frames_per_second / step as f64;
    Ok(flashes_per_second(&frames, frames_per_second))
}

/// Mean relative luminance of every block, 0 to 1.
fn block_luminances(picture: &Picture) -> Vec<f64> {
    let light: [f64; 256] = std::array::from_fn(|level| {
        let level = level as f64 / 255.0;
        if level <= 0.040_45 {
            level / 12.92
        } else {
            libm::pow((level + 0.055) / 1.055, 2.4)
        }
    });
    let pixels = picture.pixels().iter();
    let luminances: Vec<f64> = pixels
        .map(|pixel| {
            let [red, green, blue] = pixel.map(|level| light[usize::from(level)]);
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        })
        .collect();
    picture.block_means(&luminances)
}

/// The most flashes in any one second of a closed loop that a large enough part of the picture makes.
///
/// A block counts its own flashes: light that wanders from block to block is movement.
fn flashes_per_second(frames: &[Vec<f64>], frames_per_second: f64) -> f64 {
    let blocks = frames.first().map_or(0, Vec::len);
    let changed: Vec<Vec<bool>> = (0..blocks)
        .map(|block| {
            let luminance: Vec<f64> = frames.iter().map(|frame| frame[block]).collect();
            changes(&luminance)
        })
        .collect();
    let enough = (FLASH_AREA * blocks as f64).ceil().max(1.0) as usize;
    let second = (frames_per_second.ceil() as usize).min(frames.len());
    let most = (0..frames.len()).map(|first| {
        let within = |changed: &Vec<bool>| {
            let frames = changed.iter().cycle().skip(first).take(second);
            frames.filter(|&&changed| changed).count()
        };
        let mut counts: Vec<usize> = changed.iter().map(within).collect();
        counts.sort_unstable_by(|one, other| other.cmp(one));
        counts.get(enough - 1).copied().unwrap_or(0)
    });
    most.max().unwrap_or(0) as f64 / 2.0
}

/// For every frame whether a block's luminance has by then changed enough since its last turning
/// point, the other way than before. The loop is walked twice; the second round counts.
fn changes(luminance: &[f64]) -> Vec<bool> {
    let count = luminance.len();
    let mut changed = vec![false; count];
    let (mut low, mut high) = (luminance[0], luminance[0]);
    let mut rising = None;
    for (i, &here) in luminance.iter().chain(luminance).enumerate() {
        (low, high) = (low.min(here), high.max(here));
        let rose = here - low >= FLASH_CHANGE && low < FLASH_DARK;
        let fell = high - here >= FLASH_CHANGE && here < FLASH_DARK;
        let turned = match rising {
            Some(true) => fell.then_some(false),
            Some(false) => rose.then_some(true),
            None => rose.then_some(true).or(fell.then_some(false)),
        };
        if turned.is_some() {
            changed[i % count] = i >= count;
            rising = turned;
            (low, high) = (here, here);
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCKS: usize = 12 * 7;

    /// A loop of 160 frames at 30 a second in which `area` of the blocks follow `light` and the others rest.
    fn looped(area: usize, light: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
        let frame = |k: usize| {
            let light = light(k as f64 / 160.0);
            let block = |i| if i < area { light } else { 0.3 };
            (0..BLOCKS).map(block).collect()
        };
        (0..160).map(frame).collect()
    }

    fn wave(times: f64, height: f64) -> impl Fn(f64) -> f64 {
        move |blend| 0.3 + height * libm::sin(std::f64::consts::TAU * times * blend)
    }

    #[test]
    fn four_flashes_in_a_second_are_counted_and_slow_waves_are_none_too_many() {
        // 160 frames take 5.33 seconds, so 32 waves are six a second.
        let per_second = |times| flashes_per_second(&looped(BLOCKS, wave(times, 0.2)), 30.0);
        assert!(
            (per_second(32.0) - 6.0).abs() <= 0.5,
            "{}",
            per_second(32.0)
        );
        assert!(per_second(21.0) > 3.0);
        assert!(per_second(5.0) <= 1.0);
        assert_eq!(per_second(0.0), 0.0);
    }

    #[test]
    fn small_changes_and_small_areas_do_not_flash() {
        let count = |area, height| flashes_per_second(&looped(area, wave(32.0, height)), 30.0);
        assert_eq!(count(BLOCKS, 0.04), 0.0);
        assert_eq!(count(3, 0.2), 0.0);
        assert!(count(10, 0.2) > 3.0);
    }

    #[test]
    fn a_bar_that_wanders_through_the_picture_is_movement() {
        let frame = |k: usize| -> Vec<f64> {
            let lit = k * BLOCKS / 160;
            let block = |i: usize| if i.abs_diff(lit) < 2 { 0.8 } else { 0.05 };
            (0..BLOCKS).map(block).collect()
        };
        let frames: Vec<_> = (0..160).map(frame).collect();
        // Each block lights up once as the bar passes.
        assert!(flashes_per_second(&frames, 30.0) <= 1.0);
    }

    #[test]
    fn what_is_too_bright_already_does_not_flash_brighter() {
        let frames = looped(BLOCKS, |blend| 0.9 + wave(32.0, 0.08)(blend) - 0.3);
        assert_eq!(flashes_per_second(&frames, 30.0), 0.0);
    }
}
