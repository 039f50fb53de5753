//! Whether two pictures are the same picture, and whether a frame fits between its neighbours.
//!
//! A worker renders and encodes; somebody else renders one frame again with the same random numbers. Encoding
//! and single-precision rounding move single pixels by a lot and means over blocks by little, while another
//! frame of the clip, a painted-over corner or another genome moves some blocks by a lot. So pictures are
//! compared by the means of 8×8 blocks, and both the typical and the worst difference count.
//!
//! # Units
//!
//! [`BlockMeans`] holds sixteenths of a 10-bit step; everything else is in 10-bit steps (white is 876 above
//! black).

mod continuity;
mod floor;
mod parity;

pub use continuity::{Suspicion, continuity};
pub use floor::{FloorError, GenomeFloor, measure_floor};
pub use parity::{Closeness, Parity};

/// Side of a block in samples of its plane.
const SIDE: usize = 8;
/// Parts of a 10-bit step that a mean is kept in.
const PARTS: u32 = 16;

/// Means over 8×8 blocks of each plane, row-major. Blocks at the right and lower border may be smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockMeans {
    /// Blocks in a row of the luma plane: its width divided by 8, rounded up.
    pub blocks_wide: u32,
    /// Rows of blocks of the luma plane.
    pub blocks_high: u32,
    /// Means of the luma plane in sixteenths of a 10-bit step.
    pub luma: Vec<u16>,
    /// Means of the blue-difference plane, which has half the size each way.
    pub chroma_blue: Vec<u16>,
    /// Means of the red-difference plane.
    pub chroma_red: Vec<u16>,
}

/// Takes the means of a 10-bit 4:2:0 picture of `width` by `height` pixels.
///
/// # Panics
///
/// If a plane does not have the size that `width` and `height` give it: whoever made the planes is wrong.
#[must_use]
pub fn block_means(
    width: u32,
    height: u32,
    luma: &[u16],
    chroma_blue: &[u16],
    chroma_red: &[u16],
) -> BlockMeans {
    let (half_width, half_height) = (width.div_ceil(2) as usize, height.div_ceil(2) as usize);
    BlockMeans {
        blocks_wide: width.div_ceil(SIDE as u32),
        blocks_high: height.div_ceil(SIDE as u32),
        luma: plane_means(luma, width as usize, height as usize),
        chroma_blue: plane_means(chroma_blue, half_width, half_height),
        chroma_red: plane_means(chroma_red, half_width, half_height),
    }
}

fn plane_means(plane: &[u16], width: usize, height: usize) -> Vec<u16> {
    assert_eq!(
        plane.len(),
        width * height,
        "the plane does not have the picture's size"
    );
    let mut means = Vec::with_capacity(width.div_ceil(SIDE) * height.div_ceil(SIDE));
    for rows in plane.chunks(SIDE * width.max(1)) {
        for left in (0..width).step_by(SIDE) {
            let right = (left + SIDE).min(width);
            let (mut sum, mut count) = (0, 0);
            for row in rows.chunks_exact(width) {
                sum += row[left..right]
                    .iter()
                    .map(|&sample| u32::from(sample))
                    .sum::<u32>();
                count += (right - left) as u32;
            }
            means.push(((sum * PARTS + count / 2) / count) as u16);
        }
    }
    means
}

/// How far apart two renderings of the same picture may be.
///
/// `typical` is the root of the mean square over all blocks, `worst` the greatest difference of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floor {
    /// Typical difference of luma blocks.
    pub luma_typical: f64,
    /// Greatest difference of a luma block.
    pub luma_worst: f64,
    /// Typical difference of chroma blocks, both planes together.
    pub chroma_typical: f64,
    /// Greatest difference of a chroma block.
    pub chroma_worst: f64,
}

impl Floor {
    /// The floor for two renderings with the same random numbers, one of which was encoded at a usual recipe's
    /// quality (a luma PSNR of 38 dB or more) and decoded.
    ///
    /// Typical differences of honest frames stay well below these bounds over the starter flock, and
    /// neighbours in time are three times the luma bound or more (`docs/benchmarks.md`). Single blocks of chroma are bounded
    /// loosely: at a hard edge in fast motion the encoder moves one block's chroma a long way.
    #[must_use]
    pub const fn encoded() -> Self {
        Self {
            luma_typical: 5.0,
            luma_worst: 50.0,
            chroma_typical: 7.5,
            chroma_worst: 200.0,
        }
    }
}

/// How far apart two pictures are; see [`Floor`] for the meanings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Typical difference of luma blocks.
    pub luma_typical: f64,
    /// Greatest difference of a luma block.
    pub luma_worst: f64,
    /// Column and row of that block.
    pub worst_block: [u32; 2],
    /// Typical difference of chroma blocks.
    pub chroma_typical: f64,
    /// Greatest difference of a chroma block.
    pub chroma_worst: f64,
}

