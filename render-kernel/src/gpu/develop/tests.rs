//! Both backends develop the same made-up histograms.

use std::sync::{Arc, OnceLock};

use woolgather_genome::{FilterShape, Genome, Xform};

use super::super::adapter::{self, AdapterChoice};
use super::super::histogram::HistogramBuffers;
use super::*;
use crate::cpu::develop_bins;
use crate::plan::{HIT, OutputSettings, StillSettings, plan_still};
use crate::{Frame, Planes};

/// Odd, and no multiple of a square.
const SIZE: [u32; 2] = [77, 45];

/// Of 65,280. Cutting off can turn the last bit of a float into one step, which is all that was measured; the rest is for
/// devices that divide less precisely, as they may.
const PIXELS_APART_MAX: u32 = 4;

/// The device of all tests; some drivers mind several.
fn device() -> Arc<GpuDevice> {
    static DEVICE: OnceLock<Arc<GpuDevice>> = OnceLock::new();
    let open = || {
        let choice = AdapterChoice {
            software: true,
            ..AdapterChoice::default()
        };
        Arc::new(adapter::open(&choice).expect("an adapter, if only a software one"))
    };
    Arc::clone(DEVICE.get_or_init(open))
}

fn genome() -> Genome {
    let mut genome = Genome {
        size: SIZE,
        scale: 20.0,
        background: [0.1, 0.0, 0.3],
        ..Genome::default()
    };
    genome.xforms.push(Xform {
        weight: 1.0,
        ..Xform::default()
    });
    genome
}

fn planned(genome: &Genome, output: OutputSettings) -> FramePlan {
    let [width, height] = genome.size;
    let settings = StillSettings {
        width,
        height,
        quality: 40.0,
        rng_seed: 1,
        output,
    };
    plan_still(genome, &settings).expect("a legal genome")
}

/// Bins from empty to overexposed: specks, slopes, a few that overflow 32 bits.
fn bins(plan: &FramePlan, seed: u32) -> Vec<[u64; 5]> {
    let key = crate::streams::Key::new(u64::from(seed));
    let [wide, high] = [plan.shape.bins_wide(), plan.shape.bins_high()];
    let bin = |i: u32| {
        let word = |counter| u64::from(key.word(4 * i + counter));
        let slope = (i % wide) as f64 / f64::from(wide) + (i / wide) as f64 / f64::from(high);
        let most = (slope * 13.0 - 3.0).exp2();
        let hits = (word(0) as f64 / 2_f64.powi(32) * 2.0 * most) as u64;
        if hits == 0 {
            return [0; 5];
        }
        let units = hits * u64::from(HIT);
        let colors = word(1);
        let channel = |shift: u64| units / 256 * ((colors >> shift) & 0xff);
        let alpha = units - units / 8 * (word(2) & 3);
        [channel(0), channel(8), channel(16), alpha, units]
    };
    (0..wide * high).map(bin).collect()
}

/// What both backends made of the same bins.
struct Developed {
    cpu: Frame,
    gpu: Vec<[u16; 4]>,
    planes: Planes,
    linear_apart: f64,
}

fn upload(device: &GpuDevice, buffers: &HistogramBuffers, bins: &[[u64; 5]]) {
    let color = |shift: u32| -> Vec<u32> {
        let words = bins.iter().flat_map(|bin| bin[..4].iter());
        words.map(|sum| (sum >> shift) as u32).collect()
    };
    let counts: Vec<u32> = bins
        .iter()
        .flat_map(|&[.., count]| [count as u32, (count >> 32) as u32])
        .collect();
    let write = |buffer, words: &[u32]| {
        device
            .queue
            .write_buffer(buffer, 0, bytemuck::cast_slice(words));
    };
    write(&buffers.low, &color(0));
    write(&buffers.high, &color(32));
    write(buffers.counts.as_ref().expect("made with counts"), &counts);
}

fn histogram(device: &GpuDevice, plan: &FramePlan) -> HistogramBuffers {
    let bins = u64::from(plan.shape.bins_wide()) * u64::from(plan.shape.bins_high());
    let words = |count: u64| device.storage("histogram", bins * count * 4).unwrap();
    HistogramBuffers {
        low: words(4),
        high: words(4),
        counts: Some(words(2)),
    }
}

