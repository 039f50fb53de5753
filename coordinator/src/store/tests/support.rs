//! A small flock in a database of its own, and workers that do as they are told.
//!
//! The database is an SQLite file in a temporary folder, or, where `WOOLGATHER_TEST_POSTGRES` has
//! the address of a PostgreSQL server, a schema on it that goes when the test is over.

use std::sync::Arc;
use std::time::Duration;

use woolgather_genome::{Genome, starter_flock};
use woolgather_protocol::submission::{Receipt, WorkUnitState};
use woolgather_protocol::work::{DeviceKind, LeaseRequest, Task};
use woolgather_protocol::{
    Blake3, ClipId, InfoHash, PublicKey, Recipe, Sha256, SheepId, WorkUnitId,
};

use crate::clock::MockClock;
use crate::store::database::query;
use crate::store::*;

pub(super) const TERM_MIN: Duration = Duration::from_secs(300);
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
pub(super) const TERMS: LeaseTerms = LeaseTerms {
    term_min: TERM_MIN,
    audit_patience: PATIENCE,
};
pub(super) const MINUTE_MS: i64 = 60_000;
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// Two segments of two frames for every clip: the smallest flock in which everything happens.
pub(super) fn recipe() -> Recipe {
    Recipe {
        width: 32,
        height: 16,
        loop_frames: 4,
        edge_frames: 4,
        segment_frames: 2,
        quality: 10.0,
        ..Recipe::small()
    }
}

pub(super) struct World {
    pub(super) store: Store,
    pub(super) clock: Arc<MockClock>,
    home: Home,
}

/// Where a test's database is; gone with it.
enum Home {
    Folder(tempfile::TempDir),
    Schema(Box<Schema>),
}

impl Home {
    fn new() -> Self {
        match std::env::var("WOOLGATHER_TEST_POSTGRES") {
            Ok(address) => Self::Schema(Box::new(Schema::create(&address))),
            Err(_) => Self::Folder(tempfile::tempdir().unwrap()),
        }
    }

    fn place(&self) -> Place {
        match self {
            Self::Folder(folder) => Place::Folder(folder.path().to_owned()),
            Self::Schema(schema) => Place::Server(Box::new(schema.config.clone())),
        }
    }
}

/// A schema of its own on the server.
struct Schema {
    name: String,
    config: postgres::Config,
}

impl Schema {
    fn create(address: &str) -> Self {
        let random = crate::keys::fresh_bytes().unwrap();
        let name = format!("test_{}", data_encoding::HEXLOWER.encode(&random[..8]));
        let config: postgres::Config = address.parse().unwrap();
        Self::batch(config.clone(), format!("CREATE SCHEMA {name}"));
        let mut inside = config;
        inside.options(&format!("-c search_path={name}"));
        Self {
            name,
            config: inside,
        }
    }

    /// On a thread of its own, since the client waits and tests are asynchronous.
    fn batch(config: postgres::Config, sql: String) {
        let thread = std::thread::spawn(move || {
            config
                .connect(postgres::NoTls)
                .unwrap()
                .batch_execute(&sql)
                .unwrap();
        });
        thread.join().unwrap();
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        Self::batch(
            self.config.clone(),
            format!("DROP SCHEMA {} CASCADE", self.name),
        );
    }
}

impl World {
    /// A founded flock with so many sheep.
    pub(super) async fn with_sheep(count: usize) -> Self {
        Self::founded(new_flock(count)).await
    }

    /// A flock founded like this.
    pub(super) async fn founded(flock: NewFlock) -> Self {
        let clock = Arc::new(MockClock::at(1_800_000_000_000));
        let home = Home::new();
        let store = open(home.place(), &clock, 1).await;
        store.found_flock(flock).await.unwrap();
        Self { store, clock, home }
    }

    /// Where the database is.
    pub(super) fn place(&self) -> Place {
        self.home.place()
    }

    /// Another store on the same folder, as another process would open it.
    pub(super) async fn second_store(&self) -> Store {
        self.try_second_store().await.unwrap()
    }

    pub(super) async fn try_second_store(&self) -> Result<Store, StoreError> {
        let clock: Arc<MockClock> = Arc::clone(&self.clock);
        Store::open(self.home.place(), clock, [2; 32]).await
    }

