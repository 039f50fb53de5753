//! Who looks like whom.
//!
//! Ratings alone make a flock uniform: the best sheep's children crowd everybody else out. So
//! sheep that look alike share what they would have alone (*fitness sharing*, D. Goldberg and
//! J. Richardson, *Genetic Algorithms with Sharing for Multimodal Function Optimization*, 1987).
//! Two sheep share a niche as far as their distance is below S, which is 0.6 of the median distance
//! in the flock; how *crowded* a sheep lives is the sum over the flock of 1 − d/S, itself included.

use woolgather_genome::Descriptors;

/// The size of a niche, as a part of the median distance.
const NICHE: f64 = 0.6;

/// Distances between all sheep of a flock.
#[derive(Debug, Clone, PartialEq)]
pub struct Niches {
    count: usize,
    /// Row by row.
    distances: Vec<f64>,
    median: f64,
}

impl Niches {
    /// The niches of sheep that look like `descriptors`.
    #[must_use]
    pub fn of(descriptors: &[Descriptors]) -> Self {
        let distance = |one: usize, other: usize| descriptors[one].distance(&descriptors[other]);
        Self::new(descriptors.len(), distance)
    }

    /// The niches of `count` things with these distances, which must be the same both ways.
    #[must_use]
    pub fn new(count: usize, distance: impl Fn(usize, usize) -> f64) -> Self {
        let mut distances = vec![0.0; count * count];
        let mut all = Vec::with_capacity(count * count / 2);
        for one in 0..count {
            for other in one + 1..count {
                let apart = distance(one, other);
                distances[one * count + other] = apart;
                distances[other * count + one] = apart;
                all.push(apart);
            }
        }
        all.sort_unstable_by(f64::total_cmp);
        let median = all.get(all.len() / 2).copied().unwrap_or(0.0);
        Self {
            count,
            distances,
            median,
        }
    }

    /// How many sheep there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The median distance.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.median
    }

    /// S, the distance from which on two sheep have nothing in common.
    #[must_use]
    pub fn size(&self) -> f64 {
        NICHE * self.median
    }

    /// How crowded it is around a sheep, 1 where it is alone.
    #[must_use]
    pub fn crowding(&self, sheep: usize) -> f64 {
        self.crowding_among(sheep, |_| true)
    }

    /// The same, with only those others of whom `counts` is true.
    #[must_use]
    pub fn crowding_among(&self, sheep: usize, counts: impl Fn(usize) -> bool) -> f64 {
        let row = &self.distances[sheep * self.count..][..self.count];
        let others = (0..self.count).filter(|other| *other != sheep && counts(*other));
        1.0 + others.map(|other| self.shared(row[other])).sum::<f64>()
    }

    fn shared(&self, distance: f64) -> f64 {
        if distance < self.size() {
            1.0 - distance / self.size()
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Things on a line.
    fn line(places: &[f64]) -> Niches {
        Niches::new(places.len(), |a, b| (places[a] - places[b]).abs())
    }

    #[test]
    fn who_lives_alone_is_not_crowded() {
        // Distances 1, 9, 10: the median is 9, S is 5.4.
        let niches = line(&[0.0, 1.0, 10.0]);
        assert!((niches.size() - 5.4).abs() < 1e-12);
        assert!((niches.crowding(0) - (2.0 - 1.0 / 5.4)).abs() < 1e-12);
        assert_eq!(niches.crowding(0), niches.crowding(1));
        assert_eq!(niches.crowding(2), 1.0);
        assert_eq!(niches.crowding_among(0, |other| other != 1), 1.0);
    }

    #[test]
    fn a_flock_of_none_or_one_has_niches_too() {
        assert!(line(&[]).is_empty());
        assert_eq!(line(&[3.0]).crowding(0), 1.0);
        assert_eq!(line(&[3.0, 3.0]).crowding(0), 1.0);
    }
}
