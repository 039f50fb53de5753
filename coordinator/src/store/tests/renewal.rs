//! Sheep are bred and retire.

use std::collections::BTreeSet;

use woolgather_coordinator_core::breeding::BirthRecord;
use woolgather_genome::{Descriptors, Operation};
use woolgather_protocol::entries::EntryState;
use woolgather_protocol::{Licence, SheepId};

use super::support::*;
use super::votes::living;
use crate::store::{Accepted, NewChild, NewEntry, SheepState, VoterId};

const LOOKS: Descriptors = Descriptors {
    hue: [0.1, -0.2],
    colorfulness: 0.3,
    luminance: 0.4,
    coverage: 0.5,
    dimension: 1.6,
    symmetry: 0.7,
    motion: 0.01,
};

/// A child as the jobs would bring it.
pub(super) fn child(number: usize, parents: &[SheepId], ratings: &[f64]) -> NewChild {
    NewChild {
        genome: genome(number),
        action: "made up".into(),
        record: BirthRecord {
            child: genome(number).id(),
            operation: Operation::Clone,
            rng_seed: 7,
            parents: vec![genome(0).id()],
            version: "1".into(),
        },
        parents: parents.to_vec(),
        ratings: ratings.to_vec(),
        descriptors: LOOKS,
    }
}

pub(super) async fn born(world: &World, child: NewChild) -> SheepId {
    let newest = world.store.nursery().await.unwrap().newest;
    let born = world.store.bear_child(child, newest).await.unwrap();
    born.unwrap()
}

fn offer(number: usize, artist: u8) -> NewEntry {
    NewEntry {
        genome: genome(number),
        title: String::new(),
        tags: Vec::new(),
        licence: Licence::default(),
        parent: None,
        artist: "Emmy".into(),
        voter: VoterId::web([artist; 16]),
    }
}

#[tokio::test]
async fn a_child_has_parents_a_lineage_and_a_rating_between_theirs_and_the_mean() {
    let world = living(2).await;
    let parents = live_sheep(&world.store).await;
    let sheep = born(&world, child(9, &parents, &[1.0, 2.0])).await;
    let row = world.store.sheep(&sheep).await.unwrap();
    assert_eq!(
        (row.title.as_str(), row.state),
        ("Sheep 3", SheepState::Rendering)
    );
    super::votes::close(row.rating, 0.9);
    super::votes::close(row.rating_variance, 0.95 * 0.95);

    let lineage = world.store.lineage(&sheep).await.unwrap().unwrap();
    assert_eq!(lineage.record, child(9, &[], &[]).record);
    assert_eq!(lineage.parents, [genome(0)]);
    assert_eq!(world.store.lineage(&parents[0]).await.unwrap(), None);
    let family = world.store.family(&sheep).await.unwrap();
    let named: Vec<_> = family.parents().map(|parent| parent.id.clone()).collect();
    assert_eq!(named, parents);
    let family = world.store.family(&parents[1]).await.unwrap();
    assert_eq!(family.children().next().unwrap().id, sheep);

    world.publish_everything().await;
    let manifest = world.store.manifest(device(9)).await.unwrap();
    let told = manifest.sheep.iter().find(|told| told.id == sheep).unwrap();
    assert_eq!(told.parents, parents);
    let nursery = world.store.nursery().await.unwrap();
    let living: Vec<u32> = nursery.living.iter().map(|sheep| sheep.children).collect();
    assert_eq!((living, nursery.living_children), (vec![1, 1, 0], 1));
    let looks: Vec<_> = nursery
        .living
        .iter()
        .map(|sheep| sheep.descriptors)
        .collect();
    assert_eq!(looks, [None, None, Some(LOOKS)]);
}

#[tokio::test]
async fn a_birth_decided_by_an_old_state_is_not_kept() {
    let world = living(2).await;
    let newest = world.store.nursery().await.unwrap().newest;
    born(&world, child(8, &[], &[])).await;
    let late = world.store.bear_child(child(9, &[], &[]), newest).await;
    assert_eq!(late.unwrap(), None);
}

