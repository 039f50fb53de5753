//! The 32 genomes that stand for what flames in the wild look like.

use crate::data::{genomes, oracle};
use woolgather_genome::{
    Affine, FilterShape, Genome, PaletteMode, Variation, parse_flames, print_flame,
};

#[test]
fn all_32_genomes_are_read_and_legal() {
    let genomes = oracle();
    assert_eq!(genomes.len(), 32);
    for (name, genome) in genomes {
        assert_eq!(genome.check(), Ok(()), "{name}");
        assert!(
            name.starts_with(&genome.name),
            "{name} says {}",
            genome.name
        );
    }
}

#[test]
fn all_32_genomes_survive_being_printed_and_encoded() {
    for (name, genome) in oracle() {
        let printed = print_flame(&genome);
        assert_eq!(parse_flames(&printed), Ok(vec![genome.clone()]), "{name}");
        let bytes = genome.canonical_bytes();
        assert_eq!(Genome::from_canonical_bytes(&bytes), Ok(genome), "{name}");
    }
}

#[test]
fn the_32_genomes_use_48_of_the_variations() {
    let mut used: Vec<Variation> = oracle()
        .into_iter()
        .flat_map(|(_, genome)| genome.xforms.into_iter().chain(genome.final_xform))
        .flat_map(|xform| xform.variations)
        .map(|entry| entry.variation)
        .collect();
    used.sort();
    used.dedup();
    assert_eq!(used.len(), 48, "{used:?}");
}

#[test]
fn ids_tell_all_32_apart() {
    let mut ids: Vec<_> = oracle().iter().map(|(_, genome)| genome.id()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 32);
}

#[test]
fn old_spellings_mean_what_they_meant() {
    let genome = genomes("oracle/26_legacy_syntax.flam3").remove(0);
    let [first, second, third, fourth] = &genome.xforms[..] else {
        panic!("four xforms, not {}", genome.xforms.len());
    };
    // symmetry="0.5" and a color of two numbers
    assert_eq!(
        (first.color, first.color_speed, first.animate),
        (0.0, 0.25, 0.0)
    );
    // var1="2"
    assert_eq!(second.variations.len(), 1);
    assert_eq!(second.variations[0].variation, Variation::Spherical);
    assert_eq!(second.variations[0].weight, 1.0);
    // plotmode="off"
    assert_eq!((third.opacity, third.color), (0.0, 0.0));
    // nothing said: color is the number's lowest bit
    assert_eq!(
        (fourth.color, fourth.color_speed, fourth.animate),
        (1.0, 0.5, 1.0)
    );
    // oversample, and the defaults of what is not there
    assert_eq!(genome.supersample, 1);
    assert_eq!(genome.estimator.radius, 0.0);
    assert_eq!(genome.filter_shape, FilterShape::Gaussian);
    assert_eq!(genome.temporal_samples, 1000);
    assert_eq!(genome.palette_mode, PaletteMode::Step);
    let rgb = genome.palette.entries()[0];
    assert_eq!(
        rgb.map(|channel| channel * 255.0),
        [255.0, 231.0, 163.0, 255.0]
    );
}

#[test]
fn a_symmetry_element_becomes_xforms_where_it_stands() {
    let genome = genomes("oracle/23_symmetry.flam3").remove(0);
    assert_eq!(genome.xforms.len(), 3 + 4);
    let mirror = Affine::from_columns([-1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    let third = Affine::from_columns([-0.5, 0.866025, -0.866025, -0.5, 0.0, 0.0]);
    assert_eq!(genome.xforms[0].coefs, mirror);
    assert_eq!(genome.xforms[1].coefs, third);
    for (index, color) in [1.0, 0.0, 1.0].into_iter().enumerate() {
        let xform = &genome.xforms[index];
        assert_eq!(
            (xform.color, xform.color_speed, xform.animate),
            (color, 0.0, 0.0)
        );
        assert_eq!(xform.weight, 1.0);
    }
    assert_eq!(genome.xforms[3].weight, 0.4);
    assert!(!print_flame(&genome).contains("<symmetry"));
}
