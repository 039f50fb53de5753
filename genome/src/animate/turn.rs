//! The turn of a loop: every animated xform's affine map is turned about the origin.
//!
//! Only the two columns turn; translation and post map stay. A final xform stays still. Whole and
//! quarter turns are exact, so that a loop ends on the bits it began with.

use crate::{Affine, Genome, limits};

/// Turns the xforms for which `moves` holds and whose `animate` is not 0 by `turns` whole turns.
pub(super) fn turn(genome: &mut Genome, turns: f64, moves: impl Fn(usize) -> bool) {
    let (sin, cos) = sin_cos_of_turns(turns);
    for (index, xform) in genome.xforms.iter_mut().enumerate() {
        if xform.animate != 0.0 && moves(index) {
            xform.coefs = turned(xform.coefs, sin, cos);
        }
    }
}

fn turned(affine: Affine, sin: f64, cos: f64) -> Affine {
    let legal = |number| limits::COEFFICIENT.clamp(number);
    Affine {
        a: legal(cos * affine.a - sin * affine.d),
        b: legal(cos * affine.b - sin * affine.e),
        d: legal(sin * affine.a + cos * affine.d),
        e: legal(sin * affine.b + cos * affine.e),
        ..affine
    }
}

/// Sine and cosine of a number of turns, exact at every quarter.
pub(super) fn sin_cos_of_turns(turns: f64) -> (f64, f64) {
    let fraction = turns - turns.floor();
    match fraction * 4.0 {
        0.0 => (0.0, 1.0),
        1.0 => (1.0, 0.0),
        2.0 => (0.0, -1.0),
        3.0 => (-1.0, 0.0),
        _ => libm::sincos(fraction * std::f64::consts::TAU),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarter_turns_are_exact_however_often() {
        for whole in [-2.0, 0.0, 1.0, 7.0] {
            assert_eq!(sin_cos_of_turns(whole), (0.0, 1.0));
            assert_eq!(sin_cos_of_turns(whole + 0.25), (1.0, 0.0));
            assert_eq!(sin_cos_of_turns(whole + 0.5), (0.0, -1.0));
            assert_eq!(sin_cos_of_turns(whole + 0.75), (-1.0, 0.0));
        }
    }

    #[test]
    fn a_turn_leaves_translation_and_post_alone() {
        let mut genome = Genome::default();
        genome.xforms.push(crate::Xform {
            coefs: Affine::from_columns([1.0, 0.0, 0.0, 1.0, 3.0, 4.0]),
            post: Affine::from_columns([2.0, 0.0, 0.0, 2.0, 5.0, 6.0]),
            ..crate::Xform::default()
        });
        turn(&mut genome, 0.25, |_| true);
        let turned = Affine::from_columns([0.0, 1.0, -1.0, 0.0, 3.0, 4.0]);
        assert_eq!(genome.xforms[0].coefs, turned);
        assert_eq!(genome.xforms[0].post.c, 5.0);
    }
}
