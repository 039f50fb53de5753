//! The fuzz target: libFuzzer's main with [`woolgather_genome_fuzz::examine`] inside.
//!
//! Three files of four are changed by [`woolgather_genome_fuzz::mutate`], the others by libFuzzer's
//! own means. Arguments are libFuzzer's; `cargo xtask test --fuzz` gives them. A crash prints the
//! path of the file that causes it, and running this program with that path repeats it.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use woolgather_genome_fuzz::{examine, mutate};

fuzz_target!(|data: &[u8]| examine(data));

fuzz_mutator!(
    |data: &mut [u8], size: usize, max_size: usize, rng_seed: u32| {
        if rng_seed % 4 != 0
            && let Ok(text) = std::str::from_utf8(&data[..size])
        {
            let changed = mutate(text, rng_seed);
            if changed.len() <= max_size {
                data[..changed.len()].copy_from_slice(changed.as_bytes());
                return changed.len();
            }
        }
        fuzzer_mutate(data, size, max_size)
    }
);
