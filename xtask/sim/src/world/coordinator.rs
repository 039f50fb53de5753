//! What the coordinator does beside answering: it looks after everything every few seconds, and
//! renders what nobody else can.

use woolgather_coordinator_core::audits::NEW_DEVICE_UNITS;
use woolgather_coordinator_core::grid::{
    ClipState, Digest, Job, Settlement, SubmissionNumber, SubmissionState,
};
use woolgather_coordinator_core::trust::referee::further_frames;
use woolgather_protocol::ProblemKind;

use super::{Event, HOUR_MS, TICK_MS, World};
use crate::attacks::{ATTACKS, Way};

/// Samples per second of the coordinator's processor: two cores.
const REFEREE_SPEED: f64 = 120e6;

/// How long the coordinator is away when it is started again.
const DOWN_MS: i64 = 20_000;

/// Digests of clip files begin here; no segment has one so high.
const FILES: u64 = 1 << 60;

impl World {
    pub(super) fn tick(&mut self) {
        self.after(TICK_MS, Event::Tick);
        if self.now_ms < self.up_at_ms {
            return;
        }
        self.grid.sweep(self.now_ms);
        for submission in self.grid.claim_checks(256, 60_000, self.now_ms) {
            self.check(submission);
        }
        self.join_clips();
        if self.now_ms % 30_000 < TICK_MS {
            self.grid.plan_self_audits(self.now_ms);
            self.grid.plan_if_dry(self.now_ms);
        }
        if self.now_ms % HOUR_MS < TICK_MS {
            self.grid.collect_blobs(self.now_ms);
        }
        self.call_referee();
    }

    /// Decodes a submission, and looks whether its frames fit between their neighbours.
    fn check(&mut self, submission: SubmissionNumber) {
        let row = &self.grid.submissions()[submission.0 as usize];
        let (device, class, digest) = (row.device, row.class, row.segment);
        let segment = self.pictures.get(digest).copied();
        let segment = segment.expect("what was handed in was drawn");
        if segment.garbage {
            let problem = ProblemKind::UndecodableSegment;
            self.grid.refuse_check(submission, problem, self.now_ms);
            self.note_wrong(digest, SubmissionState::Received, None);
            return;
        }
        let new = self.grid.record(device, class).units_of_probation() < NEW_DEVICE_UNITS;
        let place = submission.0 as usize;
        if self.was_new.len() <= place {
            self.was_new.resize(place + 1, None);
        }
        self.was_new[place] = Some(new);
        let frames = u64::from(self.grid.settings().segment_frames);
        self.tally.all.of(new).frames += frames;
        if self.is_honest(digest) {
            self.tally.honest.of(new).frames += frames;
        }
        let suspicious = segment.suspicious_frames();
        self.grid
            .record_check(submission, &suspicious, self.now_ms, &mut self.rng);
    }

    fn join_clips(&mut self) {
        let wanted = |job: &Job| matches!(job, Job::Join { .. } | Job::Plan);
        while let Some(job) = self.grid.claim_job(wanted) {
            match job {
                Job::Join { clip, version } => {
                    let file = Digest(FILES + self.count());
                    // A clip whose segment was quarantined meanwhile is another job's.
                    let _ = self.grid.publish_clip(clip, version, file, self.now_ms);
                }
                _ => drop(self.grid.plan_edges()),
            }
            self.grid.finish_job(job);
        }
    }

    /// Gives the coordinator's processor the next frame to render.
    fn call_referee(&mut self) {
        if self.referee_is_busy {
            return;
        }
        loop {
            let pictures = |job: &Job| matches!(job, Job::Referee { .. } | Job::SelfAudit { .. });
            let Some(job) = self.grid.claim_job(pictures) else {
                return;
            };
            let (Job::Referee { audit } | Job::SelfAudit { audit }) = job else {
                return;
            };
            if self.grid.is_settled(audit) {
                self.grid.finish_job(job);
                continue;
            }
            let row = &self.grid.audits()[audit.0 as usize];
            let (submission, frame, purpose) = (row.submission, row.frame, row.purpose);
            let digest = self.grid.submissions()[submission.0 as usize].segment;
            let segment = self.pictures.get(digest).copied();
            let segment = segment.expect("what was handed in was drawn");
            let good = !segment.is_seen(frame);
            let mut settlement = Settlement {
                submitter_good: good,
                auditor_good: matches!(job, Job::Referee { .. }).then_some(!good),
                further_wrong: 0,
                further_right: 0,
            };
            if !good {
                let count = self.grid.settings().segment_frames;
                for frame in further_frames(count, frame, &mut self.rng) {
                    if segment.is_seen(frame) {
                        settlement.further_wrong += 1;
                    } else {
                        settlement.further_right += 1;
                    }
                }
            }
            let frames = 1 + u64::from(settlement.further_wrong + settlement.further_right);
            self.tally.referee += frames;
            self.count_cost(submission, purpose, frames);
            let samples = (self.grid.settings().frame_samples * frames) as f64;
            let start = self.start;
            self.referee_is_busy = true;
            let event = Event::Refereed {
                job,
                settlement,
                start,
            };
            self.after((samples / REFEREE_SPEED * 1000.0) as i64, event);
            return;
        }
    }

    pub(super) fn refereed(&mut self, job: Job, settlement: Settlement, start: u64) {
        if start != self.start {
            // It was lost when the coordinator died; the job waits again.
            return;
        }
        self.referee_is_busy = false;
        let (Job::Referee { audit } | Job::SelfAudit { audit }) = job else {
            return;
        };
        let submission = self.grid.audits()[audit.0 as usize].submission;
        let row = &self.grid.submissions()[submission.0 as usize];
        let (digest, before) = (row.segment, row.state);
        let clip = &self.grid.clips()[self.grid.units()[row.unit.0 as usize].clip.0 as usize];
        let live_since_ms = clip.published_ms.filter(|_| clip.state == ClipState::Live);
        let settled = self.grid.is_settled(audit);
        self.grid
            .settle_audit(audit, settlement, self.now_ms, &mut self.rng);
        self.grid.finish_job(job);
        if !settled && !settlement.submitter_good {
            self.note_wrong(digest, before, live_since_ms);
        }
        self.note_found_bad();
        self.call_referee();
    }

    fn note_wrong(&mut self, digest: Digest, before: SubmissionState, live_since_ms: Option<i64>) {
        let Some(segment) = self.pictures.get(digest).copied() else {
            return;
        };
        let row = &mut self.volunteers[segment.volunteer];
        let first = !std::mem::replace(&mut row.refused, true);
        let doctored = row.doctored;
        let Some(attack) = segment.attack else {
            return;
        };
        if ATTACKS[attack].way == Way::FreshKeys {
            self.leave_key(segment.volunteer);
        }
        let tally = &mut self.tally.attacks[attack];
        tally.seen += u64::from(before != SubmissionState::Accepted);
        if first {
            tally.until_refused.push(doctored);
        }
        if before == SubmissionState::Accepted {
            let visible_ms = live_since_ms.map_or(0, |since_ms| self.now_ms - since_ms);
            tally.visible_ms.push(visible_ms);
        }
    }

    pub(super) fn restart(&mut self) {
        self.grid.restart();
        self.start += 1;
        self.referee_is_busy = false;
        self.up_at_ms = self.now_ms + DOWN_MS;
        self.tally.restarts += 1;
        self.after(6 * HOUR_MS, Event::Restart);
    }
}
