//! Elliptic: elliptic coordinates of the plane.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].
//!
//! # Precision
//!
//! `size` is half the sum of the distances to the foci at ±1, so it is 1 on the line between them and `|x|` on
//! the rest of the x axis. The formula needs how far it is above either, and subtracting would leave nothing of
//! that in single precision. The differences are therefore taken in forms without cancellation, as T. Hull,
//! T. Fairgrieve and P. Tang do in *Implementing the Complex Arcsine and Arccosine Functions Using Exception
//! Handling* (1997).

use std::f64::consts::FRAC_PI_2;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `k`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight / FRAC_PI_2])
}

#[inline(always)]
pub(super) fn apply(&[k, ..]: &Constants, p: Point) -> Point {
    let at = Elliptic::new(p);
    let log = math::ln(at.size + at.above_one.sqrt());
    let log = if p.y > 0.0 { log } else { -log };
    Point {
        x: k * math::atan2(p.x, at.height),
        y: k * log,
    }
}

/// A point between the foci at -1 and 1.
pub(super) struct Elliptic {
    /// Half the sum of the distances to the foci: `m` of the formula.
    pub(super) size: f32,
    /// `m - 1`, never negative.
    pub(super) above_one: f32,
    /// `sqrt(m^2 - x^2)`.
    pub(super) height: f32,
}

impl Elliptic {
    #[inline(always)]
    pub(super) fn new(p: Point) -> Self {
        let (x, y2) = (p.x.abs(), p.y * p.y);
        let (to_far, to_near) = (x + 1.0, x - 1.0);
        let far = (to_far * to_far + y2).sqrt();
        let near = (to_near * to_near + y2).sqrt();
        let size = 0.5 * (far + near);
        // far - (x + 1), and near - |x - 1|.
        let far_rest = y2 / (far + to_far);
        let near_rest = y2 / (near + to_near.abs());
        let between = x < 1.0;
        let above_one = if between {
            far_rest + near_rest
        } else {
            far_rest + (near + to_near)
        };
        let above_x = if x > 1.0 {
            far_rest + near_rest
        } else {
            far_rest + (near - to_near)
        };
        Self {
            size,
            above_one: 0.5 * above_one,
            height: (0.5 * above_x * (size + x)).sqrt(),
        }
    }
}
