//! `<symmetry kind="k">`: xforms that turn and mirror the flame.
//!
//! They are added where the element stands. `k` of 2 and more adds the turns by `360 / k` degrees
//! that are not the identity; `k` of -1 and less adds a mirror and the turns of `|k|`; 1 adds
//! nothing. Kind 0 draws one of the others, here from [`crate::ReadOptions::rng_seed`].

use super::attribute::Value;
use super::remark::{Notes, RemarkKind};
use super::{ParseError, ParseErrorKind};
use crate::limits;
use crate::{Affine, Xform};
use roxmltree::Node;

/// Reads a `<symmetry>`.
pub(super) fn parse(node: Node<'_, '_>, notes: &mut Notes<'_>) -> Result<Vec<Xform>, ParseError> {
    let mut kind = None;
    for value in Value::all(node) {
        if value.name() != "kind" {
            return Err(value.error(ParseErrorKind::Misplaced).legal("kind"));
        }
        let number = value.integer(limits::SYMMETRY_KIND)?;
        kind = Some(if number == 0 {
            let kind = draw_kind(|count| notes.draw() % count);
            notes.attribute(value, RemarkKind::Drawn { kind });
            kind
        } else {
            number
        });
    }
    kind.map(expand)
        .ok_or_else(|| ParseError::missing(node, "kind"))
}

/// Kinds that half of the draws choose among.
const OFTEN: [i64; 15] = [-4, -3, -2, -2, -2, -1, -1, -1, 2, 2, 2, 3, 3, 4, 4];

/// Draws a kind as flam3 does: half the time one of the common ones, else mostly -6 to 6, seldom
/// -25 to 25, of which 0 and 1 add nothing.
///
/// `below` draws a whole number below its argument.
pub(crate) fn draw_kind(mut below: impl FnMut(u64) -> u64) -> i64 {
    let mut below = |count: u64| below(count) as i64;
    if below(2) == 0 {
        OFTEN[below(OFTEN.len() as u64) as usize]
    } else if below(32) != 0 {
        below(13) - 6
    } else {
        below(51) - 25
    }
}

/// The xforms of a kind, in flam3's order: by rising determinant, so that the mirror leads.
pub(crate) fn expand(kind: i64) -> Vec<Xform> {
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
