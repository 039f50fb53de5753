//! The gallery and everything that shows sheep: pages, feeds, maps for robots, frames, and the API beside them.

use reqwest::header::{
    ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, USER_AGENT, X_FRAME_OPTIONS,
};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use woolgather_genome::starter_flock;
use woolgather_protocol::sheep::{Room, SheepList, SheepRecord, SheepStage};
use woolgather_protocol::{ProblemKind, SheepId, Tag};

use crate::support::TestCoordinator;
use crate::support::device::{good, refused};

const HOSTILE: &str = "\"><script>alert(1)</script>&";

async fn get(coordinator: &TestCoordinator, path: &str) -> Response {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let request = client.get(format!("{}{path}", coordinator.url));
    let request = request.header(ACCEPT, "text/html,*/*;q=0.8");
    request.send().await.unwrap()
}

async fn page(coordinator: &TestCoordinator, path: &str) -> String {
    let response = get(coordinator, path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let kind = response.headers()[CONTENT_TYPE].to_str().unwrap();
    assert_eq!(kind, "text/html; charset=utf-8", "{path}");
    response.text().await.unwrap()
}

async fn published(sheep: usize) -> TestCoordinator {
    let coordinator = TestCoordinator::start_with(sheep).await;
    coordinator.publish_all(b"clip").await;
    coordinator
}

fn tags(words: &[&str]) -> Vec<Tag> {
    words.iter().map(|word| word.parse().unwrap()).collect()
}

fn cards(html: &str) -> usize {
    html.matches("data-testid=\"sheep-card\"").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gallery_is_searched_filtered_and_sorted_by_plain_links() {
    let coordinator = published(5).await;
    let store = &coordinator.app.store;
    let sheep = coordinator.all_sheep().await;
    store
        .change_tags(&sheep[1], tags(&["deep sea", "red"]), vec![])
        .await
        .unwrap();
    store.set_title(&sheep[2], "Owl at Noon").await.unwrap();
    let whole = page(&coordinator, "/gallery").await;
    assert_eq!(cards(&whole), 5);
    assert!(whole.contains("5 sheep"));
    assert!(whole.contains("href=\"/gallery?tag=deep-sea\""));
    for (path, found) in [
        ("/gallery?tag=red", 1),
        ("/gallery?tag=red,deep-sea", 1),
        ("/gallery?tag=red&q=owl", 0),
        ("/gallery?q=OWL%20no", 1),
        ("/gallery?q=sea", 1),
        ("/gallery?room=hall", 0),
        ("/gallery?room=archive", 0),
        ("/gallery?artist=nobody", 0),
        ("/gallery?sort=newest", 5),
        ("/gallery?sort=uncertain", 5),
        // Whatever cannot be read is not said.
        ("/gallery?sort=loudest&room=cellar&after=x&tag=%3Cb%3E", 5),
    ] {
        assert_eq!(cards(&page(&coordinator, path).await), found, "{path}");
    }
    let newest = page(&coordinator, "/gallery?sort=newest").await;
    let place = |id: &SheepId| newest.find(&format!("href=\"/sheep/{id}\"")).unwrap();
    assert!(place(&sheep[4]) < place(&sheep[0]));
    let artist = starter_flock()[0].artist;
    let by = page(&coordinator, &format!("/gallery?artist={artist}")).await;
    assert!(cards(&by) >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_walked_page_by_page() {
    let coordinator = published(13).await;
    let mut path = "/api/v1/sheep?limit=5&sort=oldest".to_owned();
    let mut found = Vec::new();
    loop {
        let url = format!("{}{path}", coordinator.url);
        let list: SheepList = good(reqwest::get(url).await.unwrap()).await;
        found.extend(list.sheep.into_iter().map(|sheep| sheep.id));
        let Some(next) = list.next else { break };
        path = format!("/api/v1/sheep?limit=5&sort=oldest&after={next}");
    }
    assert_eq!(found, coordinator.all_sheep().await);
    for wrong in [
        "limit=0",
        "limit=101",
        "sort=loudest",
        "after=x",
        "tag=%3Cb%3E",
        "colour=red",
    ] {
        let url = format!("{}/api/v1/sheep?{wrong}", coordinator.url);
        refused(
            reqwest::get(url).await.unwrap(),
            ProblemKind::MalformedRequest,
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheep_is_told_to_programs_as_its_page_shows_it() {
    let coordinator = published(2).await;
    let sheep = coordinator.first_sheep().await;
    let store = &coordinator.app.store;
    store
        .change_tags(&sheep, tags(&["red"]), vec![])
        .await
        .unwrap();
    let url = format!("{}/api/v1/sheep/{sheep}", coordinator.url);
    let record: SheepRecord = good(reqwest::get(url).await.unwrap()).await;
    assert_eq!(record.sheep.title, starter_flock()[0].title);
    assert_eq!(record.sheep.stage, SheepStage::Live);
    assert_eq!(record.sheep.tags, tags(&["red"]));
    assert!(!record.volunteers.is_empty());
    let clip = record.sheep.clip.unwrap();
    for path in [
        &record.genome,
        &clip.file,
        &clip.torrent,
        &record.sheep.page,
        &record.sheep.poster.unwrap(),
    ] {
        assert_eq!(
            get(&coordinator, path).await.status(),
            StatusCode::OK,
            "{path}"
        );
    }
    let html = page(&coordinator, &record.sheep.page).await;
    for words in [
        &*record.sheep.title,
        "data-testid=\"artist\"",
        &format!("href=\"/submit?parent={sheep}\""),
        "href=\"/gallery?tag=red\"",
        "Drawn by its artist",
        "No children yet",
        "og:image",
        &clip.torrent,
        &record.genome_id,
    ] {
        assert!(html.contains(words), "{words}");
    }
    let list = format!(
        "{}/api/v1/sheep?room={}",
        coordinator.url,
        Room::Hall.as_str()
    );
    let list: SheepList = good(reqwest::get(list).await.unwrap()).await;
    assert_eq!(list.sheep, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn home_says_what_goes_on_and_offers_the_right_package() {
    let coordinator = published(3).await;
    let url = format!("{}/", coordinator.url);
    for (agent, words) in [
        ("Mozilla/5.0 (Windows NT 10.0)", "/join#windows"),
        ("Mozilla/5.0 (X11; Fedora; Linux x86_64)", "/join#fedora"),
        ("curl/8", "/join#source"),
    ] {
        let asked = reqwest::Client::new().get(&url).header(USER_AGENT, agent);
        let html = asked.send().await.unwrap().text().await.unwrap();
        assert!(html.contains(words), "{agent}");
        assert!(
            html.contains("<dd data-testid=\"now-sheep\">3</dd>"),
            "{html}"
        );
    }
    let random = get(&coordinator, "/gallery/random").await;
    assert_eq!(random.status(), StatusCode::SEE_OTHER);
    let to = random.headers()["location"].to_str().unwrap();
    page(&coordinator, to).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_embedded_may_stand_in_a_frame_and_nothing_else_may() {
    let coordinator = published(1).await;
    let sheep = coordinator.first_sheep().await;
    let embed = get(&coordinator, &format!("/embed/{sheep}")).await;
    let policy = embed.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("frame-ancestors *"), "{policy}");
    assert!(!embed.headers().contains_key(X_FRAME_OPTIONS));
    assert_eq!(embed.headers()["x-content-type-options"], "nosniff");
    assert!(embed.text().await.unwrap().contains("<video"));
    let page = get(&coordinator, &format!("/sheep/{sheep}")).await;
    assert_eq!(page.headers()[X_FRAME_OPTIONS], "DENY");
    let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let missing = get(&coordinator, "/embed/nobody").await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(missing.headers()[X_FRAME_OPTIONS], "DENY");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_how_it_is_embedded() {
    let coordinator = published(1).await;
    let sheep = coordinator.first_sheep().await;
    let public = coordinator.app.public_address("");
    let ask = async |query: String| get(&coordinator, &format!("/oembed?{query}")).await;
    let described: Value = good(ask(format!("url={public}/sheep/{sheep}")).await).await;
    assert_eq!(described["type"], "video");
    assert_eq!(described["version"], "1.0");
    assert_eq!(described["title"], starter_flock()[0].title);
    let html = described["html"].as_str().unwrap();
    assert!(
        html.contains(&format!("src=\"{public}/embed/{sheep}\"")),
        "{html}"
    );
    // The test's recipe is square.
    let small = ask(format!(
        "url={public}/sheep/{sheep}&maxwidth=300&maxheight=200&format=json"
    ));
    let small: Value = good(small.await).await;
    assert_eq!(
        (small["width"].clone(), small["height"].clone()),
        (200.into(), 200.into())
    );
    let xml = ask(format!("url={public}/sheep/{sheep}&format=xml")).await;
    assert_eq!(xml.status(), StatusCode::NOT_IMPLEMENTED);
    for wrong in [
        "url=https%3A%2F%2Felsewhere.example%2Fsheep%2Fx".to_owned(),
        format!("url={public}/sheep/nobody"),
        format!("url={public}/gallery"),
        "url=javascript%3Aalert(1)".to_owned(),
    ] {
        let status = ask(wrong.clone()).await.status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(
        ask("maxwidth=1".into()).await.status(),
        StatusCode::BAD_REQUEST
    );
}

/// An XML text's elements by name; fails where it is not well-formed.
fn elements(xml: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut open, mut found) = (Vec::new(), Vec::new());
    loop {
        use quick_xml::events::Event;
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                open.push((
                    String::from_utf8(start.name().as_ref().to_vec()).unwrap(),
                    String::new(),
                ));
            }
            Event::Text(text) => {
                if let Some((_, said)) = open.last_mut() {
                    said.push_str(&text.decode().unwrap());
                }
            }
            Event::GeneralRef(entity) => {
                if let Some((_, said)) = open.last_mut() {
                    let entity = entity.decode().unwrap();
                    said.push_str(quick_xml::escape::resolve_predefined_entity(&entity).unwrap());
                }
            }
            Event::End(_) => found.push(open.pop().unwrap()),
            Event::Empty(empty) => {
                let name = String::from_utf8(empty.name().as_ref().to_vec()).unwrap();
                let attributes = empty.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    String::from_utf8(attribute.value.to_vec()).unwrap()
                });
                found.push((name, attributes.collect::<Vec<_>>().join(" ")));
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_tell_of_new_sheep_of_all_of_an_artist_and_with_a_tag() {
    let coordinator = published(3).await;
    let store = &coordinator.app.store;
    let sheep = coordinator.all_sheep().await;
    store
        .change_tags(&sheep[1], tags(&["red"]), vec![])
        .await
        .unwrap();
    store.set_title(&sheep[1], HOSTILE).await.unwrap();
    let artist = starter_flock()[1].artist;
    for (path, entries) in [
        ("/feeds/new.atom".to_owned(), 3),
        (format!("/feeds/artist/{artist}.atom"), 3),
        ("/feeds/artist/nobody.atom".to_owned(), 0),
        ("/feeds/tag/red.atom".to_owned(), 1),
        ("/feeds/tag/nothing.atom".to_owned(), 0),
    ] {
        let response = get(&coordinator, &path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let kind = response.headers()[CONTENT_TYPE].to_str().unwrap();
        assert!(kind.starts_with("application/atom+xml"), "{kind}");
        let etag = response.headers()[ETAG].clone();
        let xml = response.text().await.unwrap();
        let found = elements(&xml);
        let count = |name: &str| found.iter().filter(|(element, _)| element == name).count();
        assert_eq!(count("entry"), entries, "{path}: {xml}");
        // Each has what Atom demands, and so has the feed.
        for name in ["id", "title", "updated"] {
            assert_eq!(count(name), entries + 1, "{path}: {name}");
        }
        assert_eq!(count("author"), entries);
        let enclosures = found
            .iter()
            .filter(|(_, said)| said.contains("enclosure video/mp4"));
        assert_eq!(enclosures.count(), entries, "{xml}");
        if path.contains("red") {
            assert!(
                found.contains(&("title".into(), HOSTILE.into())),
                "{found:?}"
            );
        }
        let url = format!("{}{path}", coordinator.url);
        let again = reqwest::Client::new().get(url).header(IF_NONE_MATCH, etag);
        assert_eq!(
            again.send().await.unwrap().status(),
            StatusCode::NOT_MODIFIED
        );
    }
    for path in [
        "/feeds/tag/red",
        "/feeds/tag/%3Cb%3E.atom",
        "/feeds/artist/.atom",
        "/feeds/old.atom",
    ] {
        assert_eq!(
            get(&coordinator, path).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn robots_find_every_sheep() {
    let coordinator = published(2).await;
    let robots = get(&coordinator, "/robots.txt").await.text().await.unwrap();
    let public = coordinator.app.public_address("");
    assert!(
        robots.contains(&format!("Sitemap: {public}/sitemap.xml")),
        "{robots}"
    );
    assert!(robots.contains("Disallow: /admin"));
    let index = get(&coordinator, "/sitemap.xml")
        .await
        .text()
        .await
        .unwrap();
    let parts: Vec<_> = elements(&index)
        .into_iter()
        .filter(|(name, _)| name == "loc")
        .collect();
    assert_eq!(parts, [("loc".into(), format!("{public}/sitemap/0.xml"))]);
    let part = get(&coordinator, "/sitemap/0.xml")
        .await
        .text()
        .await
        .unwrap();
    let pages = elements(&part);
    for id in coordinator.all_sheep().await {
        assert!(
            pages.contains(&("loc".into(), format!("{public}/sheep/{id}"))),
            "{part}"
        );
    }
    for (_, address) in pages.iter().filter(|(name, _)| name == "loc") {
        let path = address.strip_prefix(&public).unwrap();
        page(&coordinator, path).await;
    }
    for path in [
        "/sitemap/1.xml",
        "/sitemap/x.xml",
        "/sitemap/99999999999999.xml",
    ] {
        assert_eq!(
            get(&coordinator, path).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    for (path, kind) in [
        ("/favicon.ico", "image/x-icon"),
        ("/apple-touch-icon.png", "image/png"),
    ] {
        let icon = get(&coordinator, path).await;
        assert_eq!(icon.headers()[CONTENT_TYPE], kind);
        assert!(icon.bytes().await.unwrap().len() > 500);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_nowhere_is_a_page_that_helps() {
    let coordinator = published(1).await;
    for path in [
        "/nowhere",
        "/sheep/nobody",
        "/sheep/%3Cscript%3E",
        "/embed/!!",
        "/entries/%00",
        "/units/a%20b",
    ] {
        let response = get(&coordinator, path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(
            response.headers()[CONTENT_TYPE],
            "text/html; charset=utf-8",
            "{path}"
        );
        let html = response.text().await.unwrap();
        for words in [
            "There is nothing here",
            "action=\"/gallery\"",
            "href=\"/gallery/random\"",
            "href=\"/gallery\"",
        ] {
            assert!(html.contains(words), "{path}: {words}");
        }
    }
    // A program is answered as a program.
    let url = format!("{}/api/v1/sheep/%3Cscript%3E", coordinator.url);
    refused(reqwest::get(url).await.unwrap(), ProblemKind::NotFound).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_stay_text_wherever_sheep_are_shown() {
    let coordinator = published(2).await;
    let store = &coordinator.app.store;
    let sheep = coordinator.first_sheep().await;
    store.set_title(&sheep, HOSTILE).await.unwrap();
    let escaped: String = url_of(HOSTILE);
    for path in [
        "/".to_owned(),
        "/gallery".to_owned(),
        format!("/gallery?q={escaped}&artist={escaped}&sort={escaped}&tag={escaped}"),
        format!("/sheep/{sheep}"),
        format!("/embed/{sheep}"),
        "/status".to_owned(),
    ] {
        let html = page(&coordinator, &path).await;
        assert!(html.contains("alert(1)"), "{path}");
        assert!(!html.contains("<script>"), "{path}: {html}");
    }
}

fn url_of(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
