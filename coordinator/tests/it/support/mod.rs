//! A coordinator for a test, and a device that talks to it.
//!
//! The server listens on loopback and keeps its data in a folder that goes with it. Jobs are done
//! only while a test says so ([`TestCoordinator::do_jobs_until`]). Segments are tiny and real: of
//! frames that cost nothing ([`segments`]) or of the frames the work asks for ([`rendered`]).

pub(crate) mod authenticator;
pub(crate) mod browser;
pub(crate) mod device;
pub(crate) mod rendered;
pub(crate) mod segments;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use woolgather_coordinator::blobs::Blobs;
use woolgather_coordinator::clock::{Clock, MockClock};
use woolgather_coordinator::config::Config;
use woolgather_coordinator::hands::Hands;
use woolgather_coordinator::http::{router, server};
use woolgather_coordinator::jobs;
use woolgather_coordinator::publish;
use woolgather_coordinator::state::{App, Parts};
use woolgather_coordinator::store::{
    FlockStatus, FoundingSheep, LeaseTerms, NewClipFile, NewFlock, Store,
};
use woolgather_genome::starter_flock;
use woolgather_protocol::work::LeaseRequest;
use woolgather_protocol::{DeviceSecret, InfoHash, Recipe, Sha256, SheepId};
use woolgather_swarm::{MemoryNetwork, MemorySwarm};

use device::Device;

/// When the clock stands still: November 2026.
pub(crate) const NOW_MS: i64 = 1_795_000_000_000;

/// A minute and a day, in milliseconds.
pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// A coordinator that listens.
pub(crate) struct TestCoordinator {
    /// What requests share.
    pub(crate) app: Arc<App>,
    /// The clock it goes by.
    pub(crate) clock: Arc<MockClock>,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// Where its origin seeder meets others.
    pub(crate) network: MemoryNetwork,
    /// How often it was started, from 1.
    starts: u8,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    server: Option<tokio::task::JoinHandle<()>>,
    checker: tokio::task::JoinHandle<()>,
}

/// 64×64 pixels, 4 frames in segments of 2.
pub(crate) fn tiny_recipe() -> Recipe {
    Recipe {
        width: 64,
        height: 64,
        loop_frames: 4,
        edge_frames: 4,
        segment_frames: 2,
        quality: 5.0,
        temporal_samples: 1,
        ..Recipe::small()
    }
}

impl TestCoordinator {
    /// A coordinator with one starter sheep.
    pub(crate) async fn start() -> Self {
        Self::start_with(1).await
    }

    /// A coordinator with so many starter sheep.
    pub(crate) async fn start_with(sheep: usize) -> Self {
        Self::start_configured(|config| config.starter_sheep = Some(sheep)).await
    }

    /// A coordinator with one starter sheep and whatever `change` makes of its configuration.
    pub(crate) async fn start_configured(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::for_tests(folder.path(), tiny_recipe());
        change(&mut config);
        Self::start_in(folder, config, NOW_MS, 1).await
    }

    /// The same data folder, configuration and time, a new process as it were.
    pub(crate) async fn restart(self) -> Self {
        self.restart_configured(|_| {}).await
    }

    /// The same with whatever `change` makes of its configuration.
    pub(crate) async fn restart_configured(mut self, change: impl FnOnce(&mut Config)) -> Self {
        self.stop().await;
        let mut config = self.app.config.clone();
        change(&mut config);
        Self::start_in(self.folder, config, self.clock.now_ms(), self.starts + 1).await
    }

    async fn start_in(folder: TempDir, config: Config, now_ms: i64, starts: u8) -> Self {
        let clock = Arc::new(MockClock::at(now_ms));
        let store = Store::open(folder.path(), clock.clone(), [starts; 32])
            .await
            .unwrap();
        store.found_flock(new_flock(&config)).await.unwrap();
        let network = MemoryNetwork::default();
        let blobs = Blobs::open(&config.blobs, folder.path()).unwrap();
        let listener = TcpListener::bind(config.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let origin: SocketAddr = "127.0.0.1:6881".parse().unwrap();
        let own_address = format!("http://{address}/").parse().unwrap();
        let public_url = config.public_url.clone().unwrap_or(own_address);
        let app = App::new(Parts {
            config,
            public_url,
            store,
            blobs,
            clock: clock.clone(),
            hands: Hands::machine(),
            secret: DeviceSecret::from_bytes(&[9; 32]),
            swarm: Arc::new(MemorySwarm::new(&network, origin, false)),
            origin_peers: vec![origin],
        })
        .await
        .unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let limits = app.config.connections;
        let server = server::serve(listener, router(app.clone()), limits, stopped);
        let server = tokio::spawn(server);
        let checked = app.clone();
        let checker = tokio::spawn(async move { jobs::run_checks(&checked).await });
        Self {
            app,
            clock,
            url: format!("http://{address}"),
            network,
            starts,
            folder,
            stop: Some(stop),
            server: Some(server),
            checker,
        }
    }

    /// Stops listening and waits for what is under way.
    pub(crate) async fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.server.take().unwrap().await.unwrap();
        self.checker.abort();
    }

