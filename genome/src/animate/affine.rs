//! Blending affine maps: number by number, or by angle and length of their columns.

use super::blend::Shares;
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

/// Blends two maps as `kind` says.
pub(super) fn blend_affine(
    from: Affine,
    to: Affine,
    shares: Shares,
    kind: InterpolationType,
    winding: Option<Winding>,
) -> Affine {
    let legal = limits::COEFFICIENT;
    let mixed: [f64; 6] = {
        let (from, to) = (from.to_columns(), to.to_columns());
        std::array::from_fn(|i| shares.mix(legal, from[i], to[i]))
    };
    let linear = Affine::from_columns(mixed);
    if kind != InterpolationType::Log {
        return linear;
    }
    let [one, two] = blend_columns(from, to, shares, winding);
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

/// Blends a post map, which stays exactly the identity when both are.
pub(super) fn blend_post(
    from: Affine,
    to: Affine,
    shares: Shares,
    kind: InterpolationType,
) -> Affine {
    if from.is_identity() && to.is_identity() {
        return Affine::IDENTITY;
    }
    blend_affine(from, to, shares, kind, None)
}

/// Blends the two columns by angle and logarithm of length.
fn blend_columns(
    from: Affine,
    to: Affine,
    shares: Shares,
    winding: Option<Winding>,
) -> [[f64; 2]; 2] {
    let (from_angles, to_angles) = (angles(from), angles(to));
    let (from, to) = (columns(from).map(length), columns(to).map(length));
    std::array::from_fn(|i| {
        let (one, two) = match winding {
            Some(Winding(start)) => (
                above(from_angles[i], start[i]),
                above(to_angles[i], start[i]),
            ),
            None => (from_angles[i], short_way(from_angles[i], to_angles[i])),
        };
        let angle = shares.from * one + shares.to * two;
        let length = blend_lengths(from[i], to[i], shares);
        let (sin, cos) = libm::sincos(angle);
        [length * cos, length * sin]
    })
}

fn blend_lengths(from: f64, to: f64, shares: Shares) -> f64 {
    let (log_from, log_to) = (libm::log(from), libm::log(to));
    if log_from < LOG_LENGTH_MIN || log_to < LOG_LENGTH_MIN {
        shares.from * from + shares.to * to
    } else {
        libm::exp(shares.from * log_from + shares.to * log_to)
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
