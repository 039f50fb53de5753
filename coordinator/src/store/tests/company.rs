//! Coordinators on one server: one leads, none is fooled by a replay, and they hear each other.
//!
//! On SQLite there is no company; then these tests show that a coordinator is enough by itself.

use std::time::{Duration, Instant};

use super::support::*;
use crate::store::{Company, Job, Membership, SharedNonces, Sighting, Store, StoreError};
use woolgather_protocol::PublicKey;

fn on_a_server() -> bool {
    std::env::var("WOOLGATHER_TEST_POSTGRES").is_ok()
}

async fn join(world: &World) -> Company {
    let store = world.second_store().await;
    store.join_company(Membership::Shared).await.unwrap()
}

/// Waits for what comes within a second or two.
async fn comes_true(what: &str, is_true: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_true() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_coordinator_that_is_alone_leads_at_once() {
    let world = World::with_sheep(1).await;
    let company = join(&world).await;
    assert!(company.leads() && company.began_alone());
}

#[tokio::test]
async fn one_of_several_leads_and_the_next_takes_over() {
    if !on_a_server() {
        return;
    }
    let world = World::with_sheep(1).await;
    let first = join(&world).await;
    let second = join(&world).await;
    assert!(first.leads() && !second.leads());
    assert!(!second.began_alone());
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert!(first.leads() && !second.leads(), "it stays so");
    drop(first);
    comes_true("the second leads", || second.leads()).await;
}

#[tokio::test]
async fn those_with_folders_of_their_own_serve_alone() {
    if !on_a_server() {
        return;
    }
    let world = World::with_sheep(1).await;
    let alone = world.store.join_company(Membership::Alone).await.unwrap();
    let try_to_join = async |membership| {
        let store = world.second_store().await;
        let refused = store.join_company(membership).await.unwrap_err();
        assert!(matches!(refused, StoreError::NotAlone), "{refused}");
    };
    tokio::join!(
        try_to_join(Membership::Alone),
        try_to_join(Membership::Shared)
    );
    drop(alone);
    join(&world).await;
}

#[tokio::test]
async fn a_request_is_seen_for_the_first_time_once() {
    if !on_a_server() {
        return;
    }
    let world = World::with_sheep(1).await;
    let now_ms = world.store.now_ms();
    let [one, other] = [join(&world).await, join(&world).await].map(|c| c.nonces().unwrap());
    let see = async |at: &SharedNonces, mark, signed_ms| {
        let seen = at.claim([mark; 16], signed_ms, now_ms + 600_000, now_ms);
        seen.await.unwrap()
    };
    assert_eq!(see(&one, 1, now_ms).await, Sighting::First);
    assert_eq!(see(&one, 1, now_ms).await, Sighting::Again);
    assert_eq!(see(&other, 1, now_ms).await, Sighting::Again);
    assert_eq!(see(&other, 2, now_ms).await, Sighting::First);
    assert_eq!(see(&one, 3, now_ms - 1).await, Sighting::Unknown);
    // At the same moment, at both and at one.
    let racing = (0..100).map(|turn| see(if turn % 2 == 0 { &one } else { &other }, 4, now_ms));
    let seen = futures_util::future::join_all(racing).await;
    let first = seen.iter().filter(|seen| **seen == Sighting::First);
    assert_eq!(first.count(), 1);
}

#[tokio::test]
async fn what_need_not_be_remembered_is_forgotten() {
    if !on_a_server() {
        return;
    }
    let world = World::with_sheep(1).await;
    let now_ms = world.store.now_ms();
    let nonces = join(&world).await.nonces().unwrap();
    let see = async |mark, now_ms| {
        let seen = nonces.claim([mark; 16], now_ms, now_ms + 1_000, now_ms);
        seen.await.unwrap()
    };
    assert_eq!(see(1, now_ms).await, Sighting::First);
    assert_eq!(see(2, now_ms + 5_000).await, Sighting::First);
    assert_eq!(see(1, now_ms + 5_001).await, Sighting::First);
    assert_eq!(see(2, now_ms + 5_002).await, Sighting::Again);
}

#[tokio::test]
async fn coordinators_hear_each_other_but_not_themselves() {
    if !on_a_server() {
        return;
    }
    let world = World::with_sheep(1).await;
    let (one, other) = (join(&world).await, join(&world).await);
    let (mut here, mut there) = (
        one.gossip().unwrap().listen(),
        other.gossip().unwrap().listen(),
    );
    one.gossip().unwrap().tell("good morning".into());
    let heard = tokio::time::timeout(Duration::from_secs(60), there.recv());
    assert_eq!(heard.await.unwrap().unwrap(), "good morning");
    other.gossip().unwrap().tell("the same to you".into());
    let heard = tokio::time::timeout(Duration::from_secs(60), here.recv());
    assert_eq!(heard.await.unwrap().unwrap(), "the same to you");
}

#[tokio::test]
async fn a_sequence_number_has_one_manifest_wherever_it_is_asked_for() {
    let world = World::with_sheep(1).await;
    let other = world.second_store().await;
    let key = PublicKey([1; 32]);
    let seal = |store: &Store, words: &'static str| {
        let store = store.clone();
        async move { store.sealed_manifest(key, |_| words.into()).await.unwrap() }
    };
    assert_eq!(seal(&world.store, "first").await, (1, "first".into()));
    assert_eq!(seal(&other, "second").await, (1, "first".into()));
    world.publish_everything().await;
    let (sequence, words) = seal(&other, "third").await;
    assert!(sequence > 1 && words == "third");
    assert_eq!(seal(&world.store, "fourth").await, (sequence, words));
}

