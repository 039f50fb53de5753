//! Loops and edges against tables that flam3-genome 3.1.1 printed.
//!
//! `loop_X.nframesN`: frame k is the loop of X at k/N. `edge_A__B.nframesN`: frame k is the edge
//! at k/N. Both end with the last genome itself. `edge_special_Y` has its two genomes in
//! `inputs/special_Y`. flam3 prints six digits; of the colours, every eighth is
//! kept here.
//!
//! All 166 frames are compared. The input of `edge_special_sym` asks for a symmetry, which both
//! programs expand into xforms when they read it; flam3 prints the element beside what it stands
//! for, and reading that back would expand it twice, so the table is without the element.

use crate::data::genomes;
use woolgather_genome::{
    Affine, Easing, EdgeOptions, Genome, Variation, Xform, edge_genome, edge_genome_with,
    edge_window, interpolate, loop_genome, loop_window,
};

/// The tables' six digits, with room for how flam3 rounds them.
const TOLERANCE: f64 = 3e-5;

/// A number of a genome, with its name.
type Number = (&'static str, fn(&Genome) -> f64);

#[track_caller]
pub(crate) fn close(at: &str, ours: f64, theirs: f64) {
    let error = (ours - theirs).abs() / theirs.abs().max(1.0);
    assert!(error <= TOLERANCE, "{at}: {ours} is not {theirs}");
}

pub(crate) fn compare(at: &str, ours: &Genome, theirs: &Genome) {
    let numbers: [Number; 16] = [
        ("width", |g| f64::from(g.size[0])),
        ("center x", |g| g.center[0]),
        ("center y", |g| g.center[1]),
        ("scale", |g| g.scale),
        ("zoom", |g| g.zoom),
        ("rotate", |g| g.rotate),
        ("filter", |g| g.filter_radius),
        ("quality", |g| g.quality),
        ("background", |g| g.background[0]),
        ("brightness", |g| g.brightness),
        ("gamma", |g| g.gamma),
        ("vibrancy", |g| g.vibrancy),
        ("highlight power", |g| g.highlight_power),
        ("estimator radius", |g| g.estimator.radius),
        ("estimator curve", |g| g.estimator.curve),
        ("gamma threshold", |g| g.gamma_threshold),
    ];
    for (name, number) in numbers {
        close(&format!("{at} {name}"), number(ours), number(theirs));
    }
    assert_eq!(ours.xforms.len(), theirs.xforms.len(), "{at} xforms");
    for (i, (one, two)) in ours.xforms.iter().zip(&theirs.xforms).enumerate() {
        compare_xforms(&format!("{at} xform {i}"), one, two, ours.xforms.len());
    }
    assert_eq!(ours.final_xform.is_some(), theirs.final_xform.is_some());
    if let (Some(one), Some(two)) = (&ours.final_xform, &theirs.final_xform) {
        compare_xforms(&format!("{at} final"), one, two, 0);
    }
}

fn compare_xforms(at: &str, ours: &Xform, theirs: &Xform, count: usize) {
    close(&format!("{at} weight"), ours.weight, theirs.weight);
    close(&format!("{at} color"), ours.color, theirs.color);
    close(
        &format!("{at} color_speed"),
        ours.color_speed,
        theirs.color_speed,
    );
    if count > 0 {
        // flam3 does not print this of a final xform, which never turns.
        close(&format!("{at} animate"), ours.animate, theirs.animate);
    }
    close(&format!("{at} opacity"), ours.opacity, theirs.opacity);
    compare_affine(&format!("{at} coefs"), ours.coefs, theirs.coefs);
    compare_affine(&format!("{at} post"), ours.post, theirs.post);
    let chaos = |xform: &Xform, i: usize| xform.chaos.get(i).copied().unwrap_or(1.0);
    for i in 0..count {
        close(&format!("{at} chaos {i}"), chaos(ours, i), chaos(theirs, i));
    }
    for &variation in Variation::ALL {
        compare_variation(
            &format!("{at} {}", variation.name()),
            ours,
            theirs,
            variation,
        );
    }
}

fn compare_affine(at: &str, ours: Affine, theirs: Affine) {
    for (one, two) in ours.to_columns().into_iter().zip(theirs.to_columns()) {
        close(at, one, two);
    }
}

fn compare_variation(at: &str, ours: &Xform, theirs: &Xform, variation: Variation) {
    let find = |xform: &Xform| {
        let mut entries = xform.variations.iter();
        entries.find(|entry| entry.variation == variation).copied()
    };
    match (find(ours), find(theirs)) {
        (Some(ours), Some(theirs)) => {
            close(at, ours.weight, theirs.weight);
            for (one, two) in ours.parameters.into_iter().zip(theirs.parameters) {
                close(&format!("{at}'s parameter"), one, two);
            }
        }
        (Some(one), None) | (None, Some(one)) => close(at, one.weight, 0.0),
        (None, None) => {}
    }
}

/// Compares the colours that a table keeps, one of `every` so many.
pub(crate) fn compare_palettes(at: &str, ours: &Genome, theirs: &Genome, every: usize) {
    let both = ours.palette.entries().iter().zip(theirs.palette.entries());
    for (i, (one, two)) in both.enumerate().step_by(every) {
        for (one, two) in one.iter().zip(two) {
            close(&format!("{at} color {i}"), one * 255.0, two * 255.0);
        }
    }
}

fn check_loop(genome: &Genome, table: &str, frames: usize) {
    let expected = genomes(&format!("interp/{table}.nframes{frames}.flam3"));
    assert_eq!(expected.len(), frames + 1, "{table}");
    for (k, theirs) in expected.iter().enumerate() {
        let ours = loop_genome(genome, k as f64 / frames as f64);
        compare(&format!("{table} frame {k}"), &ours, theirs);
    }
}

fn check_edge(from: &Genome, to: &Genome, table: &str, frames: usize) {
    check_edge_with(from, to, table, frames, &EdgeOptions::default());
}

fn check_edge_with(from: &Genome, to: &Genome, table: &str, frames: usize, options: &EdgeOptions) {
    let expected = genomes(&format!("interp/{table}.nframes{frames}.flam3"));
    assert_eq!(expected.len(), frames + 1, "{table}");
    for (k, theirs) in expected.iter().enumerate() {
        let ours = edge_genome_with(from, to, k as f64 / frames as f64, options);
        let mut theirs = theirs.clone();
        if k == frames {
            // flam3 shifts the camera's turn when it reads the pair; the sheep itself does not.
            theirs.rotate += 360.0 * ((ours.rotate - theirs.rotate) / 360.0).round();
        }
        let at = format!("{table} frame {k}");
        compare(&at, &ours, &theirs);
        compare_palettes(&at, &ours, &theirs, 8);
    }
}

fn check_special(name: &str) {
    let pair = genomes(&format!("interp/inputs/special_{name}.flam3"));
    check_edge(&pair[0], &pair[1], &format!("edge_special_{name}"), 4);
}

/// The oracle genome whose name starts so.
fn random(name: &str) -> Genome {
    genomes(&format!("oracle/{name}.flam3")).remove(0)
}

const RANDOM: [&str; 6] = [
    "27_random_s3",
    "28_random_s4",
    "29_random_s10",
    "30_random_s14",
    "31_random_s15",
    "32_random_s28",
];

#[test]
fn loops_turn_as_those_of_flam3() {
    for name in RANDOM {
        check_loop(&random(name), &format!("loop_{name}"), 8);
    }
}

#[test]
fn motion_elements_move_as_those_of_flam3() {
    let genome = genomes("interp/inputs/special_motion.flam3").remove(0);
    check_loop(&genome, "loop_special_motion", 8);
}

#[test]
fn edges_blend_as_those_of_flam3() {
    for (i, from) in RANDOM.into_iter().enumerate() {
        let to = RANDOM[(i + 1) % RANDOM.len()];
        check_edge(&random(from), &random(to), &format!("edge_{from}__{to}"), 6);
    }
}

#[test]
fn logarithmic_edges_unwind_what_stands_still() {
    check_special("log");
}

#[test]
fn staggered_edges_move_one_xform_after_another() {
    let pair = genomes("interp/inputs/special_log.flam3");
    let options = EdgeOptions {
        stagger: 0.6,
        ..EdgeOptions::default()
    };
    check_edge_with(
        &pair[0],
        &pair[1],
        "edge_special_log_stagger0.6",
        4,
        &options,
    );
}

#[test]
fn edges_without_easing_move_evenly() {
    let pair = genomes("interp/inputs/special_log.flam3");
    let options = EdgeOptions {
        easing: Easing::Linear,
        ..EdgeOptions::default()
    };
    check_edge_with(
        &pair[0],
        &pair[1],
        "edge_special_log_unsmoother",
        4,
        &options,
    );
}

#[test]
fn a_lone_xform_has_nothing_to_stagger() {
    let mut pair = genomes("interp/inputs/special_log.flam3");
    for genome in &mut pair {
        genome.xforms.truncate(1);
    }
    let options = EdgeOptions {
        stagger: 0.6,
        ..EdgeOptions::default()
    };
    let staggered = edge_genome_with(&pair[0], &pair[1], 0.3, &options);
    assert_eq!(staggered, edge_genome(&pair[0], &pair[1], 0.3));
}

#[test]
fn linear_edges_blend_number_by_number() {
    check_special("linear");
}

#[test]
fn old_edges_pad_without_a_companion() {
    check_special("old");
}

#[test]
fn padding_beside_an_inversion_is_turned_inside_out() {
    check_special("padding_spherical");
}

#[test]
fn expanded_symmetry_blends_like_any_xform() {
    check_special("sym");
}

#[test]
fn palettes_blend_in_every_way() {
    for name in [
        "hsv_palette",
        "rgb_palette",
        "sweep_palette",
        "circblend_palette",
    ] {
        check_special(name);
    }
}

#[test]
fn a_frame_and_its_neighbours_are_picked_out_of_a_loop_and_an_edge() {
    let picks = |name: &str| genomes(&format!("interp/pick_{name}_frame57_of160.flam3"));
    let pair = genomes("interp/inputs/special_log.flam3");
    let in_loop = loop_window(&random("28_random_s4"), 57, 160);
    let in_edge = edge_window(&pair[0], &pair[1], 57, 160, &EdgeOptions::default());
    let tables = [(in_loop, "rotate_28"), (in_edge, "inter_special_log")];
    for (ours, name) in tables {
        for (frame, (ours, theirs)) in (56..).zip(ours.iter().zip(picks(name))) {
            let at = format!("{name} frame {frame}");
            assert_eq!(
                (ours.time, theirs.time),
                (f64::from(frame), f64::from(frame)),
                "{at}"
            );
            compare(&at, ours, &theirs);
            if name == "inter_special_log" {
                compare_palettes(&at, ours, &theirs, 8);
            }
        }
    }
}

/// These are the bits of every build and machine; a change here changes everybody's pictures.
#[test]
fn the_bits_of_movement_are_the_same_for_ever() {
    let pair = genomes("interp/inputs/special_log.flam3");
    let motion = genomes("interp/inputs/special_motion.flam3").remove(0);
    let edge = edge_genome(&random("27_random_s3"), &random("28_random_s4"), 0.3).id();
    let winding = edge_genome(&pair[0], &pair[1], 0.7).id();
    let moved = loop_genome(&motion, 0.1).id();
    insta::assert_snapshot!(format!("{edge}\n{winding}\n{moved}"));
}

#[test]
fn a_frame_outside_two_key_genomes_goes_on_along_their_line() {
    let mut pair = genomes("interp/inputs/special_linear.flam3");
    (pair[0].time, pair[1].time) = (10.0, 20.0);
    let (first, last) = (pair[0].xforms[0].coefs.c, pair[1].xforms[0].coefs.c);
    for (time, share) in [(10.0, 0.0), (15.0, 0.5), (20.0, 1.0), (25.0, 1.5)] {
        let between = interpolate(&pair[0], &pair[1], time);
        close("time", between.time, time);
        close(
            "c",
            between.xforms[0].coefs.c,
            first + share * (last - first),
        );
    }
    pair[1].time = 10.0;
    let still = interpolate(&pair[0], &pair[1], 12.0);
    close("c", still.xforms[0].coefs.c, first);
}
