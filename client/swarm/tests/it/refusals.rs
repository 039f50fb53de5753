//! Torrents that are made the same every time, and torrents that are not taken.

use url::Url;
use woolgather_swarm::{
    Expected, InfoHash, Swarm, SwarmError, TorrentError, TorrentSpec, create_torrent, parse_torrent,
};

use crate::support::{Room, torrent_of};

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

#[test]
fn a_torrent_has_the_same_bytes_every_time_and_says_what_was_put_in() {
    let room = Room::new();
    let file = room.path("blob");
    std::fs::write(&file, vec![7; 40_000]).expect("room on disk");
    let spec = TorrentSpec {
        name: "edge-1-2.mp4".to_owned(),
        trackers: vec![
            url("http://one.example/announce"),
            url("https://two.example/announce"),
        ],
        web_seeds: vec![url("http://one.example/clips/edge-1-2.mp4")],
        piece_length: 16_384,
    };
    let torrent = create_torrent(&file, &spec).expect("a torrent");
    assert_eq!(create_torrent(&file, &spec).expect("a torrent"), torrent);
    let text = String::from_utf8_lossy(&torrent.bytes);
    assert!(text.starts_with(
        "d8:announce27:http://one.example/announce\
         13:announce-listll27:http://one.example/announceel28:https://two.example/announceee\
         4:infod6:lengthi40000e4:name12:edge-1-2.mp412:piece lengthi16384e6:pieces60:"
    ));
    assert!(text.ends_with("e8:url-listl37:http://one.example/clips/edge-1-2.mp4ee"));
    // Worked out with another program from the text above.
    assert_eq!(
        torrent.info_hash.to_string(),
        "1456e27e0340add514ad15f1e2ef2e41af27ea95"
    );

    let summary = parse_torrent(&torrent.bytes).expect("our own");
    assert_eq!(
        (summary.info_hash, summary.length),
        (torrent.info_hash, 40_000)
    );
    assert_eq!(
        (summary.name, summary.piece_length),
        (spec.name.clone(), 16_384)
    );
    assert_eq!(
        (summary.trackers, summary.url_list),
        (spec.trackers.clone(), spec.web_seeds)
    );

    let elsewhere = TorrentSpec {
        trackers: vec![],
        web_seeds: vec![],
        ..spec
    };
    let moved = create_torrent(&file, &elsewhere).expect("a torrent");
    assert_eq!(
        moved.info_hash, torrent.info_hash,
        "trackers are not part of it"
    );
}

/// A torrent of one piece with one field replaced.
fn torrent_with(length: &str, name: &str, piece_length: &str, pieces: &str, more: &str) -> Vec<u8> {
    let info = format!(
        "6:length{length}4:name{}:{name}12:piece length{piece_length}6:pieces{}:{pieces}{more}",
        name.len(),
        pieces.len()
    );
    format!("d4:infod{info}ee").into_bytes()
}

const ONE: &str = "01234567890123456789";

fn check_refused(torrent: &[u8], expected: &str) {
    match parse_torrent(torrent) {
        Err(TorrentError::Refused(reason)) => {
            assert!(
                reason.contains(expected),
                "{reason:?} does not say {expected:?}"
            );
        }
        other => panic!("{expected}: {other:?}"),
    }
}

