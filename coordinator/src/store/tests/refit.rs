//! The nightly refit, and voters whose votes are voided.

use woolgather_protocol::SheepId;
use woolgather_protocol::votes::Answer;

use super::support::*;
use super::votes::{close, deal_about, living, rating, vote, voter};
use crate::store::{Job, LoggedBallot, VoteLog};

/// What a voter says of a sheep right now.
async fn says(world: &World, name: u8, sheep: &SheepId, answer: Answer) {
    let ballot = deal_about(world, name, sheep).await;
    vote(world, name, &ballot, answer).await.unwrap();
}

/// Six voters like the first sheep and not the second; nobody looks at the third.
async fn voted() -> (World, Vec<SheepId>) {
    let world = living(3).await;
    let sheep = live_sheep(&world.store).await;
    for name in 1..=6 {
        says(&world, name, &sheep[0], Answer::Up).await;
        says(&world, name, &sheep[1], Answer::Down).await;
    }
    (world, sheep)
}

async fn ratings(world: &World, sheep: &[SheepId]) -> Vec<(f64, f64)> {
    let mut ratings = Vec::new();
    for sheep in sheep {
        ratings.push(rating(world, sheep).await);
    }
    ratings
}

async fn keep(world: &World, log: VoteLog) -> bool {
    let refit = log.refit().unwrap();
    world.store.keep_refit(log, refit).await.unwrap()
}

async fn refit(world: &World) {
    let log = world.store.vote_log().await.unwrap();
    assert!(keep(world, log).await);
}

fn all_close(found: &[(f64, f64)], expected: &[(f64, f64)]) {
    for (found, expected) in found.iter().zip(expected) {
        close(found.0, expected.0);
        close(found.1, expected.1);
    }
}

#[tokio::test]
async fn a_refit_moves_ratings_a_little_and_those_without_votes_not_at_all() {
    let (world, sheep) = voted().await;
    let online = ratings(&world, &sheep).await;
    refit(&world).await;
    let fitted = ratings(&world, &sheep).await;
    assert_eq!(online[2], fitted[2]);
    for place in 0..2 {
        let moved = (online[place].0 - fitted[place].0).abs();
        assert!(moved > 0.0 && moved < 0.15, "{online:?} {fitted:?}");
    }
    refit(&world).await;
    all_close(&ratings(&world, &sheep).await, &fitted);
}

#[tokio::test]
async fn it_is_due_once_a_day_and_only_where_there_are_votes() {
    let world = living(2).await;
    world.minutes_pass(24 * 60);
    assert!(!world.store.plan_refit().await.unwrap());
    let sheep = live_sheep(&world.store).await;
    says(&world, 1, &sheep[0], Answer::Up).await;
    assert!(world.store.plan_refit().await.unwrap());
    assert_eq!(world.claim().await.unwrap().job, Job::Refit);
    refit(&world).await;
    assert!(!world.store.plan_refit().await.unwrap());
    world.minutes_pass(24 * 60);
    assert!(world.store.plan_refit().await.unwrap());
}

#[tokio::test]
async fn a_voided_voter_has_never_voted_and_a_restored_one_has() {
    let (world, sheep) = voted().await;
    refit(&world).await;
    let without = ratings(&world, &sheep).await;
    for sheep in &sheep {
        says(&world, 7, sheep, Answer::Down).await;
    }
    refit(&world).await;
    let with = ratings(&world, &sheep).await;
    assert!(with[2].0 < -0.01);

    let mallory = voter(7);
    world.store.void_voter(&mallory, "a farm").await.unwrap();
    assert_eq!(world.claim().await.unwrap().job, Job::Refit);
    refit(&world).await;
    all_close(&ratings(&world, &sheep).await, &without);
    // Changing the mind does not push the other way.
    let before = ratings(&world, &sheep).await;
    for sheep in &sheep {
        says(&world, 7, sheep, Answer::Up).await;
        says(&world, 7, sheep, Answer::Down).await;
    }
    all_close(&ratings(&world, &sheep).await, &before);

    world
        .store
        .restore_voter(&mallory, "a family")
        .await
        .unwrap();
    refit(&world).await;
    all_close(&ratings(&world, &sheep).await, &with);
    let log = world.store.operator_log(Default::default()).await.unwrap();
    let actions: Vec<&str> = log.rows.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(actions, ["restore", "void"]);
    let nobody = world.store.void_voter(&voter(99), "").await;
    assert!(nobody.is_err());
}

#[tokio::test]
async fn votes_that_come_while_it_is_worked_out_are_not_lost() {
    let (world, sheep) = voted().await;
    let log = world.store.vote_log().await.unwrap();
    let late = world.store.vote_log().await.unwrap();
    let fit = log.refit().unwrap().sheep;
    let before = rating(&world, &sheep[0]).await;
    says(&world, 8, &sheep[0], Answer::Up).await;
    let moved = rating(&world, &sheep[0]).await.0 - before.0;
    assert!(moved > 0.01);
    assert!(keep(&world, log).await);
    let after = rating(&world, &sheep[0]).await.0;
    let place = fit.iter().map(|fit| (fit.mean + moved - after).abs());
    assert!(place.fold(f64::MAX, f64::min) < 1e-9);
    let kept = ratings(&world, &sheep).await;
    assert!(!keep(&world, late).await, "of two refits the first is kept");
    assert_eq!(ratings(&world, &sheep).await, kept);
}

#[tokio::test]
async fn operators_see_who_voted_and_researchers_every_ballot() {
    let (world, sheep) = voted().await;
    says(&world, 6, &sheep[1], Answer::Up).await;
    deal_about(&world, 6, &sheep[2]).await;
    world.store.void_voter(&voter(6), "a farm").await.unwrap();
    let voters = world.store.voter_lines(2).await.unwrap();
    assert_eq!((voters.len(), voters[0].votes), (2, 3));
    assert_eq!(voters[0].voided.as_deref(), Some("a farm"));
    assert_eq!((voters[1].votes, &voters[1].voided), (2, &None));

    let ballots = world.store.logged_ballots("").await.unwrap();
    let count = |holds: fn(&LoggedBallot) -> bool| {
        let all = ballots.iter();
        all.filter(|ballot| holds(ballot)).count()
    };
    assert_eq!(ballots.len(), 14);
    assert_eq!(count(|ballot| ballot.answered_ms.is_some()), 13);
    assert_eq!(count(|ballot| ballot.stands), 12, "one was replaced");
    assert_eq!(count(|ballot| ballot.void), 4);
    let rest = world.store.logged_ballots(&ballots[4].id).await.unwrap();
    assert_eq!(rest, ballots[5..]);

    let lines = world.store.sheep_lines().await.unwrap();
    let line = lines.iter().find(|line| line.id == sheep[1]).unwrap();
    assert_eq!((line.exposures, line.acts, line.votes), (7, 7, 6));
}
