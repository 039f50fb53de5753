//! How much one network or one device may ask for.
//!
//! Counts in windows of fixed length. A network is an IPv4 address or an IPv6 /64, which is one
//! customer. Loopback is not counted: it is the operator's own machine, or a proxy that does not say
//! whom it speaks for.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use woolgather_protocol::{Problem, ProblemKind, PublicKey};

/// The most that are remembered by one throttle; about 5 MB.
const REMEMBERED_MAX: usize = 100_000;

/// Files that a network may have read for it in an hour: each costs some milliseconds and half a megabyte.
const DRAFTS_AN_HOUR: u32 = 120;
/// Stills that a network may have drawn for it in a minute: four full reviews.
const STILLS_A_MINUTE: u32 = 128;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// How much may be asked for; 0 is without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Signed requests of a device in a minute.
    pub device_requests_a_minute: u32,
    /// Requests of a network to the API in a minute.
    pub network_requests_a_minute: u32,
    /// Ballots a network may be dealt in a minute.
    pub ballots_a_minute: u32,
    /// Entries a network may offer in an hour.
    pub entries_an_hour: u32,
    /// How often a network may try to sign in, make an account or give a code in an hour.
    pub sign_ins_an_hour: u32,
}

impl Default for Rates {
    /// Ten requests a second for a device, which busy workers stay far below; a hundred for the people
    /// behind one address; four people who vote once a second; entries each cost a preview and a look.
    fn default() -> Self {
        Self {
            device_requests_a_minute: 600,
            network_requests_a_minute: 6_000,
            ballots_a_minute: 240,
            entries_an_hour: 20,
            sign_ins_an_hour: 60,
        }
    }
}

/// The limits of one coordinator.
#[derive(Debug)]
pub struct Throttles {
    /// Signed requests, by device.
    pub devices: Throttle<PublicKey>,
    /// Requests to the API.
    pub networks: Throttle<IpAddr>,
    /// Ballots dealt.
    pub ballots: Throttle<IpAddr>,
    /// Entries offered.
    pub entries: Throttle<IpAddr>,
    /// Attempts to sign in, to make an account, to give a code.
    pub sign_ins: Throttle<IpAddr>,
    /// Codes that were wrong, whoever gave them, loopback too: so many guesses in ten minutes are nobody's typing.
    pub wrong_codes: Throttle<()>,
    /// Files looked at before they are offered.
    pub drafts: Throttle<IpAddr>,
    /// Stills and live previews asked for.
    pub stills: Throttle<IpAddr>,
}

impl Throttles {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        Self {
            devices: Throttle::new(rates.device_requests_a_minute, MINUTE_MS, "This device"),
            networks: Throttle::new(rates.network_requests_a_minute, MINUTE_MS, NETWORK),
            ballots: Throttle::new(rates.ballots_a_minute, MINUTE_MS, NETWORK),
            entries: Throttle::new(rates.entries_an_hour, HOUR_MS, NETWORK),
            sign_ins: Throttle::new(rates.sign_ins_an_hour, HOUR_MS, NETWORK),
            wrong_codes: Throttle::new(WRONG_CODES_MAX, 10 * MINUTE_MS, "Somebody"),
            drafts: Throttle::new(DRAFTS_AN_HOUR, HOUR_MS, NETWORK),
            stills: Throttle::new(STILLS_A_MINUTE, MINUTE_MS, NETWORK),
        }
    }
}

const NETWORK: &str = "Your network";

/// Wrong codes in ten minutes. There are 78 thousand million codes, so with a hundred good ones at a time
/// somebody who guesses all the time finds one in some fifteen years.
const WRONG_CODES_MAX: u32 = 1000;

/// Counts what networks or devices ask for.
#[derive(Debug)]
pub struct Throttle<K> {
    most: u32,
    window_ms: i64,
    who: &'static str,
    counted: Mutex<HashMap<K, Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    began_ms: i64,
    count: u32,
}

impl<K: Eq + Hash> Throttle<K> {
    /// `most` times in `window_ms`; `who` begins the sentence of a refusal.
    #[must_use]
    pub fn new(most: u32, window_ms: i64, who: &'static str) -> Self {
        Self {
            most,
            window_ms,
            who,
            counted: Mutex::default(),
        }
    }

    /// Counts one more for `key`.
    ///
    /// When very many are remembered, those who are not are let in uncounted: keys cost nothing, and
    /// whoever made so many must not keep others out.
    ///
    /// # Errors
    ///
    /// A [`Problem`], `too-many`, when it has had its share.
    pub fn count(&self, key: K, now_ms: i64) -> Result<(), Problem> {
        if self.most == 0 {
            return Ok(());
        }
        // A panic inside cannot leave a count half changed.
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() >= REMEMBERED_MAX {
            counted.retain(|_, window| now_ms - window.began_ms < self.window_ms);
        }
        if counted.len() >= REMEMBERED_MAX && !counted.contains_key(&key) {
            return Ok(());
        }
        let fresh = Window {
            began_ms: now_ms,
            count: 0,
        };
        let window = counted.entry(key).or_insert(fresh);
        if now_ms - window.began_ms >= self.window_ms {
            *window = fresh;
        }
        if window.count >= self.most {
            let left_ms = self.window_ms - (now_ms - window.began_ms);
            return Err(self.too_many(left_ms));
        }
        window.count += 1;
        Ok(())
    }

