//! Whether two pictures are the same picture, and whether a frame fits between its neighbours.
//!
//! Pictures are compared by the means of their 8×8 blocks. Sampling noise and the encoder's losses
//! change single pixels a lot and a block's mean hardly at all; another frame, a logo or another
//! seed's grain changes means. Peak signal-to-noise ratio cannot make that difference: an honest
//! frame after encoding may be further from its original than from its neighbour in time.
//!
//! # Shapes and units
//!
//! [`BlockMeans`] are 10-bit values times [`SCALE`], rounded, row by row; blocks at the right and
//! lower border are smaller where the plane's size is no multiple of 8. A *level* is one 10-bit
//! step, that is [`SCALE`] units.

/// Units of a mean in one 10-bit level.
pub const SCALE: u32 = 16;

/// Side of a block in pixels of its plane.
pub const BLOCK: u32 = 8;

/// Means over 8×8 blocks of a frame's three planes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockMeans {
    /// Luma blocks in a row.
    pub blocks_wide: u32,
    /// Rows of luma blocks.
    pub blocks_high: u32,
    /// Luma, `blocks_wide * blocks_high` means.
    pub luma: Vec<u16>,
    /// Blue difference; blocks are of the subsampled plane.
    pub chroma_blue: Vec<u16>,
    /// Red difference, shaped as `chroma_blue`.
    pub chroma_red: Vec<u16>,
}

/// How far two pictures of the same thing may be apart, in levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floor {
    /// Mean over all blocks of the absolute difference.
    pub mean: f64,
    /// The difference that one block in a hundred may reach.
    pub hundredth: f64,
    /// The difference that no block may reach.
    pub worst: f64,
}

/// How far two pictures are apart, in levels: the largest over the three planes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Difference {
    /// Mean over all blocks of the absolute difference.
    pub mean: f64,
    /// The difference that one block in a hundred reaches.
    pub hundredth: f64,
    /// The largest difference of a block.
    pub worst: f64,
}

/// The answer to "is it the same picture?".
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Within the floor.
    Same(Difference),
    /// Beyond it.
    Different(Difference),
    /// Not even the same size.
    OtherSize,
}

/// A frame that does not fit between its neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suspicion {
    /// The frame's place in the list, from 0.
    pub frame: u32,
    /// By how many levels its worst hundredth of blocks leaves the way from neighbour to neighbour.
    pub levels: f64,
}

impl Floor {
    /// For two pictures from the same random numbers, one of which was encoded and decoded.
    ///
    /// Measured over the starter flock with the recipes' quantizer (`docs/benchmarks.md`); the
    /// bounds are about twice the largest difference found.
    #[must_use]
    pub fn encoded() -> Self {
        Self {
            mean: 2.5,
            hundredth: 12.0,
            worst: 40.0,
        }
    }
}

impl Verdict {
    /// Whether it is the same picture.
    #[must_use]
    pub fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }
}

/// Block means of a 4:2:0 frame: `luma` is `width * height`, the others have
/// `ceil(width / 2) * ceil(height / 2)` values.
///
/// # Panics
///
/// If a plane has another size; whoever makes planes is at fault.
#[must_use]
pub fn block_means(
    width: u32,
    height: u32,
    luma: &[u16],
    chroma_blue: &[u16],
    chroma_red: &[u16],
) -> BlockMeans {
    let (chroma_width, chroma_height) = (width.div_ceil(2), height.div_ceil(2));
    BlockMeans {
        blocks_wide: width.div_ceil(BLOCK),
        blocks_high: height.div_ceil(BLOCK),
        luma: plane_means(width, height, luma),
        chroma_blue: plane_means(chroma_width, chroma_height, chroma_blue),
        chroma_red: plane_means(chroma_width, chroma_height, chroma_red),
    }
}

fn plane_means(width: u32, height: u32, plane: &[u16]) -> Vec<u16> {
    let (width, height, block) = (width as usize, height as usize, BLOCK as usize);
    assert_eq!(plane.len(), width * height, "a plane of another size");
    let mut means = Vec::with_capacity(width.div_ceil(block) * height.div_ceil(block));
    for rows in plane.chunks(block * width) {
        for left in (0..width).step_by(block) {
            let right = (left + block).min(width);
            let sum: u32 = rows
                .chunks_exact(width)
                .flat_map(|row| &row[left..right])
                .map(|&value| u32::from(value))
                .sum();
            let count = ((right - left) * (rows.len() / width)) as u32;
            means.push(((sum * SCALE + count / 2) / count) as u16);
        }
    }
    means
}

