//! Frames rendered again: whoever showed another picture is found out, and nobody else suffers.

use woolgather_coordinator::config::Config;
use woolgather_protocol::audit::AuditReport;
use woolgather_protocol::submission::{Receipt, WorkUnitState};
use woolgather_protocol::work::{DeviceKind, Notice, WorkUnit};
use woolgather_protocol::{Blake3, ProblemKind, PublicKey, Recipe, WorkUnitId};

use crate::support::device::{Device, good, report, submission_drawn_by, submission_of};
use crate::support::segments::encode;
use crate::support::{TestCoordinator, rendered, tiny_recipe};

/// One work unit of six frames, between which little changes.
fn slow_turn(config: &mut Config) {
    config.recipe = Recipe {
        loop_frames: 120,
        segment_frames: 6,
        ..tiny_recipe()
    };
}

async fn state_of(coordinator: &TestCoordinator, unit: &WorkUnitId) -> WorkUnitState {
    let status = coordinator.app.store.work_unit_status(unit, None);
    status.await.unwrap().state
}

/// The device is told once that its submission was another picture.
async fn check_told_once(device: &Device, unit: &WorkUnitId) {
    let told: Vec<Notice> = device.lease().await.notices;
    let told: Vec<_> = told
        .iter()
        .map(|notice| (&notice.work_unit, notice.problem.kind))
        .collect();
    assert_eq!(told, [(unit, ProblemKind::AuditMismatch)]);
    assert_eq!(device.lease().await.notices, []);
}

/// Somebody else renders the unit, and is believed.
async fn check_done_by(coordinator: &TestCoordinator, device: &Device, unit: &WorkUnitId) {
    let leases = device.lease().await.leases;
    let mut leases = leases.into_iter().map(|lease| device.open(lease));
    let (lease, work) = leases
        .find(|(_, work)| work.id == *unit)
        .expect("the unit is ready again");
    let submission = rendered::submission(&work);
    let _: Receipt = good(device.submit(&lease, submission).await).await;
    let patience = coordinator.app.config.audit_patience;
    let patience_ms = i64::try_from(patience.as_millis()).unwrap();
    coordinator.clock.advance_ms(patience_ms + 1);
    coordinator.do_jobs().await;
    assert_eq!(state_of(coordinator, unit).await, WorkUnitState::Accepted);
}

