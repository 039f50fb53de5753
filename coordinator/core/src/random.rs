//! Draws from a random number generator the caller owns.

use rand_chacha::rand_core::Rng;

/// A number from 0 (included) to 1 (excluded), in steps of 2⁻⁵³.
pub fn unit(rng: &mut impl Rng) -> f64 {
    const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
    (rng.next_u64() >> 11) as f64 * STEP
}

/// A whole number below `bound`, every one equally likely.
///
/// # Panics
///
/// If `bound` is 0, which is the caller's bug.
pub fn below(rng: &mut impl Rng, bound: usize) -> usize {
    assert!(bound > 0, "nothing is below 0");
    let bound = bound as u64;
    // Draws from the ragged end of the range are thrown away, so that no remainder is favoured.
    let whole = u64::MAX - u64::MAX % bound;
    loop {
        let draw = rng.next_u64();
        if draw < whole {
            return (draw % bound) as usize;
        }
    }
}

/// A draw from the normal distribution with mean 0 and variance 1 (Box and Muller, 1958).
pub fn normal(rng: &mut impl Rng) -> f64 {
    // 1 − u is never 0, so the logarithm is finite.
    let radius = (-2.0 * libm::log(1.0 - unit(rng))).sqrt();
    radius * libm::cos(std::f64::consts::TAU * unit(rng))
}

/// A place in `weights`, each as likely as its weight is large; `None` when there are none.
///
/// Weights are finite and not negative; where all are 0 it is the last place.
pub fn weighted(rng: &mut impl Rng, weights: &[f64]) -> Option<usize> {
    let last = weights.len().checked_sub(1)?;
    let mut left = unit(rng) * weights.iter().sum::<f64>();
    let found = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    // Rounding may leave a grain over.
    Some(found.unwrap_or(last))
}

/// `count` different numbers below `bound`, in random order; all of them when there are fewer.
pub fn distinct_below(rng: &mut impl Rng, bound: usize, count: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..bound).collect();
    for place in 0..count.min(bound) {
        let other = place + below(rng, bound - place);
        numbers.swap(place, other);
    }
    numbers.truncate(count);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::from_seed([3; 32])
    }

    #[test]
    fn normal_draws_have_mean_0_and_variance_1() {
        let rng = &mut rng();
        let draws: Vec<f64> = (0..20_000).map(|_| normal(rng)).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        // Four standard errors of 20,000 draws.
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.04, "{variance}");
    }

    #[test]
    fn every_number_below_the_bound_is_drawn_about_equally_often() {
        let rng = &mut rng();
        let mut counts = [0; 7];
        for _ in 0..7_000 {
            counts[below(rng, 7)] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1_150).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_weighted_draw_is_in_proportion_to_its_weight() {
        let rng = &mut rng();
        let mut counts = [0; 3];
        for _ in 0..8_000 {
            counts[weighted(rng, &[1.0, 0.0, 3.0]).unwrap()] += 1;
        }
        assert!((1_850..2_150).contains(&counts[0]), "{counts:?}");
        assert_eq!(counts[1], 0);
        assert_eq!(weighted(rng, &[]), None);
        assert_eq!(weighted(rng, &[0.0, 0.0]), Some(1));
    }

    #[test]
    fn distinct_draws_are_distinct_and_no_more_than_there_are() {
        let rng = &mut rng();
        let mut drawn = distinct_below(rng, 5, 9);
        drawn.sort_unstable();
        assert_eq!(drawn, [0, 1, 2, 3, 4]);
        assert_eq!(distinct_below(rng, 100, 3).len(), 3);
        assert!(distinct_below(rng, 0, 3).is_empty());
    }
}
