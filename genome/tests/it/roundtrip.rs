//! What is printed is read back as the same genome, to the bit, whatever the genome is.

use crate::data::{any_genome, genomes};
use proptest::prelude::*;
use woolgather_genome::{
    Genome, PALETTE_ENTRIES, Palette, edge_genome, interpolate, limits, loop_genome, parse_flames,
    print_flame, print_flames,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_legal_genome_survives_being_printed(genome in any_genome()) {
        prop_assert_eq!(genome.check(), Ok(()));
        let printed = print_flame(&genome);
        prop_assert!(printed.len() <= limits::GENOME_BYTES_MAX);
        let read = parse_flames(&printed).map_err(|error| error.to_string());
        let read = read.map(|genomes| genomes[0].canonical_bytes());
        prop_assert_eq!(read, Ok(genome.canonical_bytes()), "{}", printed);
    }

    #[test]
    fn any_legal_genome_survives_being_encoded(genome in any_genome()) {
        let bytes = genome.canonical_bytes();
        prop_assert_eq!(Genome::from_canonical_bytes(&bytes), Ok(genome));
    }

    #[test]
    fn a_loop_ends_where_it_began_and_stays_legal(
        genome in any_genome(),
        blend in 0.0..1.0_f64,
    ) {
        let begin = loop_genome(&genome, 0.0);
        prop_assert_eq!(begin.canonical_bytes(), loop_genome(&genome, 1.0).canonical_bytes());
        let between = loop_genome(&genome, blend);
        prop_assert_eq!(legal_numbers(&between), Ok(()));
    }

    #[test]
    fn an_edge_begins_and_ends_on_the_loops_of_its_sheep(
        from in any_genome(),
        to in any_genome(),
        blend in 0.0..1.0_f64,
    ) {
        let begin = edge_genome(&from, &to, 0.0);
        let end = edge_genome(&from, &to, 1.0);
        prop_assert_eq!(begin.canonical_bytes(), loop_genome(&from, 0.0).canonical_bytes());
        prop_assert_eq!(end.canonical_bytes(), loop_genome(&to, 1.0).canonical_bytes());
        prop_assert_eq!(edge_genome(&from, &to, blend - 1.0), loop_genome(&from, blend - 1.0));
        let between = edge_genome(&from, &to, blend);
        prop_assert_eq!(legal_numbers(&between), Ok(()));
    }

    #[test]
    fn extrapolation_stays_legal(
        from in any_genome(),
        to in any_genome(),
        time in -1e12..1e12_f64,
    ) {
        let beyond = interpolate(&from, &to, time);
        prop_assert_eq!(legal_numbers(&beyond), Ok(()));
    }
}

/// Checks everything but what a blend or a motion may leave: too many entries, or no weight.
fn legal_numbers(genome: &Genome) -> Result<(), String> {
    let mut genome = genome.clone();
    if let Some(first) = genome.xforms.first_mut() {
        first.weight = 1.0;
    }
    match genome.check() {
        Ok(()) | Err(woolgather_genome::LimitError::TooMany { .. }) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn several_flames_survive_in_their_order() {
    let flames = genomes("interp/inputs/special_log.flam3");
    assert_eq!(flames.len(), 2);
    assert_eq!(parse_flames(&print_flames(&flames)), Ok(flames));
}

#[test]
fn a_palette_with_any_alpha_survives() {
    let mut genome = genomes("oracle/01_linear.flam3").remove(0);
    genome.palette = Palette::new(std::array::from_fn(|i| [i as f64 / 255.0; 4]));
    let digits = print_flame(&genome);
    assert!(digits.contains("format=\"RGBA\""));
    assert_eq!(parse_flames(&digits), Ok(vec![genome.clone()]));

    let uneven = |i: usize| (i as f64 / PALETTE_ENTRIES as f64).sqrt();
    genome.palette = Palette::new(std::array::from_fn(|i| [0.3, uneven(i), 0.7, uneven(i)]));
    let bits = print_flame(&genome);
    assert!(bits.contains("<palette count=\"256\" format=\"RGBA\">"));
    assert!(bits.contains("<palette_exact count=\"256\" format=\"RGBA-f64\">"));
    assert_eq!(parse_flames(&bits), Ok(vec![genome]));
}

#[test]
fn a_name_may_hold_what_xml_reserves() {
    let mut genome = genomes("oracle/01_linear.flam3").remove(0);
    genome.name = "<a&b>\"c'\u{1f411}]]>".to_owned();
    assert_eq!(genome.check(), Ok(()));
    assert_eq!(parse_flames(&print_flame(&genome)), Ok(vec![genome]));
}

#[test]
fn a_name_is_tidied_when_it_is_read() {
    let name = "two  words\tand\u{3000}more".to_owned() + &"x".repeat(100);
    let xml = format!("<flame name=\"{name}\"><xform weight=\"1\" linear=\"1\"/></flame>");
    let genome = parse_flames(&xml).expect("a legal flame").remove(0);
    assert_eq!(genome.name.chars().count(), limits::NAME_CHARS_MAX);
    assert!(genome.name.starts_with("two__words_and_morex"));
}
