//! One `<flame>` element as a genome.

use super::attribute::Value;
use super::remark::{Notes, RemarkKind, XformPlace};
use super::xform;
use super::{ParseError, ParseErrorKind, edit, foreign, library, palette, symmetry};
use crate::{
    FilterShape, Genome, Interpolation, InterpolationType, LimitError, PaletteInterpolation,
    PaletteMode, TemporalFilterShape,
    limits::{self, Range},
};
use roxmltree::Node;

/// Reads a `<flame>`: its attributes, then its children in their order.
pub(super) fn parse(node: Node<'_, '_>, notes: &mut Notes<'_>) -> Result<Genome, ParseError> {
    if node.attributes().len() == 0 {
        return Err(ParseError::at(node, ParseErrorKind::EmptyFlame));
    }
    let mut genome = Genome::default();
    let mut solo = None;
    let mut library_palette = None;
    let mut unknown = Vec::new();
    for value in Value::all(node) {
        match value.name() {
            "soloxform" => solo = Some(value),
            "palette" => library_palette = Some(value),
            _ if read_attribute(&mut genome, value, value.name(), notes)? => {}
            _ => unknown.push(value),
        }
    }
    for value in unknown {
        read_unknown(&mut genome, value, notes)?;
    }
    if genome.estimator.minimum > genome.estimator.radius {
        return Err(estimator_error(node, &genome));
    }
    let mut children = Children::default();
    if let Some(number) = library_palette {
        let library = notes.options.flam3_palettes;
        children.palette.choose(number, genome.hue, library)?;
    }
    let content = content(node, &mut genome, notes)?;
    for child in content.children().filter(Node::is_element) {
        children.read(&mut genome, child, notes)?;
    }
    genome.palette = children.palette.finish();
    check_chaos(content, &genome)?;
    if let Some(solo) = solo {
        show_only(&mut genome, solo)?;
    }
    check_whole(node, &genome)?;
    Ok(genome)
}

/// The element that holds the xforms: the flame itself, or the first visible layer of JWildfire's.
fn content<'a, 'input>(
    node: Node<'a, 'input>,
    genome: &mut Genome,
    notes: &mut Notes<'_>,
) -> Result<Node<'a, 'input>, ParseError> {
    let hidden = |layer: &Node<'_, '_>| matches!(layer.attribute("visible"), Some("0" | "false"));
    let mut layers: Vec<Node<'_, '_>> = node
        .children()
        .filter(|child| child.has_tag_name("layer"))
        .collect();
    if layers.is_empty() {
        return Ok(node);
    }
    let first = layers.iter().position(|layer| !hidden(layer)).unwrap_or(0);
    let content = layers.remove(first);
    for value in Value::all(content).filter(|value| value.name() == "smooth_gradient") {
        foreign::flame::read(genome, value, notes)?;
    }
    for layer in layers {
        let kind = if hidden(&layer) {
            let reason = "it is not visible";
            RemarkKind::Ignored { reason }
        } else {
            let reason = "a genome is one layer";
            RemarkKind::Dropped { reason }
        };
        notes.element(layer, kind);
    }
    Ok(content)
}

/// Refuses what only the whole genome shows.
fn check_whole(node: Node<'_, '_>, genome: &Genome) -> Result<(), ParseError> {
    genome.check().map_err(|error| {
        let (kind, legal) = match error {
            LimitError::TooMany {
                what, count_max, ..
            } => (
                ParseErrorKind::TooMany,
                format!("at most {count_max} {what}"),
            ),
            LimitError::NothingToChoose => (ParseErrorKind::NoXform, error.to_string()),
            _ => (ParseErrorKind::OutOfRange, error.to_string()),
        };
        ParseError::at(node, kind).legal(legal)
    })
}

/// Reads an attribute that is not flam3's.
fn read_unknown(
    genome: &mut Genome,
    value: Value<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    let Some(to) = foreign::flame::rename(value.name()) else {
        return foreign::flame::read(genome, value, notes);
    };
    read_attribute(genome, value, to, notes)?;
    notes.attribute(value, RemarkKind::Renamed { to });
    Ok(())
}

