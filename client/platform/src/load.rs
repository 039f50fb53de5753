//! How busy everybody else keeps the processor.
//!
//! The machine's own count (`/proc/stat`) less that of our processes: those named by the caller
//! and their descendants. What a descendant did before it ended is in its parent's count. Where the
//! parent ended first it is in nobody's, and looks like somebody else's work for one answer; so one
//! answer alone is no reason to stop.
//!
//! Windows counts for the machine and for each process; there descendants do not count, for ours have none.
//!
//! # Source
//!
//! Linux, *Documentation/filesystems/proc.rst*; `proc(5)`. Microsoft, *GetSystemTimes*, *GetProcessTimes*.

#[cfg(windows)]
mod windows;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[cfg(not(windows))]
use crate::network::PROC;
use crate::{Unknown, bounded};

/// Measures from one call to the next.
#[derive(Debug)]
pub struct CpuLoad {
    counts: Counts,
    own: Vec<u32>,
    last: Option<Sample>,
}

/// Who counts.
#[derive(Debug)]
enum Counts {
    /// Linux, below this folder.
    Proc(PathBuf),
    #[cfg(windows)]
    Windows,
}

/// Counts since the machine was started, in ticks of all processors together.
#[derive(Clone, Copy, Debug)]
struct Sample {
    all: u64,
    busy: u64,
    own: u64,
}

impl CpuLoad {
    /// Measures below `proc`, which is `/proc` but for tests; `own` are the processes whose work,
    /// with that of their descendants, is ours.
    #[must_use]
    pub fn new(proc: &Path, own: &[u32]) -> Self {
        Self {
            counts: Counts::Proc(proc.to_owned()),
            own: own.to_vec(),
            last: None,
        }
    }

    /// Measures this machine, as [`CpuLoad::new`] does.
    #[must_use]
    pub fn of_this_machine(own: &[u32]) -> Self {
        #[cfg(windows)]
        {
            Self {
                counts: Counts::Windows,
                own: own.to_vec(),
                last: None,
            }
        }
        #[cfg(not(windows))]
        {
            Self::new(Path::new(PROC), own)
        }
    }

    /// The share of all processors together, 0 to 1, that others used since the last call. None at
    /// the first call, and when the clock has not moved since.
    ///
    /// # Errors
    ///
    /// [`Unknown`] when there are no such counts, as on systems that are not Linux.
    pub fn of_others(&mut self) -> Result<Option<f64>, Unknown> {
        let now = self.sample()?;
        let Some(last) = self.last.replace(now) else {
            return Ok(None);
        };
        let all = now.all.saturating_sub(last.all);
        let busy = now.busy.saturating_sub(last.busy);
        let own = now.own.saturating_sub(last.own);
        let others = busy.saturating_sub(own);
        Ok((all > 0).then(|| (others as f64 / all as f64).min(1.0)))
    }

    fn sample(&self) -> Result<Sample, Unknown> {
        match &self.counts {
            Counts::Proc(proc) => self.sample_below(proc),
            #[cfg(windows)]
            Counts::Windows => windows::sample(&self.own),
        }
    }

    fn sample_below(&self, proc: &Path) -> Result<Sample, Unknown> {
        let path = proc.join("stat");
        let text = bounded::text(&path).map_err(|why| Unknown::because("load", why))?;
        let (all, busy) = text
            .lines()
            .find_map(of_machine)
            .ok_or_else(|| Unknown("load: /proc/stat is of another form".to_owned()))?;
        Ok(Sample {
            all,
            busy,
            own: self.own_ticks(proc)?,
        })
    }

    /// The ticks of our processes and their descendants.
    fn own_ticks(&self, proc: &Path) -> Result<u64, Unknown> {
        let folders = bounded::entries(proc).map_err(|why| Unknown::because("load", why))?;
        let mut processes = BTreeMap::new();
        for folder in folders {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let Ok(pid) = name.parse::<u32>() else {
                continue;
            };
            // A process that ended meanwhile has no file, and no share.
            let text = bounded::text(&folder.join("stat")).unwrap_or_default();
            processes.extend(of_process(&text).map(|process| (pid, process)));
        }
        let ours = descendants(&self.own, &processes);
        Ok(ours.iter().map(|pid| processes[pid].ticks).sum())
    }
}

/// All ticks and the busy ones, of the line for all processors.
fn of_machine(line: &str) -> Option<(u64, u64)> {
    let ticks: Vec<u64> = line
        .strip_prefix("cpu ")?
        .split_whitespace()
        .map_while(|number| number.parse().ok())
        .collect();
    // Guests' time, which follows, is in the users' already.
    let [user, nice, system, idle, iowait, irq, softirq, ..] = ticks[..] else {
        return None;
    };
    let steal = ticks.get(7).copied().unwrap_or(0);
    let busy = user + nice + system + irq + softirq;
    Some((busy + idle + iowait + steal, busy))
}

