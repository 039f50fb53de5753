//! What the hosts of screensavers have in common: a daemon, and the hacks that it has started.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::person::Person;
use crate::{NOBODY, is_root};

/// How long a daemon may take to be there.
const PATIENCE: Duration = Duration::from_secs(40);

/// A daemon of one person's, which ends with what it has started.
#[derive(Debug)]
pub(crate) struct Daemon {
    process: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts `command`, whose words go to the file `log` in the person's home folder.
    pub(crate) fn start(person: &Person, mut command: Command, log: &str, install: &str) -> Self {
        let name = command.get_program().display().to_string();
        let log = person.home().join(log);
        let file = File::create(&log).expect("a file in the home folder");
        let process = command
            .stdout(file.try_clone().expect("a file is open"))
            .stderr(file)
            // So that its children can be told from other tests' ones.
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}; {install}"));
        Self { process, log }
    }

    /// Asks again and again whether it is there.
    pub(crate) fn wait_until(&self, mut is_there: impl FnMut() -> bool) {
        let start = Instant::now();
        while !is_there() {
            assert!(start.elapsed() < PATIENCE, "never there: {}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// All that it has said.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// The processes that it, or one of its children, has started from the file `program` and that run now.
    pub(crate) fn started(&self, program: &Path) -> Vec<u32> {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
        pids.filter(|&pid| {
            // A process that has ended and that nobody has asked about has no file any more.
            let file = fs::read_link(format!("/proc/{pid}/exe"));
            file.is_ok_and(|file| file == program) && self.is_above(pid)
        })
        .collect()
    }

    fn is_above(&self, mut pid: u32) -> bool {
        while pid > 1 {
            if pid == self.process.id() {
                return true;
            }
            let Some(parent) = parent(pid) else {
                return false;
            };
            pid = parent;
        }
        false
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // What it has started goes with it.
        let mut kill = Command::new("pkill");
        if is_root() {
            kill.uid(NOBODY);
        }
        let group = self.process.id().to_string();
        drop(kill.args(["-g", &group]).status());
        // It may have ended already, and then there is nothing left to do.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Behind the name, which may hold anything, come the state and the parent.
    let fields = stat.rsplit_once(") ")?.1;
    fields.split(' ').nth(1)?.parse().ok()
}
