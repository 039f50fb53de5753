//! The one sentence that says what the agent does and why.
//!
//! A [`Why`] is a clause, "on battery, 63 %"; [`Reason`], [`Saver`] and [`Line`] make sentences of
//! it. Every sentence is one line of at most [`SENTENCE_CHARS_MAX`] characters and ends with
//! its only full stop, whatever a program, a sheep or a desktop is called: see [`Name`].

use std::fmt;
use std::time::Duration;

use crate::decision::{Decision, Effort, Line, Saver};
use crate::memory::Jolt;
use crate::schedule::Opening;

/// No sentence is longer, in characters.
pub const SENTENCE_CHARS_MAX: usize = 120;

/// A name from outside, made fit for a sentence.
///
/// It is one line, has no control characters and no full stop at its end or before a blank, and is
/// shortened to what a sentence has room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// At most 28 characters.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::with_chars(text, 28)
    }

    /// At most 60 characters, for a part of a sentence that comes from outside.
    #[must_use]
    pub fn long(text: &str) -> Self {
        Self::with_chars(text, 60)
    }

    fn with_chars(text: &str, chars_max: usize) -> Self {
        let plain = text.replace(char::is_control, " ");
        let words = plain
            .split_whitespace()
            .map(|word| word.trim_end_matches(['.', '!', '?']))
            .filter(|word| !word.is_empty());
        let line = words.collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            return Self("something unnamed".to_owned());
        }
        if line.chars().count() <= chars_max {
            return Self(line);
        }
        Self(line.chars().take(chars_max - 1).chain(['…']).collect())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands against something, as a clause without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The person asked for it: for so long yet, or until they say otherwise.
    Paused(Option<Duration>),
    /// A program that has the machine to itself.
    Exclusive(Name),
    /// The settings say no.
    TurnedOff,
    /// The settings say nothing yet.
    NotAsked,
    /// Nothing tells when somebody is here.
    InputUnknown(Name),
    /// This machine has joined no flock.
    NoFlock,
    /// The charge in per cent, where known.
    Battery(Option<u8>),
    /// The battery may be used, but is too low.
    BatteryLow {
        /// The charge in per cent.
        percent: u8,
        /// What it takes, in per cent.
        least: u32,
    },
    /// Degrees Celsius.
    Hot(i16),
    /// What others use of the processor, in per cent.
    OthersBusy(u8),
    /// When it opens next.
    Schedule(Opening),
    /// A player missed frames.
    PlayingFirst,
    /// There is no network.
    NoNetwork,
    /// There is no network and no work left here.
    NoNetworkNoWork,
    /// The connection is paid for by the byte.
    Metered,
    /// The connection is paid for by the byte, and no work is left here.
    MeteredNoWork,
    /// The coordinator does not answer and no work is left here.
    NoCoordinator,
    /// Both in bytes.
    DiskFull {
        /// What is free.
        free: u64,
        /// What has to stay free.
        least: u64,
    },
    /// Both in bytes.
    FlockTooLarge {
        /// What the flock takes.
        taken: u64,
        /// What it may take.
        most: u64,
    },
    /// The machine is about to sleep.
    GoingToSleep,
    /// The machine is given time.
    Settling(Jolt),
    /// The session is locked.
    Locked,
    /// The desktop's own saver shows us.
    HostShows(Name),
    /// The desktop's own saver shows the flock when its time has come.
    HostWillShow(Name),
    /// A program fills the screen.
    FullScreen(Name),
    /// A program asked for the screen to stay on.
    Inhibited(Name),
    /// Somebody is here; it takes so long without input.
    Present(Duration),
    /// Something was touched just now.
    Touched,
    /// Work stopped a moment ago.
    ShortRest,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paused(None) => write!(f, "paused until you say otherwise"),
            Self::Paused(Some(left)) => write!(f, "paused for another {}", Spoken(*left)),
            Self::Exclusive(app) => write!(f, "{app} has the machine to itself"),
            Self::TurnedOff => write!(f, "turned off in the settings"),
            Self::NotAsked => write!(f, "you have not said yet whether it may"),
            Self::InputUnknown(reason) => write!(f, "cannot tell when you are away ({reason})"),
            Self::NoFlock => write!(f, "this machine has joined no flock yet"),
            Self::Battery(Some(percent)) => write!(f, "on battery, {percent} %"),
            Self::Battery(None) => write!(f, "on battery"),
            Self::BatteryLow { percent, least } => {
                write!(f, "on battery at {percent} %, and it takes {least} %")
            }
            Self::Hot(celsius) => write!(f, "the machine is hot, {celsius} °C"),
            Self::OthersBusy(percent) => {
                write!(f, "other programs need the processor, {percent} %")
            }
            Self::Schedule(opening) => write!(f, "your schedule opens again {opening}"),
            Self::PlayingFirst => write!(f, "playing smoothly comes first"),
            Self::NoNetwork => write!(f, "there is no network"),
            Self::NoNetworkNoWork => write!(f, "there is no network and no work left here"),
            Self::Metered => write!(f, "the network is metered"),
            Self::MeteredNoWork => write!(f, "the network is metered and no work is left here"),
            Self::NoCoordinator => {
                write!(
                    f,
                    "the coordinator does not answer and no work is left here"
                )
            }
            Self::DiskFull { free, least } => {
                write!(
                    f,
                    "{} are free and {} are to stay free",
                    Gib(*free),
                    Gib(*least)
                )
            }
            Self::FlockTooLarge { taken, most } => {
                write!(f, "the flock takes {} of its {}", Gib(*taken), Gib(*most))
            }
            Self::GoingToSleep => write!(f, "the machine is going to sleep"),
            Self::Settling(Jolt::Woke) => write!(f, "the machine has just woken up"),
            Self::Settling(Jolt::ClockJumped) => write!(f, "the clock has just been set"),
            Self::Locked => write!(f, "the session is locked"),
            Self::HostShows(host) => write!(f, "{host} is showing the flock"),
            Self::HostWillShow(host) => write!(f, "{host} shows the flock in its own time"),
            Self::FullScreen(app) => write!(f, "{app} fills the screen"),
            Self::Inhibited(who) => write!(f, "{who} keeps the screen on"),
            Self::Present(wait) => {
                write!(f, "it starts after {} without input", Spoken(*wait))
            }
            Self::Touched => write!(f, "you are busy here, back in a moment"),
            Self::ShortRest => write!(f, "back in a moment"),
        }
    }
}

