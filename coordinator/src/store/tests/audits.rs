//! Audits: what somebody else's rendering decides, and who is paid.

use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::work::{DeviceKind, Task};
use woolgather_protocol::{Blake3, Problem, ProblemKind};

use super::support::*;
use crate::store::{Job, LeasedWork, Settlement};

/// Device 1 hands in the flock's first segment; device 2 holds the audits of it.
async fn audited() -> (World, LeasedWork, Vec<LeasedWork>) {
    let world = World::with_sheep(1).await;
    world.come(2..=4).await;
    let leases = world.lease(device(1), 2).await;
    world.submit(device(1), &leases[0]).await;
    let audits = world.lease(device(2), 8).await;
    (world, leases[0].clone(), audits)
}

#[tokio::test]
async fn a_new_devices_segment_is_audited_twice_by_another_device() {
    let (world, segment, audits) = audited().await;
    assert_eq!(audits.len(), 2);
    for audit in &audits {
        assert!(matches!(audit.work.task, Task::Audit { frame: 0..2 }));
        assert_eq!(audit.work.rng_seed, segment.work.rng_seed);
    }
    world.audit(device(2), &audits[0], true).await;
    let state = world.state_of(&segment.work.id).await;
    assert_eq!(state, WorkUnitState::Auditing);
    let last = world.audit(device(2), &audits[1], true).await;
    assert_eq!(last.state, WorkUnitState::Accepted);
}

#[tokio::test]
async fn an_audit_never_goes_to_the_submitter() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 2).await;
    for lease in &leases {
        world.submit(device(1), lease).await;
    }
    for _ in 0..5 {
        assert!(world.lease(device(1), 8).await.is_empty());
        world.minutes_pass(10);
    }
    world.come(2..=4).await;
    assert_eq!(world.lease(device(2), 8).await.len(), 4);
}

#[tokio::test]
async fn the_evidence_is_what_the_submitter_committed_to() {
    let (world, _, audits) = audited().await;
    let Task::Audit { frame } = audits[0].work.task else {
        panic!("an audit has a frame");
    };
    let lease = &audits[0].lease;
    let evidence = world.store.audit_evidence(lease, device(2)).await.unwrap();
    assert_eq!(evidence.frame, Blake3::of(&frame.to_le_bytes()));
    assert_eq!(evidence.decoded, Some(means(frame)));
    assert_eq!(evidence.submitter, device(1));
    assert_eq!(evidence.work, audits[0].work);
    let foreign = world.store.audit_evidence(lease, device(1)).await;
    assert_eq!(foreign.unwrap_err().kind(), Some(ProblemKind::ForeignLease));
}

#[tokio::test]
async fn the_same_report_again_is_a_duplicate_and_pays_nothing() {
    let (world, _, audits) = audited().await;
    for audit in &audits {
        assert!(!world.audit(device(2), audit, true).await.duplicate);
    }
    for audit in &audits {
        assert!(world.audit(device(2), audit, true).await.duplicate);
    }
    let volunteer = world.store.device(device(1)).await.unwrap().unwrap();
    assert_eq!(volunteer.accepted_units, 1);
    // 32 × 16 pixels, 10 samples each, 2 frames: 10,240 reference samples.
    assert_eq!(volunteer.credit, 10);
}

#[tokio::test]
async fn nothing_is_credited_twice() {
    let world = World::with_sheep(2).await;
    world.render_everything().await;
    world.render_everything().await;
    let status = world.store.status().await.unwrap();
    assert_eq!(status.units.accepted, 4);
    assert_eq!(status.credit, 4 * 10);
}

#[tokio::test]
async fn a_second_identical_submission_is_a_duplicate() {
    let (world, segment, _) = audited().await;
    let again = world.submit(device(1), &segment).await;
    assert!(again.duplicate);
    let mut other = submission(device(1), &segment);
    other.segment = Blake3::of(b"another segment");
    let refused = world.store.record_submission(other).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemKind::LeaseSuperseded));
    assert_eq!(world.store.status().await.unwrap().submissions, 1);
}

