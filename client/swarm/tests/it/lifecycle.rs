//! Restarts, resumption, and the several ways to stop.

use std::fs;

use woolgather_swarm::{Phase, RateLimits, Swarm, SwarmError};

use crate::support::{
    Room, assert_credit, assert_same_file, download, expected, finished, start, torrent_of,
    wait_for_bytes,
};

const SLOW: RateLimits = RateLimits {
    upload_bytes_per_second_max: Some(1 << 20),
    download_bytes_per_second_max: None,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_downloaded_is_seeded_on_and_again_after_a_restart() {
    let room = Room::new();
    let file = room.file("clip", 1_500_000, 10);
    let torrent = torrent_of(&file, &[]);
    let origin = room.origin(None).await;
    let seed = origin.seed(&torrent.bytes, &file).await.expect("seeding");
    let origin_address = origin.listen_addr().expect("listening");

    let first = room.swarm("first", [127, 0, 0, 2]).await;
    let into = room.path("first/clip.mp4");
    let first_download = download(&first, &torrent, &into, &[origin_address]).await;
    let progress = finished(&first_download).await;
    assert_eq!(progress.by_peer, [(origin_address, torrent.length)]);
    assert_eq!(seed.uploaded_bytes(), torrent.length);
    seed.stop().await;
    assert!(
        !room
            .path("first/swarm")
            .join(format!("{}.part", torrent.info_hash))
            .exists()
    );

    let second = room.swarm("second", [127, 0, 0, 3]).await;
    let first_address = first.listen_addr().expect("listening");
    let into_second = room.path("second/clip.mp4");
    let running = download(&second, &torrent, &into_second, &[first_address]).await;
    assert_eq!(
        finished(&running).await.by_peer,
        [(first_address, torrent.length)]
    );
    first.shut_down().await;
    assert!(matches!(
        first.seed(&torrent.bytes, &into).await,
        Err(SwarmError::Cancelled)
    ));
    drop(first);

    let again = room.swarm("first", [127, 0, 0, 2]).await;
    let seed = again
        .seed(&torrent.bytes, &into)
        .await
        .expect("seeding again");
    let third = room.swarm("third", [127, 0, 0, 4]).await;
    let peers = [again.listen_addr().expect("listening")];
    let progress =
        finished(&download(&third, &torrent, &room.path("third/clip"), &peers).await).await;
    assert_credit(&progress, torrent.length);
    assert_eq!(seed.uploaded_bytes(), torrent.length);
    assert_eq!(again.totals().uploaded_bytes, torrent.length);
    assert_eq!(
        again.totals().fetched_bytes,
        0,
        "a check of the disk is no download"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_download_goes_on_where_it_was() {
    let room = Room::new();
    let file = room.file("clip", 3_000_000, 11);
    let torrent = torrent_of(&file, &[]);
    let origin = room.origin(SLOW.upload_bytes_per_second_max).await;
    origin.seed(&torrent.bytes, &file).await.expect("seeding");
    let peers = [origin.listen_addr().expect("listening")];
    let into = room.path("reader/clip.mp4");

    let reader = room.swarm("reader", [127, 0, 0, 2]).await;
    let mut running = download(&reader, &torrent, &into, &peers).await;
    wait_for_bytes(&mut running, 1_000_000).await;
    let twice = reader
        .download(&torrent.bytes, expected(&torrent), &into, &peers)
        .await;
    assert!(matches!(twice, Err(SwarmError::AlreadyAdded(_))));
    reader.shut_down().await;
    assert!(matches!(
        running.finished().await,
        Err(SwarmError::Cancelled)
    ));
    assert!(!into.exists(), "only a complete file has its name");

    let reader = room.swarm("reader", [127, 0, 0, 2]).await;
    let resumed = download(&reader, &torrent, &into, &peers).await;
    let found = resumed.progress().have_bytes;
    assert!(found >= 1_000_000, "{found} bytes were found");
    resumed.suspend().await;

    let resumed = download(&reader, &torrent, &into, &peers).await;
    let found = resumed.progress().have_bytes;
    assert!(found >= 1_000_000, "{found} bytes were found after a pause");
    assert_credit(&finished(&resumed).await, torrent.length - found);
    assert_same_file(&file, &into);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_download_leaves_nothing_and_a_dropped_one_its_pieces() {
    let room = Room::new();
    let file = room.file("clip", 2_000_000, 12);
    let torrent = torrent_of(&file, &[]);
    let origin = room.origin(SLOW.upload_bytes_per_second_max).await;
    origin.seed(&torrent.bytes, &file).await.expect("seeding");
    let peers = [origin.listen_addr().expect("listening")];
    let into = room.path("reader/clip.mp4");
    let partial = room
        .path("reader/swarm")
        .join(format!("{}.part", torrent.info_hash));
    let reader = room.swarm("reader", [127, 0, 0, 2]).await;

    let mut running = download(&reader, &torrent, &into, &peers).await;
    wait_for_bytes(&mut running, 500_000).await;
    assert!(partial.exists());
    running.cancel().await;
    assert!(!partial.exists() && !into.exists());

    let mut running = download(&reader, &torrent, &into, &peers).await;
    assert_eq!(running.progress().have_bytes, 0);
    wait_for_bytes(&mut running, 500_000).await;
    drop(running);
    let dropped = async {
        while reader.seed(&torrent.bytes, &file).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), dropped)
        .await
        .expect("it is over");
    assert!(partial.exists() && !into.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_there_is_not_downloaded_and_a_wrong_one_is_replaced() {
    let room = Room::new();
    let file = room.file("clip", 700_000, 13);
    let wrong = room.file("wrong", 700_000, 14);
    let torrent = torrent_of(&file, &[]);
    let reader = room.swarm("reader", [127, 0, 0, 2]).await;

    let there = download(&reader, &torrent, &file, &[]).await;
    assert_eq!(finished(&there).await.downloaded_bytes, 0);
    assert_eq!(there.phase(), Phase::Finished);
    let there = download(&reader, &torrent, &file, &[]).await;
    assert_eq!(finished(&there).await.have_bytes, torrent.length);

    let other = room.swarm("other", [127, 0, 0, 3]).await;
    let peers = [reader.listen_addr().expect("listening")];
    let replaced = download(&other, &torrent, &wrong, &peers).await;
    assert_eq!(finished(&replaced).await.downloaded_bytes, torrent.length);
    assert_same_file(&file, &wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_the_torrents_is_not_seeded_and_not_changed() {
    let room = Room::new();
    let file = room.file("clip", 700_000, 15);
    let torrent = torrent_of(&file, &[]);
    let swarm = room.swarm("swarm", [127, 0, 0, 2]).await;
    let missing = room.path("missing");
    let refused = swarm.seed(&torrent.bytes, &missing).await;
    assert!(matches!(refused, Err(SwarmError::Io { .. })), "{refused:?}");

    let mut bytes = fs::read(&file).expect("the file");
    bytes[350_000] ^= 1;
    fs::write(&file, &bytes).expect("room on disk");
    let refused = swarm.seed(&torrent.bytes, &file).await;
    assert!(
        matches!(refused, Err(SwarmError::FileDiffers { .. })),
        "{refused:?}"
    );
    fs::write(&file, &bytes[1..]).expect("room on disk");
    let refused = swarm.seed(&torrent.bytes, &file).await;
    assert!(
        matches!(refused, Err(SwarmError::FileDiffers { .. })),
        "{refused:?}"
    );
    assert_eq!(fs::read(&file).expect("the file").len(), bytes.len() - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_an_error_and_port_zero_finds_a_free_one() {
    let room = Room::new();
    let one = room.swarm("one", [127, 0, 0, 2]).await;
    let address = one.listen_addr().expect("listening");
    assert!(address.port() != 0 && address.ip().is_loopback());
    let mut settings = room.settings("two", [127, 0, 0, 2]);
    settings.listen = Some(address);
    let taken = woolgather_swarm::LibrqbitSwarm::start(settings.clone()).await;
    assert!(matches!(taken, Err(SwarmError::Listen { .. })));
    settings.listen = Some(([127, 0, 0, 9], address.port()).into());
    assert_eq!(start(settings.clone()).await.listen_addr(), settings.listen);
}
