//! Genomes as flam3 XML, with every digit: what is printed is read back as the same genome.
//!
//! Every attribute is written, whether or not it has its default, so that a file means the same to
//! a program with other defaults. Numbers are the shortest text that reads back to the same bits.

use super::edit;
use super::palette::{EXACT_ELEMENT, EXACT_FORMAT};
use crate::{Affine, Genome, Motion, Palette, WeightedVariation, Xform};
use std::fmt::{self, Write};

/// The genome as a `<flame>` element, which is a whole flam3 file too.
///
/// For a genome that passes [`Genome::check`], reading it back gives an equal genome.
#[must_use]
pub fn print_flame(genome: &Genome) -> String {
    let mut text = String::new();
    write_flame(&mut text, genome).expect("writing to a String cannot fail");
    text
}

/// The genomes as one flam3 file, in their order.
#[must_use]
pub fn print_flames(genomes: &[Genome]) -> String {
    let flames: String = genomes.iter().map(print_flame).collect();
    format!("<flames>\n{flames}</flames>\n")
}

fn write_flame(out: &mut String, genome: &Genome) -> fmt::Result {
    out.write_str("<flame")?;
    write_attributes(out, genome)?;
    out.write_str(">\n")?;
    for xform in &genome.xforms {
        write_xform(out, "xform", xform)?;
    }
    if let Some(xform) = &genome.final_xform {
        write_xform(out, "finalxform", xform)?;
    }
    write_palette(out, &genome.palette)?;
    for edit in &genome.edits {
        edit::write(out, edit, 3)?;
    }
    out.write_str("</flame>\n")
}

fn write_attributes(out: &mut String, genome: &Genome) -> fmt::Result {
    let Genome {
        size: [width, height],
        temporal_filter,
        estimator,
        ..
    } = genome;
    word(out, "name", &escape(&genome.name))?;
    numbers(out, "time", &[genome.time])?;
    word(out, "size", &format!("{width} {height}"))?;
    numbers(out, "center", &genome.center)?;
    numbers(out, "scale", &[genome.scale])?;
    numbers(out, "zoom", &[genome.zoom])?;
    numbers(out, "rotate", &[genome.rotate])?;
    word(out, "supersample", &genome.supersample.to_string())?;
    numbers(out, "filter", &[genome.filter_radius])?;
    word(out, "filter_shape", genome.filter_shape.name())?;
    word(out, "temporal_filter_type", temporal_filter.shape.name())?;
    numbers(out, "temporal_filter_width", &[temporal_filter.width])?;
    numbers(out, "temporal_filter_exp", &[temporal_filter.exponent])?;
    numbers(out, "quality", &[genome.quality])?;
    word(out, "passes", &genome.passes.to_string())?;
    word(
        out,
        "temporal_samples",
        &genome.temporal_samples.to_string(),
    )?;
    numbers(out, "background", &genome.background)?;
    numbers(out, "brightness", &[genome.brightness])?;
    numbers(out, "gamma", &[genome.gamma])?;
    numbers(out, "gamma_threshold", &[genome.gamma_threshold])?;
    numbers(out, "vibrancy", &[genome.vibrancy])?;
    numbers(out, "highlight_power", &[genome.highlight_power])?;
    numbers(out, "hue", &[genome.hue])?;
    numbers(out, "estimator_radius", &[estimator.radius])?;
    numbers(out, "estimator_minimum", &[estimator.minimum])?;
    numbers(out, "estimator_curve", &[estimator.curve])?;
    word(out, "palette_mode", genome.palette_mode.name())?;
    word(out, "interpolation", genome.interpolation.name())?;
    word(out, "interpolation_type", genome.interpolation_type.name())?;
    word(
        out,
        "palette_interpolation",
        genome.palette_interpolation.name(),
    )?;
    numbers(
        out,
        "hsv_rgb_palette_blend",
        &[genome.hsv_rgb_palette_blend],
    )
}

