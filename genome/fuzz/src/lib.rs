//! What must hold for any bytes that are given to the reader of flam3 files.
//!
//! [`examine`] is the property, [`mutate`] changes files; `src/bin/read_flames.rs` lets libFuzzer
//! look for bytes that break it, guided by the branches that they reach, and `tests/corpus.rs` runs it over the test data of
//! the flame model, where every run begins. `cargo xtask test --fuzz` builds and runs the fuzzer:
//! first with a planted fault that it has to find, then for a minute without.

mod mutate;

pub use mutate::mutate;

use woolgather_genome::{
    Flam3Palettes, Genome, ReadOptions, parse_flames, print_flame, read_flames,
};

/// Reads `data` as a flam3 file and holds what was read to what the flame model promises.
///
/// # Panics
///
/// When a promise is broken, which is a fault of the flame model.
pub fn examine(data: &[u8]) {
    let Ok(xml) = std::str::from_utf8(data) else {
        return;
    };
    let strict = parse_flames(xml);
    if let Err(error) = &strict {
        assert!(!error.to_string().contains(char::is_control), "{error:?}");
    }
    let library = Flam3Palettes::parse(xml).ok().or_else(small_library);
    let options = ReadOptions {
        flam3_palettes: library.as_ref(),
        rng_seed: data.len() as u64,
    };
    let Ok(reading) = read_flames(xml, &options) else {
        assert!(
            strict.is_err(),
            "the strict reader read what the other could not"
        );
        return;
    };
    for remark in &reading.remarks {
        assert!(!remark.to_string().contains(char::is_control), "{remark:?}");
    }
    if let Ok(genomes) = strict {
        assert_eq!(genomes, reading.genomes);
    }
    reading.genomes.into_iter().for_each(examine_genome);
}

/// A library of one palette, number 1.
fn small_library() -> Option<Flam3Palettes> {
    let data = "00FF8040".repeat(256);
    Flam3Palettes::parse(&format!("<palette number='1' data='{data}'/>")).ok()
}

/// A genome that was read is legal, survives being printed, and survives as bytes.
fn examine_genome(genome: Genome) {
    assert_eq!(genome.check(), Ok(()));
    plant(&genome);
    let printed = print_flame(&genome);
    let bytes = genome.canonical_bytes();
    let without_edits = Genome {
        edits: Vec::new(),
        ..genome.clone()
    };
    assert_eq!(Genome::from_canonical_bytes(&bytes), Ok(without_edits));
    assert_eq!(parse_flames(&printed), Ok(vec![genome]), "{printed}");
}

/// Fails for a heavy xform, of which no file of the corpus has one. A lesser weight is a branch of
/// its own, which tells a fuzzer that is guided by branches that it comes closer.
#[cfg(feature = "planted")]
fn plant(genome: &Genome) {
    let weights = genome.xforms.iter().map(|xform| xform.weight);
    let heaviest = weights.fold(0.0, f64::max);
    if heaviest > 50.0 {
        assert!(heaviest < 5000.0, "the planted fault");
    }
}

#[cfg(not(feature = "planted"))]
fn plant(_: &Genome) {}
