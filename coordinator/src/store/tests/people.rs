//! Accounts: who is who, what is whose, and what nobody gets who should not.

use woolgather_coordinator_core::PersonId;
use woolgather_protocol::people::{Handle, Scope, UnitFate};
use woolgather_protocol::votes::{Answer, BallotRequest, Vote};
use woolgather_protocol::{Blake3, Licence, ProblemKind};

use super::support::*;
use super::votes::{living, secret};
use crate::store::database::query;
use crate::store::*;

fn handle(text: &str) -> Handle {
    text.parse().unwrap()
}

fn browser(number: u8) -> Browser {
    Browser {
        voter: VoterId::web([number; 16]),
        label: format!("Browser {number}"),
        session: None,
    }
}

async fn person(world: &World, name: &str, number: u8) -> PersonId {
    let made = world.store.make_person(handle(name), browser(number));
    made.await.unwrap().person
}

fn now_ms(world: &World) -> i64 {
    use crate::clock::Clock as _;
    world.clock.now_ms()
}

fn lasts_ms(lasts: std::time::Duration) -> i64 {
    i64::try_from(lasts.as_millis()).unwrap()
}

fn kind<T: std::fmt::Debug>(result: Result<T, StoreError>) -> ProblemKind {
    result.unwrap_err().kind().expect("a refusal")
}

#[tokio::test]
async fn an_account_is_a_handle_and_a_browser() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let opened = store.make_person(handle("ada"), browser(1)).await.unwrap();
    let session = store.session(&opened.secret).await.unwrap().unwrap();
    assert_eq!(session.person, opened.person);
    assert_eq!(session.label, "Browser 1");
    assert_eq!(store.session("guessed").await.unwrap(), None);
    let owner = store.person_of(&browser(1).voter).await.unwrap();
    assert_eq!(owner, Some(opened.person));
    assert_eq!(store.person_of(&browser(2).voter).await.unwrap(), None);

    for taken in ["ada", "machines", "anonymous"] {
        let again = store.make_person(handle(taken), browser(2)).await;
        assert_eq!(kind(again), ProblemKind::HandleTaken, "{taken}");
    }
    let profile = NewProfile {
        name: "  Ada\u{1}  ".into(),
        about: "One.\n\n\n\nTwo.".into(),
        tags: vec!["gold".parse().unwrap(), "deep-sea".parse().unwrap()],
        listed: true,
    };
    store.change_person(opened.person, profile).await.unwrap();
    let ada = store.person_called(&handle("ada")).await.unwrap();
    assert_eq!(
        (ada.name.as_str(), ada.about.as_str()),
        ("Ada", "One.\n\nTwo.")
    );
    let tags: Vec<_> = ada.tags.iter().map(ToString::to_string).collect();
    assert_eq!(tags, ["gold", "deep-sea"]);
}

#[tokio::test]
async fn a_session_lasts_while_it_is_used_and_ends_when_told() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let opened = store.make_person(handle("ada"), browser(1)).await.unwrap();
    for _ in 0..3 {
        world.clock.advance_ms(lasts_ms(PERSON_SESSION_LASTS) - 1);
        assert!(store.session(&opened.secret).await.unwrap().is_some());
    }
    let other = person(&world, "bo", 2).await;
    let sessions = store.sessions_of(opened.person).await.unwrap();
    assert!(!store.end_session(other, &sessions[0].id).await.unwrap());
    assert!(store.session(&opened.secret).await.unwrap().is_some());
    assert!(
        store
            .end_session(opened.person, &sessions[0].id)
            .await
            .unwrap()
    );
    assert!(store.session(&opened.secret).await.unwrap().is_none());
    let again = store.sign_in_with_code("abcdefgh", browser(1)).await;
    assert_eq!(again.unwrap(), None);
    // Whoever is signed out does not vote as Ada any more.
    assert_eq!(store.person_of(&browser(1).voter).await.unwrap(), None);
}

