//! Status: the work going on, in numbers and bars.

use askama::Template;
use woolgather_protocol::ids::ClipId;
use woolgather_protocol::submission::WorkUnitState;

use super::{Health, HealthWord, Nav, Page, SheepCard};

/// A clip being rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClipProgress {
    /// Its name in addresses.
    pub id: ClipId,
    /// What it shows, for people: the sheep's title, or `from → to` for an edge.
    pub title: String,
    /// The state of each segment, in the clip's order.
    pub segments: Vec<WorkUnitState>,
}

impl ClipProgress {
    /// Segments that are rendered and checked.
    #[must_use]
    pub fn accepted(&self) -> usize {
        let accepted = |state: &&WorkUnitState| matches!(state, WorkUnitState::Accepted);
        self.segments.iter().filter(accepted).count()
    }
}

/// A clip that was published lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The sheep it shows.
    pub sheep: SheepCard,
    /// Seconds since it was published.
    pub age_s: u64,
    /// The volunteers who rendered it, most segments first.
    pub volunteers: Vec<String>,
}

/// What the tracker and the origin seeder know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SwarmNumbers {
    /// Torrents that the tracker knows.
    pub torrents: u64,
    /// Peers with a whole file, summed over torrents.
    pub seeders: u64,
    /// Peers still fetching, summed over torrents.
    pub leechers: u64,
    /// Bytes that participants fetched from each other, as they announced.
    pub bytes_from_peers: u64,
    /// Bytes that this coordinator served, over BitTorrent and HTTP.
    pub bytes_from_origin: u64,
}

/// A volunteer on the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolunteerLine {
    /// The name to show.
    pub name: String,
    /// Segments accepted.
    pub segments: u64,
}

/// The flock's progress.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "status.html")]
pub struct StatusPage {
    /// The flock's name.
    pub flock: String,
    /// The recipe in words: `1280 × 720, 30 frames a second, 160 frames`.
    pub recipe: String,
    /// Living sheep.
    pub sheep_live: u64,
    /// Live clips, loops and edges.
    pub clips_live: u64,
    /// Workers heard of lately.
    pub workers_active: u64,
    /// Work units that wait for a worker.
    pub units_ready: u64,
    /// Work units that a worker has.
    pub units_leased: u64,
    /// Work units that are being checked.
    pub units_auditing: u64,
    /// Votes counted so far.
    pub votes: u64,
    /// Clips being rendered, furthest first.
    pub rendering: Vec<ClipProgress>,
    /// Clips published lately, newest first.
    pub published: Vec<Published>,
    /// The volunteers who did most, most first.
    pub volunteers: Vec<VolunteerLine>,
    /// How the clips spread.
    pub swarm: SwarmNumbers,
    /// For whom it works.
    pub health: Health,
}

impl Page for StatusPage {
    fn here(&self) -> Nav {
        Nav::Status
    }
}

impl StatusPage {
    /// The share of bytes that came from other participants, in percent; `None` before any.
    fn peers_percent(&self) -> Option<u64> {
        let SwarmNumbers {
            bytes_from_peers: peers,
            bytes_from_origin: origin,
            ..
        } = self.swarm;
        (u128::from(peers) * 100)
            .checked_div(u128::from(peers) + u128::from(origin))
            .map(|percent| percent as u64)
    }
}

/// The style class and the word for a segment's state.
fn segment_look(state: &WorkUnitState) -> (&'static str, &'static str) {
    match state {
        WorkUnitState::Ready => ("ready", "waiting"),
        WorkUnitState::Leased => ("leased", "rendering"),
        WorkUnitState::Submitted | WorkUnitState::Auditing => ("auditing", "being checked"),
        WorkUnitState::Accepted => ("accepted", "done"),
        WorkUnitState::Quarantined => ("quarantined", "needs an operator"),
    }
}
