//! The memory swarm keeps the contract that the real one keeps.

use std::net::SocketAddr;

use woolgather_swarm::{MemoryNetwork, MemorySwarm, Phase, Swarm, SwarmError};

use crate::support::{
    Room, assert_credit, assert_same_file, download, expected, finished, torrent_of,
};

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], port))
}

#[tokio::test]
async fn a_download_waits_for_seeds_and_splits_credit_among_them() {
    let room = Room::new();
    let file = room.file("clip", 600_001, 40);
    let torrent = torrent_of(&file, &[]);
    let network = MemoryNetwork::default();
    let swarms = [1, 2, 3].map(|port| MemorySwarm::new(&network, address(port), true));

    let into = room.path("one.mp4");
    let waiting = download(&swarms[0], &torrent, &into, &[]).await;
    tokio::task::yield_now().await;
    assert_eq!(waiting.phase(), Phase::Running);
    let seed = swarms[1]
        .seed(&torrent.bytes, &file)
        .await
        .expect("seeding");
    assert_credit(&finished(&waiting).await, torrent.length);
    assert_same_file(&file, &into);
    assert_eq!(seed.uploaded_bytes(), torrent.length);

    let into = room.path("three.mp4");
    let progress = finished(&download(&swarms[2], &torrent, &into, &[]).await).await;
    assert_credit(&progress, torrent.length);
    assert_eq!(progress.by_peer.len(), 2);
    assert_eq!(
        swarms[0].totals().uploaded_bytes,
        progress.bytes_from(address(1))
    );
    assert_eq!(swarms[2].totals().fetched_bytes, torrent.length);
}

#[tokio::test]
async fn it_refuses_what_the_real_one_refuses() {
    let room = Room::new();
    let file = room.file("clip", 50_000, 41);
    let wrong = room.file("wrong", 50_000, 42);
    let torrent = torrent_of(&file, &[]);
    let network = MemoryNetwork::default();
    let swarm = MemorySwarm::new(&network, address(1), true);
    let passive = MemorySwarm::new(&network, address(2), false);
    let into = room.path("into");

    let refused = swarm.seed(&torrent.bytes, &wrong).await;
    assert!(matches!(refused, Err(SwarmError::FileDiffers { .. })));
    let refused = passive
        .download(&torrent.bytes, expected(&torrent), &into, &[])
        .await;
    assert!(matches!(refused, Err(SwarmError::Passive)));
    let running = download(&swarm, &torrent, &into, &[]).await;
    let refused = swarm.seed(&torrent.bytes, &file).await;
    assert!(matches!(refused, Err(SwarmError::AlreadyAdded(_))));
    running.cancel().await;
    let there = download(&swarm, &torrent, &file, &[]).await;
    assert_eq!(finished(&there).await.downloaded_bytes, 0);

    swarm.stop_seeding(torrent.info_hash).await;
    let alone = download(&swarm, &torrent, &into, &[]).await;
    swarm.shut_down().await;
    assert!(matches!(alone.finished().await, Err(SwarmError::Cancelled)));
    assert!(matches!(
        swarm.seed(&torrent.bytes, &file).await,
        Err(SwarmError::Cancelled)
    ));
}
