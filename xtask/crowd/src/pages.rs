//! The website under visitors: page views at a steady rate, in a flock that is small and in one that is large.
//!
//! Requests are sent when they are due and not when the last one was answered, and their time counts from when they
//! were due: a coordinator that falls behind cannot hide it. The coordinator has one core to itself, the visitors have
//! the other. The reference is its own static files, asked for at the same rate in the same run.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::figures::{Times, draw, ms};
use crate::filling;
use crate::subject::{Subject, get};

/// What we promise: the 99th percentile of page views.
const P99_WANTED: Duration = Duration::from_millis(50);
/// What we promise: how much slower the gallery may be in a large flock.
const RATIO_WANTED: f64 = 2.0;
/// Visitors, each with a connection.
const VISITORS: usize = 64;
/// The gallery is asked for so often, one after the other, for its own time.
const LOOKS: usize = 200;
/// Every other page so often.
const LOOKS_EACH: usize = 5;

/// How hard to press.
#[derive(Debug, Args)]
pub(crate) struct PagesOptions {
    /// Page views a second
    #[arg(long, default_value_t = 500)]
    rate: u32,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 15)]
    seconds: u32,
    /// Sheep in the large flock
    #[arg(long, default_value_t = 100_000)]
    sheep: u64,
    /// Votes in its store
    #[arg(long, default_value_t = 10_000_000)]
    votes: u64,
}

/// Measures a small flock, fills the store, measures again.
pub(crate) async fn run(subject: &mut Subject, options: &PagesOptions) -> anyhow::Result<()> {
    subject.stop()?;
    filling::sheep(&subject.place(), 24)?;
    subject.start()?;
    let small = Measured::of(subject, options).await?;
    subject.stop()?;
    let begun = Instant::now();
    filling::sheep(&subject.place(), options.sheep)?;
    filling::votes(&subject.place(), options.votes)?;
    eprintln!(
        "{} sheep and {} votes filled in within {:.0} s",
        options.sheep,
        options.votes,
        begun.elapsed().as_secs_f64()
    );
    subject.start()?;
    let large = Measured::of(subject, options).await?;
    report(options, small, large);
    Ok(())
}

/// What one flock's website did.
struct Measured {
    /// Static files at the rate.
    files: Times,
    /// Pages at the rate.
    pages: Times,
    /// The gallery alone.
    gallery: Times,
    /// Every page alone, with its median.
    alone: Vec<(String, Duration)>,
}

impl Measured {
    async fn of(subject: &Subject, options: &PagesOptions) -> anyhow::Result<Self> {
        pin(subject.process()?, 0)?;
        pin(std::process::id(), 1)?;
        let address = subject.address();
        let files = vec![static_file(address).await?];
        let pages = pages(address).await?;
        // Caches and connections are not what is compared.
        let mut alone = Vec::new();
        for page in &pages {
            let mut times = look(address, page, LOOKS_EACH).await?;
            alone.push((page.clone(), times.percentile(0.5)));
        }
        alone.sort();
        alone.dedup_by(|a, b| a.0 == b.0);
        Ok(Self {
            alone,
            gallery: look(address, GALLERY, LOOKS).await?,
            files: visit(address, &files, options.rate, options.seconds).await?,
            pages: visit(address, &pages, options.rate, options.seconds).await?,
        })
    }
}

const GALLERY: &str = "/gallery";

/// Keeps a process on one core, where there are two.
fn pin(process: u32, core: u32) -> anyhow::Result<()> {
    if std::thread::available_parallelism()?.get() < 2 {
        return Ok(());
    }
    let mut taskset = Command::new("taskset");
    taskset.args(["-acp", &core.to_string(), &process.to_string()]);
    let output = taskset.output().context("starting taskset")?;
    ensure!(output.status.success(), "taskset: {output:?}");
    Ok(())
}

/// The address of the style sheet, as the home page names it.
async fn static_file(address: SocketAddr) -> anyhow::Result<String> {
    let home = get(address, "/").await?;
    let home = std::str::from_utf8(&home)?;
    let start = home
        .find("/static/")
        .context("a page without static files")?;
    let end = home[start..]
        .find('"')
        .context("an address without an end")?;
    Ok(home[start..start + end].to_owned())
}

