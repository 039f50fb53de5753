//! `woolgather genome check`: what is wrong with files, and what would be renamed, converted or lost.

use std::path::Path;

use serde_json::{Value, json};
use woolgather_genome::{
    Genome, ParseError, Remark, RemarkKind, ScreeningSettings, XformPlace, screen,
};
use woolgather_render_kernel::{Examiner, StillSettings, plan_still};

use crate::cli::InputArgs;
use crate::commands::failures::Failures;
use crate::commands::flames::{Flame, Reader, Source, text};
use crate::say::{Say, plain};

/// Says everything about every file; fails if one cannot be read or drawn, with `strict` if there is any
/// remark, and with `looks` if a flock would turn its loop away.
pub(super) fn check(args: &InputArgs, strict: bool, looks: bool, json: bool) -> anyhow::Result<()> {
    let say = Say::new(json);
    let reader = Reader::new(&args.reading)?;
    let mut failures = Failures::of(args.genomes.len());
    for path in &args.genomes {
        let source = match read(&reader, path) {
            Ok(source) => source,
            Err(errors) => {
                failures.count();
                tell_errors(say, path, &errors);
                continue;
            }
        };
        let mut faults = undrawable(&source.flames);
        if looks && faults.is_empty() {
            faults = turned_away(&source.flames);
        }
        tell(say, &source, &faults);
        if !faults.is_empty() || (strict && !source.remarks.is_empty()) {
            failures.count();
        }
    }
    Ok(failures.end()?)
}

/// Reads a file, or says everything that keeps it from being read.
fn read(reader: &Reader, path: &Path) -> Result<Source, Vec<String>> {
    let text = text(path).map_err(|error| vec![format!("{error:#}")])?;
    match reader.parse(&text) {
        Ok(reading) => Ok(Source::new(path, reading)),
        Err(first) => {
            let errors = errors(reader, &text, first).into_iter();
            Err(errors
                .map(|error| format!("{}: {error}", name(path)))
                .collect())
        }
    }
}

/// The first error of every flame in the file, or `first` where it is the file's as a whole.
fn errors(reader: &Reader, text: &str, first: ParseError) -> Vec<ParseError> {
    // An error of an element means that the XML was read, within all limits.
    if first.element.is_none() {
        return vec![first];
    }
    let Ok(document) = roxmltree::Document::parse(text) else {
        return vec![first];
    };
    let flames = document
        .descendants()
        .filter(|node| node.has_tag_name("flame"));
    let errors: Vec<ParseError> = flames
        .filter_map(|flame| {
            let range = flame.range();
            let above = document.text_pos_at(range.start).row - 1;
            let error = reader.parse(&text[range]).err()?;
            let line = error.line + above;
            Some(ParseError { line, ..error })
        })
        .collect();
    if errors.is_empty() {
        vec![first]
    } else {
        errors
    }
}

fn tell_errors(say: Say, path: &Path, errors: &[String]) {
    say.event(&json!({"file": name(path), "errors": errors}), None);
    for error in errors {
        eprintln!("woolgather: {}", plain(error));
    }
}

/// A flame by its number, and what is wrong with it in a sentence.
type Fault = (usize, String);

/// The flames that no picture can be made of at their own size and quality.
fn undrawable(flames: &[Flame]) -> Vec<Fault> {
    faults(flames, |genome| {
        let settings = StillSettings {
            width: genome.size[0],
            height: genome.size[1],
            quality: genome.quality,
            ..StillSettings::default()
        };
        let error = plan_still(genome, &settings).err()?;
        Some(format!(
            "cannot be drawn at its own size and quality: {error}"
        ))
    })
}

/// The flames whose loops a flock would turn away.
fn turned_away(flames: &[Flame]) -> Vec<Fault> {
    faults(flames, |genome| {
        match screen(genome, &Examiner, 0, &ScreeningSettings::default()) {
            Ok(screening) => Some(format!("a flock would turn it away: {}", screening.fault?)),
            Err(error) => Some(error.to_string()),
        }
    })
}

fn faults(flames: &[Flame], fault: impl Fn(&Genome) -> Option<String>) -> Vec<Fault> {
    let flames = flames.iter().enumerate();
    flames
        .filter_map(|(index, flame)| Some((index, fault(&flame.genome)?)))
        .collect()
}

fn tell(say: Say, source: &Source, faults: &[Fault]) {
    let file = name(&source.path);
    let remarks = &source.remarks;
    let event = json!({
        "file": file,
        "genomes": source.flames.len(),
        "remarks": remarks.iter().map(object).collect::<Vec<_>>(),
        "remarks_left_out": source.remarks_left_out,
        "faults": faults
            .iter()
            .map(|(flame, reason)| json!({"flame": flame, "reason": reason}))
            .collect::<Vec<_>>(),
    });
    let count = remarks.len() + source.remarks_left_out;
    say.event(
        &event,
        Some(&format!(
            "{file}: {}, {}",
            counted(source.flames.len(), "genome"),
            if count == 0 {
                "nothing to remark".into()
            } else {
                counted(count, "remark")
            },
        )),
    );
    for remark in remarks {
        say.words(&format!("  {remark}"));
    }
    if source.remarks_left_out > 0 {
        say.words(&format!("  and {} more", source.remarks_left_out));
    }
    for (flame, reason) in faults {
        say.words(&format!("  flame {flame}: {reason}"));
    }
}

/// The remark as programs read it.
fn object(remark: &Remark) -> Value {
    let xform = remark.xform.map(|place| match place {
        XformPlace::Number(index) => json!(index),
        XformPlace::Final => json!("final"),
    });
    let kind = match remark.kind {
        RemarkKind::Renamed { .. } => "renamed",
        RemarkKind::Converted { .. } => "converted",
        RemarkKind::Drawn { .. } => "drawn",
        RemarkKind::Dropped { .. } => "dropped",
        RemarkKind::Ignored { .. } => "ignored",
    };
    json!({
        "line": remark.line,
        "flame": remark.flame,
        "xform": xform,
        "attribute": remark.attribute,
        "value": remark.value,
        "kind": kind,
        "words": remark.to_string(),
    })
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// `1 genome`, `3 genomes`.
pub(super) fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