#[tokio::test]
async fn a_session_that_is_over_takes_its_browser_along() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let ada = store.make_person(handle("ada"), browser(1)).await.unwrap();
    world.clock.advance_ms(lasts_ms(PERSON_SESSION_LASTS));
    assert!(store.session(&ada.secret).await.unwrap().is_none());
    // It is cleared away when anybody signs in, and its browser is nobody's.
    person(&world, "bo", 2).await;
    assert_eq!(store.person_of(&browser(1).voter).await.unwrap(), None);
    let export = store.export_person(ada.person).await.unwrap();
    let export = serde_json::to_value(&export).unwrap();
    assert!(export["browsers"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn entries_stay_their_persons_when_the_browser_is_signed_out() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let offer = |number: usize| {
        store.new_entry(NewEntry {
            title: String::new(),
            tags: Vec::new(),
            licence: Licence::default(),
            parent: None,
            genome: genome(number),
            artist: "Ada L.".into(),
            voter: browser(1).voter,
        })
    };
    let before = offer(8).await.unwrap().id;
    let opened = store.make_person(handle("ada"), browser(1)).await.unwrap();
    let after = offer(9).await.unwrap().id;
    let again = offer(8).await.unwrap().id;
    assert_eq!(again, before, "one genome is one entry of a person");
    let session = store.session(&opened.secret).await.unwrap().unwrap();
    store.end_session(opened.person, &session.id).await.unwrap();
    let export = store.export_person(opened.person).await.unwrap();
    let export = serde_json::to_value(&export).unwrap();
    let entries = export["entries"].as_array().unwrap().iter();
    let ids: Vec<_> = entries.map(|entry| entry["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [before.as_str(), after.as_str()]);
}

#[tokio::test]
async fn signing_in_ends_the_session_that_was_there_and_parts_from_strangers_votes() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let ada = store.make_person(handle("ada"), browser(1)).await.unwrap();
    let bo = Browser {
        session: Some(ada.secret.clone()),
        ..browser(1)
    };
    let bo = store.make_person(handle("bo"), bo).await.unwrap();
    assert!(store.session(&ada.secret).await.unwrap().is_none());
    assert_ne!(bo.voter, browser(1).voter, "the browser's voter is Ada's");
    assert_eq!(store.person_of(&bo.voter).await.unwrap(), Some(bo.person));
    let still = store.person_of(&browser(1).voter).await.unwrap();
    assert_eq!(still, Some(ada.person));
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_new_ones_void_the_old() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let ada = person(&world, "ada", 1).await;
    let old = store.renew_recovery_codes(ada).await.unwrap();
    assert_eq!(old.len(), RECOVERY_CODES);
    let codes = store.renew_recovery_codes(ada).await.unwrap();
    assert_eq!(
        store.sign_in_with_code(&old[0], browser(2)).await.unwrap(),
        None
    );
    let typed = codes[3].to_uppercase().replace('-', " ");
    let opened = store.sign_in_with_code(&typed, browser(2)).await.unwrap();
    assert_eq!(opened.unwrap().person, ada);
    assert_eq!(
        store
            .sign_in_with_code(&codes[3], browser(3))
            .await
            .unwrap(),
        None
    );
    assert_eq!(store.recovery_codes_left(ada).await.unwrap(), 9);
}

#[tokio::test]
async fn a_device_is_linked_by_a_code_that_is_good_once_and_for_ten_minutes() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let (ada, bo) = (
        person(&world, "ada", 1).await,
        person(&world, "bo", 2).await,
    );
    store.register_device(device(1), "Attic").await.unwrap();

    let late = store.offer_device(device(1)).await.unwrap();
    world.clock.advance_ms(lasts_ms(LINK_CODE_LASTS));
    assert_eq!(
        kind(store.offered_device(&late.code).await),
        ProblemKind::UnknownCode
    );
    assert_eq!(
        kind(store.accept_device(ada, &late.code).await),
        ProblemKind::UnknownCode
    );

    let first = store.offer_device(device(1)).await.unwrap();
    let link = store.offer_device(device(1)).await.unwrap();
    assert_eq!(
        kind(store.offered_device(&first.code).await),
        ProblemKind::UnknownCode
    );
    let offered = store.offered_device(&link.code).await.unwrap();
    assert_eq!(
        (offered.key, offered.volunteer.as_str()),
        (device(1), "Attic")
    );
    // A code that links a device signs nobody in, and is not used up by trying.
    let tried = store
        .sign_in_with_code(link.code.as_str(), browser(3))
        .await;
    assert_eq!(tried.unwrap(), None);
    assert_eq!(
        store.accept_device(ada, &link.code).await.unwrap(),
        device(1)
    );
    assert_eq!(
        kind(store.accept_device(bo, &link.code).await),
        ProblemKind::UnknownCode
    );
    assert_eq!(
        kind(store.offer_device(device(1)).await),
        ProblemKind::LinkedAlready
    );
    let code = store.screensaver_code(bo).await.unwrap().code;
    assert_eq!(
        kind(store.take_link(device(1), &code).await),
        ProblemKind::LinkedAlready
    );

    // One that never introduced itself is known from then on.
    let code_of_ada = store.screensaver_code(ada).await.unwrap().code;
    store.take_link(device(9), &code_of_ada).await.unwrap();
    assert_eq!(store.devices_of(ada).await.unwrap().len(), 2);

    assert!(!store.unlink_device(bo, device(1)).await.unwrap());
    assert!(store.unlink_device(ada, device(1)).await.unwrap());
    assert_eq!(
        store.take_link(device(1), &code).await.unwrap(),
        handle("bo")
    );
    assert_eq!(
        kind(store.take_link(device(2), &code).await),
        ProblemKind::UnknownCode
    );
    assert_eq!(store.devices_of(bo).await.unwrap().len(), 1);
    let way_in = store.browser_code_from(device(1)).await.unwrap().code;
    assert_eq!(
        kind(store.take_link(device(2), &way_in).await),
        ProblemKind::UnknownCode
    );
    let opened = store
        .sign_in_with_code(&way_in.to_string(), browser(4))
        .await;
    assert_eq!(opened.unwrap().unwrap().person, bo);
    assert!(store.leave_person(device(1)).await.unwrap());
    assert!(!store.leave_person(device(1)).await.unwrap());
    assert_eq!(
        kind(store.browser_code_from(device(1)).await),
        ProblemKind::NotLinked
    );
}

#[tokio::test]
async fn a_token_allows_what_its_scopes_say_until_it_is_revoked() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let (ada, bo) = (
        person(&world, "ada", 1).await,
        person(&world, "bo", 2).await,
    );
    let nothing = store.make_token(ada, "", Vec::new()).await;
    assert_eq!(kind(nothing), ProblemKind::MalformedRequest);
    let token = store
        .make_token(ada, "script", vec![Scope::Vote])
        .await
        .unwrap();
    let owner = store.token_owner(&token).await.unwrap().unwrap();
    assert_eq!((owner.person, owner.scopes), (ada, vec![Scope::Vote]));
    let listed = store.tokens_of(ada).await.unwrap();
    assert_eq!(listed[0].used_ms, Some(now_ms(&world)));
    assert!(!store.revoke_token(bo, &listed[0].id).await.unwrap());
    assert!(store.revoke_token(ada, &listed[0].id).await.unwrap());
    assert_eq!(store.token_owner(&token).await.unwrap(), None);
    for _ in 0..TOKENS_MAX {
        store
            .make_token(ada, "t", vec![Scope::Render])
            .await
            .unwrap();
    }
    let one_more = store.make_token(ada, "t", vec![Scope::Render]).await;
    assert_eq!(kind(one_more), ProblemKind::MalformedRequest);
}

