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

/// Pads the shorter genomes and copies the parameters of variations that only a neighbour has; the
/// second only where the blend leaves `departure`, the genome before its time, in no old way.
pub(super) fn align(mut genomes: Vec<Genome>, departure: usize) -> Aligned {
    let turns = camera_turns(&genomes);
    for (genome, turn) in genomes.iter_mut().zip(turns) {
        genome.rotate = turn;
    }
    let padding: Vec<usize> = genomes.iter().map(|genome| genome.xforms.len()).collect();
    let count = padding.iter().copied().max().unwrap_or(0);
    let has_final = genomes.iter().any(|genome| genome.final_xform.is_some());
    let mut final_padding = Vec::new();
    for genome in &mut genomes {
        pad(&mut genome.xforms, count);
        final_padding.push(pad_final(genome, has_final));
    }
    if !is_old(genomes[departure].interpolation_type) {
        for index in 0..count {
            let is_padding: Vec<bool> = padding.iter().map(|&first| index >= first).collect();
            align_place(&mut genomes, &is_padding, |genome| {
                genome.xforms.get_mut(index)
            });
        }
        align_place(&mut genomes, &final_padding, |genome| {
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

/// The camera turns of genomes in the order of their times: each by whole turns as near as can be to
/// the one before it, unless that genome blends the old way.
pub(super) fn camera_turns(genomes: &[Genome]) -> Vec<f64> {
    let mut turns: Vec<f64> = genomes.iter().map(|genome| genome.rotate).collect();
    for next in 1..turns.len() {
        if !is_old(genomes[next - 1].interpolation_type) {
            turns[next] = nearest_turn(turns[next], turns[next - 1]);
        }
    }
    turns
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
    place: impl Fn(&mut Genome) -> Option<&mut Xform>,
) {
    for own in 0..genomes.len() {
        let before = own.checked_sub(1);
        let after = (own + 1 < genomes.len()).then_some(own + 1);
        // flam3 differs here: what comes after is asked for parameters by the first genome only.
        if let Some(theirs) = before
            .or(after)
            .and_then(|it| place(&mut genomes[it]).cloned())
            && let Some(mine) = place(&mut genomes[own])
        {
            copy_parameters(mine, &theirs);
        }
        if is_padding[own] {
            let real = [before, after]
                .into_iter()
                .flatten()
                .filter(|&it| !is_padding[it]);
            // The kind of the stretch before it; of the first genome, the one after it.
            let kind = genomes[before.unwrap_or(own)].interpolation_type;
            let real: Vec<_> = real
                .filter_map(|it| place(&mut genomes[it]).cloned())
                .collect();
            if let Some(mine) = place(&mut genomes[own]) {
                become_identity_like(mine, &real, kind);
            }
        }
    }
}

/// Takes over the parameters of the variations that only `theirs` has.
fn copy_parameters(mine: &mut Xform, theirs: &Xform) {
    for entry in theirs.variations.iter().filter(|it| it.weight != 0.0) {
        copy_variation(mine, entry);
    }
}

fn copy_variation(mine: &mut Xform, theirs: &WeightedVariation) {
    let entries = &mut mine.variations;
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

/// Makes a padding xform the identity in the way that is nearest to its neighbours.
fn become_identity_like(xform: &mut Xform, neighbours: &[Xform], kind: InterpolationType) {
    let padding = |entry: &WeightedVariation| entry.variation.padding();
    let all = neighbours.iter().flat_map(|it| &it.variations);
    let theirs: Vec<_> = all.filter(|entry| entry.weight > 0.0).collect();
    set_weights(xform, |_| 0.0);
    if kind == InterpolationType::Log && theirs.iter().any(|it| padding(it) == Padding::Inverted) {
        set(xform, Variation::Linear, -1.0, &[]);
        xform.coefs = Affine::from_columns([-1.0, 0.0, 0.0, -1.0, 0.0, 0.0]);
        return;
    }
    for entry in &theirs {
        if let Padding::Identity(parameters) = padding(entry) {
            set(xform, entry.variation, 1.0, parameters);
        }
    }
    if total_weight(xform) == 0.0 {
        for entry in theirs.iter().filter(|it| padding(it) == Padding::Swapped) {
            set(xform, entry.variation, 1.0, &[]);
            xform.coefs = Affine::from_columns([0.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        }
    }
    let total = total_weight(xform);
    if total == 0.0 {
        set(xform, Variation::Linear, 1.0, &[]);
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

/// Gives the variation this weight, and these parameters by their place; others stay as they are.
fn set(xform: &mut Xform, variation: Variation, weight: f64, parameters: &[(usize, f64)]) {
    let entries = &mut xform.variations;
    let place = entries.binary_search_by_key(&variation, |entry| entry.variation);
    let place = place.unwrap_or_else(|place| {
        entries.insert(place, WeightedVariation::new(variation, 0.0));
        place
    });
    entries[place].weight = weight;
    for &(parameter, value) in parameters {
        entries[place].parameters[parameter] = value;
    }
}