    /// Whether one more would be let in; counts nothing.
    ///
    /// # Errors
    ///
    /// As [`Throttle::count`].
    pub fn look(&self, key: &K, now_ms: i64) -> Result<(), Problem> {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let left_ms = counted
            .get(key)
            .filter(|window| self.most > 0 && window.count >= self.most)
            .map_or(0, |window| self.window_ms - (now_ms - window.began_ms));
        if left_ms > 0 {
            return Err(self.too_many(left_ms));
        }
        Ok(())
    }

    fn too_many(&self, left_ms: i64) -> Problem {
        let seconds = u32::try_from(left_ms / 1000 + 1).unwrap_or(1);
        let detail = format!(
            "{} has asked for this very often; try again later.",
            self.who
        );
        Problem::new(ProblemKind::TooMany, detail).retry_after(seconds)
    }
}

impl Throttle<IpAddr> {
    /// Counts one more for the network of `address`.
    ///
    /// # Errors
    ///
    /// As [`Throttle::count`].
    pub fn claim(&self, address: IpAddr, now_ms: i64) -> Result<(), Problem> {
        if address.is_loopback() {
            return Ok(());
        }
        self.count(network(address), now_ms)
    }
}

/// The network of an address: itself, or its /64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(most: u32) -> Throttle<IpAddr> {
        Throttle::new(most, 10_000, NETWORK)
    }

    fn check(throttle: &Throttle<IpAddr>, address: &str, now_ms: i64, good: bool) {
        let claimed = throttle.claim(address.parse().unwrap(), now_ms);
        assert_eq!(claimed.is_ok(), good, "{address} at {now_ms}");
    }

    #[test]
    fn a_network_gets_its_share_in_every_window() {
        let throttle = throttle(2);
        check(&throttle, "192.0.2.1", 0, true);
        check(&throttle, "192.0.2.1", 9_999, true);
        check(&throttle, "192.0.2.1", 9_999, false);
        check(&throttle, "192.0.2.2", 9_999, true);
        check(&throttle, "192.0.2.1", 10_000, true);
    }

    #[test]
    fn a_refusal_says_when_the_window_ends() {
        let throttle = throttle(1);
        let address = "192.0.2.1".parse().unwrap();
        throttle.claim(address, 0).unwrap();
        let problem = throttle.claim(address, 3_000).unwrap_err();
        assert_eq!(problem.retry_after_s, Some(8));
    }

    #[test]
    fn many_addresses_of_one_customer_are_one_network() {
        let throttle = throttle(1);
        check(&throttle, "2001:db8::1", 0, true);
        check(&throttle, "2001:db8::ffff:1", 0, false);
        check(&throttle, "2001:db8:0:1::1", 0, true);
    }

    #[test]
    fn the_operators_own_machine_is_not_counted() {
        let throttle = throttle(1);
        for _ in 0..3 {
            check(&throttle, "127.0.0.2", 0, true);
            check(&throttle, "::1", 0, true);
        }
        check(&throttle, "192.0.2.1", 0, true);
        check(&throttle, "192.0.2.1", 0, false);
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let throttle = throttle(0);
        for _ in 0..3 {
            check(&throttle, "192.0.2.1", 0, true);
        }
        assert!(throttle.counted.lock().unwrap().is_empty());
    }

    #[test]
    fn a_flood_of_keys_keeps_nobody_out() {
        let throttle = Throttle::new(1, 10_000, "This device");
        for key in 0..REMEMBERED_MAX {
            throttle.count(key, 0).unwrap();
        }
        assert!(throttle.count(REMEMBERED_MAX, 0).is_ok());
        assert!(throttle.count(7, 0).is_err());
        assert!(throttle.count(7, 10_000).is_ok());
    }

    #[test]
    fn looking_counts_nothing_and_sees_the_end() {
        let throttle: Throttle<()> = Throttle::new(2, 10_000, "Somebody");
        for _ in 0..5 {
            assert!(throttle.look(&(), 0).is_ok());
        }
        for now_ms in [0, 1] {
            throttle.count((), now_ms).unwrap();
        }
        assert_eq!(
            throttle.look(&(), 9_999).unwrap_err().kind,
            ProblemKind::TooMany
        );
        assert!(throttle.look(&(), 10_000).is_ok());
    }
}
