//! Clients that mean harm, and what others notice of them.
//!
//! The same honest volunteers are measured twice in one run: alone, and while thousands of sockets
//! wait, heads and bodies trickle in, and heads and bodies are far too large. The coordinator's
//! memory and the others' slowest answers are what is promised.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use hyper::Method;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::work::{LeaseRequest, LeaseResponse, Task, WorkUnit};
use woolgather_protocol::{PublicKey, limits, paths};

use crate::figures::{Times, ms};
use crate::frames::{Answers, recipe};
use crate::subject::Subject;
use crate::wire::Wire;

/// What we promise: how much slower the slowest answers of others become.
const RATIO_WANTED: f64 = 2.0;
/// What we promise: how much memory an attack may cost, in bytes.
const GROWTH_WANTED: u64 = 64 * 1024 * 1024;
/// How long an honest volunteer rests between two pieces of work, so that what is measured is the
/// time of an answer and not a full queue.
const REST: Duration = Duration::from_millis(100);
/// A trickle: a byte so often.
const TRICKLE: Duration = Duration::from_secs(1);
/// How soon somebody who was hung up on comes back.
const RETURN: Duration = Duration::from_secs(5);
/// Files that this process has open beside its sockets.
const OTHER_FILES: u64 = 256;

/// How hard to press.
#[derive(Debug, Args)]
pub(crate) struct HostileOptions {
    /// Honest volunteers
    #[arg(long, default_value_t = 16)]
    volunteers: u64,
    /// Seconds of each half
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// Sockets that say nothing
    #[arg(long, default_value_t = 10_000)]
    idle: u64,
    /// Sockets of each other kind: slow heads, slow bodies, large heads, large bodies
    #[arg(long, default_value_t = 200)]
    others: u64,
}

/// Measures both halves and prints them.
pub(crate) async fn run(subject: &Subject, options: &HostileOptions) -> anyhow::Result<()> {
    let sockets = allow_sockets(options.idle + 4 * options.others + options.volunteers);
    let idle = options.idle.min(sockets);
    let honest = Honest::new(subject, options).await?;
    // Caches, connections and the first leases are not what is compared.
    honest.work(subject, Duration::from_secs(2)).await?;
    let quiet = honest.work(subject, options.span()).await?;
    let attack = Attack::begin(subject.address(), idle, options.others);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let pressed = honest.work(subject, options.span()).await?;
    let opened = attack.end();
    report(quiet, pressed, idle, options.others, opened);
    Ok(())
}

