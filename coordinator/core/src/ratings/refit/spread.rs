//! How unsure the refit is of each variable.
//!
//! The exact answer is the diagonal of an inverse as large as the flock's history. Here what a vote
//! tells of one side is lessened by how unsure the other side is for itself: of the curvature κ
//! that a vote has, κ·(1 − κ/H) is left, H being all that holds the other side. That is exact where
//! nobody's neighbours are each other's, and close where everybody has many. Days of a sheep are put together
//! exactly, forwards: what is known on a day is what was known before, less sure by the drift,
//! and that day's votes (R. Kalman, 1960).

use super::problem::Problem;
use super::solver::diagonal;

/// The variance of every variable at `x`; of a sheep's days, given the days up to it.
pub(super) fn variances(problem: &Problem, x: &[f64]) -> Vec<f64> {
    let count = problem.len();
    let (mut gradient, mut curvature) = (vec![0.0; count], vec![0.0; problem.terms.len()]);
    problem.slope(x, &mut gradient, &mut curvature);
    let held = diagonal(problem, &curvature);
    let mut told = vec![0.0; count];
    for (term, curvature) in problem.terms.iter().zip(&curvature) {
        let (first, second, _) = term.sides();
        told[first] += curvature * (1.0 - curvature / held[second]);
        told[second] += curvature * (1.0 - curvature / held[first]);
    }
    let mut variances: Vec<f64> = Vec::with_capacity(count);
    for i in 0..count {
        let link = i.checked_sub(1).map_or(0.0, |before| problem.link[before]);
        let before = if link > 0.0 {
            1.0 / (variances[i - 1] + 1.0 / link)
        } else {
            0.0
        };
        variances.push(1.0 / (problem.ground[i] + before + told[i]));
    }
    variances
}