fn develop(plan: &FramePlan) -> Developed {
    let device = device();
    let pipelines = DevelopPipelines::new(&device).unwrap();
    let histogram = histogram(&device, plan);
    let development = Development::new(&device, &pipelines, plan, &histogram).unwrap();
    let passes: Vec<_> = (0..plan.passes).map(|pass| bins(plan, pass)).collect();
    for (pass, bins) in passes.iter().enumerate() {
        upload(&device, &histogram, bins);
        development
            .add_pass(&device, pass == 0, &RenderControl::unattended())
            .unwrap();
    }
    let (cpu, cpu_linear) = develop_bins(plan, &passes);
    let read = |buffer: &wgpu::Buffer| device.stage(buffer, buffer.size()).unwrap().words();

    let linear = read(&development.linear(&device).unwrap()).unwrap();
    let linear = linear.iter().map(|word| f32::from_bits(*word) / 255.0);
    let apart = linear
        .zip(cpu_linear.pixels().as_flattened())
        .map(|(gpu, cpu)| f64::from((gpu - cpu).abs()) / f64::from(cpu.abs()).max(1e-3));
    let linear_apart = apart.fold(0.0, f64::max);

    development.develop(&device).unwrap();
    let pixels = (plan.shape.width * plan.shape.height) as usize;
    let words = read(development.pixels()).unwrap();
    let gpu = words.as_chunks::<2>().0[..pixels]
        .iter()
        .map(|&[low, high]| [low, low >> 16, high, high >> 16].map(|level| level as u16))
        .collect();

    let words = read(development.planes(&device).unwrap()).unwrap();
    let numbers: &[u16] = bytemuck::cast_slice(&words);
    let half = [plan.shape.width, plan.shape.height].map(|side| side.div_ceil(2));
    let chroma = (half[0] * half[1]) as usize;
    let blue = pixels.next_multiple_of(2);
    let red = blue + chroma.next_multiple_of(2);
    let planes = Planes {
        width: plan.shape.width,
        height: plan.shape.height,
        luma: numbers[..pixels].to_vec(),
        chroma_blue: numbers[blue..][..chroma].to_vec(),
        chroma_red: numbers[red..][..chroma].to_vec(),
    };
    Developed {
        cpu,
        gpu,
        planes,
        linear_apart,
    }
}

/// Holds pixels to [`PIXELS_APART_MAX`], filtered densities to 4 × 10⁻⁶, and planes to the bit.
#[track_caller]
fn check(name: &str, genome: &Genome, output: OutputSettings) {
    let plan = planned(genome, output);
    let developed = develop(&plan);
    let colors = developed.cpu.to_rgba16();
    let colors = colors.as_chunks::<4>().0;
    let mut worst = 0;
    for (gpu, cpu) in developed.gpu.iter().zip(colors) {
        let channels = if developed.cpu.has_alpha() { 4 } else { 3 };
        for (gpu, cpu) in gpu.iter().zip(cpu).take(channels) {
            worst = worst.max(u32::from(gpu.abs_diff(*cpu)));
        }
    }
    println!(
        "{name}: pixels {worst} apart, densities {:.1e}",
        developed.linear_apart
    );
    let seen = developed.cpu.to_rgb16();
    let shades = seen.iter().collect::<std::collections::BTreeSet<_>>().len();
    assert!(shades > 100, "{name}: the picture shows too little");
    assert!(
        worst <= PIXELS_APART_MAX,
        "{name}: pixels are {worst} apart"
    );
    assert!(developed.linear_apart < 4e-6, "{name}: densities");
    let rgb: Vec<u16> = developed
        .gpu
        .iter()
        .flat_map(|&[red, green, blue, _]| [red, green, blue])
        .collect();
    let expected = Planes::from_rgb16(plan.shape.width, plan.shape.height, &rgb);
    assert!(developed.planes == expected, "{name}: planes differ");
}

#[test]
fn every_output_mode_is_the_processors() {
    for (transparency, early_clip) in [(false, false), (true, false), (false, true), (true, true)] {
        let output = OutputSettings {
            transparency,
            early_clip,
            ..OutputSettings::default()
        };
        let name = format!("transparency {transparency}, early clip {early_clip}");
        check(&name, &genome(), output);
    }
}

