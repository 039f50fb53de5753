//! `kill -9` under load, again and again: what was acknowledged must be there, once.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use clap::Args;
use hyper::Method;
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::work::{Lease, LeaseRequest, LeaseResponse, Task, WorkUnit};
use woolgather_protocol::{LeaseId, paths};

use crate::figures::ms;
use crate::frames::{Answers, recipe};
use crate::ledger::{self, Ledger};
use crate::subject::Subject;
use crate::wire::{Answer, Wire};

/// The longest a coordinator may take until it serves again.
const READY_WANTED: Duration = Duration::from_secs(2);
/// How long a volunteer waits after something went wrong.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest a coordinator lives between two kills.
const LIFE_MAX_MS: u64 = 1_500;

/// How often, and by how many watched.
#[derive(Debug, Args)]
pub(crate) struct KillsOptions {
    /// How often the coordinator is killed.
    #[arg(long, default_value_t = 100)]
    pub(crate) kills: u32,
    /// Volunteers at work meanwhile.
    #[arg(long, default_value_t = 32)]
    pub(crate) volunteers: u64,
    /// Decides the moments.
    #[arg(long, default_value_t = 1)]
    pub(crate) rng_seed: u64,
}

/// What the volunteers were told.
#[derive(Default)]
struct Told {
    acknowledged: Mutex<HashSet<LeaseId>>,
    refused: AtomicU64,
    broken: AtomicU64,
}

impl Told {
    fn acknowledge(&self, lease: LeaseId) {
        let acknowledged = self.acknowledged.lock();
        let mut acknowledged = acknowledged.unwrap_or_else(PoisonError::into_inner);
        acknowledged.insert(lease);
    }
}

/// Kills, looks, and prints what was found.
///
/// # Errors
///
/// When anything acknowledged is missing, or anything was paid twice.
pub(crate) async fn run(subject: &mut Subject, options: &KillsOptions) -> anyhow::Result<()> {
    let coordinator = subject.key().await?;
    let answers = Arc::new(Answers::make(&recipe(), false)?);
    let told = Arc::new(Told::default());
    let over = Arc::new(AtomicBool::new(false));
    let address = subject.address()?;
    let volunteers: Vec<_> = (0..options.volunteers)
        .map(|number| {
            let wire = Wire::new(address, coordinator, number);
            let volunteer = Volunteer {
                wire,
                answers: Arc::clone(&answers),
                told: Arc::clone(&told),
                over: Arc::clone(&over),
            };
            tokio::spawn(volunteer.work())
        })
        .collect();
    let mut random = options.rng_seed;
    let mut slowest = Duration::ZERO;
    for _ in 0..options.kills {
        tokio::time::sleep(Duration::from_millis(draw(&mut random) % LIFE_MAX_MS)).await;
        subject.kill();
        slowest = slowest.max(subject.start()?);
    }
    // What is left is decoded, audited and paid.
    tokio::time::sleep(Duration::from_secs(5)).await;
    over.store(true, Ordering::Relaxed);
    for volunteer in volunteers {
        volunteer.await?;
    }
    subject.stop()?;
    let ledger = ledger::read(subject.place())?;
    let acknowledged = told
        .acknowledged
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    report(options, &ledger, &told, acknowledged.len(), slowest);
    let lost = acknowledged.difference(&ledger.leases_answered).count();
    ensure!(lost == 0, "{lost} acknowledged submissions are not there");
    ledger.check()?;
    ensure!(
        ledger.accepted > 0 && told.broken.load(Ordering::Relaxed) > 0,
        "nothing was accepted, or no kill was noticed: this has shown nothing"
    );
    Ok(())
}

fn report(
    options: &KillsOptions,
    ledger: &Ledger,
    told: &Told,
    acknowledged: usize,
    slowest: Duration,
) {
    println!("{:<44} {:>10}", "killed", options.kills);
    println!("{:<44} {:>10}", "submissions acknowledged", acknowledged);
    println!(
        "{:<44} {:>10}",
        "submissions in the store",
        ledger.leases_answered.len()
    );
    println!("{:<44} {:>10}", "units accepted", ledger.accepted);
    println!("{:<44} {:>10}", "credit rows", ledger.credit_rows);
    println!(
        "{:<44} {:>10}",
        "requests that broke off",
        told.broken.load(Ordering::Relaxed)
    );
    println!(
        "{:<44} {:>10}",
        "requests refused",
        told.refused.load(Ordering::Relaxed)
    );
    println!(
        "{:<44} {:>10.0} (wanted {:.0}: {})",
        "slowest start until it listens, ms",
        ms(slowest),
        ms(READY_WANTED),
        if slowest <= READY_WANTED {
            "kept"
        } else {
            "missed"
        },
    );
}

/// The next of a row of numbers (SplitMix64).
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A volunteer that never gives up.
struct Volunteer {
    wire: Wire,
    answers: Arc<Answers>,
    told: Arc<Told>,
    over: Arc<AtomicBool>,
}

impl Volunteer {
    async fn work(mut self) {
        let request = LeaseRequest {
            seconds_wanted: 3_600,
            samples_per_second: 1e9,
            units_max: 4,
            devices: Vec::new(),
        };
        while !self.over.load(Ordering::Relaxed) {
            let answer = self.wire.json(Method::POST, paths::LEASES, &request).await;
            let Some(answer) = self.listen::<LeaseResponse>(answer).await else {
                continue;
            };
            if answer.leases.is_empty() {
                tokio::time::sleep(PAUSE).await;
            }
            for lease in answer.leases {
                self.hand_in(lease).await;
            }
        }
    }

    /// Hands in until the coordinator has answered.
    async fn hand_in(&mut self, lease: Lease) {
        let Ok(work) = serde_json::from_str::<WorkUnit>(&lease.work.document) else {
            return;
        };
        while !self.over.load(Ordering::Relaxed) {
            let sent: anyhow::Result<Answer<Receipt>> = match work.task {
                Task::Audit { frame } => {
                    let report = &self.answers.audits[(frame - work.first_frame) as usize];
                    let path = paths::audit(&lease.id);
                    self.wire.json(Method::PUT, &path, report).await
                }
                Task::Segment => {
                    let path = paths::submission(&lease.id);
                    let body = self.answers.submission.clone();
                    self.wire
                        .send(Method::PUT, &path, body, self.answers.digest)
                        .await
                }
            };
            let answered = matches!(sent, Ok(Answer::Done(_) | Answer::Refused(_)));
            if self.listen(sent).await.is_some() && work.task == Task::Segment {
                self.told.acknowledge(lease.id.clone());
            }
            if answered {
                return;
            }
        }
    }

    /// What was done; otherwise counts what happened instead, and waits a little.
    async fn listen<T>(&mut self, answer: anyhow::Result<Answer<T>>) -> Option<T> {
        match answer {
            Ok(Answer::Done(value)) => return Some(value),
            Ok(Answer::Refused(_)) => self.told.refused.fetch_add(1, Ordering::Relaxed),
            Ok(Answer::Busy { .. }) => 0,
            Err(_) => {
                self.wire.hang_up();
                self.told.broken.fetch_add(1, Ordering::Relaxed)
            }
        };
        tokio::time::sleep(PAUSE).await;
        None
    }
}