/// Whether two pictures are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The pictures differ by no more than the floor.
    Same(Difference),
    /// The pictures differ by more than that.
    Different(Difference),
    /// The pictures do not even have the same number of blocks.
    OtherSize,
}

impl Verdict {
    /// Whether the pictures are the same.
    #[must_use]
    pub fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }
}

/// Judges whether `a` and `b` show the same picture, up to `floor`.
#[must_use]
pub fn same_picture(a: &BlockMeans, b: &BlockMeans, floor: &Floor) -> Verdict {
    if !same_size(a, b) {
        return Verdict::OtherSize;
    }
    let difference = difference(a, b);
    let same = difference.luma_typical <= floor.luma_typical
        && difference.luma_worst <= floor.luma_worst
        && difference.chroma_typical <= floor.chroma_typical
        && difference.chroma_worst <= floor.chroma_worst;
    if same {
        Verdict::Same(difference)
    } else {
        Verdict::Different(difference)
    }
}

fn same_size(a: &BlockMeans, b: &BlockMeans) -> bool {
    (a.blocks_wide, a.blocks_high) == (b.blocks_wide, b.blocks_high)
        && (a.luma.len(), a.chroma_blue.len()) == (b.luma.len(), b.chroma_blue.len())
        && a.chroma_red.len() == b.chroma_red.len()
}

fn difference(a: &BlockMeans, b: &BlockMeans) -> Difference {
    let (luma_typical, luma_worst, place) = distance(&a.luma, &b.luma);
    let (blue_typical, blue_worst, _) = distance(&a.chroma_blue, &b.chroma_blue);
    let (red_typical, red_worst, _) = distance(&a.chroma_red, &b.chroma_red);
    let place = place as u32;
    Difference {
        luma_typical,
        luma_worst,
        worst_block: [place % a.blocks_wide.max(1), place / a.blocks_wide.max(1)],
        chroma_typical: ((blue_typical * blue_typical + red_typical * red_typical) / 2.0).sqrt(),
        chroma_worst: blue_worst.max(red_worst),
    }
}

/// Root of the mean square, greatest, and the place of the greatest difference.
fn distance(a: &[u16], b: &[u16]) -> (f64, f64, usize) {
    let mut square = 0;
    let (mut worst, mut place) = (0, 0);
    for (i, (&a, &b)) in a.iter().zip(b).enumerate() {
        let difference = a.abs_diff(b);
        square += u64::from(difference) * u64::from(difference);
        if difference > worst {
            (worst, place) = (difference, i);
        }
    }
    let parts = f64::from(PARTS);
    let mean = square as f64 / (a.len().max(1) as f64 * parts * parts);
    (mean.sqrt(), f64::from(worst) / parts, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(level: u16) -> BlockMeans {
        block_means(20, 17, &[level; 340], &[512; 90], &[512; 90])
    }

    #[test]
    fn blocks_cover_odd_sizes_and_keep_sixteenths() {
        let mut luma = vec![100; 340];
        luma[339] = 101;
        let means = block_means(20, 17, &luma, &[512; 90], &[512; 90]);
        assert_eq!((means.blocks_wide, means.blocks_high), (3, 3));
        assert_eq!((means.luma.len(), means.chroma_blue.len()), (9, 4));
        // The last block has 4 by 1 samples, one of which is a step brighter.
        assert_eq!(means.luma[8], 1604);
        assert_eq!(means.luma[7], 1600);
    }

    #[test]
    fn a_slightly_different_picture_is_the_same_and_a_painted_block_is_not() {
        let floor = Floor::encoded();
        assert!(same_picture(&gray(300), &gray(302), &floor).is_same());
        assert!(!same_picture(&gray(300), &gray(306), &floor).is_same());
        let mut painted = gray(300);
        painted.luma[4] += 60 * 16;
        let Verdict::Different(difference) = same_picture(&gray(300), &painted, &floor) else {
            panic!("the painted block was not noticed");
        };
        assert_eq!(
            (difference.luma_worst, difference.worst_block),
            (60.0, [1, 1])
        );
        let mut tinted = gray(300);
        tinted.chroma_red.fill(524 * 16);
        assert!(!same_picture(&gray(300), &tinted, &floor).is_same());
    }

    #[test]
    fn pictures_of_different_sizes_are_never_the_same() {
        let small = block_means(8, 8, &[300; 64], &[512; 16], &[512; 16]);
        assert_eq!(
            same_picture(&gray(300), &small, &Floor::encoded()),
            Verdict::OtherSize
        );
    }
}