#[tokio::test]
async fn a_ceremony_is_answered_once_and_in_time() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let ada = person(&world, "ada", 1).await;
    let begin = || {
        store.begin_ceremony(Ceremony {
            person: Some(ada),
            state: vec![1, 2, 3],
        })
    };
    let id = begin().await.unwrap();
    assert_eq!(store.take_ceremony(&id).await.unwrap().state, [1, 2, 3]);
    assert_eq!(
        kind(store.take_ceremony(&id).await),
        ProblemKind::PasskeyRefused
    );
    let late = begin().await.unwrap();
    world.clock.advance_ms(lasts_ms(CEREMONY_LASTS));
    assert_eq!(
        kind(store.take_ceremony(&late).await),
        ProblemKind::PasskeyRefused
    );
}

#[tokio::test]
async fn a_passkey_is_one_persons_and_its_counter_goes_on() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let (ada, bo) = (
        person(&world, "ada", 1).await,
        person(&world, "bo", 2).await,
    );
    let made = NewPasskey {
        id: "Y3JlZA".into(),
        name: String::new(),
        public: vec![1],
        counter: vec![2],
    };
    store.add_passkey(ada, made.clone()).await.unwrap();
    assert_eq!(
        kind(store.add_passkey(bo, made).await),
        ProblemKind::PasskeyRefused
    );
    assert!(!store.remove_passkey(bo, "Y3JlZA").await.unwrap());
    let opened = store
        .sign_in_with_passkey("Y3JlZA", vec![3], browser(5))
        .await;
    assert_eq!(opened.unwrap().person, ada);
    let row = store.passkey("Y3JlZA").await.unwrap();
    assert_eq!(
        (row.person, row.counter, row.used_ms),
        (ada, vec![3], Some(now_ms(&world)))
    );
    assert!(store.remove_passkey(ada, "Y3JlZA").await.unwrap());
    assert_eq!(
        kind(store.passkey("Y3JlZA").await),
        ProblemKind::PasskeyRefused
    );
    let gone = store
        .sign_in_with_passkey("Y3JlZA", vec![4], browser(5))
        .await;
    assert_eq!(kind(gone), ProblemKind::PasskeyRefused);
}

