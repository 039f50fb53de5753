//! What an announce says: "I am here, I have this much, who else is there?"

use std::net::IpAddr;

use woolgather_protocol::InfoHash;

use super::query::{self, QUERY_BYTES_MAX};

/// How many peers are given to a client that names no number (BEP 3 suggests 50).
const NUMWANT_DEFAULT: usize = 50;
/// The most peers in one answer.
pub const NUMWANT_MAX: usize = 100;
/// The longest `key` that is taken; clients send eight characters.
const KEY_BYTES_MAX: usize = 64;

/// A client's announce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announce {
    /// The torrent it is about.
    pub info_hash: InfoHash,
    /// The client's name for itself.
    pub peer_id: [u8; 20],
    /// The port it listens on; 0 only when it is leaving.
    pub port: u16,
    /// Bytes it has given since it started.
    pub uploaded: u64,
    /// Bytes it has taken since it started.
    pub downloaded: u64,
    /// Bytes it lacks; 0 makes it a seeder. A client that does not say is taken for incomplete.
    pub left: u64,
    /// Why it announces.
    pub event: Event,
    /// Whether it takes the short form of the list (BEP 23); it must refuse explicitly.
    pub compact: bool,
    /// How many peers it wants, at most [`NUMWANT_MAX`].
    pub numwant: usize,
    /// A secret by which it could prove, from another address, that it is the same client.
    pub key: Option<Vec<u8>>,
    /// The address it claims to have; the caller decides whether to believe it.
    pub claimed_ip: Option<IpAddr>,
}

/// Why a client announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The interval has passed.
    Regular,
    /// It has just begun.
    Started,
    /// It has just got the last piece.
    Completed,
    /// It is leaving.
    Stopped,
}

/// Why an announce cannot be read. The text goes to the client as its failure reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnnounceError {
    /// Longer than [`QUERY_BYTES_MAX`].
    #[error("the query is longer than {QUERY_BYTES_MAX} bytes")]
    TooLong,
    /// A parameter that every announce has is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A parameter holds something else than it should.
    #[error("{0} must be {1}")]
    Illegal(&'static str, &'static str),
}

const TWENTY_BYTES: &str = "20 bytes, percent-encoded";
const NUMBER: &str = "a whole number";

/// Reads the query of an announce. Where a parameter comes twice, the first one counts; unknown
/// ones are skipped.
///
/// # Errors
///
/// [`AnnounceError`] says which parameter is wrong.
pub fn parse(query: &str) -> Result<Announce, AnnounceError> {
    if query.len() > QUERY_BYTES_MAX {
        return Err(AnnounceError::TooLong);
    }
    let pairs: Vec<_> = query::pairs(query).collect();
    let find = |name: &str| {
        let pair = pairs.iter().find(|(found, _)| found == name.as_bytes());
        pair.map(|(_, value)| value.as_slice())
    };
    let twenty = |name: &'static str| {
        let value = find(name).ok_or(AnnounceError::Missing(name))?;
        <[u8; 20]>::try_from(value).map_err(|_| AnnounceError::Illegal(name, TWENTY_BYTES))
    };
    let count = |name: &'static str| find(name).map(|value| number(name, value)).transpose();

    let info_hash = InfoHash(twenty("info_hash")?);
    let peer_id = twenty("peer_id")?;
    let event = event(find("event"))?;
    let port = port(count("port")?, event)?;
    Ok(Announce {
        info_hash,
        peer_id,
        port,
        uploaded: count("uploaded")?.unwrap_or(0),
        downloaded: count("downloaded")?.unwrap_or(0),
        left: count("left")?.unwrap_or(u64::MAX),
        event,
        compact: find("compact") != Some(b"0"),
        numwant: numwant(find("numwant")),
        key: find("key")
            .filter(|key| key.len() <= KEY_BYTES_MAX)
            .map(<[u8]>::to_vec),
        claimed_ip: find("ip").and_then(address),
    })
}

fn event(value: Option<&[u8]>) -> Result<Event, AnnounceError> {
    match value {
        // Some clients write the regular announce as an empty event or as BEP 15's name for it.
        None | Some(b"" | b"empty" | b"none") => Ok(Event::Regular),
        Some(b"started") => Ok(Event::Started),
        Some(b"completed") => Ok(Event::Completed),
        Some(b"stopped") => Ok(Event::Stopped),
        // BEP 21: a client that wants only some of the files. It still downloads nothing more.
        Some(b"paused") => Ok(Event::Regular),
        Some(_) => Err(AnnounceError::Illegal(
            "event",
            "started, completed, stopped or paused",
        )),
    }
}

