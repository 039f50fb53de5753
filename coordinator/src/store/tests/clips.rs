//! Clips: from the last accepted segment to the manifest.

use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{InfoHash, ProblemKind, PublicKey};

use super::support::*;
use crate::store::{ClipState, Job, PageRequest, SheepState};

const COORDINATOR: PublicKey = PublicKey([99; 32]);

#[tokio::test]
async fn a_flock_is_founded_once() {
    let world = World::with_sheep(2).await;
    let first = world.store.flock().await.unwrap();
    let again = world.store.found_flock(new_flock(5)).await.unwrap();
    assert_eq!(again, first);
    let status = world.store.status().await.unwrap();
    assert_eq!(status.units.ready, 4);
    assert_eq!(status.in_progress.len(), 2);
}

#[tokio::test]
async fn before_the_founding_there_is_no_flock() {
    let world = World::with_sheep(0).await;
    assert!(world.store.flock().await.is_ok());
    let folder = tempfile::tempdir().unwrap();
    let clock = world.clock.clone();
    let empty = crate::store::Store::open(folder.path(), clock, [0; 32])
        .await
        .unwrap();
    let missing = empty.flock().await.unwrap_err();
    assert_eq!(missing.kind(), Some(ProblemKind::NotFound));
}

#[tokio::test]
async fn a_clip_goes_to_joining_exactly_once() {
    let world = World::with_sheep(1).await;
    world.render_everything().await;
    let claimed = world.claim().await.unwrap();
    let Job::Join { clip, version } = &claimed.job else {
        panic!("unexpected {:?}", claimed.job);
    };
    assert_eq!(*version, 1);
    assert_eq!(world.claim().await, None);
    assert_eq!(
        world.store.clip(clip).await.unwrap().state,
        ClipState::Joining
    );
    let segments = world.store.join_segments(clip).await.unwrap();
    let order: Vec<u32> = segments.iter().map(|segment| segment.segment).collect();
    assert_eq!(order, [0, 1]);
    assert_eq!(
        (&segments[0].first, &segments[0].last),
        (&means(0), &means(1))
    );
}

#[tokio::test]
async fn a_published_clip_is_in_the_manifest_with_its_volunteers() {
    let world = World::with_sheep(1).await;
    world
        .store
        .register_device(device(201), "Ada")
        .await
        .unwrap();
    let empty = world.store.manifest(COORDINATOR).await.unwrap();
    assert!(empty.clips.is_empty() && empty.sheep.is_empty());
    world.publish_everything().await;
    let manifest = world.store.manifest(COORDINATOR).await.unwrap();
    assert_eq!(manifest.sequence, empty.sequence + 1);
    assert_eq!(manifest.sheep.len(), 1);
    let clip = &manifest.clips[0];
    let file = clip_file(&clip.id);
    assert_eq!(clip.kind, ClipKind::Loop);
    assert_eq!((clip.frames, clip.bytes), (4, file.bytes));
    assert_eq!((clip.sha256, clip.info_hash), (file.sha256, file.info_hash));
    assert!(
        clip.volunteers.contains(&"Ada".to_owned()),
        "{:?}",
        clip.volunteers
    );
    assert_eq!(
        world.store.volunteers(&clip.id).await.unwrap(),
        clip.volunteers
    );
}

#[tokio::test]
async fn publishing_twice_changes_nothing() {
    let world = World::with_sheep(1).await;
    world.publish_everything().await;
    let before = world.store.manifest(COORDINATOR).await.unwrap();
    let clip = &before.clips[0].id;
    let published = world.store.publish_clip(clip, 1, clip_file(clip)).await;
    assert_eq!(published.unwrap(), before.sequence);
    assert_eq!(world.store.manifest(COORDINATOR).await.unwrap(), before);
}

#[tokio::test]
async fn an_unfinished_clip_cannot_be_published() {
    let world = World::with_sheep(1).await;
    let status = world.store.status().await.unwrap();
    let clip = &status.in_progress[0].clip;
    let refused = world
        .store
        .publish_clip(&clip.id, 1, clip_file(&clip.id))
        .await;
    assert_eq!(refused.unwrap_err().kind(), Some(ProblemKind::NotFound));
    let version = world
        .store
        .publish_clip(&clip.id, 2, clip_file(&clip.id))
        .await;
    assert_eq!(version.unwrap_err().kind(), Some(ProblemKind::NotFound));
}

#[tokio::test]
async fn living_sheep_become_one_ring_and_each_edge_is_planned_once() {
    let world = World::with_sheep(3).await;
    world.publish_everything().await;
    assert_eq!(world.store.plan_edges().await.unwrap(), 0);
    let manifest = world.store.manifest(COORDINATOR).await.unwrap();
    let loops = manifest
        .clips
        .iter()
        .filter(|clip| clip.kind == ClipKind::Loop);
    assert_eq!(loops.count(), 3);
    let sheep: Vec<_> = manifest.sheep.iter().map(|sheep| &sheep.id).collect();
    for (place, from) in sheep.iter().enumerate() {
        let to = sheep[(place + 1) % sheep.len()];
        let edges = manifest
            .clips
            .iter()
            .filter(|clip| clip.from == **from && clip.to == *to);
        assert_eq!(edges.count(), 1, "{from} to {to}");
    }
}

