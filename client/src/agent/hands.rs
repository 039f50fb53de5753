//! The agent's hands: what was decided, done by children.
//!
//! | what | child | how it ends |
//! |---|---|---|
//! | the saver | `play --as-saver` | by itself when somebody is back, or when it is told |
//! | work | `work` | stands still for a while first, so that short visits cost nothing; a graphics card is given back at once |
//! | fetching, sharing | `sync` | when it is told |

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use url::Url;
use woolgather_agent::{Effect, Effort};

use super::children::{ChildNews, Role, Running};
use crate::library::{self, replace};

/// What survives a restart of the agent, in the data folder.
pub(crate) const STATE: &str = "agent.json";
/// How long the saver has to end by itself.
const SAVER_PATIENCE: Duration = Duration::from_millis(300);
/// How long a worker that holds the graphics card has to give its work back.
const CARD_PATIENCE: Duration = Duration::from_millis(900);
/// How long any other has.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a worker that stands still is kept in case that work goes on.
const KEPT: Duration = Duration::from_secs(600);

/// Where things are and who is asked for work.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The data folder as it was given, for the children.
    pub(crate) data: Option<PathBuf>,
    /// The file of the settings as it was given, for the children.
    pub(crate) config: Option<PathBuf>,
    /// The data folder.
    pub(crate) folder: PathBuf,
    /// The coordinator; `None` where no flock is known.
    pub(crate) coordinator: Option<Url>,
    /// Whether there is a graphics card that can render.
    pub(crate) card: bool,
    /// More arguments for the saver.
    pub(crate) saver: Vec<String>,
}

/// What goes over the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Lines {
    fetching: bool,
    /// KiB a second; 0 is without a limit.
    sharing: Option<u32>,
    /// What all clips together may take, in bytes.
    quota_bytes: u64,
}

impl Lines {
    /// Nothing is to go over the network.
    fn are_shut(self) -> bool {
        !self.fetching && self.sharing.is_none()
    }
}

/// A worker that works or stands still.
struct Worker {
    child: Running,
    /// What it was started with.
    effort: Effort,
    stopped: Option<Instant>,
}

/// The children.
pub(crate) struct Hands {
    place: Place,
    tell: Sender<ChildNews>,
    saver: Option<Running>,
    worker: Option<Worker>,
    sharing: Option<(Running, Lines)>,
    lines: Lines,
}

