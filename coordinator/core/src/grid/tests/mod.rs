//! Stories on the grid, through the operations that the store has too.

mod trust;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Duration;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::work::{DeviceKind, LeaseRequest};

use super::*;

const RIGHT: Settlement = Settlement {
    submitter_good: true,
    auditor_good: None,
    further_wrong: 0,
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
