//! The coordinator as a process: started on a data folder, asked, killed.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use tokio::sync::{oneshot, watch};
use tower::ServiceExt as _;
use woolgather_coordinator::blobs::Blobs;
use woolgather_coordinator::config::Config;
use woolgather_coordinator::hands::Hands;
use woolgather_coordinator::http::admission::AdmissionSettings;
use woolgather_coordinator::http::router;
use woolgather_coordinator::jobs;
use woolgather_coordinator::state::{App, Parts};
use woolgather_coordinator::store::{FoundingSheep, NewFlock, Store};
use woolgather_genome::{Genome, starter_flock};
use woolgather_protocol::{DeviceSecret, PublicKey, Recipe};
use woolgather_swarm::{MemoryNetwork, MemorySwarm};

use crate::pictures::recipe;
use crate::stage::{AbortOnDrop, ProcessStage};
use crate::world::{World, lock};

/// The longest answer that anybody here reads, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 22;
/// The coordinator's key: the same at every start.
const KEY: [u8; 32] = [9; 32];

/// What a coordinator's flock is founded with.
#[derive(Debug, Clone, Copy)]
pub struct Founding {
    /// Sheep.
    pub sheep: usize,
    /// Frames of a loop, a multiple of the segment's.
    pub loop_frames: u32,
    /// Whether edges are planned once there are loops.
    pub edges: bool,
}

/// Where the coordinator is, running or not.
pub struct Coordinator {
    world: Arc<World>,
    founding: Founding,
    running: Mutex<Option<Arc<Process>>>,
    /// The stage of a process that has not come so far.
    starting: Mutex<Option<Arc<ProcessStage>>>,
}

/// A process that serves.
struct Process {
    stage: Arc<ProcessStage>,
    router: Router,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Coordinator {
    /// A coordinator that does not run yet.
    #[must_use]
    pub fn new(world: &Arc<World>, founding: Founding) -> Arc<Self> {
        Arc::new(Self {
            world: Arc::clone(world),
            founding,
            running: Mutex::new(None),
            starting: Mutex::new(None),
        })
    }

    /// The key it signs with.
    #[must_use]
    pub fn key() -> PublicKey {
        DeviceSecret::from_bytes(&KEY).public()
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        lock(&self.running).is_some()
    }

    /// Starts it on what an earlier process left in `folder`. When the caller goes away meanwhile,
    /// [`Coordinator::kill`] ends what has begun.
    ///
    /// # Errors
    ///
    /// When it does not start, which is the coordinator's fault.
    pub async fn start(&self, folder: &Path) -> anyhow::Result<()> {
        let stage = ProcessStage::new(&self.world);
        *lock(&self.starting) = Some(Arc::clone(&stage));
        let hands = Hands::on(stage.clone());
        let clock = Arc::new(self.world.clock);
        let config = config(folder, &self.founding);
        let rng_seed = self.world.bytes();
        let store = Store::open_with(config.store.clone(), clock.clone(), rng_seed, &hands).await?;
        let blobs = Blobs::open(&config.blobs, folder)?;
        blobs.clear_temp()?;
        let secret = DeviceSecret::from_bytes(&KEY);
        store
            .found_flock(new_flock(&config, &self.founding))
            .await?;
        store.keep_key(secret.public()).await?;
        let origin = SocketAddr::from(([192, 0, 2, 1], 6881));
        let app = App::new(Parts {
            config,
            public_url: "http://coordinator.example/".parse()?,
            store,
            blobs,
            clock,
            hands,
            secret,
            swarm: Arc::new(MemorySwarm::new(&MemoryNetwork::default(), origin, false)),
            origin_peers: vec![origin],
        })
        .await
        .context("putting a coordinator together")?;
        let router = router(Arc::clone(&app));
        // Nobody ever says that it shall stop; it is killed.
        let (stop, stopped) = watch::channel(false);
        stage.run(async move {
            jobs::run(app, stopped).await;
            drop(stop);
        });
        stage.expose();
        *lock(&self.starting) = None;
        *lock(&self.running) = Some(Arc::new(Process { stage, router }));
        self.world.note("the coordinator runs");
        Ok(())
    }

    /// Kills it, wherever it is.
    pub async fn kill(&self) {
        let running = lock(&self.running).take();
        let starting = lock(&self.starting).take();
        let stage = running.map(|process| Arc::clone(&process.stage));
        if let Some(stage) = stage.or(starting) {
            lock(&self.world.told).kills += 1;
            stage.kill().await;
            self.world.note("the coordinator was killed");
        }
    }

    /// Has a request answered; `None` when the process ends meanwhile, or does not run. With
    /// `hang_up` the handler ends when nobody waits for it any more.
    pub async fn serve(
        &self,
        mut request: Request<Body>,
        from: SocketAddr,
        hang_up: bool,
    ) -> Option<Reply> {
        let process = lock(&self.running).clone()?;
        request.extensions_mut().insert(ConnectInfo(from));
        let (answer, answered) = oneshot::channel();
        let router = process.router.clone();
        let under_way = process.stage.request();
        let handler = process.stage.run(async move {
            let _under_way = under_way;
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            if let Ok(body) = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await {
                // The client may have gone away.
                let _ = answer.send(Reply { status, body });
            }
        });
        drop(process);
        let _handler = hang_up.then(|| AbortOnDrop(handler));
        answered.await.ok()
    }
}

fn config(folder: &Path, founding: &Founding) -> Config {
    let recipe = Recipe {
        loop_frames: founding.loop_frames,
        ..recipe()
    };
    let mut config = Config::for_tests(folder, recipe);
    config.evolution.edges = founding.edges;
    config.admission = AdmissionSettings {
        // It is measured with the machine's clock.
        write_time_max: Duration::MAX,
        ..config.admission
    };
    config
}

/// Sheep that are black whatever they do, no two of them alike.
fn new_flock(config: &Config, founding: &Founding) -> NewFlock {
    let black = |(number, sheep): (usize, &woolgather_genome::StarterSheep)| FoundingSheep {
        title: format!("Black {number}"),
        artist: "nobody".into(),
        genome: Genome {
            brightness: 0.0,
            ..sheep.genome()
        },
    };
    let sheep = starter_flock().iter().take(founding.sheep);
    NewFlock {
        name: config.name.clone(),
        recipe: config.recipe.clone(),
        sheep: sheep.enumerate().map(black).collect(),
    }
}
