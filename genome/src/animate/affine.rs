//! Blending affine maps: number by number, or by angle and length of their columns.
//!
//! A map's columns are `(a, d)` and `(b, e)`, the images of the two unit vectors. As numbers, a map
//! that turns by half a turn shrinks to a point on the way; as angle and length,
//!
//! ```text
//! angle = sum of share * atan2(second, first)      length = exp(sum of share * ln length)
//! column = length * (cos angle, sin angle)
//! ```
//!
//! it turns. Each map's angle is taken the short way from the map before it, or, where one map
//! turns and the other stands still, upwards from where the turn began ([`Winding`]). Translations
//! are always blended as numbers. A column without length has no angle and borrows the other's; a
//! very short one makes the lengths of its place blend as they are.

use super::shares::Shares;
use crate::{Affine, InterpolationType, limits};
use std::f64::consts::{PI, TAU};

/// Below this logarithm of a column's length, lengths are blended as they are.
const LOG_LENGTH_MIN: f64 = -10.0;
/// Half a turn counts as not yet more than half a turn in one direction, and as more in the other,
/// so that an exact half turn always goes the same way.
const HALF_TURN_SLACK: f64 = 1e-10;

/// The angles of a turning map's columns before the turn; both maps of a blend are measured
/// upwards from them.
#[derive(Clone, Copy)]
pub(super) struct Winding([f64; 2]);

impl Winding {
    /// The angles of a map that has not been turned yet.
    pub(super) fn of(affine: Affine) -> Self {
        Self(columns(affine).map(angle))
    }
}

/// Blends maps as `kind` says.
pub(super) fn blend_affine(
    maps: &[Affine],
    shares: Shares,
    kind: InterpolationType,
    winding: Option<Winding>,
) -> Affine {
    let legal = limits::COEFFICIENT;
    let mixed: [f64; 6] =
        std::array::from_fn(|i| shares.mix(legal, maps.iter().map(|map| map.to_columns()[i])));
    let linear = Affine::from_columns(mixed);
    if kind != InterpolationType::Log {
        return linear;
    }
    let [one, two] = blend_columns(maps, shares, winding);
    let [a, d] = one.map(|number| legal.clamp(number));
    let [b, e] = two.map(|number| legal.clamp(number));
    Affine {
        a,
        b,
        d,
        e,
        ..linear
    }
}

/// Blends post maps, which stay exactly the identity when all are.
pub(super) fn blend_post(maps: &[Affine], shares: Shares, kind: InterpolationType) -> Affine {
    if maps.iter().all(Affine::is_identity) {
        return Affine::IDENTITY;
    }
    blend_affine(maps, shares, kind, None)
}

/// Blends the two columns by angle and logarithm of length.
fn blend_columns(maps: &[Affine], shares: Shares, winding: Option<Winding>) -> [[f64; 2]; 2] {
    std::array::from_fn(|i| {
        let mut angles: Vec<f64> = maps.iter().map(|&map| angles(map)[i]).collect();
        match winding {
            Some(Winding(start)) => {
                for angle in &mut angles {
                    *angle = above(*angle, start[i]);
                }
            }
            None => {
                for next in 1..angles.len() {
                    angles[next] = short_way(angles[next - 1], angles[next]);
                }
            }
        }
        let lengths: Vec<f64> = maps.iter().map(|&map| length(columns(map)[i])).collect();
        let length = blend_lengths(&lengths, shares);
        let (sin, cos) = libm::sincos(shares.sum(angles));
        [length * cos, length * sin]
    })
}

fn blend_lengths(lengths: &[f64], shares: Shares) -> f64 {
    let logs: Vec<f64> = lengths.iter().map(|&length| libm::log(length)).collect();
    if logs.iter().any(|&log| log < LOG_LENGTH_MIN) {
        shares.sum(lengths.iter().copied())
    } else {
        libm::exp(shares.sum(logs))
    }
}

/// The image of the x unit vector and that of the y unit vector.
fn columns(affine: Affine) -> [[f64; 2]; 2] {
    [[affine.a, affine.d], [affine.b, affine.e]]
}

/// The angles of both columns; a column without a length borrows the other's.
fn angles(affine: Affine) -> [f64; 2] {
    let [one, two] = columns(affine);
    match (length(one) == 0.0, length(two) == 0.0) {
        (true, false) => [angle(two); 2],
        (false, true) => [angle(one); 2],
        _ => [angle(one), angle(two)],
    }
}

fn angle([x, y]: [f64; 2]) -> f64 {
    libm::atan2(y, x)
}

fn length([x, y]: [f64; 2]) -> f64 {
    (x * x + y * y).sqrt()
}

/// `to` moved by a whole turn where that brings it nearer to `from`.
fn short_way(from: f64, to: f64) -> f64 {
    let difference = to - from;
    if difference > PI + HALF_TURN_SLACK {
        to - TAU
    } else if difference < -(PI - HALF_TURN_SLACK) {
        to + TAU
    } else {
        to
    }
}

/// `angle` moved by whole turns into the turn that begins at `start`.
fn above(angle: f64, start: f64) -> f64 {
    if angle < start {
        angle + TAU
    } else if angle > start + TAU {
        angle - TAU
    } else {
        angle
    }
}