fn write_xform(out: &mut String, element: &str, xform: &Xform) -> fmt::Result {
    write!(out, "   <{element}")?;
    // flam3 takes a weight on a final xform for an error.
    if element == "xform" {
        numbers(out, "weight", &[xform.weight])?;
    }
    numbers(out, "color", &[xform.color])?;
    numbers(out, "color_speed", &[xform.color_speed])?;
    numbers(out, "animate", &[xform.animate])?;
    write_variations(out, &xform.variations)?;
    numbers(out, "coefs", &xform.coefs.to_columns())?;
    if !xform.post.is_identity() {
        numbers(out, "post", &xform.post.to_columns())?;
    }
    if !xform.chaos.is_empty() {
        numbers(out, "chaos", &xform.chaos)?;
    }
    numbers(out, "opacity", &[xform.opacity])?;
    if xform.motion.is_empty() {
        return out.write_str("/>\n");
    }
    out.write_str(">\n")?;
    for motion in &xform.motion {
        write_motion(out, motion)?;
    }
    writeln!(out, "   </{element}>")
}

/// What a motion element does not say is 0, so zeros are left out.
fn write_motion(out: &mut String, motion: &Motion) -> fmt::Result {
    out.write_str("      <motion")?;
    word(out, "motion_frequency", &motion.frequency.to_string())?;
    word(out, "motion_function", motion.function.name())?;
    let amplitudes = [
        ("weight", motion.weight),
        ("color", motion.color),
        ("color_speed", motion.color_speed),
        ("animate", motion.animate),
        ("opacity", motion.opacity),
    ];
    for (name, amplitude) in amplitudes {
        if amplitude != 0.0 {
            numbers(out, name, &[amplitude])?;
        }
    }
    write_variations(out, &motion.variations)?;
    for (name, affine) in [("coefs", motion.coefs), ("post", motion.post)] {
        if affine != Affine::ZERO {
            numbers(out, name, &affine.to_columns())?;
        }
    }
    out.write_str("/>\n")
}

fn write_variations(out: &mut String, entries: &[WeightedVariation]) -> fmt::Result {
    for entry in entries {
        numbers(out, entry.variation.name(), &[entry.weight])?;
        for (parameter, &value) in entry.variation.parameters().iter().zip(&entry.parameters) {
            numbers(out, parameter.name, &[value])?;
        }
    }
    Ok(())
}

/// An opaque palette as `<color>` lines, another as RGBA digits; where bytes cannot hold it, the
/// bits of its numbers follow in an element of ours, which other programs pass over.
fn write_palette(out: &mut String, palette: &Palette) -> fmt::Result {
    let entries = palette.entries();
    if palette.is_opaque() {
        for (index, [red, green, blue, _]) in entries.iter().enumerate() {
            write!(out, "   <color index=\"{index}\"")?;
            numbers(out, "rgb", &[red * 255.0, green * 255.0, blue * 255.0])?;
            out.write_str("/>\n")?;
        }
        return Ok(());
    }
    let numbers = || entries.iter().flatten();
    write_digits(
        out,
        "palette",
        "RGBA",
        &hexadecimal(numbers().map(nearest_byte)),
    )?;
    if numbers().any(|&number| f64::from(nearest_byte(&number)) / 255.0 != number) {
        let bits = numbers().flat_map(|number| number.to_be_bytes());
        write_digits(out, EXACT_ELEMENT, EXACT_FORMAT, &hexadecimal(bits))?;
    }
    Ok(())
}

fn write_digits(out: &mut String, element: &str, format: &str, digits: &str) -> fmt::Result {
    writeln!(out, "   <{element} count=\"256\" format=\"{format}\">")?;
    for row in digits.as_bytes().chunks(64) {
        writeln!(out, "      {}", String::from_utf8_lossy(row))?;
    }
    writeln!(out, "   </{element}>")
}

fn nearest_byte(number: &f64) -> u8 {
    (number * 255.0).round_ties_even() as u8
}

fn hexadecimal(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes
        .into_iter()
        .map(|byte| format!("{byte:02X}"))
        .collect()
}

fn word(out: &mut String, name: &str, value: &str) -> fmt::Result {
    write!(out, " {name}=\"{value}\"")
}

fn numbers(out: &mut String, name: &str, values: &[f64]) -> fmt::Result {
    let words: Vec<String> = values.iter().map(|&value| shortest(value)).collect();
    word(out, name, &words.join(" "))
}

/// The shortest text that reads back to the same number.
fn shortest(value: f64) -> String {
    // Debug, unlike Display, writes very large and very small numbers with an exponent.
    let text = format!("{value:?}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