/// A thumb by a voter on the first sheep.
async fn thumb(world: &World, voter: &VoterId, answer: Answer) {
    let sheep = live_sheep(&world.store).await.remove(0);
    let request = BallotRequest::Single {
        on_screen: Some(sheep),
    };
    let ballot = world.store.deal_ballot(voter, request, &secret()).await;
    let vote = Vote {
        token: ballot.unwrap().token,
        answer,
    };
    let from = VoteFrom {
        voter: voter.clone(),
        address: None,
    };
    world
        .store
        .record_vote(from, &vote, &secret())
        .await
        .unwrap();
}

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

#[tokio::test]
async fn credit_is_on_the_boards_of_those_who_want_it() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    world.come(1..=4).await;
    for lease in world.lease(device(1), 2).await {
        world.submit(device(1), &lease).await;
    }
    loop {
        let audits = world.lease(device(2), 4).await;
        if audits.is_empty() {
            break;
        }
        for audit in audits {
            world.audit(device(2), &audit, true).await;
        }
    }
    let ada = person(&world, "ada", 1).await;
    let code = store.screensaver_code(ada).await.unwrap().code;
    store.take_link(device(1), &code).await.unwrap();
    let credit = store.device(device(1)).await.unwrap().unwrap().credit;
    assert!(credit > 0);
    let boards = store.boards().await.unwrap();
    assert!(boards.people.people.is_empty() && boards.this_week.is_empty());
    assert_eq!((boards.people.other_devices, boards.unlisted), (1, 1));

    let listed = NewProfile {
        name: "Ada".into(),
        about: String::new(),
        tags: vec!["gold".parse().unwrap()],
        listed: true,
    };
    store.change_person(ada, listed).await.unwrap();
    let boards = store.boards().await.unwrap();
    let line = &boards.people.people[0];
    assert_eq!((line.credit, line.credit_week), (credit, credit));
    assert_eq!(boards.this_week, boards.people.people);
    assert_eq!((boards.people.other_devices, boards.unlisted), (0, 0));

    let figures = store.figures(ada).await.unwrap();
    assert_eq!((figures.line.credit, figures.frames), (credit, 4));
    assert!(figures.bytes > 0);
    let page = PageRequest {
        after: None,
        limit: 1,
    };
    let newest = store.units_of(ada, page).await.unwrap();
    let rest = PageRequest {
        after: newest.next,
        limit: 1,
    };
    let oldest = store.units_of(ada, rest).await.unwrap();
    assert_eq!(oldest.next, None);
    let units: Vec<_> = newest.rows.iter().chain(&oldest.rows).collect();
    assert_eq!(units.len(), 2);
    assert_ne!(units[0].id, units[1].id);
    assert!(units.iter().all(|unit| unit.state == UnitFate::Accepted));
    assert_eq!(units.iter().map(|unit| unit.credit).sum::<u64>(), credit);

    let machines = store.machines().await.unwrap();
    assert!(machines.by_class.is_empty() && machines.by_tag.is_empty());
    assert_eq!((machines.small_classes, machines.small_tags), (1, 1));
    world.clock.advance_ms(8 * 24 * 60 * MINUTE_MS);
    let boards = store.boards().await.unwrap();
    assert!(boards.this_week.is_empty() && boards.people.people.len() == 1);
}

