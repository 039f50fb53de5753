//! The variations that draw random numbers, against their formulas written down once more.
//!
//! [`formula`] says in double precision, and with the platform's functions, what flam3's model says. It is held
//! against the lanes in two ways:
//!
//! * with the numbers that the lanes drew: then every point must be the same;
//! * with numbers of another generator: then the two clouds of points must be samples of one distribution,
//!   which the Kolmogorov-Smirnov test decides for their projections.
//!
//! The second does not depend on the order of draws or on which number is used for what. That it can tell right
//! from wrong is tested too: it must reject formulas with a mistake in them.

use std::f64::consts::{PI, TAU};

use woolgather_genome::{Affine, Variation, WeightedVariation};

use super::super::super::lanes::{LANES, Lanes, Places};
use super::super::{add, before, prepare};
use crate::streams::Key;

/// Points of a cloud.
const CLOUD: usize = 16_384;
/// Largest value of the Kolmogorov-Smirnov statistic, in units of `sqrt(2 / CLOUD)`: exceeded by chance once in
/// three million.
const SIGNIFICANT: f64 = 2.8;
/// Distances below this share of a cloud's spread are not looked at: where all points come out on a few places,
/// single precision and double must not count as two different sets of places.
const DITHER: f64 = 2e-3;

/// Where the points come from.
const STARTS: [[f64; 2]; 3] = [[0.7, 0.4], [-0.55, 1.3], [-1.2, -0.35]];

/// Every variation that draws, with parameters that leave nothing of its formula out.
fn cases() -> Vec<WeightedVariation> {
    let table: &[(Variation, &[f64])] = &[
        (Variation::Julia, &[]),
        (Variation::Noise, &[]),
        (Variation::Julian, &[5.0, 1.3]),
        (Variation::Julian, &[-3.0, 0.8]),
        (Variation::Juliascope, &[4.0, 1.3]),
        (Variation::Juliascope, &[-3.5, 0.8]),
        (Variation::Blur, &[]),
        (Variation::GaussianBlur, &[]),
        (Variation::RadialBlur, &[0.4]),
        (Variation::RadialBlur, &[-0.9]),
        (Variation::Pie, &[6.0, 0.3, 0.5]),
        (Variation::Pie, &[3.4, -0.2, 0.7]),
        (Variation::Arch, &[]),
        (Variation::Square, &[]),
        (Variation::Rays, &[]),
        (Variation::Blade, &[]),
        (Variation::Twintrian, &[]),
        (Variation::SuperShape, &[0.4, 5.0, 1.3, 2.1, 0.9, 0.2]),
        (Variation::Flower, &[3.0, 0.2]),
        (Variation::Conic, &[0.7, 0.1]),
        (Variation::Parabola, &[0.8, 1.2]),
        (Variation::Boarders, &[]),
        (Variation::Cpow, &[1.2, 0.3, 3.0]),
        (Variation::PreBlur, &[]),
        (Variation::WedgeJulia, &[0.5, 2.0, 3.0, 1.1]),
    ];
    let weighted = table.iter().map(|&(variation, parameters)| {
        let mut v = WeightedVariation::new(variation, 0.85);
        v.parameters[..parameters.len()].copy_from_slice(parameters);
        v
    });
    weighted.collect()
}