#[tokio::test]
async fn a_disagreement_goes_to_the_referee_who_may_punish_the_submitter() {
    let (world, segment, audits) = audited().await;
    let receipt = world.audit(device(2), &audits[0], false).await;
    assert_eq!(receipt.state, WorkUnitState::Auditing);
    let claimed = world.claim().await.unwrap();
    let audit = audits[0].work.id.clone();
    assert_eq!(
        claimed.job,
        Job::Referee {
            audit: audit.clone()
        }
    );
    let evidence = world.store.audit(&audit).await.unwrap();
    assert_eq!(
        evidence.disputed,
        Some((Blake3::of(b"else"), DeviceKind::Cpu))
    );
    let settlement = Settlement {
        auditor_good: Some(true),
        ..WRONG
    };
    for _ in 0..2 {
        let settled = world.store.settle_audit(audit.clone(), settlement).await;
        settled.unwrap();
    }
    assert!(world.store.audit(&audit).await.unwrap().settled);
    let unit = &segment.work.id;
    assert_eq!(world.state_of(unit).await, WorkUnitState::Ready);

    let told = world.ask(device(1), 0).await.notices;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].work_unit, *unit);
    assert_eq!(told[0].problem.kind, ProblemKind::AuditMismatch);
    assert!(
        world.ask(device(1), 0).await.notices.is_empty(),
        "told once"
    );
    let status = world.store.work_unit_status(unit, Some(device(1))).await;
    let refused = status.unwrap().refused.unwrap();
    assert_eq!(refused.kind, ProblemKind::AuditMismatch);

    let open = world.lease(device(2), 8).await;
    assert!(
        open.iter().all(|lease| lease.work.task == Task::Segment),
        "its other audit is dropped"
    );
    assert!(open.iter().any(|lease| lease.work.id == *unit));
    let again = world
        .store
        .record_submission(submission(device(1), &segment))
        .await;
    assert_eq!(again.unwrap_err().kind(), Some(ProblemKind::AuditMismatch));
}

#[tokio::test]
async fn a_wrong_auditor_costs_the_submitter_nothing() {
    let (world, segment, audits) = audited().await;
    world.audit(device(2), &audits[0], true).await;
    world.audit(device(2), &audits[1], false).await;
    let settlement = Settlement {
        auditor_good: Some(false),
        ..RIGHT
    };
    let audit = audits[1].work.id.clone();
    world
        .store
        .settle_audit(audit.clone(), settlement)
        .await
        .unwrap();
    let state = world.state_of(&segment.work.id).await;
    assert_eq!(state, WorkUnitState::Accepted);
    assert!(world.ask(device(1), 0).await.notices.is_empty());
    let told = world.ask(device(2), 0).await.notices;
    assert_eq!(told[0].work_unit, audit);
}

#[tokio::test]
async fn the_coordinator_audits_by_itself_while_there_is_one_worker() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    world.submit(device(1), &leases[0]).await;
    assert_eq!(world.store.plan_self_audits(PATIENCE).await.unwrap(), 2);
    assert_eq!(world.store.plan_self_audits(PATIENCE).await.unwrap(), 0);
    while let Some(claimed) = world.claim().await {
        let Job::SelfAudit { audit } = &claimed.job else {
            panic!("unexpected {:?}", claimed.job);
        };
        let evidence = world.store.audit(audit).await.unwrap();
        assert!(!evidence.settled);
        world
            .store
            .settle_audit(audit.clone(), RIGHT)
            .await
            .unwrap();
        world.store.finish_job(&claimed).await.unwrap();
    }
    let state = world.state_of(&leases[0].work.id).await;
    assert_eq!(state, WorkUnitState::Accepted);
}

#[tokio::test]
async fn a_device_that_only_introduces_itself_is_no_auditor_to_wait_for() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    let player = world.store.register_device(device(2), "Bob").await;
    assert_eq!(player.unwrap().volunteer, "Bob");
    world.submit(device(1), &leases[0]).await;
    assert_eq!(world.store.plan_self_audits(PATIENCE).await.unwrap(), 2);
}

#[tokio::test]
async fn with_enough_workers_the_coordinator_waits_before_it_audits_by_itself() {
    let world = World::with_sheep(1).await;
    world.come(2..=4).await;
    let leases = world.lease(device(1), 1).await;
    world.submit(device(1), &leases[0]).await;
    assert_eq!(world.store.plan_self_audits(PATIENCE).await.unwrap(), 0);
    world.minutes_pass(1);
    assert_eq!(world.store.plan_self_audits(PATIENCE).await.unwrap(), 2);
    assert!(
        world
            .lease(device(2), 8)
            .await
            .iter()
            .all(|lease| lease.work.task == Task::Segment),
        "what the coordinator took over is not handed out"
    );
}

