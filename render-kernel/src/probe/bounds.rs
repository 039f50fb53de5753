//! Where a flame lies, without the sparse tails that nobody would frame.

use woolgather_genome::{BoundingBox, Genome, Undrawable};

use super::plan_orbits;
use crate::cpu::orbit::{Orbits, POINTS};

/// Steps of all points: 100,352 points are looked at, flam3's hundred thousand.
const STEPS: usize = 98;
/// The share of the points that is cut off at each end of an axis.
const TAILS: f64 = 0.01;
/// Where values are bad, so many times their share is cut off instead, but at most [`TAILS_MAX`].
const TAILS_PER_BAD: f64 = 3.0;
const TAILS_MAX: f64 = 0.3;

/// The rectangle that holds the visible points of `genome` but for the tails on each side.
///
/// # Errors
///
/// [`Undrawable`] where the genome cannot be planned or no point of it is visible.
pub fn bounds(genome: &Genome, rng_seed: u64) -> Result<BoundingBox, Undrawable> {
    let plan = plan_orbits(genome, rng_seed)?;
    let mut orbits = Orbits::new(&plan.moments[0]);
    let mut points = Vec::new();
    for _ in 0..STEPS {
        orbits.advance();
        points.extend(orbits.plotted().map(|point| [point.x, point.y]));
    }
    box_of(&points, orbits.bad_share())
}

/// The rectangle that holds `points` but for the tails, which grow with the share of bad values.
pub(super) fn box_of(points: &[[f32; 2]], bad_share: f64) -> Result<BoundingBox, Undrawable> {
    if points.len() < POINTS {
        return Err(Undrawable("next to nothing of it is visible".to_owned()));
    }
    let tails = TAILS.max(TAILS_PER_BAD * bad_share).min(TAILS_MAX);
    let [x, y] = [0, 1].map(|axis| {
        let mut numbers: Vec<f32> = points.iter().map(|point| point[axis]).collect();
        without_tails(&mut numbers, tails)
    });
    Ok(BoundingBox {
        min: [x[0], y[0]],
        max: [x[1], y[1]],
    })
}

/// The least and the greatest number when the share `tails` is cut off at each end.
fn without_tails(numbers: &mut [f32], tails: f64) -> [f64; 2] {
    let cut = ((numbers.len() as f64 * tails) as usize).min((numbers.len() - 1) / 2);
    let last = numbers.len() - 1 - cut;
    [cut, last].map(|place| {
        let (_, number, _) = numbers.select_nth_unstable_by(place, f32::total_cmp);
        f64::from(*number)
    })
}
