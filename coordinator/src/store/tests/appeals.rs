//! What an artist may still do with an entry, and what others may not.

use woolgather_protocol::entries::EntryState;
use woolgather_protocol::{Blake3, EntryId, Licence, ProblemKind, SheepId};

use super::renewal::{born, child};
use super::support::*;
use super::votes::living;
use crate::store::{Accepted, Draft, NewEntry, Screening, StoreError, VoterId};

fn ada() -> VoterId {
    VoterId::web([1; 16])
}

fn mallory() -> VoterId {
    VoterId::web([2; 16])
}

fn offer(number: usize, voter: VoterId) -> NewEntry {
    NewEntry {
        genome: genome(number),
        title: String::new(),
        tags: Vec::new(),
        licence: Licence::default(),
        parent: None,
        artist: "Ada".into(),
        voter,
    }
}

async fn screened(world: &World, new: NewEntry) -> EntryId {
    let entry = world.store.new_entry(new).await.unwrap().id;
    let passed = Screening::Passed {
        preview: Blake3::of(b"preview"),
        accept: false,
    };
    world.store.finish_screening(&entry, passed).await.unwrap();
    entry
}

async fn state(world: &World, entry: &EntryId) -> EntryState {
    world.store.entry(entry).await.unwrap().entry.state
}

fn kind(done: Result<(), StoreError>) -> Option<ProblemKind> {
    done.unwrap_err().kind()
}

#[tokio::test]
async fn an_entry_is_looked_at_again_once_when_its_artist_asks() {
    let world = World::with_sheep(0).await;
    let store = &world.store;
    let entry = screened(&world, offer(7, ada())).await;
    let malformed = Some(ProblemKind::MalformedRequest);
    assert_eq!(
        kind(store.appeal(&entry, &ada(), "Please").await),
        malformed
    );
    store.reject_entry(&entry, "Too dark.").await.unwrap();
    assert_eq!(
        kind(store.appeal(&entry, &mallory(), "Mine").await),
        Some(ProblemKind::NotFound)
    );
    assert_eq!(kind(store.appeal(&entry, &ada(), " \n ").await), malformed);
    let long = format!("Dark\r\nis the point.{}", "x".repeat(600));
    store.appeal(&entry, &ada(), &long).await.unwrap();
    let row = store.entry(&entry).await.unwrap();
    assert_eq!(row.entry.state, EntryState::NeedsReview);
    let said = row.appeal.unwrap();
    assert_eq!(said.chars().count(), 500);
    assert!(said.starts_with("Dark  is the point."), "{said}");
    store.reject_entry(&entry, "Still too dark.").await.unwrap();
    assert_eq!(kind(store.appeal(&entry, &ada(), "Again").await), malformed);
    assert_eq!(state(&world, &entry).await, EntryState::Rejected);
}

#[tokio::test]
async fn what_cannot_be_drawn_cannot_be_appealed() {
    let world = World::with_sheep(0).await;
    let entry = world.store.new_entry(offer(7, ada())).await.unwrap().id;
    let failed = Screening::Failed {
        reason: "It cannot be rendered.".into(),
        preview: None,
    };
    world.store.finish_screening(&entry, failed).await.unwrap();
    let refused = world.store.appeal(&entry, &ada(), "Try").await;
    assert_eq!(kind(refused), Some(ProblemKind::MalformedRequest));
}

