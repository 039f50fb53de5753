//! Accounts over HTTP: made, signed in to, linked, exported, deleted; and what others must not do to one.

use reqwest::header::{AUTHORIZATION, LOCATION};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use woolgather_protocol::people::{LinkAnswer, LinkRequest, People, PersonProfile};
use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, Vote, VoteReceipt};
use woolgather_protocol::{ProblemKind, paths};

use crate::support::TestCoordinator;
use crate::support::browser::{Browser, between};
use crate::support::device::{good, refused};

const HOSTILE: &str = "<script>alert(1)</script>";

async fn profile(browser: &Browser, name: &str, listed: bool) {
    let mut fields = vec![
        ("name", name),
        ("about", "Hello."),
        ("tags", "Deep Sea, gold"),
    ];
    if listed {
        fields.push(("listed", "yes"));
    }
    let saved = browser.form("/account/profile", &fields).await;
    assert_eq!(saved.headers()[LOCATION], "/account?done=saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_with_a_handle_and_nothing_else() {
    let coordinator = TestCoordinator::start().await;
    let stranger = Browser::new(&coordinator);
    let away = stranger.get("/account?done=x").await;
    assert_eq!(
        away.headers()[LOCATION],
        "/signin?then=%2Faccount%3Fdone%3Dx"
    );
    assert!(stranger.page("/signin").await.contains("Make an account"));

    let ada = Browser::with_account(&coordinator, "Ada").await;
    let page = ada.page("/account?done=made").await;
    assert!(page.contains("Welcome.") && page.contains("Only this browser knows you."));
    assert!(page.contains("Firefox on Linux"));
    let response = ada.get("/account").await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let in_already = ada.get("/signin").await;
    assert_eq!(in_already.headers()[LOCATION], "/account");

    let taken = stranger.form("/signin/new", &[("handle", "ada")]).await;
    assert_eq!(taken.status(), StatusCode::CONFLICT);
    assert!(
        taken
            .text()
            .await
            .unwrap()
            .contains("Choose another handle.")
    );
    for odd in ["", "a", HOSTILE, "../x"] {
        let odd = stranger.form("/signin/new", &[("handle", odd)]).await;
        assert_eq!(odd.status(), StatusCode::BAD_REQUEST);
        assert!(!odd.text().await.unwrap().contains(HOSTILE));
    }
    let made = stranger
        .form(
            "/signin/new",
            &[("handle", "bo"), ("then", "//evil.example")],
        )
        .await;
    assert_eq!(made.headers()[LOCATION], "/account?done=made");
    let cookies: Vec<_> = made.headers().get_all("set-cookie").iter().collect();
    for cookie in cookies {
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_the_door_once_and_signing_out_closes_it() {
    let coordinator = TestCoordinator::start().await;
    let ada = Browser::with_account(&coordinator, "ada").await;
    let shown = ada.form("/account/codes", &[]).await.text().await.unwrap();
    let code = between(&shown, "<li><code>", "</code>").to_owned();
    assert!(!ada.page("/account").await.contains(&code), "shown once");

    let phone = Browser::new(&coordinator);
    let before = phone.get("/vote").await;
    assert!(before.status().is_success());
    let voter = phone.cookie("woolgather-voter").unwrap();
    let opened = phone
        .form("/signin/code", &[("code", &code), ("then", "/teams")])
        .await;
    assert_eq!(opened.headers()[LOCATION], "/teams");
    assert_eq!(phone.cookie("woolgather-voter").unwrap(), voter);
    let again = Browser::new(&coordinator);
    let again = again.form("/signin/code", &[("code", &code)]).await;
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
    assert!(again.text().await.unwrap().contains("It opens nothing"));

    let shown = phone
        .form("/account/link-code", &[("for", "browser")])
        .await;
    let shown = shown.text().await.unwrap();
    let code = between(&shown, "data-testid=\"link-code\">", "<").to_owned();
    let tablet = Browser::new(&coordinator);
    let opened = tablet.form("/signin/code", &[("code", &code)]).await;
    assert_eq!(opened.headers()[LOCATION], "/account");
    let secret = tablet.cookie("woolgather-session").unwrap();

    // One browser signs another one out.
    let page = ada.page("/account").await;
    assert_eq!(page.matches("data-testid=\"session\"").count(), 3);
    let tablet_id = {
        let store = &coordinator.app.store;
        store.session(&secret).await.unwrap().unwrap().id
    };
    let bo = Browser::with_account(&coordinator, "bo").await;
    let foreign = bo
        .form("/account/sessions/end", &[("id", &tablet_id)])
        .await;
    assert_eq!(foreign.status(), StatusCode::NOT_FOUND);
    assert!(tablet.get("/account").await.status().is_success());
    let ended = ada
        .form("/account/sessions/end", &[("id", &tablet_id)])
        .await;
    assert_eq!(ended.headers()[LOCATION], "/account?done=session-ended");
    assert_eq!(tablet.get("/account").await.status(), StatusCode::SEE_OTHER);

    let secret = ada.cookie("woolgather-session").unwrap();
    let out = ada.form("/account/signout", &[]).await;
    assert_eq!(out.headers()[LOCATION], "/");
    assert_ne!(ada.cookie("woolgather-voter").unwrap(), voter);
    ada.set_cookie("woolgather-session", &secret);
    assert_eq!(ada.get("/account").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_website_changes_an_account() {
    let coordinator = TestCoordinator::start().await;
    let mut ada = Browser::with_account(&coordinator, "ada").await;
    for site in ["cross-site", "same-site", "none"] {
        ada.site = site;
        for (path, fields) in [
            ("/account/profile", vec![("name", "Evil")]),
            ("/account/codes", vec![]),
            ("/account/tokens", vec![("vote", "yes")]),
            ("/account/link-code", vec![("for", "browser")]),
            ("/account/signout", vec![]),
            (
                "/account/delete",
                vec![("confirm", "ada"), ("artist", "keep")],
            ),
            ("/link", vec![("code", "abcdefgh")]),
            ("/signin/code", vec![("code", "abcdefgh")]),
            ("/signin/new", vec![("handle", "evil")]),
            ("/teams", vec![("handle", "evil")]),
            ("/teams/leave", vec![]),
        ] {
            let answer = ada.form(path, &fields).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{site} {path}");
            let page = answer.text().await.unwrap();
            assert!(page.contains("The form came from elsewhere"), "{path}");
        }
        let answer = ada.json("/account/passkeys/begin", &json!({})).await;
        refused(answer, ProblemKind::CrossSite).await;
    }
    ada.site = "same-origin";
    let page = ada.page("/account").await;
    assert!(page.contains("<h1>ada</h1>") && page.contains("You have none."));
    // Neither does a program that says nothing of where its form comes from.
    let client = reqwest::Client::new();
    let silent = client
        .post(format!("{}/account/codes", coordinator.url))
        .send()
        .await;
    refused(silent.unwrap(), ProblemKind::CrossSite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screensaver_is_linked_from_either_side() {
    let coordinator = TestCoordinator::start().await;
    let attic = coordinator.device(1);
    coordinator
        .app
        .store
        .register_device(attic.key(), HOSTILE)
        .await
        .unwrap();
    let ask =
        async |request: LinkRequest| -> LinkAnswer { attic.post(paths::LINK, &request).await };
    assert_eq!(ask(LinkRequest::Ask).await.person, None);
    let offered = ask(LinkRequest::Offer).await;
    let code = offered.code.unwrap();
    assert!(offered.expires_at_ms.is_some() && offered.person.is_none());

    let ada = Browser::new(&coordinator);
    let path = paths::link_page(&code);
    let away = ada.get(&path).await;
    let to = away.headers()[LOCATION].to_str().unwrap().to_owned();
    assert_eq!(
        to,
        format!("/signin?then=%2Flink%3Fcode%3D{}", code.as_str())
    );
    let then = path.as_str();
    let made = ada
        .form("/signin/new", &[("handle", "ada"), ("then", then)])
        .await;
    assert_eq!(made.headers()[LOCATION], then);
    let page = ada.page(&path).await;
    assert!(page.contains("Is this your computer?") && !page.contains(HOSTILE));
    assert!(page.contains(&attic.key().to_string()[..8]));
    // Looking at it does not take it.
    assert_eq!(ask(LinkRequest::Ask).await.person, None);
    let taken = ada.form("/link", &[("code", code.as_str())]).await;
    assert_eq!(taken.headers()[LOCATION], "/account?done=device-linked");
    let again = ada.form("/link", &[("code", code.as_str())]).await;
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
    assert_eq!(ask(LinkRequest::Ask).await.person.unwrap().as_str(), "ada");
    let offer = attic
        .send_json(Method::POST, paths::LINK, &LinkRequest::Offer)
        .await;
    refused(offer, ProblemKind::LinkedAlready).await;

    let way_in = ask(LinkRequest::SignIn).await.code.unwrap();
    let phone = Browser::new(&coordinator);
    let opened = phone
        .form("/signin/code", &[("code", &way_in.to_string())])
        .await;
    assert_eq!(opened.headers()[LOCATION], "/account");

    let bo = Browser::with_account(&coordinator, "bo").await;
    let key = attic.key().to_string();
    let foreign = bo.form("/account/devices/unlink", &[("key", &key)]).await;
    assert_eq!(foreign.status(), StatusCode::NOT_FOUND);
    let gone = ada.form("/account/devices/unlink", &[("key", &key)]).await;
    assert_eq!(gone.headers()[LOCATION], "/account?done=device-unlinked");
    let shown = bo
        .form("/account/link-code", &[("for", "screensaver")])
        .await;
    let shown = shown.text().await.unwrap();
    let code = between(&shown, "data-testid=\"link-code\">", "<")
        .parse()
        .unwrap();
    let linked = ask(LinkRequest::Take { code }).await;
    assert_eq!(linked.person.unwrap().as_str(), "bo");
    assert_eq!(ask(LinkRequest::Remove).await.person, None);
    let nobody = attic
        .send_json(Method::POST, paths::LINK, &LinkRequest::SignIn)
        .await;
    refused(nobody, ProblemKind::NotLinked).await;
    let code = "abcdefgh".parse().unwrap();
    let wrong = LinkRequest::Take { code };
    let wrong = attic.send_json(Method::POST, paths::LINK, &wrong).await;
    refused(wrong, ProblemKind::UnknownCode).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_comes_to_an_end() {
    let start = TestCoordinator::start_configured(|config| {
        config.trust_forwarded_for = true;
        config.rates.sign_ins_an_hour = 3;
    });
    let coordinator = start.await;
    let client = reqwest::Client::new();
    let guess = async |address: &str| {
        let request = client.post(format!("{}/signin/code", coordinator.url));
        let request = request
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", address)
            .header("content-type", "application/x-www-form-urlencoded");
        request.body("code=abcdefgh").send().await.unwrap().status()
    };
    for _ in 0..3 {
        assert_eq!(guess("192.0.2.1").await, StatusCode::NOT_FOUND);
    }
    assert_eq!(guess("192.0.2.1").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(guess("192.0.2.2").await, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_what_it_may_and_nothing_else() {
    let coordinator = TestCoordinator::start_with(3).await;
    coordinator.publish_all(b"clip").await;
    let ada = Browser::with_account(&coordinator, "ada").await;
    let client = reqwest::Client::new();
    let make = async |scopes: &[(&str, &str)]| {
        let page = ada
            .form("/account/tokens", scopes)
            .await
            .text()
            .await
            .unwrap();
        between(&page, "data-testid=\"token\">", "<").to_owned()
    };
    let send = async |method: Method, path: &str, token: &str, body: &Value| {
        let request = client.request(method, format!("{}{path}", coordinator.url));
        let request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        request.json(body).send().await.unwrap()
    };
    let none = ada.form("/account/tokens", &[("name", "x")]).await;
    assert_eq!(none.status(), StatusCode::BAD_REQUEST);
    let vote = make(&[("name", HOSTILE), ("vote", "yes")]).await;
    let render = make(&[("render", "yes")]).await;
    let submit = make(&[("submit", "yes")]).await;
    let page = ada.page("/account").await;
    assert!(!page.contains(HOSTILE) && !page.contains(&vote));

    let request = json!(BallotRequest::Pair);
    let ballot: Ballot = good(send(Method::POST, paths::BALLOTS, &vote, &request).await).await;
    let answer = json!(Vote {
        token: ballot.token,
        answer: Answer::Left,
    });
    // Ada's browser and her program are one voter.
    let stolen = send(Method::POST, paths::VOTES, &render, &answer).await;
    let problem = refused(stolen, ProblemKind::ScopeMissing).await;
    assert!(problem.detail.contains("`vote`"));
    let receipt: VoteReceipt = good(send(Method::POST, paths::VOTES, &vote, &answer).await).await;
    assert_eq!(receipt.votes_by_you, 1);
    let own: PersonProfile =
        good(send(Method::GET, paths::ACCOUNT, &render, &json!({})).await).await;
    assert_eq!(own.person.handle.as_str(), "ada");
    let no = send(Method::GET, paths::ACCOUNT, &vote, &json!({})).await;
    refused(no, ProblemKind::ScopeMissing).await;
    let entry = json!({ "genome": "<flame/>", "artist": "Ada", "consent": false });
    let looked_at = send(Method::POST, paths::ENTRIES, &submit, &entry).await;
    refused(looked_at, ProblemKind::ConsentMissing).await;
    for path in [paths::ENTRIES, paths::BALLOTS] {
        let no = send(Method::POST, path, &render, &entry).await;
        refused(no, ProblemKind::ScopeMissing).await;
        let no = send(Method::POST, path, "wgt_guessed", &entry).await;
        assert_eq!(no.headers()["www-authenticate"], "Bearer");
        refused(no, ProblemKind::UnknownToken).await;
    }
    let no = send(Method::POST, paths::LEASES, &render, &json!({})).await;
    refused(no, ProblemKind::Unsigned).await;

    let bo = Browser::with_account(&coordinator, "bo").await;
    let id = between(
        &page,
        "/account/tokens/revoke\"><input type=\"hidden\" name=\"id\" value=\"",
        "\"",
    );
    let foreign = bo.form("/account/tokens/revoke", &[("id", id)]).await;
    assert_eq!(foreign.status(), StatusCode::NOT_FOUND);
    for part in page
        .split("/account/tokens/revoke\"><input type=\"hidden\" name=\"id\" value=\"")
        .skip(1)
    {
        let id = part.split('"').next().unwrap();
        let revoked = ada.form("/account/tokens/revoke", &[("id", id)]).await;
        assert_eq!(revoked.headers()[LOCATION], "/account?done=token-revoked");
    }
    let late = send(Method::POST, paths::BALLOTS, &vote, &request).await;
    refused(late, ProblemKind::UnknownToken).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_want_to_be_found_are() {
    let coordinator = TestCoordinator::start().await;
    coordinator.publish_all(b"clip").await;
    let worker = coordinator.device(1);
    let ada = Browser::with_account(&coordinator, "ada").await;
    let shown = ada
        .form("/account/link-code", &[("for", "screensaver")])
        .await;
    let shown = shown.text().await.unwrap();
    let code = between(&shown, "data-testid=\"link-code\">", "<")
        .parse()
        .unwrap();
    let _: LinkAnswer = worker.post(paths::LINK, &LinkRequest::Take { code }).await;
    profile(&ada, HOSTILE, false).await;

    let stranger = Browser::new(&coordinator);
    let client = reqwest::Client::new();
    let api = async |path: &str| {
        client
            .get(format!("{}{path}", coordinator.url))
            .send()
            .await
            .unwrap()
    };
    assert_eq!(
        stranger.get("/people/ada").await.status(),
        StatusCode::NOT_FOUND
    );
    refused(api("/api/v1/people/ada").await, ProblemKind::NotFound).await;
    let own = ada.page("/people/ada").await;
    assert!(own.contains("Only you see this page.") && !own.contains(HOSTILE));
    let people: People = good(api(paths::PEOPLE).await).await;
    assert!(people.people.is_empty() && people.other_devices == 1);
    assert!(
        stranger
            .page("/people")
            .await
            .contains("Nobody is named here yet.")
    );

    profile(&ada, HOSTILE, true).await;
    let page = stranger.page("/people/ada").await;
    assert!(page.contains("deep-sea") && !page.contains(HOSTILE));
    assert_eq!(page.matches("data-testid=\"unit\"").count(), 2);
    let people: People = good(api(paths::PEOPLE).await).await;
    assert_eq!(people.people[0].handle.as_str(), "ada");
    assert_eq!(people.other_devices, 0);
    let person: PersonProfile = good(api("/api/v1/people/ada").await).await;
    assert_eq!((person.frames, person.units.len()), (4, 2));
    let board = stranger.page("/people").await;
    assert!(board.contains("/people/ada") && !board.contains(HOSTILE));
    assert!(
        stranger
            .page("/people/machines")
            .await
            .contains("1 group under 20.")
    );
    let odd = ada.form("/account/profile", &[("tags", "<b>")]).await;
    assert_eq!(odd.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_made_joined_and_left() {
    let coordinator = TestCoordinator::start().await;
    let stranger = Browser::new(&coordinator);
    let away = stranger.form("/teams", &[("handle", "owls")]).await;
    assert_eq!(away.headers()[LOCATION], "/signin");
    let ada = Browser::with_account(&coordinator, "ada").await;
    let fields = [("handle", "Owls"), ("name", HOSTILE), ("about", HOSTILE)];
    let made = ada.form("/teams", &fields).await;
    assert_eq!(made.headers()[LOCATION], "/teams/owls");
    let bo = Browser::with_account(&coordinator, "bo").await;
    let taken = bo.form("/teams", &fields).await;
    assert_eq!(taken.status(), StatusCode::CONFLICT);
    let joined = bo.form("/teams/owls/join", &[]).await;
    assert_eq!(joined.headers()[LOCATION], "/teams/owls");
    let page = bo.page("/teams/owls").await;
    assert!(page.contains("2 members without a page.") && page.contains("Leave the team"));
    assert!(!page.contains(HOSTILE));
    for browser in [&bo, &ada] {
        let left = browser.form("/teams/leave", &[]).await;
        assert_eq!(left.headers()[LOCATION], "/teams");
    }
    assert_eq!(ada.get("/teams/owls").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_taken_along_and_deleted() {
    let coordinator = TestCoordinator::start().await;
    let ada = Browser::with_account(&coordinator, "ada").await;
    profile(&ada, "Ada", true).await;
    ada.form("/account/tokens", &[("name", "script"), ("vote", "yes")])
        .await;
    let export = ada.get("/account/export").await;
    assert!(
        export.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let export: Value = good(export).await;
    assert_eq!(export["account"]["handle"], "ada");
    assert_eq!(export["account"]["tags"], json!(["deep-sea", "gold"]));
    assert_eq!(export["tokens"][0]["name"], "script");
    assert_eq!(export["sessions"][0]["browser"], "Firefox on Linux");
    let stranger = Browser::new(&coordinator);
    assert_eq!(
        stranger.get("/account/export").await.status(),
        StatusCode::SEE_OTHER
    );

    let wrong = ada
        .form("/account/delete", &[("confirm", "bo"), ("artist", "keep")])
        .await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let deleted = ada
        .form("/account/delete", &[("confirm", "Ada"), ("artist", "keep")])
        .await;
    assert_eq!(deleted.headers()[LOCATION], "/");
    assert_eq!(ada.get("/account").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(ada.get("/people/ada").await.status(), StatusCode::NOT_FOUND);
}
