//! What the trackers of one flock's coordinators tell each other: every announce, so that peers who
//! announce at one of them are found through all.
//!
//! ```text
//! announce -> Heard -> words -> the other coordinators -> Tracker::hear
//! ```

use std::net::{IpAddr, SocketAddr};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use woolgather_protocol::InfoHash;

use super::announce::{Announce, Event};

/// What every such word begins with; there may be others.
const PREFIX: &str = "peer ";

/// An announce at another coordinator's tracker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The torrent; one of the flock's.
    pub info_hash: InfoHash,
    /// Where the peer listens; the address is the one its connection came from.
    pub address: SocketAddr,
    /// The peer's name for itself, 40 hexadecimal characters.
    peer_id: String,
    left: u64,
    uploaded: u64,
    event: HeardEvent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HeardEvent {
    Here,
    Completed,
    Stopped,
}

impl Heard {
    /// An announce that was answered, from a peer at `ip`.
    #[must_use]
    pub fn of(announce: &Announce, ip: IpAddr) -> Self {
        Self {
            info_hash: announce.info_hash,
            address: SocketAddr::new(ip, announce.port),
            peer_id: HEXLOWER.encode(&announce.peer_id),
            left: announce.left,
            uploaded: announce.uploaded,
            event: match announce.event {
                Event::Regular | Event::Started => HeardEvent::Here,
                Event::Completed => HeardEvent::Completed,
                Event::Stopped => HeardEvent::Stopped,
            },
        }
    }

    /// As words for the other coordinators.
    ///
    /// # Panics
    ///
    /// If it cannot be written as JSON, which is our bug: it is a plain struct.
    #[must_use]
    pub fn to_words(&self) -> String {
        let json = serde_json::to_string(self).expect("what was heard is a plain struct");
        format!("{PREFIX}{json}")
    }

    /// From the words of another coordinator; `None` when they are about something else.
    #[must_use]
    pub fn from_words(words: &str) -> Option<Self> {
        serde_json::from_str(words.strip_prefix(PREFIX)?).ok()
    }

    /// The announce, as far as others need it; `None` when the peer's name is none.
    pub(super) fn announce(&self) -> Option<Announce> {
        let peer_id = HEXLOWER.decode(self.peer_id.as_bytes()).ok()?;
        Some(Announce {
            info_hash: self.info_hash,
            peer_id: peer_id.try_into().ok()?,
            port: self.address.port(),
            uploaded: self.uploaded,
            downloaded: 0,
            left: self.left,
            event: match self.event {
                HeardEvent::Here => Event::Regular,
                HeardEvent::Completed => Event::Completed,
                HeardEvent::Stopped => Event::Stopped,
            },
            compact: true,
            numwant: 0,
            key: None,
            claimed_ip: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_is_what_was_announced() {
        let announce = Announce {
            info_hash: InfoHash([7; 20]),
            peer_id: [9; 20],
            port: 4001,
            uploaded: 12,
            downloaded: 0,
            left: 34,
            event: Event::Completed,
            compact: true,
            numwant: 0,
            key: None,
            claimed_ip: None,
        };
        let words = Heard::of(&announce, [192, 0, 2, 1].into()).to_words();
        assert!(words.len() < 400, "{words}");
        let heard = Heard::from_words(&words).unwrap();
        assert_eq!(heard.address.to_string(), "192.0.2.1:4001");
        assert_eq!(heard.announce().unwrap(), announce);
        assert_eq!(Heard::from_words("something else"), None);
        assert_eq!(Heard::from_words("peer {}"), None);
    }
}
