//! Breeding with the real renderer: children are worth looking at, and can be bred again.

use woolgather_genome::{
    BreedSettings, CrossMethod, Descriptors, Examine, Fault, Gate, GeneMutation, Genome, Motion,
    MutateMethod, Operation, PALETTE_ENTRIES, Palette, ScreeningSettings, StarterSheep, Variation,
    WeightedVariation, Xform, breed, breed_for_flock, screen, starter_flock,
};
use woolgather_render_kernel::{Examiner, StillSettings, plan_still};

fn flock() -> Vec<Genome> {
    starter_flock().iter().map(StarterSheep::genome).collect()
}

fn random() -> Operation {
    Operation::Random { symmetry: None }
}

#[test]
fn children_are_pinned_because_the_flock_breeds_them_again() {
    // Parents that are no starter sheep, because those may still be improved. Another palette or variation in
    // the library changes these children, and says so here.
    let settings = BreedSettings::default();
    let parents = [7, 8].map(|rng_seed| {
        let parent = breed(&random(), &[], rng_seed, &Examiner, &settings);
        parent.unwrap().genome
    });
    let mutate = |method| Operation::Mutate {
        method: Some(method),
        speed: 0.1,
        symmetry: None,
    };
    let cross = Operation::Cross {
        method: Some(CrossMethod::Alternate),
        genes: Some(GeneMutation::of(&parents)),
    };
    let operations = [
        random(),
        mutate(MutateMethod::AllVars),
        mutate(MutateMethod::PostXforms),
        cross,
    ];
    let ids = operations.map(|operation| {
        let parents = &parents[..operation.parents()];
        let child = breed(&operation, parents, 1, &Examiner, &settings).unwrap();
        child.genome.id().to_string()[..16].to_owned()
    });
    let pinned = [
        "415caae5a1f3fffa",
        "f22ef3a95a81a541",
        "2e58dd55115706eb",
        "389f6cca8a158e5e",
    ];
    assert_eq!(ids, pinned);
}

#[test]
fn random_children_can_be_planned_and_fill_their_picture() {
    let settings = BreedSettings::default();
    let mut refused = 0;
    for rng_seed in 0..40 {
        let Ok(child) = breed(&random(), &[], rng_seed, &Examiner, &settings) else {
            refused += 1;
            continue;
        };
        let still = StillSettings::default();
        assert!(plan_still(&child.genome, &still).is_ok(), "{rng_seed}");
        let bounds = Examiner.bounds(&child.genome, 1).unwrap();
        let shown = 1280.0 / child.genome.scale;
        // Another rng_seed cuts the tails elsewhere.
        assert!((bounds.size()[0] / shown - 1.0).abs() < 0.2, "{rng_seed}");
    }
    assert!(refused <= 2, "{refused} of 40 had no child");
}

#[test]
fn the_starter_flock_passes_its_own_screening() {
    for sheep in starter_flock() {
        let screening = screen(&sheep.genome(), &Examiner, 1, &ScreeningSettings::default());
        let screening = screening.unwrap();
        assert_eq!(screening.fault, None, "{}", sheep.title);
    }
}

/// A genome whose points fill a square of one world unit evenly.
fn evenly_grey() -> Genome {
    Genome {
        size: [1280, 720],
        scale: 2_000.0,
        quality: 20.0,
        palette: Palette::new([[0.5, 0.5, 0.5, 1.0]; PALETTE_ENTRIES]),
        xforms: vec![Xform {
            weight: 1.0,
            variations: vec![WeightedVariation::new(Variation::Square, 1.0)],
            ..Xform::default()
        }],
        ..Genome::default()
    }
}

#[test]
fn what_nobody_should_see_is_turned_away_with_its_reason() {
    let sheep = flock().remove(0);
    let fault = |genome: &Genome| {
        let screening = screen(genome, &Examiner, 1, &ScreeningSettings::default());
        screening.unwrap().fault
    };

    let mut far = sheep.clone();
    far.center = [1e3, 1e3];
    assert!(matches!(fault(&far), Some(Fault::Blank { .. })));

    let mut burnt = sheep.clone();
    (burnt.brightness, burnt.highlight_power) = (1e4, -1.0);
    burnt.palette = Palette::new([[1.0; 4]; PALETTE_ENTRIES]);
    assert!(
        matches!(fault(&burnt), Some(Fault::BurntOut { .. })),
        "{:?}",
        fault(&burnt)
    );

    let noise = fault(&evenly_grey());
    assert!(matches!(noise, Some(Fault::Noise { .. })), "{noise:?}");

    let mut still = sheep.clone();
    for xform in &mut still.xforms {
        xform.animate = 0.0;
        xform.motion.clear();
    }
    assert!(matches!(fault(&still), Some(Fault::Static { .. })));

    // 32 waves in a loop of 5.3 seconds are six flashes a second.
    let mut flashing = sheep;
    flashing.brightness = 200.0;
    for xform in &mut flashing.xforms {
        xform.opacity = 0.5;
        xform.motion = vec![Motion {
            frequency: 32,
            opacity: 0.5,
            ..Motion::default()
        }];
    }
    assert!(
        matches!(fault(&flashing), Some(Fault::Flashing { .. })),
        "{:?}",
        fault(&flashing)
    );
}

#[test]
fn a_child_is_nearer_to_its_parent_than_to_strangers() {
    let flock = flock();
    let describe = |genome: &Genome| Descriptors::of_genome(genome, &Examiner, 1).unwrap();
    let all: Vec<Descriptors> = flock.iter().map(describe).collect();
    let operation = Operation::Genes(GeneMutation {
        share: 0.1,
        sigma: 0.1,
        ..GeneMutation::of(&flock)
    });
    let settings = BreedSettings::default();
    let parent = std::slice::from_ref(&flock[0]);
    let child = breed(&operation, parent, 3, &Examiner, &settings).unwrap();
    let child = describe(&child.genome);
    let own = child.distance(&all[0]);
    for stranger in &all[1..] {
        assert!(own < child.distance(stranger), "{own}");
    }
}

#[test]
fn a_flock_gets_a_child_it_can_breed_again() {
    let flock = flock();
    let settings = BreedSettings::default();
    let operation = Operation::Cross {
        method: None,
        genes: Some(GeneMutation::of(&flock)),
    };
    let born = breed_for_flock(
        &operation,
        &flock[..2],
        1,
        &Examiner,
        &settings,
        &Gate::new(&[]),
    );
    let (child, screening) = born.unwrap();
    assert_eq!(screening.fault, None);
    let again = breed(
        &operation,
        &flock[..2],
        child.rng_seed,
        &Examiner,
        &settings,
    );
    assert_eq!(again, Ok(child));
}
