//! Ten thousand volunteers for ten minutes, as they are: they come and go without a word, their
//! clocks are wrong by up to a day, connections break, some lie, and the coordinators are killed.
//!
//! Rendering is a wait. In the end every segment that was handed in has been judged: what is accepted
//! was paid once, nothing acknowledged is missing, nothing honest was refused, and the lies are
//! counted that are still accepted.
//!
//! * `person`: one of them. `lies`: what those hand in who lie.

mod lies;
mod person;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use tokio::sync::watch;

use crate::figures::{draw, ms};
use crate::frames::{Answers, recipe};
use crate::hostile::allow_sockets;
use crate::ledger::{self, Ledger};
use crate::subject::Subject;
use crate::volunteer::Told;
use lies::Lies;
use person::{Habits, Person};

/// What a coordinator may hold, in bytes.
const MEMORY_WANTED: u64 = 300_000_000;
/// Visibly bad frames that may be left at a tenth, three tenths and almost half of liars.
const LEFT_WANTED: [(f64, f64); 3] = [(0.10, 1e-3), (0.30, 1e-2), (0.45, 5e-2)];
/// Honest segments that may be refused.
const HONEST_REFUSED_WANTED: f64 = 1e-3;
/// How long the coordinators may take to judge the last of what was handed in, without any progress.
const PATIENCE: Duration = Duration::from_secs(120);
/// All come within an eighth of the time, and within this, seconds.
const ARRIVAL_MAX: f64 = 45.0;
/// A look at memory, and at what is left to judge.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What `serve` is told: volunteers' networks are what a proxy says, and patience fits ten minutes
/// instead of days.
pub(crate) const SERVE: &[&str] = &[
    "--trust-forwarded-for",
    "--audit-patience",
    "20s",
    "--lease-term-min",
    "2m",
];

/// How many, for how long, and what goes wrong.
#[derive(Debug, Args)]
pub(crate) struct FleetOptions {
    /// Volunteers at a time.
    #[arg(long, default_value_t = 10_000)]
    volunteers: u64,
    /// How long they work.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// How long a segment takes them on average; an audit a quarter of that.
    #[arg(long, default_value_t = 150.0)]
    render_seconds: f64,
    /// Share of the volunteers that vanish within an hour, work unfinished; others come.
    #[arg(long, default_value_t = 0.3)]
    churn: f64,
    /// Share of the requests whose connection breaks before the answer.
    #[arg(long, default_value_t = 0.02)]
    lost: f64,
    /// Share of the volunteers that lie.
    #[arg(long, default_value_t = 0.0)]
    bad: f64,
    /// A coordinator is killed as often, and started again at once; 0 is never.
    #[arg(long, default_value_t = 60)]
    kill_seconds: u64,
    /// Decides what is drawn.
    #[arg(long, default_value_t = 1)]
    rng_seed: u64,
}

/// What all of them share.
struct Fleet {
    habits: Habits,
    told: Told,
    answers: Answers,
    lies: Lies,
    over: watch::Sender<bool>,
    /// Those who ever came; the next one's number.
    came: AtomicU64,
    /// Vanished with work unfinished.
    vanished: AtomicU64,
    /// Clocks that were set by the coordinator's.
    clocks_set: AtomicU64,
}

/// What was seen meanwhile.
#[derive(Default)]
struct Seen {
    kills: u64,
    slowest_start: Duration,
    memory: u64,
}

/// Lets the fleet work, has everything judged, and prints what was found.
///
/// # Errors
///
/// When anything acknowledged is missing, anything was paid twice, or too many lies are left or honest
/// segments refused.
pub(crate) async fn run(subject: &mut Subject, options: &FleetOptions) -> anyhow::Result<()> {
    allow_sockets(options.volunteers);
    let coordinator = subject.key().await?;
    let fleet = Arc::new(Fleet {
        habits: Habits {
            arrival: (options.seconds as f64 / 8.0).min(ARRIVAL_MAX),
            render: options.render_seconds,
            vanish_each_second: options.churn / 3_600.0,
            lost: options.lost,
            bad: options.bad,
            rng_seed: options.rng_seed,
        },
        told: Told::default(),
        answers: Answers::make(&recipe(), false)?,
        lies: Lies::make(&recipe())?,
        over: watch::Sender::new(false),
        came: AtomicU64::new(options.volunteers),
        vanished: AtomicU64::new(0),
        clocks_set: AtomicU64::new(0),
    });
    let addresses = subject.addresses();
    let people: Vec<_> = (0..options.volunteers)
        .map(|number| {
            let person = Person::new(&fleet, &addresses, coordinator, number);
            tokio::spawn(person.live())
        })
        .collect();
    let seen = watch(subject, options).await?;
    fleet.over.send_replace(true);
    for person in people {
        person.await?;
    }
    let begun = Instant::now();
    wait_until_judged(subject).await?;
    let judged = begun.elapsed();
    subject.stop()?;
    let ledger = ledger::read(subject.place())?;
    let outcome = Outcome::of(&fleet, &ledger);
    report(options, &fleet, &ledger, &seen, &outcome, judged);
    ledger.check()?;
    outcome.check(options)
}

/// Looks at memory, and kills, until the time is over.
async fn watch(subject: &mut Subject, options: &FleetOptions) -> anyhow::Result<Seen> {
    let mut seen = Seen::default();
    let mut random = options.rng_seed;
    let begun = Instant::now();
    let mut next_kill = Duration::from_secs(options.kill_seconds);
    while begun.elapsed() < Duration::from_secs(options.seconds) {
        tokio::time::sleep(LOOK_EVERY).await;
        seen.memory = seen.memory.max(subject.memory()?);
        if options.kill_seconds > 0 && begun.elapsed() >= next_kill {
            let some = draw(&mut random) as usize % subject.addresses().len();
            subject.kill_one(some);
            seen.slowest_start = seen.slowest_start.max(subject.start_one(some)?);
            seen.kills += 1;
            next_kill += Duration::from_secs(options.kill_seconds);
        }
    }
    Ok(seen)
}

