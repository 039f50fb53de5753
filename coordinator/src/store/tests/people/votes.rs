//! A person has one vote, with whatever they cast it.

use woolgather_protocol::votes::{Answer, BallotRequest, Vote};

use super::super::votes::{living, secret};
use super::*;

#[tokio::test]
async fn a_person_has_one_vote_however_many_browsers_and_devices() {
    let world = living(2).await;
    let store = &world.store;
    let sheep = live_sheep(&world.store).await.remove(0);
    let votes = || async { store.sheep(&sheep).await.unwrap().votes };
    thumb(&world, &browser(1).voter, Answer::Up).await;
    world.clock.advance_ms(1000);
    thumb(&world, &VoterId::device(&device(1)), Answer::Down).await;
    thumb(&world, &browser(2).voter, Answer::Up).await;
    assert_eq!(votes().await, 3);

    let ada = person(&world, "ada", 1).await;
    assert_eq!(votes().await, 3);
    let code = store.screensaver_code(ada).await.unwrap().code;
    store.take_link(device(1), &code).await.unwrap();
    assert_eq!(votes().await, 2, "the newer of two answers stays");
    let voter = browser(1).voter;
    let seen = store
        .deal_seen(&voter, std::slice::from_ref(&sheep), &secret())
        .await;
    let standing = seen.unwrap()[&sheep].standing;
    assert_eq!(standing, Some(Answer::Down));

    thumb(&world, &browser(1).voter, Answer::Up).await;
    thumb(&world, &VoterId::device(&device(1)), Answer::Up).await;
    assert_eq!(votes().await, 2);
    // A ballot that was dealt before the link is still good, and counts as the person's.
    let request = BallotRequest::Single {
        on_screen: Some(sheep.clone()),
    };
    let early = store
        .deal_ballot(&browser(2).voter, request, &secret())
        .await
        .unwrap();
    let code = store.browser_code(ada).await.unwrap().code;
    store
        .sign_in_with_code(code.as_str(), browser(2))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(votes().await, 1);
    let vote = Vote {
        token: early.token,
        answer: Answer::Down,
    };
    let from = |voter: VoterId| VoteFrom {
        voter,
        address: None,
    };
    let stranger = store
        .record_vote(from(browser(9).voter), &vote, &secret())
        .await;
    assert_eq!(kind(stranger), ProblemKind::UnknownBallot);
    store
        .record_vote(from(browser(2).voter), &vote, &secret())
        .await
        .unwrap();
    assert_eq!(votes().await, 1);
    let export = store.export_person(ada).await.unwrap();
    let export = serde_json::to_value(&export).unwrap();
    assert_eq!(export["votes"].as_array().unwrap().len(), 1);
    assert_eq!(export["browsers"].as_array().unwrap().len(), 2);
}

/// What a thumb by this voter weighed, as it is logged.
async fn weight(world: &World, voter: &VoterId) -> f64 {
    thumb(world, voter, Answer::Up).await;
    let log = world.store.logged_ballots("").await.unwrap();
    let answered = log.into_iter().filter(|ballot| ballot.answer.is_some());
    let last = answered.max_by_key(|ballot| (ballot.answered_ms, ballot.stands));
    last.unwrap().weight.unwrap()
}

#[tokio::test]
async fn one_trusted_device_does_not_lend_its_weight_to_fifty_accounts() {
    let world = living(2).await;
    let store = &world.store;
    // It has rendered: see `render_everything`.
    let trusted = device(201);
    assert!(store.device(trusted).await.unwrap().unwrap().accepted_units > 0);
    let sheep = live_sheep(store).await.remove(0);
    let mut ratings = Vec::new();
    for number in 1..=50_u8 {
        world.clock.advance_ms(1);
        let id = person(&world, &format!("p{number:02}"), number).await;
        let code = store.screensaver_code(id).await.unwrap().code;
        store.take_link(trusted, &code).await.unwrap();
        let request = BallotRequest::Single {
            on_screen: Some(sheep.clone()),
        };
        let voter = browser(number).voter;
        let ballot = store.deal_ballot(&voter, request, &secret()).await;
        let vote = Vote {
            token: ballot.unwrap().token,
            answer: Answer::Up,
        };
        let from = VoteFrom {
            voter,
            address: Some(format!("192.0.2.{number}").parse().unwrap()),
        };
        let receipt = store.record_vote(from, &vote, &secret()).await.unwrap();
        ratings.push(receipt.left_rating);
        store.leave_person(trusted).await.unwrap();
    }
    // The first account had a trusted device; of the others, all in one network, three count, a quarter each.
    let moved = ratings
        .windows(2)
        .filter(|two| two[1] - two[0] > 1e-9)
        .count();
    assert_eq!(moved, 3, "{ratings:?}");
}

#[tokio::test]
async fn an_old_browser_makes_one_account_old() {
    let world = living(2).await;
    let store = &world.store;
    thumb(&world, &browser(1).voter, Answer::Up).await;
    world.clock.advance_ms(8 * 24 * 60 * MINUTE_MS);
    let ada = store.make_person(handle("ada"), browser(1)).await.unwrap();
    assert_eq!(weight(&world, &browser(1).voter).await, 1.0);
    let session = store.session(&ada.secret).await.unwrap().unwrap();
    store.end_session(ada.person, &session.id).await.unwrap();
    world.clock.advance_ms(1);
    store.make_person(handle("bo"), browser(1)).await.unwrap();
    assert_eq!(weight(&world, &browser(1).voter).await, 0.25);
}

#[tokio::test]
async fn voided_votes_stay_voided_through_links() {
    let world = living(2).await;
    let store = &world.store;
    let device_voter = VoterId::device(&device(1));
    thumb(&world, &device_voter, Answer::Up).await;
    store.void_voter(&device_voter, "made up").await.unwrap();
    let ada = person(&world, "ada", 1).await;
    let code = store.screensaver_code(ada).await.unwrap().code;
    store.take_link(device(1), &code).await.unwrap();
    let voided = |id: VoterId| async move {
        let voters = store.voter_lines(100).await.unwrap();
        let line = voters.into_iter().find(|line| line.id == id);
        line.unwrap().voided.is_some()
    };
    assert!(voided(ada.voter()).await);
    // What an operator says about a key is about its person.
    store
        .restore_voter(&device_voter, "a mistake")
        .await
        .unwrap();
    assert!(!voided(ada.voter()).await);
    store.void_voter(&device_voter, "made up").await.unwrap();
    assert!(voided(ada.voter()).await);
    store.leave_person(device(1)).await.unwrap();
    assert!(voided(device_voter.clone()).await);
    store.delete_person(ada, ArtistName::Keep).await.unwrap();
    assert!(voided(browser(1).voter).await);
}