    /// The process dies without a word and comes back.
    pub(super) async fn restart(&mut self) {
        let reopened = open(self.home.place(), &self.clock, 3).await;
        self.store = reopened;
    }

    pub(super) fn minutes_pass(&self, minutes: i64) {
        self.clock.advance_ms(minutes * MINUTE_MS);
    }

    pub(super) async fn lease(&self, device: PublicKey, units_max: u32) -> Vec<LeasedWork> {
        self.ask(device, units_max).await.leases
    }

    pub(super) async fn ask(&self, device: PublicKey, units_max: u32) -> WorkForDevice {
        let request = LeaseRequest {
            seconds_wanted: 3_600,
            samples_per_second: 1e9,
            units_max,
            devices: Vec::new(),
        };
        self.store
            .lease_work(device, None, request, TERMS)
            .await
            .unwrap()
    }

    /// Hands a segment in and has its frames decoded.
    pub(super) async fn submit(&self, device: PublicKey, lease: &LeasedWork) -> Receipt {
        let submission = submission(device, lease);
        let receipt = self.store.record_submission(submission).await.unwrap();
        self.check_all().await;
        receipt
    }

    /// Decodes everything that waits for it, as a checker would, and finds it sound.
    pub(super) async fn check_all(&self) {
        let claimed = self.store.claim_checks(100, MINUTE).await.unwrap();
        for check in claimed {
            let frames = sound_frames();
            let checked = self.store.record_check(check.submission, frames).await;
            checked.unwrap();
        }
    }

    /// Reports the audited frame; `agrees` is the comparison's outcome.
    pub(super) async fn audit(
        &self,
        device: PublicKey,
        lease: &LeasedWork,
        agrees: bool,
    ) -> Receipt {
        let answer = AuditAnswer {
            lease: lease.lease.clone(),
            device,
            frame: Blake3::of(if agrees { b"same" } else { b"else" }),
            drawn_by: DeviceKind::Cpu,
            render_ms: 10,
            agrees,
        };
        self.store.record_audit(answer).await.unwrap()
    }

    pub(super) async fn state_of(&self, work_unit: &WorkUnitId) -> WorkUnitState {
        let status = self.store.work_unit_status(work_unit, None).await;
        status.unwrap().state
    }

    /// Devices that are there and have nothing to do; three others are needed for an audit to be
    /// anybody's but the coordinator's.
    pub(super) async fn come(&self, names: impl IntoIterator<Item = u8>) {
        for name in names {
            self.ask(device(name), 0).await;
        }
    }

    /// Four honest devices render and audit everything there is.
    pub(super) async fn render_everything(&self) {
        self.come(201..=204).await;
        for round in 0.. {
            assert!(round < 1_000, "the queue never ends");
            let mut idle = true;
            for name in 201..=204 {
                for lease in self.lease(device(name), 8).await {
                    idle = false;
                    self.do_honestly(device(name), &lease).await;
                }
            }
            if idle {
                return;
            }
        }
    }

    /// Answers a lease as an honest worker does; its receipt is not a duplicate.
    pub(super) async fn do_honestly(&self, device: PublicKey, lease: &LeasedWork) {
        let receipt = match lease.work.task {
            Task::Segment => self.submit(device, lease).await,
            Task::Audit { .. } => self.audit(device, lease, true).await,
        };
        assert!(!receipt.duplicate, "{}", lease.lease);
    }

    /// Renders everything and does every job until there is neither.
    pub(super) async fn publish_everything(&self) {
        loop {
            self.render_everything().await;
            let Some(claimed) = self.claim().await else {
                return;
            };
            match &claimed.job {
                Job::Join { clip, version } => {
                    let file = clip_file(clip);
                    let published = self.store.publish_clip(clip, *version, file).await;
                    published.unwrap();
                }
                Job::Plan => drop(self.store.plan_edges().await.unwrap()),
                // The referee's second look at a hundredth of the units.
                Job::SelfAudit { audit } => {
                    let settled = self.store.settle_audit(audit.clone(), RIGHT);
                    settled.await.unwrap();
                }
                other => panic!("nobody asked for {other:?}"),
            }
            self.store.finish_job(&claimed).await.unwrap();
        }
    }