#[tokio::test]
async fn an_edge_carries_both_genomes() {
    let world = World::with_sheep(2).await;
    world.render_everything().await;
    while let Some(claimed) = world.claim().await {
        if let Job::Join { clip, version } = &claimed.job {
            let published = world
                .store
                .publish_clip(clip, *version, clip_file(clip))
                .await;
            published.unwrap();
        }
        world.store.finish_job(&claimed).await.unwrap();
    }
    assert_eq!(world.store.plan_edges().await.unwrap(), 2);
    let leases = world.lease(device(1), 1).await;
    let work = &leases[0].work;
    assert_eq!(work.clip_kind, ClipKind::Edge);
    assert_eq!(work.title, "Sheep 0 → Sheep 1");
    assert_eq!(work.decode_genomes().unwrap(), [genome(0), genome(1)]);
}

#[tokio::test]
async fn the_tracker_knows_live_clips_only() {
    let world = World::with_sheep(1).await;
    let clip = world.store.status().await.unwrap().in_progress[0]
        .clip
        .clone();
    let info_hash = clip_file(&clip.id).info_hash;
    let found = world.store.clip_by_info_hash(info_hash).await.unwrap();
    assert_eq!(found, None);
    world.publish_everything().await;
    let found = world.store.clip_by_info_hash(info_hash).await.unwrap();
    assert_eq!(found.unwrap().id, clip.id);
    let other = world.store.clip_by_info_hash(InfoHash([0; 20])).await;
    assert_eq!(other.unwrap(), None);
}

#[tokio::test]
async fn clips_and_sheep_are_listed_in_pages() {
    let world = World::with_sheep(5).await;
    let mut titles = Vec::new();
    let mut page = PageRequest {
        after: None,
        limit: 2,
    };
    loop {
        let found = world
            .store
            .clips(Some(ClipState::Rendering), page)
            .await
            .unwrap();
        titles.extend(found.rows.into_iter().map(|clip| clip.title));
        let Some(next) = found.next else { break };
        page.after = Some(next);
    }
    assert_eq!(
        titles,
        ["Sheep 4", "Sheep 3", "Sheep 2", "Sheep 1", "Sheep 0"]
    );

    world.publish_everything().await;
    let mut best = Vec::new();
    let mut page = PageRequest {
        after: None,
        limit: 2,
    };
    loop {
        let order = crate::store::SheepOrder::Best;
        let found = world
            .store
            .sheep_page(Some(SheepState::Live), order, page)
            .await;
        let found = found.unwrap();
        best.extend(found.rows.into_iter().map(|sheep| sheep.number));
        let Some(next) = found.next else { break };
        page.after = Some(next);
    }
    assert_eq!(best, [5, 4, 3, 2, 1], "equally good: youngest first");
}

#[tokio::test]
async fn a_sheeps_clips_begin_with_its_loop() {
    let world = World::with_sheep(2).await;
    world.publish_everything().await;
    let sheep = live_sheep(&world.store).await;
    let clips = world.store.clips_of_sheep(&sheep[0]).await.unwrap();
    let kinds: Vec<ClipKind> = clips.iter().map(|clip| clip.kind).collect();
    assert_eq!(kinds, [ClipKind::Loop, ClipKind::Edge, ClipKind::Edge]);
    assert_eq!(
        world.store.sheep_genome(&sheep[1]).await.unwrap(),
        genome(0)
    );
    let row = world.store.sheep(&sheep[0]).await.unwrap();
    assert_eq!(row.poster, Some(clip_file(&clips[0].id).poster));
}

#[tokio::test]
async fn every_clip_has_a_random_number_of_its_own() {
    let world = World::with_sheep(3).await;
    let clips = world
        .store
        .clips(None, PageRequest::default())
        .await
        .unwrap();
    let mut seeds: Vec<u64> = clips.rows.iter().map(|clip| clip.rng_seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), 3);
}

#[tokio::test]
async fn the_status_adds_up() {
    let world = World::with_sheep(2).await;
    world.publish_everything().await;
    let status = world.store.status().await.unwrap();
    assert_eq!((status.live_sheep, status.live_clips), (2, 4));
    assert_eq!(status.units.accepted, 8);
    assert_eq!(status.submissions, 8);
    assert_eq!(status.segment_bytes, 8_000);
    assert_eq!(status.audits_passed, 16);
    assert_eq!((status.jobs_open, status.jobs_failed), (0, 0));
    assert_eq!((status.devices, status.active_workers), (4, 4));
    assert_eq!(status.recent.len(), 4);
    let volunteers = &status.volunteers;
    assert_eq!(volunteers.len(), 1);
    assert_eq!(volunteers[0].volunteer, "anonymous");
    assert_eq!(
        (volunteers[0].accepted_units, volunteers[0].credit),
        (8, 80)
    );
    world.minutes_pass(3);
    assert_eq!(world.store.status().await.unwrap().active_workers, 0);
}
