//! What a client is told, in bencode.

use std::net::{IpAddr, SocketAddr};

use woolgather_protocol::InfoHash;

use super::bencode::Value;
use super::peers::{Answer, Contact};
use super::torrent::Counts;

/// Clients must not announce more often than this, in seconds, whatever happens.
const MIN_INTERVAL_S: u32 = 15;

/// The answer to an announce. The short form (BEP 23) has six bytes for an IPv4 peer under `peers`
/// and eighteen for an IPv6 one under `peers6` (BEP 7); the long form is a list of dictionaries.
#[must_use]
pub fn announce(answer: &Answer, compact: bool) -> Vec<u8> {
    let (four, six): (Vec<_>, Vec<_>) =
        answer.peers.iter().partition(|peer| peer.address.is_ipv4());
    let (peers, peers6) = if compact {
        (Value::bytes(short_form(&four)), short_form(&six))
    } else {
        let all = answer.peers.iter().map(long_form).collect();
        (Value::List(all), Vec::new())
    };
    let answer = Value::dictionary([
        ("complete", Value::count(answer.counts.complete)),
        ("downloaded", Value::count(answer.counts.completed)),
        ("incomplete", Value::count(answer.counts.incomplete)),
        ("interval", Value::count(answer.interval_s)),
        ("min interval", Value::count(MIN_INTERVAL_S)),
        ("peers", peers),
        ("peers6", Value::bytes(peers6)),
    ]);
    answer.to_bytes()
}

/// The answer to a scrape (BEP 48).
#[must_use]
pub fn scrape(torrents: &[(InfoHash, Counts)]) -> Vec<u8> {
    let files = torrents.iter().map(|(info_hash, counts)| {
        let counts = Value::dictionary([
            ("complete", Value::count(counts.complete)),
            ("downloaded", Value::count(counts.completed)),
            ("incomplete", Value::count(counts.incomplete)),
        ]);
        (info_hash.0.to_vec(), counts)
    });
    Value::dictionary([("files", Value::Dictionary(files.collect()))]).to_bytes()
}

/// A refusal; `reason` is shown to the client's user.
#[must_use]
pub fn failure(reason: &str) -> Vec<u8> {
    Value::dictionary([("failure reason", Value::bytes(reason))]).to_bytes()
}

fn short_form(peers: &[&Contact]) -> Vec<u8> {
    let bytes = peers.iter().flat_map(|peer| octets(peer.address));
    bytes.collect()
}

fn octets(address: SocketAddr) -> Vec<u8> {
    let mut bytes = match address.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    bytes.extend(address.port().to_be_bytes());
    bytes
}

fn long_form(peer: &Contact) -> Value {
    let ip = Value::bytes(peer.address.ip().to_string());
    let port = Value::count(peer.address.port());
    match peer.peer_id {
        Some(id) => Value::dictionary([("ip", ip), ("peer id", Value::bytes(id)), ("port", port)]),
        None => Value::dictionary([("ip", ip), ("port", port)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        let contact = |address: &str, peer_id| Contact {
            address: address.parse().unwrap(),
            peer_id,
        };
        Answer {
            interval_s: 60,
            counts: Counts {
                complete: 1,
                incomplete: 2,
                completed: 3,
            },
            peers: vec![
                contact("1.2.3.4:258", None),
                contact("[::1]:258", Some([b'x'; 20])),
            ],
        }
    }

    const HEAD: &str =
        "d8:completei1e10:downloadedi3e10:incompletei2e8:intervali60e12:min intervali15e";

    #[test]
    fn the_short_form_has_both_families() {
        let bytes = announce(&answer(), true);
        let mut expected = HEAD.as_bytes().to_vec();
        expected.extend(b"5:peers6:\x01\x02\x03\x04\x01\x026:peers618:");
        expected.extend([0; 15]);
        expected.extend([1, 1, 2]);
        expected.push(b'e');
        assert_eq!(bytes, expected);
    }

    #[test]
    fn the_long_form_is_a_list_of_dictionaries() {
        let text = String::from_utf8(announce(&answer(), false)).unwrap();
        let peers = "5:peersld2:ip7:1.2.3.44:porti258eed2:ip3:::17:peer id20:xxxxxxxxxxxxxxxxxxxx\
                     4:porti258eee6:peers60:e";
        assert_eq!(text, format!("{HEAD}{peers}"));
    }

    #[test]
    fn a_scrape_and_a_failure_are_written() {
        let scrape = scrape(&[(InfoHash([b'h'; 20]), answer().counts)]);
        let expected = "d5:filesd20:hhhhhhhhhhhhhhhhhhhh\
                        d8:completei1e10:downloadedi3e10:incompletei2eeee";
        assert_eq!(String::from_utf8(scrape).unwrap(), expected);
        assert_eq!(failure("no"), b"d14:failure reason2:noe");
    }
}
