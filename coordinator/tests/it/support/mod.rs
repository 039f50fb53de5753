//! A coordinator for a test, and a device that talks to it.
//!
//! The server listens on loopback and keeps its data in a folder that goes with it. There are no
//! jobs: what a test wants done, it does. Segments are tiny and real.

pub(crate) mod device;
pub(crate) mod segments;

use std::net::SocketAddr;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use woolgather_coordinator::blobs::Blobs;
use woolgather_coordinator::clock::{Clock, MockClock};
use woolgather_coordinator::config::Config;
use woolgather_coordinator::http::{router, server};
use woolgather_coordinator::state::{App, Parts};
use woolgather_coordinator::store::{FoundingSheep, NewClipFile, NewFlock, Store};
use woolgather_genome::starter_flock;
use woolgather_protocol::{DeviceSecret, InfoHash, Recipe, Sha256, SheepId};
use woolgather_swarm::{MemoryNetwork, MemorySwarm};

use device::Device;

/// When the clock stands still: November 2026.
pub(crate) const NOW_MS: i64 = 1_795_000_000_000;

/// A coordinator that listens.
pub(crate) struct TestCoordinator {
    /// What requests share.
    pub(crate) app: Arc<App>,
    /// The clock it goes by.
    pub(crate) clock: Arc<MockClock>,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    server: Option<tokio::task::JoinHandle<()>>,
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
        let folder = tempfile::tempdir().unwrap();
        Self::start_in(folder, sheep, NOW_MS).await
    }

    /// The same data folder and time, a new process as it were.
    pub(crate) async fn restart(mut self) -> Self {
        self.stop().await;
        let sheep = self.app.config.starter_sheep.unwrap();
        Self::start_in(self.folder, sheep, self.clock.now_ms()).await
    }

    async fn start_in(folder: TempDir, sheep: usize, now_ms: i64) -> Self {
        let clock = Arc::new(MockClock::at(now_ms));
        let mut config = Config::for_tests(folder.path(), tiny_recipe());
        config.starter_sheep = Some(sheep);
        let store = Store::open(folder.path(), clock.clone(), [7; 32])
            .await
            .unwrap();
        store.found_flock(new_flock(sheep)).await.unwrap();
        let listener = TcpListener::bind(config.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let origin: SocketAddr = "127.0.0.1:6881".parse().unwrap();
        let app = App::new(Parts {
            config,
            public_url: format!("http://{address}/").parse().unwrap(),
            store,
            blobs: Blobs::open(folder.path()).unwrap(),
            clock: clock.clone(),
            secret: DeviceSecret::from_bytes(&[9; 32]),
            swarm: Arc::new(MemorySwarm::new(&MemoryNetwork::default(), origin, false)),
            origin_peers: vec![origin],
        })
        .await
        .unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let server = tokio::spawn(server::serve(listener, router(app.clone()), stopped));
        Self {
            app,
            clock,
            url: format!("http://{address}"),
            folder,
            stop: Some(stop),
            server: Some(server),
        }
    }

    /// Stops listening and waits for what is under way.
    pub(crate) async fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.server.take().unwrap().await.unwrap();
    }

    /// A device with the key made of this byte.
    pub(crate) fn device(&self, key: u8) -> Device {
        Device::new(self, key)
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
                poster: self.app.blobs.put(b"picture").unwrap(),
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

fn new_flock(sheep: usize) -> NewFlock {
    let sheep = starter_flock().iter().take(sheep);
    NewFlock {
        name: "Test flock".into(),
        recipe: tiny_recipe(),
        sheep: sheep
            .map(|sheep| FoundingSheep {
                title: sheep.title.to_owned(),
                artist: sheep.artist.to_owned(),
                genome: sheep.genome(),
            })
            .collect(),
    }
}
