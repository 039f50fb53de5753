//! Clients that mean harm, over real sockets: whatever they do, somebody else is answered.
//!
//! `cargo xtask bench grid` measures the same with thousands; here it is tens.

use std::io;
use std::time::Duration;

use reqwest::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use woolgather_coordinator::http::server::Limits;
use woolgather_protocol::{Blake3, ProblemKind, limits, paths};

use crate::support::TestCoordinator;
use crate::support::device::refused;

async fn start(change: impl FnOnce(&mut Limits)) -> TestCoordinator {
    TestCoordinator::start_configured(|config| {
        config.connections.loopback_counts = true;
        change(&mut config.connections);
    })
    .await
}

async fn connect(coordinator: &TestCoordinator) -> TcpStream {
    let address = coordinator.url.trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

/// What is heard until the coordinator hangs up.
async fn hear(mut stream: TcpStream) -> String {
    let mut heard = Vec::new();
    match stream.read_to_end(&mut heard).await {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{error}"),
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// Somebody else asks, over a connection of their own.
async fn somebody_is_answered(coordinator: &TestCoordinator) {
    let url = format!("{}{}", coordinator.url, paths::INFO);
    let answer = reqwest::Client::new().get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_that_only_wait_keep_nobody_out() {
    let coordinator = start(|limits| limits.connections_max = 20).await;
    let mut idle = Vec::new();
    for number in 0..100 {
        let mut stream = connect(&coordinator).await;
        if number % 2 == 0 {
            // A head that never ends is no request either. It may be hung up on meanwhile.
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nx: ").await;
        }
        idle.push(stream);
        if number % 10 == 9 {
            somebody_is_answered(&coordinator).await;
        }
    }
    // The first of them have been told to go.
    assert_eq!(hear(idle.remove(1)).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_comes_slowly_is_not_waited_for() {
    let coordinator = start(|limits| limits.idle_max = Duration::from_millis(300)).await;
    let mut slow = connect(&coordinator).await;
    slow.write_all(b"GET /api/v1/coordinator HTTP/1.1\r\nhost: ")
        .await
        .unwrap();
    let heard = hear(slow).await;
    assert!(!heard.contains("200 OK"), "{heard}");
    somebody_is_answered(&coordinator).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_holds_no_more_connections_than_its_share() {
    let coordinator = start(|limits| limits.connections_per_network_max = 3).await;
    let held = [
        connect(&coordinator).await,
        connect(&coordinator).await,
        connect(&coordinator).await,
    ];
    let heard = hear(connect(&coordinator).await).await;
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 429") && head.contains("retry-after: "),
        "{head}"
    );
    let problem: woolgather_protocol::Problem = serde_json::from_str(body).unwrap();
    assert_eq!(problem.kind, ProblemKind::TooMany);
    assert!(problem.retry_after_s.is_some());
    drop(held);
    // The coordinator notices that they are gone when it reads from them next.
    loop {
        let mut stream = connect(&coordinator).await;
        let question = "GET /healthz HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";
        let _ = stream.write_all(question.as_bytes()).await;
        if hear(stream).await.contains("200 OK") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_any_size_is_read_up_to_its_limit() {
    let coordinator = start(|_| {}).await;
    let long = format!(
        "GET / HTTP/1.1\r\nhost: h\r\nx: {}\r\n\r\n",
        "a".repeat(200_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nhost: h\r\n{}\r\n",
        "x: y\r\n".repeat(10_000)
    );
    let endless = format!("GET /{} HTTP/1.1\r\n", "a".repeat(200_000));
    for bomb in [long, many, endless] {
        let mut stream = connect(&coordinator).await;
        // The answer may come before all of it is sent.
        let _ = stream.write_all(bomb.as_bytes()).await;
        let heard = hear(stream).await;
        assert!(
            heard.is_empty() || heard.starts_with("HTTP/1.1 4"),
            "{heard}"
        );
    }
    somebody_is_answered(&coordinator).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_read_up_to_its_limit_and_never_unpacked() {
    let coordinator = start(|_| {}).await;
    let device = coordinator.device(1);
    let long = vec![b' '; usize::try_from(limits::JSON_BYTES_MAX).unwrap() + 1];
    let request = device.sign(reqwest::Method::POST, paths::DEVICES, long);
    refused(device.send(request).await, ProblemKind::TooLarge).await;

    // A gzip member of a gigabyte of zeros begins like this; how it goes on is never looked at.
    let packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xec\xc1\x01\x0d\x00".to_vec();
    let url = format!("{}{}", coordinator.url, paths::DEVICES);
    let mut sent = reqwest::Client::new()
        .post(url)
        .header("content-encoding", "gzip");
    for (name, value) in device
        .sign(reqwest::Method::POST, paths::DEVICES, packed.clone())
        .headers
    {
        sent = sent.header(name, value);
    }
    let answer = sent.body(packed).send().await.unwrap();
    refused(answer, ProblemKind::MalformedRequest).await;
    somebody_is_answered(&coordinator).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_comes_is_refused_for_its_head() {
    let coordinator = start(|_| {}).await;
    let digest = Blake3::of(b"");
    let mut stream = connect(&coordinator).await;
    // Unsigned, so nothing of the announced gigabyte is waited for but for politeness.
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: h\r\nwoolgather-body: {digest}\r\ncontent-length: 1000000000\r\n\r\n",
        paths::submission(&"lease".parse().unwrap())
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let heard = hear(stream).await;
    assert!(heard.starts_with("HTTP/1.1 401"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_takes_nothing_is_given_up() {
    const CLIP_BYTES: usize = 48 << 20;
    let coordinator = start(|limits| limits.stall_max = Duration::from_millis(200)).await;
    coordinator.publish_all(&vec![7; CLIP_BYTES]).await;
    let sheep = coordinator.first_sheep().await;
    let clips = coordinator.app.store.clips_of_sheep(&sheep).await.unwrap();
    let path = paths::clip(&clips[0].id, clips[0].version);
    let mut stream = connect(&coordinator).await;
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes())
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    // What lay in the sockets is still there; the rest was not waited with.
    let heard = hear(stream).await;
    assert!(heard.starts_with("HTTP/1.1 200"), "{}", heard.len());
    assert!(heard.len() < CLIP_BYTES, "{}", heard.len());
}
