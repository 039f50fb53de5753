//! Every oracle genome against flam3's own picture of it.
//!
//! flam3 differs from itself when it starts from another random number; that distance is the *floor*. A picture
//! of ours passes when its distance to flam3's picture is the floor, within the tolerances below. The pictures
//! and the floors in `data/oracle` were made with flam3 3.1.1 in double precision.
//!
//! A distance is itself noisy: from one random number to the next it moves by about half a dB where the floor is
//! high. A genome that misses is therefore drawn with two more random numbers and judged by the mean of the
//! three; its row says so.
//!
//! A floor is the distance of one pair of flam3's pictures, so it has luck in it, and so has ours. In 04 and 06 a
//! few lone hits on black decide the figures: they move by ±0.4 dB from one random number to the next (measured
//! over six), and some numbers miss by that. Our pictures of one number are the same everywhere, so the verdict
//! for the default number is too.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::Value;
use woolgather_genome::{Genome, parse_flames};
use woolgather_render_kernel::{RenderControl, StillSettings, plan_still, render};

use crate::args::OracleOptions;
use crate::picture::{Distance, Picture};

/// How far below the floor a picture may be, in dB: in general, where the floor itself is above
/// [`QUIET_FLOOR`], and after averaging.
const PSNR_TOLERANCE: f64 = 0.5;
const QUIET_TOLERANCE: f64 = 1.0;
const PSNR4_TOLERANCE: f64 = 1.0;
/// Above this floor there is so little noise that rounding shows.
const QUIET_FLOOR: f64 = 44.0;
/// Largest difference of the means in steps of 8 bits.
const BIAS_MAX: f64 = 0.25;

/// Drawings that a second look takes the mean of.
const DRAWINGS: u64 = 3;

/// flam3's distance from itself.
struct Floor {
    psnr: f64,
    psnr4: f64,
}

impl Floor {
    fn admits(&self, distance: &Distance) -> bool {
        let tolerance = if self.psnr > QUIET_FLOOR {
            QUIET_TOLERANCE
        } else {
            PSNR_TOLERANCE
        };
        distance.psnr >= self.psnr - tolerance
            && distance.psnr4 >= self.psnr4 - PSNR4_TOLERANCE
            && distance.bias.abs() <= BIAS_MAX
    }
}

/// Renders and compares every genome, prints the table, and returns whether all of them pass.
pub(crate) fn run(options: &OracleOptions) -> anyhow::Result<bool> {
    let floors =
        std::fs::read_to_string(data().join("FLOOR.json")).context("cannot read the floors")?;
    let floors: Value = serde_json::from_str(&floors).context("cannot parse the floors")?;
    let names = names()?;
    println!(
        "{:<24}  {:>6} {:>6}  {:>6} {:>6}  {:>6}  {:>8}",
        "genome", "psnr", "floor", "psnr4", "floor4", "bias", "Msample/s"
    );

    let (mut passed, mut failed) = (0, 0);
    for name in names.iter().filter(|name| {
        options
            .filter
            .as_ref()
            .is_none_or(|filter| name.contains(filter))
    }) {
        eprint!("\r{name:<24} …");
        let floor = floor(&floors, name)?;
        let genome = genome(name)?;
        let (picture, speed) = draw(&genome, options.rng_seed)?;
        if let Some(folder) = &options.save {
            picture.write(&folder.join(format!("{name}.png")))?;
        }
        let reference = Picture::read(&data().join("ref").join(format!("{name}.png")))?;
        let mut distance = picture.distance(&reference)?;
        let mut note = "";
        if !floor.admits(&distance) {
            distance = mean_distance(&genome, options.rng_seed, &reference)?;
            note = ", mean of three";
        }
        let pass = floor.admits(&distance);
        *(if pass { &mut passed } else { &mut failed }) += 1;
        eprint!("\r{:<30}\r", "");
        println!(
            "{name:<24}  {:6.2} {:6.2}  {:6.2} {:6.2}  {:+6.3}  {speed:8.1}  {}{note}",
            distance.psnr,
            floor.psnr,
            distance.psnr4,
            floor.psnr4,
            distance.bias,
            if pass { "pass" } else { "MISS" },
        );
    }
    println!("{passed} of {} genomes pass", passed + failed);
    Ok(failed == 0 && passed > 0)
}

/// The mean of the distances that three random numbers give.
fn mean_distance(genome: &Genome, rng_seed: u64, reference: &Picture) -> anyhow::Result<Distance> {
    let mut sum = Distance {
        psnr: 0.0,
        psnr4: 0.0,
        bias: 0.0,
    };
    for offset in 0..DRAWINGS {
        let (picture, _) = draw(genome, rng_seed.wrapping_add(offset))?;
        let distance = picture.distance(reference)?;
        sum.psnr += distance.psnr / DRAWINGS as f64;
        sum.psnr4 += distance.psnr4 / DRAWINGS as f64;
        sum.bias += distance.bias / DRAWINGS as f64;
    }
    Ok(sum)
}

/// Draws `genome` at its own size and quality; also returns the speed in millions of samples per second.
fn draw(genome: &Genome, rng_seed: u64) -> anyhow::Result<(Picture, f64)> {
    let [width, height] = genome.size;
    let plan = plan_still(
        genome,
        &StillSettings {
            width,
            height,
            quality: genome.quality,
            rng_seed,
            ..StillSettings::default()
        },
    )?;
    let start = Instant::now();
    let frame = render(&plan, &RenderControl::unattended())?;
    let speed = plan.samples() as f64 / start.elapsed().as_secs_f64() / 1e6;
    Ok((
        Picture {
            width,
            height,
            rgb: frame.to_rgb8(),
        },
        speed,
    ))
}

/// Our own data, shipped with the source.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/oracle")
}

/// The genomes are the parser's test data too.
fn genomes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../genome/tests/data/oracle")
}

fn names() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in
        std::fs::read_dir(data().join("ref")).context("cannot list the reference pictures")?
    {
        let path = entry?.path();
        names.extend(
            path.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    Ok(names)
}

pub(crate) fn genome(name: &str) -> anyhow::Result<Genome> {
    let path = genomes().join(format!("{name}.flam3"));
    let xml = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mut flames = parse_flames(&xml)?;
    ensure!(flames.len() == 1, "{name} holds {} flames", flames.len());
    Ok(flames.remove(0))
}

fn floor(floors: &Value, name: &str) -> anyhow::Result<Floor> {
    let number = |key: &str| {
        floors[name][key]
            .as_f64()
            .with_context(|| format!("the floor of {name} has no {key}"))
    };
    Ok(Floor {
        psnr: number("psnr")?,
        psnr4: number("psnr4")?,
    })
}
