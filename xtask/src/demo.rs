//! `cargo xtask demo`: the main job on one machine, with real processes and real sockets.
//!
//! ```text
//! coordinator ── leases ──> volunteer 1, volunteer 2        (render, encode; audited)
//!      │ <── submissions ──┘
//!      ├── published clip ──> volunteers' sync              (from the origin, then they share)
//!      └── tracker ────────> a third machine's sync         (from the volunteers, by BitTorrent)
//! ```
//!
//! Every machine is a folder under `target/demo` and a loopback port of its own, so that bytes can be
//! told apart by where they came from.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::Value;
use woolgather_machines::{Machine, coordinator_url, number};

use crate::{run, setup};

/// How the demonstration ends.
#[derive(Args)]
pub(crate) struct Options {
    /// Leave when everything has been shown, instead of running until Ctrl-C.
    #[arg(long)]
    exit: bool,
    /// Do not open a window, even where there is a display.
    #[arg(long)]
    no_window: bool,
    /// Give up when no sheep is published after this many seconds.
    #[arg(long, default_value_t = 600, value_name = "SECS")]
    patience: u64,
}

/// # Errors
///
/// When something cannot be built or started, or the sheep is not published in time.
pub(crate) fn demo(options: &Options) -> anyhow::Result<()> {
    setup::install(setup::FOR_DEMO)
        .unwrap_or_else(|error| eprintln!("going on without: {error:#}"));
    build()?;
    let folder = run::target("demo");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("could not empty {}", folder.display()))?;
    }
    let patience = Duration::from_secs(options.patience);
    Demo {
        folder,
        start: Instant::now(),
        patience,
    }
    .show(options)
}

fn build() -> anyhow::Result<()> {
    let packages = ["woolgather", "woolgather-coordinator"];
    let mut command = run::cargo(&["build", "--release"]);
    command.args(packages.iter().flat_map(|package| ["--package", package]));
    command.args(run::asm_features(&packages));
    run::step("building (the first time takes a while)", &mut command)
}

/// Any free port of this machine, unreachable from elsewhere.
const LOOPBACK: &str = "127.0.0.1:0";

/// Sheep the flock is founded with: enough for a vote between two.
const SHEEP: u64 = 2;

/// A volunteer of the demonstration: one program renders, the other fetches and shares.
struct Volunteer {
    name: &'static str,
    worker: Machine,
    sharer: Machine,
}

struct Demo {
    folder: PathBuf,
    start: Instant,
    patience: Duration,
}

impl Demo {
    fn show(&self, options: &Options) -> anyhow::Result<()> {
        let (coordinator, url) = self.start_coordinator()?;
        self.say(&format!("the coordinator is up: {url}"));

        let volunteers = [
            self.start_volunteer("Ada", &url)?,
            self.start_volunteer("Grace", &url)?,
        ];
        self.say("two volunteers, Ada and Grace, render segments; what they hand in is audited");
        self.wait_for_sheep(&volunteers)?;

        let fetched = self.fetch_on_a_third_machine(&url)?;
        report_sources(&fetched);
        self.report_upload(&volunteers);
        self.vote(&url)?;

        println!("\nThe website: {url}   (vote at {url}/vote, watch the work at {url}/status)");
        self.play(options)?;
        if options.exit {
            return Ok(());
        }
        println!("Everything keeps running: press Ctrl-C to stop.");
        coordinator.finish()
    }

