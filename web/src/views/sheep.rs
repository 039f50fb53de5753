//! A sheep on a page: its card, the parts that several pages share, and its own page.

use askama::Template;
use woolgather_protocol::ids::{ClipId, SheepId};
use woolgather_protocol::people::Handle;
use woolgather_protocol::{Tag, paths};

use super::{GalleryQuery, Nav, Page};
use crate::words::query_part;

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
    /// That chance were its rating two deviations lower: it is hardly less.
    pub low: u8,
    /// That chance were its rating two deviations higher: it is hardly more.
    pub high: u8,
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
    /// Its picture is there.
    pub has_poster: bool,
    /// How it fares in votes.
    pub rating: Rating,
}

impl SheepCard {
    /// Its page.
    #[must_use]
    pub fn url(&self) -> String {
        paths::sheep_page(&self.id)
    }

    /// Its picture.
    #[must_use]
    pub fn poster_url(&self) -> String {
        paths::poster(&self.id)
    }

    /// Its picture, 640 pixels across.
    #[must_use]
    pub fn small_url(&self) -> String {
        small_url(&self.id)
    }

    /// Everything by its artist.
    #[must_use]
    pub fn artist_url(&self) -> String {
        artist_url(&self.artist)
    }
}

/// A relative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kin {
    /// Its name in addresses.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
    /// Its picture is there.
    pub has_poster: bool,
    /// It no longer plays in the flock.
    pub retired: bool,
}

/// A relative with its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KinNode {
    /// The relative.
    pub kin: Kin,
    /// Its parents in a tree of ancestors, its children in one of descendants.
    pub kin_of_it: Vec<KinNode>,
    /// It is in the tree already, with its own.
    pub is_met: bool,
}

/// A tree of relatives, as a template writes it down.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TreeStep<'a> {
    /// An entry begins: this relative.
    Enter(&'a KinNode),
    /// Its own relatives follow, so many, folded away.
    Fold(u64),
    /// They end.
    Unfold,
    /// The entry ends.
    Leave,
}

/// An artist to be named with a sheep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// The artist.
    pub artist: String,
    /// SPDX name of the licence of the work that the sheep descends from.
    pub licence: String,
}

impl Credit {
    fn artist_url(&self) -> String {
        artist_url(&self.artist)
    }

    fn licence_name(&self) -> &str {
        licence_name(&self.licence)
    }
}

impl Kin {
    /// Its page.
    #[must_use]
    pub fn url(&self) -> String {
        paths::sheep_page(&self.id)
    }

    /// Its picture, 640 pixels across.
    #[must_use]
    pub fn small_url(&self) -> String {
        small_url(&self.id)
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
    /// What it is found by.
    pub tags: Vec<Tag>,
    /// The flock bred it: nobody drew it.
    pub is_bred: bool,
    /// Its parents with theirs, generation by generation; empty for an artist's own.
    pub ancestors: Vec<KinNode>,
    /// Its children with theirs.
    pub descendants: Vec<KinNode>,
    /// There are more descendants than are shown.
    pub is_cut: bool,
    /// The artists of its ancestors.
    pub credits: Vec<Credit>,
    /// About the loop's file; `None` while it is being rendered.
    pub facts: Option<ClipFacts>,
    /// It no longer plays in the flock, but stays here.
    pub retired: bool,
    /// The website's address, without a slash at the end: what is shared elsewhere needs whole addresses.
    pub address: String,
}

impl Page for SheepPage {
    fn here(&self) -> Nav {
        Nav::Gallery
    }
}

impl SheepPage {
    /// The artist's page, or else everything by that name.
    fn artist_url(&self) -> String {
        match &self.person {
            Some(handle) => format!("/people/{handle}"),
            None => self.sheep.artist_url(),
        }
    }

    /// Where the genome can be downloaded.
    fn genome_url(&self) -> String {
        paths::genome(&self.sheep.id)
    }

    /// What a browser draws it from.
    fn flame_url(&self) -> String {
        format!("{}/flame.json", self.sheep.url())
    }

    /// Where a branch of it is offered.
    fn branch_url(&self) -> String {
        format!("/submit?parent={}", self.sheep.id)
    }

    fn embed_url(&self) -> String {
        format!("{}/embed/{}", self.address, self.sheep.id)
    }

    fn oembed_url(&self) -> String {
        let page = format!("{}{}", self.address, self.sheep.url());
        format!("{}/oembed?url={}", self.address, query_part(&page))
    }

    /// What to paste into another page.
    fn embed_code(&self) -> String {
        format!(
            "<iframe src=\"{}\" width=\"640\" height=\"360\" allow=\"autoplay\" loading=\"lazy\"></iframe>",
            self.embed_url()
        )
    }

    /// Whether the works are dedicated to the public, which the page says in words.
    fn is_public_domain(&self) -> bool {
        self.licence == "CC0-1.0"
    }

    fn is_by(&self) -> bool {
        self.licence == "CC-BY-4.0"
    }

    /// Artists who must be named wherever it is shown: the licences of their works say so.
    fn must_be_named(&self) -> Vec<&Credit> {
        let bound = |credit: &&Credit| credit.licence != "CC0-1.0";
        self.credits.iter().filter(bound).collect()
    }

    fn may_be_named(&self) -> Vec<&Credit> {
        let free = |credit: &&Credit| credit.licence == "CC0-1.0";
        self.credits.iter().filter(free).collect()
    }

    /// All trees of the page, for the template.
    fn steps<'a>(&self, nodes: &'a [KinNode]) -> Vec<TreeStep<'a>> {
        let mut steps = Vec::new();
        step_through(nodes, &mut steps);
        steps
    }

    fn interval_width(&self) -> u8 {
        let Rating { low, high, .. } = self.sheep.rating;
        high.saturating_sub(low).max(1)
    }

    /// Where the line of the mean begins, so that it lies round the mean and within the picture.
    fn interval_mean(&self) -> String {
        let mean = f64::from(self.sheep.rating.percent) - 0.6;
        format!("{:.1}", mean.clamp(0.0, 98.8))
    }

    /// The rating's interval in words.
    fn interval(&self) -> String {
        let Rating {
            percent, low, high, ..
        } = self.sheep.rating;
        format!("{percent} %, between {low} % and {high} % with 95 % certainty")
    }
}

fn step_through<'a>(nodes: &'a [KinNode], steps: &mut Vec<TreeStep<'a>>) {
    for node in nodes {
        steps.push(TreeStep::Enter(node));
        if !node.kin_of_it.is_empty() {
            steps.push(TreeStep::Fold(node.kin_of_it.len() as u64));
            step_through(&node.kin_of_it, steps);
            steps.push(TreeStep::Unfold);
        }
        steps.push(TreeStep::Leave);
    }
}

fn artist_url(artist: &str) -> String {
    let query = GalleryQuery {
        artist: Some(artist.to_owned()),
        ..GalleryQuery::default()
    };
    query.url()
}

/// A licence's name for people.
fn licence_name(spdx: &str) -> &str {
    match spdx {
        "CC0-1.0" => "CC0 1.0",
        "CC-BY-4.0" => "CC BY 4.0",
        other => other,
    }
}

/// A sheep's picture, 640 pixels across.
pub(crate) fn small_url(id: &SheepId) -> String {
    format!("{}/small.webp", paths::sheep_page(id))
}
