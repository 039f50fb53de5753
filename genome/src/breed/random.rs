//! Random genomes, and the random parts that mutations take from them.
//!
//! # Source
//!
//! The shares, counts and ranges are flam3's; what it says of a parameter is in the catalogue.

use super::settings::{BreedSettings, Mixture};
use super::{colors, symmetry};
use crate::rng::Rng;
use crate::{Affine, Draw, Genome, Variation, WeightedVariation, Xform};

/// How many xforms a random genome has: each entry is as likely as the others.
const XFORM_COUNTS: [usize; 14] = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6];
/// The greatest of them.
pub(super) const XFORMS_DRAWN_MAX: usize = 6;
/// How many of them have a final xform too.
const FINAL: f64 = 0.15;
/// How many of those without one get a random symmetry.
const SYMMETRIC: f64 = 0.25;
/// How many have no post maps at all.
const NO_POST: f64 = 0.6;

/// A random genome with its symmetry, but not yet framed; the second is what was done.
pub(super) fn genome(
    rng: &mut Rng,
    kind: Option<i32>,
    settings: &BreedSettings,
) -> (Genome, String) {
    let count = *rng.pick(&XFORM_COUNTS);
    let mut genome = bare(rng, count, settings);
    if rng.chance(FINAL) {
        genome.final_xform = Some(final_xform(rng, settings));
    }
    genome.palette = colors::random_palette(rng, &settings.palettes);
    let wanted = match kind {
        Some(kind) => Some(kind),
        None => (genome.final_xform.is_none() && rng.chance(SYMMETRIC)).then_some(0),
    };
    let added = wanted.map(|kind| symmetry::add(&mut genome, rng, kind));
    let action = match added {
        Some(kind) if kind != 1 => format!("random with {count} xforms and symmetry {kind}"),
        _ => format!("random with {count} xforms"),
    };
    (genome, action)
}

/// A random genome of `count` xforms without final xform, symmetry and colours.
pub(super) fn bare(rng: &mut Rng, count: usize, settings: &BreedSettings) -> Genome {
    let mut genome = Genome {
        xforms: Vec::new(),
        final_xform: None,
        ..settings.template.clone()
    };
    let mut choice = Choice::new(rng, settings);
    for index in 0..count {
        genome.xforms.push(Xform {
            weight: 1.0 / count as f64,
            color: (index & 1) as f64,
            coefs: affine(rng),
            variations: choice.next(rng),
            ..Xform::default()
        });
    }
    if !rng.chance(NO_POST) {
        add_posts(rng, &mut genome.xforms);
    }
    genome
}

/// A map of six numbers in -1..1.
fn affine(rng: &mut Rng) -> Affine {
    Affine::from_columns(std::array::from_fn(|_| rng.signed()))
}

/// Gives every xform a post map: the first a random one, the others that one or their own.
fn add_posts(rng: &mut Rng, xforms: &mut [Xform]) {
    let shared = rng.chance(0.5);
    let first = affine(rng);
    for (index, xform) in xforms.iter_mut().enumerate() {
        xform.post = if shared || index == 0 {
            first
        } else {
            affine(rng)
        };
    }
}

/// A final xform with one or two variations; it leaves colours alone.
fn final_xform(rng: &mut Rng, settings: &BreedSettings) -> Xform {
    let count = 1 + rng.below(2);
    Xform {
        color_speed: 0.0,
        coefs: affine(rng),
        variations: several(rng, count, &settings.variations),
        ..Xform::default()
    }
}

/// How the xforms of one random genome get their variations.
enum Choice<'a> {
    /// All the same.
    Same(Vec<WeightedVariation>),
    /// One alone for each.
    Single(&'a [Variation]),
    /// Two or more for each.
    Several(&'a [Variation]),
}

impl<'a> Choice<'a> {
    fn new(rng: &mut Rng, settings: &'a BreedSettings) -> Self {
        let choices = settings.variations.as_slice();
        if settings.mixture == Mixture::SingleOrSeveral && rng.chance(0.5) {
            return if rng.chance(0.5) {
                Self::Single(choices)
            } else {
                Self::Same(several(rng, 1, choices))
            };
        }
        if rng.chance(0.5) {
            let count = two_or_more(rng);
            Self::Same(several(rng, count, choices))
        } else {
            Self::Several(choices)
        }
    }

    fn next(&mut self, rng: &mut Rng) -> Vec<WeightedVariation> {
        match self {
            Self::Same(variations) => variations.clone(),
            Self::Single(choices) => several(rng, 1, choices),
            Self::Several(choices) => {
                let count = two_or_more(rng);
                several(rng, count, choices)
            }
        }
    }
}

/// Two, and one more for every coin that lands on its head before one does not.
fn two_or_more(rng: &mut Rng) -> usize {
    let mut count = 2;
    while count < 16 && rng.chance(0.5) {
        count += 1;
    }
    count
}

/// `count` draws among `choices` with random weights; the weights add up to 1.
///
/// What is drawn twice is there once, with both weights.
fn several(rng: &mut Rng, count: usize, choices: &[Variation]) -> Vec<WeightedVariation> {
    let mut drawn: Vec<WeightedVariation> = Vec::with_capacity(count);
    for _ in 0..count {
        let variation = if choices.is_empty() {
            Variation::Linear
        } else {
            *rng.pick(choices)
        };
        // Never 0, so that the sum can be divided by.
        let weight = 1.0 - rng.unit();
        let place = drawn.binary_search_by_key(&variation, |entry| entry.variation);
        match place {
            Ok(place) => drawn[place].weight += weight,
            Err(place) => drawn.insert(place, with_parameters(rng, variation, weight)),
        }
    }
    let sum: f64 = drawn.iter().map(|entry| entry.weight).sum();
    for entry in &mut drawn {
        entry.weight /= sum;
    }
    drawn
}

/// A variation with the parameters that random genomes draw for it.
fn with_parameters(rng: &mut Rng, variation: Variation, weight: f64) -> WeightedVariation {
    let mut drawn = WeightedVariation::new(variation, weight);
    for (place, parameter) in variation.parameters().iter().enumerate() {
        let value = match parameter.draw {
            Draw::Default => continue,
            Draw::Value(value) => value,
            Draw::Uniform { from, to } => rng.between(from, to),
            Draw::Whole { from, to } => {
                f64::from(from) + rng.below((to - from) as usize + 1) as f64
            }
            Draw::Multiple { of, from, to } => drawn.parameters[of] * rng.between(from, to),
        };
        drawn.parameters[place] = parameter.range.clamp(value);
    }
    drawn
}
