//! For whom it works: the status page, "is it just me?", and the feed about it.

use reqwest::header::{ACCEPT, USER_AGENT};

use crate::support::TestCoordinator;

const OLD: &str = "woolgather/0.0.9 (windows x86_64)";

async fn text(coordinator: &TestCoordinator, path: &str) -> String {
    let client = reqwest::Client::new();
    let request = client.get(format!("{}{path}", coordinator.url));
    let request = request
        .header(ACCEPT, "text/html")
        .header(USER_AGENT, "Firefox/140.0");
    request.send().await.unwrap().text().await.unwrap()
}

/// Asks for work as a client does that cannot sign.
async fn fail(coordinator: &TestCoordinator, times: usize) {
    let client = reqwest::Client::new();
    for _ in 0..times {
        let request = client.post(format!("{}/api/v1/leases", coordinator.url));
        let answer = request
            .header(USER_AGENT, OLD)
            .body("{}")
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_client_error());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_fails_is_named_and_told_of() {
    let coordinator = TestCoordinator::start().await;
    let quiet = text(&coordinator, "/status").await;
    assert!(quiet.contains("Too few requests"), "{quiet}");
    assert!(
        !text(&coordinator, "/feeds/status.atom")
            .await
            .contains("<entry>")
    );

    fail(&coordinator, 30).await;
    coordinator.clock.advance_ms(61_000);
    fail(&coordinator, 1).await;
    let status = text(&coordinator, "/status").await;
    for said in [
        "Failing</span> for 1 group",
        "Work for volunteers",
        "Woolgather 0.0.9 (windows x86_64), IPv4",
    ] {
        assert!(status.contains(said), "{said}: {status}");
    }
    let feed = text(&coordinator, "/feeds/status.atom").await;
    let title = "Failing: Work for volunteers for Woolgather 0.0.9 (windows x86_64) over IPv4";
    assert!(feed.contains(title), "{feed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn is_it_just_me() {
    let coordinator = TestCoordinator::start().await;
    let unseen = text(&coordinator, "/status/me").await;
    assert!(
        unseen.contains("Nothing came from your connection lately"),
        "{unseen}"
    );
    text(&coordinator, "/").await;
    let well = text(&coordinator, "/status/me").await;
    assert!(
        well.contains("Everything from your connection works"),
        "{well}"
    );
    fail(&coordinator, 3).await;
    let mine = text(&coordinator, "/status/me").await;
    assert!(mine.contains("It looks as if it is just you"), "{mine}");
    assert!(mine.contains("3 failed"), "{mine}");
}
