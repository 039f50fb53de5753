//! Breeding without a renderer: the odds, the rules, and that every child is legal.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use woolgather_genome::{
    AcceptTest, BoundingBox, BreedError, BreedSettings, Child, CrossMethod, Examine, Gate,
    GeneMutation, Genome, Mixture, MutateMethod, Operation, Picture, Refusal, StarterSheep,
    TurnedAway, Undrawable, breed, breed_for_flock, parse_flames, print_flame, starter_flock,
};

/// Finds every genome in the same place, and beautiful.
struct Kind;

impl Examine for Kind {
    fn bounds(&self, _: &Genome, _: u64) -> Result<BoundingBox, Undrawable> {
        Ok(BoundingBox {
            min: [-1.0, -1.0],
            max: [1.0, 1.0],
        })
    }

    fn picture(&self, _: &Genome, _: u64) -> Result<Picture, Undrawable> {
        // The upper half is black, the lower one a slope.
        let pixels = (0..128 * 128)
            .map(|i: usize| [i.saturating_sub(64 * 128).div_ceil(33).min(250) as u8; 3]);
        Ok(Picture::new(128, 128, pixels.collect()))
    }
}

/// Finds every genome black.
struct Blind;

impl Examine for Blind {
    fn bounds(&self, genome: &Genome, rng_seed: u64) -> Result<BoundingBox, Undrawable> {
        Kind.bounds(genome, rng_seed)
    }

    fn picture(&self, _: &Genome, _: u64) -> Result<Picture, Undrawable> {
        Ok(Picture::new(128, 128, vec![[0; 3]; 128 * 128]))
    }
}

static FLOCK: LazyLock<Vec<Genome>> =
    LazyLock::new(|| starter_flock().iter().map(StarterSheep::genome).collect());

fn flock() -> &'static [Genome] {
    &FLOCK
}

fn random() -> Operation {
    Operation::Random { symmetry: None }
}

fn mutate(method: Option<MutateMethod>) -> Operation {
    Operation::Mutate {
        method,
        speed: 0.1,
        symmetry: None,
    }
}

fn cross(method: Option<CrossMethod>) -> Operation {
    Operation::Cross {
        method,
        genes: None,
    }
}

/// Settings under which a child is made once and taken as it comes; the colours stay as they are.
fn quick() -> BreedSettings {
    let mut settings = BreedSettings::default();
    settings.improve.probability = 0.0;
    settings
}

/// Breeds with the first parents of the flock.
fn bred(operation: &Operation, rng_seed: u64, settings: &BreedSettings) -> Child {
    let flock = flock();
    let first = rng_seed as usize % flock.len();
    let parents = [
        flock[first].clone(),
        flock[(first + 3) % flock.len()].clone(),
    ];
    let parents = &parents[..operation.parents()];
    breed(operation, parents, rng_seed, &Kind, settings).unwrap()
}

/// How often each first word of the action occurs among 2,000 children, as a share.
fn shares(operation: &Operation) -> BTreeMap<String, f64> {
    let (settings, mut shares) = (quick(), BTreeMap::new());
    for rng_seed in 0..2_000 {
        let child = bred(operation, rng_seed, &settings);
        let word = child
            .action
            .split(':')
            .next()
            .unwrap_or_default()
            .to_owned();
        *shares.entry(word).or_default() += 1.0 / 2_000.0;
    }
    shares
}

#[test]
fn mutations_come_with_their_odds() {
    let shares = shares(&mutate(None));
    for method in MutateMethod::ALL {
        // Three standard deviations of a share of 0.2 among 2,000 are 0.027.
        let share = shares[method.name()];
        assert!((share - method.probability()).abs() < 0.027, "{shares:?}");
    }
}

#[test]
fn crossings_come_with_their_odds() {
    let shares = shares(&cross(None));
    for method in CrossMethod::ALL {
        let share = shares[method.name()];
        assert!((share - method.probability()).abs() < 0.027, "{shares:?}");
    }
}

#[test]
fn random_genomes_have_the_counts_they_should() {
    let (settings, count) = (quick(), 2_000);
    let none = Operation::Random { symmetry: Some(1) };
    let (mut xforms, mut finals, mut posts) = ([0; 7], 0, 0);
    for rng_seed in 0..count {
        let genome = bred(&none, rng_seed, &settings).genome;
        xforms[genome.xforms.len()] += 1;
        finals += usize::from(genome.final_xform.is_some());
        posts += usize::from(!genome.xforms[0].post.is_identity());
        let weights: f64 = genome.xforms.iter().map(|xform| xform.weight).sum();
        assert!((weights - 1.0).abs() < 1e-9);
    }
    let share = |n: usize| n as f64 / count as f64;
    for (n, of_fourteen) in [(2, 4.0), (3, 4.0), (4, 3.0), (5, 2.0), (6, 1.0)] {
        assert!(
            (share(xforms[n]) - of_fourteen / 14.0).abs() < 0.03,
            "{xforms:?}"
        );
    }
    assert!((share(finals) - 0.15).abs() < 0.025, "{finals}");
    assert!((share(posts) - 0.4).abs() < 0.035, "{posts}");
}

#[test]
fn a_quarter_of_the_random_genomes_is_symmetric() {
    let settings = quick();
    let symmetric = (0..1_000).filter(|&rng_seed| {
        let child = bred(&random(), rng_seed, &settings);
        child.action.contains("symmetry")
    });
    // Of those without a final xform a quarter draws a kind, and a twelfth of the kinds is none.
    let expected = 0.85 * 0.25 * (1.0 - 0.08);
    assert!((symmetric.count() as f64 / 1_000.0 - expected).abs() < 0.04);
}