#[tokio::test]
async fn a_job_that_somebody_is_still_at_is_not_abandoned() {
    let world = World::with_sheep(1).await;
    world.store.enqueue_job(Job::Plan).await.unwrap();
    let other = world.second_store().await;
    let claim = async |store: &Store| store.claim_job(MINUTE).await.unwrap();
    let first = claim(&world.store).await.unwrap();
    for _ in 0..3 {
        world.clock.advance_ms(MINUTE_MS - 1);
        assert_eq!(claim(&other).await, None);
        world.store.renew_job(&first).await.unwrap();
    }
    world.minutes_pass(1);
    let second = claim(&other).await.unwrap();
    // Whoever comes back finds that it is another's.
    world.store.renew_job(&first).await.unwrap();
    world.store.finish_job(&first).await.unwrap();
    world.minutes_pass(1);
    assert_eq!(claim(&other).await.unwrap().claim, second.claim + 1);
}

#[tokio::test]
async fn a_submission_that_somebody_still_decodes_is_not_abandoned() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    let submission = submission(device(1), &leases[0]);
    world.store.record_submission(submission).await.unwrap();
    let other = world.second_store().await;
    let claim = async |store: &Store| store.claim_checks(8, MINUTE).await.unwrap();
    let first = claim(&world.store).await.remove(0);
    world.clock.advance_ms(MINUTE_MS - 1);
    world.store.renew_check(first.submission).await.unwrap();
    world.clock.advance_ms(MINUTE_MS - 1);
    assert_eq!(claim(&other).await, []);
    world.minutes_pass(1);
    assert_eq!(claim(&other).await, [first]);
}

#[tokio::test]
async fn coordinators_sign_with_one_key() {
    let world = World::with_sheep(1).await;
    let other = world.second_store().await;
    assert_eq!(other.coordinator_key().await.unwrap(), None);
    let key = PublicKey([1; 32]);
    world.store.keep_key(key).await.unwrap();
    other.keep_key(key).await.unwrap();
    assert_eq!(other.coordinator_key().await.unwrap(), Some(key));
    let refused = other.keep_key(PublicKey([2; 32])).await.unwrap_err();
    assert!(matches!(refused, StoreError::OtherKey), "{refused}");
}
