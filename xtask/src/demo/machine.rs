//! One program of the demonstration: its process, and what it said as JSON lines.

use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::{log, program};

/// A running program. Dropping it ends the process.
pub(super) struct Machine {
    who: Option<String>,
    child: Mutex<Child>,
    said: Arc<Mutex<Vec<Value>>>,
    reader: Mutex<Option<JoinHandle<()>>>,
    log: PathBuf,
}

impl Machine {
    /// Starts `name` with `args` and `--data data`; what it says on stderr goes to a log there.
    pub(super) fn start(
        name: &str,
        args: &[&str],
        data: &Path,
        who: Option<&str>,
    ) -> anyhow::Result<Self> {
        let command = args.first().copied().unwrap_or(name);
        let mut child = Command::new(program(name))
            .args(args)
            .arg("--data")
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log(data, command)?)
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
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
            who: who.map(str::to_owned),
            child: Mutex::new(child),
            said,
            reader: Mutex::new(Some(reader)),
            log: data.join(format!("{command}.log")),
        })
    }

    /// Fails with the log's end when the program has stopped by itself.
    pub(super) fn must_run(&mut self, what: &str) -> anyhow::Result<()> {
        match lock(&self.child).try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{what} stopped ({status}):\n{}", self.log_end()),
        }
    }

    /// Waits for the program's own end.
    pub(super) fn finish(&self) -> anyhow::Result<()> {
        let status = lock(&self.child).wait()?;
        if let Some(reader) = lock(&self.reader).take() {
            reader.join().ok();
        }
        if status.success() {
            Ok(())
        } else {
            bail!("{status}:\n{}", self.log_end())
        }
    }

    /// Like [`Machine::finish`], for the program that runs until Ctrl-C.
    pub(super) fn wait(self) -> anyhow::Result<()> {
        self.finish()
    }

    /// Whether it ever said this event.
    pub(super) fn saw(&self, event: &str) -> bool {
        self.last(event).is_some()
    }

    /// The newest event of this kind.
    pub(super) fn last(&self, event: &str) -> Option<Value> {
        lock(&self.said)
            .iter()
            .rfind(|value| value["event"] == event)
            .cloned()
    }

    /// Every event of this kind.
    pub(super) fn all(&self, event: &str) -> Vec<Value> {
        lock(&self.said)
            .iter()
            .filter(|value| value["event"] == event)
            .cloned()
            .collect()
    }

    fn log_end(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// What a volunteer is doing, in a few words.
    fn doing(&self) -> String {
        let who = self.who.as_deref().unwrap_or("?");
        let handed_in = self.all("submitted").len();
        let Some(leased) = self.last("leased") else {
            return format!("{who}: asking for work");
        };
        let done = self.last("frame").map_or(0, |frame| number(&frame, "done"));
        let (title, segment) = (
            leased["title"].as_str().unwrap_or("a sheep"),
            number(&leased, "segment") + 1,
        );
        let task = if leased["task"] == "audit" {
            "auditing"
        } else {
            "rendering"
        };
        format!(
            "{who}: {task} \"{title}\" segment {segment}, frame {done}/{} ({handed_in} handed in)",
            number(&leased, "frames")
        )
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let mut child = lock(&self.child);
        child.kill().ok();
        child.wait().ok();
    }
}

/// A number in an event; 0 when it is not there.
pub(super) fn number(event: &Value, key: &str) -> u64 {
    event[key].as_u64().unwrap_or(0)
}

/// Shows what the volunteers are doing on one line that is written again and again.
pub(super) fn show_line(workers: &[Machine]) {
    if !std::io::stdout().is_terminal() {
        return;
    }
    let line = workers
        .iter()
        .map(Machine::doing)
        .collect::<Vec<_>>()
        .join("  |  ");
    print!("\r\x1b[2K{line}");
    std::io::stdout().flush().ok();
}

/// Ends the line that [`show_line`] writes.
pub(super) fn clear_line() {
    if std::io::stdout().is_terminal() {
        print!("\r\x1b[2K");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
