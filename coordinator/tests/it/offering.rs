//! Artists offer flames on the website: the way in, and attacks on it.

use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use woolgather_coordinator::store::PageRequest;
use woolgather_genome::{print_flame, print_flames, starter_flock};
use woolgather_protocol::EntryId;
use woolgather_protocol::entries::EntryState;

use crate::support::TestCoordinator;

/// A browser: a client with one cookie.
struct Browser<'a> {
    coordinator: &'a TestCoordinator,
    client: Client,
    cookie: std::sync::Mutex<Option<String>>,
}

impl<'a> Browser<'a> {
    fn new(coordinator: &'a TestCoordinator) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            coordinator,
            client: client.build().unwrap(),
            cookie: std::sync::Mutex::default(),
        }
    }

    async fn send(&self, request: RequestBuilder) -> Response {
        let cookie = self.cookie.lock().unwrap().clone();
        let request = request.header(ACCEPT, "text/html");
        let request = match cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        };
        let response = request.send().await.unwrap();
        if let Some(set) = response.headers().get(SET_COOKIE) {
            let cookie = set.to_str().unwrap().split(';').next().unwrap();
            *self.cookie.lock().unwrap() = Some(cookie.to_owned());
        }
        response
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.coordinator.url)
    }

    async fn get(&self, path: &str) -> Response {
        self.send(self.client.get(self.url(path))).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.send(form(self.client.post(self.url(path)), fields))
            .await
    }

    /// Uploads a file under a name that the browser makes up.
    async fn upload(&self, file_name: &str, file: &[u8], fields: &[(&str, &str)]) -> Response {
        let mut form = Vec::new();
        for (name, value) in fields {
            form.extend(field(name, value.as_bytes()));
        }
        form.extend(field(&format!("genome\"; filename=\"{file_name}"), file));
        form.extend(b"--limit--\r\n");
        let request = self.client.post(self.url("/submit")).body(form);
        let kind = "multipart/form-data; boundary=limit";
        self.send(request.header(CONTENT_TYPE, kind)).await
    }

    /// Uploads a file that is taken, and returns its review's address.
    async fn review(&self, file: &[u8], fields: &[(&str, &str)]) -> String {
        let response = self.upload("mine.flame", file, fields).await;
        assert_eq!(
            response.status(),
            StatusCode::SEE_OTHER,
            "{:?}",
            response.text().await
        );
        location(&response)
    }

    /// Offers the only flame of a file.
    async fn offer(&self, file: &[u8], title: &str) -> EntryId {
        let review = self.review(file, &[("artist", "Ada")]).await;
        let fields = [
            ("offer-0", "yes"),
            ("title-0", title),
            ("artist", "Ada"),
            ("licence", "CC-BY-4.0"),
            ("tags", "Deep Sea, red"),
            ("consent", "yes"),
        ];
        let response = self.post(&review, &fields).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let entry = location(&response);
        entry.strip_prefix("/entries/").unwrap().parse().unwrap()
    }
}

fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
}

