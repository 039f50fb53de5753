//! `cargo xtask demo`: the main job on one machine, with real processes and real sockets.
//!
//! ```text
//! coordinator ── leases ──> volunteer 1, volunteer 2        (render, encode, audit each other)
//!      │ <── submissions ──┘
//!      ├── published clip ──> volunteers' sync              (from the origin, then they share)
//!      └── tracker ────────> a third machine's sync         (from the volunteers, by BitTorrent)
//! ```
//!
//! Every machine is a folder under `target/demo` and a loopback address of its own, so that bytes
//! can be told apart by where they came from. What the programs say as JSON lines is shown as one
//! line per machine.

mod machine;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::Value;

use crate::{run, setup};
use machine::{Machine, number};

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
    let demo = Demo {
        folder,
        start: Instant::now(),
        patience: Duration::from_secs(options.patience),
    };
    demo.show(options)
}

fn build() -> anyhow::Result<()> {
    let mut command = run::cargo(&[
        "build",
        "--release",
        "--package",
        "woolgather",
        "--package",
        "woolgather-coordinator",
    ]);
    command.args(run::asm_features(&["woolgather", "woolgather-coordinator"]));
    run::step("building (the first time takes a while)", &mut command)
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

        let workers = [
            self.start_worker(1, "Ada", &url)?,
            self.start_worker(2, "Grace", &url)?,
        ];
        let sharers = [self.start_sharer(1, &url)?, self.start_sharer(2, &url)?];
        self.say("two volunteers, Ada and Grace, render segments and audit each other");
        self.wait_for_sheep(&workers, &sharers)?;

        let fetched = self.fetch_on_a_third_machine(&url)?;
        self.report_upload(&workers);
        report_sources(&fetched);
        self.vote(&url)?;

        println!("\nThe website: {url}   (vote at {url}/vote, watch the work at {url}/status)");
        self.play(options)?;
        if options.exit {
            return Ok(());
        }
        println!("Everything keeps running: press Ctrl-C to stop.");
        coordinator.wait()
    }

    fn start_coordinator(&self) -> anyhow::Result<(Machine, String)> {
        let data = self.folder.join("coordinator");
        let args = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--recipe",
            "small",
            "--starter-sheep",
            "2",
            "--name",
            "Demo flock",
        ];
        let mut machine = Machine::start("woolgather-coordinator", &args, &data, None)?;
        let address = data.join("listen.txt");
        let url = loop {
            machine.must_run("the coordinator")?;
            match std::fs::read_to_string(&address) {
                Ok(text) if text.ends_with('\n') => break text.trim().to_owned(),
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
            self.check_patience("start of the coordinator")?;
        };
        Ok((machine, url))
    }

    fn start_worker(&self, number: u8, name: &str, url: &str) -> anyhow::Result<Machine> {
        let args = [
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
        Machine::start("woolgather", &args, &self.volunteer(number), Some(name))
    }

    fn start_sharer(&self, number: u8, url: &str) -> anyhow::Result<Machine> {
        let listen = format!("127.0.0.{}:0", number + 1);
        let args = [
            "sync",
            "--coordinator",
            url,
            "--listen",
            &listen,
            "--agree",
            "--json",
        ];
        Machine::start("woolgather", &args, &self.volunteer(number), None)
    }

    fn volunteer(&self, number: u8) -> PathBuf {
        self.folder.join(format!("volunteer-{number}"))
    }

    /// Until both volunteers have fetched the first published clip and share it.
    fn wait_for_sheep(&self, workers: &[Machine], sharers: &[Machine]) -> anyhow::Result<()> {
        let mut announced = false;
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let sharing = sharers
                .iter()
                .filter(|machine| machine.saw("fetched"))
                .count();
            if !announced && sharers.iter().any(|machine| machine.saw("fetching")) {
                announced = true;
                machine::clear_line();
                self.say("a sheep is published: joined, signed, with a torrent of its own");
            }
            if sharing == sharers.len() {
                machine::clear_line();
                self.say("both volunteers share it");
                return Ok(());
            }
            machine::show_line(workers);
            self.check_patience("the first published sheep")?;
        }
    }

    fn fetch_on_a_third_machine(&self, url: &str) -> anyhow::Result<Value> {
        self.say("a third machine joins and fetches the flock");
        let args = [
            "sync",
            "--coordinator",
            url,
            "--listen",
            "127.0.0.4:0",
            "--agree",
            "--once",
            "--json",
        ];
        let machine = Machine::start("woolgather", &args, &self.folder.join("third"), None)?;
        machine.finish()?;
        machine
            .last("done")
            .context("the third machine's sync said nothing of what it did")
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
        let machine = Machine::start("woolgather", &args, &self.folder.join("third"), None)?;
        machine.finish()?;
        let voted = machine.last("voted").context("the vote was not counted")?;
        let title = voted["left"].as_str().unwrap_or("a sheep");
        self.say(&format!(
            "a vote is cast: up for \"{title}\", its rating is now {:+.2}",
            voted["left_rating"].as_f64().unwrap_or(0.0)
        ));
        Ok(())
    }

    fn report_upload(&self, workers: &[Machine]) {
        let submitted: Vec<Value> = workers
            .iter()
            .flat_map(|machine| machine.all("submitted"))
            .collect();
        let sum = |key: &str| {
            submitted
                .iter()
                .map(|event| number(event, key))
                .sum::<u64>()
        };
        let (sent, png) = (sum("segment_bytes"), sum("png_bytes"));
        let segments = submitted.len();
        self.say(&format!(
            "{segments} segments were uploaded as {} KB; as PNG files their frames would have been {} KB: 1/{:.0}",
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
        Machine::start("woolgather", &args, &self.folder.join("third"), None)?.finish()
    }

    fn check_patience(&self, what: &str) -> anyhow::Result<()> {
        if self.start.elapsed() > self.patience {
            bail!(
                "{what} took longer than {} s; the logs are in {}",
                self.patience.as_secs(),
                self.folder.display()
            );
        }
        Ok(())
    }

    fn say(&self, words: &str) {
        println!("[{:5.1} s] {words}", self.start.elapsed().as_secs_f64());
    }
}

fn report_sources(done: &Value) {
    let bytes = number(done, "bytes").max(1);
    let row = |who: &str, key: &str| {
        let part = number(done, key);
        println!(
            "            {who:<28}{part:>12} bytes  {:>5.1} %",
            100.0 * part as f64 / bytes as f64
        );
    };
    println!(
        "          the third machine has {} clip(s); their bytes came from",
        number(done, "clips")
    );
    row("other volunteers", "from_peers");
    row("the coordinator's seeder", "from_origin");
    row("the coordinator over HTTP", "over_http");
}

/// Where a program was built.
fn program(name: &str) -> PathBuf {
    run::target("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Opens a machine's log for appending.
fn log(data: &Path, name: &str) -> anyhow::Result<std::fs::File> {
    std::fs::create_dir_all(data)?;
    Ok(std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(data.join(format!("{name}.log")))?)
}
