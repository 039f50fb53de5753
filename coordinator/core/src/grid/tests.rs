//! Stories on the grid, through the operations that the store has too.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Duration;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::work::{DeviceKind, DrawingDevice, LeaseRequest};

use super::*;
use crate::trust::Standing;
use crate::trust::classes::DAY_MS;

const RIGHT: Settlement = Settlement {
    submitter_good: true,
    auditor_good: None,
    further_wrong: 0,
    further_right: 0,
};

const WRONG: Settlement = Settlement {
    submitter_good: false,
    auditor_good: None,
    further_wrong: 3,
    further_right: 0,
};

/// A grid with one sheep of four segments of eight frames, and time.
struct Story {
    grid: Grid,
    rng: ChaCha20Rng,
    now_ms: i64,
    digests: u64,
}

fn request(units_max: u32) -> LeaseRequest {
    LeaseRequest {
        seconds_wanted: 1_000,
        samples_per_second: 1e9,
        units_max,
        devices: Vec::new(),
    }
}

fn device(number: u64) -> DeviceNumber {
    DeviceNumber(number)
}

impl Story {
    fn new() -> Self {
        let settings = Settings {
            loop_segments: 4,
            edge_segments: 2,
            segment_frames: 8,
            frame_samples: 1_000_000,
            term_min: Duration::from_secs(300),
            audit_patience_ms: 60_000,
            blob_grace_ms: 3_600_000,
            living_max: 3,
        };
        let mut grid = Grid::new(settings, 0);
        grid.bear();
        Self {
            grid,
            rng: ChaCha20Rng::from_seed([1; 32]),
            now_ms: 1_000,
            digests: 0,
        }
    }

    fn check(&self) {
        assert_eq!(self.grid.invariants(), Ok(()));
    }

    fn lease(&mut self, number: u64, units: u32) -> Vec<LeasedWork> {
        self.grid
            .lease_work(device(number), &request(units), self.now_ms)
            .leases
    }

    /// A lease on a segment, whatever audits there are.
    fn segment(&mut self, number: u64) -> LeasedWork {
        let leases = self.lease(number, 4);
        let segment = leases.iter().find(|lease| lease.audit.is_none());
        *segment.expect("there is a segment to render")
    }

    fn digest(&mut self) -> Digest {
        self.digests += 1;
        Digest(self.digests)
    }

    fn submission(&mut self, number: u64, lease: LeaseNumber) -> NewSubmission {
        NewSubmission {
            lease,
            device: device(number),
            segment: self.digest(),
            frames: 8,
            render_ms: 1_000,
            drawn_by: DeviceKind::Cpu,
        }
    }

    fn submit(&mut self, number: u64, lease: LeaseNumber) -> SubmissionNumber {
        let new = self.submission(number, lease);
        let receipt = self.grid.record_submission(&new, self.now_ms).unwrap();
        assert!(!receipt.duplicate);
        SubmissionNumber(self.grid.submissions().len() as u64 - 1)
    }

    fn check_all(&mut self) {
        for submission in self.grid.claim_checks(64, 60_000, self.now_ms) {
            self.grid
                .record_check(submission, &[], self.now_ms, &mut self.rng);
        }
    }

    /// The coordinator renders every audit that waits or is taken, with this outcome.
    fn settle_all(&mut self, settlement: Settlement) {
        loop {
            let open: Vec<AuditNumber> = (0..self.grid.audits().len() as u64)
                .map(AuditNumber)
                .filter(|audit| !self.grid.is_settled(*audit))
                .collect();
            if open.is_empty() {
                break;
            }
            for audit in open {
                self.grid
                    .settle_audit(audit, settlement, self.now_ms, &mut self.rng);
            }
        }
        while let Some(job) = self
            .grid
            .claim_job(|job| matches!(job, Job::SelfAudit { .. } | Job::Referee { .. }))
        {
            self.grid.finish_job(job);
        }
    }

    /// A device renders a segment, which is accepted.
    fn accepted(&mut self, number: u64) -> SubmissionNumber {
        self.grid.plan_if_dry(self.now_ms);
        let lease = self.segment(number).lease;
        let submission = self.submit(number, lease);
        self.check_all();
        self.settle_all(RIGHT);
        self.check();
        submission
    }

    fn join_all(&mut self) {
        while let Some(job) = self.grid.claim_job(|_| true) {
            match job {
                Job::Join { clip, version } => {
                    let file = self.digest();
                    // A clip that was repaired meanwhile is another job's.
                    let _ = self.grid.publish_clip(clip, version, file, self.now_ms);
                }
                Job::Plan => drop(self.grid.plan_edges()),
                _ => {}
            }
            self.grid.finish_job(job);
        }
        self.check();
    }
}

#[test]
fn a_sheep_is_rendered_accepted_paid_and_published() {
    let mut story = Story::new();
    for _ in 0..4 {
        story.accepted(1);
    }
    assert_eq!(story.grid.clips()[0].state, ClipState::Joining);
    assert_eq!(story.grid.device(device(1)).unwrap().credit, 4 * 8_000);
    story.join_all();
    assert_eq!(story.grid.clips()[0].state, ClipState::Live);
    assert_eq!(story.grid.sums().manifest_sequence, 1);
}

