//! Tidying: what no picture needs is taken off a child, and every number is brought into its range.

use crate::{Affine, Genome, Xform, limits};

/// Variations that an xform keeps: the heaviest.
const VARIATIONS_KEPT: usize = 5;
/// An xform lighter than this goes.
const LIGHT: f64 = 0.001;

/// Tidies a child; says how many xforms and variations it lost.
pub(super) fn tidy(genome: &mut Genome) -> Loss {
    genome.name.clear();
    genome.time = 0.0;
    genome.edits.clear();
    let mut loss = Loss::default();
    for xform in genome.xforms.iter_mut().chain(&mut genome.final_xform) {
        mend(xform);
        loss.variations += drop_small_variations(xform);
    }
    loss.xforms = drop_light_xforms(genome);
    fit_motions(genome);
    let count = genome.xforms.len();
    for xform in &mut genome.xforms {
        xform.chaos.truncate(count);
        mend_chaos(xform);
    }
    loss
}

/// What tidying took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Loss {
    pub(super) xforms: usize,
    pub(super) variations: usize,
}

impl std::fmt::Display for Loss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { xforms, variations } = self;
        write!(
            f,
            "less {xforms} light xforms and {variations} small variations"
        )
    }
}

/// Removes xform `index` and its column in every chaos row.
pub(super) fn remove_xform(genome: &mut Genome, index: usize) {
    genome.xforms.remove(index);
    for xform in &mut genome.xforms {
        if index < xform.chaos.len() {
            xform.chaos.remove(index);
        }
    }
}

/// Keeps the heaviest variations; of equal ones those with the smaller numbers.
fn drop_small_variations(xform: &mut Xform) -> usize {
    let before = xform.variations.len();
    while xform.variations.len() > VARIATIONS_KEPT {
        let weights = xform.variations.iter().map(|entry| entry.weight.abs());
        let lightest = weights.enumerate().rev().min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((place, _)) = lightest else { break };
        xform.variations.remove(place);
    }
    before - xform.variations.len()
}

/// Drops xforms that are hardly ever chosen, but never the last one.
fn drop_light_xforms(genome: &mut Genome) -> usize {
    let light = |xform: &Xform| xform.weight < LIGHT && xform.motion.is_empty();
    if genome.xforms.iter().all(light) {
        return 0;
    }
    let before = genome.xforms.len();
    while let Some(index) = genome.xforms.iter().position(light) {
        remove_xform(genome, index);
    }
    before - genome.xforms.len()
}

/// Takes motion elements off the end until a genome has no more than it may.
fn fit_motions(genome: &mut Genome) {
    let own: usize = genome
        .xforms
        .iter()
        .chain(&genome.final_xform)
        .map(|xform| xform.variations.len())
        .sum();
    let (mut motions, mut variations) = (0, own);
    for xform in genome.xforms.iter_mut().chain(&mut genome.final_xform) {
        xform.motion.retain(|motion| {
            motions += 1;
            variations += motion.variations.len();
            motions <= limits::MOTIONS_MAX && variations <= limits::VARIATIONS_MAX
        });
        if xform.motion.is_empty() {
            xform.variations.retain(|entry| entry.weight != 0.0);
        }
    }
}

/// Brings an xform's numbers into their ranges.
fn mend(xform: &mut Xform) {
    let shares = [
        &mut xform.color,
        &mut xform.color_speed,
        &mut xform.animate,
        &mut xform.opacity,
    ];
    for share in shares {
        *share = limits::SHARE.clamp(*share);
    }
    xform.weight = limits::WEIGHT.clamp(xform.weight);
    xform.coefs = legal(xform.coefs);
    xform.post = legal(xform.post);
    for entry in &mut xform.variations {
        entry.weight = limits::VARIATION_WEIGHT.clamp(entry.weight);
        let parameters = entry.variation.parameters();
        for (value, parameter) in entry.parameters.iter_mut().zip(parameters) {
            *value = parameter.range.clamp(*value);
        }
    }
}

fn mend_chaos(xform: &mut Xform) {
    for multiplier in &mut xform.chaos {
        *multiplier = limits::CHAOS.clamp(*multiplier);
    }
}

fn legal(affine: Affine) -> Affine {
    let columns = affine.to_columns();
    Affine::from_columns(columns.map(|number| limits::COEFFICIENT.clamp(number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Motion, Variation, WeightedVariation};

    fn with_variations(count: usize) -> Xform {
        let variations = Variation::ALL[..count].iter().enumerate();
        Xform {
            weight: 1.0,
            variations: variations
                .map(|(i, &variation)| WeightedVariation::new(variation, (i + 1) as f64 * 0.1))
                .collect(),
            ..Xform::default()
        }
    }

    #[test]
    fn the_five_heaviest_variations_stay_in_order() {
        let mut genome = Genome {
            xforms: vec![with_variations(8)],
            ..Genome::default()
        };
        let loss = tidy(&mut genome);
        assert_eq!(loss.variations, 3);
        let kept = genome.xforms[0].variations.iter();
        let kept: Vec<u8> = kept.map(|entry| entry.variation.index()).collect();
        assert_eq!(kept, [3, 4, 5, 6, 7]);
    }

    #[test]
    fn light_xforms_go_but_never_all() {
        let xform = |weight| Xform {
            weight,
            chaos: vec![1.0, 2.0, 3.0],
            ..Xform::default()
        };
        let mut genome = Genome {
            xforms: vec![xform(1.0), xform(0.0005), xform(0.2)],
            ..Genome::default()
        };
        assert_eq!(tidy(&mut genome).xforms, 1);
        assert_eq!(genome.xforms[1].weight, 0.2);
        assert_eq!(genome.xforms[1].chaos, [1.0, 3.0]);
        genome.xforms = vec![xform(0.0001), xform(0.0002)];
        assert_eq!(tidy(&mut genome).xforms, 0);
    }

    #[test]
    fn numbers_and_motions_beyond_their_limits_are_brought_back() {
        let mut xform = with_variations(2);
        xform.coefs.a = f64::INFINITY;
        xform.color = -3.0;
        xform.motion = vec![Motion::default(); 40];
        let mut genome = Genome {
            name: "parent".to_owned(),
            xforms: vec![xform.clone(), xform],
            ..Genome::default()
        };
        tidy(&mut genome);
        assert_eq!(genome.check(), Ok(()));
        assert!(genome.name.is_empty());
        assert_eq!(genome.xforms[1].motion.len(), limits::MOTIONS_MAX - 40);
    }
}