#[tokio::test]
async fn a_page_that_an_operator_hid_stays_hidden_until_it_is_shown() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let ada = person(&world, "ada", 1).await;
    let list = async || {
        let profile = NewProfile {
            name: "Ada".into(),
            about: String::new(),
            tags: Vec::new(),
            listed: true,
        };
        store.change_person(ada, profile).await.unwrap();
        store.person(ada).await.unwrap()
    };
    assert!(list().await.listed);
    store
        .hide_person(&handle("ada"), "An insult.")
        .await
        .unwrap();
    let hidden = list().await;
    assert_eq!(
        (hidden.listed, hidden.hidden.as_deref()),
        (false, Some("An insult."))
    );
    assert_eq!(
        store.people_for_operators().await.unwrap()[0].hidden,
        hidden.hidden
    );
    store.show_person(&handle("ada"), "Sorry.").await.unwrap();
    assert!(list().await.listed);
    let nobody = store.hide_person(&handle("bo"), "Why.").await;
    assert_eq!(kind(nobody), ProblemKind::NotFound);
    store
        .remove_person(&handle("ada"), ArtistName::Keep, "A farm.")
        .await
        .unwrap();
    assert!(store.people_for_operators().await.unwrap().is_empty());
    assert_eq!(kind(store.person(ada).await), ProblemKind::NotFound);
}

#[tokio::test]
async fn twenty_people_make_a_group() {
    let world = World::with_sheep(1).await;
    for number in 1..=20 {
        let id = person(&world, &format!("p{number:02}"), number).await;
        let profile = NewProfile {
            name: String::new(),
            about: String::new(),
            tags: vec!["gold".parse().unwrap()],
            listed: false,
        };
        world.store.change_person(id, profile).await.unwrap();
        let groups = world.store.machines().await.unwrap();
        let shown = groups.by_tag.first().map(|group| group.count);
        assert_eq!(shown, (number == 20).then_some(20));
    }
}

