//! The same orbits as the processor's: integers to the bit, one variation to 1e-4.

use woolgather_genome::{Affine, Genome, PaletteMode, Variation, WeightedVariation, Xform};
use woolgather_shaders::assemble::{CAMERA_NUMBERS, Structure, XformStructure};

use super::*;
use crate::cpu::twin;
use crate::gpu::{AdapterChoice, GpuRenderer};
use crate::packing::push_xform;
use crate::plan::XformPlan;
use crate::streams::Key;
use crate::{StillSettings, plan_still};

fn renderer() -> GpuRenderer {
    GpuRenderer::open(&AdapterChoice {
        software: true,
        ..AdapterChoice::default()
    })
    .expect("an adapter, if only a software one")
}

/// The device's histogram of the first pass: red, green, blue, alpha and count of every bin.
fn histogram(renderer: &mut GpuRenderer, plan: &FramePlan) -> Vec<[u64; 5]> {
    let device = Arc::clone(&renderer.device);
    let buffers = HistogramBuffers::new(&device, plan).unwrap();
    let control = RenderControl::unattended();
    renderer
        .games
        .play(&device, plan, 0, &buffers, &control)
        .unwrap();
    let words = |buffer: &wgpu::Buffer| {
        device
            .stage(buffer, buffer.size())
            .and_then(super::super::device::Staged::words)
            .unwrap()
    };
    let (low, high) = (words(&buffers.low), words(&buffers.high));
    let counts = buffers.counts.as_ref().map(words);
    let bins = super::super::histogram::bins(&plan.shape) as usize;
    let wide = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
    (0..bins)
        .map(|bin| {
            let channel = |i: usize| wide(low[4 * bin + i], high[4 * bin + i]);
            let count = match &counts {
                Some(counts) => wide(counts[2 * bin], counts[2 * bin + 1]),
                None => channel(3),
            };
            [channel(0), channel(1), channel(2), channel(3), count]
        })
        .collect()
}

/// An xform that halves the distance to (`x`, `y`).
fn halving(x: f64, y: f64) -> Xform {
    Xform {
        weight: 1.0,
        coefs: Affine {
            a: 0.5,
            b: 0.0,
            c: 0.5 * x,
            d: 0.0,
            e: 0.5,
            f: 0.5 * y,
        },
        color: 0.25 + 0.5 * x.abs(),
        color_speed: 0.5,
        variations: vec![WeightedVariation::new(Variation::Linear, 1.0)],
        ..Xform::default()
    }
}

/// A triangle whose every map and whose camera halve and double only: nothing depends on how a device contracts products.
fn triangle() -> Genome {
    let mut genome = Genome {
        xforms: vec![halving(-1.0, -1.0), halving(1.0, -1.0), halving(0.0, 1.0)],
        size: [128, 128],
        scale: 32.0,
        ..Genome::default()
    };
    genome.estimator.radius = 0.0;
    genome
}

fn plan(genome: &Genome, quality: f64) -> FramePlan {
    let settings = StillSettings {
        width: genome.size[0],
        height: genome.size[1],
        quality,
        rng_seed: 7,
        ..StillSettings::default()
    };
    plan_still(genome, &settings).unwrap()
}

#[track_caller]
fn check(genome: &Genome, quality: f64) {
    let plan = plan(genome, quality);
    let ours = histogram(&mut renderer(), &plan);
    let theirs = twin::histogram(&plan);
    let hits: u64 = theirs.iter().map(|bin| bin[4]).sum();
    assert!(hits > 0, "the picture is empty");
    let different = ours.iter().zip(&theirs).filter(|(a, b)| a != b).count();
    assert_eq!(different, 0, "of {} bins", ours.len());
}

#[test]
fn where_arithmetic_is_exact_the_histogram_is_equal_to_the_bit() {
    check(&triangle(), 30.0);
}

