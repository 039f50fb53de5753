//! Symmetry: xforms that turn and mirror the flame, as `<symmetry>` would add them.

use crate::flam3::{draw_kind, symmetry_xforms};
use crate::rng::Rng;
use crate::{Genome, limits};

/// Draws a kind by flam3's odds; 0 and 1 both add nothing.
fn random_kind(rng: &mut Rng) -> i32 {
    draw_kind(|count| rng.below(count as usize) as u64) as i32
}

/// How often a kind is drawn before a genome counts as having no room for any.
const DRAWS: u32 = 64;

/// Draws a kind that adds something and fits into a genome of `xforms` xforms.
pub(super) fn random_addition(rng: &mut Rng, xforms: usize) -> Option<i32> {
    let mut kinds = (0..DRAWS).map(|_| random_kind(rng));
    kinds.find(|&kind| {
        let added = xforms_of(kind);
        added > 0 && xforms + added <= limits::XFORMS_MAX
    })
}

/// Adds the xforms of `kind`, 0 for a random one, and says which kind it was.
///
/// Where a genome has no room for a random kind's xforms it gets none.
pub(super) fn add(genome: &mut Genome, rng: &mut Rng, kind: i32) -> i32 {
    let room = limits::XFORMS_MAX - genome.xforms.len().min(limits::XFORMS_MAX);
    let kind = if kind == 0 {
        let drawn = random_kind(rng);
        if xforms_of(drawn) > room || drawn == 0 {
            1
        } else {
            drawn
        }
    } else {
        kind
    };
    genome.xforms.extend(symmetry_xforms(i64::from(kind)));
    kind
}

/// How many xforms a kind adds.
pub(super) fn xforms_of(kind: i32) -> usize {
    match kind {
        0 | 1 => 0,
        2.. => kind as usize - 1,
        _ => kind.unsigned_abs() as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_adds_as_many_xforms_as_it_says() {
        for kind in -30..=30 {
            let mut genome = Genome::default();
            let mut rng = Rng::new(1);
            if kind == 0 {
                continue;
            }
            assert_eq!(add(&mut genome, &mut rng, kind), kind);
            assert_eq!(genome.xforms.len(), xforms_of(kind), "kind {kind}");
        }
    }

    #[test]
    fn half_of_the_random_kinds_are_the_usual_ones() {
        let mut rng = Rng::new(2);
        let kinds: Vec<i32> = (0..2_000).map(|_| random_kind(&mut rng)).collect();
        let share = |holds: fn(&i32) -> bool| {
            kinds.iter().filter(|kind| holds(kind)).count() as f64 / 2_000.0
        };
        // 3 in 15 of half, 1 in 13 of nearly half.
        let twofold = 0.5 * 3.0 / 15.0 + 0.5 * 31.0 / 32.0 / 13.0 + 0.5 / 32.0 / 51.0;
        assert!((share(|&k| k == 2) - twofold).abs() < 0.025);
        // 0 and 1 both mean none.
        let none = 0.5 * 31.0 / 32.0 * 2.0 / 13.0 + 0.5 / 32.0 * 2.0 / 51.0;
        assert!((share(|&k| k == 0 || k == 1) - none).abs() < 0.02);
        assert!((share(|&k| k.abs() > 6) - 0.5 / 32.0 * 38.0 / 51.0).abs() < 0.015);
    }

    #[test]
    fn a_full_genome_gets_no_random_symmetry() {
        let mut genome = Genome {
            xforms: vec![crate::Xform::default(); limits::XFORMS_MAX],
            ..Genome::default()
        };
        let mut rng = Rng::new(3);
        for _ in 0..50 {
            assert_eq!(add(&mut genome, &mut rng, 0), 1);
        }
        assert_eq!(genome.xforms.len(), limits::XFORMS_MAX);
    }
}
