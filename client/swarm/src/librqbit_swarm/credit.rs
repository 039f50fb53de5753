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
    /// Starts with no credit, for a torrent with pieces of these lengths in bytes.
    pub(super) fn new(piece_length: u32, last_piece_length: u32) -> Self {
        Self {
            piece_length: u64::from(piece_length),
            shortfall: u64::from(piece_length - last_piece_length),
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

        let whole_pieces = self
            .peers
            .values()
            .map(|peer| peer.pieces.total())
            .sum::<u64>();
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
        self.peers
            .values()
            .map(|peer| peer.fetched_bytes.total())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: u32 = 100;
    const LAST: u32 = 30;

    fn peer(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn counters(readings: &[(u16, u64)]) -> Vec<PeerCounters> {
        let counters = |&(port, pieces)| PeerCounters {
            address: peer(port),
            pieces,
            fetched_bytes: pieces * u64::from(PIECE),
        };
        readings.iter().map(counters).collect()
    }

    fn check(credit: &Credit, expected: &[(u16, u64)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|&(port, bytes)| (peer(port), bytes))
            .collect();
        assert_eq!(credit.by_peer(), expected);
    }

    #[test]
    fn the_short_last_piece_is_not_counted_as_a_whole_one() {
        let mut credit = Credit::new(PIECE, LAST);
        credit.observe(counters(&[(1, 2), (2, 1)]), 300);
        check(&credit, &[(1, 200), (2, 100)]);
        credit.observe(counters(&[(1, 2), (2, 2)]), 330);
        check(&credit, &[(1, 200), (2, 130)]);
        credit.observe(counters(&[(1, 3), (2, 2)]), 430);
        check(&credit, &[(1, 300), (2, 130)]);
    }

    #[test]
    fn a_peer_that_is_forgotten_and_met_again_keeps_its_credit() {
        let mut credit = Credit::new(PIECE, PIECE);
        credit.observe(counters(&[(1, 4), (2, 1)]), 500);
        credit.observe(counters(&[(2, 2)]), 600);
        check(&credit, &[(1, 400), (2, 200)]);
        credit.observe(counters(&[(1, 1), (2, 2)]), 700);
        check(&credit, &[(1, 500), (2, 200)]);
        assert_eq!(credit.fetched_bytes(), 700);
    }

    #[test]
    fn a_piece_that_is_counted_for_the_session_but_not_yet_for_its_peer_does_no_harm() {
        let mut credit = Credit::new(PIECE, LAST);
        credit.observe(counters(&[(1, 1)]), 200);
        check(&credit, &[(1, 100)]);
        credit.observe(counters(&[(1, 3)]), 230);
        check(&credit, &[(1, 230)]);
    }

    #[test]
    fn a_peer_that_gave_nothing_is_not_listed() {
        let mut credit = Credit::new(PIECE, LAST);
        credit.observe(counters(&[(1, 0)]), 0);
        check(&credit, &[]);
    }
}
