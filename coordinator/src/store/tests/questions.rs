//! One open question for each voter; a vote taken back; what young keys of a network do in a week.

use std::collections::BTreeSet;
use std::net::IpAddr;

use woolgather_protocol::ProblemKind;
use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, Vote};

use super::support::*;
use super::votes::{close, deal, deal_about, living, rating, secret, vote, voter};
use crate::store::{StoreError, UNDO_TERM_MS, VoteFrom};

const DAY_MINUTES: i64 = 24 * 60;

async fn pair(world: &World, name: u8) -> Ballot {
    deal(world, name, BallotRequest::Pair).await.unwrap()
}

async fn next_pair(world: &World, name: u8, held: &Ballot) -> Result<Ballot, StoreError> {
    let store = &world.store;
    store
        .deal_next_pair(&voter(name), &held.token, &secret())
        .await
}

async fn take_back(world: &World, name: u8) -> Option<(Ballot, u64)> {
    let store = &world.store;
    let taken = store.take_back_vote(&voter(name), &secret()).await;
    let taken = taken.unwrap();
    taken.map(|taken| (taken.ballot, taken.votes_by_you))
}

#[tokio::test]
async fn who_throws_a_question_away_is_asked_the_same_again() {
    let world = living(8).await;
    let first = pair(&world, 1).await;
    for _ in 0..20 {
        assert_eq!(pair(&world, 1).await, first);
    }
    let row = world.store.sheep(&first.left.id).await.unwrap();
    assert_eq!(row.exposures, 1, "asked again is not seen again");
    assert_ne!(pair(&world, 2).await.token, first.token);

    vote(&world, 1, &first, Answer::Same).await.unwrap();
    let second = pair(&world, 1).await;
    assert_ne!(second.token, first.token);
    // Too near its end to be answered in peace.
    world.minutes_pass(DAY_MINUTES - 30);
    assert_ne!(pair(&world, 1).await.token, second.token);
}

#[tokio::test]
async fn a_question_about_a_sheep_that_is_gone_is_not_asked_again() {
    let world = living(4).await;
    let first = pair(&world, 1).await;
    let leaving = BTreeSet::from([first.left.id.clone()]);
    world.store.let_leave(leaving).await.unwrap();
    world.publish_everything().await;
    assert_eq!(world.store.retire_leaving().await.unwrap().len(), 1);
    let second = pair(&world, 1).await;
    for sheep in [&second.left.id, &second.right.as_ref().unwrap().id] {
        assert_ne!(*sheep, first.left.id);
    }
}

#[tokio::test]
async fn single_questions_and_pairs_do_not_stand_in_for_each_other() {
    let world = living(4).await;
    let dealt = pair(&world, 1).await;
    let sheep = dealt.left.id.clone();
    let single = deal_about(&world, 1, &sheep).await;
    assert_eq!(single.right, None);
    assert_eq!(deal_about(&world, 1, &sheep).await, single);
    assert_eq!(pair(&world, 1).await, dealt);
    let any = deal(&world, 1, BallotRequest::Single { on_screen: None }).await;
    assert_eq!(any.unwrap(), single);
}

#[tokio::test]
async fn two_pairs_wait_at_most_however_often_the_next_is_asked_for() {
    let world = living(8).await;
    let first = pair(&world, 1).await;
    let next = next_pair(&world, 1, &first).await.unwrap();
    assert_ne!(next.token, first.token);
    for _ in 0..5 {
        assert_eq!(next_pair(&world, 1, &first).await.unwrap(), next);
        assert_eq!(next_pair(&world, 1, &next).await.unwrap(), first);
    }
    vote(&world, 1, &first, Answer::Left).await.unwrap();
    assert_eq!(pair(&world, 1).await, next);
    let refused = next_pair(&world, 2, &first).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemKind::UnknownBallot));
}

#[tokio::test]
async fn a_vote_taken_back_leaves_nothing_behind() {
    let world = living(2).await;
    let ballot = pair(&world, 1).await;
    let right = ballot.right.clone().unwrap().id;
    let before = [
        rating(&world, &ballot.left.id).await,
        rating(&world, &right).await,
    ];
    vote(&world, 1, &ballot, Answer::Left).await.unwrap();
    let (again, votes) = take_back(&world, 1).await.expect("a vote to take back");
    assert_eq!(
        (&again.left, &again.right, votes),
        (&ballot.left, &ballot.right, 0)
    );
    let after = [
        rating(&world, &ballot.left.id).await,
        rating(&world, &right).await,
    ];
    for (before, after) in before.into_iter().zip(after) {
        close(after.0, before.0);
        close(after.1, before.1);
    }
    let row = world.store.sheep(&right).await.unwrap();
    assert_eq!((row.votes, row.exposures), (0, 1));
    assert_eq!(take_back(&world, 1).await, None, "once");
    vote(&world, 1, &again, Answer::Right)
        .await
        .expect("it is open again");
    assert!(rating(&world, &right).await.0 > 0.0);
}

#[tokio::test]
async fn only_ones_own_last_vote_can_be_taken_back_and_only_for_a_while() {
    let world = living(2).await;
    assert_eq!(take_back(&world, 1).await, None);
    let ballot = pair(&world, 1).await;
    vote(&world, 1, &ballot, Answer::Left).await.unwrap();
    assert_eq!(take_back(&world, 2).await, None);
    world.minutes_pass(UNDO_TERM_MS / MINUTE_MS + 1);
    assert_eq!(take_back(&world, 1).await, None);
}

#[tokio::test]
async fn young_keys_of_one_network_are_capped_over_a_week_and_not_only_for_a_day() {
    let world = living(2).await;
    let sheep = live_sheep(&world.store).await[0].clone();
    let mut moved = Vec::new();
    for name in 1..=8 {
        let before = rating(&world, &sheep).await.0;
        let ballot = deal_about(&world, name, &sheep).await;
        let address: IpAddr = format!("192.0.2.{name}").parse().unwrap();
        let from = VoteFrom {
            voter: voter(name),
            address: Some(address),
        };
        let token = ballot.token;
        let vote = Vote {
            token,
            answer: Answer::Up,
        };
        world
            .store
            .record_vote(from, &vote, &secret())
            .await
            .unwrap();
        moved.push(rating(&world, &sheep).await.0 > before);
        world.minutes_pass(DAY_MINUTES);
    }
    // Three on the first three days; then nothing until the first day is a week ago.
    assert_eq!(moved, [true, true, true, false, false, false, false, true]);
}
