//! The fuzz target: libFuzzer's main with [`woolgather_genome_fuzz::examine`] inside.
//!
//! Arguments are libFuzzer's; `cargo xtask test --fuzz` gives them. A crash prints the path of the
//! file that causes it, and running this program with that path repeats it.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| woolgather_genome_fuzz::examine(data));
