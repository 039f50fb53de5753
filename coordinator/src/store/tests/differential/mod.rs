//! The same story told twice: to the store, and to the grid in memory that says what it must do.
//!
//! Segments have one frame, and four devices take part: then nothing that follows is drawn at
//! random but the referee's sample of accepted work, and a story ends where that is drawn.

mod snapshot;

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use woolgather_coordinator_core::grid::{self, Grid};
use woolgather_coordinator_core::leases::samples_of;
use woolgather_coordinator_core::random::{below, unit};
use woolgather_protocol::work::{LeaseRequest, Task};
use woolgather_protocol::{Blake3, LeaseId, Problem, ProblemKind, Recipe, WorkUnitId};

use self::snapshot::Snapshot;
use super::support::*;
use crate::clock::Clock as _;
use crate::store::database::query;
use crate::store::rows::parsed;
use crate::store::*;

const SHEEP: usize = 8;
const DEVICES: u8 = 4;
const STORIES: u8 = 24;
const STEPS: usize = 250;
/// From this one on they lie, and pass whatever anybody handed in.
const FIRST_LIAR: u8 = 3;

/// A lease in both worlds.
#[derive(Clone)]
struct Twins {
    id: LeaseId,
    number: grid::LeaseNumber,
    name: u8,
    audit: Option<grid::AuditNumber>,
}

struct Story {
    world: World,
    grid: Grid,
    rng: ChaCha20Rng,
    grid_rng: ChaCha20Rng,
    now_ms: i64,
    leases: Vec<Twins>,
    /// Whether the segment of a submission is the right picture, by number from 0.
    right: Vec<bool>,
    /// Segments that were handed in, by their lease.
    handed_in: BTreeMap<LeaseId, (NewSubmission, grid::NewSubmission)>,
}

fn one_frame() -> Recipe {
    Recipe {
        loop_frames: 2,
        edge_frames: 2,
        segment_frames: 1,
        ..recipe()
    }
}

fn frames(suspicious: bool) -> CheckedFrames {
    CheckedFrames {
        means: vec![means(0)],
        suspicious: if suspicious { vec![0] } else { Vec::new() },
    }
}

fn problem(kind: ProblemKind) -> Problem {
    Problem::new(kind, "A story's.")
}

impl Story {
    async fn begin(seed: u8) -> Self {
        let world = World::founded(NewFlock {
            recipe: one_frame(),
            ..new_flock(SHEEP)
        })
        .await;
        let now_ms = world.clock.now_ms();
        let settings = grid::Settings {
            loop_segments: 2,
            edge_segments: 2,
            segment_frames: 1,
            frame_samples: samples_of(&one_frame(), 1),
            term_min: TERM_MIN,
            audit_patience_ms: PATIENCE.as_millis() as i64,
            blob_grace_ms: MINUTE_MS,
            living_max: 100,
        };
        let mut grid = Grid::new(settings, now_ms);
        for _ in 0..SHEEP {
            grid.bear();
        }
        Self {
            world,
            grid,
            rng: ChaCha20Rng::from_seed([seed; 32]),
            grid_rng: ChaCha20Rng::from_seed([seed; 32]),
            now_ms,
            leases: Vec::new(),
            right: Vec::new(),
            handed_in: BTreeMap::new(),
        }
    }

    fn chance(&mut self, p: f64) -> bool {
        unit(&mut self.rng) < p
    }

    fn anybody(&mut self) -> u8 {
        1 + below(&mut self.rng, DEVICES.into()) as u8
    }

    /// Mostly one that is active, on a segment or on an audit.
    fn any_lease(&mut self, audits: bool) -> Option<Twins> {
        let odd = self.chance(0.1);
        let fits = |twins: &&Twins| {
            let state = self.grid.leases()[twins.number.0 as usize].state;
            odd || (state == grid::LeaseState::Active && twins.audit.is_some() == audits)
        };
        let fitting: Vec<Twins> = self
            .leases
            .iter()
            .rev()
            .filter(fits)
            .take(12)
            .cloned()
            .collect();
        let place = below(&mut self.rng, fitting.len().max(1));
        fitting.get(place).cloned()
    }

