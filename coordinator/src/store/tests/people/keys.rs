//! What opens an account or acts for it: devices, tokens, passkeys.

use woolgather_protocol::people::Scope;

use super::*;

#[tokio::test]
async fn a_device_is_linked_by_a_code_that_is_good_once_and_for_ten_minutes() {
    let world = World::with_sheep(1).await;
    let store = &world.store;
    let (ada, bo) = ada_and_bo(&world).await;
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
    let (ada, bo) = ada_and_bo(&world).await;
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
    let (ada, bo) = ada_and_bo(&world).await;
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