/// What `v` makes of the point (`x`, `y`), where `random` gives uniform numbers in 0..1.
fn formula(v: &WeightedVariation, [x, y]: [f64; 2], random: &mut dyn FnMut() -> f64) -> [f64; 2] {
    let (w, p) = (v.weight, v.parameters);
    let (r2, r) = (x * x + y * y, x.hypot(y));
    let theta = y.atan2(x);
    let polar = |q: f64, a: f64| [q * a.cos(), q * a.sin()];
    match v.variation {
        Variation::Julia => {
            let bit = f64::from(u8::from(random() >= 0.5));
            polar(w * r.sqrt(), x.atan2(y) / 2.0 + PI * bit)
        }
        Variation::Noise => {
            let (a, q) = (TAU * random(), w * random());
            [q * x * a.cos(), q * y * a.sin()]
        }
        Variation::Julian => {
            let k = (p[0].abs() * random()).trunc();
            let q = w * r2.powf(p[1] / p[0] / 2.0);
            polar(q, (theta + TAU * k) / p[0])
        }
        Variation::Juliascope => {
            let k = (p[0].abs() * random()).trunc();
            let sign = if k as i64 % 2 == 0 { 1.0 } else { -1.0 };
            let q = w * r2.powf(p[1] / p[0] / 2.0);
            polar(q, (TAU * k + sign * theta) / p[0])
        }
        Variation::Blur => {
            let a = TAU * random();
            polar(w * random(), a)
        }
        Variation::GaussianBlur => {
            let a = TAU * random();
            polar(w * gaussian(random), a)
        }
        Variation::RadialBlur => {
            let (s, z) = (p[0] * PI / 2.0).sin_cos();
            let g = w * gaussian(random);
            let [px, py] = polar(r, theta + s * g);
            [px + (z * g - 1.0) * x, py + (z * g - 1.0) * y]
        }
        Variation::Pie => {
            let k = (random() * p[0] + 0.5).trunc();
            let a = p[1] + TAU * (k + random() * p[2]) / p[0];
            polar(w * random(), a)
        }
        Variation::Arch => {
            let a = w * PI * random();
            [w * a.sin(), w * a.sin().powi(2) / a.cos()]
        }
        Variation::Square => [w * (random() - 0.5), w * (random() - 0.5)],
        Variation::Rays => {
            let a = w * PI * random();
            let m = w * w / (r2 + 1e-10) * a.tan();
            [m * x.cos(), m * y.sin()]
        }
        Variation::Blade => {
            let a = random() * w * r;
            [w * x * (a.cos() + a.sin()), w * x * (a.cos() - a.sin())]
        }
        Variation::Twintrian => {
            let a = random() * w * r;
            let d = a.sin().powi(2).log10() + a.cos();
            let d = if d.abs() > 1e10 { -30.0 } else { d };
            [w * x * d, w * x * (d - PI * a.sin())]
        }
        Variation::SuperShape => {
            let u = p[1] * theta / 4.0 + PI / 4.0;
            let shape = u.cos().abs().powf(p[3]) + u.sin().abs().powf(p[4]);
            let size = p[0] * random() + (1.0 - p[0]) * r - p[5];
            let q = w * size * shape.powf(-1.0 / p[2]) / r;
            [q * x, q * y]
        }
        Variation::Flower => {
            let q = w * (random() - p[1]) * (p[0] * theta).cos() / r;
            [q * x, q * y]
        }
        Variation::Conic => {
            let q = w * (random() - p[1]) * p[0] / (1.0 + p[0] * x / r) / r;
            [q * x, q * y]
        }
        Variation::Parabola => [
            p[0] * w * r.sin().powi(2) * random(),
            p[1] * w * r.cos() * random(),
        ],
        Variation::Boarders => {
            let (i, j) = (x.round_ties_even(), y.round_ties_even());
            let (o, q) = (x - i, y - j);
            let (s, t) = if random() >= 0.75 {
                (0.0, 0.0)
            } else if o.abs() >= q.abs() {
                let s = 0.25_f64.copysign(o);
                (s, s * q / o)
            } else {
                let t = 0.25_f64.copysign(q);
                (t * o / q, t)
            };
            [w * (o / 2.0 + i + s), w * (q / 2.0 + j + t)]
        }
        Variation::Cpow => {
            let (l, re, im) = (0.5 * r2.ln(), p[0] / p[2], p[1] / p[2]);
            let a = re * theta + im * l + TAU / p[2] * (p[2] * random()).floor();
            polar(w * (re * l - im * theta).exp(), a)
        }
        Variation::PreBlur => {
            let a = TAU * random();
            let [gx, gy] = polar(w * gaussian(random), a);
            [x + gx, y + gy]
        }
        Variation::WedgeJulia => {
            let [angle, count, power, dist, ..] = p;
            let k = (power.abs() * random()).trunc();
            let a = (theta + TAU * k) / power;
            let c = ((count * a + PI) / TAU).floor();
            let a = a * (1.0 - angle * count / TAU) + c * angle;
            polar(w * r2.powf(dist / power / 2.0), a)
        }
        other => unreachable!("{} draws nothing", other.name()),
    }
}

