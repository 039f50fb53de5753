//! Leases: who gets which work, and what becomes of it when the worker vanishes.

use std::collections::HashSet;

use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::work::{ClipKind, LeaseRequest, Task};
use woolgather_protocol::{LeaseId, Problem, ProblemKind};

use super::support::*;
use crate::store::LeasedWork;

fn names(leases: &[LeasedWork]) -> HashSet<LeaseId> {
    leases.iter().map(|lease| lease.lease.clone()).collect()
}

#[tokio::test]
async fn a_worker_gets_what_it_needs_to_render() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    let work = &leases[0].work;
    assert_eq!(work.task, Task::Segment);
    assert_eq!(work.clip_kind, ClipKind::Loop);
    assert_eq!(
        (work.segment, work.first_frame, work.frame_count),
        (0, 0, 2)
    );
    assert_eq!(work.decode_genomes().unwrap(), [genome(0)]);
    assert_eq!(work.recipe, recipe());
    assert_eq!(work.title, "Sheep 0");
    assert_eq!(leases[0].term_s, 300);
}

#[tokio::test]
async fn asking_again_gives_the_same_leases() {
    let world = World::with_sheep(2).await;
    let first = world.lease(device(1), 3).await;
    assert_eq!(first.len(), 3);
    world.minutes_pass(1);
    let again = world.lease(device(1), 3).await;
    assert_eq!(names(&first), names(&again));
    assert_eq!(again[0].term_s, 240);
    let other = world.lease(device(2), 8).await;
    assert_eq!(other.len(), 1);
    assert!(names(&first).is_disjoint(&names(&other)));
}

#[tokio::test]
async fn posters_come_first_then_the_oldest_clip() {
    let world = World::with_sheep(2).await;
    let leases = world.lease(device(1), 4).await;
    let order: Vec<(&str, u32)> = leases
        .iter()
        .map(|lease| (lease.work.title.as_str(), lease.work.segment))
        .collect();
    let expected = [
        ("Sheep 0", 0),
        ("Sheep 1", 0),
        ("Sheep 0", 1),
        ("Sheep 1", 1),
    ];
    assert_eq!(order, expected);
}

#[tokio::test]
async fn a_slow_worker_gets_one_unit_at_a_time() {
    let world = World::with_sheep(2).await;
    let request = LeaseRequest {
        seconds_wanted: 60,
        samples_per_second: 0.0,
        units_max: 8,
        devices: Vec::new(),
    };
    let work = world
        .store
        .lease_work(device(1), None, request, TERMS)
        .await;
    assert_eq!(work.unwrap().leases.len(), 1);
}

#[tokio::test]
async fn a_lease_frees_its_place_when_it_runs_out() {
    let world = World::with_sheep(1).await;
    let vanished = world.lease(device(1), 2).await;
    assert_eq!(vanished.len(), 2);
    assert!(world.lease(device(2), 2).await.is_empty());
    world.minutes_pass(6);
    let taken_up = world.lease(device(2), 2).await;
    assert_eq!(taken_up.len(), 2);
    assert!(names(&vanished).is_disjoint(&names(&taken_up)));
    let status = world.store.status().await.unwrap();
    assert_eq!(status.leases_expired, 2);
}

#[tokio::test]
async fn the_sweeper_frees_leases_nobody_asks_about() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 2).await;
    assert_eq!(world.store.sweep().await.unwrap(), 0);
    world.minutes_pass(6);
    assert_eq!(world.store.sweep().await.unwrap(), 2);
    let state = world.state_of(&leases[0].work.id).await;
    assert_eq!(state, WorkUnitState::Ready);
}

#[tokio::test]
async fn late_but_valid_work_is_taken() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    world.minutes_pass(60);
    world.store.sweep().await.unwrap();
    let receipt = world.submit(device(1), &leases[0]).await;
    assert!(!receipt.duplicate);
    assert_eq!(receipt.state, WorkUnitState::Submitted);
}

#[tokio::test]
async fn late_work_is_taken_even_while_another_works_on_it_and_the_other_is_told() {
    let world = World::with_sheep(1).await;
    let late = world.lease(device(1), 2).await;
    world.minutes_pass(6);
    let second = world.lease(device(2), 1).await;
    assert_eq!(second[0].work.id, late[0].work.id);
    world.submit(device(1), &late[0]).await;
    let refused = world
        .store
        .lease_for_submission(&second[0].lease, device(2))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemKind::LeaseSuperseded));
    assert!(names(&world.lease(device(2), 1).await).is_disjoint(&names(&second)));
}

