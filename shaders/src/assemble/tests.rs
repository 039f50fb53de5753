//! Every text is valid WGSL, deterministic, and as large as its numbers.

use woolgather_genome::{Genome, Variation, parse_flames};

use super::*;

/// The structure of `genome` as the renderer plans it.
fn structure(genome: &Genome) -> Structure {
    let xform = |xform: &woolgather_genome::Xform| XformStructure {
        variations: xform
            .variations
            .iter()
            .map(|weighted| weighted.variation)
            .collect(),
        post: !xform.post.is_identity(),
    };
    Structure {
        xforms: genome.xforms.iter().map(xform).collect(),
        final_xform: genome.final_xform.as_ref().map(xform),
        xaos: genome.xforms.iter().any(|xform| !xform.chaos.is_empty()),
        linear_palette: genome.palette_mode == woolgather_genome::PaletteMode::Linear,
        counts: genome.passes > 1,
    }
}

fn single(variation: Variation) -> Structure {
    Structure {
        xforms: vec![XformStructure {
            variations: vec![variation],
            post: false,
        }],
        final_xform: None,
        xaos: false,
        linear_palette: false,
        counts: false,
    }
}

/// Parses and validates with nothing beyond WebGPU's baseline.
fn check(text: &str, what: &str) {
    let module = naga::front::wgsl::parse_str(text)
        .unwrap_or_else(|error| panic!("{what}: {}", error.emit_to_string(text)));
    let mut validator = naga::valid::Validator::new(
        naga::valid::ValidationFlags::all(),
        naga::valid::Capabilities::empty(),
    );
    validator
        .validate(&module)
        .unwrap_or_else(|error| panic!("{what}: {}", error.emit_to_string(text)));
}

#[test]
fn every_single_variation_makes_a_valid_text() {
    for &variation in Variation::ALL {
        check(&single(variation).iterate_text(), variation.name());
        check(&single(variation).probe_text(), variation.name());
    }
    check(FADE, "fade");
}

#[test]
fn every_oracle_genome_makes_a_valid_text() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../genome/tests/data/oracle");
    let mut genomes = 0;
    for file in std::fs::read_dir(folder).expect("the oracle's genomes are there") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|ending| ending != "flam3") {
            continue;
        }
        let xml = std::fs::read_to_string(&path).expect("readable");
        for genome in parse_flames(&xml).expect("a genome") {
            let structure = structure(&genome);
            let text = structure.iterate_text();
            check(&text, &path.display().to_string());
            assert_eq!(text, structure.iterate_text());
            genomes += 1;
        }
    }
    assert!(genomes >= 32, "{genomes}");
}

#[test]
fn xaos_counts_and_final_xforms_make_valid_texts() {
    let mut all = single(Variation::Julian);
    all.xforms.push(XformStructure {
        variations: vec![Variation::PreBlur, Variation::Linear, Variation::Pie],
        post: true,
    });
    all.xforms.push(all.xforms[0].clone());
    all.final_xform = Some(all.xforms[1].clone());
    all.xaos = true;
    all.linear_palette = true;
    all.counts = true;
    check(&all.iterate_text(), "everything at once");
    // Three xforms: 3 visibilities, 4 rows of thresholds.
    assert_eq!(all.moment_integers(), 3 + 4 * 3);
    assert_eq!(all.moment_numbers(), 2 + 5 + 11 + 5 + 11);
}
