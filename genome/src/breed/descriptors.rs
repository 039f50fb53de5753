//! What a sheep looks like in eight numbers, so that a flock can tell neighbours from strangers.
//!
//! Ratings alone make a flock uniform; the distance between two sheep over these descriptors is
//! what keeps it varied.

use super::picture::{luma, variance};
use super::{Examine, Picture, Undrawable, view};
use crate::{Genome, loop_genome};

/// Size of the pictures in pixels.
const SIZE: [u32; 2] = [160, 90];
/// Samples per pixel.
const QUALITY: f64 = 20.0;
/// Frames of the loop that movement is measured on, evenly spaced; the first is the poster.
const FRAMES: u32 = 8;
/// A pixel is lit when its luma is further than this from the background's, of 255.
const LIT: f64 = 16.0;
/// Sides of the boxes that dimension counts, in pixels.
const BOXES: [u32; 5] = [1, 2, 4, 8, 16];
/// Turns that symmetry tries, as parts of a whole one.
const TURNS: [u32; 5] = [2, 3, 4, 5, 6];

/// Numbers of [`Descriptors::values`].
const COUNT: usize = 8;
/// How much each differs among sheep: the unit of distances.
///
/// Standard deviations over two dozen random genomes, rounded; their order is that of [`Descriptors::values`].
const SPREADS: [f64; COUNT] = [0.55, 0.55, 0.07, 0.12, 0.22, 0.1, 0.19, 0.06];

/// What a sheep's poster and loop look like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descriptors {
    /// Cosine and sine of the mean hue, weighed with how colourful each pixel is; shorter than 1
    /// where the hues disagree.
    pub hue: [f64; 2],
    /// How much the colours differ from each other and from grey, 0 to about 1: the measure of
    /// D. Hasler and S. Süsstrunk, *Measuring colourfulness in natural images* (2003).
    pub colorfulness: f64,
    /// Mean luma, 0 to 1.
    pub luminance: f64,
    /// The share of pixels that differ from the background, 0 to 1.
    pub coverage: f64,
    /// Box-count dimension of the lit pixels, 0 to 2.
    pub dimension: f64,
    /// The best correlation of the picture with one of its mirror images or turns, 0 to 1.
    pub symmetry: f64,
    /// Root of the mean square change of a block from one eighth of the loop to the next, 0 to 1.
    pub motion: f64,
}

impl Descriptors {
    /// Draws a genome's poster and loop, and describes them.
    ///
    /// # Errors
    ///
    /// [`Undrawable`] when `examine` cannot draw it.
    pub fn of_genome(
        genome: &Genome,
        examine: &dyn Examine,
        rng_seed: u64,
    ) -> Result<Self, Undrawable> {
        let frames = loop_frames(genome, examine, rng_seed)?;
        Ok(Self::of_pictures(&frames, genome.background))
    }

    /// Describes frames of a loop, all of one size and evenly spaced; the first is the poster.
    ///
    /// `background` is the genome's.
    ///
    /// # Panics
    ///
    /// If there is no picture, or the sizes differ: whoever drew them is wrong.
    #[must_use]
    pub fn of_pictures(frames: &[Picture], background: [f64; 3]) -> Self {
        let poster = &frames[0];
        let lit = lit_pixels(poster, background);
        Self {
            hue: hue(poster),
            colorfulness: colorfulness(poster),
            luminance: poster.luma().iter().sum::<f64>() / (255.0 * poster.pixels().len() as f64),
            coverage: lit.iter().filter(|&&lit| lit).count() as f64 / lit.len() as f64,
            dimension: dimension(poster, &lit),
            symmetry: symmetry(poster),
            motion: motion(frames),
        }
    }

    /// The numbers in the order of the fields.
    #[must_use]
    pub fn values(&self) -> [f64; COUNT] {
        let [cos, sin] = self.hue;
        [
            cos,
            sin,
            self.colorfulness,
            self.luminance,
            self.coverage,
            self.dimension,
            self.symmetry,
            self.motion,
        ]
    }

    /// Those with these [`Descriptors::values`].
    #[must_use]
    pub fn of_values(values: [f64; COUNT]) -> Self {
        let [
            cos,
            sin,
            colorfulness,
            luminance,
            coverage,
            dimension,
            symmetry,
            motion,
        ] = values;
        Self {
            hue: [cos, sin],
            colorfulness,
            luminance,
            coverage,
            dimension,
            symmetry,
            motion,
        }
    }

    /// How different two sheep look; about 1 for two that have nothing to do with each other.
    #[must_use]
    pub fn distance(&self, other: &Self) -> f64 {
        let pairs = self.values().into_iter().zip(other.values()).zip(SPREADS);
        let squares = pairs.map(|((one, other), spread)| {
            let difference = (one - other) / spread;
            difference * difference
        });
        // Two independent numbers of deviation 1 are sqrt 2 apart in the root mean square.
        (squares.sum::<f64>() / (2 * COUNT) as f64).sqrt()
    }
}

