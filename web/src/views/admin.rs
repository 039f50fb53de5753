//! The operator's console, and its door.

use askama::Template;
use woolgather_protocol::ids::{EntryId, SheepId, WorkUnitId};
use woolgather_protocol::{Licence, PublicKey, limits};

use super::{Nav, Page, WrongFrame};

/// What stands between a visitor and the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminDoor {
    /// A link that may open it.
    Link {
        /// The link's word.
        word: String,
    },
    /// A link that was used, is too old, or never was one.
    Spent,
    /// No session is open.
    Closed,
}

/// The door.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "admin_door.html")]
pub struct AdminDoorPage {
    /// What stands there.
    pub door: AdminDoor,
}

impl Page for AdminDoorPage {
    fn here(&self) -> Nav {
        Nav::Elsewhere
    }
}

/// What an operator decided a moment ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// An entry is a sheep now.
    Accepted,
    /// An entry is not taken.
    Rejected,
    /// A device gets no work.
    Banned,
    /// Nothing is held against a device any more.
    Pardoned,
    /// A unit waits for a volunteer again.
    Requeued,
    /// A unit is set aside.
    Quarantined,
}

impl Decided {
    const ALL: [Self; 6] = [
        Self::Accepted,
        Self::Rejected,
        Self::Banned,
        Self::Pardoned,
        Self::Requeued,
        Self::Quarantined,
    ];

    /// The one with this word.
    #[must_use]
    pub fn with_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decided| decided.word() == word)
    }

    /// As it stands in an address.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Banned => "banned",
            Self::Pardoned => "pardoned",
            Self::Requeued => "requeued",
            Self::Quarantined => "quarantined",
        }
    }

    /// In a sentence.
    fn sentence(self) -> &'static str {
        match self {
            Self::Accepted => "The entry is a sheep now; its loop will be rendered.",
            Self::Rejected => "The entry is not taken; its artist reads your reason.",
            Self::Banned => "The device gets no work any more; what it did is audited again.",
            Self::Pardoned => "Nothing is held against the device any more.",
            Self::Requeued => "The unit waits for a volunteer again.",
            Self::Quarantined => {
                "The unit is set aside; its clip is rendered again where it was wrong and published anew."
            }
        }
    }
}

/// An entry that waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminEntry {
    /// Its name in addresses.
    pub id: EntryId,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub artist: String,
    /// Where its preview is; an address on this origin.
    pub preview_url: Option<String>,
    /// How long ago it came.
    pub seconds_ago: u64,
    /// Its licence.
    pub licence: Licence,
    /// The sheep that it branches from.
    pub parent: Option<SheepId>,
    /// Why it was turned down before, and what its artist says to that.
    pub appeal: Option<String>,
}

/// A frame that was found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminVerdict {
    /// The unit it belongs to.
    pub unit: WorkUnitId,
    /// The frame, with both pictures.
    pub wrong: WrongFrame,
}

/// A device with one of the classes it draws with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminDevice {
    /// Its key.
    pub key: PublicKey,
    /// Its volunteer's name; may be empty.
    pub volunteer: String,
    /// What it draws with.
    pub class: String,
    /// Units accepted.
    pub accepted: u64,
    /// Submissions refused.
    pub refused: u64,
    /// It gets no work for a while, by itself.
    pub is_set_aside: bool,
    /// Why it is banned, if it is.
    pub banned: Option<String>,
    /// How long ago it was heard of.
    pub seconds_ago: u64,
}

impl AdminDevice {
    fn name(&self) -> &str {
        match self.volunteer.as_str() {
            "" => "anonymous",
            name => name,
        }
    }
}

/// A decision of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminLog {
    /// What: `ban`, `pardon`, …
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// How long ago.
    pub seconds_ago: u64,
}

/// The console.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "admin.html")]
pub struct AdminPage {
    /// What every form carries.
    pub proof: String,
    /// What was decided a moment ago.
    pub done: Option<Decided>,
    /// Why it was not.
    pub problem: Option<String>,
    /// Jobs that were given up.
    pub jobs_failed: u64,
    /// Units that failed on five devices, or were set aside.
    pub units_quarantined: u64,
    /// Audits that wait.
    pub audits_waiting: u64,
    /// Workers heard of lately.
    pub workers_active: u64,
    /// Entries to decide on, oldest first.
    pub entries: Vec<AdminEntry>,
    /// Whether there are more.
    pub more_entries: bool,
    /// What was found wrong lately.
    pub verdicts: Vec<AdminVerdict>,
    /// Devices seen lately.
    pub devices: Vec<AdminDevice>,
    /// What was decided, newest first.
    pub log: Vec<AdminLog>,
}

impl Page for AdminPage {
    fn here(&self) -> Nav {
        Nav::Elsewhere
    }
}

impl AdminPage {
    fn reason_chars_max(&self) -> usize {
        limits::REASON_CHARS_MAX
    }
}