/// Honest digests, but the frame at `place` is another picture in the segment.
fn with_one_painted(work: &WorkUnit, place: usize) -> Vec<u8> {
    let honest = rendered::frames(work);
    let mut shown = honest.clone();
    shown[place] = rendered::painted(shown[place].clone());
    submission_of(&honest, &encode(&work.recipe, &shown))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_painted_frame_is_suspicious_audited_and_refused() {
    let coordinator = TestCoordinator::start_configured(slow_turn).await;
    coordinator.bystanders_come().await;
    let (bad, auditor) = (coordinator.device(1), coordinator.device(2));
    let (lease, work) = bad.lease_segment().await;
    let submission = with_one_painted(&work, 3);
    let _: Receipt = good(bad.submit(&lease, submission).await).await;
    // The audits are the first thing a device is given: two, one of them of the painted frame.
    let leases = auditor.lease().await.leases;
    let audited = leases.into_iter().map(|lease| auditor.open(lease).1);
    let audited: Vec<_> = audited.take(2).map(|work| work.task).collect();
    let painted = woolgather_protocol::work::Task::Audit { frame: 3 };
    assert!(audited.contains(&painted), "{audited:?}");

    // The auditor has gone away.
    coordinator.clock.advance_ms(120_000);
    coordinator
        .do_jobs_until(|status| status.refusals == 1 && status.jobs_open == 0)
        .await;
    assert_eq!(state_of(&coordinator, &work.id).await, WorkUnitState::Ready);
    check_told_once(&bad, &work.id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_painted_frame_is_found_by_an_auditor_and_settled_by_the_referee() {
    let coordinator = TestCoordinator::start().await;
    coordinator.bystanders_come().await;
    let (bad, auditor) = (coordinator.device(1), coordinator.device(2));
    let (lease, work) = bad.lease_segment().await;
    bad.submit(&lease, with_one_painted(&work, 1)).await;
    bad.render_everything_as(rendered::submission).await;
    auditor
        .audit_everything_as(|work, frame| report(&rendered::frame(work, frame)))
        .await;
    coordinator
        .do_jobs_until(|status| status.refusals == 1 && status.jobs_open == 0)
        .await;
    // What it handed in besides is looked at again, in full.
    let status = coordinator.app.store.status().await.unwrap();
    assert!(status.audits_waiting > 0, "{status:#?}");
    check_told_once(&bad, &work.id).await;
    assert_eq!(faults(&coordinator, auditor.key()), 0);
    check_done_by(&coordinator, &auditor, &work.id).await;
}

/// The submission of a device that rounds a little otherwise than a processor: other digests, the same pictures.
fn rounded_otherwise(work: &WorkUnit, drawn_by: DeviceKind) -> Vec<u8> {
    let mut frames = rendered::frames(work);
    for frame in &mut frames {
        frame.luma[0] ^= 1;
    }
    submission_drawn_by(drawn_by, &frames, &encode(&work.recipe, &frames))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graphics_cards_picture_counts_and_not_its_digest() {
    let coordinator = TestCoordinator::start().await;
    coordinator.bystanders_come().await;
    let (card, auditor) = (coordinator.device(1), coordinator.device(2));
    let (lease, work) = card.lease_segment().await;
    let submission = rounded_otherwise(&work, DeviceKind::Gpu);
    let _: Receipt = good(card.submit(&lease, submission).await).await;
    card.render_everything_as(rendered::submission).await;
    auditor
        .audit_everything_as(|work, frame| report(&rendered::frame(work, frame)))
        .await;
    coordinator.do_jobs().await;
    assert_eq!(
        state_of(&coordinator, &work.id).await,
        WorkUnitState::Accepted
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_processors_digest_counts_even_where_the_picture_is_the_same() {
    let coordinator = TestCoordinator::start().await;
    let bad = coordinator.device(1);
    let (lease, work) = bad.lease_segment().await;
    let submission = rounded_otherwise(&work, DeviceKind::Cpu);
    let _: Receipt = good(bad.submit(&lease, submission).await).await;
    coordinator.do_jobs().await;
    assert_eq!(state_of(&coordinator, &work.id).await, WorkUnitState::Ready);
    check_told_once(&bad, &work.id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graphics_cards_auditor_agrees_with_a_processor() {
    let coordinator = TestCoordinator::start().await;
    coordinator.bystanders_come().await;
    let (honest, auditor) = (coordinator.device(1), coordinator.device(2));
    let (lease, work) = honest.lease_segment().await;
    let _: Receipt = good(honest.submit(&lease, rendered::submission(&work)).await).await;
    honest.render_everything_as(rendered::submission).await;
    auditor
        .audit_everything_as(|work, frame| {
            let mut seen = rendered::frame(work, frame);
            seen.luma[0] ^= 1;
            AuditReport {
                drawn_by: DeviceKind::Gpu,
                ..report(&seen)
            }
        })
        .await;
    coordinator.do_jobs().await;
    assert_eq!(
        state_of(&coordinator, &work.id).await,
        WorkUnitState::Accepted
    );
    assert_eq!(faults(&coordinator, auditor.key()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_of_another_sheep_is_refused_and_rendered_by_somebody_else() {
    let coordinator = TestCoordinator::start().await;
    coordinator.bystanders_come().await;
    let (bad, other) = (coordinator.device(1), coordinator.device(2));
    let (lease, work) = bad.lease_segment().await;
    let another = rendered::submission(&rendered::of_another_sheep(&work));
    let receipt: Receipt = good(bad.submit(&lease, another).await).await;
    assert_eq!(receipt.state, WorkUnitState::Submitted);
    coordinator.do_jobs().await;
    assert_eq!(state_of(&coordinator, &work.id).await, WorkUnitState::Ready);
    check_done_by(&coordinator, &other, &work.id).await;
    check_told_once(&bad, &work.id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_that_lies_harms_only_itself() {
    let coordinator = TestCoordinator::start().await;
    coordinator.bystanders_come().await;
    let (worker, liar) = (coordinator.device(1), coordinator.device(2));
    let (lease, work) = worker.lease_segment().await;
    worker.submit(&lease, rendered::submission(&work)).await;
    worker.render_everything_as(rendered::submission).await;
    let audited = liar
        .audit_everything_as(|work, frame| {
            let mut lie = report(&rendered::frame(work, frame));
            lie.frame = Blake3::of(b"another frame");
            lie
        })
        .await;
    assert_eq!(audited.len(), 4);
    coordinator.do_jobs().await;
    assert_eq!(
        state_of(&coordinator, &work.id).await,
        WorkUnitState::Accepted
    );
    assert_eq!(worker.lease().await.notices, []);
    let status = coordinator.app.store.status().await.unwrap();
    assert_eq!((status.refusals, status.live_clips), (0, 1));

    assert_eq!(faults(&coordinator, liar.key()), 4);
    let notices = liar.lease().await.notices;
    let kinds: Vec<_> = notices.iter().map(|notice| notice.problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::AuditMismatch; 4]);
    assert!(
        notices
            .iter()
            .all(|notice| audited.iter().any(|(id, _)| *id == notice.work_unit))
    );
}

/// How many of the device's audits the referee found wrong. No page shows it.
fn faults(coordinator: &TestCoordinator, device: PublicKey) -> i64 {
    let file = coordinator.app.config.data.join("woolgather.sqlite");
    let conn = rusqlite::Connection::open(file).unwrap();
    let sql = "SELECT audit_faults FROM record WHERE device = $1";
    let counted = conn.query_row(sql, [device.to_string()], |row| row.get(0));
    counted.unwrap()
}