/// Reads one attribute under its name here; false where there is none of this name.
pub(super) fn read_attribute(
    genome: &mut Genome,
    value: Value<'_, '_>,
    name: &str,
    notes: &mut Notes<'_>,
) -> Result<bool, ParseError> {
    match name {
        "name" => genome.name = tidy_name(value.text()),
        "time" => genome.time = value.number(limits::TIME)?,
        "size" => genome.size = value.counts(limits::SIZE)?,
        "center" => genome.center = value.numbers(limits::CENTER)?,
        "scale" => genome.scale = value.number(limits::SCALE)?,
        "zoom" => genome.zoom = value.number(limits::ZOOM)?,
        "rotate" => genome.rotate = value.number(limits::ROTATE)?,
        "supersample" | "oversample" => {
            genome.supersample = whole(value, limits::SUPERSAMPLE, notes)?;
        }
        "filter" => genome.filter_radius = value.number(limits::FILTER_RADIUS)?,
        "filter_shape" => {
            genome.filter_shape = value.choice(FilterShape::ALL, FilterShape::name)?;
        }
        "quality" => genome.quality = value.number(limits::QUALITY)?,
        "passes" => genome.passes = whole(value, limits::PASSES, notes)?,
        "background" => genome.background = value.numbers(limits::BACKGROUND)?,
        "brightness" => genome.brightness = value.number(limits::BRIGHTNESS)?,
        "gamma" => genome.gamma = value.number(limits::GAMMA)?,
        "gamma_threshold" => genome.gamma_threshold = value.number(limits::GAMMA_THRESHOLD)?,
        "vibrancy" => genome.vibrancy = value.number(limits::VIBRANCY)?,
        "highlight_power" => genome.highlight_power = value.number(limits::HIGHLIGHT_POWER)?,
        "estimator_radius" => genome.estimator.radius = value.number(limits::ESTIMATOR_RADIUS)?,
        "estimator_minimum" => genome.estimator.minimum = value.number(limits::ESTIMATOR_RADIUS)?,
        "estimator_curve" => genome.estimator.curve = value.number(limits::ESTIMATOR_CURVE)?,
        name if name.starts_with("temporal_") => return read_temporal(genome, value, notes),
        _ => return read_color_attribute(genome, value),
    }
    Ok(true)
}

/// A count, which JWildfire writes with a decimal point.
fn whole(value: Value<'_, '_>, range: Range, notes: &mut Notes<'_>) -> Result<u32, ParseError> {
    let Some(digits) = value.text().trim().strip_suffix(".0") else {
        return value.count(range);
    };
    let count = value.count_in(digits, range)?;
    let to = format!("{}=\"{count}\"", value.name());
    notes.attribute(value, RemarkKind::Converted { to });
    Ok(count)
}

