//! The shutter of motion blur: which moments of the time around a frame it sees, and how much each counts.
//!
//! Of `n` moments, number `i` (from 0) lies `(i / (n - 1) - 1/2) * width` from the frame's time; a single moment
//! lies on it. Their weights, divided by the greatest of them:
//!
//! ```text
//! box       1
//! gaussian  exp(-2 t^2),  t = 1.5 |i - n/2| / (n/2)
//! exp       ((i + 1) / n)^e  for an exponent e of 0 or more,  ((n - i) / n)^-e  for one below
//! ```
//!
//! # Source
//!
//! flam3 3.1's temporal filters. That the gaussian's middle is `n/2` and not `(n - 1)/2` is flam3's.

use woolgather_genome::{TemporalFilter, TemporalFilterShape};

use super::PlanError;

/// Most moments of one pass.
const TEMPORAL_SAMPLES_MAX: u32 = 1024;
/// Widest shutter, in frames.
const WIDTH_MAX: f64 = 64.0;
/// Steepest exponent.
const EXPONENT_MAX: f64 = 100.0;

/// Refuses a shutter that no frame should be drawn with.
pub(super) fn check(temporal_samples: u32, filter: &TemporalFilter) -> Result<(), PlanError> {
    let legal = (1..=TEMPORAL_SAMPLES_MAX).contains(&temporal_samples)
        && (0.0..=WIDTH_MAX).contains(&filter.width)
        && filter.exponent.abs() <= EXPONENT_MAX;
    if legal {
        return Ok(());
    }
    Err(PlanError::Shutter {
        temporal_samples,
        width: filter.width,
        exponent: filter.exponent,
    })
}

/// The moments of the shutter: when, in frames from the frame's time, and how much it counts, at most 1.
pub(super) fn moments(filter: TemporalFilter, count: u32) -> impl Iterator<Item = (f64, f64)> {
    let total = f64::from(count);
    let greatest = (0..count)
        .map(|i| weight(filter, i, total))
        .fold(0.0, f64::max);
    (0..count).map(move |i| {
        let place = if count == 1 {
            0.0
        } else {
            f64::from(i) / (total - 1.0) - 0.5
        };
        (place * filter.width, weight(filter, i, total) / greatest)
    })
}

/// What moment `i` of `total` counts, before the greatest becomes 1.
fn weight(filter: TemporalFilter, i: u32, total: f64) -> f64 {
    let i = f64::from(i);
    match filter.shape {
        TemporalFilterShape::Box => 1.0,
        TemporalFilterShape::Gaussian => {
            let t = 1.5 * (i - total / 2.0).abs() / (total / 2.0);
            libm::exp(-2.0 * t * t)
        }
        TemporalFilterShape::Exp if filter.exponent >= 0.0 => {
            libm::pow((i + 1.0) / total, filter.exponent)
        }
        TemporalFilterShape::Exp => libm::pow((total - i) / total, -filter.exponent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(shape: TemporalFilterShape, width: f64, exponent: f64) -> TemporalFilter {
        TemporalFilter {
            shape,
            width,
            exponent,
        }
    }

    #[test]
    fn a_shutter_is_centred_and_its_greatest_weight_is_one() {
        for &shape in TemporalFilterShape::ALL {
            let moments: Vec<_> = moments(filter(shape, 1.5, -2.0), 7).collect();
            assert_eq!(
                (moments[0].0, moments[3].0, moments[6].0),
                (-0.75, 0.0, 0.75)
            );
            let greatest = moments.iter().map(|moment| moment.1).fold(0.0, f64::max);
            assert_eq!(greatest, 1.0, "{shape:?}");
        }
        let single: Vec<_> = moments(filter(TemporalFilterShape::Box, 1.5, 0.0), 1).collect();
        assert_eq!(single, [(0.0, 1.0)]);
    }

    #[test]
    fn the_exponents_sign_is_the_direction_of_the_trail() {
        let weights = |exponent| {
            let exp = filter(TemporalFilterShape::Exp, 1.0, exponent);
            moments(exp, 4).map(|moment| moment.1).collect::<Vec<_>>()
        };
        assert_eq!(weights(1.0), [0.25, 0.5, 0.75, 1.0]);
        assert_eq!(weights(-1.0), [1.0, 0.75, 0.5, 0.25]);
    }

    #[test]
    fn a_shutter_beyond_its_limits_is_refused() {
        let legal = filter(TemporalFilterShape::Box, 1.0, 0.0);
        assert!(check(1, &legal).is_ok() && check(1024, &legal).is_ok());
        for count in [0, 1025] {
            assert!(check(count, &legal).is_err());
        }
        for (width, exponent) in [(-0.1, 0.0), (65.0, 0.0), (f64::NAN, 0.0), (1.0, 101.0)] {
            assert!(check(8, &filter(TemporalFilterShape::Exp, width, exponent)).is_err());
        }
    }
}
