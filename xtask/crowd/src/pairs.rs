//! The peak: how many leases and submissions a second, with everything durable.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use hyper::Method;
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::work::{Lease, LeaseRequest, LeaseResponse, Task, WorkUnit};
use woolgather_protocol::{PublicKey, paths};

use crate::figures::{Times, ms};
use crate::frames::{Answers, recipe};
use crate::subject::Subject;
use crate::wire::Wire;

/// What the record that we compare with was: BOINC's server on one machine, tasks a second
/// (Anderson, Korpela and Walton, High-Performance Task Distribution for Volunteer Computing, 2005).
const BOINC_2005: f64 = 102.0;
/// What we promise.
const PAIRS_WANTED: f64 = 3_000.0;
const P99_WANTED: Duration = Duration::from_millis(100);

/// How hard to press.
#[derive(Debug, Args)]
pub(crate) struct PairsOptions {
    /// Volunteers, each with a connection.
    #[arg(long, default_value_t = 256)]
    pub(crate) connections: u64,
    /// How long.
    #[arg(long, default_value_t = 20)]
    pub(crate) seconds: u64,
    /// Work units a volunteer asks for at a time.
    #[arg(long, default_value_t = 1)]
    pub(crate) batch: u32,
}

/// What one volunteer did.
#[derive(Default)]
struct Done {
    leases: Times,
    submissions: Times,
    audits: u64,
    empty: u64,
}

/// Presses and prints what came of it.
pub(crate) async fn run(subject: &Subject, options: &PairsOptions) -> anyhow::Result<()> {
    let address = subject.address();
    let coordinator = subject.key().await?;
    let answers = Arc::new(Answers::make(&recipe(), false)?);
    let over = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let volunteers: Vec<_> = (0..options.connections)
        .map(|number| {
            let wire = Wire::new(address, coordinator, number);
            let (answers, over) = (Arc::clone(&answers), Arc::clone(&over));
            tokio::spawn(volunteer(wire, coordinator, answers, options.batch, over))
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    over.store(true, Ordering::Relaxed);
    let mut all = Done::default();
    for volunteer in volunteers {
        let done = volunteer.await??;
        all.leases.append(done.leases);
        all.submissions.append(done.submissions);
        all.audits += done.audits;
        all.empty += done.empty;
    }
    let seconds = begun.elapsed().as_secs_f64();
    report(&mut all, seconds, options, subject.memory()?);
    Ok(())
}

fn report(all: &mut Done, seconds: f64, options: &PairsOptions, memory: u64) {
    let pairs = all.submissions.count() as f64 / seconds;
    println!(
        "{} connections, {seconds:.1} s, {} units a request, {} audits besides, {} empty answers, {} MB",
        options.connections,
        options.batch,
        all.audits,
        all.empty,
        memory / 1_000_000,
    );
    println!(
        "{:<12} {:>9} {:>9} {:>9} {:>9}",
        "", "a second", "p50 ms", "p99 ms", "most ms"
    );
    for (name, times) in [
        ("leases", &mut all.leases),
        ("submissions", &mut all.submissions),
    ] {
        println!(
            "{name:<12} {:>9.0} {:>9.1} {:>9.1} {:>9.1}",
            times.count() as f64 / seconds,
            ms(times.percentile(0.5)),
            ms(times.percentile(0.99)),
            ms(times.percentile(1.0)),
        );
    }
    let slowest = all
        .leases
        .percentile(0.99)
        .max(all.submissions.percentile(0.99));
    println!(
        "{pairs:.0} pairs a second, {:.0} times BOINC's {BOINC_2005} of 2005; wanted {PAIRS_WANTED} and p99 {:.0} ms: {}",
        pairs / BOINC_2005,
        ms(P99_WANTED),
        if pairs >= PAIRS_WANTED && slowest <= P99_WANTED {
            "kept"
        } else {
            "missed"
        },
    );
}

async fn volunteer(
    mut wire: Wire,
    coordinator: PublicKey,
    answers: Arc<Answers>,
    batch: u32,
    over: Arc<AtomicBool>,
) -> anyhow::Result<Done> {
    let mut done = Done::default();
    let request = LeaseRequest {
        seconds_wanted: 3_600,
        samples_per_second: 1e9,
        units_max: batch,
        devices: Vec::new(),
    };
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let answer = wire.json(Method::POST, paths::LEASES, &request).await?;
        let answer: LeaseResponse = answer.done()?;
        done.leases.push(begun.elapsed());
        if answer.leases.is_empty() {
            done.empty += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        for lease in answer.leases {
            hand_in(&mut wire, &coordinator, &lease, &answers, &mut done).await?;
        }
    }
    Ok(done)
}

async fn hand_in(
    wire: &mut Wire,
    coordinator: &PublicKey,
    lease: &Lease,
    answers: &Answers,
    done: &mut Done,
) -> anyhow::Result<()> {
    let work = peek(lease, coordinator)?;
    match work.task {
        Task::Audit { frame } => {
            let place = (frame - work.first_frame) as usize;
            let report = &answers.audits[place];
            let path = paths::audit(&lease.id);
            let _: Receipt = wire.json(Method::PUT, &path, report).await?.done()?;
            done.audits += 1;
        }
        Task::Segment => {
            let begun = Instant::now();
            let path = paths::submission(&lease.id);
            let body = answers.submission.clone();
            let sent = wire.send(Method::PUT, &path, body, answers.digest).await?;
            let _: Receipt = sent.done()?;
            done.submissions.push(begun.elapsed());
        }
    }
    Ok(())
}

/// The work without a look at its signature: a real volunteer checks it, on a machine of its own.
fn peek(lease: &Lease, _coordinator: &PublicKey) -> anyhow::Result<WorkUnit> {
    Ok(serde_json::from_str(&lease.work.document)?)
}
