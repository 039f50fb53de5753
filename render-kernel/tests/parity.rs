//! The graphics card's pictures beside the processor's, by each genome's own floor; `cargo xtask bench parity` is the long
//! table. Any adapter will do, a software one too.

#![cfg(feature = "gpu")]

use woolgather_genome::{BreedSettings, Genome, Operation, breed, parse_flames};
use woolgather_render_kernel::compare::{Closeness, Parity, measure_floor};
use woolgather_render_kernel::gpu::{AdapterChoice, GpuRenderer};
use woolgather_render_kernel::{
    Examiner, FramePlan, PlanError, RenderControl, StillSettings, plan_still, render,
};

const RNG_SEED: u64 = 5;
/// Random genomes.
const RANDOM: u64 = 64;

fn card() -> GpuRenderer {
    GpuRenderer::open(&AdapterChoice {
        software: true,
        ..AdapterChoice::default()
    })
    .expect("an adapter, if only a software one")
}

fn plan(genome: &Genome, rng_seed: u64) -> Result<FramePlan, PlanError> {
    let settings = StillSettings {
        width: 112,
        height: 64,
        quality: 40.0,
        rng_seed,
        ..StillSettings::default()
    };
    plan_still(genome, &settings)
}

/// How closely the card keeps to the processor with `genome`.
fn parity(card: &mut GpuRenderer, genome: &Genome) -> Parity {
    let control = RenderControl::unattended();
    let floor = measure_floor(&|rng_seed| plan(genome, rng_seed), RNG_SEED, &control).unwrap();
    let plan = plan(genome, RNG_SEED).unwrap();
    let theirs = render(&plan, &control).unwrap().to_planes();
    let ours = card.render(&plan, &control).unwrap().to_planes();
    let planes = card.start_planes(&plan, &control).unwrap().wait().unwrap();
    assert_eq!(
        planes.digest(),
        ours.digest(),
        "the card's own planes are its frame's"
    );
    floor.parity(&ours.block_means(), &theirs.block_means())
}

#[test]
fn every_oracle_genome_is_the_same_picture_on_the_card() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../genome/tests/data/oracle");
    let mut card = card();
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "flam3") {
            continue;
        }
        let genome = parse_flames(&std::fs::read_to_string(&path).unwrap())
            .unwrap()
            .remove(0);
        let parity = parity(&mut card, &genome);
        assert_ne!(
            parity.closeness,
            Closeness::Beyond,
            "{}: {parity:?}",
            path.display()
        );
        seen += 1;
    }
    assert!(seen >= 32, "{seen}");
}

#[test]
fn nine_in_ten_random_genomes_keep_to_the_bound_for_the_same_random_numbers() {
    let mut card = card();
    let random = Operation::Random { symmetry: None };
    let (mut all, mut rounding) = (0, 0);
    for rng_seed in 0..RANDOM {
        // A few numbers have no child that is worth looking at.
        let Ok(child) = breed(&random, &[], rng_seed, &Examiner, &BreedSettings::default()) else {
            continue;
        };
        let parity = parity(&mut card, &child.genome);
        assert_ne!(
            parity.closeness,
            Closeness::Beyond,
            "{rng_seed}: {parity:?}"
        );
        all += 1;
        // Where orbits scatter, the bound is as wide as that for other random numbers and says nothing.
        rounding += u32::from(parity.closeness == Closeness::Rounding && parity.keeps_orbits);
    }
    assert!(all >= 50, "{all}");
    assert!(rounding * 10 >= all * 9, "{rounding} of {all}");
}
