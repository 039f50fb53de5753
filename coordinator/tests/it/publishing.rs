//! Accepted segments become a clip that people can fetch, and that the origin seeds.

use std::net::SocketAddr;
use std::time::Duration;

use image::ImageFormat;
use sha2::{Digest as _, Sha256 as Hasher};
use tokio::sync::watch;
use woolgather_coordinator::store::{ClipRow, ClipState, Job, NewClipFile};
use woolgather_coordinator::{jobs, publish};
use woolgather_protocol::manifest::Manifest;
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{Blake3, Sha256, Signed, paths};
use woolgather_render_kernel::compare::{Floor, same_picture};
use woolgather_swarm::{Expected, InfoHash, MemorySwarm, Swarm as _, parse_torrent};
use woolgather_video::ClipReader;

use crate::support::device::{good, report};
use crate::support::{TestCoordinator, rendered};

async fn first_clip(coordinator: &TestCoordinator) -> ClipRow {
    let sheep = coordinator.first_sheep().await;
    let clips = coordinator.app.store.clips_of_sheep(&sheep).await.unwrap();
    clips.into_iter().next().unwrap()
}

/// Has the only clip rendered and audited by volunteers; joining it is left to a job.
async fn accepted_clip(coordinator: &TestCoordinator) -> ClipRow {
    coordinator.bystanders_come().await;
    let (worker, auditor) = (coordinator.device(1), coordinator.device(2));
    worker.render_everything_as(rendered::submission).await;
    auditor
        .audit_everything_as(|work, frame| report(&rendered::frame(work, frame)))
        .await;
    let clip = first_clip(coordinator).await;
    assert_eq!(clip.state, ClipState::Joining);
    clip
}

/// Has the only clip rendered by a volunteer, and audited and published by the jobs.
async fn published_clip(coordinator: &TestCoordinator) -> (ClipRow, NewClipFile) {
    let worker = coordinator.device(1);
    worker.render_everything_as(rendered::submission).await;
    coordinator.do_jobs().await;
    let clip = first_clip(coordinator).await;
    assert_eq!(clip.state, ClipState::Live);
    let file = clip.file.clone().unwrap();
    (clip, file)
}

fn blob(coordinator: &TestCoordinator, name: &Blake3) -> Vec<u8> {
    coordinator.app.blobs.read(name, 1 << 20).unwrap()
}

async fn manifest(coordinator: &TestCoordinator) -> Manifest {
    let url = format!("{}{}", coordinator.url, paths::MANIFEST);
    let signed: Signed<Manifest> = good(reqwest::get(url).await.unwrap()).await;
    signed.open(&coordinator.app.public_key()).unwrap()
}

