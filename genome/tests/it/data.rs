//! The files under `tests/data`, and genomes drawn at random within the limits.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use std::path::{Path, PathBuf};
use woolgather_genome::limits::{self, Range};
use woolgather_genome::{
    Affine, Estimator, FilterShape, Genome, Interpolation, InterpolationType, MAX_PARAMETERS,
    Motion, MotionFunction, PALETTE_ENTRIES, Palette, PaletteInterpolation, PaletteMode,
    TemporalFilter, TemporalFilterShape, Variation, WeightedVariation, Xform, parse_flames,
};

/// A path under `tests/data`.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

/// The text of a file under `tests/data`.
pub(crate) fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).expect(name)
}

/// The genomes of a file under `tests/data`.
pub(crate) fn genomes(name: &str) -> Vec<Genome> {
    parse_flames(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The names of the files in a folder under `tests/data`, in order.
pub(crate) fn files(folder: &str) -> Vec<String> {
    let folder = std::fs::read_dir(path(folder)).expect("a folder");
    let mut names: Vec<String> = folder
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.into_string().expect("a readable name")
        })
        .collect();
    names.sort();
    names
}

/// The oracle's genomes with their names, in order.
pub(crate) fn oracle() -> Vec<(String, Genome)> {
    let read = |name: String| {
        let mut flames = genomes(&format!("oracle/{name}"));
        assert_eq!(flames.len(), 1, "{name}");
        (name, flames.remove(0))
    };
    files("oracle").into_iter().map(read).collect()
}

/// Any legal number of a range: its ends, zero, small numbers and anything between.
fn number(range: Range) -> BoxedStrategy<f64> {
    let near = range.clamp(-3.0)..=range.clamp(3.0);
    prop_oneof![
        1 => Just(range.min),
        1 => Just(range.max),
        2 => Just(range.clamp(0.0)),
        4 => near,
        4 => range.min..=range.max,
    ]
    .boxed()
}

fn count(range: Range) -> BoxedStrategy<u32> {
    (range.min as u32..=range.max as u32).boxed()
}

fn choice<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> BoxedStrategy<T> {
    select(all).boxed()
}

fn affine(range: Range) -> BoxedStrategy<Affine> {
    let any = vec(number(range), 6)
        .prop_map(|columns| Affine::from_columns(columns.try_into().expect("six numbers")));
    prop_oneof![1 => Just(Affine::IDENTITY), 1 => Just(Affine::ZERO), 4 => any].boxed()
}

/// A weighted variation, its parameters within their own ranges or those of a motion element.
fn weighted(variation: Variation, in_motion: bool) -> BoxedStrategy<WeightedVariation> {
    let parameters: Vec<_> = variation
        .parameters()
        .iter()
        .map(|parameter| match in_motion {
            true => number(limits::MOTION_AMPLITUDE),
            false => number(parameter.range),
        })
        .collect();
    (number(limits::VARIATION_WEIGHT), parameters)
        .prop_map(move |(weight, values)| {
            let mut parameters = [0.0; MAX_PARAMETERS];
            parameters[..values.len()].copy_from_slice(&values);
            WeightedVariation {
                variation,
                weight,
                parameters,
            }
        })
        .boxed()
}

fn variations(in_motion: bool) -> BoxedStrategy<Vec<WeightedVariation>> {
    let some = btree_map(select(Variation::ALL), any::<()>(), 0..4);
    some.prop_flat_map(move |chosen| {
        chosen
            .into_keys()
            .map(|variation| weighted(variation, in_motion))
            .collect::<Vec<_>>()
    })
    .boxed()
}

fn motion() -> BoxedStrategy<Motion> {
    (
        -1_000_000..=1_000_000_i32,
        choice(MotionFunction::ALL),
        vec(number(limits::MOTION_AMPLITUDE), 5),
        affine(limits::MOTION_AMPLITUDE),
        affine(limits::MOTION_AMPLITUDE),
        variations(true),
    )
        .prop_map(
            |(frequency, function, numbers, coefs, post, variations)| Motion {
                frequency,
                function,
                weight: numbers[0],
                color: numbers[1],
                color_speed: numbers[2],
                animate: numbers[3],
                opacity: numbers[4],
                coefs,
                post,
                variations,
            },
        )
        .boxed()
}

