//! The flock's own mutation: some of a genome's numbers move, everything else stays.
//!
//! A *gene* is one number of an xform. Each is moved with the same probability by a normally
//! distributed amount, whose size follows how much that kind of number differs among the flock's
//! living genomes: where the flock agrees, children stay close. Xforms are kept whole: none comes
//! or goes, none gets or loses a variation, and the colours of the palette stay.

use crate::rng::Rng;
use crate::{Affine, Genome, Variation, WeightedVariation, Xform, limits};

/// A kind of number that an xform has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gene {
    /// [`Xform::weight`].
    Weight,
    /// [`Xform::color`].
    Color,
    /// [`Xform::color_speed`].
    ColorSpeed,
    /// A number of [`Xform::coefs`], by its place in a file: a d b e c f.
    Coefs(u8),
    /// A number of [`Xform::post`] that is not the identity, by its place in a file.
    Post(u8),
    /// A variation's weight.
    Variation(Variation),
    /// A variation's parameter, by its place.
    Parameter(Variation, u8),
}

/// How much every kind of number differs in a population: its standard deviation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GeneSpread(Vec<(Gene, f64)>);

/// Moves genes at random.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneMutation {
    /// How likely each gene moves, 0 to 1.
    pub share: f64,
    /// How far it moves, in spreads.
    pub sigma: f64,
    /// How much genes differ in the population.
    pub spread: GeneSpread,
}

impl GeneMutation {
    /// The flock's: every fifth gene, by half of its spread.
    #[must_use]
    pub fn of(population: &[Genome]) -> Self {
        Self {
            share: 0.2,
            sigma: 0.5,
            spread: GeneSpread::of(population),
        }
    }
}

impl GeneSpread {
    /// Measures a population; an xform counts as much as any other.
    #[must_use]
    pub fn of(population: &[Genome]) -> Self {
        let mut values: Vec<(Gene, f64)> = Vec::new();
        for genome in population {
            for xform in genome.xforms.iter().chain(&genome.final_xform) {
                let mut xform = xform.clone();
                for_each_gene(&mut xform, &mut |gene, value| values.push((gene, *value)));
            }
        }
        values.sort_by_key(|&(gene, _)| gene);
        let kinds = values.chunk_by(|one, other| one.0 == other.0);
        Self(
            kinds
                .map(|kind| (kind[0].0, deviation(kind)))
                .filter(|&(_, spread)| spread > 0.0)
                .collect(),
        )
    }

    /// A spread written down as [`GeneSpread::entries`], in any order.
    #[must_use]
    pub fn from_entries(mut entries: Vec<(Gene, f64)>) -> Self {
        entries.sort_by_key(|&(gene, _)| gene);
        Self(entries)
    }

    /// Every kind that differs, with its standard deviation, in the order of the kinds.
    #[must_use]
    pub fn entries(&self) -> &[(Gene, f64)] {
        &self.0
    }

    /// The spread of a gene; 0 where the population does not tell.
    #[must_use]
    pub fn of_gene(&self, gene: Gene) -> f64 {
        let place = self.0.binary_search_by_key(&gene, |&(gene, _)| gene);
        place.map_or(0.0, |place| self.0[place].1)
    }
}

fn deviation(values: &[(Gene, f64)]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().map(|(_, value)| value).sum::<f64>() / count;
    let squares = values
        .iter()
        .map(|(_, value)| (value - mean) * (value - mean));
    (squares.sum::<f64>() / count).sqrt()
}

/// Moves genes of `genome`; says how many.
pub(super) fn mutate(genome: &mut Genome, rng: &mut Rng, mutation: &GeneMutation) -> String {
    let (mut moved, mut genes) = (0, 0);
    for xform in genome.xforms.iter_mut().chain(&mut genome.final_xform) {
        for_each_gene(xform, &mut |gene, value| {
            genes += 1;
            let (moves, amount) = (rng.chance(mutation.share), rng.normal());
            let spread = mutation.spread.of_gene(gene);
            if moves && spread > 0.0 {
                *value += mutation.sigma * spread * amount;
                moved += 1;
            }
        });
    }
    if let Some(xform) = &mut genome.final_xform {
        xform.weight = 0.0;
    }
    format!("{moved} of {genes} genes moved")
}

