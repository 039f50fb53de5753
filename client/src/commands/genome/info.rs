//! `woolgather genome info`: what is in a genome, in words or for programs.

use serde_json::{Value, json};
use woolgather_genome::{Genome, WeightedVariation, Xform};
use woolgather_render_kernel::{Measures, StillSettings, measure, plan_still};

use super::check::counted;
use crate::cli::InputArgs;
use crate::commands::failures::Failures;
use crate::commands::flames::read_all;
use crate::commands::progress::samples;
use crate::say::{Say, bytes};

/// The share of points from which on a palette entry counts as used.
const COLOR_SHARE: f64 = 0.001;

/// Says what is in every genome of every file.
pub(super) fn info(args: &InputArgs, json: bool) -> anyhow::Result<()> {
    let say = Say::new(json);
    let mut failures = Failures::of(args.genomes.len());
    for source in read_all(args, &mut failures)? {
        let file = source.path.display();
        let of = source.flames.len();
        for (index, flame) in source.flames.iter().enumerate() {
            let number = if of == 1 {
                String::new()
            } else {
                format!(", genome {} of {of}", index + 1)
            };
            let genome = &flame.genome;
            if json {
                let mut event = object(genome);
                event["file"] = json!(file.to_string());
                event["flame"] = json!(index);
                say.event(&event, None);
                continue;
            }
            say.words(&format!("{file}{number}: {}", title(genome)));
            for line in words(genome) {
                say.words(&line);
            }
        }
    }
    Ok(failures.end()?)
}

fn title(genome: &Genome) -> &str {
    match genome.name.as_str() {
        "" => "no name",
        name => name,
    }
}

/// What the picture costs at the genome's own size and quality: samples and bytes, or why it cannot be.
fn cost(genome: &Genome) -> Result<(u64, u64), String> {
    let settings = StillSettings {
        width: genome.size[0],
        height: genome.size[1],
        quality: genome.quality,
        ..StillSettings::default()
    };
    let plan = plan_still(genome, &settings).map_err(|error| error.to_string())?;
    Ok((plan.samples(), plan.memory_bytes()))
}

/// The genome as people read it, a line each.
fn words(genome: &Genome) -> Vec<String> {
    let row = |head: &str, text: String| format!("  {head:<10} {text}");
    let [width, height] = genome.size;
    let cost = cost(genome).map_or_else(
        |reason| format!("cannot be drawn: {reason}"),
        |(count, memory)| format!("{}, {} of memory", samples(count), bytes(memory)),
    );
    let final_xform = match genome.final_xform {
        Some(_) => " and a final one",
        None => "",
    };
    let mut lines = vec![
        row("id", genome.id().to_string()),
        row(
            "picture",
            format!("{width}×{height}, quality {}: {cost}", genome.quality),
        ),
        row("xforms", format!("{}{final_xform}", genome.xforms.len())),
    ];
    let numbered = genome.xforms.iter().enumerate();
    lines.extend(numbered.map(|(index, xform)| xform_words(&index.to_string(), xform)));
    if let Some(xform) = &genome.final_xform {
        lines.push(xform_words("final", xform));
    }
    lines.push(row("motion", motion_words(genome)));
    lines.push(row("colours", colour_words(genome)));
    match measure(genome, 0) {
        Ok(measures) => lines.extend(measured_words(&measures).map(|(head, text)| row(head, text))),
        Err(reason) => lines.push(row("measures", reason.to_string())),
    }
    if !genome.edits.is_empty() {
        lines.push(row("genealogy", counted(genome.edits.len(), "edit")));
    }
    lines
}

fn xform_words(number: &str, xform: &Xform) -> String {
    let variations: Vec<String> = xform
        .variations
        .iter()
        .map(|it| format!("{} {}", it.variation.name(), short(it.weight)))
        .collect();
    let mut text = format!(
        "  {number:>8}   weight {:<7} {}",
        short(xform.weight),
        variations.join(" + ")
    );
    for (holds, word) in [
        (!xform.post.is_identity(), "post"),
        (!xform.chaos.is_empty(), "xaos"),
        (!xform.motion.is_empty(), "motion"),
        (xform.opacity < 1.0, "not opaque"),
        (xform.animate == 0.0, "still"),
    ] {
        if holds {
            text = format!("{text}, {word}");
        }
    }
    text
}