#[tokio::test]
async fn a_team_is_there_as_long_as_somebody_is_in_it() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let (ada, bo) = (
        person(&world, "ada", 1).await,
        person(&world, "bo", 2).await,
    );
    let owls = || NewTeam {
        handle: handle("owls"),
        name: "Night owls".into(),
        about: "Late.".into(),
    };
    store.make_team(ada, owls()).await.unwrap();
    assert_eq!(
        kind(store.make_team(bo, owls()).await),
        ProblemKind::HandleTaken
    );
    store.join_team(bo, &handle("owls")).await.unwrap();
    let team = store.team(&handle("owls")).await.unwrap();
    assert_eq!((team.line.members, team.named.len()), (2, 0));
    assert_eq!(
        kind(store.join_team(bo, &handle("none")).await),
        ProblemKind::NotFound
    );
    store.leave_team(bo).await.unwrap();
    assert_eq!(store.teams().await.unwrap()[0].members, 1);
    store.delete_person(ada, ArtistName::Keep).await.unwrap();
    assert!(store.teams().await.unwrap().is_empty());
}

/// Sheep that are found by this artist's name.
async fn found_by_artist(world: &World, artist: &str) -> i64 {
    let term = [b"a", artist.as_bytes()].concat();
    let found = query("SELECT COUNT(*) AS found FROM sheep_term WHERE term = $1").bind(term);
    let row = world.store.row(found).await.unwrap().unwrap();
    row.try_get("found").unwrap()
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_that_leads_to_its_person() {
    let world = living(2).await;
    let store = &world.store;
    let opened = store.make_person(handle("ada"), browser(1)).await.unwrap();
    let ada = opened.person;
    let offered = NewEntry {
        genome: genome(9),
        title: String::new(),
        tags: Vec::new(),
        licence: Licence::default(),
        parent: None,
        artist: "Ada L.".into(),
        voter: browser(1).voter,
    };
    let entry = store.new_entry(offered).await.unwrap().id;
    let passed = Screening::Passed {
        preview: Blake3::of(b"preview"),
        accept: false,
    };
    store.finish_screening(&entry, passed).await.unwrap();
    let Accepted::Born(sheep) = store.accept_entry(&entry).await.unwrap() else {
        panic!("it is born at once");
    };
    let profile = NewProfile {
        name: "Ada".into(),
        about: "Me.".into(),
        tags: vec!["gold".parse().unwrap()],
        listed: true,
    };
    store.change_person(ada, profile).await.unwrap();
    let artist = store.listed_person_of_sheep(&sheep).await.unwrap().unwrap();
    assert_eq!(artist, handle("ada"));
    assert_eq!(store.figures(ada).await.unwrap().sheep[0].id, sheep);
    thumb(&world, &browser(1).voter, Answer::Up).await;
    let token = store.make_token(ada, "t", vec![Scope::Vote]).await.unwrap();
    let code = store.renew_recovery_codes(ada).await.unwrap().remove(0);
    let link = store.browser_code(ada).await.unwrap().code;
    let before = store.manifest_sequence().await.unwrap();

    assert_eq!(found_by_artist(&world, "ada l.").await, 1);
    store.delete_person(ada, ArtistName::Remove).await.unwrap();
    store.delete_person(ada, ArtistName::Remove).await.unwrap();
    assert_eq!(found_by_artist(&world, "ada l.").await, 0);
    assert_eq!(kind(store.person(ada).await), ProblemKind::NotFound);
    assert!(store.session(&opened.secret).await.unwrap().is_none());
    assert_eq!(store.token_owner(&token).await.unwrap(), None);
    for code in [code, link.to_string()] {
        assert_eq!(
            store.sign_in_with_code(&code, browser(3)).await.unwrap(),
            None
        );
    }
    assert_eq!(store.person_of(&browser(1).voter).await.unwrap(), None);
    assert_eq!(store.listed_person_of_sheep(&sheep).await.unwrap(), None);
    assert_eq!(store.sheep(&sheep).await.unwrap().artist, "anonymous");
    assert_eq!(store.entry(&entry).await.unwrap().entry.artist, "anonymous");
    assert!(store.manifest_sequence().await.unwrap() > before);
    let first = live_sheep(&world.store).await.remove(0);
    assert_eq!(store.sheep(&first).await.unwrap().votes, 1, "votes stay");
    // The handle is free again.
    store.make_person(handle("ada"), browser(4)).await.unwrap();
}
