//! Passkeys over HTTP, with an authenticator in software: made, used, and everything that must not work.

use reqwest::StatusCode;
use serde_json::{Value, json};
use woolgather_protocol::ProblemKind;

use crate::support::TestCoordinator;
use crate::support::authenticator::Authenticator;
use crate::support::browser::Browser;
use crate::support::device::{good, refused};

const ORIGIN: &str = "http://localhost";

async fn named() -> TestCoordinator {
    let start = TestCoordinator::start_configured(|config| {
        config.public_url = Some(format!("{ORIGIN}/").parse().unwrap());
    });
    start.await
}

async fn begin(browser: &Browser, path: &str) -> Value {
    good(browser.json(path, &json!({})).await).await
}

fn said(begun: &Value, answer: &Value, fields: &Value) -> Value {
    json!({ "ceremony": begun["ceremony"], "answer": answer, "fields": fields })
}

/// Makes a passkey for whoever is signed in.
async fn add(browser: &Browser, authenticator: &mut Authenticator) -> Value {
    let begun = begin(browser, "/account/passkeys/begin").await;
    let answer = authenticator.make(&begun["question"]);
    let said = said(&begun, &answer, &json!({ "name": "My <key>" }));
    let go: Value = good(browser.json("/account/passkeys/finish", &said).await).await;
    assert_eq!(go["go"], "/account?done=passkey-added");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_signs_its_person_in_elsewhere() {
    let coordinator = named().await;
    let ada = Browser::with_account(&coordinator, "ada").await;
    let mut authenticator = Authenticator::new(1, ORIGIN);
    let made = add(&ada, &mut authenticator).await;
    assert!(ada.page("/account").await.contains("My &#60;key&#62;"));
    // The same answer again, and the same passkey for somebody else.
    let again = ada.json("/account/passkeys/finish", &made).await;
    refused(again, ProblemKind::PasskeyRefused).await;
    let bo = Browser::with_account(&coordinator, "bo").await;
    let begun = begin(&bo, "/account/passkeys/begin").await;
    let stolen = Authenticator::new(1, ORIGIN).make(&begun["question"]);
    let stolen = said(&begun, &stolen, &json!({}));
    let stolen = bo.json("/account/passkeys/finish", &stolen).await;
    refused(stolen, ProblemKind::PasskeyRefused).await;

    let elsewhere = Browser::new(&coordinator);
    let begun = begin(&elsewhere, "/signin/passkey/begin").await;
    let answer = authenticator.answer_to(&begun["question"]);
    let fields = json!({ "then": "/link?code=abcd" });
    let told = said(&begun, &answer, &fields);
    let response = elsewhere.json("/signin/passkey/finish", &told).await;
    let go: Value = good(response).await;
    assert_eq!(go["go"], "/link?code=abcd");
    assert!(elsewhere.page("/account").await.contains("used just now"));
    assert_eq!(
        coordinator
            .app
            .store
            .sessions_of(person(&coordinator, "ada").await)
            .await
            .unwrap()
            .len(),
        2
    );

    let replayed = Browser::new(&coordinator);
    let replayed = replayed.json("/signin/passkey/finish", &told).await;
    refused(replayed, ProblemKind::PasskeyRefused).await;
}

async fn person(
    coordinator: &TestCoordinator,
    handle: &str,
) -> woolgather_coordinator::store::PersonId {
    let handle = handle.parse().unwrap();
    let person = coordinator.app.store.person_called(&handle).await;
    person.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_must_be_to_this_question_from_here_and_by_that_key() {
    let coordinator = named().await;
    let ada = Browser::with_account(&coordinator, "ada").await;
    let bo = Browser::with_account(&coordinator, "bo").await;
    let mut authenticator = Authenticator::new(1, ORIGIN);
    add(&ada, &mut authenticator).await;

    let elsewhere = Browser::new(&coordinator);
    let refuse = async |said: Value| {
        let response = elsewhere.json("/signin/passkey/finish", &said).await;
        refused(response, ProblemKind::PasskeyRefused).await;
    };
    let question = || begin(&elsewhere, "/signin/passkey/begin");
    let (first, second) = (question().await, question().await);
    // An answer to another question.
    let answer = authenticator.answer_to(&first["question"]);
    refuse(said(&second, &answer, &json!({}))).await;
    // One that was given on another website.
    authenticator.origin = "http://evil.example".into();
    let begun = question().await;
    let phished = authenticator.answer_to(&begun["question"]);
    refuse(said(&begun, &phished, &json!({}))).await;
    authenticator.origin = ORIGIN.into();
    // One by another key that says it is this passkey.
    let begun = question().await;
    let mut answer = authenticator.answer_to(&begun["question"]);
    let forged = Authenticator::new(2, ORIGIN).answer_to(&begun["question"]);
    answer["response"]["signature"] = forged["response"]["signature"].clone();
    refuse(said(&begun, &answer, &json!({}))).await;
    // One that says it is somebody else's.
    let begun = question().await;
    let mut answer = authenticator.answer_to(&begun["question"]);
    let other = begin(&bo, "/account/passkeys/begin").await;
    answer["response"]["userHandle"] = other["question"]["user"]["id"].clone();
    refuse(said(&begun, &answer, &json!({}))).await;
    // A passkey that nobody here has.
    let begun = question().await;
    let mut unknown = Authenticator::new(3, ORIGIN);
    unknown.make(&other["question"]);
    let answer = unknown.answer_to(&begun["question"]);
    refuse(said(&begun, &answer, &json!({}))).await;
    // One that answers the making of a passkey, and the other way round.
    let begun = begin(&ada, "/account/passkeys/begin").await;
    refuse(said(&begun, &answer, &json!({}))).await;
    let begun = question().await;
    let made = unknown.make(&json!({
        "challenge": begun["question"]["challenge"],
        "user": other["question"]["user"],
        "rp": { "id": "localhost" },
    }));
    let told = said(&begun, &made, &json!({}));
    let crossed = ada.json("/account/passkeys/finish", &told).await;
    refused(crossed, ProblemKind::PasskeyRefused).await;
    // What Bo began, Ada does not finish.
    let begun = begin(&bo, "/account/passkeys/begin").await;
    let made = unknown.make(&begun["question"]);
    let told = said(&begun, &made, &json!({}));
    let taken = ada.json("/account/passkeys/finish", &told).await;
    refused(taken, ProblemKind::PasskeyRefused).await;
    let odd = json!({ "ceremony": 7 });
    let odd = elsewhere.json("/signin/passkey/finish", &odd).await;
    refused(odd, ProblemKind::MalformedRequest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_passkey_opens_nothing() {
    let coordinator = named().await;
    let ada = Browser::with_account(&coordinator, "ada").await;
    let mut authenticator = Authenticator::new(1, ORIGIN);
    let made = add(&ada, &mut authenticator).await;
    let id = made["answer"]["id"].as_str().unwrap();
    let bo = Browser::with_account(&coordinator, "bo").await;
    let foreign = bo.form("/account/passkeys/remove", &[("id", id)]).await;
    assert_eq!(foreign.status(), StatusCode::NOT_FOUND);
    let removed = ada.form("/account/passkeys/remove", &[("id", id)]).await;
    assert_eq!(
        removed.headers()["location"],
        "/account?done=passkey-removed"
    );
    let begun = begin(&bo, "/signin/passkey/begin").await;
    let answer = authenticator.answer_to(&begun["question"]);
    let told = said(&begun, &answer, &json!({}));
    let late = bo.json("/signin/passkey/finish", &told).await;
    refused(late, ProblemKind::PasskeyRefused).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_name_says_that_it_cannot_have_passkeys() {
    let coordinator = TestCoordinator::start().await;
    let ada = Browser::with_account(&coordinator, "ada").await;
    assert!(
        ada.page("/account")
            .await
            .contains("it cannot have passkeys")
    );
    let begun = ada.json("/account/passkeys/begin", &json!({})).await;
    refused(begun, ProblemKind::NotFound).await;
    let stranger = Browser::new(&coordinator);
    assert!(!stranger.page("/signin").await.contains("passkey.js"));
    let begun = stranger.json("/account/passkeys/begin", &json!({})).await;
    refused(begun, ProblemKind::SignedOut).await;
}