struct Process {
    parent: u32,
    /// Its own and those of its ended children.
    ticks: u64,
}

/// `pid (comm) state ppid … utime stime cutime cstime …`, where `comm` may hold anything.
fn of_process(text: &str) -> Option<Process> {
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    // `state` is the third field of the manual's list and the first here.
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Process {
        parent: u32::try_from(number(4)?).ok()?,
        ticks: number(14)? + number(15)? + number(16)? + number(17)?,
    })
}

/// Those of `roots` that run, and everything they started, directly or not.
fn descendants(roots: &[u32], processes: &BTreeMap<u32, Process>) -> BTreeSet<u32> {
    let mut found: BTreeSet<u32> = BTreeSet::new();
    let mut open: Vec<u32> = roots.to_vec();
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (pid, process) in processes {
        children.entry(process.parent).or_default().push(*pid);
    }
    while let Some(pid) = open.pop() {
        if processes.contains_key(&pid) && found.insert(pid) {
            open.extend(children.get(&pid).into_iter().flatten());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `/proc` in which time passes as the test says.
    struct Proc(tempfile::TempDir);

    impl Proc {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn machine(&self, user: u64, idle: u64) {
            let text = format!("cpu  {user} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 2 3 4\n");
            std::fs::write(self.0.path().join("stat"), text).unwrap();
        }

        fn process(&self, pid: u32, parent: u32, ticks: u64, of_ended_children: u64) {
            let folder = self.0.path().join(pid.to_string());
            std::fs::create_dir_all(&folder).unwrap();
            let text = format!(
                "{pid} (a (strange) name) S {parent} 1 1 0 -1 0 0 0 0 0 {ticks} 0 \
                 {of_ended_children} 0 39 19 1 0 5"
            );
            std::fs::write(folder.join("stat"), text).unwrap();
        }

        fn ends(&self, pid: u32) {
            std::fs::remove_dir_all(self.0.path().join(pid.to_string())).unwrap();
        }
    }

    #[test]
    fn our_own_work_and_our_children_s_is_not_others() {
        let proc = Proc::new();
        let mut load = CpuLoad::new(proc.0.path(), &[100]);
        proc.machine(1000, 1000);
        proc.process(100, 1, 50, 0);
        proc.process(101, 100, 20, 0);
        proc.process(102, 101, 0, 0);
        proc.process(200, 1, 700, 0);
        assert_eq!(
            load.of_others(),
            Ok(None),
            "there is nothing to compare with yet"
        );

        // Of 200 ticks we used 10 + 20 + 30, somebody else 40, and 100 were idle.
        proc.machine(1100, 1100);
        proc.process(100, 1, 60, 0);
        proc.process(101, 100, 40, 0);
        proc.process(102, 101, 30, 0);
        proc.process(200, 1, 740, 0);
        assert_eq!(load.of_others(), Ok(Some(0.2)));
        assert_eq!(load.of_others(), Ok(None), "no time has passed");

        // A child ends after ten more ticks; its parent now counts its forty.
        proc.machine(1110, 1190);
        proc.ends(102);
        proc.process(101, 100, 40, 40);
        assert_eq!(load.of_others(), Ok(Some(0.0)));
    }

    #[test]
    fn processes_that_name_each_other_as_parents_do_not_hang_it() {
        let proc = Proc::new();
        proc.machine(10, 10);
        proc.process(100, 101, 1, 0);
        proc.process(101, 100, 1, 0);
        let mut load = CpuLoad::new(proc.0.path(), &[100]);
        assert_eq!(load.of_others(), Ok(None));
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        assert!(
            CpuLoad::new(Path::new("/nonexistent"), &[])
                .of_others()
                .is_err()
        );
        let proc = Proc::new();
        std::fs::write(proc.0.path().join("stat"), "cpu 1 2\n").unwrap();
        let error = CpuLoad::new(proc.0.path(), &[]).of_others().unwrap_err();
        assert!(error.to_string().contains("another form"), "{error}");
    }

    #[cfg(any(target_os = "linux", windows))]
    #[test]
    fn this_machine_has_a_load_between_nothing_and_all() {
        let mut load = CpuLoad::of_this_machine(&[std::process::id()]);
        assert_eq!(load.of_others(), Ok(None));
        std::thread::sleep(std::time::Duration::from_millis(100));
        let share = load.of_others().unwrap().expect("time has passed");
        assert!((0.0..=1.0).contains(&share), "{share}");
    }
}
