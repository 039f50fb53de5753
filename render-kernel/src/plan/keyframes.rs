//! One frame of an animation through key genomes: what flam3-animate draws.
//!
//! The moments of the shutter are blends of the keys around the frame's time
//! ([`woolgather_genome::genome_at`]); nothing turns. Their numbers come from different places, as in flam3:
//!
//! | from | what |
//! |---|---|
//! | the first key | size, supersample, spatial filter, palette mode, shape of the shutter |
//! | the blend at the frame's time | passes, the shutter's moments, width and exponent, highlight power |
//! | the first moment | density estimation |
//! | the last moment | brightness, the scale and quality that the logarithm divides by, gamma threshold |
//! | all moments, averaged | gamma, vibrancy, background |
//! | each moment | xforms, camera, palette, and its part of the samples by its own quality and zoom |
//!
//! # Source
//!
//! flam3-animate 3.1.1, found by changing one key's attribute at a time and comparing its pictures with each other
//! and with ours. It takes the supersample of the first key in one place and of the frame's time in another;
//! here it is the first key's. With several passes it looks at each pass's own first and last moment; here they
//! are those of the whole frame.

use woolgather_genome::{Genome, TemporalFilter, genome_at};

use super::settings::resized;
use super::{DensityPlan, FramePlan, OutputSettings, PlanError, assemble, samples, shutter};
use crate::streams::Key;

/// How a frame of key genomes is drawn. The default is what the genomes themselves ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KeyframeSettings {
    /// Width and height in pixels; the scale follows the height. Left out: those of the first key.
    pub size: Option<[u32; 2]>,
    /// Samples per pixel. Left out: the keys' own, blended.
    pub quality: Option<f64>,
    /// Moments of the shutter, per pass; 1 is without motion blur. Left out: the keys' own, blended.
    pub temporal_samples: Option<u32>,
    /// Same number, same animation; every time has its own random streams.
    pub rng_seed: u64,
    /// How the bins become pixels.
    pub output: OutputSettings,
}

/// Plans the frame at `time` of an animation through `keys`, in the unit of their own times.
///
/// The keys are in order of their times. Before the first and after the last the movement goes on along the
/// nearest stretch. Motion elements are not applied.
///
/// # Errors
///
/// A [`PlanError`] that names what is illegal or too large.
pub fn plan_keyframes(
    keys: &[Genome],
    time: f64,
    settings: &KeyframeSettings,
) -> Result<FramePlan, PlanError> {
    for key in keys {
        key.check().map_err(PlanError::Genome)?;
    }
    let at = |time: f64| -> Result<Genome, PlanError> {
        let own = genome_at(keys, time)?;
        let sized = Genome {
            size: keys[0].size,
            ..own
        };
        let [width, height] = settings.size.unwrap_or(sized.size);
        resized(
            &sized,
            width,
            height,
            settings.quality.unwrap_or(sized.quality),
        )
    };
    let middle = at(time)?;
    let filter = TemporalFilter {
        shape: keys[0].temporal_filter.shape,
        ..middle.temporal_filter
    };
    let temporal_samples = settings.temporal_samples.unwrap_or(middle.temporal_samples);
    shutter::check(temporal_samples, &filter)?;

    let count = temporal_samples * middle.passes;
    let (delays, weights): (Vec<f64>, Vec<f64>) = shutter::moments(filter, count).unzip();
    let delays = delays.into_iter();
    let moments: Vec<Genome> = delays
        .map(|delay| at(time + delay))
        .collect::<Result<_, _>>()?;
    let leader = leader(middle, &keys[0], &moments);
    let key = key(settings.rng_seed, time);
    let mut plan = assemble(&leader, &moments, &weights, key, &settings.output)?;
    let mean_weight = weights.iter().sum::<f64>() / f64::from(count);
    plan.density = density(&leader, &moments, mean_weight, &plan);
    share_samples(&mut plan, &moments)?;
    Ok(plan)
}

/// What the frame as a whole takes its numbers from.
fn leader(middle: Genome, first_key: &Genome, moments: &[Genome]) -> Genome {
    let (first, last) = (&moments[0], &moments[moments.len() - 1]);
    Genome {
        supersample: first_key.supersample,
        filter_radius: first_key.filter_radius,
        filter_shape: first_key.filter_shape,
        palette_mode: first_key.palette_mode,
        estimator: first.estimator,
        gamma_threshold: last.gamma_threshold,
        ..middle
    }
}

/// The logarithm of the last moment.
fn density(leader: &Genome, moments: &[Genome], mean_weight: f64, plan: &FramePlan) -> DensityPlan {
    let last = &moments[moments.len() - 1];
    let levels = Genome {
        brightness: last.brightness,
        scale: last.scale,
        quality: last.quality,
        ..leader.clone()
    };
    DensityPlan::new(&levels, mean_weight, &plan.shape)
}

