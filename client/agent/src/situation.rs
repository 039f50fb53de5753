//! What the machine looks like at a moment.
//!
//! Whoever calls fills in a [`Situation`] for every step, from whatever the system offers. What the
//! system does not tell is said to be unknown; nothing here guesses.

use std::time::Duration;

use crate::schedule::{LocalTime, Weekday};

/// The machine, the session and the grid at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Situation {
    /// Seconds since 1970 in UTC, by the system's clock, which may jump.
    pub unix_s: i64,
    /// What the clock on the wall shows.
    pub local: LocalTime,
    /// When somebody last touched keyboard, mouse or screen.
    pub input: Input,
    /// What reached our own saver's windows since the last step.
    pub in_saver: InSaver,
    /// Where the electricity comes from.
    pub power: Power,
    /// Whether the machine is about to sleep or has just woken up.
    pub sleep: Sleep,
    /// Is the session locked?
    pub locked: bool,
    /// The program in front that fills the screen, unless it is ours.
    pub full_screen: Option<String>,
    /// Who asked the desktop not to blank the screen, unless it is us.
    pub inhibitor: Option<String>,
    /// Names of running programs; only those in the settings' `exclusive.apps` matter.
    pub running: Vec<String>,
    /// The processor's cores, at least 1.
    pub cores: u32,
    /// Is there a graphics card that can render?
    pub card: bool,
    /// The hottest sensor that matters, in degrees Celsius.
    pub temperature_c: Option<i16>,
    /// What other programs use of the whole processor, in per cent; never counts ours.
    pub others_cpu_percent: Option<u8>,
    /// The way to the internet.
    pub link: Link,
    /// Has this machine joined a flock?
    pub flock_known: bool,
    /// Did the coordinator answer the last time it was asked? True until it was.
    pub coordinator_reachable: bool,
    /// Free bytes on the disk that holds the flock.
    pub disk_free_bytes: Option<u64>,
    /// Bytes that the flock takes there.
    pub cache_bytes: u64,
    /// The saver of the desktop that is showing us now, such as XScreenSaver.
    pub host_saver: Option<String>,
    /// The saver of the desktop that shows us by itself when its time has come, such as Windows'.
    pub host_chosen: Option<String>,
    /// What there is to render.
    pub queue: Queue,
    /// Has a player of ours missed frames since the last step?
    pub player_dropped_frames: bool,
}

/// When somebody last touched the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// So long ago.
    Since(Duration),
    /// This desktop does not tell; the words say why, as a part of a sentence.
    Unknown(String),
}

/// What reached our own saver's windows since the last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InSaver {
    /// Nothing.
    Quiet,
    /// Only keys that vote or browse, for which it stays.
    VoteKey,
    /// Anything else, for which it goes.
    Other,
    /// The windows do not have the keyboard, so [`Situation::input`] has to do.
    Unfocused,
}

/// Where the electricity comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// The mains.
    Mains,
    /// The battery, and its charge in per cent where that is known.
    Battery(Option<u8>),
    /// No battery was found, as in most desktop machines: treated as the mains.
    NoneKnown,
}

/// Whether the machine is about to sleep or has just woken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sleep {
    /// Neither.
    Awake,
    /// The system says that it is about to sleep.
    GoingDown,
    /// The system says that it woke up since the last step. Where it says nothing, the clocks tell.
    JustWoke,
}

/// The way to the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// There is none.
    Down,
    /// There is one that somebody pays for by the byte.
    Metered,
    /// There is one.
    Free,
}

/// What there is to render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Queue {
    /// Work units are here; the next one is part of the sheep of this name.
    InHand(String),
    /// None is here, and the coordinator has not been asked lately.
    Unasked,
    /// None is here, and the coordinator said that it has none.
    NoneThere,
    /// The coordinator gives this device none, for this reason.
    Withheld(String),
}

impl Default for Situation {
    /// A desktop machine of four cores on a Monday noon, just touched, about which nothing else is
    /// known.
    fn default() -> Self {
        Self {
            unix_s: 0,
            local: LocalTime::new(Weekday::Monday, 12, 0),
            input: Input::Since(Duration::ZERO),
            in_saver: InSaver::Quiet,
            power: Power::NoneKnown,
            sleep: Sleep::Awake,
            locked: false,
            full_screen: None,
            inhibitor: None,
            running: Vec::new(),
            cores: 4,
            card: false,
            temperature_c: None,
            others_cpu_percent: None,
            link: Link::Free,
            flock_known: true,
            coordinator_reachable: true,
            disk_free_bytes: None,
            cache_bytes: 0,
            host_saver: None,
            host_chosen: None,
            queue: Queue::Unasked,
            player_dropped_frames: false,
        }
    }
}