#[test]
fn density_estimation_is_the_processors_at_every_supersample() {
    for supersample in 1..=3 {
        for (radius, minimum, curve) in [(0.0, 0.0, 0.4), (9.0, 0.0, 0.4), (11.0, 2.0, 0.6)] {
            let mut genome = genome();
            genome.supersample = supersample;
            genome.estimator.radius = radius;
            genome.estimator.minimum = minimum;
            genome.estimator.curve = curve;
            let name = format!("supersample {supersample}, estimator {radius} {minimum} {curve}");
            check(&name, &genome, OutputSettings::default());
        }
    }
}

#[test]
fn several_passes_are_summed_as_the_processor_sums_them() {
    let genome = Genome {
        passes: 3,
        ..genome()
    };
    check("three passes", &genome, OutputSettings::default());
}

#[test]
fn vibrancy_highlights_and_gamma_are_the_processors() {
    for (vibrancy, highlight_power, gamma, gamma_threshold) in [
        (0.0, -1.0, 4.0, 0.01),
        (0.6, 0.0, 4.0, 0.0),
        (0.5, 1.5, 2.2, 0.2),
        (1.0, -0.4, 3.0, 0.01),
    ] {
        let genome = Genome {
            vibrancy,
            highlight_power,
            gamma,
            gamma_threshold,
            brightness: 20.0,
            ..genome()
        };
        let name = format!("vibrancy {vibrancy}, highlights {highlight_power}, gamma {gamma}");
        check(&name, &genome, OutputSettings::default());
    }
}

#[test]
fn a_wide_filter_with_negative_lobes_is_the_processors() {
    let genome = Genome {
        supersample: 2,
        filter_shape: FilterShape::Mitchell,
        filter_radius: 1.3,
        ..genome()
    };
    check("lobes", &genome, OutputSettings::default());
}

/// The kernel that a bin gets must not hang on the last bit of a logarithm or a root.
#[test]
fn thresholds_are_where_the_processor_changes_kernels() {
    for supersample in 1..=3 {
        let mut genome = genome();
        genome.supersample = supersample;
        genome.estimator.radius = 20.0;
        let plan = planned(&genome, OutputSettings::default());
        let kernels = plan.density.kernels.as_ref().expect("it is on");
        let thresholds = Numbers::new(&plan, true).thresholds;
        let chosen = |sum: u64| kernels.index(sum as f64 / f64::from(HIT) * kernels.count_scale);
        let whole = |&[low, high]: &[u32; 2]| u64::from(low) | (u64::from(high) << 32);
        assert!(thresholds.is_sorted_by_key(whole));
        for threshold in thresholds.iter().map(whole) {
            for sum in threshold - 1..=threshold {
                let reached = thresholds.iter().filter(|step| sum >= whole(step)).count();
                assert_eq!(chosen(sum), reached);
            }
        }
    }
}

#[test]
fn a_frame_of_the_same_shape_needs_no_new_buffers() {
    let device = device();
    let pipelines = DevelopPipelines::new(&device).unwrap();
    let plan = planned(&genome(), OutputSettings::default());
    let histogram = histogram(&device, &plan);
    let mut development = Development::new(&device, &pipelines, &plan, &histogram).unwrap();
    let brighter = Genome {
        brightness: 9.0,
        ..genome()
    };
    let brighter = planned(&brighter, OutputSettings::default());
    assert_eq!(development.set_plan(&device, &brighter, true), Ok(true));
    let larger = Genome {
        size: [78, 45],
        ..genome()
    };
    let larger = planned(&larger, OutputSettings::default());
    assert_eq!(development.set_plan(&device, &larger, true), Ok(false));
    assert_eq!(development.set_plan(&device, &plan, false), Ok(false));
}

#[test]
fn a_cancelled_pass_ends() {
    let device = device();
    let pipelines = DevelopPipelines::new(&device).unwrap();
    let plan = planned(&genome(), OutputSettings::default());
    let histogram = histogram(&device, &plan);
    let development = Development::new(&device, &pipelines, &plan, &histogram).unwrap();
    let control = RenderControl {
        cancelled: &|| true,
        progress: &|_| {},
    };
    let result = development.add_pass(&device, true, &control);
    assert_eq!(result, Err(GpuError::Cancelled));
}
