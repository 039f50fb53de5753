//! How much one network may ask for that leaves something behind: ballots and entries.
//!
//! Counts by address (IPv6: by /64, which is one customer) in windows of fixed length. Loopback is
//! not counted: it is the operator's own machine, or a proxy that does not say whom it speaks for.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use woolgather_protocol::{Problem, ProblemKind};

/// The most networks that are remembered; about 5 MB.
const NETWORKS_MAX: usize = 100_000;

/// Ballots a network may be dealt in a minute: four people who vote once a second.
const BALLOTS_A_MINUTE: u32 = 240;
/// Entries a network may offer in an hour: each costs a preview and an operator's look.
const ENTRIES_AN_HOUR: u32 = 20;

/// The limits of one coordinator.
#[derive(Debug)]
pub struct Throttles {
    /// Ballots dealt.
    pub ballots: Throttle,
    /// Entries offered.
    pub entries: Throttle,
}

impl Default for Throttles {
    fn default() -> Self {
        Self {
            ballots: Throttle::new(BALLOTS_A_MINUTE, 60_000),
            entries: Throttle::new(ENTRIES_AN_HOUR, 60 * 60_000),
        }
    }
}

/// Counts what networks ask for.
#[derive(Debug)]
pub struct Throttle {
    most: u32,
    window_ms: i64,
    networks: Mutex<HashMap<IpAddr, Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    began_ms: i64,
    count: u32,
}

impl Throttle {
    /// `most` times in `window_ms`.
    #[must_use]
    pub fn new(most: u32, window_ms: i64) -> Self {
        Self {
            most,
            window_ms,
            networks: Mutex::default(),
        }
    }

    /// Counts one more for the network of `address`.
    ///
    /// # Errors
    ///
    /// A [`Problem`], `too-many`, when it has had its share.
    pub fn claim(&self, address: IpAddr, now_ms: i64) -> Result<(), Problem> {
        if address.is_loopback() {
            return Ok(());
        }
        // A panic inside cannot leave a count half changed.
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if networks.len() >= NETWORKS_MAX {
            networks.retain(|_, window| now_ms - window.began_ms < self.window_ms);
        }
        if networks.len() >= NETWORKS_MAX {
            return Err(too_many());
        }
        let fresh = Window {
            began_ms: now_ms,
            count: 0,
        };
        let window = networks.entry(network(address)).or_insert(fresh);
        if now_ms - window.began_ms >= self.window_ms {
            *window = fresh;
        }
        if window.count >= self.most {
            return Err(too_many());
        }
        window.count += 1;
        Ok(())
    }
}

/// The network of an address: itself, or its /64.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

fn too_many() -> Problem {
    let detail = "Your network has asked for this very often; try again later.";
    Problem::new(ProblemKind::TooMany, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(throttle: &Throttle, address: &str, now_ms: i64, good: bool) {
        let claimed = throttle.claim(address.parse().unwrap(), now_ms);
        assert_eq!(claimed.is_ok(), good, "{address} at {now_ms}");
    }

    #[test]
    fn a_network_gets_its_share_in_every_window() {
        let throttle = Throttle::new(2, 1000);
        check(&throttle, "192.0.2.1", 0, true);
        check(&throttle, "192.0.2.1", 999, true);
        check(&throttle, "192.0.2.1", 999, false);
        check(&throttle, "192.0.2.2", 999, true);
        check(&throttle, "192.0.2.1", 1000, true);
    }

    #[test]
    fn many_addresses_of_one_customer_are_one_network() {
        let throttle = Throttle::new(1, 1000);
        check(&throttle, "2001:db8::1", 0, true);
        check(&throttle, "2001:db8::ffff:1", 0, false);
        check(&throttle, "2001:db8:0:1::1", 0, true);
    }

    #[test]
    fn the_operators_own_machine_is_not_counted() {
        let throttle = Throttle::new(0, 1000);
        check(&throttle, "127.0.0.2", 0, true);
        check(&throttle, "::1", 0, true);
        check(&throttle, "192.0.2.1", 0, false);
    }
}
