//! Blobs that nothing needs go, in two steps of a day; those that anything needs stay.

use std::process::Command;
use std::time::{Duration, SystemTime};

use woolgather_bucket::BucketServer;
use woolgather_coordinator::blobs::{BlobPlace, Blobs};
use woolgather_coordinator::jobs::collecting::{Collected, Collector, GRACE, PARTS};
use woolgather_protocol::work::WorkUnit;
use woolgather_protocol::{Blake3, DeviceSecret};

use crate::buckets::place;
use crate::support::device::submission_of;
use crate::support::segments::encode;
use crate::support::{TestCoordinator, rendered};

/// Digests and pictures of frames that are all painted.
fn painted(work: &WorkUnit) -> Vec<u8> {
    let frames = rendered::frames(work).into_iter().map(rendered::painted);
    let frames: Vec<_> = frames.collect();
    submission_of(&frames, &encode(&work.recipe, &frames))
}

/// A flock with a published loop, a refused segment before that, and a blob that nobody named.
struct Story {
    coordinator: TestCoordinator,
    refused: Blake3,
    orphan: Blake3,
}

impl Story {
    async fn told(place: BlobPlace) -> Self {
        let coordinator = TestCoordinator::start_configured(|config| config.blobs = place).await;
        let liar = coordinator.device(1);
        let (lease, work) = liar.lease_segment().await;
        let lie = painted(&work);
        // A submission is a preamble and a segment; the blob is the segment.
        let segment = {
            let frames = rendered::frames(&work).into_iter().map(rendered::painted);
            encode(&work.recipe, &frames.collect::<Vec<_>>())
        };
        assert!(liar.submit(&lease, lie).await.status().is_success());
        // Its audit has no auditor, so the coordinator does it after a while; then the rest.
        let honest = coordinator.device(2);
        while coordinator.app.store.status().await.unwrap().units.accepted == 0 {
            coordinator.clock.advance_ms(61_000);
            coordinator.do_jobs().await;
            honest.render_everything_as(rendered::submission).await;
        }
        coordinator.do_jobs().await;
        let orphan = put(&coordinator.app.blobs, b"nobody named it").await;
        Self {
            coordinator,
            refused: Blake3::of(&segment),
            orphan,
        }
    }

    async fn collect(&self, after: Duration) -> Collected {
        let app = &self.coordinator.app;
        let collector = Collector::of(app);
        let mut collected = Collected::default();
        for part in 0..PARTS {
            let now = SystemTime::now() + after;
            collected = collected.and(collector.collect(part, now).await.unwrap());
        }
        collected
    }

    async fn is_there(&self, name: Blake3) -> bool {
        let blobs = self.coordinator.app.blobs.clone();
        let names = tokio::task::spawn_blocking(move || blobs.names());
        names.await.unwrap().unwrap().contains(&name)
    }

    async fn everything_needed_is_there(&self) -> usize {
        let named = self.coordinator.app.store.blobs_named().await.unwrap();
        for name in &named {
            assert!(self.is_there(*name).await, "{name}");
        }
        named.len()
    }
}

async fn put(blobs: &Blobs, bytes: &'static [u8]) -> Blake3 {
    let blobs = blobs.clone();
    let put = tokio::task::spawn_blocking(move || blobs.put(bytes));
    put.await.unwrap().unwrap()
}

async fn told(place: BlobPlace) {
    let hour = Duration::from_secs(3_600);
    let story = Story::told(place).await;
    let needed = story.everything_needed_is_there().await;
    assert!(needed >= 5, "segments, clip, torrent, poster: {needed}");
    assert!(story.is_there(story.refused).await);

    // What was put just now may be about to be named.
    let young = story.collect(Duration::ZERO).await;
    assert_eq!((young.discarded, young.erased), (0, 0));
    assert_eq!(young.seen as usize, needed + 2);

    let old = story.collect(GRACE + hour).await;
    assert_eq!((old.discarded, old.erased), (2, 0), "{old:?}");
    assert!(!story.is_there(story.refused).await);
    assert_eq!(story.everything_needed_is_there().await, needed);

    // Somebody without a copy of it reads one of them, and it is back.
    let config = &story.coordinator.app.config;
    let blobs = Blobs::open_beside(&config.blobs, &config.data).unwrap();
    let orphan = story.orphan;
    let read = tokio::task::spawn_blocking(move || blobs.read(&orphan, 100));
    assert_eq!(read.await.unwrap().unwrap(), b"nobody named it");
    assert!(story.is_there(orphan).await);

    let later = story.collect(2 * GRACE + 2 * hour).await;
    assert_eq!((later.discarded, later.erased), (1, 1), "{later:?}");
    let last = story.collect(3 * GRACE + 3 * hour).await;
    assert_eq!((last.discarded, last.erased), (0, 1), "{last:?}");
    assert_eq!(last.seen as usize, needed);
    assert_eq!(story.everything_needed_is_there().await, needed);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_folder_only_what_nothing_needs_goes() {
    told(BlobPlace::Folder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_bucket_only_what_nothing_needs_goes() {
    let server = BucketServer::start().unwrap();
    told(place(&server, "blobs")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_to_be_needed_is_brought_back() {
    let story = Story::told(BlobPlace::Folder).await;
    let app = &story.coordinator.app;
    // As if it had been unneeded at the moment of a look.
    let named = app.store.blobs_named().await.unwrap();
    let needed = *named.first().unwrap();
    assert!(app.blobs.discard(&needed, SystemTime::now()).unwrap());
    let collected = story.collect(Duration::ZERO).await;
    assert_eq!(collected.recovered, 1);
    story.everything_needed_is_there().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_flocks_blobs_are_left_alone() {
    let story = Story::told(BlobPlace::Folder).await;
    story.collect(Duration::ZERO).await;
    let stranger = TestCoordinator::start().await;
    let (ours, theirs) = (&story.coordinator.app, &stranger.app);
    let key = DeviceSecret::from_bytes(&[78; 32]).public();
    let collector = Collector::new(&theirs.store, &ours.blobs, &ours.hands, &theirs.flock, key);
    for part in 0..PARTS {
        let later = SystemTime::now() + 2 * GRACE;
        let error = collector.collect(part, later).await.unwrap_err();
        assert!(error.to_string().contains("another flock's"), "{error}");
    }
    story.everything_needed_is_there().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_can_have_it_done_beside_the_coordinator() {
    let story = Story::told(BlobPlace::Folder).await;
    let data = &story.coordinator.app.config.data;
    woolgather_coordinator::keys::coordinator_key(data).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_woolgather-coordinator"));
    let output = command
        .args(["blobs", "collect", "--data"])
        .arg(data)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    assert!(said.contains("blobs looked at: 0 discarded"), "{said}");
}
