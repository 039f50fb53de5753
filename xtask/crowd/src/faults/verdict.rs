//! What is there in the end, against what volunteers were told.

use std::sync::atomic::Ordering;

use anyhow::{bail, ensure};
use woolgather_bad_disk::Failure;
use woolgather_protocol::{Blake3, ProblemKind};

use super::disk::BadDisk;
use crate::figures::{READY_WANTED, Times, ms, print_slowest_start};
use crate::ledger::{self, Ledger, Place};
use crate::subject::Subject;
use crate::volunteer::Told;

/// What a failing disk must never be answered with: the coordinator knows better, or what it gave out is gone.
const UNWANTED: [ProblemKind; 3] = [
    ProblemKind::Internal,
    ProblemKind::UnknownLease,
    ProblemKind::NotFound,
];

/// Prints everything and says whether the promises were kept.
///
/// # Errors
///
/// The first that was not.
pub(super) fn judge(
    subject: &Subject,
    disk: &BadDisk,
    told: &Told,
    recoveries: &mut Times,
) -> anyhow::Result<()> {
    let ledger = ledger::read(subject.place())?;
    let slowest = disk.slowest_start;
    report(disk, &ledger, told, recoveries);
    let whole = loss(subject, told)?;
    println!("{:<52} {whole:>10}", "segments and other blobs, each whole");
    ledger.check()?;
    for kind in UNWANTED {
        let count = told.problems().get(kind.as_str()).copied().unwrap_or(0);
        ensure!(
            count == 0,
            "{count} requests were answered with `{kind}`; the last failure logged:\n{}",
            last_failure(subject)
        );
    }
    ensure!(
        slowest <= READY_WANTED,
        "a start took {:.0} ms until it was ready",
        ms(slowest)
    );
    let failed = |failure| disk.failures.get(&failure).is_some_and(|&count| count > 0);
    ensure!(
        ledger.accepted > 0
            && disk.lost.changes > 0
            && failed(Failure::Sync)
            && failed(Failure::Full),
        "nothing was accepted or the disk never failed: this has shown nothing"
    );
    Ok(())
}

/// The last line of the log that tells of a request that failed.
fn last_failure(subject: &Subject) -> String {
    let log = std::fs::read_to_string(subject.data().join("serve.log")).unwrap_or_default();
    let failure = log.lines().rfind(|line| line.contains("A request failed"));
    failure.unwrap_or_default().to_owned()
}

/// Whether everything acknowledged is there and whole; returns how many segments and other blobs are.
///
/// # Errors
///
/// What is missing or damaged.
pub(super) fn loss(subject: &Subject, told: &Told) -> anyhow::Result<usize> {
    let Place::File(file) = subject.place() else {
        bail!("the store is not on this disk");
    };
    let (acknowledged, audited) = (told.acknowledged(), told.audited());
    let ledger = ledger::read(Place::File(file.clone()))?;
    let lost = ledger.missing(&acknowledged);
    ensure!(lost == 0, "{lost} acknowledged submissions are not there");
    let lost = audited.difference(&ledger.leases_closed).count();
    ensure!(lost == 0, "{lost} acknowledged audits are not there");
    let blobs = subject.data().join("blobs");
    let segments = ledger::segments(&file)?;
    for segment in &segments {
        let whole = match &segment.waiting {
            Some(bytes) => Blake3::of(bytes).to_string() == segment.name,
            None => ledger::is_whole(&blobs, &segment.name),
        };
        ensure!(whole, "the segment {} is missing or damaged", segment.name);
    }
    for name in &ledger.blobs {
        ensure!(
            ledger::is_whole(&blobs, name),
            "the blob {name} is missing or damaged"
        );
    }
    Ok(segments.len() + ledger.blobs.len())
}

fn report(disk: &BadDisk, ledger: &Ledger, told: &Told, recoveries: &mut Times) {
    let line = |what: &str, number: u64| println!("{what:<52} {number:>10}");
    let count = |number: usize| number as u64;
    let failed = |failure| disk.failures.get(&failure).copied().unwrap_or(0);
    line("writes that failed", failed(Failure::Write));
    line("forced writes that failed", failed(Failure::Sync));
    line("writes without room", failed(Failure::Full));
    line("writes with room for a part", failed(Failure::Short));
    line("killed", disk.kills);
    line("power cuts", disk.cuts);
    line("  changes of files that they met", disk.lost.changes);
    line("  changes of names that they met", disk.lost.names);
    line("  of those lost", disk.lost.names_lost);
    line("ended by itself", count(disk.ends.len()));
    for end in &disk.ends {
        println!("  {end}");
    }
    line("submissions acknowledged", count(told.count()));
    line("audits acknowledged", count(told.audited().len()));
    line("submissions in the store", count(ledger.submissions.len()));
    line("units accepted", ledger.accepted.unsigned_abs());
    line("credit rows", ledger.credit_rows.unsigned_abs());
    line("blobs named by the store", count(ledger.blobs.len()));
    line(
        "requests that broke off",
        told.broken.load(Ordering::Relaxed),
    );
    for (kind, times) in told.problems() {
        line(&format!("answered with `{kind}`"), times);
    }
    print_slowest_start("slowest start until it was ready, ms", disk.slowest_start);
    println!(
        "{:<52} {:>10.0}",
        "slowest until something was acknowledged again, ms",
        ms(recoveries.percentile(1.0)),
    );
}