fn location(response: &Response) -> String {
    response.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// A field of a multipart form.
fn field(name: &str, value: &[u8]) -> Vec<u8> {
    let head = format!("--limit\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
    [head.as_bytes(), value, b"\r\n"].concat()
}

fn flame(number: usize) -> Vec<u8> {
    starter_flock()[number].xml.as_bytes().to_vec()
}

async fn stored(coordinator: &TestCoordinator) -> usize {
    let entries = coordinator.app.store.entries(None, PageRequest::default());
    entries.await.unwrap().rows.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_artist_looks_at_a_file_and_offers_what_is_chosen() {
    let coordinator = TestCoordinator::start().await;
    let browser = Browser::new(&coordinator);
    let genomes: Vec<_> = (1..4)
        .map(|number| starter_flock()[number].genome())
        .collect();
    let xml = print_flames(&genomes).replace("spherical=", "hexes=\"1\" spherical=");
    let review = browser
        .review(xml.as_bytes(), &[("artist", "Ada <b>")])
        .await;
    assert_eq!(stored(&coordinator).await, 0, "nothing is offered yet");
    let page = browser.get(&review).await.text().await.unwrap();
    assert_eq!(page.matches("data-testid=\"flame\"").count(), 3);
    assert!(page.contains("value=\"Ada &#60;b&#62;\""), "{page}");
    assert!(page.contains("hexes") && page.contains("Dropped"));
    let still = browser.get(&format!("{review}/0.webp")).await;
    assert_eq!(still.headers()[CONTENT_TYPE], "image/webp");
    assert_eq!(still.status(), StatusCode::OK);
    let live = browser.get(&format!("{review}/0.json")).await;
    let live: serde_json::Value = live.json().await.unwrap();
    assert!(
        live["texts"]["iterate"]
            .as_str()
            .unwrap()
            .contains("fn iterate")
    );
    assert_eq!(live["loop"].as_array().unwrap().len(), 96);
    assert_eq!(browser.get(&format!("{review}/3.webp")).await.status(), 404);

    let nothing = browser
        .post(&review, &[("artist", "Ada"), ("consent", "yes")])
        .await;
    assert_eq!(nothing.status(), StatusCode::BAD_REQUEST);
    let fields = [
        ("offer-0", "yes"),
        ("title-0", "One"),
        ("offer-2", "yes"),
        ("title-2", "Three"),
        ("artist", "Ada"),
        ("tags", "Deep Sea, red, deep-sea"),
        ("licence", "CC-BY-4.0"),
    ];
    let refused = browser.post(&review, &fields).await;
    assert_eq!(refused.status(), 422, "without consent");
    let page = refused.text().await.unwrap();
    for kept in [
        "value=\"One\"",
        "value=\"Three\"",
        "Deep Sea, red, deep-sea",
        "value=\"CC-BY-4.0\" checked",
    ] {
        assert!(page.contains(kept), "{kept} is typed once only");
    }
    assert_eq!(stored(&coordinator).await, 0);
    let mut all = fields.to_vec();
    all.push(("consent", "yes"));
    let offered = browser.post(&review, &all).await;
    assert_eq!(location(&offered), "/entries");
    let own = browser.get("/entries").await.text().await.unwrap();
    assert!(own.contains("One") && own.contains("Three"));
    let rows = coordinator
        .app
        .store
        .entries(None, PageRequest::default())
        .await
        .unwrap()
        .rows;
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!(row.entry.licence.spdx(), "CC-BY-4.0");
        let tags: Vec<_> = row
            .entry
            .tags
            .iter()
            .map(woolgather_protocol::Tag::as_str)
            .collect();
        assert_eq!(tags, ["deep-sea", "red"]);
    }
    browser.post(&review, &all).await;
    assert_eq!(stored(&coordinator).await, 2, "twice is once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_comes_back_with_the_form_and_the_reason() {
    let coordinator = TestCoordinator::start().await;
    let browser = Browser::new(&coordinator);
    let check = async |file: &[u8], status: u16, words: &[&str]| {
        let refused = browser
            .upload("x.flam3", file, &[("artist", "Ada <b>")])
            .await;
        assert_eq!(refused.status().as_u16(), status, "{words:?}");
        let html = refused.text().await.unwrap();
        for word in words {
            assert!(html.contains(word), "{word}: {html}");
        }
        assert!(
            html.contains("value=\"Ada &#60;b&#62;\""),
            "the name is kept"
        );
    };
    let bad = b"<flame size=\"100 100\">\n<xform weight=\"-1\" linear=\"1\" coefs=\"1 0 0 1 0 0\"/>\n</flame>";
    check(bad, 422, &["line 2", "weight"]).await;
    check(&[0xff, 0xfe], 422, &["UTF-8"]).await;
    check(b"", 422, &["Choose"]).await;
    check(&[b' '; 600 * 1024], 413, &["bytes are allowed"]).await;
    let bomb = b"<!DOCTYPE f [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><flame name=\"&b;\"/>";
    check(bomb, 422, &["document type"]).await;
    let outside = b"<!DOCTYPE f [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><flame name=\"&x;\"/>";
    check(outside, 422, &["document type"]).await;
    let entity = b"<flame name=\"&undefined;\" size=\"1 1\"/>";
    check(entity, 422, &["not well-formed"]).await;
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(60_000));
    check(deep.as_bytes(), 422, &["This file was not taken"]).await;
    let many = print_flames(&vec![starter_flock()[0].genome(); 33]);
    assert!(many.len() < 512 * 1024, "{}", many.len());
    check(many.as_bytes(), 422, &["33 flames", "up to 32"]).await;
    assert_eq!(stored(&coordinator).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_calls_a_file_is_not_looked_at() {
    let coordinator = TestCoordinator::start().await;
    let browser = Browser::new(&coordinator);
    for name in [
        "../../../etc/passwd",
        "C:\\\\windows\\\\x.flame",
        "%2e%2e%2fx",
        "a.png",
    ] {
        let taken = browser.upload(name, &flame(1), &[("artist", "Ada")]).await;
        assert_eq!(taken.status(), StatusCode::SEE_OTHER, "{name}");
        let page = browser.get(&location(&taken)).await.text().await.unwrap();
        assert!(!page.contains("passwd") && !page.contains("windows"));
    }
    for path in [
        "/submit/review/../review",
        "/submit/review/x/..%2f0.webp",
        "/submit/review/x/0.webp",
    ] {
        assert_ne!(browser.get(path).await.status(), StatusCode::OK, "{path}");
    }
    // A field that is no field, twice the file, a parent that is no sheep.
    let odd = browser
        .upload(
            "x.flame",
            &flame(1),
            &[("parent", "../x"), ("artist", "Ada")],
        )
        .await;
    assert_eq!(odd.status(), StatusCode::BAD_REQUEST);
    let nobody = browser
        .upload(
            "x.flame",
            &flame(1),
            &[("parent", "nobody"), ("artist", "Ada")],
        )
        .await;
    assert_eq!(nobody.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_artists_is_text_on_every_page() {
    let coordinator = TestCoordinator::start().await;
    let browser = Browser::new(&coordinator);
    let hostile = "\"><script>alert(1)</script>";
    let review = browser.review(&flame(1), &[("artist", hostile)]).await;
    let fields = [
        ("offer-0", "yes"),
        ("title-0", hostile),
        ("artist", hostile),
        ("tags", hostile),
        ("licence", "CC0-1.0"),
        ("consent", "yes"),
    ];
    let page = browser.get(&review).await.text().await.unwrap();
    assert!(!page.contains("<script>alert"));
    let refused = browser.post(&review, &fields).await;
    assert_eq!(
        refused.status(),
        StatusCode::BAD_REQUEST,
        "no tag has such letters"
    );
    let page = refused.text().await.unwrap();
    assert!(
        page.contains("alert(1)") && !page.contains("<script>alert"),
        "{page}"
    );
    let mut good = fields.to_vec();
    good[3].1 = "red";
    good[4].1 = "<b>";
    assert_eq!(
        browser.post(&review, &good).await.status(),
        StatusCode::BAD_REQUEST,
        "no such licence"
    );
    good[4].1 = "CC0-1.0";
    let entry = location(&browser.post(&review, &good).await);
    let id: EntryId = entry.strip_prefix("/entries/").unwrap().parse().unwrap();
    coordinator.do_jobs().await;
    coordinator
        .app
        .store
        .reject_entry(&id, hostile)
        .await
        .unwrap();
    let appealed = browser
        .post(&format!("{entry}/appeal"), &[("words", hostile)])
        .await;
    assert_eq!(appealed.status(), StatusCode::SEE_OTHER);
    for path in [entry.as_str(), "/entries"] {
        let page = browser.get(path).await.text().await.unwrap();
        assert!(
            page.contains("alert(1)") && !page.contains("<script>alert"),
            "{path}: {page}"
        );
    }
    let stranger = Browser::new(&coordinator);
    let page = stranger.get(&entry).await.text().await.unwrap();
    assert!(
        !page.contains("second look</dt>"),
        "an appeal is between artist and operator"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_browser_can_neither_see_a_draft_nor_touch_an_entry() {
    let coordinator = TestCoordinator::start().await;
    let (ada, mallory) = (Browser::new(&coordinator), Browser::new(&coordinator));
    let review = ada.review(&flame(1), &[("artist", "Ada")]).await;
    mallory.review(&flame(2), &[("artist", "Mallory")]).await;
    assert_eq!(mallory.get(&review).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(mallory.get(&format!("{review}/0.webp")).await.status(), 404);
    let fields = [
        ("offer-0", "yes"),
        ("artist", "Mallory"),
        ("consent", "yes"),
    ];
    assert_eq!(mallory.post(&review, &fields).await.status(), 404);
    let id = ada.offer(&flame(1), "Hers").await;
    coordinator.do_jobs().await;
    let entry = format!("/entries/{id}");
    for path in ["withdraw", "appeal"] {
        let path = format!("{entry}/{path}");
        assert_eq!(mallory.post(&path, &[("words", "x")]).await.status(), 404);
        // Her own browser, led there by somebody else's page.
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            let request = form(ada.client.post(ada.url(&path)), &[("words", "x")]);
            let forged = ada.send(request.header(name, value)).await;
            assert_eq!(forged.status(), StatusCode::BAD_REQUEST, "{path} {name}");
        }
    }
    let state = coordinator.app.store.entry(&id).await.unwrap().entry.state;
    assert_eq!(state, EntryState::NeedsReview);
    let page = ada.get(&entry).await.text().await.unwrap();
    assert!(page.contains("1st of 1 that wait"), "{page}");
    assert!(page.contains("data-testid=\"withdraw\""));
    let stranger = mallory.get(&entry).await.text().await.unwrap();
    assert!(!stranger.contains("data-testid=\"withdraw\""));
    let live = mallory.get(&format!("{entry}/flame.json")).await;
    assert_eq!(
        live.status(),
        StatusCode::OK,
        "an entry's picture is anybody's to see"
    );
    ada.post(&format!("{entry}/withdraw"), &[]).await;
    let state = coordinator.app.store.entry(&id).await.unwrap().entry.state;
    assert_eq!(state, EntryState::Withdrawn);
    let late = ada
        .post(&format!("{entry}/appeal"), &[("words", "x")])
        .await;
    assert_eq!(late.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheep_is_branched_with_a_file_or_without_an_editor() {
    let coordinator = TestCoordinator::start().await;
    let parent = coordinator.first_sheep().await;
    let browser = Browser::new(&coordinator);
    let form = browser
        .get(&format!("/submit?parent={parent}"))
        .await
        .text()
        .await
        .unwrap();
    assert_eq!(form.matches("data-testid=\"mutant\"").count(), 6);
    assert!(form.contains(&format!("name=\"parent\" value=\"{parent}\"")));
    assert_eq!(browser.get("/submit?parent=nobody").await.status(), 404);
    let still = browser
        .get(&format!("/submit/mutants/{parent}/0.webp"))
        .await;
    assert_eq!(still.headers()[CONTENT_TYPE], "image/webp");
    for path in ["96.webp", "-1.webp", "x", "4294967296.webp"] {
        let path = format!("/submit/mutants/{parent}/{path}");
        assert_eq!(browser.get(&path).await.status(), 404, "{path}");
    }
    let taken = browser
        .post(&format!("/submit/mutants/{parent}/0"), &[])
        .await;
    assert_eq!(taken.status(), StatusCode::SEE_OTHER);
    let review = location(&taken);
    let page = browser.get(&review).await.text().await.unwrap();
    assert!(
        page.contains("A branch of") && page.contains("mutant-1"),
        "{page}"
    );
    let fields = [
        ("offer-0", "yes"),
        ("title-0", "Mine"),
        ("artist", "Ada"),
        ("consent", "yes"),
    ];
    let entry = location(&browser.post(&review, &fields).await);
    let id: EntryId = entry.strip_prefix("/entries/").unwrap().parse().unwrap();
    let row = coordinator.app.store.entry(&id).await.unwrap().entry;
    assert_eq!(row.parent.as_ref(), Some(&parent));
    let mutant = coordinator.app.store.entry_genome(&id).await.unwrap();
    let original = coordinator.app.store.sheep_genome(&parent).await.unwrap();
    assert_ne!(mutant.id(), original.id());
    let again = location(
        &browser
            .post(&format!("/submit/mutants/{parent}/0"), &[])
            .await,
    );
    browser.post(&again, &fields).await;
    assert_eq!(
        stored(&coordinator).await,
        1,
        "a number is always the same mutant"
    );
    let changed = print_flame(&original).replace("brightness=\"", "brightness=\"1");
    let file = browser
        .review(changed.as_bytes(), &[("parent", parent.as_str())])
        .await;
    browser.post(&file, &fields).await;
    assert_eq!(stored(&coordinator).await, 2);
}
