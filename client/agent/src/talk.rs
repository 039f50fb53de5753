//! The messages on the agent's local socket: one JSON object a line.
//!
//! A line is a request or an answer, and every request gets one answer:
//!
//! ```text
//! {"v":1,"request":"pause","for_s":3600}
//! {"v":1,"answer":"ok"}
//! ```
//!
//! The socket is the person's own, but what comes in is still measured before it is believed: a line has
//! a limit, and so have the texts in it. What is not understood gets [`Answer::Refused`] with a
//! sentence. Keys that are not known are passed over, so that a newer program may say more.
//!
//! A desktop's saver starts one process for every monitor. Each says hello, again whenever it turns to
//! another sheep, and learns what the others play and whether it is the one that votes; see
//! [`Savers`](crate::Savers).

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::seen::SeenSheep;

/// The version of the messages.
pub const VERSION: u64 = 1;

/// The longest line, in bytes, with its newline.
pub const LINE_BYTES_MAX: usize = 16 * 1024;

/// The longest text in a message, in bytes.
pub const TEXT_BYTES_MAX: usize = 200;

/// The longest pause with an end.
pub const PAUSE_MAX: Duration = Duration::from_secs(31 * 24 * 3600);

/// What a program of ours asks of the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// What are you doing? Answered with [`Answer::Status`].
    Status,
    /// Do nothing until the time is over.
    Pause {
        /// Seconds, at most [`PAUSE_MAX`]; without it the pause lasts until [`Request::Resume`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        for_s: Option<u64>,
    },
    /// End a pause.
    Resume,
    /// A vote on what is playing, or on a sheep that was seen lately.
    Vote {
        /// Which way.
        vote: Vote,
        /// The id of a sheep that was seen; without it the vote is on the one that is playing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sheep: Option<String>,
    },
    /// What was on the screens lately? Answered with [`Answer::Seen`].
    Seen,
    /// A saver process is here, or plays another sheep. Answered with [`Answer::Saver`].
    SaverHello(SaverHello),
    /// It goes.
    SaverBye {
        /// The process that goes.
        pid: u32,
    },
    /// The settings file has changed: read it again.
    SettingsChanged,
    /// End the agent.
    Stop,
}

/// A vote on a sheep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// More like it.
    Up,
    /// Less like it.
    Down,
}

/// A process that shows the flock in a window of the desktop's saver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaverHello {
    /// The process.
    pub pid: u32,
    /// The window of the host that it draws in, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u64>,
    /// The monitor's name, or its number where it has none.
    pub monitor: String,
    /// The sheep that it plays, once it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheep: Option<String>,
    /// That sheep's id, where it is one of the flock's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheep_id: Option<String>,
    /// Who made that sheep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    /// Frames that went by unseen since it began.
    #[serde(default)]
    pub dropped_frames: u64,
    /// Has somebody pressed a key that is the player's, such as a vote, since it last said hello?
    #[serde(default)]
    pub key_taken: bool,
}

/// What the agent answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Done, or already so.
    Ok,
    /// No, and why, in one sentence.
    Refused {
        /// The sentence.
        sentence: String,
    },
    /// What the agent does.
    Status(Box<Status>),
    /// What a saver process needs to know.
    Saver {
        /// Is it the one that votes?
        votes: bool,
        /// What the other processes play.
        others: Vec<Playing>,
    },
    /// What was on the screens lately.
    Seen {
        /// The sheep, the last one first; at most [`SEEN_MAX`](crate::seen::SEEN_MAX).
        sheep: Vec<SeenSheep>,
        /// The address of the website's page about them, signed by this device and good for a while; none where no
        /// flock was met or nothing seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<String>,
    },
}

/// What the agent does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// What it renders, or why it does not, in one sentence.
    pub sentence: String,
    /// Whether the saver shows, or why it does not, in one sentence.
    pub saver: String,
    /// What is fetched and shared, or why not, a sentence each.
    pub network: Vec<String>,
    /// What is playing where.
    pub playing: Vec<Playing>,
    /// What is rendered, if anything is.
    pub rendering: Option<Rendering>,
    /// Are sheep passed on to other participants?
    pub sharing: bool,
    /// Is everything paused?
    pub paused: bool,
    /// What came of it since midnight.
    pub today: Today,
}

/// A sheep on a monitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Playing {
    /// The monitor's name.
    pub monitor: String,
    /// The sheep's name.
    pub sheep: String,
}

/// What is rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendering {
    /// The sheep's name.
    pub sheep: String,
    /// Cores in use.
    pub cores: u32,
    /// Cores the processor has.
    pub cores_all: u32,
    /// Per cent of the graphics card's time.
    pub card_percent: u8,
}

