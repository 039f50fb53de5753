//! Fifty accounts that one person makes push a sheep, through the website as a browser does.

use reqwest::StatusCode;
use reqwest::header::LOCATION;
use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, Vote, VoteReceipt};
use woolgather_protocol::{SheepId, paths};

use crate::support::browser::{Browser, between};
use crate::support::{DAY_MS, MINUTE_MS, TestCoordinator};

const SHEEP: usize = 10;
const ACCOUNTS: usize = 50;
/// Pairs that each of them answers: every sheep is in a fifth of them, well-known ones in fewer.
const PAIRS_EACH: usize = 4;

/// Device keys of people who have been here for more than a week.
const REGULARS: std::ops::RangeInclusive<u8> = 11..=16;

async fn pair(coordinator: &TestCoordinator, key: u8) -> Ballot {
    let device = coordinator.device(key);
    device.post(paths::BALLOTS, &BallotRequest::Pair).await
}

/// Regulars prefer the sheep that comes first in the flock, so that everybody has a place.
async fn regulars_vote(coordinator: &TestCoordinator) {
    for key in REGULARS {
        pair(coordinator, key).await;
    }
    coordinator.clock.advance_ms(8 * DAY_MS);
    let order = coordinator.all_sheep().await;
    let place = |sheep: &SheepId| order.iter().position(|other| other == sheep);
    for key in REGULARS {
        for _ in 0..2 * SHEEP {
            let ballot = pair(coordinator, key).await;
            let right = ballot.right.expect("a pair");
            let left_first = place(&ballot.left.id) < place(&right.id);
            let answer = if left_first {
                Answer::Left
            } else {
                Answer::Right
            };
            let token = ballot.token;
            let vote = Vote { token, answer };
            let device = coordinator.device(key);
            let _: VoteReceipt = device.post(paths::VOTES, &vote).await;
        }
    }
}

async fn rating(coordinator: &TestCoordinator, sheep: &SheepId) -> f64 {
    coordinator.app.store.sheep(sheep).await.unwrap().rating
}

/// How many sheep are rated higher.
async fn above(coordinator: &TestCoordinator, sheep: &SheepId) -> usize {
    let own = rating(coordinator, sheep).await;
    let mut above = 0;
    for other in coordinator.all_sheep().await {
        above += usize::from(rating(coordinator, &other).await > own);
    }
    above
}

/// One account's answers: the pushed sheep wherever it is dealt. Returns how often that was.
async fn push(coordinator: &TestCoordinator, number: usize, title: &str) -> usize {
    let browser = Browser::with_account(coordinator, &format!("fan-{number}")).await;
    let mut pushed = 0;
    for _ in 0..PAIRS_EACH {
        let page = browser.page("/vote").await;
        let ballot = between(&page, "name=\"ballot\" value=\"", "\"");
        let shown = |side: &str| {
            let choice = between(&page, &format!("data-testid=\"vote-{side}\""), "</button>");
            between(choice, "data-part=\"title\">", "<") == title
        };
        let answer = match (shown("left"), shown("right")) {
            (true, _) => "left",
            (_, true) => "right",
            _ => "same",
        };
        let fields = [("ballot", ballot), ("answer", answer)];
        let voted = browser.form("/vote", &fields).await;
        assert_eq!(voted.status(), StatusCode::SEE_OTHER);
        let went_to = voted.headers()[LOCATION].to_str().unwrap().to_owned();
        assert!(went_to.contains("counted="), "{went_to}");
        pushed += usize::from(answer != "same");
    }
    pushed
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_fake_accounts_do_not_lift_a_sheep() {
    let coordinator = TestCoordinator::start_with(SHEEP).await;
    coordinator.publish_all(b"clip").await;
    regulars_vote(&coordinator).await;
    let pushed = coordinator.all_sheep().await[SHEEP / 2].clone();
    let title = coordinator.app.store.sheep(&pushed).await.unwrap().title;
    let (before, place) = (
        rating(&coordinator, &pushed).await,
        above(&coordinator, &pushed).await,
    );
    assert!((2..SHEEP - 2).contains(&place), "{place} are above it");

    let mut pushes = 0;
    for number in 0..ACCOUNTS {
        pushes += push(&coordinator, number, &title).await;
        // Their network may try to sign in sixty times an hour.
        coordinator.clock.advance_ms(2 * MINUTE_MS);
    }
    let after = rating(&coordinator, &pushed).await;
    let above_it = above(&coordinator, &pushed).await;
    println!("{pushes} pushes: {before:.3} to {after:.3}, {place} and then {above_it} above it");
    assert!(pushes >= ACCOUNTS / 4, "{pushes}: they were dealt it");
    assert!(above_it > 0, "it is in the top tenth");

    // All of them together are worth less than two regulars who like it.
    for key in REGULARS.take(2) {
        let regular = coordinator.device(key);
        let single = BallotRequest::Single {
            on_screen: Some(pushed.clone()),
        };
        let ballot: Ballot = regular.post(paths::BALLOTS, &single).await;
        assert_eq!(ballot.left.id, pushed);
        let vote = Vote {
            token: ballot.token,
            answer: Answer::Up,
        };
        let _: VoteReceipt = regular.post(paths::VOTES, &vote).await;
    }
    let by_two = rating(&coordinator, &pushed).await - after;
    println!("two regulars: {by_two:+.3}");
    assert!(after - before < by_two);
}