    async fn ask(&mut self) {
        let name = self.anybody();
        let request = LeaseRequest {
            seconds_wanted: 3_600,
            samples_per_second: 1e9,
            units_max: 1 + below(&mut self.rng, 4) as u32,
            devices: Vec::new(),
        };
        let told = self
            .world
            .store
            .lease_work(device(name), None, request.clone(), TERMS)
            .await
            .unwrap();
        let number = grid::DeviceNumber(name.into());
        let expected = self.grid.lease_work(number, &request, self.now_ms);
        assert_eq!(told.notices.len(), expected.notices.len(), "notices");
        assert_eq!(told.retry_after_s, expected.retry_after_s);
        assert_eq!(
            told.leases.len(),
            expected.leases.len(),
            "leases for {name}"
        );
        // Leases of one moment and one term have no order among themselves, so each is compared with
        // its own twin, and its place only by moment and term.
        let known = |id: &LeaseId| self.leases.iter().find(|twins| twins.id == *id);
        let pairs: Vec<_> = told.leases.iter().zip(&expected.leases).collect();
        let numbers = pairs.iter().map(|(ours, theirs)| {
            let twins = known(&ours.lease);
            (
                twins.map_or(theirs.lease, |twins| twins.number),
                twins.is_none(),
            )
        });
        let numbers: Vec<_> = numbers.collect();
        let given: BTreeSet<_> = numbers.iter().map(|(number, _)| *number).collect();
        let wanted: BTreeSet<_> = expected.leases.iter().map(|lease| lease.lease).collect();
        assert_eq!(given, wanted, "the same leases");
        let row = |number: grid::LeaseNumber| &self.grid.leases()[number.0 as usize];
        let mut new = Vec::new();
        for ((ours, theirs), (number, is_new)) in pairs.into_iter().zip(numbers) {
            let (lease, there) = (row(number), row(theirs.lease));
            assert_eq!(
                (lease.leased_ms, lease.expires_ms),
                (there.leased_ms, there.expires_ms)
            );
            let unit = &self.grid.units()[lease.unit.0 as usize];
            assert_eq!(ours.work.segment, unit.segment);
            assert_eq!(ours.term_s, theirs.term_s);
            let audit = match ours.work.task {
                Task::Segment => None,
                Task::Audit { .. } => Some(self.audit_number(&ours.work.id).await),
            };
            assert_eq!(audit, lease.audit);
            if is_new {
                new.push(Twins {
                    id: ours.lease.clone(),
                    number,
                    name,
                    audit,
                });
            }
        }
        self.leases.extend(new);
    }

    async fn audit_number(&self, audit: &WorkUnitId) -> grid::AuditNumber {
        let wanted = query("SELECT number FROM audit WHERE id = $1").bind(audit.as_str());
        let row = self.world.store.row(wanted).await.unwrap().unwrap();
        let number: i64 = row.try_get("number").unwrap();
        grid::AuditNumber(number.unsigned_abs() - 1)
    }

    async fn audit_id(&self, audit: grid::AuditNumber) -> WorkUnitId {
        let wanted = query("SELECT id FROM audit WHERE number = $1").bind(audit.0 as i64 + 1);
        let row = self.world.store.row(wanted).await.unwrap().unwrap();
        parsed(&row, "id").unwrap()
    }

    /// Hands a segment in, perhaps once more.
    async fn submit(&mut self) {
        let Some(twins) = self.any_lease(false) else {
            return;
        };
        let new = match self.handed_in.get(&twins.id) {
            Some(again) => again.clone(),
            None => {
                let segment = self.handed_in.len() as u64;
                let ours = NewSubmission {
                    lease: twins.id.clone(),
                    device: device(twins.name),
                    segment: Blake3::of(&segment.to_le_bytes()),
                    segment_bytes: 1_000,
                    short_segment: None,
                    frames: vec![Blake3::of(b"frame")],
                    render_ms: 0,
                    drawn_by: Default::default(),
                };
                let theirs = grid::NewSubmission {
                    lease: twins.number,
                    device: grid::DeviceNumber(twins.name.into()),
                    segment: grid::Digest(segment),
                    frames: 1,
                    render_ms: 0,
                    drawn_by: Default::default(),
                };
                (ours, theirs)
            }
        };
        let told = self.world.store.record_submission(new.0.clone()).await;
        let expected = self.grid.record_submission(&new.1, self.now_ms);
        match (told, expected) {
            (Ok(told), Ok(expected)) => {
                assert_eq!(told, expected);
                if !told.duplicate {
                    let lies = if twins.name >= FIRST_LIAR { 0.3 } else { 0.02 };
                    let right = !self.chance(lies);
                    self.right.push(right);
                    self.handed_in.insert(twins.id, new);
                }
            }
            (told, expected) => same_refusal(told, expected),
        }
    }

    /// Decodes some of what waits for it.
    async fn check(&mut self) {
        let most = 1 + below(&mut self.rng, 3);
        let claimed = self.world.store.claim_checks(most as u32, MINUTE).await;
        let expected = self.grid.claim_checks(most, MINUTE_MS, self.now_ms);
        let claimed = claimed.unwrap();
        assert_eq!(claimed.len(), expected.len());
        for (ours, theirs) in claimed.iter().zip(expected) {
            assert_eq!(ours.submission, theirs.0 as i64 + 1);
            if self.chance(0.1) {
                let problem = problem(ProblemKind::UndecodableSegment);
                let kind = problem.kind;
                let refused = self.world.store.refuse_check(ours.submission, problem);
                refused.await.unwrap();
                self.grid.refuse_check(theirs, kind, self.now_ms);
                continue;
            }
            let odd = self.chance(0.1);
            let checked = self.world.store.record_check(ours.submission, frames(odd));
            checked.await.unwrap();
            let odd: &[u32] = if odd { &[0] } else { &[] };
            self.grid
                .record_check(theirs, odd, self.now_ms, &mut self.grid_rng);
        }
    }

