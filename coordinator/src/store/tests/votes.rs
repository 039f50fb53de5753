//! Votes: only dealt ballots rate, each once, and a new vote replaces the old one.

use std::net::IpAddr;

use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, Vote, VoteReceipt};
use woolgather_protocol::{DeviceSecret, ProblemKind, SheepId};

use super::support::*;
use crate::store::{StoreError, VoteFrom, VoterId};

const DAY_MINUTES: i64 = 24 * 60;

pub(super) async fn living(sheep: usize) -> World {
    let world = World::with_sheep(sheep).await;
    world.publish_everything().await;
    world
}

pub(super) fn secret() -> DeviceSecret {
    DeviceSecret::from_bytes(&[42; 32])
}

pub(super) fn voter(name: u8) -> VoterId {
    VoterId::web([name; 16])
}

pub(super) async fn deal(
    world: &World,
    name: u8,
    request: BallotRequest,
) -> Result<Ballot, StoreError> {
    world
        .store
        .deal_ballot(&voter(name), request, &secret())
        .await
}

pub(super) async fn deal_about(world: &World, name: u8, sheep: &SheepId) -> Ballot {
    let on_screen = Some(sheep.clone());
    deal(world, name, BallotRequest::Single { on_screen })
        .await
        .unwrap()
}

async fn vote_from(
    world: &World,
    from: VoteFrom,
    ballot: &Ballot,
    answer: Answer,
) -> Result<VoteReceipt, StoreError> {
    let token = ballot.token.clone();
    let vote = Vote { token, answer };
    world.store.record_vote(from, &vote, &secret()).await
}

pub(super) async fn vote(
    world: &World,
    name: u8,
    ballot: &Ballot,
    answer: Answer,
) -> Result<VoteReceipt, StoreError> {
    let from = VoteFrom {
        voter: voter(name),
        address: None,
    };
    vote_from(world, from, ballot, answer).await
}

fn kind<T>(outcome: Result<T, StoreError>) -> Option<ProblemKind> {
    outcome.err().and_then(|error| error.kind())
}

pub(super) async fn rating(world: &World, sheep: &SheepId) -> (f64, f64) {
    let row = world.store.sheep(sheep).await.unwrap();
    (row.rating, row.rating_variance)
}

pub(super) fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[tokio::test]
async fn a_vote_moves_both_sheep_of_a_pair_as_the_rules_say() {
    let world = living(2).await;
    let ballot = deal(&world, 1, BallotRequest::Pair).await.unwrap();
    let right = ballot.right.clone().unwrap();
    let receipt = vote(&world, 1, &ballot, Answer::Left).await.unwrap();
    // A young key's weight is 1/4: s² = 1 / (1/1.44 + 1/16), μ = ± s² · 1/4 · 1/2.
    let variance = 1.0 / (1.0 / 1.44 + 0.0625);
    close(receipt.left_rating, variance * 0.125);
    close(receipt.right_rating.unwrap(), -variance * 0.125);
    assert_eq!(receipt.votes_by_you, 1);
    close(rating(&world, &ballot.left.id).await.0, variance * 0.125);
    close(rating(&world, &right.id).await.1, variance);
    let row = world.store.sheep(&right.id).await.unwrap();
    assert_eq!((row.votes, row.exposures), (1, 1));
}

#[tokio::test]
async fn an_up_from_the_screensaver_raises_the_sheep_on_the_screen() {
    let world = living(3).await;
    let sheep = live_sheep(&world.store).await[1].clone();
    let ballot = deal_about(&world, 1, &sheep).await;
    assert_eq!((&ballot.left.id, &ballot.right), (&sheep, &None));
    let receipt = vote(&world, 1, &ballot, Answer::Up).await.unwrap();
    assert!(receipt.left_rating > 0.0);
    assert_eq!(receipt.right_rating, None);
}

