//! The slab scheme against what it stands for: independent orbits, one point at a time.

use woolgather_genome::{Affine, Genome, Variation, WeightedVariation, Xform};

use super::iterate;
use crate::cpu::histogram::Histogram;
use crate::cpu::width::Width;
use crate::plan::HIT;
use crate::{StillSettings, plan_still};

const SAMPLES: usize = 6_000_000;
/// Blocks of the coarse grid that densities are compared on.
const WIDE: usize = 8;
const HIGH: usize = 6;

/// A plain generator of its own, so that the two sides share nothing.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A flame that is easily written by hand: three contractions, one of them with a swirl.
fn flame(chaos: [&[f64]; 3]) -> Genome {
    let columns = [
        [0.62, 0.28, -0.28, 0.62, 0.35, 0.12],
        [-0.45, 0.4, -0.5, -0.35, -0.4, 0.3],
        [0.5, 0.0, 0.0, 0.5, 0.1, -0.45],
    ];
    let mut genome = Genome {
        size: [160, 120],
        scale: 60.0,
        ..Genome::default()
    };
    genome.estimator.radius = 0.0;
    genome.xforms = (0..3)
        .map(|i| Xform {
            weight: [0.5, 0.3, 0.2][i],
            coefs: Affine::from_columns(columns[i]),
            chaos: chaos[i].to_vec(),
            ..Xform::default()
        })
        .collect();
    genome.xforms[0].variations = vec![WeightedVariation::new(Variation::Swirl, 0.9)];
    genome
}

/// The chaos game by the book, in double precision: the share of points in each block.
fn by_the_book(genome: &Genome) -> Vec<f64> {
    let mut random = Random(12_345);
    let mut shares = vec![0.0; WIDE * HIGH];
    let (mut point, mut previous) = ([0.1, 0.2], None);
    for i in 0..SAMPLES + 100 {
        let weights: Vec<f64> = (0..3)
            .map(|j| {
                let chaos = previous.and_then(|p: usize| genome.xforms[p].chaos.get(j).copied());
                genome.xforms[j].weight * chaos.unwrap_or(1.0)
            })
            .collect();
        let mut left = random.uniform() * weights.iter().sum::<f64>();
        let choice = weights
            .iter()
            .position(|weight| {
                left -= weight;
                left < 0.0
            })
            .unwrap_or(2);
        let [x, y] = genome.xforms[choice].coefs.apply(point);
        let (sin, cos) = (x * x + y * y).sin_cos();
        point = if choice == 0 {
            [0.9 * (x * sin - y * cos), 0.9 * (x * cos + y * sin)]
        } else {
            [x, y]
        };
        previous = Some(choice);
        if i >= 100 {
            count(
                &mut shares,
                (point[0] * 60.0 + 80.0) / 160.0,
                (point[1] * 60.0 + 60.0) / 120.0,
                1.0,
            );
        }
    }
    shares.iter().map(|count| count / SAMPLES as f64).collect()
}

/// The same shares from slabs.
fn by_slabs(genome: &Genome, rng_seed: u64) -> Histogram {
    let quality = SAMPLES as f64 / (160.0 * 120.0);
    let plan = plan_still(
        genome,
        &StillSettings {
            width: 160,
            height: 120,
            quality,
            rng_seed,
            ..StillSettings::default()
        },
    )
    .unwrap();
    iterate(&plan, &plan.moments, Width::widest(), &|| false, &|_| {}).unwrap()
}

fn shares_of(histogram: &Histogram) -> Vec<f64> {
    let gutter = (histogram.width - 160) / 2;
    let mut shares = vec![0.0; WIDE * HIGH];
    for y in 0..histogram.height {
        for x in 0..histogram.width {
            let hits = histogram.bin(x, y)[4] as f64 / f64::from(HIT);
            let across = (x as f64 + 0.5 - gutter as f64) / 160.0;
            let down = (y as f64 + 0.5 - gutter as f64) / 120.0;
            count(&mut shares, across, down, hits / SAMPLES as f64);
        }
    }
    shares
}

