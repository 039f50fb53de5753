//! What there is to see of the flock: who is served, and how varied it is.

use serde::Serialize;

use super::super::viewers::{RATING, popularity};
use super::{FLOCK, SHARES, World, apart};

/// A group is served when it likes its best five so much better than those of the first flock: half of
/// how much sheep differ in quality.
const SERVED: f64 = 0.5;
/// The radius of a niche that is counted, as a part of the median distance of the first flock.
const NICHE: f64 = 0.6;

/// What came of a policy, means over all seeds and the second half of each run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Served {
    /// Groups that are served, of four.
    pub groups: f64,
    /// How much better than at first the group that has it worst likes its best five.
    pub worst: f64,
    /// Niches of the space in which somebody lives.
    pub niches: f64,
    /// How people like the flock, every sheep counting the same.
    pub plain: f64,
    /// How people like what plays for them, when what they voted down does not come back.
    pub played: f64,
}

impl World {
    /// What there is to see now.
    pub(super) fn look(&self) -> Served {
        let likings = self.likings(&self.living);
        let first: Vec<usize> = (0..FLOCK).collect();
        let gains: Vec<f64> = likings
            .iter()
            .zip(self.likings(&first))
            .map(|(now, first)| best_five(now) - best_five(&first))
            .collect();
        let over = |of: &dyn Fn(&[f64]) -> f64| -> f64 {
            let groups = likings.iter().zip(SHARES);
            groups.map(|(likings, share)| share * of(likings)).sum()
        };
        let popularity = popularity(&self.ratings(), RATING);
        Served {
            groups: gains.iter().filter(|gain| **gain >= SERVED).count() as f64,
            worst: gains.iter().copied().fold(f64::INFINITY, f64::min),
            niches: self.niches_taken() as f64,
            plain: over(&|likings| likings.iter().sum::<f64>() / likings.len() as f64),
            played: over(&|likings| played(likings, &popularity)),
        }
    }

    /// How each group likes each of these sheep.
    fn likings(&self, sheep: &[usize]) -> Vec<Vec<f64>> {
        let by = |group| sheep.iter().map(|s| self.liking(group, *s)).collect();
        (0..SHARES.len()).map(by).collect()
    }

    /// How many of the living lie further than a niche from all counted before.
    fn niches_taken(&self) -> usize {
        let mut taken: Vec<usize> = Vec::new();
        for sheep in &self.living {
            let place = &self.sheep[*sheep].place;
            let free =
                |other: &usize| apart(&self.sheep[*other].place, place) >= NICHE * self.median;
            if taken.iter().all(free) {
                taken.push(*sheep);
            }
        }
        taken.len()
    }
}

fn best_five(likings: &[f64]) -> f64 {
    let mut likings = likings.to_vec();
    likings.sort_unstable_by(|one, other| other.total_cmp(one));
    let five = &likings[..likings.len().min(5)];
    five.iter().sum::<f64>() / five.len() as f64
}

/// The mean liking of what plays for somebody of ordinary generosity who has voted on everything once.
fn played(likings: &[f64], popularity: &[f64]) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (liking, popular) in likings.iter().zip(popularity) {
        let kept = popular / (1.0 + libm::exp(-(liking + 0.8)));
        sum += kept * liking;
        weight += kept;
    }
    sum / weight
}

pub(super) fn mean(each: &[Served]) -> Served {
    let mean = |of: fn(&Served) -> f64| each.iter().map(of).sum::<f64>() / each.len() as f64;
    Served {
        groups: mean(|served| served.groups),
        worst: mean(|served| served.worst),
        niches: mean(|served| served.niches),
        plain: mean(|served| served.plain),
        played: mean(|served| served.played),
    }
}