fn motion_words(genome: &Genome) -> String {
    let turning = genome.xforms.iter().filter(|it| it.animate != 0.0).count();
    let elements = motions(genome);
    format!(
        "{turning} of {} turn, {}, blends {}",
        counted(genome.xforms.len(), "xform"),
        counted(elements, "motion element"),
        genome.interpolation_type.name()
    )
}

fn colour_words(genome: &Genome) -> String {
    let [red, green, blue] = genome.background.map(short);
    format!(
        "{} palette, background {red} {green} {blue}, brightness {}, gamma {}, vibrancy {}",
        genome.palette_mode.name(),
        short(genome.brightness),
        short(genome.gamma),
        short(genome.vibrancy)
    )
}

/// What the flame's orbits say, with its head each.
fn measured_words(measures: &Measures) -> [(&'static str, String); 3] {
    let [min, max] = [measures.bounds.min, measures.bounds.max].map(|corner| corner.map(short));
    let used = measures
        .colors
        .iter()
        .filter(|&&share| share >= COLOR_SHARE)
        .count();
    let mut bounds = format!("x {} to {}, y {} to {}", min[0], max[0], min[1], max[1]);
    if measures.bad_share > 0.0 {
        let percent = 100.0 * measures.bad_share;
        bounds = format!("{bounds}; {percent:.2} % of the points are thrown away as infinite");
    }
    let shape = format!(
        "dimension {:.2}, Lyapunov exponent {:.2}",
        measures.dimension, measures.lyapunov_exponent
    );
    let palette = format!("{used} of 256 entries have a thousandth of the points or more");
    [("bounds", bounds), ("shape", shape), ("palette", palette)]
}

/// Motion elements of all xforms.
fn motions(genome: &Genome) -> usize {
    let xforms = genome.xforms.iter().chain(&genome.final_xform);
    xforms.map(|xform| xform.motion.len()).sum()
}

/// A number with at most four digits behind the point.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The genome as programs read it.
fn object(genome: &Genome) -> Value {
    let cost = match cost(genome) {
        Ok((samples, memory_bytes)) => json!({"samples": samples, "memory_bytes": memory_bytes}),
        Err(reason) => json!({"undrawable": reason}),
    };
    let xforms: Vec<Value> = genome.xforms.iter().map(xform_object).collect();
    let measures = match measure(genome, 0) {
        Ok(measures) => json!({
            "bounds": {"min": measures.bounds.min, "max": measures.bounds.max},
            "dimension": measures.dimension,
            "lyapunov_exponent": measures.lyapunov_exponent,
            "colors": measures.colors,
            "bad_share": measures.bad_share,
        }),
        Err(reason) => json!({"undrawable": reason.to_string()}),
    };
    json!({
        "name": genome.name,
        "id": genome.id().to_string(),
        "size": genome.size,
        "quality": genome.quality,
        "supersample": genome.supersample,
        "cost": cost,
        "measures": measures,
        "xforms": xforms,
        "final_xform": genome.final_xform.as_ref().map(xform_object),
        "motion_elements": motions(genome),
        "edits": genome.edits.len(),
        "time": genome.time,
    })
}

fn xform_object(xform: &Xform) -> Value {
    let variation = |it: &WeightedVariation| json!([it.variation.name(), it.weight]);
    json!({
        "weight": xform.weight,
        "variations": xform.variations.iter().map(variation).collect::<Vec<_>>(),
        "post": !xform.post.is_identity(),
        "xaos": !xform.chaos.is_empty(),
        "motion_elements": xform.motion.len(),
        "opacity": xform.opacity,
        "animate": xform.animate,
    })
}
