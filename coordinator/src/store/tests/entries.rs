//! Entries: from an artist's upload to a sheep, or to a reason why not.

use woolgather_protocol::entries::EntryState;
use woolgather_protocol::{Blake3, Licence, ProblemKind};

use super::support::*;
use crate::store::{Accepted, Job, NewEntry, PageRequest, Screening, VoterId};

fn offer(number: usize) -> NewEntry {
    NewEntry {
        genome: genome(number),
        title: String::new(),
        tags: Vec::new(),
        licence: Licence::default(),
        parent: None,
        artist: " Emmy ".into(),
        voter: VoterId::web([1; 16]),
    }
}

fn passed(accept: bool) -> Screening {
    Screening::Passed {
        preview: Blake3::of(b"preview"),
        accept,
    }
}

#[tokio::test]
async fn an_entry_is_screened_reviewed_and_becomes_a_sheep() {
    let world = World::with_sheep(1).await;
    let entry = world.store.new_entry(offer(7)).await.unwrap();
    assert_eq!(entry.state, EntryState::Received);
    assert_eq!(
        (entry.title.as_str(), entry.artist.as_str()),
        ("genome-7", "Emmy")
    );
    let claimed = world.claim().await.unwrap();
    assert_eq!(
        claimed.job,
        Job::Screen {
            entry: entry.id.clone()
        }
    );
    let row = world.store.start_screening(&entry.id).await.unwrap();
    assert_eq!(row.entry.state, EntryState::Screening);
    assert_eq!(
        world.store.entry_genome(&entry.id).await.unwrap(),
        genome(7)
    );
    let screened = world.store.finish_screening(&entry.id, passed(false)).await;
    assert_eq!(screened.unwrap().state, EntryState::NeedsReview);
    assert_eq!(world.store.status().await.unwrap().entries_to_review, 1);

    let accepted = world.store.accept_entry(&entry.id).await.unwrap();
    let again = world.store.accept_entry(&entry.id).await.unwrap();
    assert_eq!(again, accepted);
    let Accepted::Born(sheep) = accepted else {
        panic!("nothing is bred, so nobody waits");
    };
    let row = world.store.entry(&entry.id).await.unwrap();
    assert_eq!(row.entry.state, EntryState::Accepted);
    assert_eq!(row.entry.sheep.as_ref(), Some(&sheep));
    assert_eq!(row.preview, Some(Blake3::of(b"preview")));
    assert_eq!(world.store.sheep(&sheep).await.unwrap().artist, "Emmy");
    assert_eq!(world.store.clips_of_sheep(&sheep).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_upload_twice_is_one_entry() {
    let world = World::with_sheep(0).await;
    let first = world.store.new_entry(offer(7)).await.unwrap();
    let second = world.store.new_entry(offer(7)).await.unwrap();
    assert_eq!(first, second);
    let other = NewEntry {
        voter: VoterId::web([2; 16]),
        ..offer(7)
    };
    assert_ne!(world.store.new_entry(other).await.unwrap().id, first.id);
}

#[tokio::test]
async fn small_groups_accept_what_was_screened() {
    let world = World::with_sheep(0).await;
    let entry = world.store.new_entry(offer(7)).await.unwrap();
    let done = world.store.finish_screening(&entry.id, passed(true)).await;
    assert_eq!(done.unwrap().state, EntryState::Accepted);
}

#[tokio::test]
async fn a_failed_screening_rejects_with_its_reason() {
    let world = World::with_sheep(0).await;
    let entry = world.store.new_entry(offer(7)).await.unwrap();
    let blank = Screening::Failed {
        reason: "The picture is blank.".into(),
        preview: None,
    };
    let done = world
        .store
        .finish_screening(&entry.id, blank)
        .await
        .unwrap();
    assert_eq!(done.state, EntryState::Rejected);
    assert_eq!(done.reason, "The picture is blank.");
    let late = world.store.finish_screening(&entry.id, passed(true)).await;
    assert_eq!(late.unwrap(), done, "screening twice changes nothing");
    let refused = world.store.accept_entry(&entry.id).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemKind::MalformedRequest));
}

#[tokio::test]
async fn a_genome_that_is_a_sheep_already_is_not_accepted_again() {
    let world = World::with_sheep(1).await;
    let entry = world.store.new_entry(offer(0)).await.unwrap();
    let refused = world.store.accept_entry(&entry.id).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemKind::MalformedRequest));
    let done = world.store.finish_screening(&entry.id, passed(true)).await;
    let done = done.unwrap();
    assert_eq!(done.state, EntryState::Rejected);
    assert!(done.reason.contains("is the sheep"), "{}", done.reason);
}

#[tokio::test]
async fn an_operator_beside_the_server_rejects_and_the_server_sees_it() {
    let world = World::with_sheep(0).await;
    let entry = world.store.new_entry(offer(7)).await.unwrap();
    let operator = world.second_store().await;
    let listed = operator
        .entries(None, PageRequest::default())
        .await
        .unwrap();
    assert_eq!(listed.rows.len(), 1);
    operator.reject_entry(&entry.id, "Too dark.").await.unwrap();
    let seen = world.store.entry(&entry.id).await.unwrap().entry;
    assert_eq!(
        (seen.state, seen.reason.as_str()),
        (EntryState::Rejected, "Too dark.")
    );
}
