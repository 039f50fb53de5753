//! The graphics card's pictures against the processor's, of the same plan, by each genome's own floor.
//!
//! ```text
//! oracle genomes, one variation each, genomes drawn by chance -> plan -> both backends -> GenomeFloor::parity
//! ```
//!
//! Most pictures keep to the bound for the same random numbers. A few flames scatter: rounding grows until the orbits are
//! others, and only the bound for other random numbers is left. What is wanted: the first bound for nine in ten of the
//! genomes drawn by chance, the second for every genome.

use std::fmt;

use woolgather_genome::{
    Affine, BreedSettings, Genome, Operation, Variation, WeightedVariation, Xform, breed,
};
use woolgather_render_kernel::compare::{Closeness, GenomeFloor, Parity, measure_floor};
use woolgather_render_kernel::{
    Examiner, FramePlan, PlanError, RenderControl, StillSettings, plan_still, render,
};

use crate::args::ParityOptions;
use crate::artist::Artist;
use crate::{oracle, variations};

/// Share of the random genomes that has to keep to the bound for the same random numbers.
const WANTED: f64 = 0.9;
/// Where the random streams start.
const RNG_SEED: u64 = 11;

/// Where a genome comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Oracle,
    Variation,
    Random,
}

/// A genome that was judged.
struct Case {
    kind: Kind,
    name: String,
    parity: Parity,
    floor: GenomeFloor,
}

/// Judges every genome and prints those that do not keep to the narrow bound; whether all is as wanted.
pub(crate) fn run(options: &ParityOptions) -> anyhow::Result<bool> {
    let mut artist = Artist::on_card(options.adapter.as_deref())?;
    let [width, height] = options.size;
    println!(
        "{artist}, against the processor: {width}x{height}, quality {}; typical and worst differences of 8x8 blocks in 10-bit \
         steps, and the bounds of the genome",
        options.quality
    );
    println!(
        "{:<9} {:<24} {:>7} {:>7} {:>7}  {:>7} {:>7} {:>7}  {:>7} {:>7} {:>7}",
        "kind",
        "genome",
        "luma",
        "same",
        "other",
        "worst",
        "same",
        "other",
        "chroma",
        "same",
        "other"
    );
    let mut cases = Vec::new();
    for (kind, name, genome) in genomes(options)? {
        eprint!("\r{name:<40}");
        let case = judge(options, &mut artist, kind, name, &genome)?;
        if options.all || !case.keeps_to_rounding() {
            eprint!("\r{:40}\r", "");
            println!("{case}");
        }
        cases.push(case);
    }
    eprint!("\r{:40}\r", "");
    let mut kept = !cases.is_empty();
    for kind in [Kind::Oracle, Kind::Variation, Kind::Random] {
        let some: Vec<&Case> = cases.iter().filter(|case| case.kind == kind).collect();
        if !some.is_empty() {
            kept &= summarize(kind, &some);
        }
    }
    Ok(kept)
}

/// Prints how many of a kind keep to which bound; whether that is as wanted.
fn summarize(kind: Kind, cases: &[&Case]) -> bool {
    let count = |keeps: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| keeps(case)).count();
    let tight = count(&Case::keeps_to_rounding);
    let empty = count(&Case::is_empty);
    let beyond = count(&|case| case.parity.closeness == Closeness::Beyond);
    let scattered = count(&|case| !case.is_empty() && !case.parity.keeps_orbits);
    let rest = cases.len() - tight;
    let share = tight as f64 / cases.len() as f64;
    println!(
        "{kind}: {tight} of {} at the tight bound ({:.1} %), the rest {rest}: {scattered} scatter their orbits, {empty} show \
         nothing, {} do neither; the statistical bound holds for {} of all",
        cases.len(),
        share * 100.0,
        rest - scattered - empty,
        cases.len() - beyond,
    );
    beyond == 0 && empty == 0 && (kind != Kind::Random || share >= WANTED)
}

impl Case {
    /// Whether the picture is the same whatever the random numbers, as a black one is: then comparing it says nothing.
    fn is_empty(&self) -> bool {
        self.floor.noise.luma_worst == 0.0 && self.floor.noise.chroma_worst == 0.0
    }

    /// Whether the narrow bound holds and is one: where orbits scatter, it is as wide as that for other random numbers.
    fn keeps_to_rounding(&self) -> bool {
        self.parity.closeness == Closeness::Rounding && self.parity.keeps_orbits && !self.is_empty()
    }
}

