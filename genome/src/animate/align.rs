//! Making two genomes blend: the same number of xforms, and parameters that say the same thing.
//!
//! The shorter genome gets xforms of weight 0 that map every point to itself. How they do that is
//! chosen by what they will turn into ([`Padding`] in the catalogue): a `blob` grows out of a round
//! blob rather than out of nothing.

use super::affine::Winding;
use crate::catalogue::Padding;
use crate::{Affine, Genome, InterpolationType, Variation, WeightedVariation, Xform};

/// Two genomes with as many xforms each.
pub(super) struct Pair {
    /// The one to leave.
    pub(super) from: Genome,
    /// The one to reach.
    pub(super) to: Genome,
    /// The first xform of `from` that is padding.
    pub(super) from_padding: usize,
    /// The first xform of `to` that is padding.
    pub(super) to_padding: usize,
}

/// Pads the shorter genome and copies the parameters of variations that only one of them has.
pub(super) fn align(mut from: Genome, mut to: Genome) -> Pair {
    let kind = from.interpolation_type;
    let old = matches!(kind, InterpolationType::Old | InterpolationType::Older);
    if !old {
        to.rotate = nearest_turn(to.rotate, from.rotate);
    }
    let (from_padding, to_padding) = (from.xforms.len(), to.xforms.len());
    pad(&mut from.xforms, to_padding);
    pad(&mut to.xforms, from_padding);
    let from_final = pad_final(&mut from, to.final_xform.is_some());
    let to_final = pad_final(&mut to, from.final_xform.is_some());
    if !old {
        let both = from.xforms.iter_mut().zip(&mut to.xforms).enumerate();
        for (index, (one, two)) in both {
            align_xform(one, two, index >= from_padding, kind);
            align_xform(two, one, index >= to_padding, kind);
        }
        if let (Some(one), Some(two)) = (&mut from.final_xform, &mut to.final_xform) {
            align_xform(one, two, from_final, kind);
            align_xform(two, one, to_final, kind);
        }
    }
    Pair {
        from,
        to,
        from_padding,
        to_padding,
    }
}

impl Pair {
    /// For each xform that turns in one genome and stays still in the other: the angles at which
    /// the turning one starts, so that the blend unwinds the turn instead of jumping across it.
    pub(super) fn windings(&self) -> Vec<Option<Winding>> {
        let both = self.from.xforms.iter().zip(&self.to.xforms);
        both.map(
            |(one, two)| match (one.animate == 0.0, two.animate == 0.0) {
                (true, false) => Some(Winding::of(two.coefs)),
                (false, true) => Some(Winding::of(one.coefs)),
                _ => None,
            },
        )
        .collect()
    }
}

/// `degrees` in whole turns as near as can be to `reference`.
fn nearest_turn(mut degrees: f64, reference: f64) -> f64 {
    let turns = ((degrees - reference) / 360.0).round_ties_even();
    degrees -= 360.0 * turns;
    degrees
}

fn pad(xforms: &mut Vec<Xform>, count: usize) {
    while xforms.len() < count {
        xforms.push(Xform {
            color: (xforms.len() & 1) as f64,
            ..Xform::default()
        });
    }
}

/// Gives the genome a final xform that does nothing; says whether it had none.
fn pad_final(genome: &mut Genome, needed: bool) -> bool {
    if !needed || genome.final_xform.is_some() {
        return false;
    }
    genome.final_xform = Some(Xform {
        color_speed: 0.0,
        animate: 0.0,
        ..Xform::default()
    });
    true
}

/// Readies `xform` for a blend with `companion`.
fn align_xform(xform: &mut Xform, companion: &Xform, is_padding: bool, kind: InterpolationType) {
    for theirs in companion
        .variations
        .iter()
        .filter(|entry| entry.weight != 0.0)
    {
        copy_parameters(xform, theirs);
    }
    if is_padding {
        become_identity_like(xform, companion, kind);
    }
}

/// Takes over the parameters of a variation that only the companion has.
fn copy_parameters(xform: &mut Xform, theirs: &WeightedVariation) {
    let entries = &mut xform.variations;
    let place = match entries.binary_search_by_key(&theirs.variation, |entry| entry.variation) {
        Ok(place) if entries[place].weight != 0.0 => return,
        Ok(place) => place,
        Err(place) => {
            entries.insert(place, WeightedVariation::new(theirs.variation, 0.0));
            place
        }
    };
    let mine = &mut entries[place];
    // flam3 differs here: it forgets the second parameter of flower.
    let copied = match theirs.variation {
        Variation::Flower => 1,
        _ => theirs.parameters.len(),
    };
    mine.parameters[..copied].copy_from_slice(&theirs.parameters[..copied]);
}

/// Makes a padding xform the identity in the way that is nearest to its companion.
fn become_identity_like(xform: &mut Xform, companion: &Xform, kind: InterpolationType) {
    let has = |entry: &&WeightedVariation| entry.weight > 0.0;
    let padding = |entry: &WeightedVariation| entry.variation.padding();
    let theirs = || companion.variations.iter().filter(has);
    set_weights(xform, |_| 0.0);
    if kind == InterpolationType::Log && theirs().any(|it| padding(it) == Padding::Inverted) {
        set_weight(xform, Variation::Linear, -1.0);
        xform.coefs = Affine::from_columns([-1.0, 0.0, 0.0, -1.0, 0.0, 0.0]);
        return;
    }
    for entry in theirs() {
        if let Padding::Identity(parameters) = padding(entry) {
            set_weight(xform, entry.variation, 1.0);
            set_parameters(xform, entry.variation, parameters);
        }
    }
    if total_weight(xform) == 0.0 {
        for entry in theirs().filter(|it| padding(it) == Padding::Swapped) {
            set_weight(xform, entry.variation, 1.0);
            xform.coefs = Affine::from_columns([0.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        }
    }
    let total = total_weight(xform);
    if total == 0.0 {
        set_weight(xform, Variation::Linear, 1.0);
    } else {
        set_weights(xform, |weight| weight / total);
    }
}

fn total_weight(xform: &Xform) -> f64 {
    xform.variations.iter().map(|entry| entry.weight).sum()
}

fn set_weights(xform: &mut Xform, weight: impl Fn(f64) -> f64) {
    for entry in &mut xform.variations {
        entry.weight = weight(entry.weight);
    }
}

/// Every entry that is asked for exists: linear by default, the others by [`copy_parameters`].
fn set_weight(xform: &mut Xform, variation: Variation, weight: f64) {
    let mut entries = xform.variations.iter_mut();
    if let Some(entry) = entries.find(|entry| entry.variation == variation) {
        entry.weight = weight;
    }
}

fn set_parameters(xform: &mut Xform, variation: Variation, parameters: &[(usize, f64)]) {
    let mut entries = xform.variations.iter_mut();
    if let Some(entry) = entries.find(|entry| entry.variation == variation) {
        for &(place, value) in parameters {
            entry.parameters[place] = value;
        }
    }
}