#[tokio::test]
async fn nobody_is_asked_about_a_sheep_again_while_there_are_others() {
    let world = living(3).await;
    let single = || BallotRequest::Single { on_screen: None };
    let mut asked = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let ballot = deal(&world, 1, single()).await.unwrap();
        asked.insert(ballot.left.id.clone());
        vote(&world, 1, &ballot, Answer::Up).await.unwrap();
    }
    assert_eq!(asked.len(), 3);
    assert!(deal(&world, 1, single()).await.is_ok());
}

#[tokio::test]
async fn a_new_vote_replaces_the_standing_one() {
    let world = living(2).await;
    let sheep = live_sheep(&world.store).await[0].clone();
    let first = deal_about(&world, 1, &sheep).await;
    vote(&world, 1, &first, Answer::Up).await.unwrap();
    let second = deal_about(&world, 1, &sheep).await;
    let replaced = vote(&world, 1, &second, Answer::Down).await.unwrap();
    assert!(replaced.left_rating < 0.0);
    assert_eq!(replaced.votes_by_you, 2);

    // The same as if the first vote had never been: another flock, one vote down.
    let other = living(2).await;
    let same = live_sheep(&other.store).await[0].clone();
    let only = deal_about(&other, 1, &same).await;
    let receipt = vote(&other, 1, &only, Answer::Down).await.unwrap();
    close(replaced.left_rating, receipt.left_rating);
    close(
        rating(&world, &sheep).await.1,
        rating(&other, &same).await.1,
    );
    let row = world.store.sheep(&sheep).await.unwrap();
    assert_eq!((row.votes, row.exposures), (1, 2));
    assert_eq!(world.store.status().await.unwrap().votes, 1);
}

#[tokio::test]
async fn a_pair_is_the_same_pair_with_sides_swapped() {
    let world = living(2).await;
    let mut seen_left = std::collections::HashSet::new();
    for _ in 0..20 {
        let ballot = deal(&world, 1, BallotRequest::Pair).await.unwrap();
        let favourite = live_sheep(&world.store).await[0].clone();
        let is_left = ballot.left.id == favourite;
        seen_left.insert(is_left);
        let answer = if is_left { Answer::Left } else { Answer::Right };
        vote(&world, 1, &ballot, answer).await.unwrap();
        assert_eq!(world.store.status().await.unwrap().votes, 1);
        assert!(rating(&world, &favourite).await.0 > 0.0);
    }
    assert_eq!(seen_left.len(), 2, "both sides were dealt");
}

#[tokio::test]
async fn a_ballot_is_good_once() {
    let world = living(2).await;
    let ballot = deal(&world, 1, BallotRequest::Pair).await.unwrap();
    vote(&world, 1, &ballot, Answer::Same).await.unwrap();
    let again = vote(&world, 1, &ballot, Answer::Left).await;
    assert_eq!(kind(again), Some(ProblemKind::SpentBallot));
}

#[tokio::test]
async fn a_ballot_is_good_for_a_day() {
    let world = living(2).await;
    let ballot = deal(&world, 1, BallotRequest::Pair).await.unwrap();
    let other = deal(&world, 2, BallotRequest::Pair).await.unwrap();
    world.minutes_pass(DAY_MINUTES - 1);
    vote(&world, 1, &ballot, Answer::Left).await.unwrap();
    world.minutes_pass(1);
    let late = vote(&world, 2, &other, Answer::Left).await;
    assert_eq!(kind(late), Some(ProblemKind::ExpiredBallot));
}

#[tokio::test]
async fn a_ballot_is_good_for_its_voter_and_its_kind_of_answer() {
    let world = living(2).await;
    let pair = deal(&world, 1, BallotRequest::Pair).await.unwrap();
    let stolen = vote(&world, 2, &pair, Answer::Left).await;
    assert_eq!(kind(stolen), Some(ProblemKind::UnknownBallot));
    let up = vote(&world, 1, &pair, Answer::Up).await;
    assert_eq!(kind(up), Some(ProblemKind::WrongAnswer));
    let sheep = live_sheep(&world.store).await[0].clone();
    let single = deal_about(&world, 1, &sheep).await;
    let left = vote(&world, 1, &single, Answer::Left).await;
    assert_eq!(kind(left), Some(ProblemKind::WrongAnswer));
    let forged = Ballot {
        token: "Zm9yZ2Vk".into(),
        ..pair.clone()
    };
    let forged = vote(&world, 1, &forged, Answer::Left).await;
    assert_eq!(kind(forged), Some(ProblemKind::UnknownBallot));
    vote(&world, 1, &pair, Answer::Left)
        .await
        .expect("refusals spend nothing");
}

