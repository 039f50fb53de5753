//! Whether a genome is legal: every number in its range, every count below its limit, every list
//! in order.
//!
//! What passes here can be printed and read back to the bit, encoded, animated and planned without
//! a further look at its numbers. The parser's results always pass; genomes that were decoded or
//! bred are checked before they are used.

use crate::limits::{self, Range};
use crate::{Affine, Edit, Genome, MAX_PARAMETERS, WeightedVariation, Xform};

/// The first thing that is wrong with a genome.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LimitError {
    /// A number outside its range.
    #[error("{field} is {value}; legal: {legal}")]
    OutOfRange {
        /// Which number, as a path in flam3's words.
        field: String,
        /// What it is.
        value: f64,
        /// What it may be.
        legal: Range,
    },
    /// More of something than its limit.
    #[error("{what}: {count} are too many; legal: at most {count_max}")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        count_max: usize,
    },
    /// A name that a file could not hold.
    #[error("the name is longer than 64 characters or has white space in it")]
    Name,
    /// Variations of an xform that are unsorted, repeated, or weigh nothing without a motion that
    /// could change it.
    #[error("{field}: variations must be in order, each once and with a weight")]
    Variations {
        /// Which xform.
        field: String,
    },
    /// An edit with a name, value or text that a file could not hold.
    #[error("an edit has a name, value or text that a file cannot hold")]
    Edit,
    /// A final xform with a chaos row, which has no meaning.
    #[error("a final xform has no chaos row")]
    FinalChaos,
    /// No xform has a weight above 0.
    #[error("at least one xform with a weight above 0")]
    NothingToChoose,
}

impl Genome {
    /// Whether every number and count is legal.
    ///
    /// # Errors
    ///
    /// The first that is not. Parsed genomes have none; a decoded or bred one with an error is to
    /// be dropped.
    pub fn check(&self) -> Result<(), LimitError> {
        check_name(&self.name)?;
        self.check_camera()?;
        self.check_quality()?;
        self.check_colors()?;
        self.check_counts()?;
        self.check_edits()?;
        for (index, xform) in self.xforms.iter().enumerate() {
            check_xform(&format!("xform {index}"), xform, limits::WEIGHT)?;
            at_most(
                "numbers in a chaos row",
                xform.chaos.len(),
                self.xforms.len(),
            )?;
        }
        if let Some(xform) = &self.final_xform {
            check_xform("finalxform", xform, Range::new(0.0, 0.0))?;
            if !xform.chaos.is_empty() {
                return Err(LimitError::FinalChaos);
            }
        }
        if self.xforms.iter().all(|xform| xform.weight == 0.0) {
            return Err(LimitError::NothingToChoose);
        }
        Ok(())
    }

    fn check_camera(&self) -> Result<(), LimitError> {
        within("time", self.time, limits::TIME)?;
        for side in self.size {
            within("size", f64::from(side), limits::SIZE)?;
        }
        for coordinate in self.center {
            within("center", coordinate, limits::CENTER)?;
        }
        within("scale", self.scale, limits::SCALE)?;
        within("zoom", self.zoom, limits::ZOOM)?;
        within("rotate", self.rotate, limits::ROTATE)
    }

    fn check_quality(&self) -> Result<(), LimitError> {
        let Self {
            temporal_filter,
            estimator,
            ..
        } = self;
        let counts = [
            ("supersample", self.supersample, limits::SUPERSAMPLE),
            ("passes", self.passes, limits::PASSES),
            (
                "temporal_samples",
                self.temporal_samples,
                limits::TEMPORAL_SAMPLES,
            ),
        ];
        for (field, count, legal) in counts {
            within(field, f64::from(count), legal)?;
        }
        within("filter", self.filter_radius, limits::FILTER_RADIUS)?;
        within("quality", self.quality, limits::QUALITY)?;
        let width = temporal_filter.width;
        within(
            "temporal_filter_width",
            width,
            limits::TEMPORAL_FILTER_WIDTH,
        )?;
        let exponent = temporal_filter.exponent;
        within(
            "temporal_filter_exp",
            exponent,
            limits::TEMPORAL_FILTER_EXPONENT,
        )?;
        within(
            "estimator_radius",
            estimator.radius,
            limits::ESTIMATOR_RADIUS,
        )?;
        let minimum = Range::new(0.0, estimator.radius);
        within("estimator_minimum", estimator.minimum, minimum)?;
        within("estimator_curve", estimator.curve, limits::ESTIMATOR_CURVE)
    }

    fn check_colors(&self) -> Result<(), LimitError> {
        for channel in self.background {
            within("background", channel, limits::BACKGROUND)?;
        }
        let numbers = [
            ("brightness", self.brightness, limits::BRIGHTNESS),
            ("gamma", self.gamma, limits::GAMMA),
            (
                "gamma_threshold",
                self.gamma_threshold,
                limits::GAMMA_THRESHOLD,
            ),
            ("vibrancy", self.vibrancy, limits::VIBRANCY),
            (
                "highlight_power",
                self.highlight_power,
                limits::HIGHLIGHT_POWER,
            ),
            ("hue", self.hue, limits::HUE_FRACTION),
            (
                "hsv_rgb_palette_blend",
                self.hsv_rgb_palette_blend,
                limits::SHARE,
            ),
        ];
        numbers
            .into_iter()
            .try_for_each(|(field, value, legal)| within(field, value, legal))
    }

