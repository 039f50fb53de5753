//! Answers of the API: the shapes clients rely on, files in parts, health.

use insta::assert_json_snapshot;
use reqwest::StatusCode;
use serde_json::Value;
use woolgather_protocol::info::{Device as DeviceInfo, DeviceRequest};
use woolgather_protocol::manifest::Manifest;
use woolgather_protocol::submission::{WorkUnitState, WorkUnitStatus};
use woolgather_protocol::work::LeaseResponse;
use woolgather_protocol::{ProblemKind, Signed, paths};

use crate::support::TestCoordinator;
use crate::support::device::{good, honest, refused};

async fn get(coordinator: &TestCoordinator, path: &str) -> reqwest::Response {
    reqwest::get(format!("{}{path}", coordinator.url))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_says_what_it_is() {
    let coordinator = TestCoordinator::start().await;
    let info: Value = good(get(&coordinator, paths::INFO).await).await;
    assert_json_snapshot!(info);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_look_the_same_everywhere() {
    let coordinator = TestCoordinator::start().await;
    let device = coordinator.device(1);
    let nowhere = get(&coordinator, "/api/v1/nowhere").await;
    let nowhere = refused(nowhere, ProblemKind::NotFound).await;
    let no_clip = get(&coordinator, "/api/v1/clips/aa/1/clip.mp4").await;
    let no_clip = refused(no_clip, ProblemKind::NotFound).await;
    let odd_id = get(&coordinator, "/api/v1/work-units/%2e%2e").await;
    let odd_id = refused(odd_id, ProblemKind::NotFound).await;
    let odd_device = get(&coordinator, "/api/v1/work-units/aa?device=zz").await;
    let odd_device = refused(odd_device, ProblemKind::MalformedRequest).await;
    let odd_json = device
        .send_json(reqwest::Method::POST, paths::LEASES, &"work, please")
        .await;
    let odd_json = refused(odd_json, ProblemKind::MalformedRequest).await;
    assert_json_snapshot!([nowhere, no_clip, odd_id, odd_device, odd_json]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_refusal_is_explained_where_its_type_leads() {
    let coordinator = TestCoordinator::start().await;
    for &kind in ProblemKind::ALL {
        let response = get(&coordinator, &format!("/problems/{kind}")).await;
        assert_eq!(response.status(), StatusCode::OK, "{kind}");
        assert!(response.text().await.unwrap().contains(kind.title()));
    }
    let none = get(&coordinator, "/problems/none").await;
    refused(none, ProblemKind::NotFound).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_introduces_itself_and_may_change_its_name() {
    let coordinator = TestCoordinator::start().await;
    let device = coordinator.device(1);
    for (given, shown) in [(" Ada\n", "Ada"), ("Bo", "Bo")] {
        let request = DeviceRequest {
            volunteer: given.into(),
        };
        let known: DeviceInfo = device.post(paths::DEVICES, &request).await;
        assert_eq!(known.volunteer, shown);
        assert_eq!(known.key, device.key());
        assert_eq!((known.accepted_units, known.credit), (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_gets_signed_work_and_the_same_again_when_it_asks_again() {
    let coordinator = TestCoordinator::start().await;
    let device = coordinator.device(1);
    let first: LeaseResponse = device.lease().await;
    let again = device.lease().await;
    assert!(!first.leases.is_empty());
    let ids = |leases: &LeaseResponse| -> Vec<_> {
        leases.leases.iter().map(|lease| lease.id.clone()).collect()
    };
    assert_eq!(ids(&first), ids(&again));
    let (lease, work) = device.open(first.leases[0].clone());
    assert_eq!(work.recipe, coordinator.app.flock.recipe);
    assert!(lease.term_s >= 300);
    work.decode_genomes().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_is_given_back_is_somebody_elses() {
    let coordinator = TestCoordinator::start().await;
    let (one, two) = (coordinator.device(1), coordinator.device(2));
    let (lease, work) = one.lease_segment().await;
    let path = paths::lease(&lease.id);
    for _ in 0..2 {
        let request = one.sign(reqwest::Method::DELETE, &path, Vec::new());
        let answer = one.send(request).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }
    let leases = two.lease().await.leases;
    let units: Vec<_> = leases
        .into_iter()
        .map(|lease| two.open(lease).1.id)
        .collect();
    assert!(units.contains(&work.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_is_taken_once_also_across_a_restart() {
    let coordinator = TestCoordinator::start().await;
    let device = coordinator.device(1);
    let (lease, work) = device.lease_segment().await;
    let body = honest(&work);
    let receipt = device.submit(&lease, body.clone()).await;
    assert_json_snapshot!("receipt", good::<Value>(receipt).await);
    let receipt = device.submit(&lease, body.clone()).await;
    assert_json_snapshot!("receipt_again", good::<Value>(receipt).await);

    let coordinator = coordinator.restart().await;
    let device = coordinator.device(1);
    let receipt = device.submit(&lease, body).await;
    assert_json_snapshot!("receipt_again", good::<Value>(receipt).await);
    let path = format!("{}?device={}", paths::work_unit(&work.id), device.key());
    let status: WorkUnitStatus = good(get(&coordinator, &path).await).await;
    assert_eq!(status.state, WorkUnitState::Auditing);
    assert_eq!(status.refused, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_manifest_is_signed_and_told_once() {
    let coordinator = TestCoordinator::start().await;
    let before = get(&coordinator, paths::MANIFEST).await;
    let tag_before = before.headers()["etag"].clone();
    coordinator.publish_all(b"clip").await;

    let client = reqwest::Client::new();
    let ask = |tag: reqwest::header::HeaderValue| {
        let url = format!("{}{}", coordinator.url, paths::MANIFEST);
        client.get(url).header("if-none-match", tag).send()
    };
    let after = ask(tag_before).await.unwrap();
    let tag = after.headers()["etag"].clone();
    let signed: Signed<Manifest> = good(after).await;
    let manifest = signed.open(&coordinator.app.public_key()).unwrap();
    assert_eq!(tag, format!("\"{}\"", manifest.sequence).as_str());
    assert_eq!((manifest.sheep.len(), manifest.clips.len()), (1, 1));
    assert_eq!(ask(tag).await.unwrap().status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_is_given_whole_and_in_parts() {
    let coordinator = TestCoordinator::start().await;
    coordinator.publish_all(b"0123456789").await;
    let sheep = coordinator.first_sheep().await;
    let clip = coordinator.app.store.clips_of_sheep(&sheep).await.unwrap();
    let url = format!(
        "{}{}",
        coordinator.url,
        paths::clip(&clip[0].id, clip[0].version)
    );
    let client = reqwest::Client::new();

    let whole = client.get(&url).send().await.unwrap();
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(whole.headers()["content-type"], "video/mp4");
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    let caching = whole.headers()["cache-control"].to_str().unwrap();
    assert!(caching.contains("immutable"), "{caching}");
    let tag = whole.headers()["etag"].clone();
    let bytes = whole.bytes().await.unwrap();
    assert!(bytes.starts_with(b"0123456789"));
    let length = bytes.len();

    let part = client.get(&url).header("range", "bytes=2-5").send();
    let part = part.await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    let range = format!("bytes 2-5/{length}");
    assert_eq!(part.headers()["content-range"], range.as_str());
    assert_eq!(part.bytes().await.unwrap(), "2345");

    let beyond = client.get(&url).header("range", "bytes=1000-").send();
    let beyond = beyond.await.unwrap();
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    let head = client.head(&url).send().await.unwrap();
    assert_eq!(
        head.headers()["content-length"],
        length.to_string().as_str()
    );

    let known = client.get(&url).header("if-none-match", tag).send();
    assert_eq!(known.await.unwrap().status(), StatusCode::NOT_MODIFIED);

    let metrics = get(&coordinator, "/metrics").await.text().await.unwrap();
    let given = format!("woolgather_clip_http_bytes_total {}", length + 4);
    assert!(metrics.contains(&given), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn torrent_and_poster_are_there_once_the_clip_is() {
    let coordinator = TestCoordinator::start().await;
    let sheep = coordinator.first_sheep().await;
    let poster = get(&coordinator, &paths::poster(&sheep)).await;
    refused(poster, ProblemKind::NotFound).await;
    coordinator.publish_all(b"clip").await;
    let poster = get(&coordinator, &paths::poster(&sheep)).await;
    assert_eq!(poster.headers()["content-type"], "image/webp");
    let clip = coordinator.app.store.clips_of_sheep(&sheep).await.unwrap();
    let torrent = paths::torrent(&clip[0].id, clip[0].version);
    let torrent = get(&coordinator, &torrent).await;
    assert_eq!(
        torrent.headers()["content-type"],
        "application/x-bittorrent"
    );
    let other = paths::torrent(&clip[0].id, clip[0].version + 1);
    refused(get(&coordinator, &other).await, ProblemKind::NotFound).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn monitoring_sees_health_and_numbers() {
    let coordinator = TestCoordinator::start().await;
    let health = get(&coordinator, "/healthz").await;
    assert_eq!(health.status(), StatusCode::OK);
    let unsigned = reqwest::Client::new().post(format!("{}{}", coordinator.url, paths::LEASES));
    refused(unsigned.send().await.unwrap(), ProblemKind::Unsigned).await;
    let metrics = get(&coordinator, "/metrics").await.text().await.unwrap();
    for line in [
        r#"woolgather_http_requests_total{route="/healthz",status="200"} 1"#,
        r#"woolgather_refusals_total{kind="unsigned"} 1"#,
        r#"woolgather_work_units{state="ready"} 2"#,
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_that_is_about_to_stop_lives_but_is_not_ready() {
    let coordinator = TestCoordinator::start().await;
    let ready = get(&coordinator, "/readyz").await;
    assert_eq!(ready.text().await.unwrap(), "ready\n");
    let draining = &coordinator.app.draining;
    draining.store(true, std::sync::atomic::Ordering::Relaxed);
    let not_ready = get(&coordinator, "/readyz").await;
    refused(not_ready, ProblemKind::NotReady).await;
    assert_eq!(get(&coordinator, "/healthz").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_waits_for_nobody_who_is_idle() {
    let mut coordinator = TestCoordinator::start().await;
    let _idle = get(&coordinator, "/healthz").await;
    let stopped = tokio::time::timeout(std::time::Duration::from_secs(5), coordinator.stop());
    stopped.await.expect("an idle connection is closed at once");
}