    fn start_coordinator(&self) -> anyhow::Result<(Machine, String)> {
        let data = self.folder.join("coordinator");
        let args = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--origin-listen",
            "127.0.0.1:0",
            "--recipe",
            "small",
            "--starter-sheep",
            &SHEEP.to_string(),
            "--name",
            "Demo flock",
        ];
        let machine = Machine::start(&program("woolgather-coordinator"), &args, &data)?;
        let url = coordinator_url(&machine, &data, self.patience)?;
        Ok((machine, url))
    }

    fn start_volunteer(&self, name: &'static str, url: &str) -> anyhow::Result<Volunteer> {
        let data = self.folder.join(name.to_lowercase());
        let work = [
            "work",
            "--coordinator",
            url,
            "--name",
            name,
            "--threads",
            "1",
            "--compare-png",
            "--json",
        ];
        let worker = Machine::start(&program("woolgather"), &work, &data)?;
        let share = [
            "sync",
            "--coordinator",
            url,
            "--listen",
            LOOPBACK,
            "--agree",
            "--poll",
            "1",
            "--json",
        ];
        let sharer = Machine::start(&program("woolgather"), &share, &data)?;
        Ok(Volunteer {
            name,
            worker,
            sharer,
        })
    }

    /// Until both volunteers have fetched the published loops and share them. Edges follow later.
    fn wait_for_sheep(&self, volunteers: &[Volunteer]) -> anyhow::Result<()> {
        let mut published = false;
        loop {
            std::thread::sleep(Duration::from_millis(200));
            for volunteer in volunteers {
                volunteer.worker.must_run()?;
                volunteer.sharer.must_run()?;
            }
            if !published
                && volunteers
                    .iter()
                    .any(|volunteer| volunteer.sharer.last("fetching").is_some())
            {
                published = true;
                clear_line();
                self.say("a sheep is published: joined, signed, with a torrent of its own");
            }
            if volunteers
                .iter()
                .all(|volunteer| volunteer.shares() >= SHEEP)
            {
                clear_line();
                self.say("both volunteers share the flock");
                return Ok(());
            }
            show_line(volunteers);
            if self.start.elapsed() > self.patience {
                let (secs, logs) = (self.patience.as_secs(), self.folder.display());
                bail!("no sheep was published within {secs} s; the logs are in {logs}");
            }
        }
    }

    fn fetch_on_a_third_machine(&self, url: &str) -> anyhow::Result<Value> {
        self.say("a third machine joins and fetches the flock");
        let args = [
            "sync",
            "--coordinator",
            url,
            "--listen",
            LOOPBACK,
            "--agree",
            "--once",
            "--json",
        ];
        let machine = Machine::start(&program("woolgather"), &args, &self.third())?;
        machine.finish()?;
        machine
            .last("done")
            .context("the third machine's sync did not say what it did")
    }

    fn vote(&self, url: &str) -> anyhow::Result<()> {
        let args = [
            "vote",
            "--coordinator",
            url,
            "--single",
            "--answer",
            "up",
            "--json",
        ];
        let machine = Machine::start(&program("woolgather"), &args, &self.third())?;
        machine.finish()?;
        let voted = machine.last("voted").context("the vote was not counted")?;
        let title = voted["left"].as_str().unwrap_or("a sheep");
        let rating = voted["left_rating"].as_f64().unwrap_or(0.0);
        self.say(&format!(
            "a vote is cast: up for \"{title}\", its rating is now {rating:+.2}"
        ));
        Ok(())
    }

    fn report_upload(&self, volunteers: &[Volunteer]) {
        let submitted: Vec<Value> = volunteers
            .iter()
            .flat_map(|volunteer| volunteer.worker.all("submitted"))
            .collect();
        let sum = |key: &str| {
            submitted
                .iter()
                .map(|event| number(event, key))
                .sum::<u64>()
        };
        let (sent, png) = (sum("segment_bytes"), sum("png_bytes"));
        self.say(&format!(
            "{} segments were uploaded as {} KB; their frames as 8-bit PNG are {} KB: 1/{:.0}",
            submitted.len(),
            sent / 1000,
            png / 1000,
            png as f64 / sent.max(1) as f64
        ));
    }

    fn play(&self, options: &Options) -> anyhow::Result<()> {
        let display = ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some());
        if options.no_window || !display {
            println!(
                "No display here, so no window; `woolgather play --windowed` shows the flock where there is one."
            );
            return Ok(());
        }
        let mut args = vec!["play", "--windowed"];
        if options.exit {
            args.extend(["--for", "10"]);
        }
        println!("A window plays the sheep (esc closes it).");
        Machine::start(&program("woolgather"), &args, &self.third())?.finish()
    }

    fn third(&self) -> PathBuf {
        self.folder.join("third")
    }

    fn say(&self, words: &str) {
        println!("[{:5.1} s] {words}", self.start.elapsed().as_secs_f64());
    }
}

fn report_sources(done: &Value) {
    let bytes = number(done, "bytes").max(1);
    println!(
        "          it has {} clip(s), {bytes} bytes, which came from",
        number(done, "clips")
    );
    for (who, key) in [
        ("other volunteers", "from_peers"),
        ("the coordinator's seeder", "from_origin"),
        ("the coordinator over HTTP", "over_http"),
    ] {
        let part = number(done, key);
        let percent = 100.0 * part as f64 / bytes as f64;
        println!("            {who:<26}{part:>12} bytes  {percent:>5.1} %");
    }
}

/// Shows what the volunteers are doing, on one line that is written again and again.
fn show_line(volunteers: &[Volunteer]) {
    if !std::io::stdout().is_terminal() {
        return;
    }
    let line = volunteers
        .iter()
        .map(Volunteer::doing)
        .collect::<Vec<_>>()
        .join("  |  ");
    print!("\r\x1b[2K{line}");
    std::io::stdout().flush().ok();
}

/// Ends the line that [`show_line`] writes.
fn clear_line() {
    if std::io::stdout().is_terminal() {
        print!("\r\x1b[2K");
    }
}

impl Volunteer {
    /// How many clips the volunteer shares.
    fn shares(&self) -> u64 {
        let seeding = self.sharer.last("seeding");
        seeding.map_or(0, |seeding| number(&seeding, "clips"))
    }

    /// What the volunteer is doing, in a few words.
    fn doing(&self) -> String {
        let Some(leased) = self.worker.last("leased") else {
            return format!("{}: asking for work", self.name);
        };
        let task = if leased["task"] == "audit" {
            "audits"
        } else {
            "renders"
        };
        format!(
            "{} {task} \"{}\" segment {}, frame {}/{} ({} handed in)",
            self.name,
            leased["title"].as_str().unwrap_or("a sheep"),
            number(&leased, "segment") + 1,
            self.worker
                .last("frame")
                .map_or(0, |frame| number(&frame, "done")),
            number(&leased, "frames"),
            self.worker.all("submitted").len(),
        )
    }
}

/// Where a program was built.
fn program(name: &str) -> PathBuf {
    run::target("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