fn port(value: Option<u64>, event: Event) -> Result<u16, AnnounceError> {
    let illegal = AnnounceError::Illegal("port", "1 to 65535");
    match (value, event) {
        (None | Some(0), Event::Stopped) => Ok(0),
        (None, _) => Err(AnnounceError::Missing("port")),
        (Some(0), _) => Err(illegal),
        (Some(port), _) => u16::try_from(port).map_err(|_| illegal),
    }
}

/// Clients send -1 for "as you like".
fn numwant(value: Option<&[u8]>) -> usize {
    let number = value.and_then(|value| std::str::from_utf8(value).ok()?.parse::<usize>().ok());
    number.unwrap_or(NUMWANT_DEFAULT).min(NUMWANT_MAX)
}

fn number(name: &'static str, value: &[u8]) -> Result<u64, AnnounceError> {
    let text = std::str::from_utf8(value).ok();
    text.and_then(|text| text.parse().ok())
        .ok_or(AnnounceError::Illegal(name, NUMBER))
}

/// Only addresses: a name would have to be looked up, which a stranger must not make us do.
fn address(value: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HASH: &str = "info_hash=%124Vx%9A%BC%DE%F1%23Eg%89%AB%CD%EF%124Vx%9A";
    const ID: &str = "peer_id=-aa1234-abcdefghijkl";

    fn announce(rest: &str) -> Result<Announce, AnnounceError> {
        parse(&format!("{HASH}&{ID}&{rest}"))
    }

    #[test]
    fn an_announce_is_read_whole() {
        let rest = "port=6881&uploaded=1&downloaded=2&left=3&compact=1&numwant=4&event=started\
                    &key=0A1b2C3d&ip=127.0.0.9&supportcrypto=1&no_peer_id=1";
        let expected = Announce {
            info_hash: "123456789abcdef123456789abcdef123456789a".parse().unwrap(),
            peer_id: *b"-aa1234-abcdefghijkl",
            port: 6881,
            uploaded: 1,
            downloaded: 2,
            left: 3,
            event: Event::Started,
            compact: true,
            numwant: 4,
            key: Some(b"0A1b2C3d".to_vec()),
            claimed_ip: Some([127, 0, 0, 9].into()),
        };
        assert_eq!(announce(rest), Ok(expected));
    }

    #[test]
    fn what_may_be_missing_has_a_careful_default() {
        let announce = announce("port=1").unwrap();
        assert_eq!(announce.left, u64::MAX);
        assert_eq!(announce.event, Event::Regular);
        assert_eq!(announce.numwant, NUMWANT_DEFAULT);
        assert!(announce.compact);
    }

    #[test]
    fn wishes_are_cut_to_what_is_given() {
        assert_eq!(
            announce("port=1&numwant=100000").unwrap().numwant,
            NUMWANT_MAX
        );
        assert_eq!(
            announce("port=1&numwant=-1").unwrap().numwant,
            NUMWANT_DEFAULT
        );
        assert_eq!(announce("port=1&numwant=0").unwrap().numwant, 0);
        assert!(!announce("port=1&compact=0").unwrap().compact);
        assert_eq!(announce("port=1&ip=a.example").unwrap().claimed_ip, None);
    }

    #[test]
    fn a_client_that_leaves_needs_no_port() {
        assert_eq!(announce("event=stopped").unwrap().port, 0);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |query: &str, reason| {
            assert_eq!(parse(query).unwrap_err().to_string(), reason, "{query}");
        };
        check("", "info_hash is missing");
        check(
            "info_hash=abc",
            "info_hash must be 20 bytes, percent-encoded",
        );
        check(HASH, "peer_id is missing");
        check(&format!("{HASH}&{ID}"), "port is missing");
        check(&format!("{HASH}&{ID}&port=0"), "port must be 1 to 65535");
        check(
            &format!("{HASH}&{ID}&port=65536"),
            "port must be 1 to 65535",
        );
        check(
            &format!("{HASH}&{ID}&port=x"),
            "port must be a whole number",
        );
        check(
            &format!("{HASH}&{ID}&port=1&event=dance"),
            "event must be started, completed, stopped or paused",
        );
        check(&"a".repeat(5000), "the query is longer than 4096 bytes");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".*") {
            let _ = parse(&text);
            let _ = announce(&text);
        }

        #[test]
        fn every_hash_and_id_survive_the_wire(hash: [u8; 20], id: [u8; 20]) {
            let encode = |bytes: [u8; 20]| bytes.map(|byte| format!("%{byte:02x}")).concat();
            let query = format!("info_hash={}&peer_id={}&port=1", encode(hash), encode(id));
            let announce = parse(&query).unwrap();
            prop_assert_eq!(announce.info_hash.0, hash);
            prop_assert_eq!(announce.peer_id, id);
        }
    }
}