    /// The coordinator renders every frame there is to audit, and all are right.
    pub(super) async fn settle_by_ourselves(&self) {
        self.store.plan_self_audits(PATIENCE).await.unwrap();
        while let Some(claimed) = self.claim().await {
            if let Job::SelfAudit { audit } = &claimed.job {
                let settled = self.store.settle_audit(audit.clone(), RIGHT);
                settled.await.unwrap();
            }
            self.store.finish_job(&claimed).await.unwrap();
        }
    }

    /// Makes a device's sum another one than its ledger's.
    pub(super) async fn break_credit(&self, device: PublicKey) {
        let broken = self.store.write(move |tx| {
            let broken = query("UPDATE device SET credit = 999 WHERE key = $1");
            Ok(broken.bind(device.to_string()).execute(&mut *tx.conn)?)
        });
        assert_eq!(broken.await.unwrap(), 1);
    }

    pub(super) async fn claim(&self) -> Option<ClaimedJob> {
        self.store
            .claim_job(Duration::from_secs(600))
            .await
            .unwrap()
    }
}

async fn open(place: Place, clock: &Arc<MockClock>, rng_seed: u8) -> Store {
    let clock: Arc<MockClock> = Arc::clone(clock);
    Store::open(place, clock, [rng_seed; 32]).await.unwrap()
}

pub(super) fn new_flock(count: usize) -> NewFlock {
    NewFlock {
        name: "test flock".into(),
        recipe: recipe(),
        sheep: (0..count).map(founding_sheep).collect(),
    }
}

fn founding_sheep(number: usize) -> FoundingSheep {
    FoundingSheep {
        title: format!("Sheep {number}"),
        artist: "Test".into(),
        genome: genome(number),
    }
}

/// A genome unlike any other number's.
pub(super) fn genome(number: usize) -> Genome {
    Genome {
        name: format!("genome-{number}"),
        rotate: number as f64,
        ..starter_flock()[0].genome()
    }
}

pub(super) fn device(name: u8) -> PublicKey {
    PublicKey([name; 32])
}

/// What an honest worker would hand in; the segment's digest is its own.
pub(super) fn submission(device: PublicKey, lease: &LeasedWork) -> NewSubmission {
    let frames = lease.work.frame_count;
    NewSubmission {
        lease: lease.lease.clone(),
        device,
        segment: Blake3::of(format!("{device} {}", lease.lease).as_bytes()),
        segment_bytes: 1_000,
        short_segment: Some(vec![7; 1_000]),
        frames: (0..frames)
            .map(|frame| Blake3::of(&frame.to_le_bytes()))
            .collect(),
        render_ms: 1_000,
        drawn_by: DeviceKind::Cpu,
    }
}

/// What decoding a segment of the recipe's shows.
pub(super) fn sound_frames() -> CheckedFrames {
    CheckedFrames {
        means: (0..recipe().segment_frames).map(means).collect(),
        suspicious: Vec::new(),
    }
}

/// The referee's own rendering says that the submitted frame is right.
pub(super) const RIGHT: Settlement = Settlement {
    submitter_good: true,
    auditor_good: None,
    further_wrong: 0,
    further_right: 0,
    pictures: None,
};

/// It says that the frame is another picture, and so is the other one it looked at.
pub(super) const WRONG: Settlement = Settlement {
    submitter_good: false,
    further_wrong: 1,
    ..RIGHT
};

pub(super) fn means(frame: u32) -> FrameMeans {
    let mean = u16::try_from(frame).unwrap();
    FrameMeans {
        blocks_wide: 4,
        blocks_high: 2,
        luma: vec![mean; 8],
        chroma_blue: vec![mean; 2],
        chroma_red: vec![mean; 2],
    }
}

pub(super) fn clip_file(clip: &ClipId) -> NewClipFile {
    let blob = Blake3::of(clip.as_str().as_bytes());
    NewClipFile {
        blob,
        bytes: 4_000,
        sha256: Sha256(blob.0),
        info_hash: InfoHash(blob.0[..20].try_into().unwrap()),
        torrent: Blake3::of(b"torrent"),
        poster: Blake3::of(b"poster"),
    }
}

pub(super) async fn live_sheep(store: &Store) -> Vec<SheepId> {
    let page = store
        .sheep_page(
            Some(SheepState::Live),
            SheepOrder::Newest,
            PageRequest::default(),
        )
        .await;
    page.unwrap()
        .rows
        .into_iter()
        .map(|sheep| sheep.id)
        .collect()
}