fn gaussian(random: &mut dyn FnMut() -> f64) -> f64 {
    random() + random() + random() + random() - 2.0
}

/// A group of points that all start from `start`, and the places they draw from.
fn group(start: [f64; 2], number: u32) -> (Lanes, Places) {
    let from = Lanes {
        x: [start[0] as f32; LANES],
        y: [start[1] as f32; LANES],
    };
    let places = Places::new(Key::new(7), 64, number, |lane| lane as u32);
    (from, places)
}

/// What our lanes make of group `number` from `start`.
fn ours(v: &WeightedVariation, start: [f64; 2], number: u32) -> Lanes {
    let (mut from, mut places) = group(start, number);
    let constants = prepare(v, &Affine::IDENTITY);
    if v.variation == Variation::PreBlur {
        before(v.variation, &constants, &mut from, &mut places);
        return from;
    }
    let mut sum = Lanes::ZERO;
    add(v.variation, &constants, &from, &mut sum, &mut places);
    sum
}

/// The cloud that our lanes make of `start`.
fn our_cloud(v: &WeightedVariation, start: [f64; 2]) -> Vec<[f64; 2]> {
    (0..(CLOUD / LANES) as u32)
        .flat_map(|number| {
            let lanes = ours(v, start, number);
            (0..LANES).map(move |lane| [f64::from(lanes.x[lane]), f64::from(lanes.y[lane])])
        })
        .collect()
}

