//! Jobs: done at least once, by one at a time, with patience for those that fail.

use std::time::Duration;

use super::support::*;
use crate::store::Job;

#[tokio::test]
async fn the_same_job_waits_once() {
    let world = World::with_sheep(0).await;
    for _ in 0..3 {
        world.store.enqueue_job(Job::Plan).await.unwrap();
    }
    assert!(world.claim().await.is_some());
    assert_eq!(world.claim().await, None);
}

#[tokio::test]
async fn a_job_asked_for_while_it_runs_runs_once_more() {
    let world = World::with_sheep(0).await;
    world.store.enqueue_job(Job::Plan).await.unwrap();
    let first = world.claim().await.unwrap();
    world.store.enqueue_job(Job::Plan).await.unwrap();
    assert_eq!(world.claim().await, None);
    world.store.finish_job(&first).await.unwrap();
    let second = world.claim().await.unwrap();
    world.store.finish_job(&second).await.unwrap();
    assert_eq!(world.claim().await, None);
}

#[tokio::test]
async fn a_failed_job_waits_longer_every_time() {
    let world = World::with_sheep(0).await;
    world.store.enqueue_job(Job::Plan).await.unwrap();
    for wait_s in [2, 4, 8] {
        let claimed = world.claim().await.unwrap();
        world.store.fail_job(&claimed, "no luck").await.unwrap();
        world.clock.advance_ms(wait_s * 1000 - 1);
        assert_eq!(world.claim().await, None, "after {wait_s} s");
        world.clock.advance_ms(1);
    }
    assert!(world.claim().await.is_some());
}

#[tokio::test]
async fn a_hopeless_job_is_left_alone_until_it_is_asked_for_again() {
    let world = World::with_sheep(0).await;
    world.store.enqueue_job(Job::Plan).await.unwrap();
    for _ in 0..20 {
        let claimed = world.claim().await.unwrap();
        world.store.fail_job(&claimed, "no luck").await.unwrap();
        world.minutes_pass(11);
    }
    assert_eq!(world.claim().await, None);
    assert_eq!(world.store.status().await.unwrap().jobs_failed, 1);
    world.store.enqueue_job(Job::Plan).await.unwrap();
    assert!(world.claim().await.is_some());
}

#[tokio::test]
async fn an_abandoned_job_is_claimed_again_and_its_first_claim_is_worthless() {
    let world = World::with_sheep(0).await;
    world.store.enqueue_job(Job::Plan).await.unwrap();
    let abandoned = world.claim().await.unwrap();
    world.minutes_pass(10);
    let taken_over = world.claim().await.unwrap();
    assert_eq!(taken_over.job, abandoned.job);
    world.store.finish_job(&abandoned).await.unwrap();
    world.store.fail_job(&abandoned, "late").await.unwrap();
    assert_eq!(world.store.status().await.unwrap().jobs_open, 1);
    world.store.finish_job(&taken_over).await.unwrap();
    assert_eq!(world.store.status().await.unwrap().jobs_open, 0);
}

#[tokio::test]
async fn after_a_restart_running_jobs_are_due_at_once() {
    let mut world = World::with_sheep(0).await;
    world.store.enqueue_job(Job::Plan).await.unwrap();
    world.claim().await.unwrap();
    world.restart().await;
    assert_eq!(world.claim().await, None);
    assert_eq!(world.store.reclaim_jobs().await.unwrap(), 1);
    assert!(world.claim().await.is_some());
}

#[tokio::test]
async fn the_runner_is_woken_when_a_job_is_added() {
    let world = World::with_sheep(0).await;
    let store = world.store.clone();
    let resting = tokio::spawn(async move { store.wait_for_job(Duration::from_secs(60)).await });
    world.store.enqueue_job(Job::Plan).await.unwrap();
    let woken = tokio::time::timeout(Duration::from_secs(5), resting).await;
    woken.expect("the runner sleeps on").unwrap();
}

#[tokio::test]
async fn an_operator_sees_a_hopeless_job_and_has_it_tried_at_once() {
    let world = World::with_sheep(0).await;
    world.store.enqueue_job(Job::Plan).await.unwrap();
    for _ in 0..20 {
        let claimed = world.claim().await.unwrap();
        world.store.fail_job(&claimed, "no luck").await.unwrap();
        world.minutes_pass(11);
    }
    let lines = world.store.job_lines(10).await.unwrap();
    let line = &lines[0];
    assert_eq!(
        (&*line.key, &*line.state, line.failures),
        ("plan", "failed", 20)
    );
    assert_eq!(line.error.as_deref(), Some("no luck"));
    world.store.retry_job(line.number, "mended").await.unwrap();
    assert!(world.claim().await.is_some());
    let unknown = world.store.retry_job(99, "mended").await.unwrap_err();
    assert_eq!(
        unknown.kind(),
        Some(woolgather_protocol::ProblemKind::NotFound)
    );
}