fn xform() -> BoxedStrategy<Xform> {
    (
        number(limits::WEIGHT),
        vec(number(limits::SHARE), 4),
        affine(limits::COEFFICIENT),
        affine(limits::COEFFICIENT),
        vec(number(limits::CHAOS), 0..6),
        variations(false),
        vec(motion(), 0..3),
    )
        .prop_map(
            |(weight, shares, coefs, post, chaos, variations, motion)| Xform {
                weight,
                color: shares[0],
                color_speed: shares[1],
                animate: shares[2],
                opacity: shares[3],
                coefs,
                post,
                chaos,
                variations,
                motion,
            },
        )
        .prop_map(|mut xform| {
            if xform.motion.is_empty() {
                xform.variations.retain(|entry| entry.weight != 0.0);
            }
            xform
        })
        .boxed()
}

fn palette() -> BoxedStrategy<Palette> {
    (
        vec(number(limits::SHARE), PALETTE_ENTRIES * 4),
        any::<bool>(),
    )
        .prop_map(|(numbers, opaque)| {
            Palette::new(std::array::from_fn(|i| {
                let entry = &numbers[i * 4..i * 4 + 4];
                let alpha = if opaque { 1.0 } else { entry[3] };
                [entry[0], entry[1], entry[2], alpha]
            }))
        })
        .boxed()
}

/// Any legal genome with a few xforms.
pub(crate) fn any_genome() -> BoxedStrategy<Genome> {
    let camera = (
        "[!-~\u{a1}-\u{ff}]{0,64}",
        number(limits::TIME),
        [count(limits::SIZE), count(limits::SIZE)],
        [number(limits::CENTER), number(limits::CENTER)],
        number(limits::SCALE),
        number(limits::ZOOM),
        number(limits::ROTATE),
    );
    let quality = (
        [
            count(limits::SUPERSAMPLE),
            count(limits::PASSES),
            count(limits::TEMPORAL_SAMPLES),
        ],
        number(limits::FILTER_RADIUS),
        choice(FilterShape::ALL),
        number(limits::QUALITY),
        choice(TemporalFilterShape::ALL),
        number(limits::TEMPORAL_FILTER_WIDTH),
        number(limits::TEMPORAL_FILTER_EXPONENT),
        (
            number(limits::ESTIMATOR_RADIUS),
            number(limits::SHARE),
            number(limits::ESTIMATOR_CURVE),
        ),
    );
    let colors = (
        [
            number(limits::BACKGROUND),
            number(limits::BACKGROUND),
            number(limits::BACKGROUND),
        ],
        number(limits::BRIGHTNESS),
        number(limits::GAMMA),
        number(limits::GAMMA_THRESHOLD),
        number(limits::VIBRANCY),
        number(limits::HIGHLIGHT_POWER),
        number(limits::HUE_FRACTION),
        number(limits::SHARE),
    );
    let choices = (
        choice(PaletteMode::ALL),
        choice(Interpolation::ALL),
        choice(InterpolationType::ALL),
        choice(PaletteInterpolation::ALL),
    );
    let shape = (vec(xform(), 1..6), proptest::option::of(xform()), palette());
    (camera, quality, colors, choices, shape)
        .prop_map(|(camera, quality, colors, choices, shape)| {
            let (name, time, size, center, scale, zoom, rotate) = camera;
            let ([supersample, passes, temporal_samples], filter_radius, filter_shape, ..) =
                quality;
            let (.., quality, shape_in_time, width, exponent, estimator) = quality;
            let (mut xforms, mut final_xform, palette) = shape;
            let count = xforms.len();
            xforms
                .iter_mut()
                .for_each(|xform| xform.chaos.truncate(count));
            xforms[0].weight = 1.0;
            if let Some(xform) = &mut final_xform {
                xform.weight = 0.0;
                xform.chaos.clear();
            }
            Genome {
                name,
                time,
                size,
                center,
                scale,
                zoom,
                rotate,
                supersample,
                filter_radius,
                filter_shape,
                quality,
                passes,
                temporal_samples,
                temporal_filter: TemporalFilter {
                    shape: shape_in_time,
                    width,
                    exponent,
                },
                background: colors.0,
                brightness: colors.1,
                gamma: colors.2,
                gamma_threshold: colors.3,
                vibrancy: colors.4,
                highlight_power: colors.5,
                hue: colors.6,
                estimator: Estimator {
                    radius: estimator.0,
                    minimum: estimator.0 * estimator.1,
                    curve: estimator.2,
                },
                palette_mode: choices.0,
                interpolation: choices.1,
                interpolation_type: choices.2,
                palette_interpolation: choices.3,
                hsv_rgb_palette_blend: colors.7,
                palette,
                xforms,
                final_xform,
                edits: Vec::new(),
            }
        })
        .boxed()
}