/// Reads an attribute of the shutter.
fn read_temporal(
    genome: &mut Genome,
    value: Value<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<bool, ParseError> {
    let filter = &mut genome.temporal_filter;
    match value.name() {
        "temporal_samples" => {
            genome.temporal_samples = whole(value, limits::TEMPORAL_SAMPLES, notes)?;
        }
        "temporal_filter_type" => {
            filter.shape = value.choice(TemporalFilterShape::ALL, TemporalFilterShape::name)?;
        }
        "temporal_filter_width" => filter.width = value.number(limits::TEMPORAL_FILTER_WIDTH)?,
        "temporal_filter_exp" => {
            filter.exponent = value.number(limits::TEMPORAL_FILTER_EXPONENT)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Reads an attribute of colours or of interpolation.
fn read_color_attribute(genome: &mut Genome, value: Value<'_, '_>) -> Result<bool, ParseError> {
    match value.name() {
        "hue" => genome.hue = library::read_hue(value)?,
        "palette_mode" => {
            genome.palette_mode = value.choice(PaletteMode::ALL, PaletteMode::name)?;
        }
        "interpolation" => {
            genome.interpolation = value.choice(Interpolation::ALL, Interpolation::name)?;
        }
        "interpolation_type" | "interpolation_space" => {
            genome.interpolation_type =
                value.choice(InterpolationType::ALL, InterpolationType::name)?;
        }
        "palette_interpolation" => {
            genome.palette_interpolation =
                value.choice(PaletteInterpolation::ALL, PaletteInterpolation::name)?;
        }
        "hsv_rgb_palette_blend" => genome.hsv_rgb_palette_blend = value.number(limits::SHARE)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// What the children of a flame add up to, beside its xforms.
#[derive(Default)]
struct Children {
    palette: palette::PaletteReader,
    edits: edit::Allowance,
}

impl Children {
    /// Reads one child element; unknown ones are remarked upon.
    fn read(
        &mut self,
        genome: &mut Genome,
        child: Node<'_, '_>,
        notes: &mut Notes<'_>,
    ) -> Result<(), ParseError> {
        match child.tag_name().name() {
            "xform" => {
                let place = XformPlace::Number(genome.xforms.len());
                genome.xforms.push(xform::parse(child, place, notes)?);
            }
            "finalxform" => read_final(genome, child, notes)?,
            "symmetry" => genome.xforms.extend(symmetry::parse(child, notes)?),
            "color" => self.palette.read_color(child)?,
            "colors" => self.palette.read_colors(child)?,
            "palette" | palette::EXACT_ELEMENT => {
                self.palette.read_palette(child, notes)?;
            }
            "edit" => self.read_edit(genome, child, notes),
            "flame" | "jwf-flame" => {}
            "bgxform" | "flame_motion" => {
                let reason = "a genome has xforms and one final xform, and only they move";
                notes.element(child, RemarkKind::Dropped { reason });
            }
            _ => {
                let reason = "no element of this name is known here";
                notes.element(child, RemarkKind::Ignored { reason });
            }
        }
        if genome.xforms.len() > limits::XFORMS_MAX {
            let legal = format!("at most {} xforms in a flame", limits::XFORMS_MAX);
            return Err(ParseError::at(child, ParseErrorKind::TooMany).legal(legal));
        }
        Ok(())
    }

    fn read_edit(&mut self, genome: &mut Genome, child: Node<'_, '_>, notes: &mut Notes<'_>) {
        let (edit, cut) = edit::parse(child, &mut self.edits);
        genome.edits.extend(edit);
        if cut {
            let reason = "parts of this genealogy are beyond what a genome keeps";
            notes.element(child, RemarkKind::Ignored { reason });
        }
    }
}

/// Reads a `<finalxform>`, unless it is turned off; of several only the first is kept.
fn read_final(
    genome: &mut Genome,
    child: Node<'_, '_>,
    notes: &mut Notes<'_>,
) -> Result<(), ParseError> {
    let xform = xform::parse(child, XformPlace::Final, notes)?;
    if child.attribute("enabled").map(str::trim) == Some("0") {
        let reason = "it is turned off";
        notes.element(child, RemarkKind::Ignored { reason });
    } else if genome.final_xform.is_some() {
        let reason = "a genome has one final xform";
        notes.element(child, RemarkKind::Dropped { reason });
    } else {
        genome.final_xform = Some(xform);
    }
    Ok(())
}

/// The name as a genome keeps it: no white space, no more than the longest legal name.
fn tidy_name(name: &str) -> String {
    name.chars()
        .take(limits::NAME_CHARS_MAX)
        .map(|c| if limits::is_name_char(c) { c } else { '_' })
        .collect()
}

fn estimator_error(node: Node<'_, '_>, genome: &Genome) -> ParseError {
    let minimum = Value::all(node).find(|value| value.name() == "estimator_minimum");
    let error = minimum.map_or_else(
        || ParseError::at(node, ParseErrorKind::OutOfRange),
        |value| value.error(ParseErrorKind::OutOfRange),
    );
    error.legal(format!("0 to {}, the radius", genome.estimator.radius))
}

/// Refuses chaos rows that speak of xforms which are not there.
fn check_chaos(node: Node<'_, '_>, genome: &Genome) -> Result<(), ParseError> {
    let count = genome.xforms.len();
    let rows = node
        .children()
        .filter(|child| child.has_tag_name("xform"))
        .filter_map(|child| Value::all(child).find(|value| value.name() == "chaos"));
    for row in rows {
        if row.text().split_whitespace().count() > count {
            let legal = format!("at most {count} numbers, one for each xform");
            return Err(row.error(ParseErrorKind::WrongCount).legal(legal));
        }
    }
    Ok(())
}

/// Makes every xform but one invisible; a negative number means none.
fn show_only(genome: &mut Genome, value: Value<'_, '_>) -> Result<(), ParseError> {
    let last = genome.xforms.len() as f64 - 1.0;
    let chosen = value.integer(Range::new(-1.0, last))?;
    if chosen < 0 {
        return Ok(());
    }
    for (index, xform) in genome.xforms.iter_mut().enumerate() {
        if index as i64 != chosen {
            xform.opacity = 0.0;
        }
    }
    Ok(())
}