/// Compares two pictures by their block means.
#[must_use]
pub fn same_picture(one: &BlockMeans, other: &BlockMeans, floor: &Floor) -> Verdict {
    let Some(difference) = difference(one, other) else {
        return Verdict::OtherSize;
    };
    let within = difference.mean <= floor.mean
        && difference.hundredth <= floor.hundredth
        && difference.worst <= floor.worst;
    if within {
        Verdict::Same(difference)
    } else {
        Verdict::Different(difference)
    }
}

/// How far two pictures are apart; `None` when their sizes differ.
#[must_use]
pub fn difference(one: &BlockMeans, other: &BlockMeans) -> Option<Difference> {
    let planes = [
        (&one.luma, &other.luma),
        (&one.chroma_blue, &other.chroma_blue),
        (&one.chroma_red, &other.chroma_red),
    ];
    let sizes_agree = (one.blocks_wide, one.blocks_high) == (other.blocks_wide, other.blocks_high)
        && planes
            .iter()
            .all(|(one, other)| one.len() == other.len() && !one.is_empty());
    sizes_agree.then(|| {
        planes
            .iter()
            .fold(Difference::default(), |largest, (one, other)| {
                let plane = spread(
                    one.iter()
                        .zip(*other)
                        .map(|(a, b)| a.abs_diff(*b))
                        .collect(),
                );
                Difference {
                    mean: largest.mean.max(plane.mean),
                    hundredth: largest.hundredth.max(plane.hundredth),
                    worst: largest.worst.max(plane.worst),
                }
            })
    })
}

/// Mean, hundredth and worst of absolute differences in units; not of none.
fn spread(mut units: Vec<u16>) -> Difference {
    units.sort_unstable();
    let level = |units: u16| f64::from(units) / f64::from(SCALE);
    let sum: u64 = units.iter().map(|&unit| u64::from(unit)).sum();
    let last = units.len() - 1;
    Difference {
        mean: sum as f64 / units.len() as f64 / f64::from(SCALE),
        hundredth: level(units[last - last / 100]),
        worst: level(units[last]),
    }
}

/// Levels by which a frame may always leave its neighbours' way.
const SUSPICION_LEVELS: f64 = 12.0;
/// How many times its segment's usual excess a frame's must be to be suspicious.
const SUSPICION_TIMES: f64 = 4.0;

/// Finds frames that do not fit between their neighbours in time.
///
/// Every block of a frame is expected between the same block of the frame before and the frame
/// after; its *excess* is how far outside it lies. A frame's excess is that of its worst hundredth
/// of luma blocks. One whose excess stands out from the segment's own motion is suspicious. The
/// first and the last frame have one neighbour and are judged with the motion around them.
#[must_use]
pub fn continuity(frames: &[BlockMeans]) -> Vec<Suspicion> {
    let excesses: Vec<f64> = (0..frames.len())
        .map(|index| excess(frames, index))
        .collect();
    let mut sorted = excesses.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(&median) = sorted.get(sorted.len() / 2) else {
        return Vec::new();
    };
    let bound = SUSPICION_LEVELS + SUSPICION_TIMES * median;
    excesses
        .iter()
        .enumerate()
        .filter(|(_, levels)| **levels > bound)
        .map(|(frame, &levels)| Suspicion {
            frame: frame as u32,
            levels,
        })
        .collect()
}

/// How far the worst hundredth of the frame's luma blocks lies outside its neighbours, in levels.
fn excess(frames: &[BlockMeans], index: usize) -> f64 {
    let (before, after) = match (index.checked_sub(1), frames.get(index + 1)) {
        (Some(before), Some(after)) => (&frames[before], after),
        // At an end, the way that the two frames beside it point to stands in for the missing one.
        (None, Some(next)) => return end_excess(&frames[index], next, frames.get(2)),
        (Some(before), None) => {
            return end_excess(
                &frames[index],
                &frames[before],
                before.checked_sub(1).map(|i| &frames[i]),
            );
        }
        (None, None) => return 0.0,
    };
    let outside = |((&value, &one), &other): ((&u16, &u16), &u16)| {
        let (low, high) = (one.min(other), one.max(other));
        low.saturating_sub(value).max(value.saturating_sub(high))
    };
    let units: Vec<u16> = frames[index]
        .luma
        .iter()
        .zip(&before.luma)
        .zip(&after.luma)
        .map(outside)
        .collect();
    if units.is_empty() {
        0.0
    } else {
        spread(units).hundredth
    }
}

