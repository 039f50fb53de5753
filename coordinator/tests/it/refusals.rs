//! Every way a request can be wrong has its own kind, and a wrong submission gives the work to
//! somebody else.

use reqwest::Method;
use woolgather_coordinator::store::PageRequest;
use woolgather_protocol::entries::{Entry, EntryRequest, EntryState};
use woolgather_protocol::info::DeviceRequest;
use woolgather_protocol::signing::CLOCK_SKEW_MAX_MS;
use woolgather_protocol::submission::{Receipt, WorkUnitState, WorkUnitStatus};
use woolgather_protocol::work::WorkUnit;
use woolgather_protocol::{LeaseId, Licence, ProblemKind, Recipe, paths};

use crate::support::device::{Device, good, honest, refused, submission};
use crate::support::{NOW_MS, TestCoordinator, segments};

/// Hands in what `spoil` makes of an honest submission. It must be refused with `kind`, the worker
/// must be able to ask why, and another worker must be able to do it right.
async fn check_submission(kind: ProblemKind, spoil: impl Fn(&WorkUnit) -> Vec<u8>) {
    let coordinator = TestCoordinator::start().await;
    let bad = coordinator.device(1);
    let (lease, work) = bad.lease_segment().await;
    refused(bad.submit(&lease, spoil(&work)).await, kind).await;
    let status = unit_status(&coordinator, &bad, &work).await;
    assert_eq!(status.state, WorkUnitState::Ready, "{kind}");
    assert_eq!(status.refused.map(|problem| problem.kind), Some(kind));

    let honest_device = coordinator.device(2);
    let leases = honest_device.lease().await.leases;
    let mut leases = leases.into_iter().map(|lease| honest_device.open(lease));
    let (lease, work) = leases.find(|(_, again)| again.id == work.id).unwrap();
    let receipt: Receipt = good(honest_device.submit(&lease, honest(&work)).await).await;
    assert_eq!(receipt.state, WorkUnitState::Submitted);
}

async fn unit_status(
    coordinator: &TestCoordinator,
    device: &Device,
    work: &WorkUnit,
) -> WorkUnitStatus {
    let path = paths::work_unit(&work.id);
    let url = format!("{}{path}?device={}", coordinator.url, device.key());
    good(reqwest::get(url).await.unwrap()).await
}

