//! What this browser has offered.

use askama::Template;
use woolgather_protocol::entries::Entry;

use super::entry::headline;
use super::{Nav, Page};

/// An entry in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnEntry {
    /// The entry.
    pub entry: Entry,
    /// Where its preview is, once there is one.
    pub preview_url: Option<String>,
}

impl OwnEntry {
    fn headline(&self) -> &'static str {
        headline(&self.entry)
    }
}

/// The entries of this browser, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "own.html")]
pub struct OwnEntriesPage {
    /// The entries.
    pub entries: Vec<OwnEntry>,
}

impl Page for OwnEntriesPage {
    fn here(&self) -> Nav {
        Nav::Submit
    }
}
