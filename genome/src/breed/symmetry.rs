//! Symmetry: xforms that turn and mirror the flame, as `<symmetry>` would add them.

use crate::flam3::symmetry_xforms;
use crate::rng::Rng;
use crate::{Genome, limits};

/// The kinds that half of all random symmetries are; each entry is as likely as the others.
const USUAL: [i32; 15] = [-4, -3, -2, -2, -2, -1, -1, -1, 2, 2, 2, 3, 3, 4, 4];
/// How many of the other half stay within [`FEW`] turns; the rest go up to [`MANY`].
const FEW_SHARE: f64 = 31.0 / 32.0;
const FEW: i32 = 6;
const MANY: i32 = 25;

/// Draws a kind by flam3's odds; never 0, and 1 where there shall be none.
pub(crate) fn random_kind(rng: &mut Rng) -> i32 {
    let kind = if rng.chance(0.5) {
        *rng.pick(&USUAL)
    } else if rng.chance(FEW_SHARE) {
        rng.whole(-FEW, FEW)
    } else {
        rng.whole(-MANY, MANY)
    };
    if kind == 0 { 1 } else { kind }
}

/// Adds the xforms of `kind`, 0 for a random one, and says which kind it was.
///
/// Where a genome has no room for a random kind's xforms it gets none.
pub(super) fn add(genome: &mut Genome, rng: &mut Rng, kind: i32) -> i32 {
    let room = limits::XFORMS_MAX - genome.xforms.len().min(limits::XFORMS_MAX);
    let kind = if kind == 0 {
        let drawn = random_kind(rng);
        if xforms_of(drawn) > room { 1 } else { drawn }
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
        let twofold = 0.5 * 3.0 / 15.0 + 0.5 * FEW_SHARE / 13.0 + 0.5 / 32.0 / 51.0;
        assert!((share(|&k| k == 2) - twofold).abs() < 0.025);
        // 0 and 1 both mean none.
        let none = 0.5 * FEW_SHARE * 2.0 / 13.0 + 0.5 / 32.0 * 2.0 / 51.0;
        assert!((share(|&k| k == 1) - none).abs() < 0.02);
        assert!((share(|&k| k.abs() > FEW) - 0.5 / 32.0 * 38.0 / 51.0).abs() < 0.015);
        assert!(kinds.iter().all(|&kind| kind != 0));
    }

    #[test]
    fn a_full_genome_gets_no_random_symmetry() {
        let mut genome = Genome::default();
        genome.xforms = vec![crate::Xform::default(); limits::XFORMS_MAX];
        let mut rng = Rng::new(3);
        for _ in 0..50 {
            assert_eq!(add(&mut genome, &mut rng, 0), 1);
        }
        assert_eq!(genome.xforms.len(), limits::XFORMS_MAX);
    }
}