/// The same at an end: how much more the end differs from its neighbour than that from the next.
fn end_excess(end: &BlockMeans, next: &BlockMeans, after: Option<&BlockMeans>) -> f64 {
    let Some(after) = after else { return 0.0 };
    let units: Vec<u16> = end
        .luma
        .iter()
        .zip(&next.luma)
        .zip(&after.luma)
        .map(|((&end, &next), &after)| end.abs_diff(next).saturating_sub(next.abs_diff(after)))
        .collect();
    if units.is_empty() {
        0.0
    } else {
        spread(units).hundredth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: u32 = 64;

    /// A soft diagonal wave that moves with `time`.
    fn frame(time: f64) -> BlockMeans {
        let side = SIDE as usize;
        let wave = |x: usize, y: usize| {
            let phase = (x + 2 * y) as f64 / 90.0 + time / 40.0;
            (200.0 + 600.0 * (phase - phase.floor() - 0.5).abs()) as u16
        };
        let luma: Vec<u16> = (0..side * side).map(|i| wave(i % side, i / side)).collect();
        let chroma = vec![512; side * side / 4];
        block_means(SIDE, SIDE, &luma, &chroma, &chroma)
    }

    #[test]
    fn a_mean_is_the_mean_times_sixteen() {
        let luma: Vec<u16> = (0..9 * 3)
            .map(|i| if i % 9 == 8 { 7 } else { 100 })
            .collect();
        let chroma = vec![512; 5 * 2];
        let means = block_means(9, 3, &luma, &chroma, &chroma);
        assert_eq!((means.blocks_wide, means.blocks_high), (2, 1));
        assert_eq!(means.luma, [1600, 112]);
        assert_eq!(means.chroma_red, [8192]);
    }

    #[test]
    fn a_picture_is_itself_and_no_other() {
        let floor = Floor {
            mean: 0.5,
            hundredth: 2.0,
            worst: 4.0,
        };
        assert!(same_picture(&frame(0.0), &frame(0.0), &floor).is_same());
        assert!(!same_picture(&frame(0.0), &frame(3.0), &floor).is_same());
    }

    #[test]
    fn one_painted_block_is_another_picture() {
        let mut painted = frame(0.0);
        painted.luma[10] += 100 * SCALE as u16;
        let verdict = same_picture(&frame(0.0), &painted, &Floor::encoded());
        assert!(matches!(verdict, Verdict::Different(difference) if difference.worst == 100.0));
    }

    #[test]
    fn another_size_is_another_picture() {
        let small = block_means(8, 8, &[0; 64], &[0; 16], &[0; 16]);
        assert_eq!(
            same_picture(&frame(0.0), &small, &Floor::encoded()),
            Verdict::OtherSize
        );
    }

    #[test]
    fn steady_motion_is_not_suspicious() {
        let frames: Vec<_> = (0..12).map(|time| frame(f64::from(time))).collect();
        assert_eq!(continuity(&frames), []);
    }

    #[test]
    fn a_doctored_frame_is_suspicious_wherever_it_is() {
        for doctored in 0..12 {
            let mut frames: Vec<_> = (0..12).map(|time| frame(f64::from(time))).collect();
            for block in [9, 10, 17, 18] {
                frames[doctored].luma[block] += 150 * SCALE as u16;
            }
            let found: Vec<u32> = continuity(&frames)
                .iter()
                .map(|suspicion| suspicion.frame)
                .collect();
            assert!(found.contains(&(doctored as u32)), "{doctored}: {found:?}");
        }
    }

    #[test]
    fn too_few_frames_say_nothing() {
        assert_eq!(continuity(&[]), []);
        assert_eq!(continuity(&[frame(0.0)]), []);
        assert_eq!(continuity(&[frame(0.0), frame(30.0)]), []);
    }
}