/// Gives each moment its part of the samples that a whole frame like it would have.
fn share_samples(plan: &mut FramePlan, moments: &[Genome]) -> Result<(), PlanError> {
    let count = moments.len() as u64;
    let mut total = 0;
    for (moment, genome) in plan.moments.iter_mut().zip(moments) {
        let before = total / count;
        total += samples(genome)?;
        moment.samples = total / count - before;
    }
    Ok(())
}

/// Where the frame's random numbers come from.
fn key(rng_seed: u64, time: f64) -> Key {
    // A negative zero is the same time as zero.
    let bits = (time + 0.0).to_bits();
    Key::new(rng_seed)
        .derive((bits >> 32) as u32)
        .derive(bits as u32)
}

#[cfg(test)]
mod tests {
    use woolgather_genome::{FilterShape, PaletteMode, TemporalFilterShape, parse_flames};

    use super::*;

    /// Three keys at 0, 1 and 2, which differ in everything that a frame asks for.
    fn keys() -> Vec<Genome> {
        let xml = include_str!("../../../genome/tests/data/oracle/27_random_s3.flam3");
        let genome = parse_flames(xml).unwrap().remove(0);
        let mut keys = vec![genome; 3];
        for (number, key) in keys.iter_mut().enumerate() {
            let number = number as f64;
            key.time = number;
            key.size = [64 + 16 * number as u32, 48];
            key.quality = 10.0 + 10.0 * number;
            key.brightness = 2.0 + 4.0 * number;
            key.gamma = 2.0 + number;
            key.gamma_threshold = 0.01 * (1.0 + number);
            key.temporal_samples = 5 + 4 * number as u32;
            key.temporal_filter.width = 1.0 + number;
            key.filter_radius = 0.5 + number;
        }
        keys[0].filter_shape = FilterShape::Hermite;
        keys[0].palette_mode = PaletteMode::Linear;
        keys[0].temporal_filter.shape = TemporalFilterShape::Exp;
        keys[0].supersample = 2;
        keys
    }

    #[test]
    fn a_frame_takes_its_numbers_from_where_flam3_takes_them() {
        let keys = keys();
        let plan = plan_keyframes(&keys, 1.0, &KeyframeSettings::default()).unwrap();
        assert_eq!((plan.width(), plan.height()), (64, 48));
        assert_eq!(plan.shape.supersample, 2);
        assert_eq!(plan.palette_mode, PaletteMode::Linear);
        // The middle key's nine moments, two frames wide.
        assert_eq!(plan.moments.len(), 9);
        assert_eq!(plan.samples(), 20 * 64 * 48);
        assert!(plan.moments[0].samples < plan.moments[8].samples);
        assert_eq!(plan.tone.gamma_threshold, keys[2].gamma_threshold);
        assert!((plan.tone.exponent - 1.0 / keys[1].gamma).abs() < 1e-12);
        // The last moment is at the last key.
        let still = Genome {
            size: [64, 48],
            supersample: 2,
            ..keys[2].clone()
        };
        let still = DensityPlan::new(&still, 1.0, &plan.shape);
        let same = |ours: f64, theirs: f64| (ours / theirs - 1.0).abs() < 1e-12;
        assert!(same(plan.density.k1, still.k1));
        assert!(same(plan.density.k2, still.k2));
    }

    #[test]
    fn what_is_asked_for_comes_before_what_the_keys_say() {
        let settings = KeyframeSettings {
            size: Some([32, 24]),
            quality: Some(3.0),
            temporal_samples: Some(1),
            rng_seed: 9,
            ..KeyframeSettings::default()
        };
        let plan = plan_keyframes(&keys(), 1.0, &settings).unwrap();
        assert_eq!((plan.width(), plan.height()), (32, 24));
        assert_eq!((plan.moments.len(), plan.samples()), (1, 3 * 32 * 24));
    }

    #[test]
    fn every_time_has_its_own_random_numbers() {
        let first = |time| {
            let plan = plan_keyframes(&keys(), time, &KeyframeSettings::default()).unwrap();
            plan.moments[0].key
        };
        assert_eq!(first(0.0), first(-0.0));
        let times = [-1.0, 0.0, 0.25, 1.0, 2.0];
        for (i, one) in times.iter().enumerate() {
            for two in &times[i + 1..] {
                assert_ne!(first(*one), first(*two), "{one} and {two}");
            }
        }
    }

    #[test]
    fn keys_out_of_order_are_refused() {
        let mut keys = keys();
        keys.swap(0, 2);
        let error = plan_keyframes(&keys, 1.0, &KeyframeSettings::default()).unwrap_err();
        assert!(matches!(error, PlanError::Keyframes(_)), "{error}");
        assert!(plan_keyframes(&[], 0.0, &KeyframeSettings::default()).is_err());
    }
}