#[tokio::test]
async fn its_artist_withdraws_an_entry_and_may_offer_it_again() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let entry = screened(&world, offer(7, ada())).await;
    let refused = store.withdraw_entry(&entry, &mallory()).await;
    assert_eq!(kind(refused), Some(ProblemKind::NotFound));
    for _ in 0..2 {
        store.withdraw_entry(&entry, &ada()).await.unwrap();
        assert_eq!(state(&world, &entry).await, EntryState::Withdrawn);
    }
    assert!(store.accept_entry(&entry).await.is_err());
    let again = screened(&world, offer(7, ada())).await;
    assert_ne!(again, entry);
    store.accept_entry(&again).await.unwrap();
    let born = store.withdraw_entry(&again, &ada()).await;
    assert_eq!(kind(born), Some(ProblemKind::MalformedRequest));
    let own: Vec<_> = store.entries_of(&ada()).await.unwrap();
    let own: Vec<_> = own.into_iter().map(|row| row.entry.id).collect();
    assert_eq!(own, [again, entry]);
    assert!(store.entries_of(&mallory()).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_entry_says_where_it_waits_and_artists_take_turns() {
    let world = living(2).await;
    let store = &world.store;
    let first = screened(&world, offer(20, ada())).await;
    let born_at_once = store.accept_entry(&first).await.unwrap();
    assert!(matches!(born_at_once, Accepted::Born(_)));
    assert_eq!(store.entry_place(&first).await.unwrap(), None);
    born(&world, child(9, &[], &[])).await;
    let mut waiting = Vec::new();
    for (number, voter) in [(21, ada()), (22, ada()), (23, mallory()), (24, mallory())] {
        let entry = screened(&world, offer(number, voter)).await;
        waiting.push(entry);
        let place = store.entry_place(&waiting[0]).await.unwrap().unwrap();
        assert!(place.review);
        assert_eq!((place.place, place.waiting as usize), (1, waiting.len()));
    }
    for entry in &waiting {
        world.clock.advance_ms(1_000);
        let accepted = store.accept_entry(entry).await.unwrap();
        assert_eq!(accepted, Accepted::Waiting);
    }
    let mut places = Vec::new();
    for entry in &waiting {
        let place = store.entry_place(entry).await.unwrap().unwrap();
        assert!(!place.review);
        assert_eq!(place.waiting, 4);
        assert!((place.births_a_day - 1.0 / 7.0).abs() < 1e-9);
        places.push(place.place);
    }
    // Mallory was never served, so hers comes first; then they take turns.
    assert_eq!(places, [2, 4, 1, 3]);
    for turn in [2, 0, 3, 1] {
        let place = store.entry_place(&waiting[turn]).await.unwrap().unwrap();
        assert_eq!(place.place, 1);
        world.clock.advance_ms(1_000);
        store.bear_entry(&waiting[turn]).await.unwrap();
    }
}

#[tokio::test]
async fn a_branch_is_a_child_with_its_artists_name_and_its_parents_licence() {
    let world = living(2).await;
    let store = &world.store;
    let parent = live_sheep(&world.store).await.remove(0);
    let first = NewEntry {
        parent: Some(parent.clone()),
        licence: Licence::CcBy,
        title: "Branch".into(),
        tags: vec!["deep-sea".parse().unwrap()],
        ..offer(7, ada())
    };
    let entry = screened(&world, first).await;
    let row = store.entry(&entry).await.unwrap().entry;
    assert_eq!((row.title.as_str(), row.licence), ("Branch", Licence::CcBy));
    assert_eq!(row.tags, ["deep-sea".parse().unwrap()]);
    let Accepted::Born(branch) = store.accept_entry(&entry).await.unwrap() else {
        panic!("nothing is bred, so nobody waits");
    };
    let family = store.family(&branch).await.unwrap();
    assert_eq!(family.parents().next().map(|kin| &kin.id), Some(&parent));
    assert_eq!(
        store
            .family(&parent)
            .await
            .unwrap()
            .children()
            .next()
            .map(|kin| kin.id.clone()),
        Some(branch.clone())
    );
    let sheep = store.sheep(&branch).await.unwrap();
    assert_eq!(
        (sheep.artist.as_str(), sheep.licence.as_str()),
        ("Ada", "CC-BY-4.0")
    );
    let tags = store.tags_of(&branch).await.unwrap();
    assert_eq!(tags, ["deep-sea".parse().unwrap()]);
    // A child's belief: narrower than a stranger's.
    assert!(
        (sheep.rating_variance - 0.9025).abs() < 1e-9,
        "{}",
        sheep.rating_variance
    );
    assert_eq!(
        store.lineage(&branch).await.unwrap(),
        None,
        "an artist made it"
    );

    let second = NewEntry {
        parent: Some(branch),
        licence: Licence::Cc0,
        ..offer(8, ada())
    };
    let entry = screened(&world, second).await;
    let row = store.entry(&entry).await.unwrap().entry;
    assert_eq!(row.licence, Licence::CcBy, "credit that is owed stays owed");

    let nowhere = NewEntry {
        parent: Some("nobody".parse::<SheepId>().unwrap()),
        ..offer(9, ada())
    };
    let refused = store.new_entry(nowhere).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemKind::NotFound));
}

#[tokio::test]
async fn a_draft_is_its_browsers_alone_for_an_hour() {
    let world = World::with_sheep(0).await;
    let store = &world.store;
    let draft = |number: usize| Draft {
        xml: format!("<flame name=\"{number}\"/>"),
        artist: "Ada".into(),
        parent: (number == 1).then(|| "sheep-9b0e".parse().unwrap()),
    };
    let first = store.keep_draft(draft(1), &ada()).await.unwrap();
    assert_eq!(store.draft(&first, &ada()).await.unwrap(), Some(draft(1)));
    assert_eq!(store.draft(&first, &mallory()).await.unwrap(), None);
    let mut kept = vec![first];
    for number in 2..=9 {
        world.clock.advance_ms(10);
        kept.push(store.keep_draft(draft(number), &ada()).await.unwrap());
    }
    assert_eq!(
        store.draft(&kept[0], &ada()).await.unwrap(),
        None,
        "eight are kept"
    );
    assert_eq!(store.draft(&kept[1], &ada()).await.unwrap(), Some(draft(2)));
    world.clock.advance_ms(3_600_000);
    assert_eq!(store.draft(&kept[8], &ada()).await.unwrap(), None);
}