    /// Does jobs, as the program does, until the flock's numbers are as `done` wants them.
    pub(crate) async fn do_jobs_until(&self, done: impl Fn(&FlockStatus) -> bool) {
        let (stop, stopped) = watch::channel(false);
        let runner = tokio::spawn(jobs::run(self.app.clone(), stopped));
        for _ in 0..1000 {
            let status = self.app.store.status().await.unwrap();
            assert_eq!(status.jobs_failed, 0);
            if done(&status) {
                stop.send(true).unwrap();
                return runner.await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{:#?}", self.app.store.status().await.unwrap());
    }

    /// Does jobs until there are none, and nothing to audit.
    pub(crate) async fn do_jobs(&self) {
        self.do_jobs_until(|status| status.jobs_open + status.audits_waiting == 0)
            .await;
    }

    /// A device with the key made of this byte.
    pub(crate) fn device(&self, key: u8) -> Device {
        Device::new(self, key)
    }

    /// Two devices that are there and do nothing. With fewer than three auditors to choose from nobody
    /// but the coordinator audits.
    pub(crate) async fn bystanders_come(&self) {
        for key in 251..=252 {
            let store = &self.app.store;
            let nothing = LeaseRequest {
                seconds_wanted: 0,
                samples_per_second: 0.0,
                units_max: 0,
                devices: Vec::new(),
            };
            let terms = LeaseTerms {
                term_min: self.app.config.lease_term_min,
                audit_patience: self.app.config.audit_patience,
            };
            let device = self.device(key).key();
            store
                .lease_work(device, None, nothing, terms)
                .await
                .unwrap();
        }
    }

    /// The only sheep, or the first of several.
    pub(crate) async fn first_sheep(&self) -> SheepId {
        self.all_sheep().await.remove(0)
    }

    /// Every sheep, in order of birth.
    pub(crate) async fn all_sheep(&self) -> Vec<SheepId> {
        use woolgather_coordinator::store::{PageRequest, SheepOrder};
        let page = PageRequest::default();
        let page = self.app.store.sheep_page(None, SheepOrder::Newest, page);
        let rows = page.await.unwrap().rows;
        rows.into_iter().rev().map(|row| row.id).collect()
    }

    /// Has every loop rendered and audited by two devices and publishes it, the file being `file`.
    pub(crate) async fn publish_all(&self, file: &[u8]) {
        self.bystanders_come().await;
        let (worker, auditor) = (self.device(1), self.device(2));
        worker.render_everything().await;
        auditor.audit_everything().await;
        for sheep in self.all_sheep().await {
            let clip = self
                .app
                .store
                .clips_of_sheep(&sheep)
                .await
                .unwrap()
                .remove(0);
            let sheep_file = [file, sheep.as_str().as_bytes()].concat();
            let published = NewClipFile {
                blob: self.app.blobs.put(&sheep_file).unwrap(),
                bytes: sheep_file.len() as u64,
                sha256: Sha256([1; 32]),
                info_hash: info_hash(&sheep),
                torrent: self.app.blobs.put(b"d4:infode").unwrap(),
                poster: self.app.blobs.put(&picture()).unwrap(),
            };
            let store = &self.app.store;
            store
                .publish_clip(&clip.id, clip.version, published)
                .await
                .unwrap();
        }
    }
}

/// The info hash a test gives to a sheep's loop.
pub(crate) fn info_hash(sheep: &SheepId) -> InfoHash {
    let digest = woolgather_protocol::Blake3::of(sheep.as_str().as_bytes());
    InfoHash(digest.0[..20].try_into().unwrap())
}

fn new_flock(config: &Config) -> NewFlock {
    let sheep = config.starter_sheep.unwrap_or(usize::MAX);
    let sheep = starter_flock().iter().take(sheep);
    NewFlock {
        name: "Test flock".into(),
        recipe: config.recipe.clone(),
        sheep: sheep
            .map(|sheep| FoundingSheep {
                title: sheep.title.to_owned(),
                artist: sheep.artist.to_owned(),
                genome: sheep.genome(),
            })
            .collect(),
    }
}

/// A picture, as posters are: WebP.
fn picture() -> Vec<u8> {
    publish::webp_of_rgb(&[90; 3 * 16 * 9], 16, 9).expect("a small picture")
}