#[test]
fn so_it_is_with_visibilities_linear_palettes_and_final_xforms() {
    let mut genome = triangle();
    genome.xforms[0].opacity = 0.7;
    genome.xforms[1].opacity = 0.0;
    genome.palette_mode = PaletteMode::Linear;
    genome.final_xform = Some(Xform {
        weight: 0.0,
        opacity: 0.5,
        ..halving(0.5, 0.25)
    });
    check(&genome, 20.0);
}

#[test]
fn so_it_is_with_xaos() {
    let mut genome = triangle();
    genome.xforms[0].chaos = vec![0.0, 1.0, 2.0];
    genome.xforms[2].chaos = vec![1.0, 0.25, 1.0];
    genome.xforms[2].opacity = 0.5;
    check(&genome, 20.0);
}

#[test]
fn so_it_is_where_points_are_thrown_away_and_drawn_again() {
    let mut genome = triangle();
    // Doubles so often that a point is beyond 10¹⁰ the second time, and begins afresh.
    genome.xforms[1].coefs.a = f64::from(1 << 19);
    genome.xforms[2].opacity = 0.5;
    check(&genome, 20.0);
}

#[test]
fn a_bin_takes_more_hits_than_its_word_holds() {
    let mut genome = triangle();
    genome.size = [8, 8];
    genome.scale = 0.5;
    let plan = plan(&genome, 20_000.0);
    let ours = histogram(&mut renderer(), &plan);
    let most = ours.iter().map(|bin| bin[4]).max().unwrap();
    assert!(most > 100_000 << 16, "{} hits", most >> 16);
    assert_eq!(ours, twin::histogram(&plan));
}

