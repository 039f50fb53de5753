//! Transparency, early clip and passes against flam3's own pictures of them.
//!
//! The files in `data/output` were drawn by flam3-render 3.1.1 (`bits=64 nthreads=1 isaac_seed=wool-out`) with
//! `earlyclip` and `transparency` as their names say. All but `whole` send every sample into one bin, so that there
//! is no noise and a formula shows to the last bit; `whole` is a flame.

use std::path::{Path, PathBuf};

use image::DynamicImage;
use woolgather_genome::{Genome, parse_flames};
use woolgather_render_kernel::{
    Frame, OutputSettings, RenderControl, StillSettings, plan_still, render,
};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/output")
        .join(name)
}

fn genome(name: &str) -> Genome {
    let xml = std::fs::read_to_string(data(&format!("{name}.flam3"))).unwrap();
    parse_flames(&xml).unwrap().remove(0)
}

/// Draws `genome` in the way that `kind`, the middle of a reference's name, says.
fn draw(genome: &Genome, kind: &str) -> Frame {
    let [width, height] = genome.size;
    let settings = StillSettings {
        width,
        height,
        quality: genome.quality,
        rng_seed: 3,
        output: OutputSettings {
            transparency: kind.contains("transparent"),
            early_clip: kind.contains("early"),
            ..OutputSettings::default()
        },
    };
    render(
        &plan_still(genome, &settings).unwrap(),
        &RenderControl::unattended(),
    )
    .unwrap()
}

fn reference(name: &str, kind: &str) -> DynamicImage {
    image::open(data(&format!("{name}.{kind}.png"))).unwrap()
}

/// Holds every channel of a noiseless picture, alpha too, to 1/32 of an 8-bit step of flam3's.
#[track_caller]
fn check(name: &str, kinds: &[&str]) {
    let genome = genome(name);
    for kind in kinds {
        let ours = weighed(&draw(&genome, kind).to_rgba16());
        let flam3 = weighed(&reference(name, kind).into_rgba16().into_raw());
        let apart = ours.iter().zip(&flam3).map(|(a, b)| (a - b).abs());
        let worst = apart.fold(0.0, f64::max);
        assert!(worst <= 8.0, "{name}.{kind}: {worst} of 65,535");
    }
}

/// Colours multiplied by their alpha, of which a colour that nobody sees has none.
fn weighed(rgba: &[u16]) -> Vec<f64> {
    let pixels = rgba.chunks_exact(4);
    let weigh = |pixel: &[u16]| {
        let [red, green, blue, alpha] = [0, 1, 2, 3].map(|i| f64::from(pixel[i]));
        [
            red * alpha / 65_535.0,
            green * alpha / 65_535.0,
            blue * alpha / 65_535.0,
            alpha,
        ]
    };
    pixels.flat_map(weigh).collect()
}

const ALL: [&str; 4] = ["plain", "transparent", "early", "early_transparent"];

#[test]
fn half_covered_pixels_are_flam3s_in_every_output_mode() {
    check("dim", &ALL);
    check("middle", &ALL);
}

#[test]
fn overexposed_pixels_are_flam3s_in_every_output_mode() {
    check("bright", &ALL);
    check("white", &ALL);
}

#[test]
fn filters_with_negative_lobes_are_flam3s_where_the_tone_map_comes_first() {
    check("lobes", &["transparent", "early"]);
}

#[test]
fn several_passes_are_averaged_as_flam3_averages_them() {
    check("three_passes", &["plain", "early_transparent"]);
    check("density_two_passes", &["plain"]);
}

#[test]
fn a_whole_flame_looks_like_flam3s_with_transparency_and_with_early_clip() {
    let genome = genome("whole");
    for kind in ["transparent", "early"] {
        let ours = block_means(&draw(&genome, kind).to_rgba16());
        let flam3 = block_means(&reference("whole", kind).into_rgba16().into_raw());
        let apart = ours.iter().zip(&flam3).map(|(a, b)| (a - b).abs());
        let worst = apart.fold(0.0, f64::max);
        assert!(worst < 4.0, "{kind}: a block is {worst:.2} off");
    }
    // The two ways are far enough apart for that to mean something.
    let (plain, early) = (draw(&genome, "plain"), draw(&genome, "early"));
    let apart = block_means(&plain.to_rgba16())
        .into_iter()
        .zip(block_means(&early.to_rgba16()))
        .map(|(a, b)| (a - b).abs());
    assert!(apart.fold(0.0, f64::max) > 8.0);
}

/// Means of each channel over 16 × 16 pixels, in which the noise drowns, of a picture of 160 × 120; in 8-bit steps.
fn block_means(rgba: &[u16]) -> Vec<f64> {
    let mut sums = vec![0.0; 10 * 8 * 4];
    for (i, channel) in weighed(rgba).into_iter().enumerate() {
        let (x, y) = (i / 4 % 160, i / 4 / 160);
        sums[(y / 16 * 10 + x / 16) * 4 + i % 4] += channel / 256.0 / 256.0;
    }
    sums
}
