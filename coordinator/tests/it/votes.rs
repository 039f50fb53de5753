//! Votes: with a device's key through the API, with a cookie on the website.

use reqwest::header::{ACCEPT, COOKIE, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, Vote, VoteReceipt};
use woolgather_protocol::{ProblemKind, paths};

use crate::support::TestCoordinator;
use crate::support::device::refused;

async fn voting() -> TestCoordinator {
    let coordinator = TestCoordinator::start_with(3).await;
    coordinator.publish_all(b"clip").await;
    coordinator
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_votes_on_what_it_was_dealt_and_only_once() {
    let coordinator = voting().await;
    let device = coordinator.device(5);
    let ballot: Ballot = device.post(paths::BALLOTS, &BallotRequest::Pair).await;
    assert!(ballot.right.is_some());
    let vote = Vote {
        token: ballot.token,
        answer: Answer::Left,
    };
    let other = coordinator.device(6);
    let stolen = other.send_json(Method::POST, paths::VOTES, &vote).await;
    refused(stolen, ProblemKind::UnknownBallot).await;

    let receipt: VoteReceipt = device.post(paths::VOTES, &vote).await;
    assert!(receipt.left_rating > receipt.right_rating.unwrap());
    assert_eq!(receipt.votes_by_you, 1);
    let again = device.send_json(Method::POST, paths::VOTES, &vote).await;
    refused(again, ProblemKind::SpentBallot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_that_does_not_fit_its_ballot_is_refused() {
    let coordinator = voting().await;
    let device = coordinator.device(5);
    let single = BallotRequest::Single { on_screen: None };
    let ballot: Ballot = device.post(paths::BALLOTS, &single).await;
    let vote = |answer| Vote {
        token: ballot.token.clone(),
        answer,
    };
    let odd = vote(Answer::Left);
    let odd = device.send_json(Method::POST, paths::VOTES, &odd).await;
    refused(odd, ProblemKind::WrongAnswer).await;
    let receipt: VoteReceipt = device.post(paths::VOTES, &vote(Answer::Up)).await;
    assert!(receipt.left_rating > 0.0);

    let made_up = Vote {
        token: "made-up".into(),
        answer: Answer::Up,
    };
    let made_up = device.send_json(Method::POST, paths::VOTES, &made_up).await;
    refused(made_up, ProblemKind::UnknownBallot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_ballot_without_sheep() {
    let coordinator = TestCoordinator::start().await;
    let device = coordinator.device(5);
    let none = device.send_json(Method::POST, paths::BALLOTS, &BallotRequest::Pair);
    refused(none.await, ProblemKind::NoBallot).await;
}

/// The browser's side of `/vote`.
struct Browser {
    client: reqwest::Client,
    url: String,
    cookie: String,
}

impl Browser {
    /// Opens the vote page for the first time; the ballot it was dealt, and the browser.
    async fn open(coordinator: &TestCoordinator) -> (Self, String) {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let url = format!("{}/vote", coordinator.url);
        let page = client.get(&url).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        let cookie = page.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let html = page.text().await.unwrap();
        let ballot = html.split("name=\"ballot\" value=\"").nth(1);
        let ballot = ballot.expect("a ballot in the form").split('"').next();
        let ballot = ballot.unwrap().to_owned();
        (
            Self {
                client,
                url,
                cookie,
            },
            ballot,
        )
    }

    async fn vote(&self, ballot: &str, answer: &str, accept: &str) -> reqwest::Response {
        let request = self.client.post(&self.url);
        let request = request.header(COOKIE, &self.cookie).header(ACCEPT, accept);
        let form = format!("ballot={ballot}&answer={answer}");
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        request.send().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_votes_with_a_form() {
    let coordinator = voting().await;
    let (browser, ballot) = Browser::open(&coordinator).await;
    let voted = browser.vote(&ballot, "left", "text/html").await;
    assert_eq!(voted.status(), StatusCode::SEE_OTHER);
    assert_eq!(voted.headers()["location"], "/vote?counted=1");
    let again = browser.vote(&ballot, "left", "text/html").await;
    assert_eq!(again.headers()["location"], "/vote?problem=spent-ballot");
    let after = format!("{}/vote?problem=spent-ballot", coordinator.url);
    let after = reqwest::get(after).await.unwrap();
    assert_eq!(after.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_votes_and_gets_the_next_pair() {
    let coordinator = voting().await;
    let (browser, mut ballot) = Browser::open(&coordinator).await;
    for votes in 1..=3 {
        let voted = browser.vote(&ballot, "right", "application/json").await;
        let voted: Value = voted.json().await.unwrap();
        assert_eq!(voted["votes"], votes);
        let next = &voted["next"];
        for side in ["left", "right"] {
            for field in ["id", "title", "artist", "poster", "video"] {
                assert!(next[side][field].is_string(), "{side} {field}: {next}");
            }
        }
        ballot = next["ballot"].as_str().unwrap().to_owned();
    }
    let odd = browser.vote(&ballot, "up", "application/json").await;
    refused(odd, ProblemKind::WrongAnswer).await;
    let odd = browser.vote(&ballot, "sideways", "application/json").await;
    refused(odd, ProblemKind::MalformedRequest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ballot_belongs_to_the_browser_it_was_dealt_to() {
    let coordinator = voting().await;
    let (_, ballot) = Browser::open(&coordinator).await;
    let (other, _) = Browser::open(&coordinator).await;
    let stolen = other.vote(&ballot, "left", "application/json").await;
    refused(stolen, ProblemKind::UnknownBallot).await;
}
