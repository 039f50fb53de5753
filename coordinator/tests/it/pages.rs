//! The website: every page is there, safe, and says what it should.

use reqwest::StatusCode;
use reqwest::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use woolgather_genome::starter_flock;

use crate::support::TestCoordinator;

async fn open(coordinator: &TestCoordinator, path: &str) -> (StatusCode, String) {
    let client = reqwest::Client::new();
    let url = format!("{}{path}", coordinator.url);
    let page = client.get(url).header(ACCEPT, "text/html,*/*;q=0.8");
    let page = page.send().await.unwrap();
    let headers = page.headers();
    assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8", "{path}");
    assert_eq!(
        headers[CONTENT_SECURITY_POLICY],
        woolgather_web::CONTENT_SECURITY_POLICY
    );
    assert_eq!(headers["x-content-type-options"], "nosniff");
    (page.status(), page.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_before_and_after_the_first_sheep_is_born() {
    let coordinator = TestCoordinator::start_with(2).await;
    let sheep = coordinator.first_sheep().await;
    let sheep_page = format!("/sheep/{sheep}");
    let all = [
        "/",
        "/?page=2",
        &sheep_page,
        "/vote",
        "/seen",
        "/submit",
        "/status",
        "/join",
    ];
    for path in all {
        assert_eq!(open(&coordinator, path).await.0, StatusCode::OK, "{path}");
    }
    coordinator.publish_all(b"clip").await;
    for path in all {
        assert_eq!(open(&coordinator, path).await.0, StatusCode::OK, "{path}");
    }
    let title = starter_flock()[0].title;
    for path in ["/", &sheep_page, "/status"] {
        let (_, html) = open(&coordinator, path).await;
        assert!(html.contains(title), "{path} names the sheep");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_names_is_there() {
    let coordinator = TestCoordinator::start().await;
    coordinator.publish_all(b"clip").await;
    let (_, html) = open(&coordinator, "/").await;
    let mut named = 0;
    for piece in html
        .split(['"', '\''])
        .filter(|piece| piece.starts_with('/') && !piece.contains('<'))
    {
        let url = format!("{}{}", coordinator.url, piece.replace("&amp;", "&"));
        let found = reqwest::get(&url).await.unwrap();
        assert_eq!(found.status(), StatusCode::OK, "{piece}");
        named += 1;
    }
    assert!(named > 5, "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_picture_is_there_once_the_sheep_is_and_is_not_sent_twice() {
    let coordinator = TestCoordinator::start().await;
    let sheep = coordinator.first_sheep().await;
    let url = format!("{}/sheep/{sheep}/small.webp", coordinator.url);
    let early = reqwest::get(&url).await.unwrap();
    assert_eq!(early.status(), StatusCode::NOT_FOUND);
    coordinator.publish_all(b"clip").await;
    let small = reqwest::get(&url).await.unwrap();
    assert_eq!(small.status(), StatusCode::OK);
    assert_eq!(small.headers()[CONTENT_TYPE], "image/webp");
    let tag = small.headers()["etag"].clone();
    assert!(!small.bytes().await.unwrap().is_empty());
    let client = reqwest::Client::new();
    let again = client.get(&url).header("if-none-match", tag).send().await;
    assert_eq!(again.unwrap().status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_on_a_page() {
    let coordinator = TestCoordinator::start().await;
    for path in ["/sheep/none", "/entries/none", "/nowhere"] {
        let (status, html) = open(&coordinator, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(html.contains("There is nothing here"), "{path}: {html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_genome_can_be_taken_home_and_offered_again() {
    let coordinator = TestCoordinator::start().await;
    let sheep = coordinator.first_sheep().await;
    let url = format!("{}/sheep/{sheep}/genome.flam3", coordinator.url);
    let file = reqwest::get(url).await.unwrap();
    let name = file.headers()["content-disposition"].to_str().unwrap();
    assert!(name.contains(&format!("{sheep}.flam3")), "{name}");
    let xml = file.text().await.unwrap();
    let genome = woolgather_genome::parse_flames(&xml).unwrap().remove(0);
    assert_eq!(genome.id(), starter_flock()[0].genome().id());
}
