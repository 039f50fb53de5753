//! flam3's mutations: one genome with a part of it replaced, moved, added or taken away.
//!
//! # Source
//!
//! The methods, their probabilities and their numbers are flam3's.

use super::settings::BreedSettings;
use super::tidy::remove_xform;
use super::{BreedError, MutateMethod, colors, random, symmetry};
use crate::rng::Rng;
use crate::{Affine, Genome, Xform, limits};

/// How many children of `post_xforms` have one post map for all xforms.
const SHARED_POST: f64 = 0.75;

/// What a mutation is asked for.
pub(super) struct Mutation {
    pub(super) method: Option<MutateMethod>,
    pub(super) speed: f64,
    pub(super) symmetry: Option<i32>,
}

/// Mutates `genome`; says what was done.
pub(super) fn mutate(
    genome: &mut Genome,
    rng: &mut Rng,
    mutation: &Mutation,
    settings: &BreedSettings,
) -> Result<String, BreedError> {
    let method = match mutation.method {
        Some(method) => method,
        None => draw_method(rng, genome),
    };
    let done = match method {
        MutateMethod::AllVars => all_vars(genome, rng, settings),
        MutateMethod::OneXform => one_xform(genome, rng, settings),
        MutateMethod::AddSymmetry => {
            // A mutation that adds nothing would be none.
            let kind = match mutation.symmetry {
                None | Some(0) => symmetry::random_addition(rng, genome.xforms.len())
                    .ok_or(BreedError::TooManyXforms)?,
                Some(kind) => kind,
            };
            if symmetry::xforms_of(kind) + genome.xforms.len() > limits::XFORMS_MAX {
                return Err(BreedError::TooManyXforms);
            }
            symmetry::add(genome, rng, kind);
            format!("symmetry of kind {kind}")
        }
        MutateMethod::PostXforms => post_xforms(genome, rng),
        MutateMethod::ColorPalette => colors::mutate(rng, genome, settings).to_owned(),
        MutateMethod::DeleteXform => delete_xform(genome, rng)?,
        MutateMethod::AllCoefs => all_coefs(genome, rng, mutation.speed, settings),
    };
    Ok(format!("{}: {done}", method.name()))
}

/// Draws a method; one that this genome cannot take is drawn again.
fn draw_method(rng: &mut Rng, genome: &Genome) -> MutateMethod {
    loop {
        let mut left = rng.unit();
        for &method in MutateMethod::ALL {
            left -= method.probability();
            let possible = match method {
                MutateMethod::DeleteXform => genome.xforms.len() > 1,
                // The smallest symmetry is one xform.
                MutateMethod::AddSymmetry => genome.xforms.len() < limits::XFORMS_MAX,
                _ => true,
            };
            if left < 0.0 && possible {
                return method;
            }
            if left < 0.0 {
                break;
            }
        }
    }
}

fn all_vars(genome: &mut Genome, rng: &mut Rng, settings: &BreedSettings) -> String {
    let fresh = random::bare(rng, genome.xforms.len(), settings);
    for (xform, fresh) in genome.xforms.iter_mut().zip(fresh.xforms) {
        xform.variations = fresh.variations;
    }
    "all variations are new".to_owned()
}

fn one_xform(genome: &mut Genome, rng: &mut Rng, settings: &BreedSettings) -> String {
    let count = genome.xforms.len();
    let fresh = random::bare(rng, count, settings);
    let index = rng.below(count);
    let (xform, fresh) = (&mut genome.xforms[index], fresh.xforms[index].coefs);
    if count > 2 {
        xform.coefs = fresh;
        return format!("new map of xform {index}");
    }
    xform.coefs = Affine {
        c: fresh.c,
        f: fresh.f,
        ..xform.coefs
    };
    format!("new translation of xform {index}")
}

fn delete_xform(genome: &mut Genome, rng: &mut Rng) -> Result<String, BreedError> {
    if genome.xforms.len() < 2 {
        return Err(BreedError::NothingToDelete);
    }
    let index = rng.below(genome.xforms.len());
    remove_xform(genome, index);
    Ok(format!("without xform {index}"))
}

