//! flam3's crossings: one genome from two.
//!
//! Everything that is not said here, the size and the tone among it, comes from the first parent,
//! or with [`CrossMethod::Alternate`] from the one that was drawn.
//!
//! # Source
//!
//! The methods, their probabilities and their numbers are flam3's.

use super::{BreedError, CrossMethod, colors};
use crate::rng::Rng;
use crate::{Genome, interpolate, limits};

/// How many children get a palette made of both.
const CROSSED_PALETTES: f64 = 0.4;
/// How often xforms are drawn before a child of one parent alone is taken.
const ALTERNATE_TRIES: u32 = 64;

/// Crosses two genomes; says what was done.
pub(super) fn cross(
    one: &Genome,
    other: &Genome,
    rng: &mut Rng,
    method: Option<CrossMethod>,
) -> Result<(Genome, String), BreedError> {
    let method = match method {
        Some(method) => method,
        None => draw_method(rng, one, other),
    };
    let (mut child, mut action) = match method {
        CrossMethod::Union => union(one, other)?,
        CrossMethod::Interpolate => between(one, other, rng),
        CrossMethod::Alternate => alternate(one, other, rng),
    };
    for (index, xform) in child.xforms.iter_mut().enumerate() {
        xform.color = (index & 1) as f64;
    }
    action = format!("{}: {action}", method.name());
    if rng.chance(CROSSED_PALETTES) {
        child.palette = colors::crossed(rng, &one.palette, &other.palette);
        action += ", palettes crossed";
    }
    Ok((child, action))
}

/// Draws a method; a union that would be too large is drawn again.
fn draw_method(rng: &mut Rng, one: &Genome, other: &Genome) -> CrossMethod {
    let drawn = rng.unit();
    let united = one.xforms.len() + other.xforms.len() <= limits::XFORMS_MAX;
    let [union, interpolate] =
        [CrossMethod::Union, CrossMethod::Interpolate].map(CrossMethod::probability);
    if drawn < union && united {
        CrossMethod::Union
    } else if drawn >= union && drawn < union + interpolate {
        CrossMethod::Interpolate
    } else {
        CrossMethod::Alternate
    }
}

fn union(one: &Genome, other: &Genome) -> Result<(Genome, String), BreedError> {
    if one.xforms.len() + other.xforms.len() > limits::XFORMS_MAX {
        return Err(BreedError::TooManyXforms);
    }
    let mut child = one.clone();
    let (own, added) = (one.xforms.len(), other.xforms.len());
    // A row that ends early goes on with ones, and so the rows of one parent say nothing about the
    // other's xforms; the second parent's rows have to be moved to their new columns.
    child
        .xforms
        .extend(other.xforms.iter().cloned().map(|mut xform| {
            if !xform.chaos.is_empty() {
                xform.chaos.splice(0..0, std::iter::repeat_n(1.0, own));
            }
            xform
        }));
    Ok((child, format!("{own} and {added} xforms")))
}

fn between(one: &Genome, other: &Genome, rng: &mut Rng) -> (Genome, String) {
    let share = rng.unit();
    let keyed = |genome: &Genome, time| Genome {
        time,
        ..genome.clone()
    };
    let child = interpolate(&keyed(one, 0.0), &keyed(other, 1.0), share);
    (child, format!("{share:.3} of the way"))
}

fn alternate(one: &Genome, other: &Genome, rng: &mut Rng) -> (Genome, String) {
    let parents = [one, other];
    let mut drawn = alternate_once(parents, rng);
    for _ in 1..ALTERNATE_TRIES {
        if drawn.has_both() {
            break;
        }
        drawn = alternate_once(parents, rng);
    }
    let origins: Vec<String> = drawn.origins.iter().map(ToString::to_string).collect();
    let action = format!(
        "parent {} with xforms of parents {}",
        drawn.base,
        origins.join(" ")
    );
    (drawn.child, action)
}

/// A child, the parent it was copied from, and where each xform came from in the end.
struct Alternated {
    child: Genome,
    base: usize,
    origins: Vec<usize>,
}

