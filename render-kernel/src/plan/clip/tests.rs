//! The shutter against flam3-animate's, and where the ends of clips look.

use woolgather_genome::{Genome, TemporalFilter, TemporalFilterShape, interpolate, parse_flames};

use super::*;
use crate::{RenderControl, render};

fn settings(shape: TemporalFilterShape, width: f64, exponent: f64) -> ClipSettings {
    ClipSettings {
        width: 320,
        height: 240,
        frames: 10,
        quality: 75.0,
        temporal_samples: 60,
        temporal_filter: TemporalFilter {
            shape,
            width,
            exponent,
        },
        rng_seed: 1,
    }
}

#[test]
fn a_shutter_is_centred_and_its_greatest_weight_is_one() {
    for shape in [
        TemporalFilterShape::Box,
        TemporalFilterShape::Gaussian,
        TemporalFilterShape::Exp,
    ] {
        let moments: Vec<_> = shutter(&settings(shape, 1.5, -2.0), 7).collect();
        assert_eq!(
            (moments[0].0, moments[3].0, moments[6].0),
            (-0.75, 0.0, 0.75)
        );
        let greatest = moments.iter().map(|moment| moment.1).fold(0.0, f64::max);
        assert_eq!(greatest, 1.0, "{shape:?}");
    }
    let single: Vec<_> = shutter(&settings(TemporalFilterShape::Box, 1.5, 0.0), 1).collect();
    assert_eq!(single, [(0.0, 1.0)]);
}

#[test]
fn a_loop_runs_round_its_end_and_an_edge_begins_and_ends_in_loops() {
    let xml = include_str!("../../../tests/data/blur/blur_exp.flam3");
    let flames = parse_flames(xml).unwrap();
    let turning = ClipGenomes::Loop(flames[0].clone());
    assert_eq!(turning.at(-0.125), turning.at(0.875));
    let passing = ClipGenomes::Edge(flames[0].clone(), flames[1].clone());
    assert_eq!(passing.at(-0.125), turning.at(0.875));
    assert_eq!(
        passing.at(1.125),
        ClipGenomes::Loop(flames[1].clone()).at(0.125)
    );
}

/// flam3-animate's frame 1 of three key genomes, with an exponential shutter of 60 moments.
#[test]
fn motion_blur_looks_like_flam3s() {
    let flames = parse_flames(include_str!("../../../tests/data/blur/blur_exp.flam3")).unwrap();
    let filter = flames[0].temporal_filter;
    let settings = settings(filter.shape, filter.width, filter.exponent);
    let at = |delay: f64| {
        let (from, to) = if delay < 0.0 {
            (&flames[0], &flames[1])
        } else {
            (&flames[1], &flames[2])
        };
        Genome {
            quality: 300.0,
            ..interpolate(from, to, 1.0 + delay)
        }
    };
    let shutter: Vec<_> = shutter(&settings, 60).collect();
    let moments: Vec<Genome> = shutter.iter().map(|moment| at(moment.0)).collect();
    let weights: Vec<f64> = shutter.iter().map(|moment| moment.1).collect();
    let plan = assemble(
        &at(0.0),
        &moments,
        &weights,
        Key::new(1),
        &OutputSettings::default(),
    )
    .unwrap();
    let ours = render(&plan, &RenderControl::unattended())
        .unwrap()
        .to_rgb8();

    let reference = include_bytes!("../../../tests/data/blur/blur_exp.frame1.png");
    let theirs = image::load_from_memory(reference)
        .unwrap()
        .to_rgb8()
        .into_raw();
    let count = ours.len() as f64;
    let differences = || {
        ours.iter()
            .zip(&theirs)
            .map(|(&a, &b)| f64::from(a) - f64::from(b))
    };
    let bias = differences().sum::<f64>() / count;
    let noise = 10.0 * (255.0 * 255.0 * count / differences().map(|d| d * d).sum::<f64>()).log10();
    assert!(bias.abs() < 0.25, "bias {bias}");
    // Two renders of ours with different random numbers are 26.4 dB apart.
    assert!(noise > 26.0, "{noise} dB");
}
