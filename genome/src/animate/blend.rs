//! Blending two aligned genomes, number by number; choices are those of the first.

use super::affine::{Winding, blend_affine, blend_post};
use super::palette::blend_palettes;
use crate::limits::{self, Range};
use crate::{Estimator, Genome, TemporalFilter, WeightedVariation, Xform};

/// How much of each genome; the two add up to 1, and one is negative beyond the ends.
#[derive(Clone, Copy)]
pub(super) struct Shares {
    /// Of the genome that is left.
    pub(super) from: f64,
    /// Of the genome that is reached.
    pub(super) to: f64,
}

impl Shares {
    /// The shares at `blend` of the way.
    pub(super) fn at(blend: f64) -> Self {
        let from = 1.0 - blend;
        Self {
            from,
            to: 1.0 - from,
        }
    }

    /// The blend of two numbers, kept within `legal`.
    pub(super) fn mix(self, legal: Range, from: f64, to: f64) -> f64 {
        legal.clamp(self.from * from + self.to * to)
    }

    /// The blend of two counts, to the nearest whole number, halves to the even one.
    fn mix_count(self, legal: Range, from: u32, to: u32) -> u32 {
        let mixed = self.mix(legal, f64::from(from), f64::from(to));
        mixed.round_ties_even() as u32
    }
}

/// Blends genomes that have as many xforms each.
pub(super) fn mix(
    from: &Genome,
    to: &Genome,
    shares: Shares,
    windings: &[Option<Winding>],
) -> Genome {
    let mix = |legal, number: fn(&Genome) -> f64| shares.mix(legal, number(from), number(to));
    let count =
        |legal, number: fn(&Genome) -> u32| shares.mix_count(legal, number(from), number(to));
    let both = from.xforms.iter().zip(&to.xforms).enumerate();
    Genome {
        name: from.name.clone(),
        time: mix(limits::TIME, |g| g.time),
        size: [
            count(limits::SIZE, |g| g.size[0]),
            count(limits::SIZE, |g| g.size[1]),
        ],
        center: [
            mix(limits::CENTER, |g| g.center[0]),
            mix(limits::CENTER, |g| g.center[1]),
        ],
        scale: mix(limits::SCALE, |g| g.scale),
        zoom: mix(limits::ZOOM, |g| g.zoom),
        rotate: mix(limits::ROTATE, |g| g.rotate),
        supersample: count(limits::SUPERSAMPLE, |g| g.supersample),
        filter_radius: mix(limits::FILTER_RADIUS, |g| g.filter_radius),
        filter_shape: from.filter_shape,
        quality: mix(limits::QUALITY, |g| g.quality),
        passes: count(limits::PASSES, |g| g.passes),
        temporal_samples: count(limits::TEMPORAL_SAMPLES, |g| g.temporal_samples),
        temporal_filter: TemporalFilter {
            shape: from.temporal_filter.shape,
            width: mix(limits::TEMPORAL_FILTER_WIDTH, |g| g.temporal_filter.width),
            exponent: mix(limits::TEMPORAL_FILTER_EXPONENT, |g| {
                g.temporal_filter.exponent
            }),
        },
        background: std::array::from_fn(|i| {
            shares.mix(limits::BACKGROUND, from.background[i], to.background[i])
        }),
        brightness: mix(limits::BRIGHTNESS, |g| g.brightness),
        gamma: mix(limits::GAMMA, |g| g.gamma),
        gamma_threshold: mix(limits::GAMMA_THRESHOLD, |g| g.gamma_threshold),
        vibrancy: mix(limits::VIBRANCY, |g| g.vibrancy),
        highlight_power: mix(limits::HIGHLIGHT_POWER, |g| g.highlight_power),
        hue: mix(limits::HUE_FRACTION, |g| g.hue),
        estimator: blend_estimators(from, to, shares),
        palette_mode: from.palette_mode,
        interpolation: from.interpolation,
        interpolation_type: from.interpolation_type,
        palette_interpolation: from.palette_interpolation,
        hsv_rgb_palette_blend: mix(limits::SHARE, |g| g.hsv_rgb_palette_blend),
        palette: blend_palettes(from, to, shares),
        xforms: both
            .map(|(index, (one, two))| Xform {
                chaos: blend_chaos(one, two, from.xforms.len(), shares),
                ..blend_xforms(
                    one,
                    two,
                    shares,
                    from.interpolation_type,
                    windings.get(index).copied().flatten(),
                )
            })
            .collect(),
        final_xform: from
            .final_xform
            .as_ref()
            .zip(to.final_xform.as_ref())
            .map(|(one, two)| blend_xforms(one, two, shares, from.interpolation_type, None)),
        edits: Vec::new(),
    }
}

