//! A frame of an animation through key genomes beside flam3-animate's own.
//!
//! `cargo xtask bench oracle` measures this for all three shutters; here one is compared coarsely.

use std::path::Path;

use woolgather_genome::parse_flames;
use woolgather_render_kernel::{KeyframeSettings, RenderControl, plan_keyframes, render};

/// Frame 1 of three key genomes at 0, 1 and 2, with an exponential shutter of 60 moments.
#[test]
fn motion_blur_looks_like_flam3s() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/bench/data/oracle/animate");
    let keys =
        parse_flames(&std::fs::read_to_string(data.join("blur_exp.flam3")).unwrap()).unwrap();
    let settings = KeyframeSettings {
        rng_seed: 1,
        ..KeyframeSettings::default()
    };
    let plan = plan_keyframes(&keys, 1.0, &settings).unwrap();
    let ours = render(&plan, &RenderControl::unattended())
        .unwrap()
        .to_rgb8();
    let theirs = image::open(data.join("blur_exp.png"))
        .unwrap()
        .to_rgb8()
        .into_raw();
    let count = ours.len() as f64;
    let both = ours.iter().zip(&theirs);
    let differences: Vec<f64> = both.map(|(&a, &b)| f64::from(a) - f64::from(b)).collect();
    let bias = differences.iter().sum::<f64>() / count;
    let square = differences.iter().map(|d| d * d).sum::<f64>() / count;
    let psnr = 10.0 * (255.0 * 255.0 / square).log10();
    assert!(bias.abs() < 0.25, "bias {bias}");
    // Two renders of ours with different random numbers are 26.4 dB apart.
    assert!(psnr > 26.0, "{psnr} dB");
}
