//! Who has what: the peers of every torrent of the flock, in memory.
//!
//! A peer is known by its address and port. The address is the connection's, so nobody can put
//! others into the list or strike them from it. Loopback peers are told to loopback clients only:
//! to others they would be themselves.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use woolgather_protocol::InfoHash;

use super::announce::{Announce, Event};
use super::gossip::Heard;
use super::torrent::{Counts, Torrent};

/// Clients are asked to announce this often while the flock is small …
const INTERVAL_MIN_S: u32 = 60;
/// … and at most this seldom when it is large, as is customary.
const INTERVAL_MAX_S: u32 = 1800;
/// The interval grows with the number of peers so that they send no more announces than this a
/// second.
const ANNOUNCES_PER_SECOND: usize = 200;
/// Where so many volunteers can help, the origin keeps its bandwidth for those whom nobody helps.
/// A client that then gets nothing turns to the origin by itself.
const ORIGIN_STEPS_BACK_AT: usize = 2;

/// The peers of all torrents.
#[derive(Debug)]
pub struct Tracker {
    origin: Vec<SocketAddr>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    torrents: HashMap<InfoHash, Torrent>,
    /// Peers in all torrents, expired ones included until they are noticed.
    held: usize,
    /// What peers say they have given to each other, since start.
    uploaded_bytes: u64,
    /// Moves with every answer, so that each starts at another place of the list.
    turn: usize,
}

/// The torrent is none of this flock's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this tracker does not know the torrent")]
pub struct UnknownTorrent;

/// What a client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// When to announce again, in seconds.
    pub interval_s: u32,
    /// How many peers of the torrent have what.
    pub counts: Counts,
    /// Other peers; the origin seeder first, unless enough of them can help.
    pub peers: Vec<Contact>,
}

/// A peer as others are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its name for itself; the origin seeder has none to the tracker.
    pub peer_id: Option<[u8; 20]>,
}

/// All torrents together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Torrents the tracker has met.
    pub torrents: u64,
    /// Peers that have all of a torrent, summed over torrents.
    pub complete: u64,
    /// Peers that lack something of a torrent, summed over torrents.
    pub incomplete: u64,
    /// Bytes that peers say they have given to each other since the tracker's start.
    pub uploaded_bytes: u64,
}

impl Tracker {
    /// A tracker that knows no torrent yet; `origin` is where the coordinator itself seeds.
    #[must_use]
    pub fn new(origin: Vec<SocketAddr>) -> Self {
        Self {
            origin,
            state: Mutex::default(),
        }
    }

    /// From now on, peers of this torrent are taken. Doing so again changes nothing.
    pub fn know(&self, info_hash: InfoHash) {
        self.state().torrents.entry(info_hash).or_default();
    }

    /// From now on, peers of this torrent are sent away.
    pub fn forget(&self, info_hash: &InfoHash) {
        self.state().torrents.remove(info_hash);
    }

    /// Whether peers of this torrent are taken.
    #[must_use]
    pub fn knows(&self, info_hash: &InfoHash) -> bool {
        self.state().torrents.contains_key(info_hash)
    }

    /// Takes note of a client at `ip` and tells it of others.
    ///
    /// # Errors
    ///
    /// [`UnknownTorrent`]: the client should drop the torrent.
    pub fn announce(
        &self,
        announce: &Announce,
        ip: IpAddr,
        now_ms: i64,
    ) -> Result<Answer, UnknownTorrent> {
        let mut state = self.state();
        let state = &mut *state;
        let interval_s = interval_s(state.held);
        let torrent = state
            .torrents
            .get_mut(&announce.info_hash)
            .ok_or(UnknownTorrent)?;
        let held_before = torrent.peers.len();
        torrent.expire(now_ms, interval_s);
        let given = torrent.note(announce, SocketAddr::new(ip, announce.port), now_ms);
        let held_after = torrent.peers.len();
        let peers = if announce.event == Event::Stopped {
            Vec::new()
        } else {
            state.turn = state.turn.wrapping_add(usize::MAX / 13 * 8);
            self.contacts(torrent, announce, ip, state.turn)
        };
        let answer = Answer {
            interval_s,
            counts: torrent.counts(&self.origin),
            peers,
        };
        state.held = state.held + held_after - held_before;
        state.uploaded_bytes = state.uploaded_bytes.saturating_add(given);
        Ok(answer)
    }