    /// Reports on an audit, as the device does.
    async fn audit(&mut self) {
        let Some(twins) = self.any_lease(true) else {
            return;
        };
        let right = match twins.audit {
            Some(audit) => self.is_right(audit),
            None => true,
        };
        let agrees = right || twins.name >= FIRST_LIAR;
        let digest: &[u8] = if agrees { b"frame" } else { b"another" };
        let told = self
            .world
            .store
            .record_audit(AuditAnswer {
                lease: twins.id.clone(),
                device: device(twins.name),
                frame: Blake3::of(digest),
                drawn_by: Default::default(),
                render_ms: 10,
                agrees,
            })
            .await;
        let answer = grid::AuditAnswer {
            lease: twins.number,
            device: grid::DeviceNumber(twins.name.into()),
            frame: grid::Digest(u64::MAX - u64::from(agrees)),
            agrees,
        };
        let expected = self
            .grid
            .record_audit(&answer, self.now_ms, &mut self.grid_rng);
        match (told, expected) {
            (Ok(told), Ok(expected)) => assert_eq!(told, expected),
            (told, expected) => same_refusal(told, expected),
        }
    }

    fn is_right(&self, audit: grid::AuditNumber) -> bool {
        let submission = self.grid.audits()[audit.0 as usize].submission;
        self.right[submission.0 as usize]
    }

    /// Gives a lease back, or answers it with what cannot be read.
    async fn fail(&mut self) {
        let audits = self.chance(0.3);
        let Some(twins) = self.any_lease(audits) else {
            return;
        };
        let (ours, number) = (device(twins.name), grid::DeviceNumber(twins.name.into()));
        if self.chance(0.5) {
            let told = self.world.store.give_back(twins.id, ours).await;
            same_refusal(told, self.grid.give_back(twins.number, number));
        } else {
            let problem = problem(ProblemKind::UnreadableSegment);
            let kind = problem.kind;
            let told = self.world.store.record_refusal(twins.id, ours, problem);
            let told = told.await;
            let expected = self
                .grid
                .record_refusal(twins.number, number, kind, self.now_ms);
            same_refusal(told, expected);
        }
    }

    async fn time_passes(&mut self) {
        // Devices are not written down again for ten seconds after they were seen.
        let ms = match below(&mut self.rng, 20) {
            0 => 25 * 60 * MINUTE_MS,
            1..4 => 6 * MINUTE_MS,
            _ => 10_000 * (1 + below(&mut self.rng, 3) as i64),
        };
        self.world.clock.advance_ms(ms);
        self.now_ms += ms;
        let freed = self.world.store.sweep().await.unwrap();
        assert_eq!(freed, self.grid.sweep(self.now_ms));
    }

    async fn plan(&mut self) {
        let planned = self.world.store.plan_self_audits(PATIENCE).await.unwrap();
        assert_eq!(planned, self.grid.plan_self_audits(self.now_ms));
    }

    /// Does one job in both worlds, after those that only the store has.
    async fn job(&mut self) {
        while let Some(claimed) = self.world.claim().await {
            let own = self.do_stores_own(&claimed.job).await;
            if !own {
                self.do_shared(&claimed.job).await;
            }
            self.world.store.finish_job(&claimed).await.unwrap();
            if !own {
                return;
            }
        }
    }

    /// What the grid does at once and the store in parts.
    async fn do_stores_own(&self, job: &Job) -> bool {
        match job {
            Job::AuditAgain(again) => self.world.store.audit_again(again.clone()).await.unwrap(),
            Job::DoubtReports(doubt) => {
                self.world.store.doubt_reports(doubt.clone()).await.unwrap();
            }
            _ => return false,
        }
        true
    }