/// Fetches the clip over the swarm, as a participant does.
async fn fetch_from_the_origin(coordinator: &TestCoordinator, file: &NewClipFile) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("clip.mp4");
    let address: SocketAddr = "127.0.0.2:6881".parse().unwrap();
    let peer = MemorySwarm::new(&coordinator.network, address, true);
    let torrent = blob(coordinator, &file.torrent);
    let expected = Expected {
        info_hash: InfoHash(file.info_hash.0),
        length: file.bytes,
    };
    let download = peer.download(&torrent, expected, &into, &[]).await.unwrap();
    let finished = tokio::time::timeout(Duration::from_secs(5), download.finished());
    finished.await.expect("the origin seeds it").unwrap();
    std::fs::read(into).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rendered_sheep_becomes_a_clip_that_everybody_can_check() {
    let coordinator = TestCoordinator::start().await;
    let (clip, file) = published_clip(&coordinator).await;
    let manifest = manifest(&coordinator).await;
    let told = &manifest.clips[0];
    let bytes = blob(&coordinator, &file.blob);
    assert_eq!((&told.id, told.frames), (&clip.id, 4));
    assert_eq!(told.bytes, bytes.len() as u64);
    assert_eq!(told.sha256, Sha256(Hasher::digest(&bytes).into()));

    let torrent = parse_torrent(&blob(&coordinator, &file.torrent)).unwrap();
    assert_eq!(told.info_hash.0, torrent.info_hash.0);
    let local = coordinator.app.blobs.local(&file.blob).unwrap();
    assert!(torrent.is_file(local.path()).unwrap());
    let announce = format!("{}{}", coordinator.url, paths::ANNOUNCE);
    let address = format!("{}{}", coordinator.url, paths::clip(&clip.id, clip.version));
    assert_eq!(torrent.trackers[0].as_str(), announce);
    assert_eq!(torrent.url_list[0].as_str(), address);
    let over_http = reqwest::get(address).await.unwrap();
    assert_eq!(over_http.bytes().await.unwrap(), bytes);
    assert_eq!(fetch_from_the_origin(&coordinator, &file).await, bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_shows_the_frames_that_were_asked_for() {
    let coordinator = TestCoordinator::start().await;
    let (_, work) = coordinator.device(1).lease_segment().await;
    let (_, file) = published_clip(&coordinator).await;
    let reader = ClipReader::open(blob(&coordinator, &file.blob).as_slice()).unwrap();
    assert_eq!((reader.width(), reader.height()), (64, 64));
    assert_eq!((reader.frames(), reader.fps()), (4, work.recipe.fps));
    let decoded: Vec<_> = reader.decoder().unwrap().map(Result::unwrap).collect();
    assert_eq!(decoded.len(), 4);
    for (number, frame) in (0..).zip(decoded) {
        let expected = rendered::frame(&work, number).block_means();
        let shown = woolgather_render_kernel::Planes {
            width: frame.width,
            height: frame.height,
            luma: frame.luma,
            chroma_blue: frame.chroma_blue,
            chroma_red: frame.chroma_red,
        }
        .block_means();
        let verdict = same_picture(&shown, &expected, &Floor::encoded());
        assert!(verdict.is_same(), "frame {number}: {verdict:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheep_gets_its_first_frame_as_its_picture() {
    let coordinator = TestCoordinator::start().await;
    let (clip, _) = published_clip(&coordinator).await;
    let url = format!("{}{}", coordinator.url, paths::poster(&clip.from));
    let poster = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    let poster = image::load_from_memory_with_format(&poster, ImageFormat::WebP).unwrap();
    let poster = poster.to_rgb8();
    assert_eq!(poster.dimensions(), (64, 64));
    let bright = poster
        .pixels()
        .filter(|pixel| pixel.0.iter().any(|&c| c > 60));
    assert!(bright.count() > 100, "there is something to see");
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_twice_changes_nothing() {
    let coordinator = TestCoordinator::start().await;
    let (clip, file) = published_clip(&coordinator).await;
    let sequence = manifest(&coordinator).await.sequence;
    let store = &coordinator.app.store;
    publish::join(&coordinator.app, &clip.id, clip.version)
        .await
        .unwrap();
    store
        .enqueue_job(Job::Join {
            clip: clip.id.clone(),
            version: clip.version,
        })
        .await
        .unwrap();
    coordinator.do_jobs().await;
    assert_eq!(first_clip(&coordinator).await, clip);
    assert_eq!(manifest(&coordinator).await.sequence, sequence);
    fetch_from_the_origin(&coordinator, &file).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_that_could_not_be_seeded_at_first_is_seeded_when_the_job_is_tried_again() {
    let coordinator = TestCoordinator::start().await;
    let (clip, file) = published_clip(&coordinator).await;
    let info_hash = InfoHash(file.info_hash.0);
    coordinator.app.swarm.stop_seeding(info_hash).await;
    publish::join(&coordinator.app, &clip.id, clip.version)
        .await
        .unwrap();
    fetch_from_the_origin(&coordinator, &file).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_killed_is_done_again_and_live_clips_are_seeded_again() {
    let coordinator = TestCoordinator::start().await;
    let clip = accepted_clip(&coordinator).await;
    let long = Duration::from_secs(3600);
    let claimed = coordinator
        .app
        .store
        .claim_job(long)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(claimed.job, Job::Join { .. }));
    let next = coordinator.app.store.claim_job(long).await.unwrap();
    assert_eq!(next, None, "the killed process still holds it");

    let coordinator = coordinator.restart().await;
    coordinator.do_jobs().await;
    let live = first_clip(&coordinator).await;
    assert_eq!((live.id, live.state), (clip.id, ClipState::Live));

    let coordinator = coordinator.restart().await;
    let file = live.file.unwrap();
    let (_stop, stopped) = watch::channel(false);
    tokio::select! {
        () = jobs::run(coordinator.app.clone(), stopped) => unreachable!("nobody stopped it"),
        _ = fetch_from_the_origin(&coordinator, &file) => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sheep_are_joined_by_edges_both_ways() {
    let coordinator = TestCoordinator::start_with(2).await;
    let worker = coordinator.device(1);
    for live in [2, 4] {
        worker.render_everything_as(rendered::submission).await;
        coordinator
            .do_jobs_until(|status| status.jobs_open == 0 && status.live_clips == live)
            .await;
    }
    let manifest = manifest(&coordinator).await;
    let edges = manifest
        .clips
        .iter()
        .filter(|clip| clip.kind == ClipKind::Edge);
    let mut edges: Vec<_> = edges.map(|edge| (&edge.from, &edge.to)).collect();
    edges.sort();
    let [one, two] = &coordinator.all_sheep().await[..] else {
        panic!("two sheep");
    };
    let mut expected = [(one, two), (two, one)];
    expected.sort();
    assert_eq!(edges, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_segment_keeps_a_clip_from_being_published() {
    let coordinator = TestCoordinator::start().await;
    let clip = accepted_clip(&coordinator).await;
    let segments = coordinator.app.store.join_segments(&clip.id).await.unwrap();
    let lost = coordinator.app.blobs.local(&segments[1].blob).unwrap();
    std::fs::remove_file(lost.path()).unwrap();
    let joined = publish::join(&coordinator.app, &clip.id, clip.version).await;
    assert!(joined.is_err());
    assert_eq!(first_clip(&coordinator).await.state, ClipState::Joining);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_for_an_older_version_does_nothing() {
    let coordinator = TestCoordinator::start().await;
    let clip = accepted_clip(&coordinator).await;
    publish::join(&coordinator.app, &clip.id, clip.version + 1)
        .await
        .unwrap();
    assert_eq!(first_clip(&coordinator).await, clip);
}
