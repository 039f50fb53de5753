//! When not everything can be let in: finished work before new work, and each with its share.

use reqwest::Method;
use woolgather_protocol::info::DeviceRequest;
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::{ProblemKind, paths};

use crate::support::TestCoordinator;
use crate::support::device::{Device, good, honest, refused};

async fn ask_for_work(device: &Device) -> reqwest::Response {
    let request =
        serde_json::json!({"seconds_wanted": 60, "samples_per_second": 0, "units_max": 1});
    device
        .send_json(Method::POST, paths::LEASES, &request)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_disk_fills_up_no_work_is_handed_out_but_all_of_it_is_taken() {
    let before = TestCoordinator::start().await;
    let device = before.device(1);
    let (lease, work) = device.lease_segment().await;
    // The same coordinator, its disk fuller than an hour ago.
    let coordinator = before
        .restart_configured(|config| config.admission.lease_free_bytes_min = u64::MAX - 1)
        .await;
    let device = coordinator.device(1);
    let problem = refused(ask_for_work(&device).await, ProblemKind::Busy).await;
    assert!(problem.retry_after_s.is_some_and(|seconds| seconds >= 60));
    let _: Receipt = good(device.submit(&lease, honest(&work)).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_a_submission_is_kept_by_who_made_it() {
    let before = TestCoordinator::start().await;
    let (lease, work) = before.device(1).lease_segment().await;
    let full = before
        .restart_configured(|config| config.admission.upload_free_bytes_min = u64::MAX - 1)
        .await;
    let sent = full.device(1).submit(&lease, honest(&work)).await;
    assert!(sent.headers().contains_key("retry-after"));
    refused(sent, ProblemKind::StorageFull).await;
    // Nothing is held against the worker: with room again the same is taken.
    let roomy = full
        .restart_configured(|config| config.admission.upload_free_bytes_min = 0)
        .await;
    let _: Receipt = good(roomy.device(1).submit(&lease, honest(&work)).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_are_sent_away_together_do_not_come_back_together() {
    let coordinator = TestCoordinator::start_configured(|config| {
        config.admission.lease_free_bytes_min = u64::MAX - 1;
    })
    .await;
    let mut waits = std::collections::BTreeSet::new();
    for key in 1..=20 {
        let answer = ask_for_work(&coordinator.device(key)).await;
        let header = answer.headers()["retry-after"].to_str().unwrap().to_owned();
        let problem = refused(answer, ProblemKind::Busy).await;
        assert_eq!(Some(header.parse().unwrap()), problem.retry_after_s);
        waits.insert(header);
    }
    assert!(waits.len() > 1, "{waits:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_has_its_share_of_requests() {
    let coordinator = TestCoordinator::start_configured(|config| {
        config.rates.device_requests_a_minute = 2;
    })
    .await;
    let request = DeviceRequest {
        volunteer: String::new(),
    };
    let (eager, other) = (coordinator.device(1), coordinator.device(2));
    let ask = |device| Device::send_json(device, Method::POST, paths::DEVICES, &request);
    for _ in 0..2 {
        assert!(ask(&eager).await.status().is_success());
    }
    let problem = refused(ask(&eager).await, ProblemKind::TooMany).await;
    assert!(problem.retry_after_s.is_some_and(|seconds| seconds <= 61));
    assert!(ask(&other).await.status().is_success());
}
