//! Operators: bans, pardons, second chances, and what is written down of them.

use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::{Problem, ProblemKind};

use super::support::*;
use crate::store::{Job, PageRequest};

/// Device 1 has had both of its units accepted, by the coordinator alone.
async fn two_accepted() -> (World, Vec<woolgather_protocol::WorkUnitId>) {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 2).await;
    for lease in &leases {
        world.submit(device(1), lease).await;
    }
    world.settle_by_ourselves().await;
    let units = leases.into_iter().map(|lease| lease.work.id);
    (world, units.collect())
}

#[tokio::test]
async fn a_banned_device_is_told_why_and_gets_work_again_when_it_is_pardoned() {
    let world = World::with_sheep(1).await;
    let held = world.lease(device(1), 1).await;
    world.store.ban(device(1), "noise").await.unwrap();
    let told = world.ask(device(1), 8).await;
    assert!(told.leases.is_empty(), "what it held is somebody else's");
    let why = told.withheld.unwrap();
    assert_eq!(why.kind, ProblemKind::WorkWithheld);
    assert!(why.detail.ends_with("banned this device: noise"), "{why}");
    assert_eq!(world.lease(device(2), 1).await[0].work.id, held[0].work.id);

    world.store.pardon(device(1), "a mistake").await.unwrap();
    let told = world.ask(device(1), 8).await;
    assert!(!told.leases.is_empty() && told.withheld.is_none());
    let unknown = world.store.ban(device(77), "nobody").await.unwrap_err();
    assert_eq!(unknown.kind(), Some(ProblemKind::NotFound));

    let log = world
        .store
        .operator_log(PageRequest::default())
        .await
        .unwrap();
    let said: Vec<_> = log
        .rows
        .iter()
        .map(|line| (line.action.as_str(), line.reason.as_str()))
        .collect();
    assert_eq!(said, [("pardon", "a mistake"), ("ban", "noise")]);
}

#[tokio::test]
async fn what_a_banned_device_did_is_looked_at_again() {
    let (world, _) = two_accepted().await;
    while world.claim().await.is_some() {}
    world
        .store
        .ban(device(1), "caught elsewhere")
        .await
        .unwrap();
    let mut again = 0;
    while let Some(claimed) = world.claim().await {
        again += usize::from(matches!(claimed.job, Job::AuditAgain(_)));
    }
    assert_eq!(again, 1);
}

#[tokio::test]
async fn an_accepted_unit_that_is_set_aside_is_rendered_again_and_its_credit_voided() {
    let (world, units) = two_accepted().await;
    let paid = world.store.device(device(1)).await.unwrap().unwrap();
    assert_eq!((paid.credit, paid.escrow), (20, 20));
    world
        .store
        .quarantine(&units[0], "a watermark")
        .await
        .unwrap();
    assert_eq!(world.state_of(&units[0]).await, WorkUnitState::Quarantined);
    let paid = world.store.device(device(1)).await.unwrap().unwrap();
    assert_eq!((paid.credit, paid.escrow), (10, 10));
    let told = world.ask(device(1), 0).await.notices;
    assert!(
        told[0]
            .problem
            .detail
            .ends_with("set it aside: a watermark")
    );
    let again = world.lease(device(2), 1).await;
    assert_eq!((again[0].work.segment, again[0].work.clip_version), (0, 2));
    let twice = world
        .store
        .quarantine(&units[0], "again")
        .await
        .unwrap_err();
    assert_eq!(twice.kind(), Some(ProblemKind::NotFound));
}

#[tokio::test]
async fn a_unit_that_failed_everywhere_gets_another_chance() {
    let world = World::with_sheep(1).await;
    let unit = world.lease(device(1), 1).await[0].work.id.clone();
    for name in 1..=5 {
        let leases = world.lease(device(name), 1).await;
        let problem = Problem::new(ProblemKind::UndecodableSegment, "It ends early.");
        let refused = world
            .store
            .record_refusal(leases[0].lease.clone(), device(name), problem);
        refused.await.unwrap();
    }
    assert_eq!(world.state_of(&unit).await, WorkUnitState::Quarantined);
    world
        .store
        .requeue(&unit, "the genome was mended")
        .await
        .unwrap();
    assert_eq!(world.state_of(&unit).await, WorkUnitState::Ready);
    assert_eq!(world.lease(device(1), 1).await[0].work.id, unit);
}

#[tokio::test]
async fn credit_can_be_counted_anew_from_the_ledger() {
    let (world, units) = two_accepted().await;
    world
        .store
        .quarantine(&units[1], "a watermark")
        .await
        .unwrap();
    assert_eq!(world.store.recount_credit().await.unwrap(), 0);
    world.break_credit(device(1)).await;
    assert_eq!(world.store.recount_credit().await.unwrap(), 1);
    let credit = world.store.device(device(1)).await.unwrap().unwrap().credit;
    assert_eq!(credit, 10);
    let lines = world.store.credit_lines(10).await.unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].credit, lines[0].credit_week), (10, 10));
}

#[tokio::test]
async fn a_volunteer_sees_what_waits_for_a_second_opinion() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    world.submit(device(1), &leases[0]).await;
    let known = world.store.device(device(1)).await.unwrap().unwrap();
    assert_eq!((known.waiting_units, known.credit), (1, 0));
    world.settle_by_ourselves().await;
    let known = world.store.device(device(1)).await.unwrap().unwrap();
    assert_eq!(
        (known.waiting_units, known.credit, known.escrow),
        (0, 10, 10)
    );
}