#[tokio::test]
async fn without_living_sheep_there_is_nothing_to_vote_on() {
    let world = World::with_sheep(2).await;
    let pair = deal(&world, 1, BallotRequest::Pair).await;
    assert_eq!(kind(pair), Some(ProblemKind::NoBallot));
    let single = deal(&world, 1, BallotRequest::Single { on_screen: None }).await;
    assert_eq!(kind(single), Some(ProblemKind::NoBallot));
    let alone = living(1).await;
    let pair = deal(&alone, 1, BallotRequest::Pair).await;
    assert_eq!(kind(pair), Some(ProblemKind::NoBallot));
    let unknown = BallotRequest::Single {
        on_screen: Some(SheepId::from_random([0; 10])),
    };
    assert_eq!(
        kind(deal(&alone, 1, unknown).await),
        Some(ProblemKind::NoBallot)
    );
}

#[tokio::test]
async fn an_old_key_weighs_four_times_a_young_one() {
    let world = living(2).await;
    let sheep = live_sheep(&world.store).await[0].clone();
    deal_about(&world, 1, &sheep).await;
    world.minutes_pass(8 * DAY_MINUTES);
    let variance = rating(&world, &sheep).await.1;
    let young = deal_about(&world, 2, &sheep).await;
    let by_young = vote(&world, 2, &young, Answer::Up)
        .await
        .unwrap()
        .left_rating;
    let old = deal_about(&world, 1, &sheep).await;
    let by_old = vote(&world, 1, &old, Answer::Up).await.unwrap().left_rating - by_young;
    assert!(
        by_old > 2.5 * by_young,
        "{by_old} against {by_young}, from {variance}"
    );
}

#[tokio::test]
async fn young_keys_of_one_network_weigh_no_more_than_three_of_them() {
    let world = living(2).await;
    let sheep = live_sheep(&world.store).await[0].clone();
    let mut ratings = Vec::new();
    for name in 1..=6 {
        let ballot = deal_about(&world, name, &sheep).await;
        let address: IpAddr = format!("192.0.2.{name}").parse().unwrap();
        let from = VoteFrom {
            voter: voter(name),
            address: Some(address),
        };
        let receipt = vote_from(&world, from, &ballot, Answer::Up).await;
        ratings.push(receipt.unwrap().left_rating);
    }
    assert!(ratings[0] < ratings[1] && ratings[1] < ratings[2]);
    close(ratings[5], ratings[2]);
    let elsewhere = VoteFrom {
        voter: voter(7),
        address: Some("198.51.100.1".parse().unwrap()),
    };
    let ballot = deal_about(&world, 7, &sheep).await;
    let receipt = vote_from(&world, elsewhere, &ballot, Answer::Up).await;
    assert!(receipt.unwrap().left_rating > ratings[5]);
}

#[tokio::test]
async fn ratings_reach_players_with_a_manifest_of_a_new_number() {
    let world = living(2).await;
    let sheep = live_sheep(&world.store).await;
    let sequence = world.store.manifest_sequence().await.unwrap();
    world.minutes_pass(60);
    assert!(!world.store.renew_manifest(10 * MINUTE).await.unwrap());
    let ballot = deal_about(&world, 1, &sheep[0]).await;
    vote(&world, 1, &ballot, Answer::Up).await.unwrap();
    assert!(world.store.renew_manifest(10 * MINUTE).await.unwrap());
    let renewed = world.store.manifest_sequence().await.unwrap();
    assert_eq!(renewed, sequence + 1);
    assert!(!world.store.renew_manifest(10 * MINUTE).await.unwrap());
}
