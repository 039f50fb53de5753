//! How much of each genome goes into a blend.
//!
//! Along the straight line from one genome to the next, at `t` of the way: `1 - t, t`. Along the
//! smooth curve, which also looks at the genome before and the one after:
//!
//! ```text
//! (2 t^2 - t - t^3) / 2,  (3 t^3 - 5 t^2 + 2) / 2,  (4 t^2 - 3 t^3 + t) / 2,  (t^3 - t^2) / 2
//! ```
//!
//! # Source
//!
//! E. Catmull and R. Rom, *A Class of Local Interpolating Splines* (1974): the cubic that passes
//! through its inner points with half the slope of the line between their neighbours. flam3 3.1 for
//! the order of the genomes.

use crate::limits::Range;

/// Most genomes that one blend takes.
pub(super) const BLENDED_MAX: usize = 4;

/// How much of each genome; together they are 1. Some are negative beyond the ends of a line and
/// everywhere on a smooth curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shares {
    shares: [f64; BLENDED_MAX],
    count: usize,
}

impl Shares {
    /// The shares of two genomes at `blend` of the way from the first to the second.
    pub(super) fn at(blend: f64) -> Self {
        Self::of_first(1.0 - blend)
    }

    /// The shares of two genomes, of which the first has `first`.
    pub(super) fn of_first(first: f64) -> Self {
        Self {
            shares: [first, 1.0 - first, 0.0, 0.0],
            count: 2,
        }
    }

    /// The shares of four genomes at `blend` of the way from the second to the third.
    pub(super) fn smooth(blend: f64) -> Self {
        let (t, t2, t3) = (blend, blend * blend, blend * blend * blend);
        let shares = [
            (2.0 * t2 - t - t3) / 2.0,
            (3.0 * t3 - 5.0 * t2 + 2.0) / 2.0,
            (4.0 * t2 - 3.0 * t3 + t) / 2.0,
            (t3 - t2) / 2.0,
        ];
        Self { shares, count: 4 }
    }

    /// The share of the first genome.
    pub(super) fn first(&self) -> f64 {
        self.shares[0]
    }

    /// Whether two genomes are blended.
    pub(super) fn is_pair(&self) -> bool {
        self.count == 2
    }

    /// The blend of one number of each genome.
    pub(super) fn sum(&self, numbers: impl IntoIterator<Item = f64>) -> f64 {
        // Not a sum from 0, which would lose the sign of a negative zero.
        let parts = self.shares[..self.count].iter().zip(numbers);
        parts
            .map(|(share, number)| share * number)
            .reduce(|sum, part| sum + part)
            .unwrap_or(0.0)
    }

    /// The blend of one number of each genome, kept within `legal`.
    pub(super) fn mix(&self, legal: Range, numbers: impl IntoIterator<Item = f64>) -> f64 {
        legal.clamp(self.sum(numbers))
    }

    /// The blend of counts, to the nearest whole number, halves to the even one.
    pub(super) fn mix_count(&self, legal: Range, counts: impl IntoIterator<Item = u32>) -> u32 {
        let mixed = self.mix(legal, counts.into_iter().map(f64::from));
        mixed.round_ties_even() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smooth_curve_passes_through_its_inner_genomes() {
        assert_eq!(Shares::smooth(0.0).shares, [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(Shares::smooth(1.0).shares, [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(
            Shares::smooth(0.5).shares,
            [-0.0625, 0.5625, 0.5625, -0.0625]
        );
    }

    #[test]
    fn what_lies_on_a_line_stays_on_it() {
        for blend in [-0.5, 0.0, 0.3, 1.0, 1.7] {
            assert!((Shares::at(blend).sum([5.0, 7.0]) - (5.0 + 2.0 * blend)).abs() < 1e-12);
            let smooth = Shares::smooth(blend).sum([3.0, 5.0, 7.0, 9.0]);
            assert!((smooth - (5.0 + 2.0 * blend)).abs() < 1e-12);
        }
    }
}