fn all_coefs(genome: &mut Genome, rng: &mut Rng, speed: f64, settings: &BreedSettings) -> String {
    let fresh = random::bare(rng, genome.xforms.len(), settings);
    for (xform, fresh) in genome.xforms.iter_mut().zip(fresh.xforms) {
        let (mut moved, by) = (xform.coefs.to_columns(), fresh.coefs.to_columns());
        for (number, by) in moved.iter_mut().zip(by) {
            *number += speed * by;
        }
        xform.coefs = Affine::from_columns(moved);
    }
    format!("all maps moved at speed {speed}")
}

fn post_xforms(genome: &mut Genome, rng: &mut Rng) -> String {
    let steps = PostSteps(1 + rng.below(6));
    let shared = rng.chance(SHARED_POST);
    let mut first = None;
    for xform in &mut genome.xforms {
        match first {
            Some(post) if shared => xform.post = post,
            _ => steps.apply(xform, rng),
        }
        first = first.or(Some(xform.post));
    }
    let which = if shared { "the same" } else { "their own" };
    format!("{}, {which} for all xforms", steps.describe())
}

/// Which of three things are done to the maps: bit 0 turns, bit 1 scales, bit 2 shifts.
struct PostSteps(usize);

impl PostSteps {
    fn apply(&self, xform: &mut Xform, rng: &mut Rng) {
        if self.0 & 1 != 0 {
            let angle = std::f64::consts::PI * rng.signed();
            xform.coefs = turned_after(xform.coefs, angle);
            xform.post = turned_before(xform.post, -angle);
        }
        if self.0 & 2 != 0 {
            let (x, y) = (factor(rng), factor(rng));
            xform.coefs = scaled_after(xform.coefs, 1.0 / x, 1.0 / y);
            xform.post = scaled_before(xform.post, x, y);
        }
        if self.0 & 4 != 0 {
            let (x, y) = (rng.signed(), rng.signed());
            xform.coefs.c -= x;
            xform.coefs.f -= y;
            let [c, f] = xform.post.apply([x, y]);
            (xform.post.c, xform.post.f) = (c, f);
        }
    }

    fn describe(&self) -> String {
        let names = ["turned", "scaled", "shifted"];
        let done = (0..3).filter(|bit| self.0 >> bit & 1 != 0);
        done.map(|bit| names[bit]).collect::<Vec<_>>().join(" and ")
    }
}

/// A factor of 0.2 to 1.2, or one in that range's reciprocals.
fn factor(rng: &mut Rng) -> f64 {
    let factor = 0.2 + rng.unit();
    if rng.chance(0.5) {
        factor
    } else {
        1.0 / factor
    }
}

/// First `map`, then a turn about the origin.
fn turned_after(map: Affine, angle: f64) -> Affine {
    let (sin, cos) = libm::sincos(angle);
    Affine {
        a: cos * map.a - sin * map.d,
        b: cos * map.b - sin * map.e,
        c: cos * map.c - sin * map.f,
        d: sin * map.a + cos * map.d,
        e: sin * map.b + cos * map.e,
        f: sin * map.c + cos * map.f,
    }
}

/// First a turn about the origin, then `map`.
fn turned_before(map: Affine, angle: f64) -> Affine {
    let (sin, cos) = libm::sincos(angle);
    Affine {
        a: map.a * cos + map.b * sin,
        b: map.b * cos - map.a * sin,
        d: map.d * cos + map.e * sin,
        e: map.e * cos - map.d * sin,
        ..map
    }
}

/// First `map`, then x times `x` and y times `y`.
fn scaled_after(map: Affine, x: f64, y: f64) -> Affine {
    Affine {
        a: map.a * x,
        b: map.b * x,
        c: map.c * x,
        d: map.d * y,
        e: map.e * y,
        f: map.f * y,
    }
}

