//! Peers find each other through a tracker and give each other what the origin gave them.

use std::time::Duration;

use woolgather_swarm::{RateLimits, Swarm};

use crate::support::{
    Room, Tracker, assert_credit, assert_same_file, download, finished, torrent_of, wait_for_bytes,
};

const KIB: u32 = 1 << 10;

#[tokio::test(flavor = "multi_thread")]
async fn the_third_downloader_gets_most_of_the_file_from_the_first_two() {
    let room = Room::new();
    let origin = room.origin(None).await;
    let origin_address = origin.listen_addr().expect("listening");
    let tracker = Tracker::start(&[origin_address]);
    let file = room.file("clip", 5_000_003, 1);
    let torrent = torrent_of(&file, &[&tracker]);
    origin.seed(&torrent.bytes, &file).await.expect("seeding");

    let first = room.swarm("first", [127, 0, 0, 2]).await;
    let second = room.swarm("second", [127, 0, 0, 3]).await;
    let first_into = room.path("first/clip.mp4");
    let first_download = download(&first, &torrent, &first_into, &[]).await;
    let second_download = download(&second, &torrent, &room.path("second/clip.mp4"), &[]).await;
    assert_credit(&finished(&first_download).await, torrent.length);
    assert_credit(&finished(&second_download).await, torrent.length);
    assert_same_file(&file, &first_into);

    origin.set_rate_limits(RateLimits {
        upload_bytes_per_second_max: Some(256 * KIB),
        ..RateLimits::default()
    });
    let third = room.swarm("third", [127, 0, 0, 1]).await;
    let third_into = room.path("third/clip.mp4");
    let progress = finished(&download(&third, &torrent, &third_into, &[]).await).await;
    assert_same_file(&file, &third_into);
    assert_credit(&progress, torrent.length);

    let from_origin = progress.bytes_from(origin_address);
    assert!(
        from_origin * 2 <= torrent.length,
        "{from_origin} from the origin: {progress:?}"
    );
    let helpers = [first.listen_addr(), second.listen_addr()].map(|address| address.unwrap());
    let helped = |peer| helpers.contains(peer) || *peer == origin_address;
    assert!(
        progress.by_peer.iter().all(|(peer, _)| helped(peer)),
        "{progress:?}"
    );
    assert!(first.totals().uploaded_bytes + second.totals().uploaded_bytes > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn downloaders_that_start_together_share_what_they_get_from_a_slow_origin() {
    let room = Room::new();
    let origin = room.origin(Some(512 * KIB)).await;
    let origin_address = origin.listen_addr().expect("listening");
    let tracker = Tracker::start(&[origin_address]);
    let file = room.file("clip", 3_000_000, 2);
    let torrent = torrent_of(&file, &[&tracker]);
    origin.seed(&torrent.bytes, &file).await.expect("seeding");

    let mut swarms = Vec::new();
    let mut downloads = Vec::new();
    for n in 0..4u8 {
        let name = format!("client {n}");
        let swarm = room.swarm(&name, [127, 0, 0, 10 + n]).await;
        let into = room.path(&name).join("clip.mp4");
        downloads.push(download(&swarm, &torrent, &into, &[]).await);
        swarms.push(swarm);
    }
    let mut from_origin = 0;
    for download in &downloads {
        let progress = finished(download).await;
        assert_credit(&progress, torrent.length);
        from_origin += progress.bytes_from(origin_address);
    }
    // 44 to 48 % when it was measured; 82 % where all ask for the pieces from front to back.
    let all = torrent.length * 4;
    assert!(
        from_origin * 10 <= all * 6,
        "{from_origin} of {all} bytes came from the origin"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_has_left_keeps_its_credit() {
    let room = Room::new();
    let tracker = Tracker::start(&[]);
    let file = room.file("clip", 3_000_000, 3);
    let torrent = torrent_of(&file, &[&tracker]);
    let one = room.swarm("one", [127, 0, 0, 2]).await;
    one.seed(&torrent.bytes, &file).await.expect("seeding");
    one.set_rate_limits(RateLimits {
        upload_bytes_per_second_max: Some(512 * KIB),
        ..RateLimits::default()
    });

    let reader = room.swarm("reader", [127, 0, 0, 3]).await;
    let mut download = download(&reader, &torrent, &room.path("reader/clip.mp4"), &[]).await;
    wait_for_bytes(&mut download, 1_000_000).await;
    one.stop_seeding(torrent.info_hash).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let left = download.progress();
    assert!(left.have_bytes < torrent.length, "it left in time");

    let two = room.swarm("two", [127, 0, 0, 4]).await;
    two.seed(&torrent.bytes, &file).await.expect("seeding");
    let progress = finished(&download).await;
    assert_credit(&progress, torrent.length);
    let from_one = progress.bytes_from(one.listen_addr().unwrap());
    assert!(
        from_one >= 900_000 && from_one <= left.have_bytes + 65_536,
        "{progress:?}"
    );
    assert!(progress.by_peer.len() >= 2, "{progress:?}");
}