    /// Takes note of a client that announced at another coordinator of the flock.
    pub fn hear(&self, heard: &Heard, now_ms: i64) {
        let Some(announce) = heard.announce() else {
            return;
        };
        let mut state = self.state();
        let state = &mut *state;
        let torrent = state.torrents.entry(heard.info_hash).or_default();
        let held_before = torrent.peers.len();
        // What it gave was counted there.
        torrent.note(&announce, heard.address, now_ms);
        state.held = state.held + torrent.peers.len() - held_before;
    }

    /// Counts for those of the torrents that are known, in order.
    #[must_use]
    pub fn scrape(&self, torrents: &[InfoHash], now_ms: i64) -> Vec<(InfoHash, Counts)> {
        let mut state = self.state();
        let state = &mut *state;
        let interval_s = interval_s(state.held);
        let known = torrents.iter().filter_map(|info_hash| {
            let torrent = state.torrents.get_mut(info_hash)?;
            state.held -= torrent.expire(now_ms, interval_s);
            Some((*info_hash, torrent.counts(&self.origin)))
        });
        known.collect()
    }

    /// All torrents together, the origin seeder not counted.
    #[must_use]
    pub fn totals(&self, now_ms: i64) -> Totals {
        let mut state = self.state();
        let interval_s = interval_s(state.held);
        let mut totals = Totals {
            torrents: state.torrents.len() as u64,
            uploaded_bytes: state.uploaded_bytes,
            ..Totals::default()
        };
        for torrent in state.torrents.values_mut() {
            torrent.expire(now_ms, interval_s);
            let counts = torrent.counts(&[]);
            totals.complete += counts.complete;
            totals.incomplete += counts.incomplete;
        }
        state.held = state
            .torrents
            .values()
            .map(|torrent| torrent.peers.len())
            .sum();
        totals
    }