impl HostileOptions {
    fn span(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Raises this process's limit of open files; returns how many sockets fit.
pub(crate) fn allow_sockets(wanted: u64) -> u64 {
    let wanted = wanted + OTHER_FILES;
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = Some(limit.maximum.unwrap_or(wanted).min(wanted));
    // Where it cannot be raised, fewer sockets are opened.
    let _ = setrlimit(Resource::Nofile, limit);
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(wanted);
    allowed.saturating_sub(OTHER_FILES)
}

/// One half's figures.
struct Half {
    times: Times,
    failed: u64,
    seconds: f64,
    memory: u64,
}

fn report(mut quiet: Half, mut pressed: Half, idle: u64, others: u64, opened: u64) {
    println!(
        "{idle} silent sockets, {others} each of slow heads, slow bodies, large heads, large bodies; \
         {opened} connections in all"
    );
    println!(
        "{:<8} {:>9} {:>9} {:>9} {:>9} {:>7} {:>7}",
        "", "a second", "p50 ms", "p99 ms", "most ms", "failed", "MB"
    );
    for (name, half) in [("quiet", &mut quiet), ("pressed", &mut pressed)] {
        println!(
            "{name:<8} {:>9.0} {:>9.1} {:>9.1} {:>9.1} {:>7} {:>7}",
            half.times.count() as f64 / half.seconds,
            ms(half.times.percentile(0.5)),
            ms(half.times.percentile(0.99)),
            ms(half.times.percentile(1.0)),
            half.failed,
            half.memory / 1_000_000,
        );
    }
    let ratio = ms(pressed.times.percentile(0.99)) / ms(quiet.times.percentile(0.99));
    let growth = pressed.memory.saturating_sub(quiet.memory);
    let word = |kept| if kept { "kept" } else { "missed" };
    println!(
        "p99 of others {ratio:.2} times the quiet half's, wanted {RATIO_WANTED}: {}",
        word(ratio <= RATIO_WANTED)
    );
    println!(
        "{} MB more memory, wanted {}: {}",
        growth / 1_000_000,
        GROWTH_WANTED / 1_000_000,
        word(growth <= GROWTH_WANTED)
    );
}

/// The volunteers that are measured.
struct Honest {
    address: SocketAddr,
    coordinator: PublicKey,
    answers: Arc<Answers>,
    volunteers: u64,
    /// Every volunteer is another device in each half, so that replays are none.
    next: AtomicU64,
}

impl Honest {
    async fn new(subject: &Subject, options: &HostileOptions) -> anyhow::Result<Self> {
        Ok(Self {
            address: subject.address(),
            coordinator: subject.key().await?,
            answers: Arc::new(Answers::make(&recipe(), false)?),
            volunteers: options.volunteers,
            next: AtomicU64::new(0),
        })
    }

    async fn work(&self, subject: &Subject, span: Duration) -> anyhow::Result<Half> {
        let over = Arc::new(AtomicBool::new(false));
        let begun = Instant::now();
        let volunteers: Vec<_> = (0..self.volunteers)
            .map(|_| {
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                let wire = Wire::new(self.address, self.coordinator, number);
                let (answers, over) = (Arc::clone(&self.answers), Arc::clone(&over));
                tokio::spawn(volunteer(wire, self.coordinator, answers, over))
            })
            .collect();
        let mut memory = 0;
        while begun.elapsed() < span {
            tokio::time::sleep(Duration::from_millis(100)).await;
            memory = memory.max(subject.memory()?);
        }
        over.store(true, Ordering::Relaxed);
        let mut half = Half {
            times: Times::default(),
            failed: 0,
            seconds: 0.0,
            memory,
        };
        for volunteer in volunteers {
            let (times, failed) = volunteer.await?;
            half.times.append(times);
            half.failed += failed;
        }
        half.seconds = begun.elapsed().as_secs_f64();
        Ok(half)
    }
}

/// Leases and hands in, one unit after the other, until it is over. A request that failed is counted
/// and sent again, as every client does.
async fn volunteer(
    mut wire: Wire,
    coordinator: PublicKey,
    answers: Arc<Answers>,
    over: Arc<AtomicBool>,
) -> (Times, u64) {
    let mut times = Times::default();
    let mut failed = 0;
    while !over.load(Ordering::Relaxed) {
        if let Err(error) = one_unit(&mut wire, &coordinator, &answers, &mut times).await {
            failed += 1;
            eprintln!("an honest volunteer was refused: {error:#}");
            wire.hang_up();
        }
        tokio::time::sleep(REST).await;
    }
    (times, failed)
}

async fn one_unit(
    wire: &mut Wire,
    coordinator: &PublicKey,
    answers: &Answers,
    times: &mut Times,
) -> anyhow::Result<()> {
    let request = LeaseRequest {
        seconds_wanted: 3_600,
        samples_per_second: 1e9,
        units_max: 1,
        devices: Vec::new(),
    };
    let begun = Instant::now();
    let answer = wire.json(Method::POST, paths::LEASES, &request).await?;
    let answer: LeaseResponse = answer.done()?;
    times.push(begun.elapsed());
    for lease in answer.leases {
        let work: WorkUnit = lease.work.open(coordinator)?;
        let begun = Instant::now();
        let _: Receipt = match work.task {
            Task::Segment => {
                let (body, digest) = (answers.submission.clone(), answers.digest);
                let path = paths::submission(&lease.id);
                wire.send(Method::PUT, &path, body, digest).await?.done()?
            }
            Task::Audit { frame } => {
                let report = &answers.audits[(frame - work.first_frame) as usize];
                let path = paths::audit(&lease.id);
                wire.json(Method::PUT, &path, report).await?.done()?
            }
        };
        times.push(begun.elapsed());
    }
    Ok(())
}

/// Everybody who means harm; each comes back when it is hung up on.
struct Attack {
    tasks: Vec<tokio::task::JoinHandle<()>>,
    opened: Arc<AtomicU64>,
}

/// What a hostile socket does.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Silent,
    SlowHead,
    SlowBody,
    LargeHead,
    LargeBody,
}

impl Attack {
    fn begin(address: SocketAddr, idle: u64, others: u64) -> Self {
        let opened = Arc::new(AtomicU64::new(0));
        let mut tasks = Vec::new();
        for (manner, count) in [
            (Manner::Silent, idle),
            (Manner::SlowHead, others),
            (Manner::SlowBody, others),
            (Manner::LargeHead, others),
            (Manner::LargeBody, others),
        ] {
            for _ in 0..count {
                let opened = Arc::clone(&opened);
                tasks.push(tokio::spawn(async move {
                    loop {
                        opened.fetch_add(1, Ordering::Relaxed);
                        // Whatever ends it, it comes again.
                        let _ = manner.mistreat(address).await;
                        tokio::time::sleep(RETURN).await;
                    }
                }));
            }
        }
        Self { tasks, opened }
    }

    /// Ends it; returns how many connections were opened.
    fn end(self) -> u64 {
        for task in &self.tasks {
            task.abort();
        }
        self.opened.load(Ordering::Relaxed)
    }
}

impl Manner {
    async fn mistreat(self, address: SocketAddr) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(address).await?;
        let put = format!("PUT {} HTTP/1.1\r\nhost: h\r\n", paths::DEVICES);
        match self {
            Self::Silent => {}
            Self::SlowHead => {
                stream.write_all(put.as_bytes()).await?;
                trickle(&mut stream, b"x: y\r\n").await?;
            }
            Self::SlowBody => {
                let head = format!(
                    "POST /vote HTTP/1.1\r\nhost: h\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
                    16_000
                );
                stream.write_all(head.as_bytes()).await?;
                trickle(&mut stream, b"a").await?;
            }
            Self::LargeHead => {
                stream.write_all(put.as_bytes()).await?;
                let line = format!("x: {}\r\n", "y".repeat(1_000));
                for _ in 0..1_000 {
                    stream.write_all(line.as_bytes()).await?;
                }
            }
            Self::LargeBody => {
                let length = 100 * limits::JSON_BYTES_MAX;
                let head = format!("{put}content-length: {length}\r\n\r\n");
                stream.write_all(head.as_bytes()).await?;
                let block = vec![b' '; 64 * 1024];
                for _ in 0..length / block.len() as u64 {
                    stream.write_all(&block).await?;
                }
            }
        }
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await?;
        Ok(())
    }
}

/// Sends `piece` again and again, slowly, until the coordinator has had enough.
async fn trickle(stream: &mut TcpStream, piece: &[u8]) -> std::io::Result<()> {
    loop {
        stream.write_all(piece).await?;
        tokio::time::sleep(TRICKLE).await;
    }
}
