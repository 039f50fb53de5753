//! Calls: signed, repeated while the reason of failure is passing, refused in the coordinator's
//! own words.

use std::collections::HashSet;
use std::time::Duration;

use woolgather_api::{ApiError, Submission};
use woolgather_protocol::info::Device;
use woolgather_protocol::signing::{self, Nonce, RequestToSign};
use woolgather_protocol::submission::{Preamble, Receipt, WorkUnitState};
use woolgather_protocol::votes::{Answer, BallotRequest, Vote};
use woolgather_protocol::work::{DeviceKind, LeaseRequest, LeaseResponse};
use woolgather_protocol::{Blake3, LeaseId, Problem, ProblemKind, paths};

use crate::server::{Reply, Request, Server, device, info, now_ms, operator};

fn lease_request() -> LeaseRequest {
    LeaseRequest {
        seconds_wanted: 60,
        samples_per_second: 1e6,
        units_max: 4,
        devices: Vec::new(),
    }
}

fn no_work() -> LeaseResponse {
    LeaseResponse {
        leases: Vec::new(),
        retry_after_s: 5,
        notices: Vec::new(),
        withheld: None,
    }
}

fn lease_id() -> LeaseId {
    "lease-1".parse().unwrap()
}

/// Checks the five headers as a coordinator does that sees the request at `path`; its time.
fn verify(request: &Request, path: &str) -> i64 {
    let coordinator = operator().public();
    let signed = RequestToSign {
        method: &request.method,
        path,
        coordinator: &coordinator,
        time_ms: request.header(signing::HEADER_TIME).parse().unwrap(),
        nonce: request.header(signing::HEADER_NONCE).parse().unwrap(),
        body: Blake3::of(&request.body),
    };
    let body: Blake3 = request.header(signing::HEADER_BODY).parse().unwrap();
    assert_eq!(body, signed.body);
    let key = request.header(signing::HEADER_KEY).parse().unwrap();
    assert_eq!(key, device().public());
    let signature = request.header(signing::HEADER_SIGNATURE).parse().unwrap();
    assert_eq!(signed.verify(&key, &signature), Ok(()));
    signed.time_ms
}

#[tokio::test]
async fn a_call_is_signed_with_the_devices_key() {
    let server = Server::coordinator(|_| Reply::json(&no_work())).await;
    let coordinator = server.connect().await;
    assert_eq!(
        coordinator.lease(&lease_request()).await.unwrap(),
        no_work()
    );

    let [call] = server.seen().try_into().unwrap();
    assert_eq!(
        (call.method.as_str(), call.path.as_str()),
        ("POST", paths::LEASES)
    );
    let sent: LeaseRequest = serde_json::from_slice(&call.body).unwrap();
    assert_eq!(sent, lease_request());
    let signed_at = verify(&call, paths::LEASES);
    assert!((now_ms() - signed_at).abs() < 60_000);
}

#[tokio::test]
async fn a_submission_is_signed_as_one_body_preamble_and_segment() {
    let receipt = Receipt {
        duplicate: false,
        state: WorkUnitState::Submitted,
    };
    let server = Server::coordinator({
        let receipt = receipt.clone();
        move |_| Reply::json(&receipt)
    })
    .await;
    let segment = b"frames".to_vec();
    let submission = Submission {
        preamble: Preamble {
            segment_bytes: 6,
            segment: Blake3::of(&segment),
            frames: vec![Blake3::of(b"one")],
            render_ms: 1,
            drawn_by: DeviceKind::Gpu,
        },
        segment,
    };
    let coordinator = server.connect().await;
    assert_eq!(
        coordinator.submit(&lease_id(), &submission).await.unwrap(),
        receipt
    );

    let [call] = server.seen().try_into().unwrap();
    assert_eq!(call.method, "PUT");
    verify(&call, "/api/v1/leases/lease-1/submission");
    let (field, rest) = call.body.split_first_chunk::<4>().unwrap();
    let (json, segment) = rest.split_at(Preamble::json_length(*field).unwrap());
    assert_eq!(Preamble::from_json(json).unwrap(), submission.preamble);
    assert_eq!(segment, submission.segment);
}

#[tokio::test]
async fn behind_a_proxy_with_a_path_of_its_own_the_coordinators_path_is_signed() {
    let server = Server::start(|request| match request.path.as_str() {
        "/flock/api/v1/coordinator" => Reply::json(&info()),
        _ => Reply::json(&no_work()),
    })
    .await;
    let url = server.url().join("/flock/").unwrap();
    let coordinator = woolgather_api::Coordinator::connect(url, Some(device()), None)
        .await
        .unwrap();
    coordinator.lease(&lease_request()).await.unwrap();
    let call = server.seen().pop().unwrap();
    assert_eq!(call.path, "/flock/api/v1/leases");
    verify(&call, "/api/v1/leases");
}

