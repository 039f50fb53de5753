//! A sheep on a page: its card, the parts that several pages share, and its own page.

use askama::Template;
use woolgather_protocol::ids::{ClipId, SheepId};
use woolgather_protocol::paths;
use woolgather_protocol::people::Handle;

use super::{Nav, Page};

/// A published clip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClipLink {
    /// Its name in addresses.
    pub id: ClipId,
    /// Goes up when the clip is repaired.
    pub version: u32,
}

impl ClipLink {
    /// Where the file is.
    #[must_use]
    pub fn video_url(&self) -> String {
        paths::clip(&self.id, self.version)
    }

    /// Where its torrent is.
    #[must_use]
    pub fn torrent_url(&self) -> String {
        paths::torrent(&self.id, self.version)
    }
}

/// How a sheep fares in votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rating {
    /// Its chance against an ordinary sheep, in percent; 50 before anybody has voted.
    pub percent: u8,
    /// Dealt votes it took part in.
    pub votes: u64,
}

/// A sheep as lists and ballots show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheepCard {
    /// Its name in addresses.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
    /// Its loop, once that is live; until then only the poster is shown.
    pub clip: Option<ClipLink>,
    /// How it fares in votes.
    pub rating: Rating,
}

impl SheepCard {
    /// Its page.
    #[must_use]
    pub fn url(&self) -> String {
        sheep_url(&self.id)
    }

    /// Its picture.
    #[must_use]
    pub fn poster_url(&self) -> String {
        paths::poster(&self.id)
    }
}

/// A sheep that is only named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheepLink {
    /// Its name in addresses.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
}

impl SheepLink {
    /// Its page.
    #[must_use]
    pub fn url(&self) -> String {
        sheep_url(&self.id)
    }

    /// Its picture.
    #[must_use]
    pub fn poster_url(&self) -> String {
        paths::poster(&self.id)
    }
}

/// What there is to know about a clip's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClipFacts {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Frames in the file.
    pub frames: u32,
    /// Frames a second.
    pub fps: u32,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// The torrent's info hash, in hexadecimal.
    pub info_hash: String,
    /// Participants who have the whole file and share it now.
    pub seeders: u64,
}

/// One sheep: watch it, credit it, take it home.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "sheep.html")]
pub struct SheepPage {
    /// The sheep.
    pub sheep: SheepCard,
    /// Whose page the artist's name leads to, if they want to be found.
    pub person: Option<Handle>,
    /// Its genome's name: 64 hexadecimal characters.
    pub genome_id: String,
    /// SPDX name of the licence of genome and pictures.
    pub licence: String,
    /// The volunteers who rendered the loop, most segments first.
    pub volunteers: Vec<String>,
    /// The sheep it came from; empty for an artist's own.
    pub parents: Vec<SheepLink>,
    /// The sheep that came from it.
    pub children: Vec<SheepLink>,
    /// About the loop's file; `None` while it is being rendered.
    pub facts: Option<ClipFacts>,
    /// It no longer plays in the flock, but stays here.
    pub retired: bool,
}

impl Page for SheepPage {
    fn here(&self) -> Nav {
        Nav::Flock
    }
}

impl SheepPage {
    /// Where the genome can be downloaded.
    fn genome_url(&self) -> String {
        format!("{}/genome.flam3", self.sheep.url())
    }

    /// Whether the works are dedicated to the public, which the page says in words.
    fn is_public_domain(&self) -> bool {
        self.licence == "CC0-1.0"
    }
}

fn sheep_url(id: &SheepId) -> String {
    format!("/sheep/{id}")
}
