//! Rate limits, and who may be talked to.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use woolgather_swarm::{RATE_FLOOR_BYTES_PER_SECOND, RateLimits, Swarm, SwarmError, SwarmSettings};

use crate::support::{
    Room, Tracker, assert_credit, download, expected, finished, start, torrent_of, wait_for_bytes,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_limit_of_nothing_still_moves_and_can_be_lifted_at_once() {
    let room = Room::new();
    let file = room.file("clip", 400_000, 20);
    let torrent = torrent_of(&file, &[]);
    let origin = room.origin(Some(0)).await;
    let floor = Some(RATE_FLOOR_BYTES_PER_SECOND);
    assert_eq!(origin.rate_limits().upload_bytes_per_second_max, floor);
    origin.seed(&torrent.bytes, &file).await.expect("seeding");

    let reader = room.swarm("reader", [127, 0, 0, 2]).await;
    let peers = [origin.listen_addr().expect("listening")];
    let began = Instant::now();
    let mut running = download(&reader, &torrent, &room.path("reader/clip"), &peers).await;
    wait_for_bytes(&mut running, 64 << 10).await;
    assert!(
        began.elapsed() > Duration::from_millis(700),
        "{:?}",
        began.elapsed()
    );

    origin.set_rate_limits(RateLimits::default());
    assert_eq!(origin.rate_limits(), RateLimits::default());
    let lifted = Instant::now();
    assert_credit(&finished(&running).await, torrent.length);
    assert!(
        lifted.elapsed() < Duration::from_secs(5),
        "{:?}",
        lifted.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_limit_holds() {
    let room = Room::new();
    let file = room.file("clip", 1_000_000, 21);
    let torrent = torrent_of(&file, &[]);
    let origin = room.origin(None).await;
    origin.seed(&torrent.bytes, &file).await.expect("seeding");
    let settings = room.settings("reader", [127, 0, 0, 2]);
    let download_bytes_per_second_max = Some(400_000);
    let reader = start(SwarmSettings {
        download_bytes_per_second_max,
        ..settings
    })
    .await;
    let peers = [origin.listen_addr().expect("listening")];
    let began = Instant::now();
    finished(&download(&reader, &torrent, &room.path("reader/clip"), &peers).await).await;
    // The first second's worth is free.
    assert!(
        began.elapsed() > Duration::from_millis(1_200),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passive_swarm_tells_no_tracker_and_dials_nobody() {
    let room = Room::new();
    let peer = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let tracker = Tracker::start(&[peer.local_addr().expect("bound")]);
    let file = room.file("clip", 300_000, 22);
    let torrent = torrent_of(&file, &[&tracker]);
    let origin = room.origin(None).await;
    origin.seed(&torrent.bytes, &file).await.expect("seeding");
    let into = room.path("into");
    let refused = origin
        .download(&torrent.bytes, expected(&torrent), &into, &[])
        .await;
    assert!(matches!(refused, Err(SwarmError::Passive)), "{refused:?}");

    let dialled = tokio::task::spawn_blocking(move || peer.accept().map(|(_, from)| from));
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(tracker.announces(), []);
    assert!(!dialled.is_finished());

    let reader = room.swarm("reader", [127, 0, 0, 2]).await;
    let peers = [origin.listen_addr().expect("listening")];
    finished(&download(&reader, &torrent, &into, &peers).await).await;
    dialled
        .await
        .expect("joined")
        .expect("the reader dials it, so it could have been dialled");
    let announces = tracker.announces();
    assert_eq!(
        announces[0].address,
        reader.listen_addr().expect("listening")
    );
    assert_eq!(announces[0].event.as_deref(), Some("started"));
    assert_eq!(announces[0].left, torrent.length);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_listen_announces_a_port_where_nobody_does() {
    let room = Room::new();
    let tracker = Tracker::start(&[]);
    let file = room.file("clip", 300_000, 23);
    let torrent = torrent_of(&file, &[&tracker]);
    let settings = room.settings("quiet", [127, 0, 0, 2]);
    let quiet = start(SwarmSettings {
        listen: None,
        ..settings
    })
    .await;
    assert_eq!(quiet.listen_addr(), None);
    quiet.seed(&torrent.bytes, &file).await.expect("seeding");

    let reader = room.swarm("reader", [127, 0, 0, 3]).await;
    let running = download(&reader, &torrent, &room.path("reader/clip"), &[]).await;
    let progress = finished(&running).await;
    assert_credit(&progress, torrent.length);
    let announces = tracker.announces();
    assert_eq!((announces[0].address.port(), announces[0].left), (1, 0));
}