/// Shows every gene of an xform to `visit`, which may move it within its range.
fn for_each_gene(xform: &mut Xform, visit: &mut dyn FnMut(Gene, &mut f64)) {
    let mut within = |gene, value: &mut f64, legal: limits::Range| {
        visit(gene, value);
        *value = legal.clamp(*value);
    };
    within(Gene::Weight, &mut xform.weight, limits::WEIGHT);
    within(Gene::Color, &mut xform.color, limits::SHARE);
    within(Gene::ColorSpeed, &mut xform.color_speed, limits::SHARE);
    xform.coefs = map_genes(xform.coefs, Gene::Coefs, &mut within);
    if !xform.post.is_identity() {
        xform.post = map_genes(xform.post, Gene::Post, &mut within);
    }
    for entry in &mut xform.variations {
        variation_genes(entry, &mut within);
    }
}

fn map_genes(
    map: Affine,
    gene: fn(u8) -> Gene,
    within: &mut impl FnMut(Gene, &mut f64, limits::Range),
) -> Affine {
    let mut columns = map.to_columns();
    for (place, number) in (0..).zip(&mut columns) {
        within(gene(place), number, limits::COEFFICIENT);
    }
    Affine::from_columns(columns)
}

fn variation_genes(
    entry: &mut WeightedVariation,
    within: &mut impl FnMut(Gene, &mut f64, limits::Range),
) {
    let variation = entry.variation;
    let weight = Gene::Variation(variation);
    within(weight, &mut entry.weight, limits::VARIATION_WEIGHT);
    let parameters = (0..).zip(variation.parameters()).zip(&mut entry.parameters);
    for ((place, parameter), value) in parameters {
        within(Gene::Parameter(variation, place), value, parameter.range);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{StarterSheep, starter_flock};

    fn flock() -> Vec<Genome> {
        starter_flock().iter().map(StarterSheep::genome).collect()
    }

    #[test]
    fn every_fifth_gene_moves_by_about_half_its_spread() {
        let flock = flock();
        let mutation = GeneMutation::of(&flock);
        let (mut genes, mut moved, mut squares) = (0, 0, 0.0);
        for (rng_seed, parent) in (0..).zip(flock.iter().cycle().take(200)) {
            let mut child = parent.clone();
            mutate(&mut child, &mut Rng::new(rng_seed), &mutation);
            for (before, after) in parent.xforms.iter().zip(&child.xforms) {
                let [before, after] = [before, after].map(|xform| xform.coefs.to_columns());
                for place in 0..6_u8 {
                    let by = after[usize::from(place)] - before[usize::from(place)];
                    let spread = mutation.spread.of_gene(Gene::Coefs(place));
                    genes += 1;
                    moved += usize::from(by != 0.0);
                    squares += (by / spread) * (by / spread);
                }
            }
        }
        assert!((moved as f64 / genes as f64 - 0.2).abs() < 0.02);
        assert!(((squares / moved as f64).sqrt() - 0.5).abs() < 0.05);
    }

    #[test]
    fn xforms_are_kept_whole() {
        let flock = flock();
        let mutation = GeneMutation {
            share: 1.0,
            sigma: 3.0,
            ..GeneMutation::of(&flock)
        };
        for (rng_seed, parent) in (0..).zip(&flock) {
            let mut child = parent.clone();
            mutate(&mut child, &mut Rng::new(rng_seed), &mutation);
            assert_eq!(child.check(), Ok(()));
            let shape = |genome: &Genome| -> Vec<Vec<Variation>> {
                let xforms = genome.xforms.iter();
                let names = |xform: &Xform| xform.variations.iter().map(|v| v.variation).collect();
                xforms.map(names).collect()
            };
            assert_eq!(shape(parent), shape(&child));
            assert_eq!(parent.palette, child.palette);
        }
    }

    #[test]
    fn where_the_flock_agrees_nothing_moves() {
        let one = &flock()[0];
        let mutation = GeneMutation {
            share: 1.0,
            ..GeneMutation::of(&[])
        };
        let mut child = one.clone();
        let action = mutate(&mut child, &mut Rng::new(1), &mutation);
        assert_eq!(&child, one);
        assert!(action.starts_with("0 of "));
    }

    #[test]
    fn a_spread_is_the_standard_deviation_over_all_xforms() {
        let weights = [1.0, 3.0].map(|weight| Genome {
            xforms: vec![Xform {
                weight,
                ..Xform::default()
            }],
            ..Genome::default()
        });
        let spread = GeneSpread::of(&weights);
        assert_eq!(spread.entries(), [(Gene::Weight, 1.0)]);
        assert_eq!(spread.of_gene(Gene::Color), 0.0);
    }
}