#[tokio::test]
async fn work_given_back_goes_to_somebody_else() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 2).await;
    let lease = &leases[0];
    let foreign = world.store.give_back(lease.lease.clone(), device(2)).await;
    assert_eq!(foreign.unwrap_err().kind(), Some(ProblemKind::ForeignLease));
    for _ in 0..2 {
        let back = world.store.give_back(lease.lease.clone(), device(1)).await;
        back.unwrap();
    }
    assert_eq!(world.lease(device(2), 1).await[0].work.id, lease.work.id);
    let gone = world
        .store
        .lease_for_submission(&lease.lease, device(1))
        .await;
    assert_eq!(gone.unwrap_err().kind(), Some(ProblemKind::LeaseSuperseded));
}

#[tokio::test]
async fn the_last_unit_of_a_clip_is_leased_twice_when_its_worker_is_slow() {
    let world = World::with_sheep(1).await;
    let slow = world.lease(device(1), 2).await;
    world.submit(device(1), &slow[0]).await;
    let audits = world.lease(device(2), 8).await;
    assert!(audits.iter().all(|lease| lease.work.task != Task::Segment));
    for audit in &audits {
        world.audit(device(2), audit, true).await;
    }
    assert!(world.lease(device(2), 1).await.is_empty());
    world.minutes_pass(2);
    let doubled = world.lease(device(2), 1).await;
    assert_eq!(doubled[0].work.id, slow[1].work.id);
    assert!(
        world.lease(device(3), 1).await.is_empty(),
        "never a third time"
    );
    world.submit(device(2), &doubled[0]).await;
    let lost = world
        .store
        .lease_for_submission(&slow[1].lease, device(1))
        .await;
    assert_eq!(lost.unwrap_err().kind(), Some(ProblemKind::LeaseSuperseded));
}

#[tokio::test]
async fn a_device_never_gets_the_unit_it_failed_on_while_another_is_there() {
    let world = World::with_sheep(1).await;
    world.lease(device(2), 0).await;
    let leases = world.lease(device(1), 1).await;
    let garbage = Problem::new(ProblemKind::UnreadableSegment, "It is no AV1 stream.");
    let lease = leases[0].lease.clone();
    let refused = world.store.record_refusal(lease, device(1), garbage).await;
    refused.unwrap();
    let next = world.lease(device(1), 1).await;
    assert_ne!(next[0].work.id, leases[0].work.id);
    let other = world.lease(device(2), 1).await;
    assert_eq!(other[0].work.id, leases[0].work.id);
}

#[tokio::test]
async fn a_device_that_is_alone_may_try_again() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    let garbage = Problem::new(ProblemKind::UnreadableSegment, "It is no AV1 stream.");
    let lease = leases[0].lease.clone();
    let refused = world.store.record_refusal(lease, device(1), garbage).await;
    refused.unwrap();
    let again = world.lease(device(1), 1).await;
    assert_eq!(again[0].work.id, leases[0].work.id);
    assert_ne!(again[0].lease, leases[0].lease);
}

#[tokio::test]
async fn a_lease_is_known_by_its_holder_and_its_task() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    let kind = async |lease: &LeaseId, name: u8| {
        let found = world.store.lease_for_submission(lease, device(name)).await;
        found.err().and_then(|error| error.kind())
    };
    let unknown = LeaseId::from_random([9; 10]);
    assert_eq!(kind(&unknown, 1).await, Some(ProblemKind::UnknownLease));
    let lease = &leases[0].lease;
    assert_eq!(kind(lease, 2).await, Some(ProblemKind::ForeignLease));
    assert_eq!(kind(lease, 1).await, None);
    let audit = world.store.lease_for_audit(lease, device(1)).await;
    assert_eq!(audit.unwrap_err().kind(), Some(ProblemKind::WrongTask));
}

#[tokio::test]
async fn a_device_keeps_the_name_it_gives_itself() {
    let world = World::with_sheep(1).await;
    assert_eq!(world.store.device(device(1)).await.unwrap(), None);
    world.lease(device(1), 1).await;
    let silent = world.store.device(device(1)).await.unwrap().unwrap();
    assert_eq!(silent.volunteer, "");
    let named = world.store.register_device(device(1), "  Ada\n ").await;
    assert_eq!(named.unwrap().volunteer, "Ada");
}
