//! How many connections are held, whose they are, and which one goes when there are too many.
//!
//! A connection is *busy* from a request's head until its answer's last byte, and *idle* otherwise:
//! before its first request, between two, and while a head comes slowly. When all places are taken
//! the connection that has been idle longest makes room for the next, so sockets that only wait can
//! keep nobody out. Only when every connection is busy is a newcomer turned away.
//!
//! Networks are told apart as in [`super::throttle`]; loopback is not counted.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::throttle::network;

/// What connections may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most connections at a time.
    pub connections_max: usize,
    /// The most of one network.
    pub connections_per_network_max: usize,
    /// How long a connection may be idle, and how long a head may take to come.
    pub idle_max: Duration,
    /// How long a client may take nothing of an answer that waits for it.
    pub stall_max: Duration,
    /// Whether connections from this machine count as a network's. Not where a proxy may run on it.
    pub loopback_counts: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 16_384,
            connections_per_network_max: 256,
            idle_max: Duration::from_secs(30),
            stall_max: Duration::from_secs(30),
            loopback_counts: false,
        }
    }
}

/// Why a connection is not held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnedAway {
    /// Every place is taken by a request under way.
    Full,
    /// Its network has its share.
    Network,
}

/// All connections.
#[derive(Debug)]
pub struct Connections {
    limits: Limits,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    count: usize,
    by_network: HashMap<IpAddr, usize>,
    /// Idle ones in the order in which they became idle.
    idle: BTreeMap<u64, Arc<Seat>>,
    next: u64,
}

#[derive(Debug)]
struct Seat {
    network: Option<IpAddr>,
    go: Notify,
}

/// One connection's place; dropping it frees it.
#[derive(Debug)]
pub struct Place {
    connections: Arc<Connections>,
    seat: Arc<Seat>,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Busy,
    /// With its number among the idle ones.
    Idle(u64),
}

impl Connections {
    /// None yet.
    #[must_use]
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            held: Mutex::default(),
        })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().count
    }

    /// Gives a connection from `peer` a place, idle at first. Another one may have to go for it.
    ///
    /// # Errors
    ///
    /// [`TurnedAway`]: say so and hang up.
    pub fn enter(self: &Arc<Self>, peer: IpAddr) -> Result<Place, TurnedAway> {
        let counts = self.limits.loopback_counts || !peer.is_loopback();
        let network = counts.then(|| network(peer.to_canonical()));
        let mut held = self.lock();
        if let Some(network) = network {
            let own = held.by_network.get(&network).copied().unwrap_or(0);
            if own >= self.limits.connections_per_network_max {
                return Err(TurnedAway::Network);
            }
        }
        if held.count >= self.limits.connections_max {
            let (_, oldest) = held.idle.pop_first().ok_or(TurnedAway::Full)?;
            held.release(&oldest);
            oldest.go.notify_one();
        }
        held.count += 1;
        if let Some(network) = network {
            *held.by_network.entry(network).or_default() += 1;
        }
        let seat = Arc::new(Seat {
            network,
            go: Notify::new(),
        });
        let number = held.sit_idle(&seat);
        Ok(Place {
            connections: Arc::clone(self),
            seat,
            state: Mutex::new(State::Idle(number)),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // A panic inside cannot leave counts half changed.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn sit_idle(&mut self, seat: &Arc<Seat>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.idle.insert(number, Arc::clone(seat));
        number
    }

    fn release(&mut self, seat: &Seat) {
        self.count -= 1;
        let Some(network) = seat.network else {
            return;
        };
        if let Some(own) = self.by_network.get_mut(&network) {
            *own -= 1;
            if *own == 0 {
                self.by_network.remove(&network);
            }
        }
    }
}

impl Place {
    /// A request's head has come. False when the connection was told to go a moment ago.
    pub fn busy(&self) -> bool {
        let mut held = self.connections.lock();
        let mut state = self.state();
        match *state {
            State::Busy => true,
            State::Idle(number) => {
                let stays = held.idle.remove(&number).is_some();
                if stays {
                    *state = State::Busy;
                }
                stays
            }
        }
    }

    /// The answer's last byte was handed over.
    pub fn idle(&self) {
        let mut held = self.connections.lock();
        let mut state = self.state();
        if *state == State::Busy {
            *state = State::Idle(held.sit_idle(&self.seat));
        }
    }

    /// Completes when the connection must make room for another.
    pub async fn told_to_go(&self) {
        self.seat.go.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.connections.lock();
        let counted = match *self.state() {
            State::Busy => true,
            // One that was told to go was taken off the count then.
            State::Idle(number) => held.idle.remove(&number).is_some(),
        };
        if counted {
            held.release(&self.seat);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(most: usize, per_network: usize) -> Arc<Connections> {
        Connections::new(Limits {
            connections_max: most,
            connections_per_network_max: per_network,
            ..Limits::default()
        })
    }

    fn enter(connections: &Arc<Connections>, peer: &str) -> Result<Place, TurnedAway> {
        connections.enter(peer.parse().unwrap())
    }

    #[test]
    fn the_one_that_is_idle_longest_makes_room() {
        let all = connections(2, 9);
        let first = enter(&all, "192.0.2.1").unwrap();
        let second = enter(&all, "192.0.2.2").unwrap();
        assert!(first.busy());
        first.idle();
        // Now the second has waited longest.
        let third = enter(&all, "192.0.2.3").unwrap();
        assert!(!second.busy(), "it was told to go");
        assert!(first.busy() && third.busy());
        assert_eq!(all.count(), 2);
        drop((first, second, third));
        assert_eq!(all.count(), 0);
        assert!(all.lock().by_network.is_empty() && all.lock().idle.is_empty());
    }

    #[test]
    fn requests_under_way_are_never_given_up() {
        let all = connections(1, 9);
        let first = enter(&all, "192.0.2.1").unwrap();
        assert!(first.busy());
        assert_eq!(enter(&all, "192.0.2.2").unwrap_err(), TurnedAway::Full);
        first.idle();
        assert!(enter(&all, "192.0.2.2").is_ok());
    }

    #[test]
    fn a_network_has_its_share() {
        let all = connections(9, 2);
        let held = [enter(&all, "2001:db8::1"), enter(&all, "2001:db8::2")];
        assert_eq!(enter(&all, "2001:db8::3").unwrap_err(), TurnedAway::Network);
        assert!(enter(&all, "2001:db8:0:1::1").is_ok());
        assert!(enter(&all, "127.0.0.1").is_ok());
        drop(held);
        assert!(enter(&all, "2001:db8::3").is_ok());
    }

    #[tokio::test]
    async fn whoever_must_go_is_told() {
        let all = connections(1, 9);
        let first = enter(&all, "192.0.2.1").unwrap();
        let second = enter(&all, "192.0.2.2");
        first.told_to_go().await;
        drop(first);
        assert!(second.is_ok());
        assert_eq!(all.count(), 1);
    }
}