/// What came of a day, by the clock on the wall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Today {
    /// Frames rendered.
    pub frames: u64,
    /// Work units finished.
    pub work_units: u64,
    /// Seconds spent rendering.
    pub rendering_s: u64,
    /// Bytes of sheep fetched.
    pub fetched_bytes: u64,
}

/// A line that is no message; its sentence goes back in [`Answer::Refused`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMessage {
    /// Longer than a line may be; hang up, the next line's start is not known.
    #[error("A line has at most {LINE_BYTES_MAX} bytes.")]
    TooLong,
    /// No JSON object.
    #[error("A line must be one JSON object.")]
    NoObject,
    /// Without a version.
    #[error("The message does not say its version, v.")]
    NoVersion,
    /// Of another version.
    #[error(
        "The message has version {0}, and this agent speaks {VERSION}: restart the older of the two."
    )]
    OtherVersion(u64),
    /// Of a kind that is not known here, or with values that are not allowed.
    #[error("The agent does not understand this {0}.")]
    NotUnderstood(&'static str),
    /// A text is too long.
    #[error("A name has at most {TEXT_BYTES_MAX} bytes.")]
    LongText,
    /// A pause of no length, or too long.
    #[error("A pause lasts from one second to 31 days, or until you resume.")]
    PauseLength,
}

impl From<NoMessage> for Answer {
    fn from(no: NoMessage) -> Self {
        Self::Refused {
            sentence: no.to_string(),
        }
    }
}

impl Request {
    /// The line, with its newline.
    #[must_use]
    pub fn to_line(&self) -> String {
        to_line(self)
    }

    /// Reads a line, with or without its newline.
    ///
    /// # Errors
    ///
    /// [`NoMessage`], whose sentence is the answer. After [`NoMessage::TooLong`] hang up; after any
    /// other the next line may be read.
    pub fn read(line: &[u8]) -> Result<Self, NoMessage> {
        let request: Self = read(line, "request")?;
        match &request {
            Self::Pause { for_s: Some(for_s) } => {
                let allowed = 1..=PAUSE_MAX.as_secs();
                allowed
                    .contains(for_s)
                    .then_some(())
                    .ok_or(NoMessage::PauseLength)?;
            }
            Self::SaverHello(hello) => {
                let sheep = hello.sheep.iter().chain(&hello.sheep_id);
                let texts = sheep.chain(&hello.artist).chain([&hello.monitor]);
                check_lengths(texts)?;
            }
            Self::Vote { sheep, .. } => check_lengths(sheep.iter())?,
            _ => {}
        }
        Ok(request)
    }
}

impl Answer {
    /// The line, with its newline.
    #[must_use]
    pub fn to_line(&self) -> String {
        to_line(self)
    }

    /// Reads a line, with or without its newline.
    ///
    /// # Errors
    ///
    /// [`NoMessage`] when the other end is no agent, or one of another version: show the sentence.
    pub fn read(line: &[u8]) -> Result<Self, NoMessage> {
        read(line, "answer")
    }
}

fn check_lengths<'a>(mut texts: impl Iterator<Item = &'a String>) -> Result<(), NoMessage> {
    let is_long = |text: &String| text.len() > TEXT_BYTES_MAX;
    if texts.any(is_long) {
        return Err(NoMessage::LongText);
    }
    Ok(())
}

#[derive(Serialize)]
struct Versioned<'a, M> {
    v: u64,
    #[serde(flatten)]
    message: &'a M,
}

fn to_line<M: Serialize>(message: &M) -> String {
    let versioned = Versioned {
        v: VERSION,
        message,
    };
    // Unwrap safety: plain data with text keys; serialising it cannot fail.
    serde_json::to_string(&versioned).expect("a message is plain data") + "\n"
}

fn read<M: DeserializeOwned>(line: &[u8], kind: &'static str) -> Result<M, NoMessage> {
    if line.len() > LINE_BYTES_MAX {
        return Err(NoMessage::TooLong);
    }
    let value: Value = serde_json::from_slice(line).map_err(|_| NoMessage::NoObject)?;
    let object = value.as_object().ok_or(NoMessage::NoObject)?;
    match object.get("v").and_then(Value::as_u64) {
        None => Err(NoMessage::NoVersion),
        Some(VERSION) => serde_json::from_value(value).map_err(|_| NoMessage::NotUnderstood(kind)),
        Some(other) => Err(NoMessage::OtherVersion(other)),
    }
}
