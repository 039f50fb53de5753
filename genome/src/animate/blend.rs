//! Blending aligned genomes, number by number; choices are those of the first.
//!
//! Every number is `sum of share * number`, kept within its legal range; counts go to the nearest
//! whole number, halves to the even one. Affine maps and palettes have pages of their own.

use super::affine::{Winding, blend_affine, blend_post};
use super::palette::blend_palettes;
use super::shares::Shares;
use crate::limits::{self, Range};
use crate::{
    Affine, Estimator, Genome, InterpolationType, TemporalFilter, Variation, WeightedVariation,
    Xform,
};

/// How one xform is blended.
#[derive(Clone, Copy)]
pub(super) struct XformBlend {
    /// How much of each genome.
    pub(super) shares: Shares,
    /// Where its turn began, if it turns in one genome only.
    pub(super) winding: Option<Winding>,
}

/// Blends genomes that have as many xforms each; `xform` says how each of those is blended.
pub(super) fn mix(
    genomes: &[Genome],
    shares: Shares,
    xform: impl Fn(usize) -> XformBlend,
) -> Genome {
    let first = &genomes[0];
    let mix = |legal, number: fn(&Genome) -> f64| shares.mix(legal, genomes.iter().map(number));
    let count =
        |legal, number: fn(&Genome) -> u32| shares.mix_count(legal, genomes.iter().map(number));
    let kind = first.interpolation_type;
    Genome {
        name: first.name.clone(),
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
        filter_shape: first.filter_shape,
        quality: mix(limits::QUALITY, |g| g.quality),
        passes: count(limits::PASSES, |g| g.passes),
        temporal_samples: count(limits::TEMPORAL_SAMPLES, |g| g.temporal_samples),
        temporal_filter: TemporalFilter {
            shape: first.temporal_filter.shape,
            width: mix(limits::TEMPORAL_FILTER_WIDTH, |g| g.temporal_filter.width),
            exponent: mix(limits::TEMPORAL_FILTER_EXPONENT, |g| {
                g.temporal_filter.exponent
            }),
        },
        background: [
            mix(limits::BACKGROUND, |g| g.background[0]),
            mix(limits::BACKGROUND, |g| g.background[1]),
            mix(limits::BACKGROUND, |g| g.background[2]),
        ],
        brightness: mix(limits::BRIGHTNESS, |g| g.brightness),
        gamma: mix(limits::GAMMA, |g| g.gamma),
        gamma_threshold: mix(limits::GAMMA_THRESHOLD, |g| g.gamma_threshold),
        vibrancy: mix(limits::VIBRANCY, |g| g.vibrancy),
        highlight_power: mix(limits::HIGHLIGHT_POWER, |g| g.highlight_power),
        hue: mix(limits::HUE_FRACTION, |g| g.hue),
        estimator: blend_estimators(genomes, shares),
        palette_mode: first.palette_mode,
        interpolation: first.interpolation,
        interpolation_type: kind,
        palette_interpolation: first.palette_interpolation,
        hsv_rgb_palette_blend: first.hsv_rgb_palette_blend,
        palette: blend_palettes(genomes, shares),
        xforms: (0..first.xforms.len())
            .map(|index| {
                let xforms: Vec<&Xform> = genomes.iter().map(|it| &it.xforms[index]).collect();
                let how = xform(index);
                Xform {
                    // A stagger moves everything of an xform but its chaos row.
                    chaos: blend_chaos(&xforms, first.xforms.len(), shares),
                    ..blend_xforms(&xforms, how, kind)
                }
            })
            .collect(),
        final_xform: genomes
            .iter()
            .map(|genome| genome.final_xform.as_ref())
            .collect::<Option<Vec<_>>>()
            .map(|xforms| {
                let winding = None;
                blend_xforms(&xforms, XformBlend { shares, winding }, kind)
            }),
        edits: Vec::new(),
    }
}

fn blend_estimators(genomes: &[Genome], shares: Shares) -> Estimator {
    let mix = |legal, number: fn(&Estimator) -> f64| {
        shares.mix(legal, genomes.iter().map(|it| number(&it.estimator)))
    };
    let radius = mix(limits::ESTIMATOR_RADIUS, |it| it.radius);
    Estimator {
        radius,
        minimum: mix(Range::new(0.0, radius), |it| it.minimum),
        curve: mix(limits::ESTIMATOR_CURVE, |it| it.curve),
    }
}

/// Blends xforms but for their chaos rows.
fn blend_xforms(xforms: &[&Xform], how: XformBlend, kind: InterpolationType) -> Xform {
    let XformBlend { shares, winding } = how;
    let mix =
        |legal, number: fn(&Xform) -> f64| shares.mix(legal, xforms.iter().map(|it| number(it)));
    let maps = |map: fn(&Xform) -> Affine| xforms.iter().map(|it| map(it)).collect::<Vec<_>>();
    Xform {
        weight: mix(limits::WEIGHT, |x| x.weight),
        color: mix(limits::SHARE, |x| x.color),
        color_speed: mix(limits::SHARE, |x| x.color_speed),
        animate: mix(limits::SHARE, |x| x.animate),
        opacity: mix(limits::SHARE, |x| x.opacity),
        coefs: blend_affine(&maps(|x| x.coefs), shares, kind, winding),
        post: blend_post(&maps(|x| x.post), shares, kind),
        chaos: Vec::new(),
        variations: blend_variations(xforms, shares),
        motion: Vec::new(),
    }
}

/// Blends chaos rows of `count` xforms; rows of ones stay unsaid.
fn blend_chaos(xforms: &[&Xform], count: usize, shares: Shares) -> Vec<f64> {
    if xforms.iter().all(|xform| xform.chaos.is_empty()) {
        return Vec::new();
    }
    let at = |xform: &Xform, i: usize| xform.chaos.get(i).copied().unwrap_or(1.0);
    (0..count)
        .map(|i| shares.mix(limits::CHAOS, xforms.iter().map(|xform| at(xform, i))))
        .collect()
}

/// Merges sorted lists; what an xform lacks counts there as a weight of 0 with the parameters of
/// the catalogue.
fn blend_variations(xforms: &[&Xform], shares: Shares) -> Vec<WeightedVariation> {
    let all = xforms.iter().flat_map(|xform| &xform.variations);
    let mut variations: Vec<Variation> = all.map(|entry| entry.variation).collect();
    variations.sort_unstable();
    variations.dedup();
    variations
        .into_iter()
        .map(|variation| blend_entries(xforms, variation, shares))
        .filter(|blended| blended.weight != 0.0)
        .collect()
}

fn blend_entries(xforms: &[&Xform], variation: Variation, shares: Shares) -> WeightedVariation {
    let absent = WeightedVariation::new(variation, 0.0);
    let entry = |xform: &&Xform| {
        let mut entries = xform.variations.iter();
        let found = entries.find(|entry| entry.variation == variation);
        found.copied().unwrap_or(absent)
    };
    let entries: Vec<WeightedVariation> = xforms.iter().map(entry).collect();
    let mut blended = absent;
    blended.weight = shares.mix(
        limits::VARIATION_WEIGHT,
        entries.iter().map(|entry| entry.weight),
    );
    for (place, parameter) in variation.parameters().iter().enumerate() {
        let numbers = entries.iter().map(|entry| entry.parameters[place]);
        blended.parameters[place] = shares.mix(parameter.range, numbers);
    }
    blended
}
