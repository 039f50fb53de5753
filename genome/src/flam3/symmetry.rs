//! `<symmetry kind="k">`: xforms that turn and mirror the flame.
//!
//! They are added where the element stands. `k` of 2 and more adds the turns by `360 / k` degrees
//! that are not the identity; `k` of -1 and less adds a mirror and the turns of `|k|`; 1 adds
//! nothing. Kind 0 asks flam3 to draw a kind at random and is refused: a genome says what it is.

use super::attribute::Value;
use super::{ParseError, ParseErrorKind};
use crate::limits;
use crate::{Affine, Xform};
use roxmltree::Node;

/// Reads a `<symmetry>`.
pub(super) fn parse(node: Node<'_, '_>) -> Result<Vec<Xform>, ParseError> {
    let mut kind = None;
    for value in Value::all(node) {
        if value.name() != "kind" {
            return Err(value.error(ParseErrorKind::Misplaced).legal("kind"));
        }
        let number = value.integer(limits::SYMMETRY_KIND)?;
        if number == 0 {
            let legal = format!("a whole number but 0, {}", limits::SYMMETRY_KIND);
            return Err(value.error(ParseErrorKind::RandomSymmetry).legal(legal));
        }
        kind = Some(number);
    }
    kind.map(expand)
        .ok_or_else(|| ParseError::missing(node, "kind"))
}

/// The xforms of a kind, in flam3's order: by rising determinant, so that the mirror leads.
fn expand(kind: i64) -> Vec<Xform> {
    let mut xforms = Vec::new();
    if kind < 0 {
        xforms.push(still(1.0, [-1.0, 0.0, 0.0, 1.0, 0.0, 0.0]));
    }
    let turns = kind.abs() as f64;
    for j in 1..kind.abs() {
        let angle = std::f64::consts::TAU * j as f64 / turns;
        let (cos, sin) = (
            six_decimals(libm::cos(angle)),
            six_decimals(libm::sin(angle)),
        );
        let color = if kind.abs() < 3 {
            0.0
        } else {
            (j - 1) as f64 / (turns - 2.0)
        };
        xforms.push(still(color, [cos, sin, -sin, cos, 0.0, 0.0]));
    }
    xforms.sort_by(|one, two| determinant(one).total_cmp(&determinant(two)));
    xforms
}

/// An xform of weight 1 that the loop does not turn and that leaves colours alone.
fn still(color: f64, columns: [f64; 6]) -> Xform {
    Xform {
        weight: 1.0,
        color,
        color_speed: 0.0,
        animate: 0.0,
        coefs: Affine::from_columns(columns.map(|number| number + 0.0)),
        ..Xform::default()
    }
}

fn determinant(xform: &Xform) -> f64 {
    let Affine { a, b, d, e, .. } = xform.coefs;
    a * e - b * d
}

/// flam3 passes these numbers through text with six decimals.
fn six_decimals(number: f64) -> f64 {
    (number * 1e6).round_ties_even() / 1e6
}