#[test]
fn two_hundred_random_genomes_are_legal_and_survive_a_file() {
    let mut settings = quick();
    for rng_seed in 0..200 {
        settings.mixture = [Mixture::Several, Mixture::SingleOrSeveral][rng_seed as usize % 2];
        let genome = bred(&random(), rng_seed, &settings).genome;
        assert_eq!(genome.check(), Ok(()), "{rng_seed}");
        let read = parse_flames(&print_flame(&genome)).unwrap();
        assert_eq!(read, [genome], "{rng_seed}");
    }
}

#[test]
fn children_of_every_operation_are_legal_and_survive_a_file() {
    let settings = quick();
    let genes = GeneMutation::of(flock());
    let mut operations: Vec<Operation> = MutateMethod::ALL
        .iter()
        .map(|&method| mutate(Some(method)))
        .collect();
    operations.extend(CrossMethod::ALL.iter().map(|&method| cross(Some(method))));
    operations.push(Operation::Genes(genes.clone()));
    operations.push(Operation::Cross {
        method: None,
        genes: Some(genes),
    });
    for operation in &operations {
        for rng_seed in 0..24 {
            let child = bred(operation, rng_seed, &settings);
            assert_eq!(child.genome.check(), Ok(()), "{}", child.action);
            let read = parse_flames(&print_flame(&child.genome)).unwrap();
            assert_eq!(read, [child.genome], "{}", child.action);
            assert_eq!(child.parents.len(), operation.parents());
        }
    }
}

#[test]
fn no_xform_has_more_than_five_variations() {
    let settings = quick();
    for rng_seed in 0..300 {
        let genome = bred(&random(), rng_seed, &settings).genome;
        let xforms = genome.xforms.iter().chain(&genome.final_xform);
        assert!(xforms.into_iter().all(|xform| xform.variations.len() <= 5));
    }
}

#[test]
fn the_same_call_gives_the_same_child_and_another_number_another() {
    let settings = BreedSettings::default();
    for operation in [random(), mutate(None), cross(None)] {
        let child = bred(&operation, 5, &settings);
        assert_eq!(bred(&operation, 5, &settings), child);
        // Eight further on the parents are the same.
        let other = bred(&operation, 5 + flock().len() as u64, &settings);
        assert_ne!(other.genome.id(), child.genome.id());
    }
}

#[test]
fn a_clone_is_its_parent() {
    let parent = flock()[0].clone();
    let settings = BreedSettings::default();
    let child = breed(
        &Operation::Clone,
        std::slice::from_ref(&parent),
        1,
        &Blind,
        &settings,
    )
    .unwrap();
    assert_eq!(child.genome, parent);
    assert_eq!(child.parents, [parent.id()]);
}

#[test]
fn a_child_that_nobody_could_see_is_tried_again_and_then_given_up() {
    let settings = BreedSettings {
        tries: 3,
        ..BreedSettings::default()
    };
    let error = breed(&random(), &[], 1, &Blind, &settings).unwrap_err();
    let BreedError::Refused { tries, last } = &error else {
        panic!("{error}");
    };
    assert_eq!(*tries, 3);
    assert!(matches!(last, Refusal::Dark { .. }));
    assert_eq!(
        error.to_string(),
        "none of 3 children was good enough; the last one: its mean brightness is 0.0 of 255, under 20"
    );
}

#[test]
fn what_is_asked_wrongly_is_refused_before_anything_is_made() {
    let settings = BreedSettings::default();
    let parent = flock()[0].clone();
    let check = |operation: &Operation, parents: &[Genome], expected: &str| {
        let error = breed(operation, parents, 1, &Kind, &settings).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(&mutate(None), &[], "1 parents are needed, not 0");
    let speedy = Operation::Mutate {
        method: None,
        speed: f64::NAN,
        symmetry: None,
    };
    check(
        &speedy,
        std::slice::from_ref(&parent),
        "speed is NaN; legal: 0 to 100",
    );
    let many = Operation::Random { symmetry: Some(60) };
    check(&many, &[], "the child would have more than 64 xforms");
    let broken = Genome {
        scale: -1.0,
        ..parent
    };
    check(
        &Operation::Clone,
        &[broken],
        "parent 0: scale is -1; legal: 0.000001 to 1000000000",
    );
}

#[test]
fn a_flock_takes_no_child_that_looks_like_a_living_sheep_or_does_not_move() {
    // Every picture is the same, so nothing moves; with that allowed, every child looks like the first.
    let (settings, operation) = (quick(), random());
    let mut gate = Gate::new(&[]);
    gate.screening.structure_min = 0.0;
    let born = breed_for_flock(&operation, &[], 1, &Kind, &settings, &gate);
    assert!(matches!(born, Err(TurnedAway::Faulty(_))), "{born:?}");
    gate.screening.motion_min = 0.0;
    let (child, screening) = breed_for_flock(&operation, &[], 1, &Kind, &settings, &gate).unwrap();
    let again = breed(&operation, &[], child.rng_seed, &Kind, &settings);
    assert_eq!(again, Ok(child));
    let living = [screening.descriptors];
    let gate = Gate {
        living: &living,
        ..gate
    };
    let born = breed_for_flock(&operation, &[], 2, &Kind, &settings, &gate);
    assert!(
        matches!(born, Err(TurnedAway::TooClose { living: 0, distance }) if distance == 0.0),
        "{born:?}"
    );
}

#[test]
fn flam3s_own_accept_test_is_there_for_whoever_wants_it() {
    let settings = BreedSettings {
        accept: AcceptTest::FLAM3,
        ..BreedSettings::default()
    };
    assert!(breed(&random(), &[], 3, &Kind, &settings).is_ok());
}
