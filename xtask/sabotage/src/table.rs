//! What came of it: attack by attack, and fleet by fleet.

use std::fmt::Write as _;

use anyhow::anyhow;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use woolgather_coordinator_core::audits::draw_frames;
use woolgather_coordinator_core::trust::record::{DOUBTED_FRAMES, Record, frames_to_audit};
use woolgather_sim::attacks::{ATTACKS, Way};
use woolgather_sim::pictures::{Measured, Pictures};
use woolgather_sim::report::Report;
use woolgather_sim::world::{Options, World};

use crate::attacks::FADED;
use crate::frames::FRAMES;
use crate::judge::Judged;

/// Draws of audited frames for each segment.
const DRAWS: u32 = 2_000;

/// A fleet to let the attacks loose in.
pub(crate) struct Fleet {
    /// Decides all draws.
    pub(crate) rng_seed: u64,
    /// People with a machine each.
    pub(crate) volunteers: usize,
    /// Simulated time.
    pub(crate) hours: i64,
}

/// The table of attacks on pictures.
pub(crate) fn pictures(honest: &[Measured], judged: &[Judged], rng_seed: u64) -> String {
    let mut text = String::new();
    let named = |segments: &[Measured]| {
        let named = segments.iter().filter(|segment| segment.suspicious != 0);
        100.0 * named.count() as f64 / segments.len().max(1) as f64
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{:28} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "attack", "visible", "noticed", "jumps", "new", "known", "doubted"
    );
    let _ = writeln!(
        text,
        "{:28} {:>8.1} {:>8.1} {:>7.0}%",
        "honest",
        mean(honest, |segment| segment.wrong),
        mean(honest, |segment| segment.seen),
        named(honest),
    );
    for attack in judged {
        let found = |record: &Record| 100.0 * detection(&attack.segments, record, rng_seed);
        let doubted = 100.0 * found_with(&attack.segments, |_| DOUBTED_FRAMES, rng_seed);
        let known = Record {
            accepted_units: 1_000,
            ..Record::default()
        };
        let _ = writeln!(
            text,
            "{:28} {:>8.1} {:>8.1} {:>7.0}% {:>7.1}% {:>7.1}% {:>7.1}%",
            attack.name,
            mean(&attack.segments, |segment| segment.wrong),
            mean(&attack.segments, |segment| segment.seen),
            named(&attack.segments),
            found(&Record::default()),
            found(&known),
            doubted,
        );
    }
    text.push_str(
        "\nvisible: frames of 32 that an eye sees to be another picture. noticed: frames that whoever renders them\n\
         again takes for one. jumps: segments of which a frame does not fit between its neighbours. new, known,\n\
         doubted: doctored segments that the audits of a device of that standing find.\n\n",
    );
    text
}

/// A line about a segment with other bytes.
pub(crate) fn stream(name: &str, outcome: &Result<(), String>) -> String {
    match outcome {
        Ok(()) => format!("{name:36} TAKEN"),
        Err(why) => {
            let why: String = why.chars().take(110).collect();
            format!("{name:36} refused: {why}")
        }
    }
}

fn mean(segments: &[Measured], frames: impl Fn(&Measured) -> u64) -> f64 {
    let sum: u32 = segments
        .iter()
        .map(|segment| frames(segment).count_ones())
        .sum();
    f64::from(sum) / segments.len().max(1) as f64
}

/// Share of segments that the audits of a device with this record find.
fn detection(segments: &[Measured], record: &Record, rng_seed: u64) -> f64 {
    let frames = |suspicious| frames_to_audit(record, suspicious, false);
    found_with(segments, frames, rng_seed)
}

fn found_with(segments: &[Measured], frames: impl Fn(bool) -> u32, rng_seed: u64) -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(rng_seed);
    let mut found = 0_u64;
    for segment in segments {
        let places = 0..FRAMES;
        let suspicious: Vec<u32> = places
            .filter(|at| segment.suspicious >> at & 1 == 1)
            .collect();
        let count = frames(!suspicious.is_empty());
        for _ in 0..DRAWS {
            let drawn = draw_frames(FRAMES, &suspicious, count, &mut rng);
            found += u64::from(drawn.iter().any(|at| segment.seen >> at & 1 == 1));
        }
    }
    found as f64 / (segments.len().max(1) as f64 * f64::from(DRAWS))
}

/// A fleet with a share of liars, who hand in what was measured.
///
/// # Errors
///
/// When the grid breaks one of its own rules.
pub(crate) fn fleet(judged: &[Judged], bad: f64, fleet: &Fleet) -> anyhow::Result<Report> {
    let measured = ATTACKS.iter().map(|attack| {
        let name = match attack.way {
            Way::AuditLies | Way::Garbage => return Vec::new(),
            _ => attack.name,
        };
        let own = judged.iter().find(|judged| judged.name == name);
        let own = own.or_else(|| judged.iter().find(|judged| judged.name == FADED));
        own.map(|judged| judged.segments.clone())
            .unwrap_or_default()
    });
    let options = Options {
        volunteers: fleet.volunteers,
        hours: fleet.hours,
        bad,
        ..Options::new(fleet.rng_seed)
    };
    let pictures = Pictures::with_measured(measured.collect());
    let mut world = World::with_pictures(options, pictures);
    world.run(|_| {}).map_err(|what| anyhow!("{what}"))?;
    Ok(Report::of(&world))
}

/// What came of a fleet, in a few lines.
pub(crate) fn fleet_lines(bad: f64, report: &Report) -> String {
    let mut text = format!(
        "{:.0} % liars: {} units accepted, {} refused, {} found wrong later; visible for {:.0} min on average, {:.0} at most\n",
        100.0 * bad,
        report.accepted,
        report.refused + report.refused_by_checks,
        report.quarantined_segments,
        report.visible_min_mean,
        report.visible_min_max,
    );
    for target in &report.targets {
        let mark = if target.kept { " " } else { "MISSED" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  {:44} {:>12.6}  of {:<10} {mark}",
            target.what, target.value, target.limit
        );
    }
    for attack in report
        .attacks
        .iter()
        .filter(|attack| attack.wrong_frames > 0)
    {
        let _ = writeln!(
            text,
            "  left of \"{}\": {} frames",
            attack.name, attack.wrong_frames
        );
    }
    text
}
