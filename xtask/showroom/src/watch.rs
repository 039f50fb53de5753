//! Playing, and what it costs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use woolgather_screens::{Ended, Screen};

/// Who uses the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Threads that decode.
    Decoder,
    /// Threads of the graphics driver, which draws on the processor where there is no card.
    Driver,
    /// Everything else of the player's.
    Rest,
}

/// What was seen.
#[derive(Clone, Debug)]
pub struct Watched {
    /// How long the processor's use was noted for, and how much of it there was, in seconds of one core.
    pub noted: Duration,
    /// Seconds of one core by part.
    pub used: BTreeMap<Part, f64>,
    /// Seconds of one core that the X server used.
    pub server: f64,
    /// Resident memory in MB, once a second.
    pub memory: Vec<u64>,
    /// Pictures that reached the screen, and those that went by unseen.
    pub presented: u64,
    /// As the player's own scheduler counts them.
    pub dropped: u64,
    /// Milliseconds until the first one.
    pub first_ms: f64,
}

impl Watched {
    /// Share of one core that a part used.
    #[must_use]
    pub fn share(&self, part: Part) -> f64 {
        self.used.get(&part).copied().unwrap_or(0.0) / self.noted.as_secs_f64()
    }

    /// The most memory, in MB.
    #[must_use]
    pub fn memory_max(&self) -> u64 {
        self.memory.iter().copied().max().unwrap_or(0)
    }

    /// How many MB the most memory of the last third of the time is above that of the second.
    #[must_use]
    pub fn growth(&self) -> i64 {
        let third = self.memory.len() / 3;
        let most = |samples: &[u64]| samples.iter().copied().max().unwrap_or(0) as i64;
        most(&self.memory[2 * third..]) - most(&self.memory[third..2 * third])
    }
}

/// A player on a screen of its own.
#[derive(Debug)]
pub struct Player {
    child: Ended,
    /// What it is shown on.
    pub screen: Screen,
}

impl Player {
    /// Starts `program play` with the data folder `data` on a screen of this size, and these further arguments. What it says
    /// goes into `player.log` beside the folder.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(
        program: &Path,
        data: &Path,
        (width, height): (u32, u32),
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        let screen = Screen::of_size(width, height);
        let log = fs::File::create(data.with_extension("log"))?;
        let child = Command::new(program)
            .arg("play")
            .args(arguments)
            .arg("--data")
            .arg(data)
            .env("DISPLAY", screen.display())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("could not start {}", program.display()))?;
        Ok(Self {
            child: Ended(child),
            screen,
        })
    }

    /// Waits until something is seen and then changes.
    ///
    /// # Errors
    ///
    /// When the player ends, or `patience` is over.
    pub fn wait_for_motion(&mut self, patience: Duration) -> anyhow::Result<()> {
        let start = Instant::now();
        let mut before = None;
        while start.elapsed() < patience {
            if let Some(status) = self.child.0.try_wait()? {
                bail!("the player ended: {status}");
            }
            let shot = self.screen.shot();
            let lit = shot
                .pixels()
                .filter(|pixel| pixel.0.iter().any(|&it| it > 16));
            let is_lit = lit.count() * 50 > shot.pixels().len();
            if is_lit && before.as_ref().is_some_and(|before| *before != shot) {
                return Ok(());
            }
            before = is_lit.then_some(shot);
            sleep(Duration::from_millis(100));
        }
        bail!("no picture moved within {patience:?}")
    }

    /// Whether pictures come for so long, looked at four times a second; each may stay for at most two seconds.
    ///
    /// # Errors
    ///
    /// When one stays longer, the screen is black, or the player ends.
    pub fn must_go_on(&mut self, for_: Duration) -> anyhow::Result<()> {
        let start = Instant::now();
        while start.elapsed() < for_ {
            self.wait_for_motion(Duration::from_secs(2))?;
            sleep(Duration::from_millis(250));
        }
        Ok(())
    }

    /// Waits for its own end.
    ///
    /// # Errors
    ///
    /// When it fails.
    pub fn finish(mut self) -> anyhow::Result<()> {
        let status = self.child.0.wait()?;
        ensure!(status.success(), "the player failed: {status}");
        Ok(())
    }

    /// The player's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }
}

