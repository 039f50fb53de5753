//! Who gave the bytes.
//!
//! The session counts, for every peer that it knows, the pieces that this peer *completed* and the
//! bytes that arrived from it. Arrived bytes include duplicates: a slow peer's piece is asked of a
//! faster one too, and both send it. Completed pieces do not, so credit is counted in pieces, and
//! the sum over all peers is what was downloaded.
//!
//! Two things are made good here. A peer that the session has forgotten and meets again starts at
//! zero: what it gave before is remembered. And the last piece of a file is shorter than the rest:
//! the difference is taken off the peer that gained most when the sum first overshot.
//!
//! Pure: the counters are arguments.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::torrent::TorrentSummary;

/// What the session says about a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PeerCounters {
    pub(super) address: SocketAddr,
    /// Pieces completed by this peer and found right.
    pub(super) pieces: u64,
    /// Bytes of file contents that arrived from it.
    pub(super) fetched_bytes: u64,
}

/// A counter that may start again at zero.
#[derive(Debug, Clone, Copy, Default)]
struct Counter {
    before: u64,
    now: u64,
}

impl Counter {
    /// Takes a new reading and returns the gain.
    fn read(&mut self, reading: u64) -> u64 {
        let gain = if reading < self.now {
            self.before += self.now;
            reading
        } else {
            reading - self.now
        };
        self.now = reading;
        gain
    }

    fn total(self) -> u64 {
        self.before + self.now
    }
}

#[derive(Debug, Default)]
struct PeerCredit {
    pieces: Counter,
    fetched_bytes: Counter,
}

/// Credit of all peers over the life of one download.
#[derive(Debug)]
pub(super) struct Credit {
    piece_length: u64,
    /// Bytes that the last piece lacks to be a whole one.
    shortfall: u64,
    /// Who gave the short piece, once it is known.
    short_piece_from: Option<SocketAddr>,
    peers: BTreeMap<SocketAddr, PeerCredit>,
    verified_bytes: Counter,
}

impl Credit {
    pub(super) fn new(torrent: &TorrentSummary) -> Self {
        let piece_length = u64::from(torrent.piece_length);
        Self {
            piece_length,
            shortfall: piece_length - u64::from(torrent.last_piece_length()),
            short_piece_from: None,
            peers: BTreeMap::new(),
            verified_bytes: Counter::default(),
        }
    }

    /// Takes a reading: the peers' counters first, then the session's own count of verified bytes,
    /// which it raises before the peer's.
    pub(super) fn observe(
        &mut self,
        peers: impl IntoIterator<Item = PeerCounters>,
        verified_bytes: u64,
    ) {
        let mut gained_most = None;
        for counters in peers {
            let credit = self.peers.entry(counters.address).or_default();
            credit.fetched_bytes.read(counters.fetched_bytes);
            let gain = credit.pieces.read(counters.pieces);
            if gain > gained_most.map_or(0, |(gain, _)| gain) {
                gained_most = Some((gain, counters.address));
            }
        }
        self.verified_bytes.read(verified_bytes);

        let whole_pieces = self.peers.values().map(|peer| peer.pieces.total()).sum::<u64>();
        let overshot = whole_pieces * self.piece_length > self.verified_bytes.total();
        if overshot && self.short_piece_from.is_none() {
            self.short_piece_from = gained_most.map(|(_, address)| address);
        }
    }

    /// Verified bytes by peer, for those that gave any, in order of address.
    pub(super) fn by_peer(&self) -> Vec<(SocketAddr, u64)> {
        let bytes = |address: &SocketAddr, peer: &PeerCredit| {
            let whole = peer.pieces.total() * self.piece_length;
            let short = self.short_piece_from == Some(*address);
            whole.saturating_sub(if short { self.shortfall } else { 0 })
        };
        self.peers
            .iter()
            .map(|(address, peer)| (*address, bytes(address, peer)))
            .filter(|(_, bytes)| *bytes > 0)
            .collect()
    }

    /// Bytes that arrived, from all peers.
    pub(super) fn fetched_bytes(&self) -> u64 {
        self.peers.values().map(|peer| peer.fetched_bytes.total()).sum()
    }

    /// Whether every verified byte is credited to somebody. Between the session's two counts of a
    /// piece, for a moment, it is not.
    pub(super) fn is_settled(&self) -> bool {
        let credited = self.by_peer().iter().map(|(_, bytes)| bytes).sum::<u64>();
        credited == self.verified_bytes.total()
    }
}