    fn contacts(
        &self,
        torrent: &Torrent,
        announce: &Announce,
        ip: IpAddr,
        turn: usize,
    ) -> Vec<Contact> {
        let count = torrent.peers.len();
        let others: Vec<Contact> = (0..count)
            .map(|index| &torrent.peers[(turn % count + index) % count])
            .filter(|peer| peer.is_use_to(announce, ip))
            .map(|peer| Contact {
                address: peer.address,
                peer_id: Some(peer.peer_id),
            })
            .take(announce.numwant)
            .collect();
        if others.len() >= ORIGIN_STEPS_BACK_AT {
            return others;
        }
        let origin = self.origin.iter().map(|&address| Contact {
            address,
            peer_id: None,
        });
        origin.chain(others).take(announce.numwant).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic in here would at worst leave `held` wrong, which only changes the interval.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn interval_s(peers: usize) -> u32 {
    let wanted = u32::try_from(peers / ANNOUNCES_PER_SECOND).unwrap_or(u32::MAX);
    wanted.clamp(INTERVAL_MIN_S, INTERVAL_MAX_S)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracker::announce::NUMWANT_MAX;
    use crate::tracker::torrent::{PEERS_PER_ADDRESS_MAX, PEERS_PER_TORRENT_MAX};

    const TORRENT: InfoHash = InfoHash([7; 20]);
    const MINUTE_MS: i64 = 60_000;

    fn origin() -> SocketAddr {
        "127.0.0.1:6881".parse().unwrap()
    }

    fn tracker() -> Tracker {
        let tracker = Tracker::new(vec![origin()]);
        tracker.know(TORRENT);
        tracker
    }

    fn announce(name: u8, left: u64) -> Announce {
        Announce {
            info_hash: TORRENT,
            peer_id: [name; 20],
            port: 4000 + u16::from(name),
            uploaded: 0,
            downloaded: 0,
            left,
            event: Event::Regular,
            compact: true,
            numwant: 50,
            key: None,
            claimed_ip: None,
        }
    }

    fn ip(last: u8) -> IpAddr {
        [127, 0, 0, last].into()
    }

    fn peers(tracker: &Tracker, now_ms: i64) -> u64 {
        let totals = tracker.totals(now_ms);
        totals.complete + totals.incomplete
    }

    fn told(answer: &Answer) -> Vec<String> {
        let mut peers: Vec<_> = answer
            .peers
            .iter()
            .map(|peer| peer.address.to_string())
            .collect();
        peers.sort();
        peers
    }

    #[test]
    fn the_first_peer_is_told_of_the_origin_alone() {
        let answer = tracker().announce(&announce(1, 9), ip(1), 0).unwrap();
        assert_eq!(told(&answer), ["127.0.0.1:6881"]);
        let counts = Counts {
            complete: 1,
            incomplete: 1,
            completed: 0,
        };
        assert_eq!(answer.counts, counts);
    }

    #[test]
    fn peers_on_several_loopback_addresses_find_each_other() {
        let tracker = tracker();
        for name in 1..=3 {
            tracker.announce(&announce(name, 9), ip(name), 0).unwrap();
        }
        let answer = tracker.announce(&announce(4, 9), ip(4), 0).unwrap();
        let expected = ["127.0.0.1:4001", "127.0.0.2:4002", "127.0.0.3:4003"];
        assert_eq!(told(&answer), expected);
    }

    #[test]
    fn the_origin_steps_back_where_others_can_help_and_returns_when_they_leave() {
        let tracker = tracker();
        tracker.announce(&announce(1, 0), ip(1), 0).unwrap();
        let one = tracker.announce(&announce(2, 9), ip(2), 0).unwrap();
        assert_eq!(told(&one), ["127.0.0.1:4001", "127.0.0.1:6881"]);
        let two = tracker.announce(&announce(3, 9), ip(3), 0).unwrap();
        assert_eq!(told(&two), ["127.0.0.1:4001", "127.0.0.2:4002"]);
        let mut leaving = announce(1, 0);
        leaving.event = Event::Stopped;
        tracker.announce(&leaving, ip(1), 0).unwrap();
        let again = tracker.announce(&announce(3, 9), ip(3), 0).unwrap();
        assert_eq!(told(&again), ["127.0.0.1:6881", "127.0.0.2:4002"]);
    }

    #[test]
    fn seeders_are_not_told_of_each_other() {
        let tracker = tracker();
        tracker.announce(&announce(1, 0), ip(1), 0).unwrap();
        tracker.announce(&announce(2, 9), ip(2), 0).unwrap();
        let answer = tracker.announce(&announce(3, 0), ip(3), 0).unwrap();
        assert_eq!(told(&answer), ["127.0.0.1:6881", "127.0.0.2:4002"]);
        assert_eq!(answer.counts.complete, 3);
    }

    #[test]
    fn loopback_peers_are_not_told_to_the_world() {
        let tracker = tracker();
        tracker.announce(&announce(1, 9), ip(1), 0).unwrap();
        let outside = [192, 0, 2, 1].into();
        let answer = tracker.announce(&announce(2, 9), outside, 0).unwrap();
        assert_eq!(told(&answer), ["127.0.0.1:6881"]);
    }

    #[test]
    fn a_peer_that_leaves_is_gone_at_once_and_nobody_else_is() {
        let tracker = tracker();
        tracker.announce(&announce(1, 9), ip(1), 0).unwrap();
        let mut leaving = announce(1, 9);
        leaving.event = Event::Stopped;
        leaving.port = 0;
        tracker.announce(&leaving, ip(9), 0).unwrap();
        assert_eq!(
            peers(&tracker, 0),
            1,
            "another address cannot strike it out"
        );
        let answer = tracker.announce(&leaving, ip(1), 0).unwrap();
        assert!(answer.peers.is_empty());
        assert_eq!(peers(&tracker, 0), 0);
    }

    #[test]
    fn a_silent_peer_is_forgotten() {
        let tracker = tracker();
        tracker.announce(&announce(1, 9), ip(1), 0).unwrap();
        tracker.announce(&announce(2, 9), ip(2), MINUTE_MS).unwrap();
        assert_eq!(peers(&tracker, 2 * MINUTE_MS), 2);
        assert_eq!(peers(&tracker, 2 * MINUTE_MS + 1), 1);
        let scrape = tracker.scrape(&[TORRENT, InfoHash([8; 20])], 3 * MINUTE_MS + 1);
        assert_eq!(scrape.len(), 1);
        assert_eq!(scrape[0].1.incomplete, 0);
        assert_eq!(peers(&tracker, 4 * MINUTE_MS), 0);
    }

    #[test]
    fn a_peer_that_completes_is_counted_and_becomes_a_seeder() {
        let tracker = tracker();
        tracker.announce(&announce(1, 9), ip(1), 0).unwrap();
        let mut done = announce(1, 0);
        done.event = Event::Completed;
        let counts = tracker.announce(&done, ip(1), 0).unwrap().counts;
        assert_eq!((counts.complete, counts.incomplete), (2, 0));
        assert_eq!(counts.completed, 1);
    }

    #[test]
    fn what_peers_gave_each_other_is_summed_once() {
        let tracker = tracker();
        let given = |name, uploaded, event| {
            let mut announce = announce(name, 0);
            announce.uploaded = uploaded;
            announce.event = event;
            tracker.announce(&announce, ip(name), 0).unwrap();
            tracker.totals(0).uploaded_bytes
        };
        assert_eq!(given(1, 0, Event::Started), 0);
        assert_eq!(given(1, 100, Event::Regular), 100);
        assert_eq!(given(2, 10, Event::Regular), 110);
        assert_eq!(given(1, 100, Event::Regular), 110);
        assert_eq!(given(1, 130, Event::Stopped), 140);
    }

    #[test]
    fn peers_that_announced_elsewhere_are_found_here() {
        let (here, elsewhere) = (tracker(), tracker());
        let mut peer = announce(1, 9);
        let tell = |peer: &Announce| {
            elsewhere.announce(peer, ip(1), 0).unwrap();
            here.hear(&Heard::of(peer, ip(1)), 0);
        };
        tell(&peer);
        let answer = here.announce(&announce(2, 9), ip(2), 0).unwrap();
        assert_eq!(told(&answer), ["127.0.0.1:4001", "127.0.0.1:6881"]);
        peer.uploaded = 100;
        tell(&peer);
        assert_eq!(here.totals(0).uploaded_bytes, 0, "it is counted once");
        peer.event = Event::Stopped;
        tell(&peer);
        assert_eq!((peers(&here, 0), peers(&elsewhere, 0)), (1, 0));
    }

    #[test]
    fn other_torrents_are_refused() {
        let tracker = tracker();
        let mut other = announce(1, 9);
        other.info_hash = InfoHash([8; 20]);
        assert_eq!(tracker.announce(&other, ip(1), 0), Err(UnknownTorrent));
    }

    #[test]
    fn no_address_can_fill_the_list() {
        let tracker = tracker();
        tracker.announce(&announce(1, 9), ip(1), 0).unwrap();
        for port in 1..=1000 {
            let mut flood = announce(2, 9);
            flood.port = port;
            tracker.announce(&flood, ip(2), i64::from(port)).unwrap();
        }
        assert_eq!(peers(&tracker, 1000), 1 + PEERS_PER_ADDRESS_MAX as u64);
    }

    #[test]
    fn a_full_list_drops_the_longest_silent_peer_and_answers_stay_short() {
        let tracker = tracker();
        for number in 0..=u16::try_from(PEERS_PER_TORRENT_MAX).unwrap() {
            let [high, low] = number.to_be_bytes();
            let from = [10, 0, high, low].into();
            tracker
                .announce(&announce(1, 9), from, i64::from(number))
                .unwrap();
        }
        assert_eq!(peers(&tracker, 2000), PEERS_PER_TORRENT_MAX as u64);
        let mut greedy = announce(2, 9);
        greedy.numwant = NUMWANT_MAX;
        let answer = tracker.announce(&greedy, ip(1), 2000).unwrap();
        assert_eq!(answer.peers.len(), NUMWANT_MAX);
        assert!(!told(&answer).contains(&"10.0.0.0:4001".to_owned()));
        assert!(!told(&answer).contains(&origin().to_string()));
    }

    #[test]
    fn a_large_flock_announces_less_often() {
        assert_eq!(interval_s(0), 60);
        assert_eq!(interval_s(100_000), 500);
        assert_eq!(interval_s(usize::MAX), 1800);
    }
}
