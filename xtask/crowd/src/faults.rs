//! A coordinator on a disk that fails, fills up and loses power, under load, again and again: what was
//! acknowledged must be there, once and whole, and it must be ready again at once.
//!
//! ```text
//! a round: work · forced writes fail · work · the disk is full · work · killed · work · the power is cut
//! ```
//!
//! in an order and at moments that `rng_seed` decides. Before the first, flocks are founded and lose power as soon
//! as they are. A coordinator that is started again often finds the disk still unwell. The disk is played by a library between the coordinator
//! and the system ([`disk`]). Some volunteers hand in long segments, each another one, which are files before
//! their receipt. `--lies` is the other way round: the disk says that it has forced what it has not, so work
//! must be lost, and the run fails when that is not seen.
//!
//! * [`disk`]: the coordinator's disk. [`verdict`]: what is there in the end.

mod disk;
mod verdict;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use clap::Args;
use tokio::task::JoinHandle;
use woolgather_bad_disk::Control;
use woolgather_protocol::{Blake3, PublicKey, Recipe};

use crate::figures::{Times, draw};
use crate::frames::{self, Answers};
use crate::subject::Subject;
use crate::volunteer::{Told, Volunteer};
use crate::wire::Wire;
use disk::BadDisk;

/// The longest that work goes on between two misfortunes, ms; and that one lasts.
const WORK_MAX_MS: u64 = 600;
const SPELL_MAX_MS: u64 = 800;
/// How long a coordinator whose disk is well again may take until it acknowledges something.
const RECOVERY_MAX: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Devices from this number on hand in long segments, one each.
const LONG_FIRST: u64 = 1_000_000;
/// How often a disk that lies may lose power without losing anything.
const LIES_MAX: u32 = 10;

/// How often, and by how many watched.
#[derive(Debug, Args)]
pub(crate) struct FaultsOptions {
    /// How often each misfortune comes.
    #[arg(long, default_value_t = 20)]
    pub(crate) rounds: u32,
    /// Volunteers at work meanwhile.
    #[arg(long, default_value_t = 16)]
    pub(crate) volunteers: u64,
    /// Volunteers with long segments.
    #[arg(long, default_value_t = 4)]
    pub(crate) long: u64,
    /// Decides the moments, and what is lost.
    #[arg(long, default_value_t = 1)]
    pub(crate) rng_seed: u64,
    /// The library that plays the disk; unless given, it lies beside the program
    #[arg(long, value_name = "FILE")]
    pub(crate) library: Option<PathBuf>,
    /// The disk forces nothing and says that it does: the run fails unless it sees a loss
    #[arg(long)]
    pub(crate) lies: bool,
}

/// Frames large enough that noise makes a segment too long for the database.
pub(crate) fn recipe() -> Recipe {
    let mut recipe = frames::recipe();
    (recipe.width, recipe.height) = (256, 192);
    recipe.encoder.quantizer = 24;
    recipe
}

/// Lets the disk fail, looks, and prints what was found.
///
/// # Errors
///
/// When a promise is broken; with a disk that lies, when none is.
pub(crate) async fn run(subject: &mut Subject, options: &FaultsOptions) -> anyhow::Result<()> {
    let key = subject.key().await?;
    let mut disk = BadDisk::under(subject, options)?;
    if !options.lies {
        found(subject, &mut disk, options).await?;
    }
    disk.start(subject).await?;
    let crowd = Crowd::gather(subject, key, options)?;
    if options.lies {
        return catch_the_lie(subject, &mut disk, crowd, options).await;
    }
    let mut random = options.rng_seed;
    let mut recoveries = Times::default();
    for _ in 0..options.rounds {
        for misfortune in Misfortune::shuffled(&mut random) {
            pause(&mut random, WORK_MAX_MS).await;
            misfortune.strike(subject, &mut disk, &mut random).await?;
            recoveries.push(recovery(subject, &mut disk, &crowd.told).await?);
        }
    }
    // What is left is decoded, audited and paid.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let told = crowd.dismiss().await?;
    disk.gather()?;
    subject.stop()?;
    verdict::judge(subject, &disk, &told, &mut recoveries)
}

/// A flock is founded, its key is told, and the power is cut: it must be there, with this key, which clients
/// have pinned.
async fn found(
    subject: &mut Subject,
    disk: &mut BadDisk,
    options: &FaultsOptions,
) -> anyhow::Result<()> {
    let mut random = options.rng_seed;
    let aside = disk.put_aside(subject)?;
    for _ in 0..options.rounds {
        let [told, kept] = disk.found(subject, draw(&mut random)).await?;
        ensure!(told == kept, "a flock lost its key");
    }
    disk.take_back(&aside)
}

/// What happens to the disk.
#[derive(Debug, Clone, Copy)]
enum Misfortune {
    Failing,
    Full,
    Killed,
    PowerCut,
}

impl Misfortune {
    fn shuffled(random: &mut u64) -> [Self; 4] {
        let mut order = [Self::Failing, Self::Full, Self::Killed, Self::PowerCut];
        for last in (1..order.len()).rev() {
            order.swap(last, (draw(random) % (last as u64 + 1)) as usize);
        }
        order
    }