/// Plays what is in `data` for so long and notes what it costs.
///
/// The first three seconds are not counted: drivers compile then.
///
/// # Errors
///
/// When the player fails.
pub fn watch(
    program: &Path,
    data: &Path,
    size: (u32, u32),
    for_: Duration,
) -> anyhow::Result<Watched> {
    const WARM_UP: Duration = Duration::from_secs(3);
    let log = data.with_extension("frames.tsv");
    let secs = for_.as_secs().to_string();
    let path = log
        .to_str()
        .context("a temporary folder with an odd name")?;
    let arguments = ["--for", &secs, "--frame-log", path, "--rng-seed", "1"];
    let mut player = Player::start(program, data, size, &arguments)?;
    let start = Instant::now();
    sleep(WARM_UP);
    let pid = player.pid();
    let begun = Instant::now();
    let (before, server_before) = (threads(pid)?, used(player.screen.pid())?);
    let (mut after, mut server_after) = (before.clone(), server_before);
    let (mut memory, mut noted) = (Vec::new(), Duration::ZERO);
    while start.elapsed() + Duration::from_millis(1500) < for_ {
        sleep(Duration::from_secs(1));
        // A thread that has ended in between had little time to use anything.
        after.extend(threads(pid)?);
        server_after = used(player.screen.pid())?;
        memory.push(resident_mb(pid)?);
        noted = begun.elapsed();
    }
    let status = player.child.0.wait()?;
    let said = fs::read_to_string(data.with_extension("log")).unwrap_or_default();
    ensure!(status.success(), "the player failed ({status}): {said}");

    let mut by_part = BTreeMap::new();
    for (thread, (part, seconds)) in &after {
        let earlier = before.get(thread).map_or(0.0, |&(_, seconds)| seconds);
        *by_part.entry(*part).or_insert(0.0) += seconds - earlier;
    }
    let lines = fs::read_to_string(&log)?;
    let field = |line: Option<&str>, number: usize| -> Option<f64> {
        line?.split('\t').nth(number)?.parse().ok()
    };
    Ok(Watched {
        noted,
        used: by_part,
        server: server_after - server_before,
        memory,
        presented: lines.lines().count() as u64,
        dropped: field(lines.lines().last(), 3).context("the frame log is empty")? as u64,
        first_ms: field(lines.lines().next(), 0).context("the frame log is empty")?,
    })
}

/// The threads of a process: which part they are, and the seconds of a core that they have used.
fn threads(pid: u32) -> anyhow::Result<BTreeMap<u32, (Part, f64)>> {
    let mut threads = BTreeMap::new();
    // The player's own threads of that name come before those that its driver starts from them, which inherit it.
    let mut has_performance = false;
    let mut numbers: Vec<u32> = fs::read_dir(format!("/proc/{pid}/task"))?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    numbers.sort_unstable();
    for number in numbers {
        // One may end at any time.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/task/{number}/stat")) else {
            continue;
        };
        let name = stat.split(['(', ')']).nth(1).unwrap_or_default();
        let part = match name {
            "reel" => Part::Decoder,
            name if name.starts_with("rav1d") => Part::Decoder,
            name if name.starts_with("llvmpipe") || name.contains(":disk") => Part::Driver,
            "performance" if has_performance => Part::Driver,
            "performance" => {
                has_performance = true;
                Part::Rest
            }
            _ => Part::Rest,
        };
        threads.insert(number, (part, seconds(&stat)?));
    }
    Ok(threads)
}

fn used(pid: u32) -> anyhow::Result<f64> {
    seconds(&fs::read_to_string(format!("/proc/{pid}/stat"))?)
}

/// Seconds of a core in a line of `/proc/…/stat`: fields 14 and 15, in ticks.
fn seconds(stat: &str) -> anyhow::Result<f64> {
    let fields = stat.rsplit_once(')').context("no stat")?.1;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|field| field.parse().unwrap_or(0)).sum();
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

fn resident_mb(pid: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().next());
    Ok(kb.context("no VmRSS")?.parse::<u64>()? / 1024)
}
