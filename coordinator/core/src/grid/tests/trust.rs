//! Stories of liars, auditors, drivers and what becomes of them.

use woolgather_protocol::work::DrawingDevice;

use super::*;
use crate::trust::Standing;
use crate::trust::classes::DAY_MS;

const WRONG: Settlement = Settlement {
    submitter_good: false,
    auditor_good: None,
    further_wrong: 3,
    further_right: 0,
};

#[test]
fn one_mismatch_is_no_ban_and_two_clips_of_lies_are() {
    let mut story = Story::new();
    let class = ClassNumber(0);
    for _ in 0..25 {
        story.accepted(1);
        story.join_all();
    }
    assert_eq!(
        story.grid.record(device(1), class).standing(),
        Standing::Trusted
    );
    let lie = |story: &mut Story| {
        story.grid.plan_if_dry(story.now_ms);
        let work = story.segment(1);
        let lie = story.submit(1, work.lease);
        story.check_all();
        let audit = story.grid.submissions()[lie.place()].audits[0];
        story
            .grid
            .settle_audit(audit, WRONG, story.now_ms, &mut story.rng);
        // What it did before is looked at again, and was right.
        story.settle_all(RIGHT);
        story.check();
        story.grid.units()[work.unit.place()].clip
    };
    let first = lie(&mut story);
    assert_eq!(
        story.grid.record(device(1), class).standing(),
        Standing::Doubted
    );
    // Further lies in the same clip do not count, those in another do.
    for _ in 0..20 {
        if lie(&mut story) != first {
            break;
        }
        assert_eq!(
            story.grid.record(device(1), class).standing(),
            Standing::Doubted
        );
    }
    assert_eq!(
        story.grid.record(device(1), class).standing(),
        Standing::Bad
    );
    assert!(story.lease(1, 64).is_empty());
    // Everything it did is audited again in full: 25 units of 8 frames.
    let again = story.grid.audits().iter();
    let again = again
        .filter(|audit| audit.purpose == Purpose::Again)
        .count();
    assert!(again > 100, "{again}");
    // A day later it may begin anew.
    story.now_ms += DAY_MS + 1;
    assert!(!story.lease(1, 1).is_empty());
    assert_eq!(
        story.grid.record(device(1), class).standing(),
        Standing::New
    );
    story.check();
}

#[test]
fn the_escrow_of_a_bad_device_is_voided() {
    let mut story = Story::new();
    for _ in 0..3 {
        story.accepted(1);
    }
    assert_eq!(story.grid.device(device(1)).unwrap().credit, 24_000);
    let mut rng = ChaCha20Rng::from_seed([2; 32]);
    story
        .grid
        .find_bad(device(1), ClassNumber(0), story.now_ms, &mut rng);
    story.check();
    assert_eq!(story.grid.device(device(1)).unwrap().credit, 0);
    let voided = story.grid.ledger().iter();
    let voided = voided.filter(|row| row.reason == LedgerReason::Voided);
    assert_eq!(voided.count(), 3);
}

#[test]
fn an_auditor_that_passed_a_wrong_frame_answers_for_it() {
    let mut story = Story::new();
    for number in 1..=4 {
        story.grid.register_device(device(number), number, number);
        story.lease(number, 0);
    }
    let lease = story.segment(1).lease;
    let submission = story.submit(1, lease);
    story.check_all();
    // Two audits, passed by whoever gets them.
    story.now_ms += 55_000;
    for number in 2..=4 {
        for work in story.lease(number, 64) {
            let answer = AuditAnswer {
                lease: work.lease,
                device: device(number),
                frame: Digest(7),
                agrees: true,
            };
            if work.audit.is_some() {
                let audited = story
                    .grid
                    .record_audit(&answer, story.now_ms, &mut story.rng);
                assert!(!audited.unwrap().duplicate);
                assert!(
                    story
                        .grid
                        .record_audit(&answer, story.now_ms, &mut story.rng)
                        .unwrap()
                        .duplicate
                );
            }
        }
    }
    assert_eq!(
        story.grid.submissions()[submission.place()].state,
        SubmissionState::Accepted
    );
    // The referee takes a second look at one of those frames.
    let passed = story.grid.audits()[0].clone();
    let again = story.grid.plan_audit(
        submission,
        passed.frame,
        Purpose::Sample,
        story.now_ms,
        &mut story.rng,
    );
    story.grid.take_over(again);
    story
        .grid
        .settle_audit(again, WRONG, story.now_ms, &mut story.rng);
    story.check();
    let auditor = passed.auditor.unwrap();
    let record = story.grid.record(auditor, ClassNumber(0));
    assert_eq!(record.audit_faults, 1);
    assert!(
        !record.may_audit(),
        "two wrong reports' worth bars from auditing"
    );
    assert_eq!(
        story.grid.submissions()[submission.place()].state,
        SubmissionState::Quarantined
    );
}