#[tokio::test]
async fn an_auditor_that_vanishes_is_not_waited_for() {
    let (world, _, audits) = audited().await;
    assert_eq!(world.store.plan_self_audits(PATIENCE).await.unwrap(), 0);
    // A third of its term is a hundred seconds.
    world.minutes_pass(1);
    assert_eq!(world.store.plan_self_audits(PATIENCE).await.unwrap(), 0);
    world.minutes_pass(1);
    assert_eq!(world.store.plan_self_audits(PATIENCE).await.unwrap(), 2);
    let late = world.audit(device(2), &audits[0], true).await;
    assert!(
        !late.duplicate,
        "its report still counts while the job has not begun"
    );
}

#[tokio::test]
async fn a_bad_report_sends_the_audit_to_somebody_else() {
    let (world, _, audits) = audited().await;
    let problem = Problem::new(ProblemKind::BadAuditReport, "Too few means.");
    let lease = audits[0].lease.clone();
    let refused = world.store.record_refusal(lease, device(2), problem).await;
    refused.unwrap();
    let audit = &audits[0].work.id;
    let mine = world.lease(device(2), 8).await;
    assert!(mine.iter().all(|lease| lease.work.id != *audit));
    let others = world.lease(device(3), 1).await;
    assert_eq!(others[0].work.id, *audit);
}

#[tokio::test]
async fn five_distinct_failures_quarantine_a_unit() {
    let world = World::with_sheep(1).await;
    let problem = Problem::new(ProblemKind::UndecodableSegment, "It ends early.");
    let unit = world.lease(device(1), 1).await[0].work.id.clone();
    for name in 1..=5 {
        let state = world.state_of(&unit).await;
        assert_ne!(state, WorkUnitState::Quarantined, "before device {name}");
        let leases = world.lease(device(name), 1).await;
        assert_eq!(leases[0].work.id, unit);
        for _ in 0..2 {
            let lease = leases[0].lease.clone();
            let refused = world
                .store
                .record_refusal(lease, device(name), problem.clone());
            refused.await.unwrap();
        }
    }
    assert_eq!(world.state_of(&unit).await, WorkUnitState::Quarantined);
    assert_ne!(world.lease(device(6), 1).await[0].work.id, unit);
    assert_eq!(world.store.status().await.unwrap().units.quarantined, 1);
}

#[tokio::test]
async fn one_device_failing_five_times_quarantines_nothing() {
    let world = World::with_sheep(1).await;
    let problem = Problem::new(ProblemKind::UndecodableSegment, "It ends early.");
    for _ in 0..6 {
        // Three in a row, and it is paused, longer and longer.
        world.minutes_pass(2 * 24 * 60);
        let leases = world.lease(device(1), 1).await;
        let lease = leases[0].lease.clone();
        let refused = world
            .store
            .record_refusal(lease, device(1), problem.clone());
        refused.await.unwrap();
    }
    assert_eq!(world.store.status().await.unwrap().units.quarantined, 0);
}

#[tokio::test]
async fn a_refused_lease_keeps_saying_why() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    let problem = Problem::new(ProblemKind::WrongFrameCount, "Three frames, not two.");
    let lease = leases[0].lease.clone();
    let refused = world
        .store
        .record_refusal(lease.clone(), device(1), problem);
    refused.await.unwrap();
    let again = world.store.lease_for_submission(&lease, device(1)).await;
    assert_eq!(
        again.unwrap_err().kind(),
        Some(ProblemKind::WrongFrameCount)
    );
}

#[tokio::test]
async fn a_submission_that_does_not_fit_its_unit_is_not_taken() {
    let world = World::with_sheep(1).await;
    let leases = world.lease(device(1), 1).await;
    let mut short = submission(device(1), &leases[0]);
    short.frames.pop();
    let refused = world.store.record_submission(short).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemKind::BadPreamble));
    let state = world.state_of(&leases[0].work.id).await;
    assert_eq!(state, WorkUnitState::Leased);
}