fn count(shares: &mut [f64], across: f64, down: f64, share: f64) {
    if (0.0..1.0).contains(&across) && (0.0..1.0).contains(&down) {
        shares[(down * HIGH as f64) as usize * WIDE + (across * WIDE as f64) as usize] += share;
    }
}

fn total_variation(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0
}

#[test]
fn slabs_have_the_density_of_independent_orbits() {
    let plain: [&[f64]; 3] = [&[], &[], &[]];
    let genome = flame(plain);
    let distance = total_variation(&by_the_book(&genome), &shares_of(&by_slabs(&genome, 1)));
    assert!(distance < 0.003, "total variation {distance}");
}

#[test]
fn slabs_have_the_density_of_independent_orbits_with_xaos_too() {
    let genome = flame([&[0.0, 1.0, 2.0], &[1.5, 0.25], &[1.0, 1.0, 0.0]]);
    let distance = total_variation(&by_the_book(&genome), &shares_of(&by_slabs(&genome, 1)));
    assert!(distance < 0.003, "total variation {distance}");
    let plain = total_variation(
        &by_the_book(&flame([&[], &[], &[]])),
        &shares_of(&by_slabs(&genome, 1)),
    );
    assert!(plain > 0.05, "xaos makes no difference: {plain}");
}

#[test]
fn points_that_share_a_group_do_not_make_the_picture_noisier() {
    // For independent hits the squared difference of two counts is, on average, their sum.
    let genome = flame([&[], &[], &[]]);
    let (one, other) = (by_slabs(&genome, 1), by_slabs(&genome, 2));
    let (mut sum, mut bins) = (0.0, 0.0);
    for y in 0..one.height {
        for x in 0..one.width {
            let [a, b] =
                [&one, &other].map(|histogram| histogram.bin(x, y)[4] as f64 / f64::from(HIT));
            if a + b > 20.0 {
                sum += (a - b) * (a - b) / (a + b);
                bins += 1.0;
            }
        }
    }
    let excess = sum / bins;
    assert!(
        (0.8..1.2).contains(&excess),
        "noise {excess} times that of independent hits over {bins} bins"
    );
}

#[test]
fn every_sample_is_plotted_exactly_once() {
    let mut genome = flame([&[], &[], &[]]);
    // The whole attractor is inside the picture, so every attempt is a hit.
    genome.scale = 20.0;
    let settings = StillSettings {
        width: 160,
        height: 120,
        quality: 7.123,
        rng_seed: 1,
        ..StillSettings::default()
    };
    let plan = plan_still(&genome, &settings).unwrap();
    assert_eq!(plan.samples(), 136_762);
    let histogram = iterate(&plan, &plan.moments, Width::widest(), &|| false, &|_| {}).unwrap();
    let rows = (0..histogram.height).flat_map(|y| (0..histogram.width).map(move |x| (x, y)));
    let hits: u64 = rows.map(|(x, y)| histogram.bin(x, y)[4]).sum();
    assert_eq!(hits, plan.samples() * u64::from(HIT));
}

#[test]
fn every_width_of_vectors_fills_the_histogram_alike() {
    let flames = [
        flame([&[], &[], &[]]),
        flame([&[0.0, 1.0], &[], &[1.0, 2.0]]),
    ];
    for genome in flames {
        let plan = plan_still(
            &genome,
            &StillSettings {
                width: 160,
                height: 120,
                quality: 20.0,
                rng_seed: 9,
                ..StillSettings::default()
            },
        )
        .unwrap();
        let bins = |width| {
            let histogram = iterate(&plan, &plan.moments, width, &|| false, &|_| {}).unwrap();
            let rows = 0..histogram.height;
            rows.flat_map(|y| (0..histogram.width).map(move |x| (x, y)))
                .map(|(x, y)| histogram.bin(x, y))
                .collect::<Vec<_>>()
        };
        let narrow = bins(Width::Any);
        assert!(narrow.iter().any(|bin| bin[4] > 0));
        for width in Width::here() {
            assert!(bins(width) == narrow, "{width:?}");
        }
    }
}