    fn check_counts(&self) -> Result<(), LimitError> {
        at_most("xforms", self.xforms.len(), limits::XFORMS_MAX)?;
        let all = || self.xforms.iter().chain(&self.final_xform);
        let motions = all().map(|xform| xform.motion.len()).sum();
        at_most("motion elements", motions, limits::MOTIONS_MAX)?;
        let in_xforms: usize = all().map(|xform| xform.variations.len()).sum();
        let in_motions: usize = all()
            .flat_map(|xform| &xform.motion)
            .map(|motion| motion.variations.len())
            .sum();
        let variations = in_xforms + in_motions;
        at_most("weighted variations", variations, limits::VARIATIONS_MAX)
    }

    fn check_edits(&self) -> Result<(), LimitError> {
        let total = |count: fn(&Edit) -> usize| self.edits.iter().map(count).sum();
        let depth = self.edits.iter().map(Edit::depth).max().unwrap_or(0);
        at_most("levels of edits", depth, limits::EDIT_DEPTH_MAX)?;
        at_most(
            "elements of edits",
            total(Edit::elements),
            limits::EDIT_ELEMENTS_MAX,
        )?;
        at_most("bytes of edits", total(Edit::bytes), limits::EDIT_BYTES_MAX)?;
        if self
            .edits
            .iter()
            .all(|edit| edit.element == "edit" && edit.is_printable())
        {
            Ok(())
        } else {
            Err(LimitError::Edit)
        }
    }
}

fn check_name(name: &str) -> Result<(), LimitError> {
    let short = name.chars().nth(limits::NAME_CHARS_MAX).is_none();
    if short && name.chars().all(limits::is_name_char) {
        Ok(())
    } else {
        Err(LimitError::Name)
    }
}

fn check_xform(field: &str, xform: &Xform, weight: Range) -> Result<(), LimitError> {
    let at = |name: &str| format!("{field} {name}");
    within(&at("weight"), xform.weight, weight)?;
    within(&at("color"), xform.color, limits::SHARE)?;
    within(&at("color_speed"), xform.color_speed, limits::SHARE)?;
    within(&at("animate"), xform.animate, limits::SHARE)?;
    within(&at("opacity"), xform.opacity, limits::SHARE)?;
    check_affine(&at("coefs"), xform.coefs, limits::COEFFICIENT)?;
    check_affine(&at("post"), xform.post, limits::COEFFICIENT)?;
    for &multiplier in &xform.chaos {
        within(&at("chaos"), multiplier, limits::CHAOS)?;
    }
    check_variations(field, &xform.variations, None)?;
    let idle = xform.variations.iter().any(|entry| entry.weight == 0.0);
    if idle && xform.motion.is_empty() {
        return Err(LimitError::Variations {
            field: field.to_owned(),
        });
    }
    for motion in &xform.motion {
        check_motion(&at("motion"), motion)?;
    }
    Ok(())
}

fn check_motion(field: &str, motion: &crate::Motion) -> Result<(), LimitError> {
    let at = |name: &str| format!("{field} {name}");
    let frequency = f64::from(motion.frequency);
    within(&at("motion_frequency"), frequency, limits::MOTION_FREQUENCY)?;
    let amplitudes = [
        ("weight", motion.weight),
        ("color", motion.color),
        ("color_speed", motion.color_speed),
        ("animate", motion.animate),
        ("opacity", motion.opacity),
    ];
    for (name, amplitude) in amplitudes {
        within(&at(name), amplitude, limits::MOTION_AMPLITUDE)?;
    }
    check_affine(&at("coefs"), motion.coefs, limits::MOTION_AMPLITUDE)?;
    check_affine(&at("post"), motion.post, limits::MOTION_AMPLITUDE)?;
    check_variations(field, &motion.variations, Some(limits::MOTION_AMPLITUDE))
}

/// Checks order, weights and parameters; `amplitude` replaces the parameters' own ranges.
fn check_variations(
    field: &str,
    entries: &[WeightedVariation],
    amplitude: Option<Range>,
) -> Result<(), LimitError> {
    let in_order = entries
        .windows(2)
        .all(|pair| pair[0].variation < pair[1].variation);
    if !in_order {
        return Err(LimitError::Variations {
            field: field.to_owned(),
        });
    }
    for entry in entries {
        let name = entry.variation.name();
        let weight = format!("{field} {name}");
        within(&weight, entry.weight, limits::VARIATION_WEIGHT)?;
        let parameters = entry.variation.parameters();
        for place in 0..MAX_PARAMETERS {
            let value = entry.parameters[place];
            match parameters.get(place) {
                Some(parameter) => {
                    let legal = amplitude.unwrap_or(parameter.range);
                    within(&format!("{field} {}", parameter.name), value, legal)?;
                }
                None => within(
                    &format!("{field} {name} unused"),
                    value,
                    Range::new(0.0, 0.0),
                )?,
            }
        }
    }
    Ok(())
}

fn check_affine(field: &str, affine: Affine, legal: Range) -> Result<(), LimitError> {
    affine
        .to_columns()
        .into_iter()
        .try_for_each(|number| within(field, number, legal))
}

fn within(field: &str, value: f64, legal: Range) -> Result<(), LimitError> {
    if legal.contains(value) {
        return Ok(());
    }
    Err(LimitError::OutOfRange {
        field: field.to_owned(),
        value,
        legal,
    })
}

fn at_most(what: &'static str, count: usize, count_max: usize) -> Result<(), LimitError> {
    if count <= count_max {
        return Ok(());
    }
    Err(LimitError::TooMany {
        what,
        count,
        count_max,
    })
}