#[tokio::test]
async fn an_accepted_entry_waits_its_turn_only_where_the_flock_breeds() {
    let world = living(2).await;
    let first = world.store.new_entry(offer(20, 1)).await.unwrap();
    let at_once = world.store.accept_entry(&first.id).await.unwrap();
    assert!(matches!(at_once, Accepted::Born(_)), "{at_once:?}");

    born(&world, child(9, &[], &[])).await;
    let second = world.store.new_entry(offer(21, 1)).await.unwrap();
    let third = world.store.new_entry(offer(22, 2)).await.unwrap();
    for entry in [&second, &third, &third] {
        let waits = world.store.accept_entry(&entry.id).await.unwrap();
        assert_eq!(waits, Accepted::Waiting);
    }
    let nursery = world.store.nursery().await.unwrap();
    assert_eq!((nursery.recent.all, nursery.recent.artists), (2, 1));
    let served: Vec<_> = nursery
        .queue
        .iter()
        .map(|entry| entry.waiting.artist_served_ms)
        .collect();
    assert!(served[0].is_some() && served[1].is_none(), "{served:?}");
    world.store.bear_entry(&third.id).await.unwrap();
    world.store.bear_entry(&third.id).await.unwrap();
    let row = world.store.entry(&third.id).await.unwrap().entry;
    assert_eq!(row.state, EntryState::Accepted);
    assert!(row.sheep.is_some());
    assert_eq!(world.store.nursery().await.unwrap().queue.len(), 1);

    world.minutes_pass(2 * 24 * 60);
    let fourth = world.store.new_entry(offer(23, 1)).await.unwrap();
    let at_once = world.store.accept_entry(&fourth.id).await.unwrap();
    assert!(matches!(at_once, Accepted::Born(_)), "{at_once:?}");
}

#[tokio::test]
async fn an_entry_that_became_a_sheep_meanwhile_is_told_so_when_its_turn_comes() {
    let world = living(1).await;
    born(&world, child(9, &[], &[])).await;
    let entry = world.store.new_entry(offer(21, 1)).await.unwrap();
    world.store.accept_entry(&entry.id).await.unwrap();
    born(&world, child(21, &[], &[])).await;
    world.store.bear_entry(&entry.id).await.unwrap();
    let row = world.store.entry(&entry.id).await.unwrap().entry;
    assert_eq!(row.state, EntryState::Rejected);
}

#[tokio::test]
async fn who_leaves_stays_until_the_others_are_joined_without_it_and_then_leaves_the_manifest() {
    let world = living(4).await;
    let mut sheep = live_sheep(&world.store).await;
    sheep.reverse();
    let leaving = BTreeSet::from([sheep[1].clone()]);
    world.store.let_leave(leaving.clone()).await.unwrap();
    assert!(world.store.retire_leaving().await.unwrap().is_empty());
    world.publish_everything().await;
    let before = world.store.manifest(device(9)).await.unwrap();
    assert_eq!((before.sheep.len(), before.clips.len()), (4, 9));
    assert_eq!(
        world.store.retire_leaving().await.unwrap(),
        [sheep[1].clone()]
    );

    let after = world.store.manifest(device(9)).await.unwrap();
    assert!(after.sequence > before.sequence);
    assert_eq!((after.sheep.len(), after.clips.len()), (3, 6));
    let about = |clip: &&woolgather_protocol::manifest::ManifestClip| {
        clip.from == sheep[1] || clip.to == sheep[1]
    };
    assert!(!after.clips.iter().any(|clip| about(&clip)));
    let row = world.store.sheep(&sheep[1]).await.unwrap();
    assert_eq!(row.state, SheepState::Retired);
    assert!(row.poster.is_some());
    for clip in world.store.clips_of_sheep(&sheep[1]).await.unwrap() {
        assert!(clip.file.is_some(), "its torrents stay");
    }
    let changes = world.store.changes_since(0).await.unwrap();
    let gone: Vec<_> = changes.iter().filter(|change| !change.born).collect();
    assert_eq!((changes.len(), gone.len()), (5, 1));
    assert_eq!(gone[0].id, sheep[1]);
    assert!(world.store.retire_leaving().await.unwrap().is_empty());
    world.publish_everything().await;
    assert_eq!(world.store.nursery().await.unwrap().living.len(), 3);
}
