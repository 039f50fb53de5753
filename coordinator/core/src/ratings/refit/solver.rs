//! The maximum of the posterior: Newton's method, damped, each step by conjugate gradients.
//!
//! The matrix of second derivatives is never written down; a product with it is one pass over the
//! votes (J. Nocedal and S. Wright, *Numerical Optimization*, 2006, chapters 5 and 7). Conjugate
//! gradients are led by its tridiagonal part, which holds all priors and each variable's own
//! curvature. Far from the maximum a step is worked out roughly, near it ever more exactly.

use super::Unsettled;
use super::problem::Problem;

/// Steps are worked out to this part of themselves at first.
const ROUGH: f64 = 1e-2;
/// And never more exactly than this.
const EXACT: f64 = 1e-10;
/// A step shorter than this is the last: what is left is about its square.
const STEP_MIN: f64 = 1e-6;
/// Newton needs about six.
const STEPS_MAX: u32 = 60;
/// Conjugate gradients need ten to fifty.
const PRODUCTS_MAX: u32 = 2_000;
/// A step must bring this part of what its slope promises (Armijo, 1966).
const PROMISED: f64 = 1e-4;

/// How much work a fit was.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Effort {
    pub(super) newton_steps: u32,
    pub(super) products: u32,
}

/// Moves `x` to the minimum of `problem`.
pub(super) fn minimise(problem: &Problem, x: &mut Vec<f64>) -> Result<Effort, Unsettled> {
    let mut effort = Effort::default();
    let mut gradient = vec![0.0; problem.len()];
    let mut curvature = vec![0.0; problem.terms.len()];
    let mut cost = problem.cost(x);
    let mut longest = 1.0_f64;
    for _ in 0..STEPS_MAX {
        problem.slope(x, &mut gradient, &mut curvature);
        let tolerance = (longest * longest).clamp(EXACT, ROUGH);
        let step = newton_step(problem, &gradient, &curvature, tolerance, &mut effort);
        effort.newton_steps += 1;
        longest = step.iter().fold(0.0, |most, s| f64::max(most, s.abs()));
        let slope = dot(&gradient, &step);
        if !longest.is_finite() || !slope.is_finite() || slope > 0.0 {
            return Err(Unsettled);
        }
        let (moved, moved_cost, whole) = damped(problem, x, cost, &step, slope)?;
        (*x, cost) = (moved, moved_cost);
        if whole && longest < STEP_MIN {
            return Ok(effort);
        }
    }
    Err(Unsettled)
}

/// The longest of `step`, half of it, a quarter … that brings enough; whether it was all of it.
fn damped(
    problem: &Problem,
    x: &[f64],
    cost: f64,
    step: &[f64],
    slope: f64,
) -> Result<(Vec<f64>, f64, bool), Unsettled> {
    // So close to the minimum that rounding hides the gain, any step that stays there is good.
    let rounding = 1e-12 * cost.abs();
    let mut share = 1.0;
    while share > 1e-9 {
        let moved: Vec<f64> = x.iter().zip(step).map(|(x, s)| x + share * s).collect();
        let moved_cost = problem.cost(&moved);
        if moved_cost <= cost + PROMISED * share * slope + rounding {
            return Ok((moved, moved_cost, share == 1.0));
        }
        share /= 2.0;
    }
    Err(Unsettled)
}

/// Solves H · step = −gradient until the residual is `tolerance` of the gradient, both measured by
/// what the tridiagonal part makes of them.
fn newton_step(
    problem: &Problem,
    gradient: &[f64],
    curvature: &[f64],
    tolerance: f64,
    effort: &mut Effort,
) -> Vec<f64> {
    let guide = Tridiagonal::of(problem, curvature);
    let mut step = vec![0.0; gradient.len()];
    let mut residual: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut guided = guide.solve(&residual);
    let mut direction = guided.clone();
    let mut product = vec![0.0; gradient.len()];
    let mut size = dot(&residual, &guided);
    let enough = size * tolerance * tolerance;
    for _ in 0..PRODUCTS_MAX {
        if size.is_nan() || size <= enough {
            break;
        }
        guide.multiply(problem, curvature, &direction, &mut product);
        effort.products += 1;
        let length = size / dot(&direction, &product);
        for i in 0..step.len() {
            step[i] += length * direction[i];
            residual[i] -= length * product[i];
        }
        guided = guide.solve(&residual);
        let next = dot(&residual, &guided);
        let keep = next / size;
        for (direction, guided) in direction.iter_mut().zip(&guided) {
            *direction = guided + keep * *direction;
        }
        size = next;
    }
    step
}

/// The tridiagonal part of the matrix of second derivatives, and its factors L·D·Lᵀ.
struct Tridiagonal {
    diagonal: Vec<f64>,
    pivots: Vec<f64>,
    /// Below the diagonal of L.
    lower: Vec<f64>,
}

impl Tridiagonal {
    fn of(problem: &Problem, curvature: &[f64]) -> Self {
        let diagonal = diagonal(problem, curvature);
        let count = diagonal.len();
        let (mut pivots, mut lower) = (diagonal.clone(), vec![0.0; count]);
        for i in 1..count {
            let link = problem.link[i - 1];
            lower[i - 1] = -link / pivots[i - 1];
            pivots[i] += lower[i - 1] * link;
        }
        Self {
            diagonal,
            pivots,
            lower,
        }
    }

    /// The tridiagonal part's inverse times `right`.
    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x = right.to_vec();
        for i in 1..x.len() {
            x[i] -= self.lower[i - 1] * x[i - 1];
        }
        for i in (0..x.len()).rev() {
            x[i] /= self.pivots[i];
            if i + 1 < x.len() {
                x[i] -= self.lower[i] * x[i + 1];
            }
        }
        x
    }

    /// The whole matrix times `x`.
    fn multiply(&self, problem: &Problem, curvature: &[f64], x: &[f64], product: &mut [f64]) {
        for i in 0..x.len() {
            product[i] = self.diagonal[i] * x[i];
        }
        for i in 0..x.len() {
            let link = problem.link[i];
            if link > 0.0 {
                product[i] -= link * x[i + 1];
                product[i + 1] -= link * x[i];
            }
        }
        for (term, curvature) in problem.terms.iter().zip(curvature) {
            let (first, second, sign) = term.sides();
            product[first] += curvature * sign * x[second];
            product[second] += curvature * sign * x[first];
        }
    }
}

/// Second derivatives of each variable by itself.
pub(super) fn diagonal(problem: &Problem, curvature: &[f64]) -> Vec<f64> {
    let mut diagonal = problem.ground.clone();
    for i in 0..diagonal.len() {
        let link = problem.link[i];
        if link > 0.0 {
            diagonal[i] += link;
            diagonal[i + 1] += link;
        }
    }
    for (term, curvature) in problem.terms.iter().zip(curvature) {
        let (first, second, _) = term.sides();
        diagonal[first] += curvature;
        diagonal[second] += curvature;
    }
    diagonal
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
