//! Long segments from many at once: what the disk takes, and that memory does not grow with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use hyper::Method;
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::work::{Lease, LeaseRequest, LeaseResponse, Task, WorkUnit};
use woolgather_protocol::{Recipe, paths};

use crate::figures::{Times, ms};
use crate::frames::Answers;
use crate::subject::Subject;
use crate::wire::Wire;

/// What we promise: this many bytes a second, or what the disk itself takes, less a fifth.
const BYTES_WANTED: f64 = 150e6;
const OF_THE_DISK: f64 = 0.8;
/// How much more memory the coordinator may hold under load than before.
const GROWTH_WANTED: u64 = 64_000_000;

/// How many, and for how long.
#[derive(Debug, Args)]
pub(crate) struct UploadsOptions {
    /// Volunteers, each with a connection.
    #[arg(long, default_value_t = 64)]
    pub(crate) connections: u64,
    /// How long.
    #[arg(long, default_value_t = 15)]
    pub(crate) seconds: u64,
}

/// Noise that no encoder makes short: about a megabyte for a segment.
pub(crate) fn recipe() -> Recipe {
    let mut recipe = Recipe {
        width: 640,
        height: 360,
        loop_frames: 8,
        edge_frames: 8,
        segment_frames: 4,
        quality: 1.0,
        temporal_samples: 1,
        ..Recipe::small()
    };
    recipe.encoder.quantizer = 24;
    recipe
}

/// Uploads, and prints what came of it.
pub(crate) async fn run(subject: &Subject, options: &UploadsOptions) -> anyhow::Result<()> {
    let address = subject.address();
    let coordinator = subject.key().await?;
    let recipe = recipe();
    let answers = Answers::make(&recipe, true).context("encoding a long segment")?;
    let answers = Arc::new(answers);
    let bytes = answers.submission.len();
    ensure!(
        bytes as u64 <= recipe.segment_bytes_max(),
        "{bytes} bytes are more than the recipe allows"
    );
    let disk = disk_rate(subject, bytes, options.connections)?;
    let before = subject.memory()?;
    let over = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let volunteers: Vec<_> = (0..options.connections)
        .map(|number| {
            let wire = Wire::new(address, coordinator, number);
            tokio::spawn(volunteer(
                wire,
                number,
                Arc::clone(&answers),
                Arc::clone(&over),
            ))
        })
        .collect();
    let mut most = before;
    while begun.elapsed() < Duration::from_secs(options.seconds) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        most = most.max(subject.memory()?);
    }
    over.store(true, Ordering::Relaxed);
    let mut times = Times::default();
    for volunteer in volunteers {
        times.append(volunteer.await??);
    }
    let rate = (times.count() * bytes) as f64 / begun.elapsed().as_secs_f64();
    println!(
        "{} uploads of {} bytes by {} connections, p50 {:.0} ms, p99 {:.0} ms",
        times.count(),
        bytes,
        options.connections,
        ms(times.percentile(0.5)),
        ms(times.percentile(0.99)),
    );
    println!(
        "{:.0} MB a second, the disk's own forced writes {:.0}: ratio {:.2} (wanted {:.0} MB or a ratio of {OF_THE_DISK}: {})",
        rate / 1e6,
        disk / 1e6,
        rate / disk,
        BYTES_WANTED / 1e6,
        if rate >= BYTES_WANTED || rate >= OF_THE_DISK * disk {
            "kept"
        } else {
            "missed"
        },
    );
    let growth = most.saturating_sub(before);
    println!(
        "memory {} MB before, {} MB more at most (wanted {} MB: {})",
        before / 1_000_000,
        growth / 1_000_000,
        GROWTH_WANTED / 1_000_000,
        if growth <= GROWTH_WANTED {
            "kept"
        } else {
            "missed"
        },
    );
    Ok(())
}

/// What the disk takes of files of this length, each forced, by as many threads.
fn disk_rate(subject: &Subject, bytes: usize, threads: u64) -> anyhow::Result<f64> {
    let folder = subject.data().join("disk");
    std::fs::create_dir_all(&folder)?;
    let begun = Instant::now();
    let written = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..threads)
            .map(|thread| {
                let folder = &folder;
                scope.spawn(move || -> std::io::Result<u64> {
                    let mut files = 0;
                    while begun.elapsed() < Duration::from_secs(3) {
                        let path = folder.join(format!("{thread}-{files}"));
                        let file = std::fs::File::create(&path)?;
                        let noise = vec![(files % 251) as u8; bytes];
                        std::io::Write::write_all(&mut &file, &noise)?;
                        file.sync_all()?;
                        std::fs::File::open(folder)?.sync_all()?;
                        files += 1;
                    }
                    Ok(files)
                })
            })
            .collect();
        writers
            .into_iter()
            .map(std::thread::ScopedJoinHandle::join)
            .collect::<Vec<_>>()
    });
    let seconds = begun.elapsed().as_secs_f64();
    let mut files = 0;
    for writer in written {
        files += writer.map_err(|_| anyhow::anyhow!("a writer failed"))??;
    }
    std::fs::remove_dir_all(&folder)?;
    Ok((files * bytes as u64) as f64 / seconds)
}

/// Leases one unit after the other and hands in the same long segment, with a preamble of its own:
/// equal blobs would be kept once.
async fn volunteer(
    mut wire: Wire,
    number: u64,
    answers: Arc<Answers>,
    over: Arc<AtomicBool>,
) -> anyhow::Result<Times> {
    let mut times = Times::default();
    let request = LeaseRequest {
        seconds_wanted: 3_600,
        samples_per_second: 1e9,
        units_max: 1,
        devices: Vec::new(),
    };
    let mut handed_in = 0_u64;
    while !over.load(Ordering::Relaxed) {
        let answer = wire.json(Method::POST, paths::LEASES, &request).await?;
        let answer: LeaseResponse = answer.done()?;
        for lease in answer.leases {
            if work(&lease)?.task != Task::Segment {
                continue;
            }
            handed_in += 1;
            let body = answers.unlike_others(number << 32 | handed_in);
            let digest = woolgather_protocol::Blake3::of(&body);
            let begun = Instant::now();
            let path = paths::submission(&lease.id);
            let _: Receipt = wire.send(Method::PUT, &path, body, digest).await?.done()?;
            times.push(begun.elapsed());
        }
    }
    Ok(times)
}

fn work(lease: &Lease) -> anyhow::Result<WorkUnit> {
    Ok(serde_json::from_str(&lease.work.document)?)
}
