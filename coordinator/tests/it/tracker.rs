//! The tracker over real connections: several machines on one loopback.

use std::net::{IpAddr, Ipv4Addr};

use woolgather_protocol::InfoHash;

use crate::support::{TestCoordinator, info_hash};

/// A peer that announces from 127.0.0.`last`.
async fn announce(coordinator: &TestCoordinator, hash: InfoHash, last: u8, rest: &str) -> Vec<u8> {
    let address = IpAddr::from(Ipv4Addr::new(127, 0, 0, last));
    let client = reqwest::Client::builder()
        .local_address(address)
        .build()
        .unwrap();
    let hash: String = hash.0.iter().map(|byte| format!("%{byte:02x}")).collect();
    let url = format!(
        "{}/announce?info_hash={hash}&peer_id=-te0001-0000000000{last:02}&port=40{last:02}&key=abc&{rest}",
        coordinator.url
    );
    let response = client.get(url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.bytes().await.unwrap().to_vec()
}

/// The peers in the short form, sorted.
fn peers(answer: &[u8]) -> Vec<String> {
    let key = b"5:peers";
    let start = answer.windows(key.len()).position(|found| found == key);
    let rest = &answer[start.expect("a list of peers") + key.len()..];
    let colon = rest.iter().position(|byte| *byte == b':').unwrap();
    let length: usize = std::str::from_utf8(&rest[..colon])
        .unwrap()
        .parse()
        .unwrap();
    let bytes = &rest[colon + 1..colon + 1 + length];
    let mut peers: Vec<_> = bytes
        .chunks(6)
        .map(|peer| {
            let port = u16::from_be_bytes([peer[4], peer[5]]);
            format!("{}.{}.{}.{}:{port}", peer[0], peer[1], peer[2], peer[3])
        })
        .collect();
    peers.sort();
    peers
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_find_each_other_and_the_origin() {
    let coordinator = TestCoordinator::start().await;
    coordinator.publish_all(b"clip").await;
    let hash = info_hash(&coordinator.first_sheep().await);
    let first = announce(&coordinator, hash, 2, "left=10&compact=1&event=started").await;
    assert_eq!(peers(&first), ["127.0.0.1:6881"]);
    let second = announce(&coordinator, hash, 3, "left=10&compact=1").await;
    assert_eq!(peers(&second), ["127.0.0.1:6881", "127.0.0.2:4002"]);
    let claimed = announce(&coordinator, hash, 4, "left=0&ip=127.0.0.44").await;
    assert_eq!(peers(&claimed), ["127.0.0.2:4002", "127.0.0.3:4003"]);
    let again = announce(&coordinator, hash, 2, "left=0&event=completed").await;
    assert_eq!(peers(&again), ["127.0.0.1:6881", "127.0.0.3:4003"]);
    let leaving = announce(&coordinator, hash, 2, "left=0&event=stopped").await;
    assert_eq!(peers(&leaving), Vec::<String>::new());
    let last = announce(&coordinator, hash, 5, "left=10").await;
    assert_eq!(peers(&last), ["127.0.0.3:4003", "127.0.0.44:4004"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_torrents_and_odd_questions_get_a_reason() {
    let coordinator = TestCoordinator::start().await;
    let stranger = announce(&coordinator, InfoHash([5; 20]), 2, "left=1").await;
    let text = String::from_utf8(stranger).unwrap();
    assert_eq!(
        text,
        "d14:failure reason38:this tracker does not know the torrente"
    );
    let url = format!("{}/announce", coordinator.url);
    let odd = reqwest::get(url).await.unwrap().text().await.unwrap();
    assert_eq!(odd, "d14:failure reason20:info_hash is missinge");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_counts_also_what_nobody_announced_yet() {
    let coordinator = TestCoordinator::start().await;
    coordinator.publish_all(b"clip").await;
    let hash = info_hash(&coordinator.first_sheep().await);
    let encoded: String = hash.0.iter().map(|byte| format!("%{byte:02x}")).collect();
    let url = format!("{}/scrape?info_hash={encoded}", coordinator.url);
    let answer = reqwest::get(&url).await.unwrap().bytes().await.unwrap();
    let end = b"d8:completei1e10:downloadedi0e10:incompletei0eeee";
    assert!(answer.ends_with(end), "{answer:?}");
    announce(&coordinator, hash, 2, "left=10").await;
    let answer = reqwest::get(&url).await.unwrap().bytes().await.unwrap();
    let end = b"d8:completei1e10:downloadedi0e10:incompletei1eeee";
    assert!(answer.ends_with(end), "{answer:?}");
}
