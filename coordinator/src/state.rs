//! What every request and every job shares.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::Semaphore;
use url::Url;
use woolgather_protocol::{DeviceSecret, PublicKey};
use woolgather_swarm::Swarm;

use crate::blobs::{BlobPlace, Blobs};
use crate::clock::Clock;
use crate::config::Config;
use crate::credit::CreditCache;
use crate::hands::Hands;
use crate::http::admission::Admission;
use crate::http::manifest::ManifestCache;
use crate::http::nonces::Nonces;
use crate::http::throttle::Throttles;
use crate::http::thumbnails::{self, Thumbnails};
use crate::kept::{Kept, KeptWhenSlow};
use crate::metrics::Metrics;
use crate::pages::submit::stills::{self, Stills};
use crate::passkeys::Passkeys;
use crate::publish::seeding::Seeded;
use crate::pulse::Pulse;
use crate::store::{
    Boards, Company, Flock, FlockStatus, Glance, Machines, Membership, Store, StoreError, TagCount,
};
use crate::tracker::Tracker;

/// For how long the numbers on home are good, in milliseconds.
const GLANCE_GOOD_MS: i64 = 5_000;
/// For how long the boards of people are good, in milliseconds.
const BOARDS_GOOD_MS: i64 = 60_000;
/// For how long the gallery's choice of tags is good, in milliseconds.
const TAGS_GOOD_MS: i64 = 60_000;

/// The parts of a running coordinator, put together by [`crate::serve`] or by a test.
pub struct App {
    /// What the operator decided.
    pub config: Config,
    /// The address people use, with a slash at the end.
    pub public_url: Url,
    /// Everything remembered.
    pub store: Store,
    /// The coordinators that serve the same flock.
    pub company: Company,
    /// Segments, clips, torrents, pictures.
    pub blobs: Blobs,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who does the long work.
    pub hands: Hands,
    /// Signs manifests, work units and ballots.
    pub secret: DeviceSecret,
    /// Name and recipe, as founded; the sequence number in it is the one at start.
    pub flock: Flock,
    /// Peers of the clips' torrents.
    pub tracker: Tracker,
    /// The origin seeder.
    pub swarm: Arc<dyn Swarm>,
    /// Where others reach the origin seeder.
    pub origin_peers: Vec<SocketAddr>,
    /// What the origin seeder gives.
    pub seeded: Seeded,
    /// For the operator's monitoring.
    pub metrics: Metrics,
    /// For whom it works, by the last hour's requests.
    pub pulse: Pulse,
    /// Signed requests seen lately.
    pub nonces: Nonces,
    /// Who gave most, as it is shown.
    pub boards: Kept<Boards>,
    /// Machines in groups, as they are shown.
    pub machines: Kept<Machines>,
    /// Passkeys of the website; none where it has no name.
    pub passkeys: Option<Passkeys>,
    /// What networks and devices asked for lately.
    pub throttles: Throttles,
    /// Who is let in when not everybody can be.
    pub admission: Admission,
    /// Whether the coordinator is about to stop and should be sent nothing more.
    pub draining: AtomicBool,
    /// The newest manifest, signed.
    pub manifests: ManifestCache,
    /// Everybody's credit, as it is exported.
    pub credit: CreditCache,
    /// Small pictures of genomes, drawn lately.
    pub stills: Stills,
    /// Mutants are bred one at a time.
    pub mutants: Semaphore,
    /// Small pictures of sheep.
    pub thumbnails: Thumbnails,
    /// The flock in numbers.
    pub numbers: KeptWhenSlow<FlockStatus>,
    /// What home says the grid is doing.
    pub glance: Kept<Glance>,
    /// Tags that the gallery offers.
    pub frequent_tags: Kept<Vec<TagCount>>,
}

/// What [`App::new`] is made from.
pub struct Parts {
    /// What the operator decided.
    pub config: Config,
    /// The address people use, with a slash at the end.
    pub public_url: Url,
    /// Everything remembered; the flock is founded.
    pub store: Store,
    /// Segments, clips, torrents, pictures.
    pub blobs: Blobs,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who does the long work; the store has the same.
    pub hands: Hands,
    /// The coordinator's key.
    pub secret: DeviceSecret,
    /// The origin seeder.
    pub swarm: Arc<dyn Swarm>,
    /// Where others reach the origin seeder.
    pub origin_peers: Vec<SocketAddr>,
}

impl App {
    /// Puts a coordinator together.
    ///
    /// # Errors
    ///
    /// As [`Store::flock`]: found the flock first. As [`Store::join_company`].
    pub async fn new(parts: Parts) -> Result<Arc<Self>, StoreError> {
        let flock = parts.store.flock().await?;
        let membership = match parts.config.blobs {
            BlobPlace::Folder => Membership::Alone,
            BlobPlace::Bucket(_) => Membership::Shared,
        };
        let company = parts.store.join_company(membership).await?;
        let nonces = match company.nonces() {
            Some(shared) => Nonces::shared(shared),
            None => Nonces::new(parts.clock.now_ms()),
        };
        let throttles = Throttles::new(parts.config.rates);
        let admission = Admission::new(parts.config.admission);
        Ok(Arc::new(Self {
            boards: Kept::for_ms(BOARDS_GOOD_MS),
            machines: Kept::for_ms(BOARDS_GOOD_MS),
            passkeys: Passkeys::of(&parts.public_url),
            config: parts.config,
            public_url: parts.public_url,
            store: parts.store,
            company,
            blobs: parts.blobs,
            clock: parts.clock,
            hands: parts.hands,
            secret: parts.secret,
            flock,
            tracker: Tracker::new(parts.origin_peers.clone()),
            swarm: parts.swarm,
            origin_peers: parts.origin_peers,
            seeded: Seeded::default(),
            metrics: Metrics::new(),
            pulse: Pulse::default(),
            nonces,
            throttles,
            admission,
            draining: AtomicBool::new(false),
            manifests: ManifestCache::default(),
            credit: CreditCache::default(),
            stills: stills::stills(),
            mutants: Semaphore::new(1),
            thumbnails: thumbnails::thumbnails(),
            numbers: KeptWhenSlow::default(),
            glance: Kept::for_ms(GLANCE_GOOD_MS),
            frequent_tags: Kept::for_ms(TAGS_GOOD_MS),
        }))
    }

    /// The key clients pin.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.secret.public()
    }

    /// Who gave most, at most a minute old; what people change here is seen at once.
    ///
    /// # Errors
    ///
    /// As [`Store::boards`].
    pub async fn boards(&self) -> Result<Arc<Boards>, StoreError> {
        self.boards
            .get(self.clock.now_ms(), self.store.boards())
            .await
    }

    /// The address of a path from [`woolgather_protocol::paths`] (or of a page), as others reach
    /// it.
    #[must_use]
    pub fn public_address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