/// The frames that describe a genome.
pub(super) fn loop_frames(
    genome: &Genome,
    examine: &dyn Examine,
    rng_seed: u64,
) -> Result<Vec<Picture>, Undrawable> {
    let small = view::small(genome, SIZE, QUALITY);
    let blends = (0..FRAMES).map(|k| f64::from(k) / f64::from(FRAMES));
    blends
        .map(|blend| examine.picture(&loop_genome(&small, blend), rng_seed))
        .collect()
}

/// Which pixels differ from the background.
fn lit_pixels(picture: &Picture, background: [f64; 3]) -> Vec<bool> {
    let ground = luma(background.map(|channel| (channel * 255.0) as u8));
    let luma = picture.luma();
    luma.iter()
        .map(|luma| (luma - ground).abs() > LIT)
        .collect()
}

/// The mean direction of the hue, on the plane of opponent colours: red is at angle 0.
fn hue(picture: &Picture) -> [f64; 2] {
    let (mut sum, mut weight) = ([0.0; 2], 0.0);
    for &pixel in picture.pixels() {
        let [red, green, blue] = pixel.map(f64::from);
        let across = red - (green + blue) / 2.0;
        let up = (green - blue) * (3.0_f64.sqrt() / 2.0);
        sum = [sum[0] + across, sum[1] + up];
        weight += (across * across + up * up).sqrt();
    }
    if weight == 0.0 {
        return [0.0; 2];
    }
    sum.map(|part| part / weight)
}

fn colorfulness(picture: &Picture) -> f64 {
    let opponents = |axis: fn([f64; 3]) -> f64| -> Vec<f64> {
        let pixels = picture.pixels().iter();
        pixels.map(|pixel| axis(pixel.map(f64::from))).collect()
    };
    let axes = [
        opponents(|[red, green, _]| red - green),
        opponents(|[red, green, blue]| (red + green) / 2.0 - blue),
    ];
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let spread = axes.iter().map(|axis| variance(axis)).sum::<f64>().sqrt();
    let offset = axes.iter().map(|axis| mean(axis) * mean(axis)).sum::<f64>();
    (spread + 0.3 * offset.sqrt()) / 255.0
}

/// The slope of the number of boxes with something in them over their size, both logarithmic.
fn dimension(picture: &Picture, lit: &[bool]) -> f64 {
    if !lit.contains(&true) {
        return 0.0;
    }
    let points = BOXES.map(|side| {
        let boxes = boxes_lit(picture, lit, side) as f64;
        (-libm::log(f64::from(side)), libm::log(boxes))
    });
    let count = points.len() as f64;
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let both: f64 = points
        .iter()
        .map(|(x, y)| (x - mean_x) * (y - mean_y))
        .sum();
    let square: f64 = points
        .iter()
        .map(|(x, _)| (x - mean_x) * (x - mean_x))
        .sum();
    both / square
}

fn boxes_lit(picture: &Picture, lit: &[bool], side: u32) -> usize {
    let wide = picture.width().div_ceil(side) as usize;
    let high = picture.height().div_ceil(side) as usize;
    let mut boxes = vec![false; wide * high];
    for (i, _) in lit.iter().enumerate().filter(|&(_, &lit)| lit) {
        let (x, y) = (i % picture.width() as usize, i / picture.width() as usize);
        boxes[y / side as usize * wide + x / side as usize] = true;
    }
    boxes.iter().filter(|&&lit| lit).count()
}

fn symmetry(picture: &Picture) -> f64 {
    let luma = picture.luma();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let with = |map: &dyn Fn(usize, usize) -> Option<(usize, usize)>| {
        let pairs = (0..luma.len()).filter_map(|i| {
            let (x, y) = map(i % width, i / width)?;
            Some((luma[i], luma[y * width + x]))
        });
        correlation(&pairs.collect::<Vec<_>>())
    };
    let mut best =
        with(&|x, y| Some((width - 1 - x, y))).max(with(&|x, y| Some((x, height - 1 - y))));
    for parts in TURNS {
        let (sin, cos) = libm::sincos(std::f64::consts::TAU / f64::from(parts));
        let middle = [(width - 1) as f64 / 2.0, (height - 1) as f64 / 2.0];
        let radius = middle[0].min(middle[1]);
        best = best.max(with(&|x, y| {
            let (x, y) = (x as f64 - middle[0], y as f64 - middle[1]);
            if x * x + y * y > radius * radius {
                return None;
            }
            let turned = [cos * x - sin * y + middle[0], sin * x + cos * y + middle[1]];
            let [x, y] = turned.map(|number| number.round().max(0.0) as usize);
            Some((x.min(width - 1), y.min(height - 1)))
        }));
    }
    best.max(0.0)
}

/// The correlation of pairs, -1 to 1; 0 where one side does not vary.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let (one, other): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let spreads = variance(&one) * variance(&other);
    if spreads.is_nan() || spreads <= 0.0 {
        return 0.0;
    }
    let count = pairs.len() as f64;
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / count;
    let (mean_one, mean_other) = (mean(&one), mean(&other));
    let both: f64 = pairs
        .iter()
        .map(|(a, b)| (a - mean_one) * (b - mean_other))
        .sum();
    both / count / spreads.sqrt()
}

