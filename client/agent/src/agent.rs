//! The steps from one moment to the next.
//!
//! The caller fills in a [`Situation`] and calls [`Agent::step`] with its steady clock; what has
//! changed comes back as [`Effect`]s to carry out, in order. Each is said once.
//!
//! # How often
//!
//! Work stops in the very step that sees input, so *the caller's step rate is the time a person waits*:
//! step at least every 200 ms while work runs or the saver shows, and at once when an input event
//! arrives. Once a second is enough otherwise. A step that comes more than
//! [`STEP_GAP_MAX`](crate::memory::STEP_GAP_MAX) late is taken for a machine that slept.
//!
//! The graphics card's memory is to be given back [`CARD_RELEASE_AFTER`] after it was last used, which
//! leaves the caller a second until the two seconds that are promised.

use std::time::Duration;

use crate::decision::{Decision, Effort, Line, Saver, Work, decide};
use crate::memory::{Memory, Pause};
use crate::reason::Why;
use crate::settings::Settings;
use crate::situation::Situation;
use crate::state::State;

/// How long the graphics card's memory is kept in case that work comes right back.
pub const CARD_RELEASE_AFTER: Duration = Duration::from_secs(1);

/// Something to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open our own saver.
    OpenSaver,
    /// Close it.
    CloseSaver,
    /// Start rendering, or go on with what was interrupted.
    StartWork(Effort),
    /// Go on rendering with another effort.
    ChangeEffort(Effort),
    /// Stop rendering now; what is under way may be kept for later.
    StopWork,
    /// Give the graphics card's memory back.
    ReleaseCard,
    /// Talk to the coordinator: ask for work, send what is finished.
    StartSending,
    /// Stop that; what is finished waits.
    StopSending,
    /// Fetch new sheep.
    StartFetching,
    /// Stop that.
    StopFetching,
    /// Pass sheep on, at most at this speed; said again when only the speed changes.
    StartSharing {
        /// KiB a second; 0 is without a limit.
        kib_per_s_max: u32,
    },
    /// Stop that.
    StopSharing,
    /// Make the flock on disk as small as this.
    TrimFlock {
        /// Bytes.
        bytes_max: u64,
    },
    /// Keep this for the next start of the agent.
    WriteState(State),
}

/// The agent of one session.
#[derive(Clone, Debug)]
pub struct Agent {
    settings: Settings,
    memory: Memory,
    doing: Doing,
    decision: Option<Decision>,
    /// The pause has changed and is not yet on disk.
    unwritten: bool,
}

impl Agent {
    /// An agent that does nothing yet and is paused if `state` says so. `unix_s` is the time by the
    /// system's clock, in seconds since 1970.
    #[must_use]
    pub fn new(settings: Settings, state: State, unix_s: i64) -> Self {
        Self {
            settings,
            memory: Memory::with_pause(state.pause(unix_s)),
            doing: Doing::default(),
            decision: None,
            unwritten: false,
        }
    }

    /// Takes in the situation at `now`, by a steady clock, and returns what is to be done.
    pub fn step(&mut self, now: Duration, situation: &Situation) -> Vec<Effect> {
        let paused = self.memory.pause != Pause::No;
        let jolted = self.memory.observe(&self.settings, situation, now);
        let decision = decide(&self.settings, situation, &self.memory);
        let mut effects = self.doing.follow(&decision, &self.settings, now);
        self.memory.working = self.doing.now.work.is_some();
        self.memory.saver_open = self
            .doing
            .now
            .saver
            .then(|| self.memory.saver_open.unwrap_or_default());
        self.decision = Some(decision);
        // What is on disk stays true while a pause counts down, until it ends or the clock jumps.
        let ended = paused && self.memory.pause == Pause::No;
        if self.unwritten || ended || (paused && jolted) {
            self.unwritten = false;
            effects.push(Effect::WriteState(State::of(
                self.memory.pause,
                situation.unix_s,
            )));
        }
        effects
    }

    /// Nothing of ours from the next step on: for so long, or until [`Agent::resume`].
    pub fn pause(&mut self, length: Option<Duration>) {
        self.memory.pause = length.map_or(Pause::UntilResumed, Pause::For);
        self.unwritten = true;
    }

    /// Ends a pause with the next step.
    pub fn resume(&mut self) {
        self.unwritten |= self.memory.pause != Pause::No;
        self.memory.pause = Pause::No;
    }