impl Alternated {
    fn has_both(&self) -> bool {
        [0, 1].iter().all(|parent| self.origins.contains(parent))
    }
}

fn alternate_once(parents: [&Genome; 2], rng: &mut Rng) -> Alternated {
    let base = rng.below(2);
    let (mut child, other) = (parents[base].clone(), parents[1 - base]);
    let mut origins = vec![base; child.xforms.len()];
    for (index, xform) in child.xforms.iter_mut().enumerate() {
        let replaced = rng.chance(0.5);
        match other.xforms.get(index) {
            Some(theirs) if replaced && theirs.weight > 0.0 => {
                *xform = theirs.clone();
                origins[index] = 1 - base;
            }
            _ => {}
        }
    }
    let replaced = rng.chance(0.5);
    if replaced && other.final_xform.is_some() && child.final_xform.is_some() {
        child.final_xform.clone_from(&other.final_xform);
    }
    Alternated {
        child,
        base,
        origins,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breed::{BreedSettings, random};

    fn parents() -> [Genome; 2] {
        let settings = BreedSettings::default();
        [(4, 3), (6, 5)].map(|(rng_seed, count)| {
            let mut rng = Rng::new(rng_seed);
            let mut parent = random::bare(&mut rng, count, &settings);
            parent.palette = colors::random_palette(&mut rng, &settings.palettes);
            parent
        })
    }

    fn crossed(method: CrossMethod, rng_seed: u64) -> (Genome, String) {
        let [one, other] = parents();
        cross(&one, &other, &mut Rng::new(rng_seed), Some(method)).unwrap()
    }

    #[test]
    fn a_union_has_the_xforms_of_both_and_keeps_their_chaos_apart() {
        let [one, mut other] = parents();
        other.xforms[0].chaos = vec![0.5, 2.0];
        let (child, action) = union(&one, &other).unwrap();
        assert_eq!(action, "3 and 5 xforms");
        assert_eq!(child.xforms[3].chaos, [1.0, 1.0, 1.0, 0.5, 2.0]);
        assert_eq!(child.xforms[4].coefs, other.xforms[1].coefs);
    }

    #[test]
    fn an_alternating_child_has_xforms_of_both() {
        let [one, other] = parents();
        for rng_seed in 0..50 {
            let (child, action) = crossed(CrossMethod::Alternate, rng_seed);
            let from = |parent: &Genome| {
                let maps: Vec<_> = parent.xforms.iter().map(|xform| xform.coefs).collect();
                child
                    .xforms
                    .iter()
                    .filter(|xform| maps.contains(&xform.coefs))
                    .count()
            };
            let (first, second) = (from(&one), from(&other));
            assert!(first > 0 && second > 0, "{action}");
            assert_eq!(first + second, child.xforms.len());
        }
    }

    #[test]
    fn colours_are_dealt_anew_and_four_palettes_in_ten_are_crossed() {
        let [one, other] = parents();
        let mut crossings = 0;
        for rng_seed in 0..400 {
            let (child, action) = crossed(CrossMethod::Alternate, rng_seed);
            let colors: Vec<f64> = child.xforms.iter().map(|xform| xform.color).collect();
            assert_eq!(colors[..3], [0.0, 1.0, 0.0]);
            let pure = child.palette == one.palette || child.palette == other.palette;
            crossings += usize::from(!pure);
            assert!(pure || action.ends_with("palettes crossed"));
        }
        // One crossed palette in thirteen never changes sides and counts as pure.
        assert!((120..=185).contains(&crossings), "{crossings}");
    }

    #[test]
    fn what_would_be_too_large_is_refused_or_not_drawn() {
        let [mut one, mut other] = parents();
        one.xforms = vec![one.xforms[0].clone(); 40];
        other.xforms = vec![other.xforms[0].clone(); 40];
        assert_eq!(union(&one, &other), Err(BreedError::TooManyXforms));
        let mut rng = Rng::new(1);
        let drawn = (0..300).map(|_| draw_method(&mut rng, &one, &other));
        assert!(drawn.into_iter().all(|method| method != CrossMethod::Union));
    }
}
