//! Canonical bytes are one to one with legal genomes, and their ids never change.

use crate::data::genomes;
use proptest::prelude::*;
use woolgather_genome::{CanonicalError, Genome, LimitError, limits};

/// Where things are in a genome with an empty name.
const NAME_LENGTH: usize = 5;
const TIME: usize = 9;
const FILTER_SHAPE: usize = 77;

fn genome() -> Genome {
    let mut genome = genomes("oracle/15_post.flam3").remove(0);
    genome.name.clear();
    genome
}

fn decode(change: impl FnOnce(&mut Vec<u8>)) -> CanonicalError {
    let mut bytes = genome().canonical_bytes();
    change(&mut bytes);
    Genome::from_canonical_bytes(&bytes).expect_err("changed bytes")
}

#[test]
fn the_id_of_a_known_genome_is_the_same_for_ever() {
    let id = genomes("oracle/01_linear.flam3")[0].id().to_string();
    insta::assert_snapshot!(id);
}

#[test]
fn the_first_bytes_are_as_documented() {
    let bytes = genome().canonical_bytes();
    assert_eq!(&bytes[..NAME_LENGTH], b"WGEN\x01");
    assert_eq!(bytes[NAME_LENGTH..TIME], 0_u32.to_le_bytes());
    assert_eq!(bytes[TIME..TIME + 8], 0_f64.to_le_bytes());
    assert_eq!(bytes[TIME + 8..TIME + 12], 320_u32.to_le_bytes());
    assert_eq!(bytes[TIME + 12..TIME + 16], 240_u32.to_le_bytes());
}

#[test]
fn zero_has_one_spelling() {
    let mut negative = genome();
    negative.zoom = -0.0;
    assert_eq!(negative.id(), genome().id());
    let spelled = decode(|bytes| bytes[TIME + 7] = 0x80);
    assert_eq!(spelled, CanonicalError::NotCanonical);
}

#[test]
fn a_changed_number_changes_the_id() {
    let mut other = genome();
    other.xforms[0].coefs.a = other.xforms[0].coefs.a.next_up();
    assert_ne!(other.id(), genome().id());
}

#[test]
fn what_is_not_a_genome_is_refused_by_its_reason() {
    assert_eq!(
        Genome::from_canonical_bytes(b""),
        Err(CanonicalError::NotAGenome)
    );
    assert_eq!(decode(|bytes| bytes[0] = b'w'), CanonicalError::NotAGenome);
    assert_eq!(decode(|bytes| bytes[4] = 2), CanonicalError::Version(2));
    assert_eq!(decode(|bytes| bytes.push(0)), CanonicalError::NotCanonical);
    assert_eq!(
        decode(|bytes| bytes.truncate(3000)),
        CanonicalError::Truncated
    );
    let long = limits::GENOME_BYTES_MAX + 1;
    assert_eq!(
        decode(|bytes| bytes.resize(long, 0)),
        CanonicalError::TooLarge(long)
    );
    let what = "filter shape";
    let number = 14;
    assert_eq!(
        decode(|bytes| bytes[FILTER_SHAPE] = number),
        CanonicalError::Unknown { what, number }
    );
    let huge = u32::MAX.to_le_bytes();
    let length = decode(|bytes| bytes[NAME_LENGTH..TIME].copy_from_slice(&huge));
    assert_eq!(length, CanonicalError::Truncated);
    let nan = f64::NAN.to_le_bytes();
    let time = decode(|bytes| bytes[TIME..TIME + 8].copy_from_slice(&nan));
    assert!(
        matches!(time, CanonicalError::Illegal(LimitError::OutOfRange { field, .. }) if field == "time")
    );
}

proptest! {
    #[test]
    fn any_bytes_are_a_genome_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let with_head = [b"WGEN\x01".as_slice(), &bytes].concat();
        prop_assert!(Genome::from_canonical_bytes(&bytes).is_err());
        prop_assert!(Genome::from_canonical_bytes(&with_head).is_err());
    }

    #[test]
    fn bytes_that_are_read_are_canonical(at in 0..9000_usize, byte: u8) {
        let mut bytes = genome().canonical_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(read) = Genome::from_canonical_bytes(&bytes) {
            prop_assert_eq!(read.canonical_bytes(), bytes);
        }
    }
}