#[tokio::test]
async fn a_coordinator_that_is_busy_is_asked_again_with_a_fresh_nonce() {
    let mut left = 2;
    let server = Server::coordinator(move |_| {
        if left == 0 {
            return Reply::json(&no_work());
        }
        left -= 1;
        // Once the coordinator itself, once a proxy in front of it.
        match left {
            0 => Reply::new(503, "<html>down for maintenance</html>"),
            _ => Reply::problem(ProblemKind::TooMany),
        }
    })
    .await;
    let coordinator = server.connect().await;
    assert_eq!(
        coordinator.lease(&lease_request()).await.unwrap(),
        no_work()
    );

    let calls = server.seen();
    assert_eq!(calls.len(), 3);
    for call in &calls {
        verify(call, paths::LEASES);
    }
    let nonces: HashSet<Nonce> = calls
        .iter()
        .map(|call| call.header(signing::HEADER_NONCE).parse().unwrap())
        .collect();
    assert_eq!(nonces.len(), 3);
}

#[tokio::test]
async fn whoever_is_asked_to_wait_for_long_is_told_so_at_once() {
    let busy = Problem::new(ProblemKind::Busy, "behind").retry_after(30);
    let body = serde_json::to_string(&busy).unwrap();
    let server = Server::coordinator(move |_| Reply::new(503, body.as_str())).await;
    let coordinator = server.connect().await;
    let error = coordinator.lease(&lease_request()).await.unwrap_err();
    assert!(error.is_passing());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_coordinator_that_stays_away_is_given_up_after_four_tries() {
    let server = Server::coordinator(|_| Reply::new(502, "bad gateway")).await;
    let error = server.connect().await.manifest().await.unwrap_err();
    assert!(matches!(error, ApiError::Network(_)), "{error}");
    assert!(error.is_passing());
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_refusal_is_the_callers_at_once() {
    let server = Server::coordinator(|_| Reply::problem(ProblemKind::SpentBallot)).await;
    let vote = Vote {
        token: "token".into(),
        answer: Answer::Left,
    };
    let error = server.connect().await.vote(&vote).await.unwrap_err();
    match &error {
        ApiError::Problem(problem) => assert_eq!(problem.kind, ProblemKind::SpentBallot),
        other => panic!("{other}"),
    }
    assert!(!error.is_passing());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_not_asked_for_again() {
    let server = Server::coordinator(|_| Reply::new(200, "<html>a captive portal</html>")).await;
    let error = server.connect().await.ballot(&BallotRequest::Pair).await;
    assert!(matches!(error, Err(ApiError::Answer(_))), "{error:?}");
    assert_eq!(server.seen().len(), 1);
}

/// A coordinator whose clock is `ahead_ms` from ours when it is asked for the second time.
async fn drifting(ahead_ms: i64) -> Server {
    let (mut asked, mut refused) = (0, false);
    Server::start(move |request| {
        if request.path == paths::INFO {
            asked += 1;
            let mut info = info();
            if asked > 1 {
                info.server_time_ms = info.server_time_ms.saturating_add(ahead_ms);
            }
            return Reply::json(&info);
        }
        if refused {
            return Reply::json(&no_work());
        }
        refused = true;
        Reply::problem(ProblemKind::StaleSignature)
    })
    .await
}

#[tokio::test]
async fn a_stale_signature_sets_our_clock_and_is_made_again() {
    let hour_ms = 3_600_000;
    let server = drifting(hour_ms).await;
    let coordinator = server.connect().await;
    coordinator.lease(&lease_request()).await.unwrap();
    coordinator.lease(&lease_request()).await.unwrap();

    let times: Vec<i64> = server
        .seen()
        .iter()
        .map(|call| verify(call, paths::LEASES) - now_ms())
        .collect();
    let [stale, fresh, later] = times.try_into().unwrap();
    assert!(stale.abs() < 60_000, "{stale}");
    assert!((fresh - hour_ms).abs() < 60_000, "{fresh}");
    assert!((later - hour_ms).abs() < 60_000, "{later}");
}

#[tokio::test]
async fn a_clock_at_the_end_of_time_does_no_harm() {
    for ahead_ms in [i64::MAX, i64::MIN] {
        let server = drifting(ahead_ms).await;
        let coordinator = server.connect().await;
        assert!(coordinator.lease(&lease_request()).await.is_ok());
    }
}

#[tokio::test]
async fn what_changes_something_needs_a_key() {
    let server = Server::coordinator(|_| Reply::json(&no_work())).await;
    let coordinator = woolgather_api::Coordinator::connect(server.url(), None, None)
        .await
        .unwrap();
    let error = coordinator.lease(&lease_request()).await.unwrap_err();
    assert!(matches!(error, ApiError::NoKey), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_volunteers_name_is_cleaned_before_it_is_sent() {
    let server = Server::coordinator(|request| {
        let sent: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        Reply::json(&Device {
            key: device().public(),
            volunteer: sent["volunteer"].as_str().unwrap().to_owned(),
            accepted_units: 0,
            credit: 0,
            waiting_units: 0,
            escrow: 0,
        })
    })
    .await;
    let device = server.connect().await.register(" Ada\u{1b}[2J ").await;
    assert_eq!(device.unwrap().volunteer, "Ada[2J");
}

#[tokio::test]
async fn a_lease_is_given_back_with_a_signed_request_without_a_body() {
    let server = Server::coordinator(|_| Reply::new(204, "")).await;
    server.connect().await.give_back(&lease_id()).await.unwrap();
    let [call] = server.seen().try_into().unwrap();
    assert_eq!(call.method, "DELETE");
    verify(&call, "/api/v1/leases/lease-1");
}