fn encoded_by(recipe: &Recipe, work: &WorkUnit, frame_count: u32) -> Vec<u8> {
    let segment = segments::segment(recipe, work.first_frame, frame_count);
    submission(work, &segment)
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_refused() {
    check_submission(ProblemKind::UnreadableSegment, |work| {
        submission(work, &[0xa5; 3000])
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_cut_short_is_refused() {
    check_submission(ProblemKind::UnreadableSegment, |work| {
        let segment = segments::segment(&work.recipe, work.first_frame, work.frame_count);
        submission(work, &segment[..segment.len() - 40])
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_another_size_are_refused() {
    check_submission(ProblemKind::WrongFrameSize, |work| {
        let recipe = Recipe {
            width: 80,
            ..work.recipe.clone()
        };
        encoded_by(&recipe, work, work.frame_count)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sequence_header_is_refused() {
    check_submission(ProblemKind::WrongSequenceHeader, |work| {
        let mut recipe = work.recipe.clone();
        recipe.fps = 60;
        recipe.encoder.speed = 6;
        encoded_by(&recipe, work, work.frame_count)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_number_of_frames_is_refused() {
    check_submission(ProblemKind::WrongFrameCount, |work| {
        encoded_by(&work.recipe, work, work.frame_count - 1)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_over_the_limit_is_refused() {
    check_submission(ProblemKind::TooLarge, |work| {
        let mut body = honest(work);
        let limit = usize::try_from(work.upload_bytes_max).unwrap();
        body.resize(limit + 1, 0);
        body
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_is_not_the_announced_one_is_refused() {
    check_submission(ProblemKind::SegmentMismatch, |work| {
        let mut body = honest(work);
        body.pop();
        body
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preamble_without_every_frame_is_refused() {
    check_submission(ProblemKind::BadPreamble, |work| {
        let mut work = work.clone();
        work.frame_count -= 1;
        honest(&work)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_that_are_not_ones_own_are_refused() {
    let coordinator = TestCoordinator::start().await;
    let (one, two) = (coordinator.device(1), coordinator.device(2));
    let (lease, work) = one.lease_segment().await;
    let body = honest(&work);
    let foreign = two.submit(&lease, body.clone()).await;
    refused(foreign, ProblemKind::ForeignLease).await;

    let mut unknown = lease.clone();
    unknown.id = LeaseId::from_random([3; 10]);
    let answer = one.submit(&unknown, body.clone()).await;
    refused(answer, ProblemKind::UnknownLease).await;

    let good_answer: Receipt = good(one.submit(&lease, body).await).await;
    assert!(!good_answer.duplicate, "strangers have changed nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_lease_takes_no_segment_and_a_segment_lease_no_report() {
    let coordinator = TestCoordinator::start().await;
    coordinator.bystanders_come().await;
    let (worker, auditor) = (coordinator.device(1), coordinator.device(2));
    let (lease, work) = worker.lease_segment().await;
    let report = serde_json::json!({
        "frame": "00".repeat(32), "luma": "", "chroma_blue": "", "chroma_red": "", "render_ms": 1
    });
    let path = paths::audit(&lease.id);
    let answer = worker.send_json(Method::PUT, &path, &report).await;
    refused(answer, ProblemKind::WrongTask).await;

    worker.render_everything().await;
    let audit = auditor.lease().await.leases.remove(0);
    let answer = auditor.submit(&audit, honest(&work)).await;
    refused(answer, ProblemKind::WrongTask).await;
    let path = paths::audit(&audit.id);
    let answer = auditor.send_json(Method::PUT, &path, &report).await;
    refused(answer, ProblemKind::BadAuditReport).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_request_is_good_once() {
    let coordinator = TestCoordinator::start().await;
    let device = coordinator.device(1);
    let (lease, work) = device.lease_segment().await;
    let path = paths::submission(&lease.id);
    let request = device.sign(Method::PUT, &path, honest(&work));
    let receipt: Receipt = good(device.send(request.clone()).await).await;
    assert!(!receipt.duplicate);
    let replay = device.send(request.clone()).await;
    refused(replay, ProblemKind::ReplayedSignature).await;

    // The memory of requests does not outlive the process, and need not.
    coordinator.clock.advance_ms(1);
    let coordinator = coordinator.restart().await;
    let device = coordinator.device(1);
    let replay = device.send(request).await;
    refused(replay, ProblemKind::StaleSignature).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_signature_is_told() {
    let coordinator = TestCoordinator::start().await;
    let device = coordinator.device(1);
    let body = || {
        serde_json::to_vec(&DeviceRequest {
            volunteer: "Ada".into(),
        })
        .unwrap()
    };
    let sign = || device.sign(Method::POST, paths::DEVICES, body());

    let mut unsigned = sign();
    unsigned.headers.pop();
    refused(device.send(unsigned).await, ProblemKind::Unsigned).await;

    let mut garbled = sign();
    garbled.headers[2].1 = "nonce".into();
    refused(device.send(garbled).await, ProblemKind::BadSignature).await;

    let mut elsewhere = sign();
    elsewhere.path = paths::LEASES.into();
    refused(device.send(elsewhere).await, ProblemKind::BadSignature).await;

    let mut changed = sign();
    changed.body.push(b' ');
    refused(device.send(changed).await, ProblemKind::BodyMismatch).await;

    let over = CLOCK_SKEW_MAX_MS + 1000;
    let late = device.sign_at(NOW_MS + over, Method::POST, paths::DEVICES, body());
    let problem = refused(device.send(late).await, ProblemKind::StaleSignature).await;
    insta::assert_json_snapshot!("stale_signature", problem);

    let long = vec![b' '; 256 * 1024 + 1];
    let long = device.sign(Method::POST, paths::DEVICES, long);
    refused(device.send(long).await, ProblemKind::TooLarge).await;

    assert_eq!(device.send(sign()).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_genome_is_refused_with_its_place_and_nothing_is_stored() {
    let coordinator = TestCoordinator::start().await;
    let device = coordinator.device(1);
    let offer = |genome: &str, artist: &str, consent| EntryRequest {
        genome: genome.into(),
        artist: artist.into(),
        consent,
        title: None,
        tags: Vec::new(),
        licence: Licence::default(),
        parent: None,
    };
    let post = async |request: EntryRequest| {
        device
            .send_json(Method::POST, paths::ENTRIES, &request)
            .await
    };
    let good_genome = woolgather_genome::starter_flock()[1].xml;

    let bad = "<flame name=\"x\" size=\"100 100\" quality=\"10\">\n<xform weight=\"-1\" \
               color=\"0\" linear=\"1\" coefs=\"1 0 0 1 0 0\"/>\n</flame>";
    let answer = post(offer(bad, "Ada", true)).await;
    let problem = refused(answer, ProblemKind::GenomeRefused).await;
    insta::assert_json_snapshot!("genome_refused", problem);

    let answer = post(offer(good_genome, "Ada", false)).await;
    refused(answer, ProblemKind::ConsentMissing).await;
    let answer = post(offer(good_genome, " ", true)).await;
    refused(answer, ProblemKind::MalformedRequest).await;
    for not_one in ["", "<flames></flames>", "<html/>", "\u{0}"] {
        let answer = post(offer(not_one, "Ada", true)).await;
        refused(answer, ProblemKind::GenomeRefused).await;
    }
    let store = &coordinator.app.store;
    let stored = store.entries(None, PageRequest::default()).await.unwrap();
    assert!(stored.rows.is_empty());

    let answer = post(offer(good_genome, "Ada", true)).await;
    assert_eq!(answer.status(), 201);
    let entry: Entry = good(answer).await;
    assert_eq!(entry.state, EntryState::Received);
    let url = format!("{}{}", coordinator.url, paths::entry(&entry.id));
    let again: Entry = good(reqwest::get(url).await.unwrap()).await;
    assert_eq!(again, entry);
}
