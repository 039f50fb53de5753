//! What has to be remembered from one moment to the next.
//!
//! A decision that looked at one moment only would flap at every boundary and would take a machine
//! that wakes up for one that was idle all night. [`Memory::observe`] is told of every step and keeps
//! what [`decide`](crate::decide) needs beside the settings and the situation:
//!
//! * the pause, which only a person or its own end lifts;
//! * *latches* with a band between going on and coming back: charge, heat, others' load, free disk;
//! * since when somebody is known to be here although the system's counter may say otherwise: a key
//!   in the saver, waking up, a clock that jumped;
//! * how far rendering has stepped back behind a player that missed frames;
//! * how long work has rested, because it may come back only after [`REST_MIN`].

use std::time::Duration;

use crate::settings::Settings;
use crate::situation::{InSaver, Input, Power, Situation, Sleep};

/// A step that comes later than this after the one before means that the machine slept.
pub const STEP_GAP_MAX: Duration = Duration::from_secs(10);

/// How far the wall clock and the steady clock may part in one step before it counts as a jump.
pub const CLOCK_JUMP_MIN: Duration = Duration::from_secs(10);

/// How long work rests after waking up or a jump of the clock.
pub const SETTLE: Duration = Duration::from_secs(30);

/// How long work rests at least, once stopped.
pub const REST_MIN: Duration = Duration::from_secs(10);

/// How long a player must miss no frame before rendering takes a step forward again.
pub const SMOOTH_MIN: Duration = Duration::from_secs(60);

/// How long rendering waits for its step back to help before it takes another.
pub const YIELD_MIN: Duration = Duration::from_secs(5);

/// Per cent of charge that must be gained before a low battery is forgotten.
pub const CHARGE_BAND_PERCENT: u32 = 5;

/// Degrees Celsius that the machine must cool before the heat is forgotten.
pub const HEAT_BAND_CELSIUS: i64 = 5;

/// Bytes that must come free before a full disk is forgotten.
pub const DISK_BAND_BYTES: u64 = 512 << 20;

/// What the person asked for with "pause".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pause {
    /// Nothing.
    #[default]
    No,
    /// Nothing of ours until they say otherwise.
    UntilResumed,
    /// Nothing of ours for so long yet, counted by the steady clock.
    For(Duration),
}

/// How far rendering has stepped back behind a player.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Yielding {
    /// Not at all.
    #[default]
    No,
    /// To half of its effort.
    Half,
    /// Altogether.
    All,
}

/// Why a machine is given time to settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jolt {
    /// It slept.
    Woke,
    /// Its wall clock was set, or it slept and the steady clock did not notice.
    ClockJumped,
}

/// What is remembered; [`Memory::default`] has seen nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// What the person asked for.
    pub pause: Pause,
    /// How long our own saver has been open; `None` when it is not, or has to go.
    pub saver_open: Option<Duration>,
    /// Is work being rendered?
    pub working: bool,
    /// The charge is too low to render.
    pub battery_low: bool,
    /// The machine is too hot to render.
    pub hot: bool,
    /// Other programs need the processor.
    pub busy: bool,
    /// The disk has too little room.
    pub disk_low: bool,
    /// How far rendering has stepped back behind a player.
    pub yielding: Yielding,
    /// Why, and for how long yet, the machine is given time to settle.
    pub settling: Option<(Jolt, Duration)>,
    /// Time since we ourselves knew that somebody is, or may be, here; `None` before the first time.
    since_seen: Option<Duration>,
    /// Time since work stopped; `None` when it has not run yet.
    rested: Option<Duration>,
    /// Time since the last change of `yielding`.
    yielded_for: Duration,
    /// Time since a player last missed a frame.
    smooth_for: Duration,
    last: Option<Moment>,
}

/// The two clocks at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    now: Duration,
    unix_s: i64,
}

impl Memory {
    /// Nothing but a pause, as an agent starts.
    #[must_use]
    pub fn with_pause(pause: Pause) -> Self {
        Self {
            pause,
            ..Self::default()
        }
    }

    /// Takes in what a step at `now` sees. `now` is a steady clock that never runs backwards;
    /// whether it goes on while the machine sleeps does not matter.
    ///
    /// Returns whether the machine slept or its clock jumped since the step before.
    pub fn observe(&mut self, settings: &Settings, situation: &Situation, now: Duration) -> bool {
        let moment = Moment {
            now,
            unix_s: situation.unix_s,
        };
        let last = self.last.replace(moment).unwrap_or(moment);
        let passed = now.saturating_sub(last.now);
        self.count(passed);
        let jolt = jolt(last, moment, situation.sleep);
        if let Some(jolt) = jolt {
            self.settling = Some((jolt, SETTLE));
            self.since_seen = Some(Duration::ZERO);
        }
        self.notice_input(situation);
        self.latch(settings, situation);
        self.step_back(situation.player_dropped_frames, passed);
        jolt.is_some()
    }