/// Draws a genome with both backends and measures its floor.
fn judge(
    options: &ParityOptions,
    artist: &mut Artist,
    kind: Kind,
    name: String,
    genome: &Genome,
) -> anyhow::Result<Case> {
    let plan = |rng_seed| plan(genome, options, rng_seed);
    let control = RenderControl::unattended();
    let floor = measure_floor(&plan, RNG_SEED, &control)?;
    let plan = plan(RNG_SEED)?;
    let ours = render(&plan, &control)?.to_planes().block_means();
    let theirs = artist.draw(&plan)?.to_planes().block_means();
    Ok(Case {
        kind,
        name,
        parity: floor.parity(&ours, &theirs),
        floor,
    })
}

fn plan(genome: &Genome, options: &ParityOptions, rng_seed: u64) -> Result<FramePlan, PlanError> {
    let [width, height] = options.size;
    let settings = StillSettings {
        width,
        height,
        quality: options.quality,
        rng_seed,
        ..StillSettings::default()
    };
    plan_still(genome, &settings)
}

/// All genomes with their names.
fn genomes(options: &ParityOptions) -> anyhow::Result<Vec<(Kind, String, Genome)>> {
    let wanted = options.filter.as_deref().unwrap_or("");
    let mut genomes = Vec::new();
    for name in oracle::names()? {
        let genome = oracle::genome(&name)?;
        genomes.push((Kind::Oracle, name, genome));
    }
    for &variation in Variation::ALL {
        let name = variation.name().to_owned();
        genomes.push((Kind::Variation, name, alone(variation)));
    }
    let random = Operation::Random { symmetry: None };
    for rng_seed in 0..options.random {
        let name = format!("random_{rng_seed}");
        if !name.contains(wanted) {
            continue;
        }
        eprint!("\rbreeding {name:<20}");
        let settings = BreedSettings::default();
        // A few numbers have no child that is worth looking at.
        if let Ok(child) = breed(&random, &[], rng_seed, &Examiner, &settings) {
            genomes.push((Kind::Random, name, child.genome));
        }
    }
    genomes.retain(|(_, name, _)| name.contains(wanted));
    Ok(genomes)
}

/// A flame whose only other maps are two that halve.
fn alone(variation: Variation) -> Genome {
    let halving = |c: f64, f: f64, color: f64| Xform {
        weight: 0.5,
        color,
        coefs: Affine::from_columns([0.5, 0.1, -0.1, 0.5, c, f]),
        variations: vec![WeightedVariation::new(Variation::Linear, 1.0)],
        ..Xform::default()
    };
    let shown = variations::lens(variation);
    let shown = Xform {
        weight: 1.0,
        color: 0.5,
        color_speed: 0.5,
        ..shown
    };
    Genome {
        size: [320, 180],
        scale: 45.0,
        palette: variations::palette(),
        xforms: vec![shown, halving(0.6, 0.3, 0.0), halving(-0.5, -0.4, 1.0)],
        ..Genome::default()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Oracle => "oracle",
            Self::Variation => "variation",
            Self::Random => "random",
        })
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<9} {:<24}", self.kind, self.name)?;
        let Some(difference) = self.parity.difference else {
            return f.write_str(" another size");
        };
        let (same, other) = (self.floor.same_rng_seed(), self.floor.other_rng_seed());
        for numbers in [
            [
                difference.luma_typical,
                same.luma_typical,
                other.luma_typical,
            ],
            [difference.luma_worst, same.luma_worst, other.luma_worst],
            [
                difference.chroma_typical,
                same.chroma_typical,
                other.chroma_typical,
            ],
        ] {
            let [number, same, other] = numbers;
            write!(f, " {number:7.2} {same:7.2} {other:7.2} ")?;
        }
        if self.is_empty() {
            return f.write_str("shows nothing");
        }
        f.write_str(match (self.parity.closeness, self.parity.keeps_orbits) {
            (Closeness::Rounding, true) => "tight",
            (Closeness::Rounding, false) => "statistical, scattered",
            (Closeness::Noise, true) => "statistical",
            (Closeness::Noise, false) => "statistical, scattered",
            (Closeness::Beyond, true) => "MISS",
            (Closeness::Beyond, false) => "MISS, scattered",
        })
    }
}