/// What visitors look at, as often as they do: mostly the gallery and sheep.
async fn pages(address: SocketAddr) -> anyhow::Result<Vec<String>> {
    let gallery = get(address, GALLERY).await?;
    let gallery = std::str::from_utf8(&gallery)?;
    let sheep: Vec<String> = gallery
        .split("href=\"/sheep/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|id| format!("/sheep/{id}"))
        .take(8)
        .collect();
    ensure!(!sheep.is_empty(), "the gallery shows no sheep");
    let fixed = [
        "/",
        "/",
        GALLERY,
        GALLERY,
        "/gallery?sort=newest",
        "/gallery?room=archive",
        "/gallery?q=tide",
        "/vote",
        "/status",
        "/feeds/new.atom",
        "/join",
    ];
    Ok(fixed.map(str::to_owned).into_iter().chain(sheep).collect())
}

/// Asks for pages in turns of chance at a steady rate.
async fn visit(
    address: SocketAddr,
    pages: &[String],
    rate: u32,
    seconds: u32,
) -> anyhow::Result<Times> {
    let between = Duration::from_secs(1) / rate;
    let count = rate * seconds;
    let begin = Instant::now() + Duration::from_millis(50);
    let mut visitors = Vec::new();
    for visitor in 0..VISITORS {
        let pages = pages.to_vec();
        visitors.push(tokio::spawn(async move {
            let mut times = Times::default();
            let mut line = connect(address).await?;
            let mut chance = visitor as u64;
            for turn in (visitor as u32..count).step_by(VISITORS) {
                let due = begin + between * turn;
                tokio::time::sleep_until(due.into()).await;
                let page = &pages[draw(&mut chance) as usize % pages.len()];
                ask(&mut line, page).await?;
                times.push(due.elapsed());
            }
            anyhow::Ok(times)
        }));
    }
    let mut all = Times::default();
    for visitor in visitors {
        all.append(visitor.await??);
    }
    Ok(all)
}

/// Asks for one page again and again.
async fn look(address: SocketAddr, page: &str, times_asked: usize) -> anyhow::Result<Times> {
    let mut line = connect(address).await?;
    let mut times = Times::default();
    for _ in 0..times_asked {
        let begun = Instant::now();
        ask(&mut line, page).await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

async fn connect(address: SocketAddr) -> anyhow::Result<SendRequest<Empty<Bytes>>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn ask(line: &mut SendRequest<Empty<Bytes>>, page: &str) -> anyhow::Result<()> {
    line.ready().await?;
    let request = Request::get(page)
        .header("host", "coordinator")
        .header("accept", "text/html")
        .header("accept-encoding", "gzip")
        .body(Empty::new())?;
    let response = line.send_request(request).await?;
    let status = response.status();
    response.into_body().collect().await?;
    ensure!(status.is_success(), "{page} was answered with {status}");
    Ok(())
}

fn report(options: &PagesOptions, small: Measured, large: Measured) {
    println!(
        "{:<44} {:>8} {:>10} {:>10} {:>10}",
        "", "answered", "p50, ms", "p99, ms", "x files"
    );
    let mut medians = Vec::new();
    for (flock, measured) in [("small flock", small), ("large flock", large)] {
        let Measured {
            mut files,
            mut pages,
            mut gallery,
            alone,
        } = measured;
        let reference = files.percentile(0.99);
        for (what, times) in [("static files", &mut files), ("pages, mixed", &mut pages)] {
            let p99 = times.percentile(0.99);
            println!(
                "{:<44} {:>8} {:>10.2} {:>10.2} {:>10.2}",
                format!("{flock}: {what}, {} a second", options.rate),
                times.count(),
                ms(times.percentile(0.5)),
                ms(p99),
                p99.as_secs_f64() / reference.as_secs_f64(),
            );
        }
        let p99 = pages.percentile(0.99);
        let kept = if p99 <= P99_WANTED { "kept" } else { "missed" };
        println!(
            "{flock}: p99 of pages {:.1} ms (wanted {:.0}: {kept})",
            ms(p99),
            ms(P99_WANTED)
        );
        println!(
            "{flock}: the gallery alone, p50 {:.2} ms",
            ms(gallery.percentile(0.5))
        );
        for (page, median) in alone {
            println!("{flock}: {page:<34} {:>10.2} ms alone", ms(median));
        }
        medians.push(gallery.percentile(0.5));
    }
    let ratio = medians[1].as_secs_f64() / medians[0].as_secs_f64();
    let kept = if ratio <= RATIO_WANTED {
        "kept"
    } else {
        "missed"
    };
    println!(
        "gallery with {} sheep and {} votes against 24 sheep: {ratio:.2} (wanted {RATIO_WANTED}: {kept})",
        options.sheep, options.votes,
    );
}