    /// How long nobody has been here; `None` when that cannot be known.
    ///
    /// A desktop's own saver that shows us is as good as a counter: the desktop had to know.
    #[must_use]
    pub fn idle(&self, situation: &Situation) -> Option<Duration> {
        let counted = match &situation.input {
            Input::Since(since) => *since,
            Input::Unknown(_) if situation.host_saver.is_some() => Duration::MAX,
            Input::Unknown(_) => return None,
        };
        Some(counted.min(self.unseen_for()))
    }

    /// How long it is since we ourselves knew that somebody is here, whatever the system counts.
    #[must_use]
    pub fn unseen_for(&self) -> Duration {
        self.since_seen.unwrap_or(Duration::MAX)
    }

    /// May work that stopped come back, as far as its rest is concerned?
    #[must_use]
    pub fn rested(&self) -> bool {
        self.working || self.rested.is_none_or(|rested| rested >= REST_MIN)
    }

    /// Lets `passed` go by on everything that is counted.
    fn count(&mut self, passed: Duration) {
        if let Pause::For(left) = self.pause {
            let left = left.saturating_sub(passed);
            self.pause = if left.is_zero() {
                Pause::No
            } else {
                Pause::For(left)
            };
        }
        if let Some((jolt, left)) = self.settling {
            let left = left.saturating_sub(passed);
            self.settling = Some((jolt, left)).filter(|_| !left.is_zero());
        }
        self.saver_open = self.saver_open.map(|open| open.saturating_add(passed));
        self.since_seen = self.since_seen.map(|since| since.saturating_add(passed));
        self.rested = if self.working {
            Some(Duration::ZERO)
        } else {
            self.rested.map(|rested| rested.saturating_add(passed))
        };
    }

    /// Any key shows that somebody is here; only a vote leaves the saver open.
    fn notice_input(&mut self, situation: &Situation) {
        let goes = match (situation.in_saver, &situation.input) {
            (InSaver::Other, _) => true,
            (InSaver::Unfocused, Input::Since(since)) => self.saver_open > Some(*since),
            (InSaver::Unfocused | InSaver::Quiet | InSaver::VoteKey, _) => false,
        };
        if goes {
            self.saver_open = None;
        }
        if matches!(situation.in_saver, InSaver::VoteKey | InSaver::Other) {
            self.since_seen = Some(Duration::ZERO);
        }
    }

    fn latch(&mut self, settings: &Settings, situation: &Situation) {
        let render = &settings.render;
        self.battery_low = match situation.power {
            Power::Battery(Some(percent)) => {
                let band = if self.battery_low {
                    CHARGE_BAND_PERCENT
                } else {
                    0
                };
                u32::from(percent) < (render.battery_percent_min + band).min(100)
            }
            Power::Battery(None) => true,
            Power::Mains | Power::NoneKnown => false,
        };
        self.hot = situation.temperature_c.is_some_and(|celsius| {
            let (celsius, most) = (i64::from(celsius), i64::from(render.celsius_max));
            celsius >= most || (self.hot && celsius > most - HEAT_BAND_CELSIUS)
        });
        self.busy = situation.others_cpu_percent.is_some_and(|percent| {
            let most = render.others_cpu_percent_max;
            let most = if self.busy { most * 4 / 5 } else { most };
            u32::from(percent) > most
        });
        self.disk_low = situation.disk_free_bytes.is_some_and(|free| {
            let band = if self.disk_low { DISK_BAND_BYTES } else { 0 };
            free < (u64::from(settings.disk.free_gib_min) << 30) + band
        });
    }

    /// Playing outranks rendering: one step back at a time, and slowly forward again.
    fn step_back(&mut self, dropped: bool, passed: Duration) {
        self.yielded_for = self.yielded_for.saturating_add(passed);
        self.smooth_for = self.smooth_for.saturating_add(passed);
        if dropped {
            self.smooth_for = Duration::ZERO;
        }
        let stepped = match self.yielding {
            Yielding::No if dropped => Yielding::Half,
            Yielding::Half if dropped && self.yielded_for >= YIELD_MIN => Yielding::All,
            Yielding::All if self.may_step_forward() => Yielding::Half,
            Yielding::Half if self.may_step_forward() => Yielding::No,
            same => same,
        };
        if stepped != self.yielding {
            self.yielding = stepped;
            self.yielded_for = Duration::ZERO;
        }
    }

    fn may_step_forward(&self) -> bool {
        self.smooth_for.min(self.yielded_for) >= SMOOTH_MIN
    }
}

/// Did the machine sleep, or its clock jump, between two steps?
fn jolt(last: Moment, moment: Moment, sleep: Sleep) -> Option<Jolt> {
    let steady = moment.now.saturating_sub(last.now);
    if sleep == Sleep::JustWoke || steady > STEP_GAP_MAX {
        return Some(Jolt::Woke);
    }
    // Steps are shorter than the gap above, so their seconds fit.
    let wall_s = moment.unix_s.saturating_sub(last.unix_s);
    let apart_s = wall_s.saturating_sub(steady.as_secs() as i64);
    (apart_s.unsigned_abs() > CLOCK_JUMP_MIN.as_secs()).then_some(Jolt::ClockJumped)
}