impl Hands {
    /// Hands that do nothing yet; `tell` hears what the children say.
    pub(crate) fn new(place: Place, tell: Sender<ChildNews>) -> Self {
        Self {
            place,
            tell,
            saver: None,
            worker: None,
            sharing: None,
            lines: Lines::default(),
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// From now on all clips together may take so many bytes.
    pub(crate) fn set_quota(&mut self, quota_bytes: u64) {
        self.lines.quota_bytes = quota_bytes;
    }

    /// The process of a child that is there.
    pub(crate) fn number(&self, role: Role) -> Option<u32> {
        let child = match role {
            Role::Saver => self.saver.as_ref(),
            Role::Worker => self.worker.as_ref().map(|worker| &worker.child),
            Role::Sharing => self.sharing.as_ref().map(|(child, _)| child),
        };
        child.map(Running::number)
    }

    /// This process and all children.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        let roles = [Role::Saver, Role::Worker, Role::Sharing];
        let children = roles.into_iter().filter_map(|role| self.number(role));
        [std::process::id()].into_iter().chain(children).collect()
    }

    pub(crate) fn are_working(&self) -> bool {
        self.worker.as_ref().is_some_and(|it| it.stopped.is_none())
    }

    /// Is anything done that a person may want to stop at once?
    pub(crate) fn are_busy(&self) -> bool {
        self.are_working() || self.saver.is_some()
    }

    pub(crate) fn are_sharing(&self) -> bool {
        let sharing = self.sharing.as_ref();
        sharing.is_some_and(|(_, lines)| lines.sharing.is_some())
    }

    /// Carries an effect out; true where the work in hand was given back.
    pub(crate) fn carry_out(&mut self, effect: &Effect) -> bool {
        match effect {
            Effect::OpenSaver => self.open_saver(),
            Effect::CloseSaver => {
                if let Some(saver) = self.saver.take() {
                    saver.end(SAVER_PATIENCE);
                }
            }
            Effect::StartWork(effort) | Effect::ChangeEffort(effort) => return self.work(*effort),
            Effect::StopWork => {
                if let Some(worker) = &mut self.worker {
                    worker.child.rein_in(0);
                    worker.stopped = Some(Instant::now());
                }
            }
            Effect::ReleaseCard => {
                let holds = |worker: &mut Worker| {
                    worker.stopped.is_some() && worker.effort.card_percent > 0
                };
                let worker = self.worker.take_if(holds);
                let given_back = worker.is_some();
                worker
                    .into_iter()
                    .for_each(|worker| worker.child.end(CARD_PATIENCE));
                return given_back;
            }
            // Asking and handing in is the worker's, which stands still meanwhile.
            Effect::StartSending | Effect::StopSending => {}
            Effect::StartFetching => self.lines.fetching = true,
            Effect::StopFetching => self.lines.fetching = false,
            Effect::StartSharing { kib_per_s_max } => self.lines.sharing = Some(*kib_per_s_max),
            Effect::StopSharing => self.lines.sharing = None,
            Effect::TrimFlock { bytes_max } => {
                if let Err(error) = library::trim(&self.place.folder, *bytes_max) {
                    tracing::warn!("The flock could not be made smaller: {error:#}");
                }
            }
            Effect::WriteState(state) => {
                let file = self.place.folder.join(STATE);
                if let Err(error) = replace(&file, state.to_json().as_bytes()) {
                    tracing::warn!("A pause could not be kept: {error}");
                }
            }
        }
        false
    }

    /// Takes note that a child has ended, and of the code it left; `None` where it was told to, or is not ours.
    pub(crate) fn bury(&mut self, role: Role, number: u32) -> Option<Option<i32>> {
        if self.number(role) != Some(number) {
            return None;
        }
        let child = match role {
            Role::Saver => self.saver.take(),
            Role::Worker => self.worker.take().map(|worker| worker.child),
            Role::Sharing => self.sharing.take().map(|(child, _)| child),
        };
        child.map(Running::bury)
    }

    /// Ends who has stood still for too long, and has fetched and shared what may be. `left_alone`: nothing new is begun
    /// with the coordinator. True where the work in hand was given back.
    pub(crate) fn look_after(&mut self, now: Instant, left_alone: bool) -> bool {
        let stands = |worker: &mut Worker| worker.stopped.is_some_and(|since| now - since > KEPT);
        let worker = self.worker.take_if(stands);
        let given_back = worker.is_some();
        worker
            .into_iter()
            .for_each(|worker| worker.child.end(PATIENCE));

        let wanted = self.lines;
        let others = self.sharing.take_if(|(_, lines)| *lines != wanted);
        if let Some((child, _)) = others {
            child.end(PATIENCE);
        } else if !wanted.are_shut() && self.sharing.is_none() && !left_alone {
            self.sharing = self.start_sharing(wanted);
        }
        given_back
    }

    /// Ends all of them, and waits until they have: with this process goes whoever is left.
    pub(crate) fn let_go(self) {
        let worker = self.worker.map(|worker| worker.child);
        let sharing = self.sharing.map(|(child, _)| child);
        let children = self.saver.into_iter().chain(worker).chain(sharing);
        let ends: Vec<_> = children
            .filter_map(|child| child.ending(PATIENCE))
            .collect();
        for end in ends {
            // One that panicked has left its child to the system.
            end.join().ok();
        }
    }

    /// Opens the settings in a window, which stays when the agent goes.
    pub(crate) fn open_settings(&self) {
        let mut command = self.program("settings");
        command.stdin(Stdio::null());
        let opened = command.spawn().and_then(|mut window| {
            let wait = thread::Builder::new().name("settings".into());
            wait.spawn(move || window.wait())
        });
        if let Err(error) = opened {
            tracing::warn!("The settings could not be opened: {error}");
        }
    }

    /// Shows the flock, also because somebody wants to see it now, whatever was decided. A saver that is there goes on.
    pub(crate) fn open_saver(&mut self) {
        if self.saver.is_some() {
            return;
        }
        let mut command = self.child("play");
        command.arg("--as-saver").args(&self.place.saver);
        self.saver = self.start(Role::Saver, command);
    }

    /// Lets the worker work so hard: the one that stands still, or another; true where what the one before had in hand was
    /// given back.
    fn work(&mut self, effort: Effort) -> bool {
        let fits = |worker: &Worker| {
            let before = worker.effort;
            (before.card_percent > 0) == (effort.card_percent > 0) && before.cores >= effort.cores
        };
        let unfit = self.worker.take_if(|worker| !fits(worker));
        let given_back = unfit.is_some();
        unfit
            .into_iter()
            .for_each(|worker| worker.child.end(PATIENCE));
        if self.worker.is_none() {
            self.worker = self.start_worker(effort);
        }
        if let Some(worker) = &mut self.worker {
            let percent = 100 * effort.cores / worker.effort.cores.max(1);
            worker.child.rein_in(percent.clamp(1, 100) as u8);
            worker.stopped = None;
        }
        given_back
    }

    fn start_worker(&self, effort: Effort) -> Option<Worker> {
        let coordinator = self.place.coordinator.as_ref()?;
        let backend = if effort.card_percent > 0 {
            "both"
        } else {
            "cpu"
        };
        let mut command = self.child("work");
        command
            .args(["--json", "--coordinator", coordinator.as_str()])
            .args(["--threads", &effort.cores.to_string()])
            .args(["--backend", backend]);
        Some(Worker {
            child: self.start(Role::Worker, command)?,
            effort,
            stopped: None,
        })
    }

    fn start_sharing(&self, lines: Lines) -> Option<(Running, Lines)> {
        let coordinator = self.place.coordinator.as_ref()?;
        let mut command = self.child("sync");
        command
            .args(["--json", "--coordinator", coordinator.as_str()])
            .args(["--quota", &lines.quota_bytes.to_string()]);
        match lines.sharing {
            None => {
                command.arg("--no-bittorrent");
            }
            Some(kib_per_s) => {
                command.arg("--agree");
                if kib_per_s > 0 {
                    let bytes = u64::from(kib_per_s) << 10;
                    command.args(["--upload-limit", &bytes.to_string()]);
                }
            }
        }
        if !lines.fetching {
            command.arg("--only-share");
        }
        Some((self.start(Role::Sharing, command)?, lines))
    }

    /// A command of this program's, on a leash.
    fn child(&self, command: &str) -> Command {
        let mut made = self.program(command);
        made.arg("--leash");
        made
    }

    /// A command of this program's.
    fn program(&self, command: &str) -> Command {
        // Without a path of its own there is only the name.
        let program = std::env::current_exe().unwrap_or_else(|_| "woolgather".into());
        let mut made = Command::new(program);
        made.arg(command);
        if let Some(data) = &self.place.data {
            made.arg("--data").arg(data);
        }
        if let Some(config) = &self.place.config {
            made.arg("--config").arg(config);
        }
        made
    }

    fn start(&self, role: Role, command: Command) -> Option<Running> {
        match Running::start(role, command, self.tell.clone()) {
            Ok(child) => Some(child),
            Err(error) => {
                tracing::warn!("{role:?} could not be started: {error}");
                None
            }
        }
    }
}