fn blend_estimators(from: &Genome, to: &Genome, shares: Shares) -> Estimator {
    let (from, to) = (from.estimator, to.estimator);
    let radius = shares.mix(limits::ESTIMATOR_RADIUS, from.radius, to.radius);
    let minimum = Range::new(0.0, radius);
    Estimator {
        radius,
        minimum: shares.mix(minimum, from.minimum, to.minimum),
        curve: shares.mix(limits::ESTIMATOR_CURVE, from.curve, to.curve),
    }
}

/// Blends two xforms but for their chaos rows.
fn blend_xforms(
    from: &Xform,
    to: &Xform,
    shares: Shares,
    kind: crate::InterpolationType,
    winding: Option<Winding>,
) -> Xform {
    let mix = |legal, number: fn(&Xform) -> f64| shares.mix(legal, number(from), number(to));
    Xform {
        weight: mix(limits::WEIGHT, |x| x.weight),
        color: mix(limits::SHARE, |x| x.color),
        color_speed: mix(limits::SHARE, |x| x.color_speed),
        animate: mix(limits::SHARE, |x| x.animate),
        opacity: mix(limits::SHARE, |x| x.opacity),
        coefs: blend_affine(from.coefs, to.coefs, shares, kind, winding),
        post: blend_post(from.post, to.post, shares, kind),
        chaos: Vec::new(),
        variations: blend_variations(&from.variations, &to.variations, shares),
        motion: Vec::new(),
    }
}

/// Blends two chaos rows of `count` xforms; two rows of ones stay unsaid.
fn blend_chaos(from: &Xform, to: &Xform, count: usize, shares: Shares) -> Vec<f64> {
    if from.chaos.is_empty() && to.chaos.is_empty() {
        return Vec::new();
    }
    let at = |row: &[f64], i: usize| row.get(i).copied().unwrap_or(1.0);
    (0..count)
        .map(|i| shares.mix(limits::CHAOS, at(&from.chaos, i), at(&to.chaos, i)))
        .collect()
}

/// Merges two sorted lists; what only one has comes from, or goes to, a weight of 0 with the
/// parameters of the catalogue.
fn blend_variations(
    from: &[WeightedVariation],
    to: &[WeightedVariation],
    shares: Shares,
) -> Vec<WeightedVariation> {
    let (mut from, mut to) = (from.iter().peekable(), to.iter().peekable());
    let mut merged = Vec::new();
    while let Some(variation) = [from.peek(), to.peek()]
        .into_iter()
        .flatten()
        .map(|entry| entry.variation)
        .min()
    {
        let absent = WeightedVariation::new(variation, 0.0);
        let one = from.next_if(|entry| entry.variation == variation);
        let two = to.next_if(|entry| entry.variation == variation);
        let blended = blend_entries(one.unwrap_or(&absent), two.unwrap_or(&absent), shares);
        if blended.weight != 0.0 {
            merged.push(blended);
        }
    }
    merged
}

fn blend_entries(
    from: &WeightedVariation,
    to: &WeightedVariation,
    shares: Shares,
) -> WeightedVariation {
    let mut blended = WeightedVariation::new(from.variation, 0.0);
    blended.weight = shares.mix(limits::VARIATION_WEIGHT, from.weight, to.weight);
    for (place, parameter) in from.variation.parameters().iter().enumerate() {
        let (one, two) = (from.parameters[place], to.parameters[place]);
        blended.parameters[place] = shares.mix(parameter.range, one, two);
    }
    blended
}