#[test]
fn every_variation_lands_where_the_processors_does() {
    let renderer = renderer();
    let wrong: Vec<String> = Variation::ALL
        .iter()
        .map(|&variation| (variation, astray(&renderer, variation, variation)))
        .filter(|(_, astray)| *astray > ASTRAY_MAX)
        .map(|(variation, astray)| format!("{}: {astray} points", variation.name()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn another_variation_is_noticed() {
    let renderer = renderer();
    let all = Variation::ALL;
    // Neighbours of the catalogue, some of which differ by little more than an axis.
    for (&ours, &theirs) in all.iter().zip(&all[1..]).step_by(7) {
        let astray = astray(&renderer, ours, theirs);
        let names = [ours.name(), theirs.name()];
        assert!(astray > 80, "{names:?}: {astray} points");
    }
}

/// Points of the grid that may land elsewhere: they lie on a branch cut or on the border of a cell.
const ASTRAY_MAX: usize = 2;

/// How many of 1,024 points of a grid land farther than 1e-4 from each other where the device takes them through `ours`
/// and the processor through `theirs`.
fn astray(renderer: &GpuRenderer, ours: Variation, theirs: Variation) -> usize {
    let key = Key::new(11).derive(3);
    let planned = |variation| {
        XformPlan::new(&Xform {
            variations: vec![WeightedVariation::new(variation, 0.8)],
            coefs: Affine {
                a: 0.9,
                b: 0.2,
                c: 0.1,
                d: -0.3,
                e: 1.1,
                f: 0.05,
            },
            ..Xform::default()
        })
    };
    let points: Vec<[f32; 3]> = (0..1024_u32)
        .map(|i| {
            let (x, y) = ((i % 32) as f32, (i / 32) as f32);
            [(x - 15.3) * 0.13, (y - 15.7) * 0.13, x / 32.0]
        })
        .collect();
    let (our_plan, their_plan) = (planned(ours), planned(theirs));
    let ours = probe(renderer, ours, &our_plan, &points, key);
    let theirs = twin::probe(&their_plan, &points, key);
    let bad = |number: f32| number.is_nan() || number.abs() > 1e10;
    let is_astray = |index: usize, axis: usize| {
        let (a, b) = (ours[index][axis], theirs[index][axis]);
        if bad(a) || bad(b) {
            return bad(a) != bad(b);
        }
        // Beside a pole the last bit of the point itself moves the result farther.
        let reach = reach(&their_plan, &points, &theirs, key, index, axis);
        (a - b).abs() > (1e-4 * (1.0 + b.abs())).max(reach)
    };
    (0..points.len())
        .filter(|&index| is_astray(index, 0) || is_astray(index, 1))
        .count()
}

/// How far the result of point `index` moves when the point moves by some units in its last place.
fn reach(
    planned: &XformPlan,
    points: &[[f32; 3]],
    landed: &[[f32; 3]],
    key: Key,
    index: usize,
    axis: usize,
) -> f32 {
    let at = index % 32;
    let mut nudged = points[index - at..][..32].to_vec();
    // Counters count from the first point of the whole list, so the draws of a group begin where it does.
    let shifted = Key([key.0[0].wrapping_add((index - at) as u32), key.0[1]]);
    let mut reach = 0.0_f32;
    for (dx, dy) in [(4e-7, 0.0), (-4e-7, 0.0), (0.0, 4e-7), (0.0, -4e-7)] {
        nudged[at] = [
            points[index][0] + dx,
            points[index][1] + dy,
            points[index][2],
        ];
        let moved = twin::probe(planned, &nudged, shifted)[at][axis];
        // Not a number counts as no distance at all, so it excuses nothing.
        reach = reach.max((moved - landed[index][axis]).abs());
    }
    reach
}

/// `points` through `xform` on the device.
fn probe(
    renderer: &GpuRenderer,
    variation: Variation,
    xform: &XformPlan,
    points: &[[f32; 3]],
    key: Key,
) -> Vec<[f32; 3]> {
    let device = &renderer.device;
    let structure = Structure {
        xforms: vec![XformStructure {
            variations: vec![variation],
            post: false,
        }],
        final_xform: None,
        xaos: false,
        linear_palette: false,
        counts: false,
    };
    let slots = [(0, Slot::Read), (1, Slot::Read), (2, Slot::Write)];
    let pipeline = Pipeline::new(device, &structure.probe_text(), "probe", &slots).unwrap();
    let mut numbers = vec![[0.0; 4]; CAMERA_NUMBERS as usize];
    push_xform(&mut numbers, xform, 1.0);
    let numbers = device.storage_of("maps", &numbers).unwrap();
    let keys = device.storage_of("key", &key.0).unwrap();
    let padded: Vec<[f32; 4]> = points.iter().map(|[x, y, c]| [*x, *y, *c, 0.0]).collect();
    let buffer = device.storage_of("points", &padded).unwrap();
    let stage = pipeline.bind(device, &[&numbers, &keys, &buffer]);
    let mut encoder = device.encoder();
    stage.dispatch(&mut encoder, &[], [points.len().div_ceil(64) as u32, 1]);
    device.submit(encoder.finish()).unwrap();
    let bytes = (points.len() * 16) as u64;
    let words = device.stage(&buffer, bytes).unwrap().words().unwrap();
    let (moved, _) = words.as_chunks::<4>();
    moved
        .iter()
        .map(|[x, y, c, _]| [*x, *y, *c].map(f32::from_bits))
        .collect()
}

#[test]
fn a_game_prepared_on_another_thread_is_the_one_that_is_played() {
    let mut renderer = renderer();
    let device = Arc::clone(&renderer.device);
    let plan = plan_still(&triangle(), &StillSettings::default()).unwrap();
    let buffers = HistogramBuffers::new(&device, &plan).unwrap();
    let control = RenderControl::unattended();
    assert!(
        !renderer.games.prepare(&device, &plan),
        "nobody compiled it"
    );
    assert_eq!(renderer.games.coming.len(), 1);
    // It is wanted before anybody looked whether it is done.
    let games = &mut renderer.games;
    games.play(&device, &plan, 0, &buffers, &control).unwrap();
    assert_eq!((games.games.len(), games.coming.len()), (1, 0));
    assert!(games.prepare(&device, &plan), "it is there");

    let other = Genome {
        palette_mode: PaletteMode::Linear,
        ..triangle()
    };
    let other = plan_still(&other, &StillSettings::default()).unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while !games.prepare(&device, &other) {
        assert!(Instant::now() < until, "it is never done");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!((games.games.len(), games.coming.len()), (2, 0));
}
