//! The operator's console, further rooms: how the flock renews itself, and what the program is busy with.

use askama::Template;
use woolgather_protocol::ids::EntryId;

use super::{Nav, Page};

/// An entry whose turn has not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminWaiting {
    /// Its name in addresses.
    pub id: EntryId,
    /// Its title.
    pub title: String,
    /// How long it has waited.
    pub seconds_ago: u64,
}

/// How the flock renews itself.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "admin_flock.html")]
pub struct AdminFlockPage {
    /// What every form carries.
    pub proof: String,
    /// The flock in numbers, a sentence each.
    pub numbers: Vec<String>,
    /// Artists' entries that wait for their turn, first first.
    pub waiting: Vec<AdminWaiting>,
    /// What would happen next, a sentence each; `None` before anybody asked.
    pub forecast: Option<Vec<String>>,
    /// Births that are tried when somebody asks.
    pub births: u32,
}

impl Page for AdminFlockPage {
    fn here(&self) -> Nav {
        Nav::Elsewhere
    }
}

/// A job that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminJob {
    /// Its number.
    pub number: i64,
    /// What it is about.
    pub key: String,
    /// `waiting`, `running` or `failed`.
    pub state: String,
    /// Failures in a row.
    pub failures: u64,
    /// Seconds until it is due; 0 when it is.
    pub due_s: u64,
    /// What the last failure said.
    pub error: Option<String>,
}

/// A clip that few share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminSwarm {
    /// What it shows.
    pub title: String,
    /// Its torrent's info hash, in hexadecimal.
    pub info_hash: String,
    /// Participants with the whole file, the origin seeder included.
    pub seeders: u64,
    /// Participants who still fetch it.
    pub leechers: u64,
}

/// What the program is busy with, what it holds, and how it was set up.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "admin_works.html")]
pub struct AdminWorksPage {
    /// What every form carries.
    pub proof: String,
    /// A job was made due again a moment ago.
    pub retried: bool,
    /// Jobs that are not done, those given up first.
    pub jobs: Vec<AdminJob>,
    /// Free bytes where the data is; `None` where the system does not say.
    pub free_bytes: Option<u64>,
    /// Published clips, and their bytes.
    pub live: (u64, u64),
    /// Retired clips, and their bytes.
    pub retired: (u64, u64),
    /// Clips that nobody but this coordinator has whole.
    pub alone: u64,
    /// Clips looked at for that.
    pub looked_at: u64,
    /// Those that fewest share, fewest first.
    pub swarm: Vec<AdminSwarm>,
    /// Every option and its value.
    pub settings: Vec<(&'static str, String)>,
}

impl Page for AdminWorksPage {
    fn here(&self) -> Nav {
        Nav::Elsewhere
    }
}
