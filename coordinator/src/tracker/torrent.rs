//! One torrent's peers: who they are, how long they are believed, how many are held.
//!
//! What a stranger can make us hold is bounded: peers for a torrent, and for a torrent and address;
//! the one unheard of for longest makes room.

use std::net::{IpAddr, SocketAddr};

use super::announce::{Announce, Event};

/// The most peers held for a torrent.
pub(super) const PEERS_PER_TORRENT_MAX: usize = 2000;
/// The most peers held for a torrent and an address: people behind one router, or a test on
/// loopback.
pub(super) const PEERS_PER_ADDRESS_MAX: usize = 64;

/// The most a peer is believed to have given since its last announce: 100 Gbit/s for a minute.
const GIVEN_BYTES_MAX: u64 = 750_000_000_000;

/// The longest a peer is kept without an announce, in intervals.
const INTERVALS_KEPT: i64 = 2;

/// Numbers of a torrent's peers by what they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Peers that have all of it; the origin seeder is one.
    pub complete: u64,
    /// Peers that lack something.
    pub incomplete: u64,
    /// How many have reported to have got the last piece.
    pub completed: u64,
}

/// The peers of a torrent.
#[derive(Debug, Default)]
pub(super) struct Torrent {
    pub(super) peers: Vec<Peer>,
    completed: u64,
}

/// A client that has the torrent, or wants it.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    pub(super) peer_id: [u8; 20],
    left: u64,
    uploaded: u64,
    last_seen_ms: i64,
}

impl Torrent {
    /// Removes peers that have been silent for too long; how many.
    pub(super) fn expire(&mut self, now_ms: i64, interval_s: u32) -> usize {
        let before = self.peers.len();
        let kept_ms = i64::from(interval_s) * 1000 * INTERVALS_KEPT;
        self.peers
            .retain(|peer| now_ms - peer.last_seen_ms <= kept_ms);
        before - self.peers.len()
    }

    /// Takes note of a peer, and returns how many bytes it has given since it was last heard of.
    pub(super) fn note(&mut self, announce: &Announce, address: SocketAddr, now_ms: i64) -> u64 {
        let known = self.peers.iter().position(|peer| {
            // One that leaves need not name its port again; its name finds it.
            let leaves = announce.event == Event::Stopped && peer.address.ip() == address.ip();
            peer.address == address || leaves && peer.peer_id == announce.peer_id
        });
        let before = known
            .map(|index| &self.peers[index])
            .filter(|peer| peer.peer_id == announce.peer_id)
            .map_or(0, |peer| peer.uploaded);
        let given = announce
            .uploaded
            .saturating_sub(before)
            .min(GIVEN_BYTES_MAX);
        if announce.event == Event::Completed {
            self.completed += 1;
        }
        let peer = Peer {
            address,
            peer_id: announce.peer_id,
            left: announce.left,
            uploaded: announce.uploaded,
            last_seen_ms: now_ms,
        };
        match (known, announce.event) {
            (Some(index), Event::Stopped) => drop(self.peers.swap_remove(index)),
            (None, Event::Stopped) => {}
            (Some(index), _) => self.peers[index] = peer,
            (None, _) => {
                let same = |other: &Peer| other.address.ip() == address.ip();
                self.make_room(same, PEERS_PER_ADDRESS_MAX);
                self.make_room(|_| true, PEERS_PER_TORRENT_MAX);
                self.peers.push(peer);
            }
        }
        given
    }

    /// Drops the longest silent of the peers that `are` the ones meant, if there are `max` of them.
    fn make_room(&mut self, are: impl Fn(&Peer) -> bool, max: usize) {
        let meant = || self.peers.iter().enumerate().filter(|(_, peer)| are(peer));
        if meant().count() < max {
            return;
        }
        let oldest = meant().min_by_key(|(_, peer)| peer.last_seen_ms);
        if let Some((index, _)) = oldest {
            self.peers.swap_remove(index);
        }
    }

    /// The peers by what they have, with the origin seeder if there is one.
    pub(super) fn counts(&self, origin: &[SocketAddr]) -> Counts {
        let complete = self.peers.iter().filter(|peer| peer.left == 0).count();
        let incomplete = self.peers.len() - complete;
        Counts {
            complete: complete as u64 + u64::from(!origin.is_empty()),
            incomplete: incomplete as u64,
            completed: self.completed,
        }
    }
}

impl Peer {
    /// Whether to tell a client at `ip` of this peer. Two seeders have nothing to give each other,
    /// nobody is a peer of its own, and loopback is another machine to others.
    pub(super) fn is_use_to(&self, announce: &Announce, ip: IpAddr) -> bool {
        let itself = self.peer_id == announce.peer_id;
        let both_complete = self.left == 0 && announce.left == 0;
        let out_of_reach = self.address.ip().is_loopback() && !ip.is_loopback();
        !itself && !both_complete && !out_of_reach
    }
}
