//! How each leg draws its pictures.

use std::path::Path;
use std::time::Instant;

use woolgather_genome::{Genome, print_flame};
use woolgather_render_kernel::{
    FramePlan, KeyframeSettings, StillSettings, plan_keyframes, plan_still,
};

use super::Leg;
use super::data::{Reference, genome, keys};
use crate::artist::Artist;
use crate::flam3;
use crate::picture::Picture;

/// Quality of the `fine` pictures, in multiples of the genome's own.
const FINE: f64 = 4.0;
/// The time of the frame with motion blur.
const BLUR_TIME: f64 = 1.0;

/// A picture and how quickly it came.
pub(super) struct Drawing {
    pub(super) picture: Picture,
    /// Samples a second, all threads together.
    pub(super) rate: f64,
}

/// Draws a picture of ours.
pub(super) fn draw(
    leg: Leg,
    reference: &Reference,
    rng_seed: u64,
    artist: &mut Artist,
) -> anyhow::Result<Drawing> {
    let name = &reference.name;
    let plan = match leg {
        Leg::Still | Leg::Export => still(&genome(name)?, 1.0, rng_seed)?,
        Leg::Fine => still(&genome(name)?, FINE, rng_seed)?,
        Leg::Blur => {
            let settings = KeyframeSettings {
                rng_seed,
                ..KeyframeSettings::default()
            };
            plan_keyframes(&keys(name)?, BLUR_TIME, &settings)?
        }
    };
    let start = Instant::now();
    let frame = artist.draw(&plan)?;
    let rate = plan.samples() as f64 / start.elapsed().as_secs_f64();
    let picture = Picture {
        width: plan.width(),
        height: plan.height(),
        rgb: frame.to_rgb8(),
    };
    Ok(Drawing { picture, rate })
}

fn still(genome: &Genome, times_quality: f64, rng_seed: u64) -> anyhow::Result<FramePlan> {
    let [width, height] = genome.size;
    let settings = StillSettings {
        width,
        height,
        quality: genome.quality * times_quality,
        rng_seed,
        ..StillSettings::default()
    };
    Ok(plan_still(genome, &settings)?)
}

/// Lets flam3 draw what we print of the genome we parsed.
pub(super) fn draw_export(
    renderer: &Path,
    reference: &Reference,
    folder: &Path,
) -> anyhow::Result<Picture> {
    let file = folder.join(format!("{}.flam3", reference.name));
    let out = folder.join(format!("{}.png", reference.name));
    std::fs::write(&file, print_flame(&genome(&reference.name)?))?;
    flam3::draw(renderer, &file, &out)?;
    Picture::read(&out)
}