#[test]
fn a_driver_that_fails_everywhere_is_quarantined_and_its_owners_are_not_banned() {
    let mut story = Story::new();
    let card = |name: &str| {
        let mut request = request(4);
        request.devices.push(DrawingDevice {
            kind: DeviceKind::Gpu,
            name: name.to_owned(),
            samples_per_second: 1e9,
        });
        request
    };
    let quarantined = |story: &Story| {
        let classes = story.grid.classes().iter();
        classes.filter(|class| !class.standing.may_work()).count()
    };
    // Known volunteers, whose driver is replaced.
    for number in 1..=9 {
        story.grid.register_device(device(number), number, number);
        story
            .grid
            .record_mut(device(number), ClassNumber(0))
            .accepted_units = 20;
    }
    for number in 1..=9 {
        for _ in 0..2 {
            story.now_ms += 10 * 60_000;
            story.grid.plan_if_dry(story.now_ms);
            let work = story
                .grid
                .lease_work(device(number), &card("broken 1.0"), story.now_ms);
            let Some(work) = work.leases.iter().find(|work| work.audit.is_none()) else {
                continue;
            };
            let new = NewSubmission {
                drawn_by: DeviceKind::Gpu,
                ..story.submission(number, work.lease)
            };
            story.grid.record_submission(&new, story.now_ms).unwrap();
            story.check_all();
            story.settle_all(WRONG);
            story.check();
        }
        if quarantined(&story) == 1 {
            break;
        }
    }
    assert_eq!(quarantined(&story), 1);
    for number in 1..=7 {
        let row = story.grid.device(device(number)).unwrap();
        assert!(
            row.records
                .values()
                .all(|record| record.bad_since_ms.is_none())
        );
    }
    // With its processor the machine may go on, with the driver only after a day, on trial.
    assert!(
        story
            .grid
            .lease_work(device(1), &card("Broken  1.0"), story.now_ms)
            .leases
            .is_empty()
    );
    assert!(
        !story
            .grid
            .lease_work(device(1), &card("mended 1.1"), story.now_ms)
            .leases
            .is_empty()
    );
    story.now_ms += DAY_MS;
    assert!(
        !story
            .grid
            .lease_work(device(2), &card("broken 1.0"), story.now_ms)
            .leases
            .is_empty()
    );
    story.check();
}

#[test]
fn after_a_refusal_the_last_units_are_audited_in_full() {
    let mut story = Story::new();
    let before = story.accepted(1);
    let lease = story.segment(1).lease;
    let refused = story.submit(1, lease);
    story.check_all();
    let audit = story.grid.submissions()[refused.place()].audits[0];
    let alone = Settlement {
        further_wrong: 0,
        ..WRONG
    };
    story
        .grid
        .settle_audit(audit, alone, story.now_ms, &mut story.rng);
    story.check();
    // The referee had rendered two of its eight frames.
    let again = story.grid.submissions()[before.place()].audits.iter();
    let again = again.filter(|audit| story.grid.audit(**audit).purpose == Purpose::Again);
    assert_eq!(again.count(), 6);
}