/// Uniform numbers that have nothing in common with ours: D. Knuth's linear congruential generator.
fn knuth(rng_seed: u64) -> impl FnMut() -> f64 {
    let mut state = rng_seed;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The cloud that `formula` makes, whose random numbers pass through `bend`.
fn cloud_of(v: &WeightedVariation, start: [f64; 2], bend: impl Fn(f64) -> f64) -> Vec<[f64; 2]> {
    let mut numbers = knuth(u64::from(v.variation.index()) + 1);
    let mut random = || bend(numbers());
    (0..CLOUD).map(|_| formula(v, start, &mut random)).collect()
}

/// How a point is seen as one number.
const PROJECTIONS: [fn([f64; 2]) -> f64; 4] =
    [|[x, _]| x, |[_, y]| y, |[x, y]| x.hypot(y), |[x, y]| x + y];

/// The greatest Kolmogorov-Smirnov statistic of all projections, in units of [`SIGNIFICANT`]: up to 1 the two
/// clouds are of one distribution.
fn disagreement(one: &[[f64; 2]], other: &[[f64; 2]]) -> f64 {
    PROJECTIONS
        .iter()
        .map(|project| {
            let one: Vec<f64> = one.iter().map(|&p| project(p)).collect();
            let other: Vec<f64> = other.iter().map(|&p| project(p)).collect();
            statistic(one, other) / (SIGNIFICANT * (2.0 / CLOUD as f64).sqrt())
        })
        .fold(0.0, f64::max)
}

/// The greatest difference between the distributions of two samples of one size, both blurred by [`DITHER`].
fn statistic(mut one: Vec<f64>, mut other: Vec<f64>) -> f64 {
    one.sort_by(f64::total_cmp);
    let spread = one[one.len() * 9 / 10] - one[one.len() / 10];
    let least = one[one.len() / 2].abs().max(1e-3);
    let mut random = knuth(99);
    for sample in [&mut one, &mut other] {
        for number in sample.iter_mut() {
            *number += (random() - 0.5) * DITHER * spread.max(least);
        }
        sample.sort_by(f64::total_cmp);
    }
    let (mut below, mut greatest) = (0, 0.0);
    for (rank, number) in one.iter().enumerate() {
        while other.get(below).is_some_and(|theirs| theirs <= number) {
            below += 1;
        }
        let difference = (rank as f64 + 1.0 - below as f64) / one.len() as f64;
        greatest = f64::max(greatest, difference.abs());
    }
    greatest
}

#[test]
fn the_cases_are_all_the_variations_that_draw() {
    let draws = |variation: Variation| {
        let v = WeightedVariation::new(variation, 0.85);
        let (mut from, mut places) = group(STARTS[0], 0);
        let first = places.draws(0).word();
        let constants = prepare(&v, &Affine::IDENTITY);
        before(variation, &constants, &mut from, &mut places);
        add(
            variation,
            &constants,
            &from,
            &mut Lanes::ZERO.clone(),
            &mut places,
        );
        places.draws(0).word() != first
    };
    let ours: Vec<_> = Variation::ALL
        .iter()
        .copied()
        .filter(|&it| draws(it))
        .collect();
    let mut cases: Vec<_> = cases().iter().map(|v| v.variation).collect();
    cases.dedup();
    assert_eq!(ours.len(), 21);
    cases.sort();
    cases.dedup();
    assert_eq!(cases, ours);
}

#[test]
fn with_the_numbers_that_were_drawn_every_point_is_the_formulas() {
    for v in cases() {
        for (number, start) in (0_u32..).zip(STARTS) {
            let found = ours(&v, start, number);
            let (_, places) = group(start, number);
            for lane in 0..LANES {
                let exact = |nudge: f64| {
                    let mut draws = places.draws(lane);
                    formula(&v, start, &mut || {
                        f64::from(draws.uniform()) * (1.0 + nudge)
                    })
                };
                let ([x, y], [beside_x, beside_y]) = (exact(0.0), exact(1e-6));
                let error = (f64::from(found.x[lane]) - x).hypot(f64::from(found.y[lane]) - y);
                let beside = (beside_x - x).hypot(beside_y - y);
                let size = x.hypot(y).max(1e-2);
                assert!(
                    error <= 1e-4 * size + beside,
                    "{} of {start:?}: {}, {}, not {x}, {y}",
                    v.variation.name(),
                    found.x[lane],
                    found.y[lane],
                );
            }
        }
    }
}

#[test]
fn with_other_numbers_the_points_are_of_the_formulas_distribution() {
    for v in cases() {
        for start in STARTS {
            let found = disagreement(&our_cloud(&v, start), &cloud_of(&v, start, |u| u));
            assert!(found <= 1.0, "{} of {start:?}: {found}", v.variation.name());
        }
    }
}

/// How far the clouds that `wrong` makes of the starts are from ours at worst.
fn worst(ours: &[Vec<[f64; 2]>], wrong: impl Fn([f64; 2]) -> Vec<[f64; 2]>) -> f64 {
    let pairs = ours.iter().zip(STARTS);
    pairs
        .map(|(cloud, start)| disagreement(cloud, &wrong(start)))
        .fold(0.0, f64::max)
}

#[test]
fn a_formula_with_a_mistake_is_told_from_ours() {
    for v in cases() {
        let ours = STARTS.map(|start| our_cloud(&v, start));
        let name = v.variation.name();
        let enlarge = |point: [f64; 2]| point.map(|number| 1.1 * number);
        let larger = |start| {
            let cloud = cloud_of(&v, start, |u| u);
            cloud.into_iter().map(enlarge).collect()
        };
        let found = worst(&ours, larger);
        assert!(found > 1.0, "{name} a tenth larger: {found}");
        let found = worst(&ours, |start| cloud_of(&v, start, |u| u.powf(1.25)));
        assert!(found > 1.0, "{name} with bent numbers: {found}");
        let found = worst(&ours, |start| cloud_of(&v, start, |u| 0.5 * u));
        assert!(found > 1.0, "{name} with halved numbers: {found}");
    }
}

#[test]
fn a_wrong_parameter_is_told_from_the_right_one() {
    for v in cases() {
        let ours = STARTS.map(|start| our_cloud(&v, start));
        for (place, parameter) in v.variation.parameters().iter().enumerate() {
            let mut wrong = v;
            wrong.parameters[place] += 0.5;
            let found = worst(&ours, |start| cloud_of(&wrong, start, |u| u));
            assert!(found > 1.0, "{}: {found}", parameter.name);
        }
    }
}
