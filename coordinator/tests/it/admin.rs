//! The operator's console: who gets in, what it shows, what is decided there.

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, header};
use woolgather_coordinator::pages::admin::link_url;
use woolgather_genome::{print_flame, starter_flock};
use woolgather_protocol::entries::{Entry, EntryRequest, EntryState};
use woolgather_protocol::{EntryId, Licence, paths};

use crate::support::{TestCoordinator, rendered};

/// A browser that keeps one cookie and goes where it is sent only when told.
struct Browser {
    client: Client,
    url: String,
    cookie: Option<String>,
}

impl Browser {
    fn new(coordinator: &TestCoordinator) -> Self {
        let client = Client::builder().redirect(Policy::none());
        Self {
            client: client.build().unwrap(),
            url: coordinator.url.clone(),
            cookie: None,
        }
    }

    /// One with an open session.
    async fn inside(coordinator: &TestCoordinator) -> Self {
        let mut browser = Self::new(coordinator);
        let word = coordinator.app.store.new_admin_link().await.unwrap();
        let answer = browser.post(&format!("/admin/enter/{word}"), &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        for part in ["HttpOnly", "SameSite=Strict", "Path=/admin"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        browser.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        browser
    }

    async fn get(&self, path: &str) -> Response {
        let mut request = self.client.get(format!("{}{path}", self.url));
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request.send().await.unwrap()
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let mut request = self
            .client
            .post(format!("{}{path}", self.url))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.finish());
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request.send().await.unwrap()
    }

    async fn console(&self) -> String {
        let answer = self.get("/admin").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        answer.text().await.unwrap()
    }

    async fn proof(&self) -> String {
        let page = self.console().await;
        let (_, rest) = page.split_once(r#"name="proof" value=""#).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    /// Decides, and returns where it is sent.
    async fn decide(&self, path: &str, decision: &str, reason: &str) -> String {
        let proof = self.proof().await;
        let form = [
            ("proof", &*proof),
            ("decision", decision),
            ("reason", reason),
        ];
        let answer = self.post(path, &form).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let place = answer.headers()[header::LOCATION].to_str().unwrap();
        place.to_owned()
    }
}

async fn offered(coordinator: &TestCoordinator, number: usize) -> EntryId {
    let request = EntryRequest {
        genome: print_flame(&starter_flock()[number].genome()),
        artist: "Ada <b>".into(),
        consent: true,
        title: None,
        tags: Vec::new(),
        licence: Licence::default(),
        parent: None,
    };
    let entry: Entry = coordinator.device(1).post(paths::ENTRIES, &request).await;
    coordinator.do_jobs().await;
    entry.id
}

async fn state_of(coordinator: &TestCoordinator, entry: &EntryId) -> Entry {
    coordinator.app.store.entry(entry).await.unwrap().entry
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_the_console_once_and_for_one_browser() {
    let coordinator = TestCoordinator::start().await;
    let stranger = Browser::new(&coordinator);
    let closed = stranger.get("/admin").await;
    assert_eq!(closed.status(), StatusCode::FORBIDDEN);
    let page = closed.text().await.unwrap();
    assert!(page.contains("woolgather-coordinator admin-link"), "{page}");

    let word = coordinator.app.store.new_admin_link().await.unwrap();
    let link = link_url(&coordinator.app.public_url, &word);
    let path = link.strip_prefix(&coordinator.url).unwrap();
    // Looking does not use it up.
    for _ in 0..2 {
        let door = stranger.get(path).await.text().await.unwrap();
        assert!(door.contains("Open the console"), "{door}");
    }
    let opened = stranger.post(path, &[]).await;
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let again = stranger.post(path, &[]).await;
    assert_eq!(again.status(), StatusCode::FORBIDDEN);
    assert_eq!(stranger.get("/admin").await.status(), StatusCode::FORBIDDEN);
    let mut guessing = Browser::new(&coordinator);
    guessing.cookie = Some(format!("woolgather-admin={word}"));
    assert_eq!(guessing.get("/admin").await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_decided_on() {
    let coordinator = TestCoordinator::start().await;
    let (good, other) = (
        offered(&coordinator, 1).await,
        offered(&coordinator, 2).await,
    );
    let operator = Browser::inside(&coordinator).await;
    let page = operator.console().await;
    assert!(page.contains(&format!("/admin/entries/{good}")), "{page}");
    assert!(page.contains("Ada &#60;b&#62;"), "{page}");

    let path = format!("/admin/entries/{good}");
    let sent = operator.decide(&path, "accept", "").await;
    assert_eq!(sent, "/admin?done=accepted");
    assert_eq!(
        state_of(&coordinator, &good).await.state,
        EntryState::Accepted
    );
    let page = operator.get(&sent).await.text().await.unwrap();
    assert!(page.contains("is a sheep now"), "{page}");

    let path = format!("/admin/entries/{other}");
    let unreasoned = operator.decide(&path, "reject", " ").await;
    assert_eq!(unreasoned, "/admin?problem=malformed-request");
    let sent = operator.decide(&path, "reject", "Too dark to see.").await;
    assert_eq!(sent, "/admin?done=rejected");
    let rejected = state_of(&coordinator, &other).await;
    assert_eq!(rejected.reason, "Too dark to see.");
    let again = operator.decide(&path, "accept", "").await;
    assert!(again.starts_with("/admin?problem="), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_banned_and_pardoned() {
    let coordinator = TestCoordinator::start().await;
    coordinator.publish_all(b"a clip").await;
    let operator = Browser::inside(&coordinator).await;
    let device = coordinator.app.store.device_lines(1).await.unwrap()[0].key;
    let path = format!("/admin/devices/{device}");
    let sent = operator
        .decide(&path, "ban", "sells <i>watermarks</i>")
        .await;
    assert_eq!(sent, "/admin?done=banned");
    let page = operator.console().await;
    let shown = "Banned: sells &#60;i&#62;watermarks&#60;/i&#62;";
    assert!(page.contains(shown), "{page}");
    let sent = operator.decide(&path, "pardon", "it was a mistake").await;
    assert_eq!(sent, "/admin?done=pardoned");
    let line = coordinator.app.store.device_lines(1).await.unwrap();
    assert_eq!(line[0].banned, None);
    let wrong = operator.decide(&path, "accept", "").await;
    assert_eq!(wrong, "/admin?problem=malformed-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_set_aside_and_no_unit_is_none() {
    let coordinator = TestCoordinator::start().await;
    let worker = coordinator.device(1);
    let (_, work) = worker.lease_segment().await;
    worker.render_everything_as(rendered::submission).await;
    coordinator.do_jobs().await;
    let operator = Browser::inside(&coordinator).await;
    let proof = operator.proof().await;
    let decide = async |unit: &str| {
        let form = [
            ("proof", &*proof),
            ("decision", "quarantine"),
            ("reason", "a logo"),
            ("unit", unit),
        ];
        let answer = operator.post("/admin/units", &form).await;
        answer.headers()[header::LOCATION]
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(decide("no unit!").await, "/admin?problem=not-found");
    assert_eq!(decide("elsewhere").await, "/admin?problem=not-found");
    assert_eq!(decide(work.id.as_str()).await, "/admin?done=quarantined");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_form_decides_nothing() {
    let coordinator = TestCoordinator::start().await;
    let entry = offered(&coordinator, 1).await;
    let operator = Browser::inside(&coordinator).await;
    let path = format!("/admin/entries/{entry}");
    let forged = [("proof", "guessed"), ("decision", "accept")];
    let answer = operator.post(&path, &forged).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let unproved = operator.post(&path, &[("decision", "accept")]).await;
    assert!(unproved.status().is_client_error());
    // A proof without its session is none either.
    let proof = operator.proof().await;
    let stranger = Browser::new(&coordinator);
    let stolen = [("proof", &*proof), ("decision", "accept")];
    let answer = stranger.post(&path, &stolen).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let state = state_of(&coordinator, &entry).await.state;
    assert_eq!(state, EntryState::NeedsReview);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_can_be_left_and_all_sessions_ended() {
    let coordinator = TestCoordinator::start().await;
    let operator = Browser::inside(&coordinator).await;
    let proof = operator.proof().await;
    let left = operator.post("/admin/leave", &[("proof", &*proof)]).await;
    let cookie = left.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("woolgather-admin=;") && cookie.contains("Max-Age=0"));
    coordinator.app.store.end_admin_sessions().await.unwrap();
    assert_eq!(operator.get("/admin").await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_rooms_are_behind_the_same_door() {
    let coordinator = TestCoordinator::start().await;
    let stranger = Browser::new(&coordinator);
    let admin = Browser::inside(&coordinator).await;
    for room in ["/admin/flock", "/admin/works"] {
        assert_eq!(stranger.get(room).await.status(), StatusCode::FORBIDDEN);
        assert_eq!(admin.get(room).await.status(), StatusCode::OK);
        let unproven = admin
            .post(room, &[("proof", "guessed"), ("job", "1")])
            .await;
        assert_eq!(unproven.status(), StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_what_would_be_born_and_nothing_is() {
    let coordinator = TestCoordinator::start_with(3).await;
    coordinator.publish_all(b"clip").await;
    let admin = Browser::inside(&coordinator).await;
    let before = coordinator.app.store.nursery().await.unwrap();
    let room = admin.get("/admin/flock").await.text().await.unwrap();
    assert!(room.contains("3 of 60 live"), "{room}");
    let proof = admin.proof().await;
    let tried = admin.post("/admin/flock", &[("proof", &proof)]).await;
    let tried = tried.text().await.unwrap();
    assert!(tried.contains("nobody would retire"), "{tried}");
    let births = tried.matches("it may join").count() + tried.matches("turned away").count();
    assert_eq!(births, 3, "{tried}");
    let after = coordinator.app.store.nursery().await.unwrap();
    assert_eq!(after.living.len(), before.living.len());
    assert_eq!(after.rendering, before.rendering);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_works_show_settings_swarm_and_storage() {
    let coordinator = TestCoordinator::start().await;
    coordinator.publish_all(b"clip").await;
    let admin = Browser::inside(&coordinator).await;
    let room = admin.get("/admin/works").await.text().await.unwrap();
    for said in ["flock-size", "SQLite in", "Published clips", "seeder"] {
        assert!(room.contains(said), "{said}: {room}");
    }
}
