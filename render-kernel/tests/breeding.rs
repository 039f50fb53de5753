//! Breeding with the real renderer: children are worth looking at, legal, and can be bred again.

use woolgather_genome::{BreedSettings, Operation, breed};
use woolgather_render_kernel::Examiner;

#[test]
fn a_random_child_is_bred_again_bit_for_bit() {
    let settings = BreedSettings::default();
    let operation = Operation::Random { symmetry: None };
    for rng_seed in 0..8 {
        let start = std::time::Instant::now();
        match breed(&operation, &[], rng_seed, &Examiner, &settings) {
            Ok(child) => {
                println!(
                    "{rng_seed} {} {:?} {} {}",
                    child.action,
                    start.elapsed(),
                    child.genome.scale,
                    child.genome.xforms.len()
                );
                let again = breed(&operation, &[], rng_seed, &Examiner, &settings);
                assert_eq!(again.as_ref(), Ok(&child));
            }
            Err(error) => println!("{rng_seed} {error} {:?}", start.elapsed()),
        }
    }
}