    async fn strike(
        self,
        subject: &mut Subject,
        disk: &mut BadDisk,
        random: &mut u64,
    ) -> anyhow::Result<()> {
        match self {
            Self::Failing => disk.tell(failing(random))?,
            Self::Full => disk.tell(full(random))?,
            // Disks are often unwell before they are gone.
            Self::Killed | Self::PowerCut => match draw(random) % 3 {
                0 => disk.tell(failing(random))?,
                1 => disk.tell(full(random))?,
                _ => {}
            },
        }
        pause(random, SPELL_MAX_MS).await;
        match self {
            Self::Failing | Self::Full => disk.tell(Control::default()),
            Self::Killed | Self::PowerCut => {
                match self {
                    Self::PowerCut => disk.cut_power(subject, draw(random))?,
                    _ => disk.kill(subject)?,
                }
                match draw(random) % 4 {
                    0 => disk.start_unwell(subject, failing(random)).await,
                    1 => disk.start_unwell(subject, full(random)).await,
                    _ => {
                        disk.tell(Control::default())?;
                        disk.start(subject).await
                    }
                }
            }
        }
    }
}

/// Some forced writes fail, or all, and perhaps others too.
fn failing(random: &mut u64) -> Control {
    let mut one_of = |shares: [u64; 4]| shares[(draw(random) % 4) as usize];
    Control {
        failing_writes: one_of([0, 0, 30, 300]),
        failing_syncs: one_of([100, 300, 600, 1_000]),
        ..Control::default()
    }
}

/// There is room for a few pages, or for hundreds.
fn full(random: &mut u64) -> Control {
    let most = [4_096, 65_536, 1_048_576][(draw(random) % 3) as usize];
    Control {
        room_bytes: draw(random) % most,
        ..Control::default()
    }
}

async fn pause(random: &mut u64, ms_max: u64) {
    tokio::time::sleep(Duration::from_millis(draw(random) % ms_max)).await;
}

/// How long it takes until something is acknowledged. A coordinator that has ended is started again, as a service
/// manager does.
async fn recovery(
    subject: &mut Subject,
    disk: &mut BadDisk,
    told: &Told,
) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let before = told.count();
    while told.count() == before {
        if let Some(ended) = subject.ended() {
            disk.ended_itself(subject, &ended).await?;
        }
        ensure!(
            begun.elapsed() < RECOVERY_MAX,
            "the disk is well, and nothing was acknowledged for {RECOVERY_MAX:?}:\n{}",
            subject.log_end()
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(begun.elapsed())
}

/// The volunteers.
struct Crowd {
    told: Arc<Told>,
    over: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Crowd {
    fn gather(subject: &Subject, key: PublicKey, options: &FaultsOptions) -> anyhow::Result<Self> {
        let mut crowd = Self {
            told: Arc::default(),
            over: Arc::default(),
            tasks: Vec::new(),
        };
        let black = Arc::new(Answers::make(&recipe(), false)?);
        let noise = Arc::new(Answers::make(&recipe(), true)?);
        let address = subject.address();
        let (told, over) = (Arc::clone(&crowd.told), Arc::clone(&crowd.over));
        let volunteer = move |number| Volunteer {
            wire: Wire::new(address, key, number),
            answers: Arc::clone(&black),
            told: Arc::clone(&told),
            over: Arc::clone(&over),
        };
        for number in 0..options.volunteers {
            crowd.tasks.push(tokio::spawn(volunteer(number).work()));
        }
        let next = Arc::new(AtomicU64::new(LONG_FIRST));
        for _ in 0..options.long {
            let (noise, next) = (Arc::clone(&noise), Arc::clone(&next));
            let devices = volunteer.clone();
            crowd
                .tasks
                .push(tokio::spawn(hand_in_long(devices, noise, next)));
        }
        Ok(crowd)
    }

    /// Sends everybody home; what they were told.
    async fn dismiss(self) -> anyhow::Result<Arc<Told>> {
        self.over.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await?;
        }
        Ok(self.told)
    }
}

/// Hands in one long segment after the other, each as another device: what is in them is wrong, and a device
/// gets no work for long that hands in such things.
async fn hand_in_long(
    devices: impl Fn(u64) -> Volunteer,
    noise: Arc<Answers>,
    next: Arc<AtomicU64>,
) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let mut volunteer = devices(number);
        if volunteer.over.load(Ordering::Relaxed) {
            return;
        }
        let body = noise.unlike_others(number);
        let digest = Blake3::of(&body);
        for lease in volunteer.lease(1).await {
            volunteer.hand_in(lease, &body, digest).await;
        }
    }
}

/// The disk lies. Sooner or later a power cut takes what was acknowledged, or the database with it.
async fn catch_the_lie(
    subject: &mut Subject,
    disk: &mut BadDisk,
    crowd: Crowd,
    options: &FaultsOptions,
) -> anyhow::Result<()> {
    let mut random = options.rng_seed;
    for cuts in 1..=LIES_MAX {
        tokio::time::sleep(Duration::from_millis(WORK_MAX_MS)).await;
        disk.cut_power(subject, draw(&mut random))?;
        if let Err(loss) = verdict::loss(subject, &crowd.told) {
            crowd.dismiss().await?;
            println!("a disk that lies was found out after {cuts} power cuts: {loss:#}");
            return Ok(());
        }
        disk.start(subject).await?;
    }
    bail!("the disk lied, lost power {LIES_MAX} times, and no loss was seen");
}
