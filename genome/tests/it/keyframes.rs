//! Key genomes in time against tables that flam3-genome 3.1.1 printed with `animate=`.
//!
//! The five inputs `keyframes_Y` have the same five keys, at uneven times, with 2, 3, 1, 4 and 2
//! xforms, a final xform in one of them and the camera turning past half a turn; between the second
//! and the fourth the curve is smooth. They differ in how they interpolate maps and palettes. A
//! table has a frame for every whole time, beyond both ends too, and every 32nd colour.

use crate::data::genomes;
use crate::interp::{compare, compare_palettes};
use woolgather_genome::{Genome, KeyframeError, genome_at, interpolate};

fn check(name: &str) {
    let keys = genomes(&format!("interp/inputs/keyframes_{name}.flam3"));
    let table = genomes(&format!("interp/keyframes_{name}.flam3"));
    assert!(table.len() >= 15, "{name} has {} frames", table.len());
    for theirs in table {
        let ours = genome_at(&keys, theirs.time).expect("sorted keys");
        let at = format!("{name} at {}", theirs.time);
        assert_eq!(ours.time, theirs.time, "{at}");
        let choices = |g: &Genome| (g.filter_shape, g.temporal_filter.shape, g.palette_mode);
        assert_eq!(choices(&ours), choices(&theirs), "{at}");
        assert_eq!(
            ours.palette_interpolation, theirs.palette_interpolation,
            "{at}"
        );
        compare(&at, &ours, &theirs);
        compare_palettes(&at, &ours, &theirs, 32);
    }
}

#[test]
fn keys_blend_by_angle_and_length_as_in_flam3() {
    check("log");
}

#[test]
fn keys_blend_number_by_number_as_in_flam3() {
    check("linear");
}

#[test]
fn keys_blend_in_the_old_ways_as_in_flam3() {
    check("old");
    check("older");
}

#[test]
fn keys_of_many_minds_blend_as_in_flam3() {
    check("mixed");
}

/// The keys of the tables, at 0, 3, 5, 9 and 12.
fn keys() -> Vec<Genome> {
    genomes("interp/inputs/keyframes_log.flam3")
}

#[test]
fn at_its_own_time_a_key_is_itself() {
    let mut keys = keys();
    for key in &mut keys {
        key.rotate = 0.0;
    }
    for key in &keys {
        assert_eq!(genome_at(&keys, key.time).as_ref(), Ok(key));
    }
}

#[test]
fn one_key_is_itself_at_any_time() {
    let key = &keys()[..1];
    assert_eq!(genome_at(key, 77.5).as_ref(), Ok(&key[0]));
}

#[test]
fn a_smooth_stretch_has_no_corner_at_its_keys() {
    let keys = keys();
    let center = |time| genome_at(&keys, time).expect("sorted keys").center[0];
    let speed = |from: f64, to: f64| (center(to) - center(from)) / (to - from);
    // The stretches on either side of the key at 5 take different times, so the speeds are compared
    // in parts of a stretch: 2 and 4 long.
    let before = speed(5.0 - 2e-6, 5.0) * 2.0;
    let after = speed(5.0, 5.0 + 4e-6) * 4.0;
    assert!((before - after).abs() < 1e-4, "{before} and {after}");
    let (straight, smooth) = (speed(3.0 - 1e-6, 3.0), speed(3.0, 3.0 + 1e-6));
    assert!(
        (straight * 3.0 - smooth * 2.0).abs() > 0.05,
        "the keys are too kind to tell"
    );
}

#[test]
fn two_keys_are_the_straight_line_between_them() {
    let keys = &keys()[1..3];
    for time in [-4.0, 3.25, 4.0, 20.0] {
        let blended = interpolate(&keys[0], &keys[1], time);
        assert_eq!(genome_at(keys, time), Ok(Genome { time, ..blended }));
    }
}

#[test]
fn keys_that_cannot_be_followed_say_which() {
    let keys = keys();
    assert_eq!(genome_at(&[], 0.0), Err(KeyframeError::Empty));
    assert_eq!(genome_at(&keys, f64::NAN), Err(KeyframeError::Time));
    let mut double = keys.clone();
    double[3].time = double[2].time;
    let error = genome_at(&double, 0.0).expect_err("two keys at one time");
    assert_eq!(error, KeyframeError::Order { key: 3 });
    assert_eq!(
        error.to_string(),
        "the time of key genome 3 is not later than that of the one before it"
    );
    let mut unknown = keys;
    unknown[1].time = f64::NAN;
    assert_eq!(
        genome_at(&unknown, 0.0),
        Err(KeyframeError::Order { key: 1 })
    );
}

#[test]
fn every_blend_of_legal_keys_is_legal() {
    let keys = genomes("interp/inputs/keyframes_mixed.flam3");
    for step in -40..200 {
        let genome = genome_at(&keys, f64::from(step) * 0.1).expect("sorted keys");
        // Far outside, every weight may have come down to 0: a picture of nothing, not an error here.
        if genome.xforms.iter().any(|xform| xform.weight > 0.0) {
            genome.check().expect("a legal genome");
        }
    }
}
