//! The agent's children: processes of this program that can be stopped, slowed and ended.
//!
//! None outlives the agent ([`woolgather_platform::children`]). It also holds the other end of the child's standard input,
//! whose end is a child's sign to leave (`--leash`).

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;
use woolgather_platform::children::{Hold, spawn_apart};

/// The longest line that a child may say.
const LINE_BYTES_MAX: u64 = 64 << 10;
/// A slowed child runs for a part of this and stands still for the rest.
const PERIOD: Duration = Duration::from_millis(100);

/// Which child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Saver,
    Worker,
    Sharing,
}

/// What children say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ChildNews {
    /// A JSON object on its standard output.
    Said(Role, u32, Value),
    /// It has ended, by itself or not.
    Ended(Role, u32),
}

/// A child that runs, or stands still.
pub(crate) struct Running {
    role: Role,
    child: Child,
    /// Its end is the child's sign to leave.
    _leash: Option<ChildStdin>,
    rein: Arc<Mutex<Rein>>,
}

/// How fast a child may go.
#[derive(Debug)]
struct Rein {
    /// `None` once nobody may stop it any more: its number may become somebody else's.
    hold: Option<Hold>,
    /// Per cent of the time; 0 stands still.
    percent: u8,
}

impl Running {
    /// Starts `command` with its standard output read as JSON lines.
    ///
    /// # Errors
    ///
    /// The system's words.
    pub(crate) fn start(
        role: Role,
        mut command: Command,
        tell: Sender<ChildNews>,
    ) -> std::io::Result<Self> {
        let (mut child, hold) = spawn_apart(command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let leash = child.stdin.take();
        let output = child.stdout.take();
        let number = child.id();
        thread::Builder::new().name("child".into()).spawn(move || {
            if let Some(output) = output {
                let mut output = BufReader::new(output);
                while let Some(line) = next_line(&mut output) {
                    if let Ok(said) = serde_json::from_str(&line) {
                        tell.send(ChildNews::Said(role, number, said)).ok();
                    }
                }
            }
            tell.send(ChildNews::Ended(role, number)).ok();
        })?;
        let rein = Arc::new(Mutex::new(Rein {
            hold: Some(hold),
            percent: 100,
        }));
        Ok(Self {
            role,
            child,
            _leash: leash,
            rein,
        })
    }

    pub(crate) fn number(&self) -> u32 {
        self.child.id()
    }

    /// Lets it go at so many per cent of its speed; 0 stops it between two instructions.
    pub(crate) fn rein_in(&self, percent: u8) {
        let mut rein = self.rein.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut rein.percent, percent.min(100));
        if let Some(hold) = &mut rein.hold {
            match percent {
                0 => hold.stop(),
                _ => hold.go_on(),
            }
        }
        let slowed = |percent: u8| (1..100).contains(&percent);
        if slowed(percent) && !slowed(before) {
            let rein = Arc::clone(&self.rein);
            let thread = thread::Builder::new().name("rein".into());
            // Without a thread it goes at full speed, which is what the system's priorities are for.
            thread.spawn(move || pull(&rein)).ok();
        }
    }

    /// Asks it to end, and ends it when it has not done so within `patience`.
    pub(crate) fn end(self, patience: Duration) {
        // Nobody waits for it.
        drop(self.ending(patience));
    }

    /// As [`Running::end`]; who wants to see it gone joins the thread.
    pub(crate) fn ending(self, patience: Duration) -> Option<JoinHandle<()>> {
        let Self {
            role,
            mut child,
            _leash: leash,
            rein,
        } = self;
        {
            let mut rein = rein.lock().unwrap_or_else(PoisonError::into_inner);
            rein.percent = 100;
            if let Some(hold) = &mut rein.hold {
                hold.ask_to_end();
            }
        }
        drop(leash);
        let deadline = Instant::now() + patience;
        let thread = thread::Builder::new().name(format!("end of {role:?}"));
        let started = thread.spawn(move || {
            while Instant::now() < deadline {
                if !matches!(child.try_wait(), Ok(None)) {
                    break;
                }
                thread::sleep(Duration::from_millis(20));
            }
            let mut rein = rein.lock().unwrap_or_else(PoisonError::into_inner);
            rein.hold = None;
            drop(rein);
            // Does nothing to one that has ended.
            child.kill().ok();
            child.wait().ok();
        });
        started
            .inspect_err(|error| tracing::warn!("A child is left to itself: {error}"))
            .ok()
    }