/// First x times `x` and y times `y`, then `map`.
fn scaled_before(map: Affine, x: f64, y: f64) -> Affine {
    Affine {
        a: map.a * x,
        b: map.b * y,
        d: map.d * x,
        e: map.e * y,
        ..map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parent(count: usize) -> Genome {
        let settings = BreedSettings::default();
        random::bare(&mut Rng::new(1_008), count, &settings)
    }

    fn mutated(parent: &Genome, method: MutateMethod, rng_seed: u64) -> (Genome, String) {
        let mutation = Mutation {
            method: Some(method),
            speed: 0.1,
            symmetry: Some(3),
        };
        let mut child = parent.clone();
        let settings = BreedSettings::default();
        let action = mutate(&mut child, &mut Rng::new(rng_seed), &mutation, &settings);
        (child, action.unwrap())
    }

    /// Which parts of which xforms differ: m for the map, v for the variations, p for the post map.
    fn differences(one: &Genome, other: &Genome) -> String {
        let both = one.xforms.iter().zip(&other.xforms);
        let parts = both.map(|(one, other)| {
            let mut parts = String::new();
            parts.extend((one.coefs != other.coefs).then_some('m'));
            parts.extend((one.variations != other.variations).then_some('v'));
            parts.extend((one.post != other.post).then_some('p'));
            parts
        });
        parts.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn every_method_changes_its_own_part_and_nothing_else() {
        let parent = parent(3);
        let check = |method, expected: &[&str]| {
            for rng_seed in 0..20 {
                let (child, action) = mutated(&parent, method, rng_seed);
                let differences = differences(&parent, &child);
                assert!(
                    expected.contains(&differences.as_str()),
                    "{action}: {differences}"
                );
            }
        };
        check(MutateMethod::AllVars, &["v|v|v"]);
        check(MutateMethod::OneXform, &["m||", "|m|", "||m"]);
        check(MutateMethod::AllCoefs, &["m|m|m"]);
        check(MutateMethod::ColorPalette, &["||"]);
        check(MutateMethod::AddSymmetry, &["||"]);
        assert_eq!(
            mutated(&parent, MutateMethod::AddSymmetry, 0)
                .0
                .xforms
                .len(),
            5
        );
        assert_eq!(
            mutated(&parent, MutateMethod::DeleteXform, 0)
                .0
                .xforms
                .len(),
            2
        );
    }

    #[test]
    fn of_two_xforms_one_keeps_its_shape() {
        let parent = parent(2);
        let (child, _) = mutated(&parent, MutateMethod::OneXform, 1);
        for (one, other) in parent.xforms.iter().zip(&child.xforms) {
            let shape = |map: Affine| [map.a, map.b, map.d, map.e];
            assert_eq!(shape(one.coefs), shape(other.coefs));
        }
        assert_ne!(parent, child);
    }

    #[test]
    fn a_post_map_undoes_what_was_done_to_the_map_before() {
        let mut rng = Rng::new(9);
        for steps in 1..=7 {
            for _ in 0..20 {
                let mut xform = Xform {
                    coefs: Affine::from_columns(std::array::from_fn(|_| rng.signed())),
                    post: Affine::from_columns(std::array::from_fn(|_| rng.signed())),
                    ..Xform::default()
                };
                let before = xform.clone();
                PostSteps(steps).apply(&mut xform, &mut rng);
                assert_ne!(before.coefs, xform.coefs);
                for point in [[0.0, 0.0], [1.0, 0.0], [0.3, -0.8]] {
                    let whole = |xform: &Xform| xform.post.apply(xform.coefs.apply(point));
                    let (was, is) = (whole(&before), whole(&xform));
                    for axis in 0..2 {
                        assert!((was[axis] - is[axis]).abs() < 1e-12, "steps {steps}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_deleted_xform_takes_its_chaos_column_with_it() {
        let mut parent = parent(3);
        parent.xforms[0].chaos = vec![1.0, 2.0, 3.0];
        parent.xforms[2].chaos = vec![4.0];
        remove_xform(&mut parent, 1);
        assert_eq!(parent.xforms[0].chaos, [1.0, 3.0]);
        assert_eq!(parent.xforms[1].chaos, [4.0]);
    }

    #[test]
    fn the_only_xform_is_not_deleted() {
        let mut lonely = parent(1);
        let mut rng = Rng::new(1);
        assert_eq!(
            delete_xform(&mut lonely, &mut rng),
            Err(BreedError::NothingToDelete)
        );
        let drawn = (0..300).map(|_| draw_method(&mut rng, &lonely));
        assert!(
            drawn
                .into_iter()
                .all(|method| method != MutateMethod::DeleteXform)
        );
        assert_eq!(lonely.xforms.len(), 1);
    }
}
