//! Making genomes blend: the same number of xforms, and parameters that say the same thing.
//!
//! The shorter genomes get xforms of weight 0 that map every point to itself. How they do that is
//! chosen by what they will turn into ([`Padding`] in the catalogue): a `blob` grows out of a round
//! blob rather than out of nothing.
//!
//! Each genome looks at its neighbours in time, one before and one after, and at nobody else. A
//! genome whose neighbours are padded at the same place keeps the plain identity there.

use super::affine::Winding;
use crate::catalogue::Padding;
use crate::{Affine, Genome, InterpolationType, Variation, WeightedVariation, Xform};

/// Genomes with as many xforms each, in the order of their times.
pub(super) struct Aligned {
    /// Two genomes, or four on a smooth curve.
    pub(super) genomes: Vec<Genome>,
    /// For each genome, the first of its xforms that is padding.
    pub(super) padding: Vec<usize>,
}

/// Pads the shorter genomes and copies the parameters of variations that only a neighbour has.
///
/// The kind of interpolation is that of the first genome.
pub(super) fn align(mut genomes: Vec<Genome>) -> Aligned {
    shift_rotations(&mut genomes);
    let padding: Vec<usize> = genomes.iter().map(|genome| genome.xforms.len()).collect();
    let count = padding.iter().copied().max().unwrap_or(0);
    let has_final = genomes.iter().any(|genome| genome.final_xform.is_some());
    let mut final_padding = Vec::new();
    for genome in &mut genomes {
        pad(&mut genome.xforms, count);
        final_padding.push(pad_final(genome, has_final));
    }
    let kind = genomes
        .first()
        .map_or(InterpolationType::default(), |genome| {
            genome.interpolation_type
        });
    if !is_old(kind) {
        for index in 0..count {
            let is_padding: Vec<bool> = padding.iter().map(|&first| index >= first).collect();
            align_place(&mut genomes, &is_padding, kind, |genome| {
                genome.xforms.get_mut(index)
            });
        }
        align_place(&mut genomes, &final_padding, kind, |genome| {
            genome.final_xform.as_mut()
        });
    }
    Aligned { genomes, padding }
}

impl Aligned {
    /// For each xform that turns in one genome and stays still in the next: the angles at which the
    /// turning one starts, so that the blend unwinds the turn instead of jumping across it.
    pub(super) fn windings(&self) -> Vec<Option<Winding>> {
        let [from, to] = &self.genomes[..] else {
            return Vec::new();
        };
        let both = from.xforms.iter().zip(&to.xforms);
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

/// Moves each genome's camera turn by whole turns as near as can be to the one before it, unless
/// that one blends the old way.
pub(super) fn shift_rotations(genomes: &mut [Genome]) {
    for next in 1..genomes.len() {
        let before = &genomes[next - 1];
        if !is_old(before.interpolation_type) {
            genomes[next].rotate = nearest_turn(genomes[next].rotate, before.rotate);
        }
    }
}

fn is_old(kind: InterpolationType) -> bool {
    matches!(kind, InterpolationType::Old | InterpolationType::Older)
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

/// Readies the xforms at one place of all genomes, first to last.
fn align_place(
    genomes: &mut [Genome],
    is_padding: &[bool],
    kind: InterpolationType,
    place: impl Fn(&mut Genome) -> Option<&mut Xform>,
) {
    let count = genomes.len();
    for own in 0..count {
        let near = [own.checked_sub(1), Some(own + 1)].into_iter().flatten();
        let mut neighbours = Vec::new();
        for near in near.filter(|&near| near < count) {
            let xform = place(&mut genomes[near]).cloned();
            neighbours.extend(xform.map(|xform| (xform, is_padding[near])));
        }
        if let Some(xform) = place(&mut genomes[own]) {
            align_xform(xform, &neighbours, is_padding[own], kind);
        }
    }
}

/// Readies `xform` for a blend with its neighbours, of which some may be padding themselves.
fn align_xform(
    xform: &mut Xform,
    neighbours: &[(Xform, bool)],
    is_padding: bool,
    kind: InterpolationType,
) {
    let entries = neighbours.iter().flat_map(|(it, _)| &it.variations);
    for theirs in entries.filter(|entry| entry.weight != 0.0) {
        copy_parameters(xform, theirs);
    }
    if is_padding {
        let real = neighbours.iter().filter(|(_, is_padding)| !is_padding);
        let theirs: Vec<_> = real
            .flat_map(|(it, _)| &it.variations)
            .filter(|entry| entry.weight > 0.0)
            .collect();
        become_identity_like(xform, &theirs, kind);
    }
}

/// Takes over the parameters of a variation that only the neighbour has.
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

/// Makes a padding xform the identity in the way that is nearest to what its neighbours weigh.
fn become_identity_like(xform: &mut Xform, theirs: &[&WeightedVariation], kind: InterpolationType) {
    let padding = |entry: &WeightedVariation| entry.variation.padding();
    set_weights(xform, |_| 0.0);
    if kind == InterpolationType::Log && theirs.iter().any(|it| padding(it) == Padding::Inverted) {
        set_weight(xform, Variation::Linear, -1.0);
        xform.coefs = Affine::from_columns([-1.0, 0.0, 0.0, -1.0, 0.0, 0.0]);
        return;
    }
    for entry in theirs {
        if let Padding::Identity(parameters) = padding(entry) {
            set_weight(xform, entry.variation, 1.0);
            set_parameters(xform, entry.variation, parameters);
        }
    }
    if total_weight(xform) == 0.0 {
        for entry in theirs.iter().filter(|it| padding(it) == Padding::Swapped) {
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