fn motion(frames: &[Picture]) -> f64 {
    let means: Vec<Vec<f64>> = frames
        .iter()
        .map(|frame| frame.block_means(&frame.luma()))
        .collect();
    let (mut sum, mut count) = (0.0, 0);
    for (k, here) in means.iter().enumerate() {
        let next = &means[(k + 1) % means.len()];
        assert_eq!(here.len(), next.len(), "frames of different sizes");
        sum += here
            .iter()
            .zip(next)
            .map(|(a, b)| (a - b) * (a - b))
            .sum::<f64>();
        count += here.len();
    }
    (sum / count as f64).sqrt() / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture drawn from a function of x and y, both from -1 to 1.
    fn drawn(color: impl Fn(f64, f64) -> [u8; 3]) -> Picture {
        let at = |i: usize, side: usize| (i as f64 + 0.5) / side as f64 * 2.0 - 1.0;
        let pixels = (0..96 * 96).map(|i| color(at(i % 96, 96), at(i / 96, 96)));
        Picture::new(96, 96, pixels.collect())
    }

    fn of(picture: Picture) -> Descriptors {
        Descriptors::of_pictures(&[picture], [0.0; 3])
    }

    #[test]
    fn descriptors_come_back_from_their_values() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        assert_eq!(Descriptors::of_values(values).values(), values);
    }

    #[test]
    fn a_full_picture_is_a_surface_and_a_line_is_a_line() {
        let full = of(drawn(|_, _| [200; 3]));
        assert!((full.dimension - 2.0).abs() < 0.01 && full.coverage == 1.0);
        let line = of(drawn(|_, y| {
            if y > 0.0 && y < 0.02 {
                [200; 3]
            } else {
                [0; 3]
            }
        }));
        assert!((line.dimension - 1.0).abs() < 0.1, "{}", line.dimension);
        assert_eq!(of(drawn(|_, _| [0; 3])).dimension, 0.0);
    }

    #[test]
    fn hues_lie_round_a_circle_and_cancel() {
        let red = of(drawn(|_, _| [255, 0, 0]));
        assert!((red.hue[0] - 1.0).abs() < 1e-9 && red.hue[1].abs() < 1e-9);
        let both = of(drawn(
            |x, _| if x < 0.0 { [255, 0, 0] } else { [0, 255, 255] },
        ));
        assert!(both.hue[0].abs() < 1e-9);
        assert!(both.colorfulness > red.colorfulness);
        let grey = of(drawn(|x, _| [(x.abs() * 250.0) as u8; 3]));
        assert_eq!((grey.hue, grey.colorfulness), ([0.0; 2], 0.0));
    }

    #[test]
    fn turns_and_mirrors_are_found() {
        let mirrored = of(drawn(|x, y| {
            [((x.abs() * 90.0 + y * 90.0).abs()) as u8 + 20; 3]
        }));
        assert!(mirrored.symmetry > 0.99, "{}", mirrored.symmetry);
        let threefold = of(drawn(|x, y| {
            let angle = libm::atan2(y, x);
            let inside = x * x + y * y < 0.9;
            [if inside {
                (libm::sin(3.0 * angle + 4.0 * x.hypot(y)) * 100.0 + 110.0) as u8
            } else {
                0
            }; 3]
        }));
        assert!(threefold.symmetry > 0.8, "{}", threefold.symmetry);
        let askew = of(drawn(|x, y| {
            let [x, y] = [x - 0.5, y + 0.4];
            [if x * x + y * y < 0.04 { 200 } else { 0 }; 3]
        }));
        assert!(askew.symmetry < 0.1, "{}", askew.symmetry);
    }

    #[test]
    fn what_stands_still_has_no_motion() {
        let bar = |at: f64| drawn(move |x, _| [if (x - at).abs() < 0.2 { 200 } else { 0 }; 3]);
        let still = Descriptors::of_pictures(&[bar(0.0), bar(0.0), bar(0.0)], [0.0; 3]);
        let slow = Descriptors::of_pictures(&[bar(0.0), bar(0.05), bar(0.0)], [0.0; 3]);
        let fast = Descriptors::of_pictures(&[bar(0.0), bar(0.5), bar(-0.5)], [0.0; 3]);
        assert_eq!(still.motion, 0.0);
        assert!(slow.motion > 0.005 && fast.motion > 3.0 * slow.motion);
    }

    #[test]
    fn a_sheep_is_no_distance_from_itself_and_far_from_another() {
        let one = of(drawn(|x, y| {
            [if x * x + y * y < 0.3 { 220 } else { 0 }, 0, 40]
        }));
        let near = of(drawn(|x, y| {
            [if x * x + y * y < 0.32 { 220 } else { 0 }, 4, 40]
        }));
        let far = of(drawn(|x, y| [0, if y > x { 255 } else { 60 }, 200]));
        assert_eq!(one.distance(&one), 0.0);
        assert_eq!(one.distance(&far), far.distance(&one));
        assert!(one.distance(&near) < 0.2 * one.distance(&far));
    }
}
