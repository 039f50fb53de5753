//! Templates set what they say and nothing else.

use crate::data::genomes;
use woolgather_genome::{ParseErrorKind, parse_flames, read_template};

#[test]
fn a_template_sets_what_it_says_and_nothing_else() {
    let mut genome = genomes("oracle/25_sheep_defaults.flam3").remove(0);
    let before = genome.clone();
    let template = read_template("<flame quality='77' oversample='3' interpolation='smooth'/>");
    template.expect("a template").apply(&mut genome);
    assert_eq!((genome.quality, genome.supersample), (77.0, 3));
    assert_eq!(genome.interpolation.name(), "smooth");
    genome.quality = before.quality;
    genome.supersample = before.supersample;
    genome.interpolation = before.interpolation;
    assert_eq!(genome, before);
}

#[test]
fn a_new_size_shows_the_same_height_of_the_world() {
    let xml = "<flame size='400 200' scale='50'><xform weight='1'/></flame>";
    let mut genome = parse_flames(xml).expect("a flame").remove(0);
    let wide = read_template("<flame size='1280 720'/>").expect("a template");
    wide.apply(&mut genome);
    assert_eq!((genome.size, genome.scale), ([1280, 720], 180.0));
    // A scale of its own wins, whatever the order of the attributes.
    let own = read_template("<flame scale='33' size='640 360'/>").expect("a template");
    own.apply(&mut genome);
    assert_eq!(genome.scale, 33.0);
}

#[test]
fn a_genome_stays_legal_under_a_template() {
    let mut genome = genomes("oracle/19_density_estimation.flam3").remove(0);
    genome.estimator.minimum = genome.estimator.radius;
    let template = read_template("<flame estimator_radius='0.5'/>").expect("a template");
    template.apply(&mut genome);
    assert_eq!(genome.estimator.minimum, 0.5);
    assert_eq!(genome.check(), Ok(()));
}

#[test]
fn what_a_template_cannot_set_is_refused() {
    let error = read_template("<flame palette='3'/>").expect_err("a palette");
    assert_eq!(error.kind, ParseErrorKind::Misplaced);
    let error = read_template("<flame quality='-1'/>").expect_err("a bad number");
    assert_eq!(error.kind, ParseErrorKind::OutOfRange);
    assert!(read_template("<flames/>").is_err());
    assert!(read_template("<flame name='a' time='3' version='b'/>").is_ok());
}
