//! Our pictures against flam3's: kernels by impulse, and a few whole genomes.
//!
//! An impulse file sends every sample into one bin, so that the picture is the kernel: fourteen spatial filters,
//! supersampled ones, and density estimation at four hit counts. `cargo xtask bench oracle` measures all 32
//! oracle genomes against flam3's own noise; here a few are compared coarsely, which tells a wrong formula.

use std::path::{Path, PathBuf};

use woolgather_genome::{Genome, parse_flames};
use woolgather_render_kernel::{Frame, RenderControl, StillSettings, plan_still, render};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn genome(path: &Path) -> Genome {
    parse_flames(&std::fs::read_to_string(path).unwrap())
        .unwrap()
        .remove(0)
}

fn draw(genome: &Genome, quality: f64) -> Frame {
    let [width, height] = genome.size;
    let plan = plan_still(
        genome,
        &StillSettings {
            width,
            height,
            quality,
            rng_seed: 3,
            ..StillSettings::default()
        },
    )
    .unwrap();
    render(&plan, &RenderControl::unattended()).unwrap()
}

/// Mean absolute and greatest difference, in steps of 8 bits.
fn differences(frame: &Frame, reference: &Path) -> (f64, f64) {
    let reference = image::open(reference).unwrap().to_rgb16().into_raw();
    let ours = frame.to_rgb16();
    assert_eq!(ours.len(), reference.len());
    let all = ours
        .iter()
        .zip(&reference)
        .map(|(&a, &b)| f64::from(a.abs_diff(b)) / 256.0);
    let (sum, greatest) = all.fold((0.0, 0.0_f64), |(sum, greatest), d| {
        (sum + d, greatest.max(d))
    });
    (sum / ours.len() as f64, greatest)
}

#[test]
fn every_kernel_is_flam3s_kernel() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(data().join("impulse"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "flam3")
    });
    assert_eq!(files.len(), 21);
    for path in files {
        let genome = genome(&path);
        let (mean, greatest) =
            differences(&draw(&genome, genome.quality), &path.with_extension("png"));
        assert!(
            mean <= 0.02 && greatest <= 1.0,
            "{}: mean {mean:.3}, greatest {greatest:.3}",
            path.display()
        );
    }
}

#[test]
fn whole_genomes_look_like_flam3s() {
    let genomes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../genome/tests/data/oracle");
    let references = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/bench/data/oracle/ref");
    // How far flam3's pictures of four other random numbers are from the reference at most: root of the
    // mean square over all blocks, and the worst block. Ours, from five: 0.44, 0.48, 0.26, 0.60 and 2.75, 2.38, 1.24, 3.18.
    for (name, spread, block) in [
        ("13_finalxform", 0.445, 2.14),
        ("16_opacity", 0.454, 2.10),
        ("24_vibrancy_background", 0.262, 1.27),
        ("29_random_s10", 0.592, 2.77),
    ] {
        let genome = genome(&genomes.join(format!("{name}.flam3")));
        let reference = image::open(references.join(format!("{name}.png")))
            .unwrap()
            .to_rgb8();
        let ours = draw(&genome, genome.quality).to_rgb8();
        let differences: Vec<f64> = block_means(&ours)
            .iter()
            .zip(block_means(&reference))
            .map(|(a, b)| (a - b).abs())
            .collect();
        let square = differences.iter().map(|d| d * d).sum::<f64>() / differences.len() as f64;
        let (ours, worst) = (square.sqrt(), differences.into_iter().fold(0.0, f64::max));
        assert!(
            ours < 1.1 * spread,
            "{name}: blocks are {ours:.3} off, flam3's {spread}"
        );
        assert!(
            worst < 1.5 * block,
            "{name}: a block is {worst:.2} off, flam3's {block}"
        );
    }
}

/// Means of each channel over 16 × 16 pixels, in which the noise drowns, of a picture of 320 × 240.
fn block_means(rgb: &[u8]) -> Vec<f64> {
    let mut sums = vec![0.0; 20 * 15 * 3];
    for (i, &channel) in rgb.iter().enumerate() {
        let (x, y) = (i / 3 % 320, i / 3 / 320);
        sums[(y / 16 * 20 + x / 16) * 3 + i % 3] += f64::from(channel) / 256.0;
    }
    sums
}
