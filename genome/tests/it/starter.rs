//! The starter flock is legal, distinct, and loops without a seam.

use std::collections::BTreeSet;

use woolgather_genome::{
    Genome, StarterSheep, loop_genome, parse_flames, print_flame, starter_flock,
};

const FRAMES: u32 = 160;

#[test]
fn sixteen_sheep_have_titles_artists_and_ids_of_their_own() {
    let flock = starter_flock();
    assert_eq!(flock.len(), 16);
    let mut titles: Vec<_> = flock.iter().map(|sheep| sheep.title).collect();
    let mut ids: Vec<_> = flock.iter().map(|sheep| sheep.genome().id()).collect();
    titles.sort_unstable();
    titles.dedup();
    ids.sort();
    ids.dedup();
    assert_eq!((titles.len(), ids.len()), (16, 16));
    assert!(flock.iter().all(|sheep| !sheep.artist.is_empty()));
}

#[test]
fn a_sheep_keeps_its_id_for_ever() {
    let lines: Vec<String> = starter_flock()
        .iter()
        .map(|sheep| format!("{} {}", sheep.genome().id(), sheep.title))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn together_they_show_many_of_the_flame_s_means() {
    let genomes: Vec<Genome> = starter_flock().iter().map(StarterSheep::genome).collect();
    let xforms = || genomes.iter().flat_map(|genome| &genome.xforms);
    let used: BTreeSet<&str> = xforms()
        .chain(
            genomes
                .iter()
                .filter_map(|genome| genome.final_xform.as_ref()),
        )
        .flat_map(|xform| &xform.variations)
        .map(|weighted| weighted.variation.name())
        .collect();
    assert!(used.len() >= 13, "{used:?}");
    assert!(xforms().any(|xform| !xform.motion.is_empty()));
    assert!(xforms().any(|xform| !xform.post.is_identity()));
    assert!(genomes.iter().any(|genome| genome.final_xform.is_some()));
}

#[test]
fn each_is_legal_and_survives_being_printed_and_encoded() {
    for sheep in starter_flock() {
        let genome = sheep.genome();
        assert_eq!(genome.check(), Ok(()), "{}", sheep.title);
        assert_eq!(
            parse_flames(&print_flame(&genome)),
            Ok(vec![genome.clone()])
        );
        let bytes = genome.canonical_bytes();
        assert_eq!(Genome::from_canonical_bytes(&bytes), Ok(genome));
    }
}

#[test]
fn each_can_be_seen() {
    for sheep in starter_flock() {
        let genome = sheep.genome();
        assert!(genome.palette.is_opaque(), "{}", sheep.title);
        let brightest = genome
            .palette
            .entries()
            .iter()
            .flat_map(|entry| &entry[..3]);
        assert!(
            brightest.copied().fold(0.0, f64::max) > 0.5,
            "{}",
            sheep.title
        );
    }
}

#[test]
fn each_loop_moves_and_its_last_frame_leads_back_to_the_first() {
    for sheep in starter_flock() {
        let genome = sheep.genome();
        let frame = |k: u32| loop_genome(&genome, f64::from(k) / f64::from(FRAMES));
        let bytes = |k| frame(k).canonical_bytes();
        assert_eq!(bytes(0), bytes(FRAMES), "{}", sheep.title);
        assert_ne!(bytes(0), bytes(FRAMES / 3), "{}", sheep.title);
        assert_eq!(frame(FRAMES / 3).check(), Ok(()), "{}", sheep.title);
    }
}