/// Waits until every submission was accepted or refused.
async fn wait_until_judged(subject: &Subject) -> anyhow::Result<()> {
    let (mut left, mut since) = (u64::MAX, Instant::now());
    loop {
        let now = ledger::unjudged(subject.place())?;
        if now == 0 {
            return Ok(());
        }
        if now < left {
            (left, since) = (now, Instant::now());
        }
        ensure!(
            since.elapsed() < PATIENCE,
            "{now} submissions are not judged, and it is standing still"
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What became of what was handed in.
struct Outcome {
    lost: u64,
    honest: u64,
    honest_refused: u64,
    lies: u64,
    lies_accepted: u64,
    /// Wrong frames among all that are accepted, and those.
    wrong_frames: u64,
    frames: u64,
}

impl Outcome {
    fn of(fleet: &Fleet, ledger: &Ledger) -> Self {
        let acknowledged = fleet.told.acknowledged();
        let states: HashMap<_, _> = ledger
            .submissions
            .iter()
            .map(|submission| (&submission.lease, submission))
            .collect();
        let segment_frames = u64::from(recipe().segment_frames);
        let mut outcome = Self {
            lost: 0,
            honest: 0,
            honest_refused: 0,
            lies: 0,
            lies_accepted: 0,
            wrong_frames: 0,
            frames: 0,
        };
        for lease in &acknowledged {
            outcome.lost += u64::from(!states.contains_key(lease));
        }
        for submission in &ledger.submissions {
            let wrong_frames = fleet.lies.wrong_frames(&submission.segment);
            let accepted = submission.state == "accepted";
            if wrong_frames > 0 {
                outcome.lies += 1;
                outcome.lies_accepted += u64::from(accepted);
            } else {
                outcome.honest += 1;
                outcome.honest_refused += u64::from(!accepted);
            }
            if accepted {
                outcome.frames += segment_frames;
                outcome.wrong_frames += wrong_frames;
            }
        }
        outcome
    }

    fn left(&self) -> f64 {
        self.wrong_frames as f64 / self.frames.max(1) as f64
    }

    fn honest_refused(&self) -> f64 {
        self.honest_refused as f64 / self.honest.max(1) as f64
    }

    fn check(&self, options: &FleetOptions) -> anyhow::Result<()> {
        ensure!(
            self.lost == 0,
            "{} acknowledged submissions are not there",
            self.lost
        );
        ensure!(
            self.honest > 0,
            "nothing was handed in: this has shown nothing"
        );
        ensure!(
            self.honest_refused() <= HONEST_REFUSED_WANTED,
            "{} honest submissions were not accepted",
            self.honest_refused
        );
        let wanted = left_wanted(options.bad)?;
        ensure!(
            self.left() <= wanted,
            "{} wrong frames are left of {}",
            self.wrong_frames,
            self.frames
        );
        ensure!(
            options.bad == 0.0 || self.lies > 0,
            "nobody lied: this has shown nothing"
        );
        Ok(())
    }
}

fn left_wanted(bad: f64) -> anyhow::Result<f64> {
    let mut rows = LEFT_WANTED.iter();
    let row = rows.find(|(share, _)| bad <= *share);
    let (_, wanted) = row.context("nothing is promised with so many liars")?;
    Ok(*wanted)
}

fn report(
    options: &FleetOptions,
    fleet: &Fleet,
    ledger: &Ledger,
    seen: &Seen,
    outcome: &Outcome,
    judged: Duration,
) {
    let line = |what: &str, number: u64| println!("{what:<56} {number:>10}");
    let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    line("volunteers at a time", options.volunteers);
    line("volunteers who came", of(&fleet.came));
    line("vanished with work unfinished", of(&fleet.vanished));
    line("clocks set by the coordinator's", of(&fleet.clocks_set));
    line("coordinators killed", seen.kills);
    line("requests that broke off", of(&fleet.told.broken));
    for (kind, count) in fleet.told.problems() {
        line(&format!("requests refused: {kind}"), count);
    }
    line("submissions acknowledged", fleet.told.count() as u64);
    line("submissions in the store", ledger.submissions.len() as u64);
    line("acknowledged and lost", outcome.lost);
    line("units accepted", ledger.accepted.unsigned_abs());
    line("credit rows", ledger.credit_rows.unsigned_abs());
    line("honest submissions", outcome.honest);
    line("honest submissions not accepted", outcome.honest_refused);
    line("lies handed in", outcome.lies);
    line("lies accepted in the end", outcome.lies_accepted);
    println!(
        "{:<56} {:>10.1e}",
        "wrong frames left among those accepted",
        outcome.left()
    );
    println!(
        "{:<56} {:>10.1}",
        "judging the last of it, s",
        judged.as_secs_f64()
    );
    println!(
        "{:<56} {:>10.0}",
        "slowest start, ms",
        ms(seen.slowest_start)
    );
    println!(
        "{:<56} {:>10} (wanted {}: {})",
        "most memory of a coordinator, MB",
        seen.memory / 1_000_000,
        MEMORY_WANTED / 1_000_000,
        if seen.memory <= MEMORY_WANTED {
            "kept"
        } else {
            "missed"
        },
    );
}
