//! One seed: bad weather for some hours, then calm until everything is done.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::body::Body;
use axum::http::Request;
use tokio::task::JoinSet;
use woolgather_coordinator::clock::Clock as _;
use woolgather_protocol::manifest::Manifest;
use woolgather_protocol::{Signed, paths};

use crate::coordinator::Coordinator;
use crate::crowd::Cast;
use crate::network::Network;
use crate::observer::{Counts, Observer};
use crate::pictures::Pictures;
use crate::plant::Plant;
use crate::world::{Tell, World, lock};

/// How often everything is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5 * 60);
/// How long after its term a lease may still be there: a sweep's turn comes every quarter of a
/// minute, behind a job that may be under way.
const SWEEP_MAX_MS: i64 = 2 * 60 * 1_000;
/// How long the calm may last before whatever is not done counts as stuck.
const CALM_MAX: Duration = Duration::from_secs(12 * 60 * 60);

/// In one of so many simulations days pass in the end, in which blobs are collected.
const DAYS_ONE_OF: u64 = 6;
/// So many: a blob is discarded when it was unneeded for a day and erased a day later, and every one is
/// looked at once a day.
const DAYS: u32 = 5;

/// What is simulated.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The number that decides everything.
    pub rng_seed: u64,
    /// A fault that must be found.
    pub plant: Plant,
}

/// What came of a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// What was not as it must be.
    pub wrong: Option<String>,
    /// Digest of the trace; the same for the same seed.
    pub digest: String,
    /// Events in the trace.
    pub events: u64,
    /// Simulated milliseconds.
    pub simulated_ms: u64,
    /// Requests sent, and those to which no answer came.
    pub requests: [u64; 2],
    /// How often the coordinator was killed.
    pub kills: u64,
    /// Answers that were acknowledged, receipts that said "duplicate", and those who came too late.
    pub answers: [u64; 3],
    /// What was in the store in the end.
    pub counts: Counts,
}

/// Plays one seed to its end. `tell` gets every line of the trace.
///
/// # Errors
///
/// When it cannot be played at all: no folder, no encoder.
pub fn play(options: Options, tell: Option<Tell>) -> anyhow::Result<Played> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    let folder = data_folder()?;
    let pictures = Pictures::all()?;
    runtime.block_on(async {
        let world = World::new(options.rng_seed, tell);
        let cast = Cast::draw(&world);
        world.note(&format!("{cast:?}"));
        let coordinator = Coordinator::new(&world, cast.founding);
        let people = cast.people();
        let network = Network::new(&world, &coordinator, cast.weather, people, options.plant);
        let mut stage = Run {
            observer: Observer::of(folder.path())?,
            folder: folder.path(),
            world: Arc::clone(&world),
            coordinator,
            plant: options.plant,
            started_ms: 0,
        };
        let mut lives = JoinSet::new();
        for volunteer in cast.volunteers(&world, &network, pictures) {
            lives.spawn(volunteer.live());
        }
        let cuts = tokio::spawn(Arc::clone(&network).partition());
        let minutes = Duration::from_secs(60 * cast.minutes);
        let outcome = stage.run(minutes).await;
        if let Err(error) = outcome {
            world.fail(&format!("{error:#}"));
        }
        world.end();
        cuts.abort();
        lives.shutdown().await;
        stage.coordinator.kill().await;
        stage.played()
    })
}

/// A data folder that goes with what is returned; in memory where there is a place for that.
fn data_folder() -> anyhow::Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    folder.context("making a data folder")
}

/// A simulation under way.
struct Run<'a> {
    world: Arc<World>,
    coordinator: Arc<Coordinator>,
    observer: Observer,
    folder: &'a Path,
    plant: Plant,
    /// When the coordinator was started last.
    started_ms: i64,
}

