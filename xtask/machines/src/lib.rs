//! One program of a demonstration or an end-to-end test: its process, and what it said.
//!
//! The client's programs say what they do as one JSON object a line (`--json`), each with an
//! `event`. A [`Machine`] keeps them all, so that a caller can wait for one, count them, or read
//! the numbers in them. Whatever the program writes to stderr goes to a log in its data folder.

mod postgres;

pub use postgres::PostgresServer;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

/// How often a waiting caller looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A running program. Dropping it ends the process the hard way.
#[derive(Debug)]
pub struct Machine {
    child: Mutex<Child>,
    said: Arc<Mutex<Vec<Value>>>,
    reader: Mutex<Option<JoinHandle<()>>>,
    log: PathBuf,
    name: String,
}

impl Machine {
    /// Starts `program` with `args` and `--data data`.
    ///
    /// # Errors
    ///
    /// When the folder or the process cannot be made.
    pub fn start(program: &Path, args: &[&str], data: &Path) -> anyhow::Result<Self> {
        Self::start_with(program, args, data, &[])
    }

    /// As [`Machine::start`], with more variables in its environment.
    ///
    /// # Errors
    ///
    /// As [`Machine::start`].
    pub fn start_with(
        program: &Path,
        args: &[&str],
        data: &Path,
        environment: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let name = args.first().copied().unwrap_or("program").to_owned();
        std::fs::create_dir_all(data)?;
        let log = data.join(format!("{name}.log"));
        let errors = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)?;
        let mut child = Command::new(program)
            .args(args)
            .arg("--data")
            .arg(data)
            .envs(environment.iter().copied())
            // What it says in the end is what a person would read, not where in the code it was said.
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .with_context(|| format!("could not start {}", program.display()))?;
        let stdout = child.stdout.take().context("a program without output")?;
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Ok(event) = serde_json::from_str(&line) {
                    lock(&heard).push(event);
                }
            }
        });
        Ok(Self {
            child: Mutex::new(child),
            said,
            reader: Mutex::new(Some(reader)),
            log,
            name,
        })
    }

    /// The newest event of this kind.
    pub fn last(&self, event: &str) -> Option<Value> {
        lock(&self.said)
            .iter()
            .rfind(|value| value["event"] == event)
            .cloned()
    }

    /// Every event of this kind, oldest first.
    pub fn all(&self, event: &str) -> Vec<Value> {
        lock(&self.said)
            .iter()
            .filter(|value| value["event"] == event)
            .cloned()
            .collect()
    }

    /// Waits until the program has said `event`, and returns the newest.
    ///
    /// # Errors
    ///
    /// When it stops or `patience` is over before; the message holds the log's end.
    pub fn wait_for(&self, event: &str, patience: Duration) -> anyhow::Result<Value> {
        let start = Instant::now();
        loop {
            if let Some(value) = self.last(event) {
                return Ok(value);
            }
            self.must_run()?;
            if start.elapsed() > patience {
                bail!(
                    "{} did not say `{event}` within {patience:?}:\n{}",
                    self.name,
                    self.log_end()
                );
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Checks that the program is still there.
    ///
    /// # Errors
    ///
    /// When it has stopped by itself; the message holds the log's end.
    pub fn must_run(&self) -> anyhow::Result<()> {
        match lock(&self.child).try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} stopped ({status}):\n{}", self.name, self.log_end()),
        }
    }

    /// The process's number.
    #[must_use]
    pub fn id(&self) -> u32 {
        lock(&self.child).id()
    }

    /// Waits for the program's own end; all it said is there afterwards.
    ///
    /// # Errors
    ///
    /// When it ends with a failure; the message holds the log's end.
    pub fn finish(&self) -> anyhow::Result<()> {
        let status = lock(&self.child).wait()?;
        self.hear_the_rest();
        if status.success() {
            return Ok(());
        }
        bail!("{} failed ({status}):\n{}", self.name, self.log_end())
    }

    /// Ends the process as `kill -9` does, and waits until it is gone.
    pub fn kill(&self) -> Option<ExitStatus> {
        let mut child = lock(&self.child);
        child.kill().ok();
        child.wait().ok()
    }

    /// Asks the process to end, as a service manager does, and waits for it.
    ///
    /// # Errors
    ///
    /// As [`Machine::finish`].
    pub fn terminate(&self) -> anyhow::Result<()> {
        let id = lock(&self.child).id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        self.finish()
    }

    /// The last lines of the program's log.
    #[must_use]
    pub fn log_end(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn hear_the_rest(&self) {
        if let Some(reader) = lock(&self.reader).take() {
            reader.join().ok();
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A number in an event; 0 when it is not there.
#[must_use]
pub fn number(event: &Value, key: &str) -> u64 {
    event[key].as_u64().unwrap_or(0)
}

/// Waits for the address a coordinator writes to its data folder once it listens.
///
/// # Errors
///
/// When the coordinator stops or `patience` is over before.
pub fn coordinator_url(
    coordinator: &Machine,
    data: &Path,
    patience: Duration,
) -> anyhow::Result<String> {
    let start = Instant::now();
    loop {
        coordinator.must_run()?;
        match std::fs::read_to_string(data.join("listen.txt")) {
            Ok(text) if text.ends_with('\n') => {
                return Ok(text.trim().trim_end_matches('/').to_owned());
            }
            _ if start.elapsed() > patience => {
                bail!("no address within {patience:?}:\n{}", coordinator.log_end())
            }
            _ => std::thread::sleep(LOOK_EVERY),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
