//! An account's life: made, signed in to, recovered, deleted.

use woolgather_protocol::people::Scope;
use woolgather_protocol::votes::Answer;
use woolgather_protocol::{Blake3, Licence};

use super::super::votes::living;
use super::*;
use crate::store::database::query;

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