#[test]
fn only_one_plain_file_within_limits_is_taken() {
    let good = torrent_with("i9e", "a.mp4", "i16384e", ONE, "7:privatei1e");
    assert_eq!(parse_torrent(&good).expect("a good one").pieces(), 1);

    check_refused(b"le", "not a dictionary");
    check_refused(b"de", "no info");
    check_refused(b"d4:infod4:name1:aee", "\"length\" is missing");
    check_refused(&torrent_with("i0e", "a", "i16384e", "", ""), "0 bytes");
    check_refused(&torrent_with("i-9e", "a", "i16384e", ONE, ""), "\"length\"");
    check_refused(&torrent_with("1:9", "a", "i16384e", ONE, ""), "\"length\"");
    check_refused(
        &torrent_with("i4294967297e", "a", "i4194304e", ONE, ""),
        "bytes",
    );
    check_refused(
        &torrent_with("i4294967296e", "a", "i16384e", ONE, ""),
        "pieces",
    );
    check_refused(
        &torrent_with("i16385e", "a", "i16384e", ONE, ""),
        "2 pieces",
    );
    check_refused(&torrent_with("i9e", "a", "i16384e", "0123", ""), "1 pieces");
    for piece_length in [
        "i0e",
        "i1e",
        "i16383e",
        "i24576e",
        "i8388608e",
        "i4294983680e",
    ] {
        check_refused(
            &torrent_with("i9e", "a", piece_length, ONE, ""),
            "piece length",
        );
    }
    for name in [
        "", ".", "..", "../a", "a/b", "a\\b", "C:a", "a\0", "a\n", ".a", "a.", "a ",
    ] {
        check_refused(&torrent_with("i9e", name, "i16384e", ONE, ""), "name");
    }
    check_refused(
        &torrent_with("i9e", &"a".repeat(201), "i16384e", ONE, ""),
        "too long",
    );
    let link = torrent_with("i9e", "a", "i16384e", ONE, "12:symlink pathl3:etce");
    check_refused(&link, "one plain file");
    check_refused(b"d4:infod4:attr1:p6:lengthi9eee", "one plain file");
    check_refused(
        b"d4:infod5:filesld6:lengthi9e4:pathl1:aeee4:name1:aee",
        "one plain file",
    );
    check_refused(b"d4:infod12:meta versioni2eee", "one plain file");
}

#[test]
fn bytes_that_are_no_torrent_are_refused_whatever_they_are() {
    let huge = parse_torrent(&vec![b'd'; (1 << 20) + 1]);
    assert!(matches!(
        huge,
        Err(TorrentError::TooLarge { bytes: 1_048_577 })
    ));
    let good = torrent_with("i9e", "a.mp4", "i16384e", ONE, "");
    for cut in 0..good.len() {
        assert!(parse_torrent(&good[..cut]).is_err(), "cut at {cut}");
    }
    for at in 0..good.len() {
        let mut torrent = good.clone();
        for byte in [0, b'-', b'9', b'e', b':', 0xff] {
            torrent[at] = byte;
            // Some are torrents still; none may panic.
            let _ = parse_torrent(&torrent);
        }
    }
}

#[test]
fn foreign_addresses_are_left_out_and_counted() {
    let list = "l3:udpe".repeat(30);
    let tiers = "ll16:udp://tracker:80el14:http://a.b/annel14:http://a.b/annee";
    let with = |announce: &str| {
        let mut torrent = format!("d{announce}4:info").into_bytes();
        let info = torrent_with("i9e", "a.mp4", "i16384e", ONE, "");
        torrent.extend(&info[7..info.len() - 1]);
        torrent.extend(b"8:url-list12:http://a.b/ce");
        parse_torrent(&torrent).expect("a good one")
    };
    assert_eq!(
        with(&format!("13:announce-list{tiers}")).trackers,
        [url("http://a.b/ann")]
    );
    assert_eq!(
        with("8:announce14:http://a.b/ann").trackers,
        [url("http://a.b/ann")]
    );
    assert_eq!(with(&format!("13:announce-listl{list}e")).trackers, []);
    assert_eq!(with("8:announcei7e").url_list, [url("http://a.b/c")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torrent_that_is_not_the_expected_one_is_not_downloaded() {
    let room = Room::new();
    let torrent = torrent_of(&room.file("clip", 50_000, 30), &[]);
    let reader = room.swarm("reader", [127, 0, 0, 2]).await;
    let into = room.path("into");
    let right = Expected {
        info_hash: torrent.info_hash,
        length: torrent.length,
    };
    for wrong in [
        Expected {
            info_hash: InfoHash([7; 20]),
            ..right
        },
        Expected {
            length: torrent.length + 1,
            ..right
        },
    ] {
        let refused = reader.download(&torrent.bytes, wrong, &into, &[]).await;
        assert!(
            matches!(refused, Err(SwarmError::Unexpected(_))),
            "{refused:?}"
        );
    }
    let refused = reader
        .download(&torrent.bytes[1..], right, &into, &[])
        .await;
    assert!(
        matches!(refused, Err(SwarmError::Torrent(_))),
        "{refused:?}"
    );
    let refused = reader.seed(b"", &into).await;
    assert!(
        matches!(refused, Err(SwarmError::Torrent(_))),
        "{refused:?}"
    );
}