#[test]
fn asking_again_returns_the_same_leases() {
    let mut story = Story::new();
    let first = story.lease(1, 2);
    story.now_ms += 1_000;
    let again = story.lease(1, 2);
    let names = |leases: &[LeasedWork]| leases.iter().map(|lease| lease.lease).collect::<Vec<_>>();
    assert_eq!(names(&first), names(&again));
    assert_eq!(first[0].term_s, again[0].term_s + 1);
}

#[test]
fn the_same_submission_again_is_a_duplicate_and_another_one_is_too_late() {
    let mut story = Story::new();
    let lease = story.segment(1).lease;
    let new = story.submission(1, lease);
    assert!(!story.grid.record_submission(&new, 0).unwrap().duplicate);
    assert!(story.grid.record_submission(&new, 0).unwrap().duplicate);
    let other = story.submission(1, lease);
    let refused = story.grid.record_submission(&other, 0).unwrap_err();
    assert_eq!(refused.0, ProblemKind::LeaseSuperseded);
    let foreign = NewSubmission {
        device: device(2),
        ..new
    };
    let refused = story.grid.record_submission(&foreign, 0).unwrap_err();
    assert_eq!(refused.0, ProblemKind::ForeignLease);
    story.check();
}

#[test]
fn late_but_valid_work_is_used_while_nobody_was_faster() {
    let mut story = Story::new();
    let late = story.segment(1);
    story.now_ms += 10 * 60_000;
    story.grid.sweep(story.now_ms);
    assert_eq!(
        story.grid.units()[late.unit.place()].state,
        WorkUnitState::Ready
    );
    story.submit(1, late.lease);
    assert_eq!(
        story.grid.units()[late.unit.place()].state,
        WorkUnitState::Submitted
    );
    story.check();
}

#[test]
fn whoever_was_slower_is_told_so() {
    let mut story = Story::new();
    let slow = story.segment(1);
    story.now_ms += 10 * 60_000;
    let fast = story.segment(2);
    assert_eq!(slow.unit, fast.unit);
    story.submit(2, fast.lease);
    let new = story.submission(1, slow.lease);
    let refused = story
        .grid
        .record_submission(&new, story.now_ms)
        .unwrap_err();
    assert_eq!(refused.0, ProblemKind::LeaseSuperseded);
    story.check();
}

#[test]
fn five_devices_that_fail_quarantine_the_unit_and_an_operator_requeues_it() {
    let mut story = Story::new();
    for number in 1..=5 {
        // Nobody else is active by then, so that each may have it.
        story.now_ms += 10 * 60_000;
        let lease = story.lease(number, 1)[0];
        assert_eq!(lease.unit, UnitNumber(0));
        let problem = ProblemKind::UndecodableSegment;
        story
            .grid
            .record_refusal(lease.lease, device(number), problem, story.now_ms)
            .unwrap();
        story.check();
    }
    assert_eq!(story.grid.units()[0].state, WorkUnitState::Quarantined);
    assert!(story.grid.requeue_unit(UnitNumber(0)));
    assert!(!story.grid.requeue_unit(UnitNumber(0)));
    story.check();
}

#[test]
fn a_segment_found_bad_after_publication_is_rendered_again_in_a_new_version() {
    let mut story = Story::new();
    let submissions: Vec<SubmissionNumber> = (0..4).map(|_| story.accepted(1)).collect();
    story.join_all();
    let before = story.grid.device(device(1)).unwrap().credit;
    story.grid.quarantine_segment(submissions[2], story.now_ms);
    story.check();
    let clip = &story.grid.clips()[0];
    assert_eq!((clip.version, clip.state), (2, ClipState::Rendering));
    assert_eq!(story.grid.device(device(1)).unwrap().credit, before - 8_000);
    // Somebody else renders it; the others' segments are used as they are.
    story.now_ms += 10 * 60_000;
    while story.grid.clips()[0].state == ClipState::Rendering {
        story.accepted(2);
    }
    story.join_all();
    let clip = &story.grid.clips()[0];
    assert_eq!((clip.version, clip.state), (2, ClipState::Live));
    assert_eq!(story.grid.collect_blobs(story.now_ms + 2 * 3_600_000), 2);
    story.check();
}

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
        story.submit(1, work.lease);
        story.check_all();
        story.settle_all(WRONG);
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
fn work_never_runs_dry() {
    let mut story = Story::new();
    for _ in 0..120 {
        story.accepted(1);
        story.join_all();
        story.now_ms += 600_000;
        story.grid.plan_if_dry(story.now_ms);
        let wanted = story.grid.samples_wanted(story.now_ms);
        assert!(story.grid.units_ready() as u64 * 8_000_000 >= wanted);
    }
    // The oldest sheep made room for others.
    let retired = story.grid.clips().iter();
    assert!(
        retired
            .filter(|clip| clip.state == ClipState::Retired)
            .count()
            > 0
    );
    story.check();
}

#[test]
fn a_restart_loses_no_job_and_no_check() {
    let mut story = Story::new();
    let lease = story.segment(1).lease;
    story.submit(1, lease);
    assert_eq!(story.grid.claim_checks(9, 60_000, story.now_ms).len(), 1);
    assert_eq!(story.grid.claim_checks(9, 60_000, story.now_ms).len(), 0);
    story.grid.restart();
    story.check_all();
    let taken = story.grid.plan_self_audits(story.now_ms);
    assert_eq!(taken, 2, "nobody else is there");
    let job = story.grid.claim_job(|_| true).unwrap();
    story.grid.restart();
    assert_eq!(story.grid.claim_job(|_| true), Some(job));
    story.check();
}