    /// Keeps to these settings from the next step on.
    pub fn change_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// What was decided at the last step; `None` before the first.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }

    /// Ends everything that was begun. The state on disk is true already.
    #[must_use]
    pub fn stop(mut self) -> Vec<Effect> {
        let mut effects = self.doing.begin(Wish::default());
        if self.doing.card_unused.take().is_some() {
            effects.push(Effect::ReleaseCard);
        }
        effects
    }
}

/// What a decision comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wish {
    saver: bool,
    work: Option<Effort>,
    sending: bool,
    fetching: bool,
    /// KiB a second.
    sharing: Option<u32>,
}

impl Wish {
    fn of(decision: &Decision, settings: &Settings) -> Self {
        let share = decision.network.share == Line::Open;
        Self {
            saver: decision.saver == Saver::Show,
            work: match decision.work {
                Work::Render(effort) => Some(effort),
                Work::Rest(_) => None,
            },
            sending: decision.network.send == Line::Open,
            fetching: decision.network.fetch == Line::Open,
            sharing: share.then_some(settings.network.upload_kib_per_s_max),
        }
    }
}

/// What was said to be carried out.
#[derive(Clone, Debug, Default)]
struct Doing {
    now: Wish,
    /// Time since the graphics card was last used, while its memory is held.
    card_unused: Option<Duration>,
    /// The size in bytes that the flock was to be trimmed to, while it is too large.
    trimmed_to: Option<u64>,
    stepped: Duration,
}

impl Doing {
    /// Turns to what was decided.
    fn follow(&mut self, decision: &Decision, settings: &Settings, now: Duration) -> Vec<Effect> {
        let passed = now.saturating_sub(self.stepped);
        self.stepped = now;
        let used = self.uses_card();
        let mut effects = self.begin(Wish::of(decision, settings));
        if self.uses_card() {
            self.card_unused = Some(Duration::ZERO);
        } else if let Some(unused) = self.card_unused {
            let unused = if used { unused } else { unused + passed };
            self.card_unused = Some(unused).filter(|unused| *unused < CARD_RELEASE_AFTER);
            effects.extend(self.card_unused.is_none().then_some(Effect::ReleaseCard));
        }
        effects.extend(self.trim(decision));
        effects
    }

    fn uses_card(&self) -> bool {
        self.now.work.is_some_and(|effort| effort.card_percent > 0)
    }

    /// The effects that lead from what is done to `wish`: first everything that stops, work before
    /// all, then what starts.
    fn begin(&mut self, wish: Wish) -> Vec<Effect> {
        let was = std::mem::replace(&mut self.now, wish);
        let stopped = |was: bool, is: bool, effect| (was && !is).then_some(effect);
        let stops = [
            stopped(was.work.is_some(), wish.work.is_some(), Effect::StopWork),
            stopped(was.saver, wish.saver, Effect::CloseSaver),
            stopped(
                was.sharing.is_some(),
                wish.sharing.is_some(),
                Effect::StopSharing,
            ),
            stopped(was.fetching, wish.fetching, Effect::StopFetching),
            stopped(was.sending, wish.sending, Effect::StopSending),
        ];
        let started = |was: bool, is: bool, effect| (is && !was).then_some(effect);
        let starts = [
            started(was.saver, wish.saver, Effect::OpenSaver),
            started(was.sending, wish.sending, Effect::StartSending),
            started(was.fetching, wish.fetching, Effect::StartFetching),
            wish.sharing
                .filter(|_| was.sharing != wish.sharing)
                .map(|kib_per_s_max| Effect::StartSharing { kib_per_s_max }),
            match (was.work, wish.work) {
                (None, Some(effort)) => Some(Effect::StartWork(effort)),
                (Some(before), Some(effort)) if before != effort => {
                    Some(Effect::ChangeEffort(effort))
                }
                _ => None,
            },
        ];
        stops.into_iter().chain(starts).flatten().collect()
    }

    /// Trims a flock that has outgrown its room, once for each size it may have.
    fn trim(&mut self, decision: &Decision) -> Option<Effect> {
        let most = match decision.network.fetch {
            Line::Shut(Why::FlockTooLarge { most, .. }) => Some(most),
            Line::Open | Line::Shut(_) => None,
        };
        let before = std::mem::replace(&mut self.trimmed_to, most);
        let bytes_max = most.filter(|_| before != most)?;
        Some(Effect::TrimFlock { bytes_max })
    }
}