impl Run<'_> {
    async fn run(&mut self, bad: Duration) -> anyhow::Result<()> {
        self.start().await?;
        let world = Arc::clone(&self.world);
        let over = tokio::time::sleep(bad);
        tokio::pin!(over);
        while !over.is_elapsed() {
            let next_kill = world.between_ms(30_000, 3_000_000);
            let killed = first_of(world.kill.notified(), tokio::time::sleep(next_kill));
            let pause = async {
                first_of(killed, &mut over).await;
            };
            self.looking_now_and_then(pause).await?;
            self.crash().await?;
            let most = if world.happens(200) { 600_000 } else { 60_000 };
            tokio::time::sleep(world.between_ms(500, most)).await;
            self.start().await?;
            self.look()?;
        }
        world.calm_down();
        world.note("calm");
        self.finish().await?;
        self.look_in_the_end().await
    }

    async fn start(&mut self) -> anyhow::Result<()> {
        if self.plant == Plant::ForgetsCommits && self.started_ms > 0 {
            self.observer.remember()?;
        }
        // Some do not live to see the end of their start.
        while !self.world.is_calm() && self.world.happens(100) {
            let most = self.world.between_ms(0, 400);
            let start = self.coordinator.start(self.folder);
            if let Ok(started) = tokio::time::timeout(most, start).await {
                started.context("the coordinator does not start")?;
            }
            self.coordinator.kill().await;
        }
        self.coordinator
            .start(self.folder)
            .await
            .context("the coordinator does not start")?;
        self.started_ms = self.world.clock.now_ms();
        Ok(())
    }

    async fn crash(&mut self) -> anyhow::Result<()> {
        self.coordinator.kill().await;
        let planted = self.plant != Plant::None;
        if planted && (self.plant != Plant::ForgetsCommits || self.remembers()) {
            self.observer.spoil(self.plant)?;
        }
        Ok(())
    }

    fn remembers(&self) -> bool {
        self.folder.join("earlier.sqlite").exists()
    }

    /// Waits, and looks at everything every few minutes meanwhile.
    async fn looking_now_and_then(&self, wait: impl Future<Output = ()>) -> anyhow::Result<()> {
        tokio::pin!(wait);
        while tokio::time::timeout(LOOK_EVERY, &mut wait).await.is_err() {
            self.look()?;
        }
        Ok(())
    }

    fn look(&self) -> anyhow::Result<()> {
        if let Some(wrong) = self.world.wrong() {
            anyhow::bail!(wrong);
        }
        let now_ms = self.world.clock.now_ms();
        self.observer.stamp_blobs(now_ms)?;
        let up_ms = now_ms - self.started_ms;
        // What ran out while nobody was there is swept soon after the start.
        let swept_ms = if up_ms > SWEEP_MAX_MS {
            now_ms - SWEEP_MAX_MS
        } else {
            0
        };
        self.observer.look(&lock(&self.world.told), swept_ms)
    }

    /// Waits until everything is done.
    async fn finish(&mut self) -> anyhow::Result<()> {
        let end = tokio::time::Instant::now() + CALM_MAX;
        let mut quiet = 0;
        while quiet < 2 {
            tokio::time::sleep(LOOK_EVERY).await;
            self.look()?;
            match self.observer.unfinished()? {
                None => quiet += 1,
                Some(what) => {
                    quiet = 0;
                    let stuck = tokio::time::Instant::now() >= end;
                    ensure!(!stuck, "stuck: {what}");
                }
            }
        }
        Ok(())
    }

    async fn look_in_the_end(&mut self) -> anyhow::Result<()> {
        self.look()?;
        self.observer.look_in_the_end()?;
        self.manifest_has_the_live_clips().await?;
        // And once more after the last restart, with nobody there.
        self.crash().await?;
        self.world.end();
        self.start().await?;
        self.finish().await?;
        self.observer.look_in_the_end()?;
        if self.world.below(DAYS_ONE_OF) == 0 {
            self.days_pass().await?;
        }
        Ok(())
    }

    /// Then every blob that is left is one that a row needs.
    async fn days_pass(&mut self) -> anyhow::Result<()> {
        self.world.note("days pass");
        for _ in 0..4 * DAYS {
            tokio::time::sleep(Duration::from_secs(6 * 60 * 60)).await;
            self.look()?;
        }
        self.finish().await?;
        self.observer.look_in_the_end()?;
        self.observer.every_blob_is_needed()
    }

    async fn manifest_has_the_live_clips(&self) -> anyhow::Result<()> {
        let request = Request::get(paths::MANIFEST).body(Body::empty())?;
        let from = std::net::SocketAddr::from(([203, 0, 113, 1], 1));
        let reply = self.coordinator.serve(request, from, false).await;
        let reply = reply.context("nobody answers for the manifest")?;
        let signed: Signed<Manifest> = serde_json::from_slice(&reply.body)?;
        let manifest = signed.open(&Coordinator::key())?;
        let mut clips: Vec<(String, i64)> = manifest
            .clips
            .iter()
            .map(|clip| (clip.id.to_string(), clip.version.into()))
            .collect();
        clips.sort_unstable();
        let live = self.observer.live_clips()?;
        ensure!(
            clips == live,
            "the manifest has {clips:?}, and {live:?} are live"
        );
        Ok(())
    }

    fn played(&self) -> anyhow::Result<Played> {
        let world = &self.world;
        let held = self.observer.digest()?;
        world.note(&format!("the store holds {held}"));
        let (digest, events) = world.traced();
        let told = lock(&world.told);
        let promises = told.promises.len() as u64;
        Ok(Played {
            wrong: world.wrong(),
            digest,
            events,
            simulated_ms: world.clock.elapsed_ms().unsigned_abs(),
            requests: [told.sent, told.broken],
            kills: told.kills,
            answers: [promises, told.duplicates, told.superseded],
            counts: self.observer.counts()?,
        })
    }
}

/// Waits for one of two; looks at the first first.
async fn first_of(one: impl Future, other: impl Future) {
    tokio::select! {
        biased;
        _ = one => {}
        _ = other => {}
    }
}
