//! Templates: a `<flame>` that says only what every genome put under it shall have.
//!
//! flam3's tools take one to give many genomes the same size and quality. In a template silence
//! means "as the genome has it", where in a flame it means the default.

use super::attribute::Value;
use super::flame::read_attribute;
use super::remark::{Notes, ReadOptions};
use super::{ParseError, ParseErrorKind};
use crate::Genome;

/// Settings to put over genomes: the attributes that a template's file names.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    settings: Genome,
    named: Vec<&'static str>,
}

/// Copies what an attribute says.
type Copy = fn(&mut Genome, &Genome);

/// What a template can set, all but what makes a genome that genome: name, time, colours, xforms.
const SETTINGS: &[(&str, Copy)] = &[
    ("size", |to, from| {
        // The picture shows as much of the world as before, in its height.
        to.scale *= f64::from(from.size[1]) / f64::from(to.size[1]);
        to.scale = crate::limits::SCALE.clamp(to.scale);
        to.size = from.size;
    }),
    ("center", |to, from| to.center = from.center),
    ("scale", |to, from| to.scale = from.scale),
    ("zoom", |to, from| to.zoom = from.zoom),
    ("rotate", |to, from| to.rotate = from.rotate),
    ("supersample", |to, from| to.supersample = from.supersample),
    ("oversample", |to, from| to.supersample = from.supersample),
    ("filter", |to, from| to.filter_radius = from.filter_radius),
    ("filter_shape", |to, from| {
        to.filter_shape = from.filter_shape;
    }),
    ("quality", |to, from| to.quality = from.quality),
    ("passes", |to, from| to.passes = from.passes),
    ("temporal_samples", |to, from| {
        to.temporal_samples = from.temporal_samples;
    }),
    ("temporal_filter_type", |to, from| {
        to.temporal_filter.shape = from.temporal_filter.shape;
    }),
    ("temporal_filter_width", |to, from| {
        to.temporal_filter.width = from.temporal_filter.width;
    }),
    ("temporal_filter_exp", |to, from| {
        to.temporal_filter.exponent = from.temporal_filter.exponent;
    }),
    ("background", |to, from| to.background = from.background),
    ("brightness", |to, from| to.brightness = from.brightness),
    ("gamma", |to, from| to.gamma = from.gamma),
    ("gamma_threshold", |to, from| {
        to.gamma_threshold = from.gamma_threshold;
    }),
    ("vibrancy", |to, from| to.vibrancy = from.vibrancy),
    ("highlight_power", |to, from| {
        to.highlight_power = from.highlight_power;
    }),
    ("estimator_radius", |to, from| {
        to.estimator.radius = from.estimator.radius;
    }),
    ("estimator_minimum", |to, from| {
        to.estimator.minimum = from.estimator.minimum;
    }),
    ("estimator_curve", |to, from| {
        to.estimator.curve = from.estimator.curve;
    }),
    ("palette_mode", |to, from| {
        to.palette_mode = from.palette_mode;
    }),
    ("interpolation", |to, from| {
        to.interpolation = from.interpolation;
    }),
    ("interpolation_type", |to, from| {
        to.interpolation_type = from.interpolation_type;
    }),
    ("interpolation_space", |to, from| {
        to.interpolation_type = from.interpolation_type;
    }),
    ("palette_interpolation", |to, from| {
        to.palette_interpolation = from.palette_interpolation;
    }),
    ("hsv_rgb_palette_blend", |to, from| {
        to.hsv_rgb_palette_blend = from.hsv_rgb_palette_blend;
    }),
];

/// Reads the first `<flame>` of a file as a template. Its children are not looked at.
///
/// # Errors
///
/// The first thing that is wrong, worded for the person who wrote the file; also
/// [`ParseErrorKind::Misplaced`] for an attribute that a template cannot set.
pub fn read_template(xml: &str) -> Result<Template, ParseError> {
    super::check_size(xml)?;
    let document = super::document(xml)?;
    let flame = document.descendants().find(|node| super::is_flame(*node));
    let flame = flame.ok_or_else(|| ParseError::whole(1, ParseErrorKind::NoFlame))?;
    let mut settings = Genome::default();
    let mut notes = Notes::new(ReadOptions::default());
    let mut named = Vec::new();
    for value in Value::all(flame) {
        let row = SETTINGS.iter().find(|(name, _)| *name == value.name());
        let Some((name, _)) = row else {
            if matches!(value.name(), "name" | "time" | "version") {
                continue;
            }
            let names: Vec<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
            return Err(value
                .error(ParseErrorKind::Misplaced)
                .legal(names.join(", ")));
        };
        read_attribute(&mut settings, value, name, &mut notes)?;
        named.push(*name);
    }
    Ok(Template { settings, named })
}

impl Template {
    /// Gives a genome what the template says, and leaves the rest as it is.
    ///
    /// A new size scales the picture with its height. A legal genome stays legal.
    pub fn apply(&self, genome: &mut Genome) {
        // In the table's order: a scale of the template's own wins over that of a new size.
        for (name, copy) in SETTINGS {
            if self.named.contains(name) {
                copy(genome, &self.settings);
            }
        }
        let estimator = &mut genome.estimator;
        estimator.minimum = estimator.minimum.min(estimator.radius);
    }
}