    async fn do_shared(&mut self, job: &Job) {
        let twin = match job {
            Job::Referee { audit } => grid::Job::Referee {
                audit: self.audit_number(audit).await,
            },
            Job::SelfAudit { audit } => grid::Job::SelfAudit {
                audit: self.audit_number(audit).await,
            },
            Job::Join { clip, version } => grid::Job::Join {
                clip: grid::ClipNumber(
                    self.world.store.clip(clip).await.unwrap().number as u64 - 1,
                ),
                version: *version,
            },
            Job::Plan => grid::Job::Plan,
            other => panic!("nobody asked for {other:?}"),
        };
        assert_eq!(self.grid.claim_job(|job| *job == twin), Some(twin));
        match (job, twin) {
            (Job::Join { clip, version }, grid::Job::Join { clip: number, .. }) => {
                let file = clip_file(clip);
                let told = self.world.store.publish_clip(clip, *version, file).await;
                let digest = grid::Digest(1 << 40 | number.0);
                let expected = self
                    .grid
                    .publish_clip(number, *version, digest, self.now_ms);
                match (told, expected) {
                    // A founded flock has had its first manifest.
                    (Ok(told), Ok(expected)) => assert_eq!(told, expected + 1),
                    (told, expected) => same_refusal(told, expected),
                }
            }
            (Job::Plan, _) => {
                let planned = self.world.store.plan_edges().await.unwrap();
                assert_eq!(planned, self.grid.plan_edges());
            }
            (_, grid::Job::Referee { audit } | grid::Job::SelfAudit { audit }) => {
                self.settle(audit).await;
            }
            _ => unreachable!("the twin is of the same kind"),
        }
        self.grid.finish_job(twin);
    }

    /// The referee renders the audited frame.
    async fn settle(&mut self, audit: grid::AuditNumber) {
        let right = self.is_right(audit);
        let disputed = self.grid.audits()[audit.0 as usize].state == grid::AuditState::Disputed;
        let auditor_good = disputed.then_some(!right);
        let id = self.audit_id(audit).await;
        let settlement = Settlement {
            submitter_good: right,
            auditor_good,
            ..RIGHT
        };
        self.world.store.settle_audit(id, settlement).await.unwrap();
        let settlement = grid::Settlement {
            submitter_good: right,
            auditor_good,
            further_wrong: 0,
            further_right: 0,
        };
        self.grid
            .settle_audit(audit, settlement, self.now_ms, &mut self.grid_rng);
    }

    async fn step(&mut self) {
        match below(&mut self.rng, 32) {
            0..7 => self.ask().await,
            7..15 => self.submit().await,
            15..19 => self.check().await,
            19..24 => self.audit().await,
            24 => self.fail().await,
            25..27 => self.time_passes().await,
            27 => self.plan().await,
            _ => self.job().await,
        }
        // What the grid does at once the store plans as jobs, which are done before anybody looks.
        self.do_all_stores_own().await;
        assert_eq!(self.grid.invariants(), Ok(()));
    }

    async fn do_all_stores_own(&self) {
        loop {
            let wanted = query(
                "SELECT COUNT(*) AS open FROM job WHERE state = 'waiting'
                 AND (key LIKE 'audit-again:%' OR key LIKE 'doubt-reports:%')",
            );
            let row = self.world.store.row(wanted).await.unwrap().unwrap();
            if row.try_get::<i64>("open").unwrap() == 0 {
                return;
            }
            while let Some(claimed) = self.world.claim().await {
                if self.do_stores_own(&claimed.job).await {
                    self.world.store.finish_job(&claimed).await.unwrap();
                }
            }
            // The others wait again.
            self.world.store.reclaim_jobs().await.unwrap();
        }
    }

    /// Whether one of the two drew a sample, which the other did not.
    fn has_sample(&self, snapshot: &Snapshot) -> bool {
        let ours = snapshot
            .audits
            .iter()
            .any(|audit| audit.contains("purpose 1"));
        let theirs = self.grid.audits().iter();
        ours || theirs
            .into_iter()
            .any(|audit| audit.purpose == grid::Purpose::Sample)
    }
}

fn same_refusal<T, U>(told: Result<T, StoreError>, expected: Result<U, grid::Refused>) {
    let told = told.map(drop).map_err(|error| error.kind().unwrap());
    let expected = expected.map(drop).map_err(|refused| refused.0);
    assert_eq!(told, expected);
}

#[tokio::test]
async fn the_store_does_what_the_grid_in_memory_does() {
    let (mut told, mut quarantined, mut found_bad, mut published) = (0, 0, 0, 0);
    for seed in 0..STORIES {
        let mut story = Story::begin(seed).await;
        for step in 0..STEPS {
            story.step().await;
            let ours = Snapshot::of_store(&story.world.store).await;
            if story.has_sample(&ours) {
                break;
            }
            let theirs = Snapshot::of_grid(&story.grid);
            assert_eq!(ours, theirs, "story {seed}, step {step}");
            told += 1;
        }
        let sums = story.grid.sums();
        quarantined += sums.quarantined_segments;
        found_bad += sums.found_bad;
        published += sums.manifest_sequence;
    }
    // Stories in which nothing happens would agree as well.
    let happened = [
        told > STEPS * 8,
        quarantined > 0,
        found_bad > 0,
        published > 0,
    ];
    assert_eq!(
        happened, [true; 4],
        "{told} {quarantined} {found_bad} {published}"
    );
}
