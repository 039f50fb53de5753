//! Frames that do not fit between their neighbours.
//!
//! In a clip things move, so a block changes from frame to frame; but where frames `k - 1` and `k + 1` agree, and
//! agree around the block too, frame `k` has no reason to differ. A block's *surprise* is its distance from the
//! mean of its neighbours in time, divided by the movement seen around it. A frame that was replaced or painted
//! on surprises; a fast flame does not, because its movement shows in the neighbours.

use super::{BlockMeans, PARTS, same_size};

/// What encoding does to a block's mean, in 10-bit steps.
const NOISE: f64 = 8.0;
/// A surprise above this is suspicious.
const SURPRISE_MAX: f64 = 4.0;

/// A frame that does not fit between its neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suspicion {
    /// The frame's place in the list.
    pub frame: u32,
    /// Column and row of the luma block that surprises most.
    pub block: [u32; 2],
    /// How much it does; 1 is as much as the movement around it.
    pub surprise: f64,
}

/// The luma of three frames in a row, of which the middle one is judged.
struct Moment<'a> {
    before: &'a [u16],
    here: &'a [u16],
    after: &'a [u16],
    wide: usize,
    high: usize,
}

/// Lists the frames that do not fit between their neighbours, by rising frame.
///
/// `frames` follow each other in a clip and may cross its segments' borders. The first and the last one have a
/// single neighbour and are not judged; pass a frame more on either side where there is one. A frame of another
/// size than its neighbours is suspicious by itself.
#[must_use]
pub fn continuity(frames: &[BlockMeans]) -> Vec<Suspicion> {
    let judged = frames.windows(3).zip(1_u32..);
    let suspicions = judged.filter_map(|(window, frame)| {
        let [before, here, after] = window else {
            return None;
        };
        if !same_size(before, here) || !same_size(here, after) {
            return Some(Suspicion {
                frame,
                block: [0, 0],
                surprise: f64::INFINITY,
            });
        }
        let moment = Moment {
            before: &before.luma,
            here: &here.luma,
            after: &after.luma,
            wide: here.blocks_wide as usize,
            high: here.blocks_high as usize,
        };
        let (surprise, block) = moment.greatest_surprise();
        (surprise > SURPRISE_MAX).then_some(Suspicion {
            frame,
            block,
            surprise,
        })
    });
    suspicions.collect()
}

impl Moment<'_> {
    fn greatest_surprise(&self) -> (f64, [u32; 2]) {
        let mut greatest = (0.0, [0, 0]);
        for y in 0..self.high {
            for x in 0..self.wide {
                let surprise = self.surprise(x, y);
                if surprise > greatest.0 {
                    greatest = (surprise, [x as u32, y as u32]);
                }
            }
        }
        greatest
    }

    fn surprise(&self, x: usize, y: usize) -> f64 {
        let i = y * self.wide + x;
        let mean = (f64::from(self.before[i]) + f64::from(self.after[i])) / 2.0;
        let distance = (f64::from(self.here[i]) - mean).abs() / f64::from(PARTS);
        distance / (NOISE + self.movement_around(x, y))
    }

    /// The greatest change from the frame before to the frame after, among a block and those around it.
    fn movement_around(&self, x: usize, y: usize) -> f64 {
        let rows = y.saturating_sub(1)..(y + 2).min(self.high);
        let blocks = rows.flat_map(|y| {
            let columns = x.saturating_sub(1)..(x + 2).min(self.wide);
            columns.map(move |x| y * self.wide + x)
        });
        let greatest = blocks.map(|i| self.before[i].abs_diff(self.after[i])).max();
        f64::from(greatest.unwrap_or(0)) / f64::from(PARTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::block_means;

    /// Frames of a bright bar that moves to the right.
    fn moving_bar(frames: usize, pixels_per_frame: usize) -> Vec<BlockMeans> {
        let frame = |k: usize| {
            let luma: Vec<u16> = (0..128 * 64)
                .map(|i: usize| {
                    if (i % 128).abs_diff(10 + k * pixels_per_frame) < 3 {
                        800
                    } else {
                        100
                    }
                })
                .collect();
            block_means(128, 64, &luma, &[512; 64 * 32], &[512; 64 * 32])
        };
        (0..frames).map(frame).collect()
    }

    #[test]
    fn movement_is_not_suspicious() {
        assert_eq!(continuity(&moving_bar(12, 3)), []);
        assert_eq!(continuity(&moving_bar(12, 8)), []);
    }

    #[test]
    fn a_painted_corner_in_one_frame_is_found_with_its_place() {
        let mut frames = moving_bar(12, 3);
        frames[7].luma[3 * 16 + 14] += 100 * 16;
        let suspicions = continuity(&frames);
        assert_eq!(suspicions.len(), 1, "{suspicions:?}");
        assert_eq!((suspicions[0].frame, suspicions[0].block), (7, [14, 3]));
    }

    #[test]
    fn a_frame_from_elsewhere_is_found() {
        let mut frames = moving_bar(12, 3);
        frames[4] = frames[4].clone();
        frames[4].luma.reverse();
        assert!(
            continuity(&frames)
                .iter()
                .any(|suspicion| suspicion.frame == 4)
        );
        frames[4] = block_means(8, 8, &[0; 64], &[0; 16], &[0; 16]);
        assert!(
            continuity(&frames)
                .iter()
                .any(|suspicion| suspicion.frame == 4)
        );
    }

    #[test]
    fn too_few_frames_say_nothing() {
        assert_eq!(continuity(&[]), []);
        assert_eq!(continuity(&moving_bar(2, 5)), []);
    }
}
