//! temporary
#[path = "../tests/it/support.rs"]
#[allow(dead_code, reason = "temporary")]
mod support;
use support::*;
use woolgather_swarm::*;
#[tokio::main]
async fn main() {
    let room = Room::new();
    let file = room.file("clip", 3_000_001, 77);
    let ip: std::net::Ipv4Addr = std::env::var("IP").unwrap_or("127.0.0.1".into()).parse().unwrap();
    let mut set = room.settings("origin", ip.octets()); set.announce = false;
    let origin = start(set).await;
    let tracker = Tracker::start(&[origin.listen_addr().unwrap()]);
    let torrent = torrent_of(&file, &[tracker.url.clone()]);
    let seed = origin.seed(&torrent.bytes, &file).await.unwrap();
    std::fs::copy(&file, "/tmp/byhand/clip.bin").unwrap();
    std::fs::write("/tmp/byhand/clip.torrent", &torrent.bytes).unwrap();
    println!(
        "hash {} origin {:?} tracker {}",
        torrent.info_hash,
        origin.listen_addr(),
        tracker.url
    );
    let mode = std::env::args().nth(1).unwrap_or_default();
    if mode == "leech" {
        // wait until the foreign client announces itself, then stop the origin and download from it
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            if tracker.announces().iter().any(|a| a.left == 0) {
                break;
            }
        }
        println!("foreign announces {:?}", tracker.announces());
        seed.stop().await;
        let swarm = room.swarm("leech", [127, 0, 0, 5]).await;
        let d = download(&swarm, &torrent, &room.path("leech/c"), &[]).await;
        println!("{:?}", finished(&d).await);
        return;
    }
    for _ in 0..60 {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        if std::path::Path::new("/tmp/byhand/stop").exists() {
            break;
        }
    }
    println!(
        "uploaded {} announces {:?}",
        seed.uploaded_bytes(),
        tracker.announces()
    );
}