/// What the agent does about rendering, and why; reads as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing is rendered.
    Resting(Why),
    /// Something is.
    Rendering {
        /// The sheep's name.
        sheep: Name,
        /// With what.
        effort: Effort,
        /// The processor's cores.
        cores: u32,
        /// Less than allowed, because a player missed frames.
        yielding: bool,
        /// What is finished cannot be sent now.
        waiting: bool,
    },
    /// The coordinator is about to be asked for work.
    Asking,
    /// The coordinator has no work now.
    NoneThere,
    /// It is allowed to render, and the coordinator gives this device no work, for this reason.
    Withheld(Name),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resting(Why::Paused(None)) => write!(f, "Paused until you say otherwise."),
            Self::Resting(Why::Paused(Some(left))) => {
                write!(f, "Paused for another {}.", Spoken(*left))
            }
            Self::Resting(why) => write!(f, "Not rendering: {why}."),
            Self::Asking => write!(f, "Ready to render: asking for work."),
            Self::Withheld(why) => write!(f, "The flock gives this device no work: {why}."),
            Self::NoneThere => write!(f, "Ready to render: the flock needs nothing just now."),
            Self::Rendering {
                sheep,
                effort,
                cores,
                yielding,
                waiting,
            } => {
                write!(
                    f,
                    "Rendering {sheep} with {} of {cores} cores",
                    effort.cores
                )?;
                if effort.card_percent > 0 {
                    write!(f, " and the graphics card")?;
                }
                match (yielding, waiting) {
                    (true, _) => write!(f, ", slowly so that playing stays smooth.")?,
                    (_, true) => write!(f, ", finished work waits for the network.")?,
                    (false, false) => write!(f, ".")?,
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Saver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Show => write!(f, "The saver is showing."),
            Self::Hide(why) => write!(f, "No saver: {why}."),
        }
    }
}

impl Decision {
    /// Two short sentences' worth for a status page: what is fetched, and what is passed on.
    #[must_use]
    pub fn network_sentences(&self) -> [String; 2] {
        let say = |line: &Line, open: &str, shut: &str| match line {
            Line::Open => format!("{open}."),
            Line::Shut(why) => format!("{shut}: {why}."),
        };
        [
            say(&self.network.fetch, "Fetching new sheep", "Not fetching"),
            say(&self.network.share, "Sharing sheep", "Not sharing"),
        ]
    }
}

/// A length of time as people say it, rounded up: "25 minutes".
struct Spoken(Duration);

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_millis().div_ceil(1000);
        let (count, unit) = match seconds {
            0..60 => (seconds, "second"),
            60..7200 => (seconds.div_ceil(60), "minute"),
            7200..172_800 => (seconds.div_ceil(3600), "hour"),
            _ => (seconds.div_ceil(86_400), "day"),
        };
        let plural = if count == 1 { "" } else { "s" };
        write!(f, "{count} {unit}{plural}")
    }
}

/// Bytes in GiB with one decimal where there is one: "2.5 GiB".
struct Gib(u64);

impl fmt::Display for Gib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const GIB: u64 = 1 << 30;
        let (whole, tenths) = (self.0 / GIB, self.0 % GIB * 10 / GIB);
        match tenths {
            0 => write!(f, "{whole} GiB"),
            _ => write!(f, "{whole}.{tenths} GiB"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_spoken(millis: u64, expected: &str) {
        assert_eq!(Spoken(Duration::from_millis(millis)).to_string(), expected);
    }

    #[test]
    fn times_are_rounded_up_to_what_people_say() {
        check_spoken(0, "0 seconds");
        check_spoken(1, "1 second");
        check_spoken(59_000, "59 seconds");
        check_spoken(60_000, "1 minute");
        check_spoken(60_001, "2 minutes");
        check_spoken(7_199_000, "120 minutes");
        check_spoken(7_200_000, "2 hours");
        check_spoken(172_799_000, "48 hours");
        check_spoken(172_800_000, "2 days");
    }

    #[test]
    fn sizes_have_a_decimal_where_there_is_one() {
        assert_eq!(Gib(0).to_string(), "0 GiB");
        assert_eq!(Gib(5 << 30).to_string(), "5 GiB");
        assert_eq!(Gib((5 << 30) - 1).to_string(), "4.9 GiB");
        assert_eq!(Gib(7 << 29).to_string(), "3.5 GiB");
    }

    #[test]
    fn a_name_is_made_fit_for_a_sentence() {
        let check = |text: &str, expected: &str| assert_eq!(Name::of(text).to_string(), expected);
        check("game.exe", "game.exe");
        check(" Stop. Now!\nPlease... ", "Stop Now Please");
        check("", "something unnamed");
        check("...", "something unnamed");
        check(&"ü".repeat(40), &("ü".repeat(27) + "…"));
    }
}