    /// Takes note that it has ended by itself.
    pub(crate) fn bury(mut self) -> Option<i32> {
        let mut rein = self.rein.lock().unwrap_or_else(PoisonError::into_inner);
        rein.hold = None;
        drop(rein);
        self.child.wait().ok().and_then(|status| status.code())
    }
}

/// Stops and starts a slowed child until it is free, stopped or gone.
fn pull(rein: &Mutex<Rein>) {
    let share = |pull: fn(&mut Hold)| {
        let mut rein = rein.lock().unwrap_or_else(PoisonError::into_inner);
        let percent = rein.percent;
        let hold = rein.hold.as_mut().filter(|_| (1..100).contains(&percent))?;
        pull(hold);
        Some(percent)
    };
    loop {
        let Some(percent) = share(Hold::go_on) else {
            return;
        };
        let going = PERIOD * u32::from(percent) / 100;
        thread::sleep(going);
        if share(Hold::stop).is_none() {
            return;
        }
        thread::sleep(PERIOD - going);
    }
}

/// The next line of at most [`LINE_BYTES_MAX`]; what is longer is no message of ours, and ends the listening.
fn next_line(output: &mut BufReader<std::process::ChildStdout>) -> Option<String> {
    let mut line = String::new();
    let read = output.take(LINE_BYTES_MAX).read_line(&mut line).ok()?;
    (read > 0).then_some(line)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn state(pid: u32) -> char {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let rest = stat.rsplit(") ").next().unwrap_or_default();
        rest.chars().next().unwrap_or('-')
    }

    #[track_caller]
    fn wait_until(is_so: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < Duration::from_secs(10));
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_child_is_heard_line_by_line_and_its_end_too() {
        let (tell, news) = channel();
        let script = "echo '{\"event\":\"one\"}'; echo nonsense; echo '{\"event\":\"two\"}'";
        let child = Running::start(Role::Worker, shell(script), tell).unwrap();
        let number = child.number();
        let said = |name: &str| {
            ChildNews::Said(Role::Worker, number, serde_json::json!({ "event": name }))
        };
        assert_eq!(news.recv().unwrap(), said("one"));
        assert_eq!(news.recv().unwrap(), said("two"));
        assert_eq!(news.recv().unwrap(), ChildNews::Ended(Role::Worker, number));
        assert_eq!(child.bury(), Some(0));
    }

    #[test]
    fn a_child_stands_still_goes_on_and_ends_even_while_it_stands() {
        let (tell, news) = channel();
        let child = Running::start(Role::Worker, shell("while :; do :; done"), tell).unwrap();
        let number = child.number();
        wait_until(|| state(number) == 'R');
        child.rein_in(0);
        wait_until(|| state(number) == 'T');
        child.rein_in(100);
        wait_until(|| state(number) == 'R');
        child.rein_in(0);
        child.end(Duration::from_secs(5));
        assert_eq!(
            news.recv_timeout(Duration::from_secs(5)).unwrap(),
            ChildNews::Ended(Role::Worker, number)
        );
    }

    #[test]
    fn a_slowed_child_goes_for_a_part_of_the_time() {
        let (tell, _news) = channel();
        let child = Running::start(Role::Worker, shell("while :; do :; done"), tell).unwrap();
        let number = child.number();
        child.rein_in(30);
        let looks = 200;
        let mut still = 0;
        for _ in 0..looks {
            still += u32::from(state(number) == 'T');
            thread::sleep(Duration::from_millis(7));
        }
        assert!((80..190).contains(&still), "{still} of {looks}");
        child.end(Duration::from_secs(5));
    }

    #[test]
    fn a_child_that_will_not_end_is_ended() {
        let (tell, news) = channel();
        let script = "trap '' TERM; while :; do sleep 0.05; done";
        let child = Running::start(Role::Saver, shell(script), tell).unwrap();
        thread::sleep(Duration::from_millis(200));
        let asked = Instant::now();
        child.end(Duration::from_millis(300));
        news.recv_timeout(Duration::from_secs(5)).unwrap();
        assert!(asked.elapsed() > Duration::from_millis(250));
    }
}
