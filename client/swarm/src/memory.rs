//! A swarm without a network, for the tests of those who use one.
//!
//! Swarms on the same [`MemoryNetwork`] find each other at once, move whole files from disk to disk,
//! and keep the contract of [`Swarm`]: torrents and files are checked, credit is split piece by
//! piece among the seeding swarms, a download without seeds waits, handles stop what they began.
//! Rate limits are remembered and do not slow anything down.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::swarm::{
    Download, DownloadReporter, Expected, Phase, Progress, RateLimits, SeedHandle, Seeding, Swarm,
    SwarmError, SwarmFuture, Totals,
};
use crate::torrent::{InfoHash, TorrentSummary, parse_torrent};

/// What connects memory swarms: clones are the same network.
#[derive(Debug, Clone, Default)]
pub struct MemoryNetwork(Arc<Network>);

#[derive(Debug, Default)]
struct Network {
    seeds: Mutex<HashMap<InfoHash, Vec<Seed>>>,
    seeds_changed: Notify,
}

/// A file that a swarm seeds.
#[derive(Debug, Clone)]
struct Seed {
    address: SocketAddr,
    file: PathBuf,
    uploaded_bytes: Arc<AtomicU64>,
    swarm_uploaded_bytes: Arc<AtomicU64>,
}

/// A [`Swarm`] on a [`MemoryNetwork`].
#[derive(Debug)]
pub struct MemorySwarm(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    network: MemoryNetwork,
    address: SocketAddr,
    announce: bool,
    limits: Mutex<RateLimits>,
    arriving: Mutex<HashSet<InfoHash>>,
    fetched_bytes: AtomicU64,
    uploaded_bytes: Arc<AtomicU64>,
    shut_down: watch::Sender<bool>,
}

impl MemorySwarm {
    /// Joins `network` at `address`, which need not exist. A swarm that does not `announce` is
    /// passive: it only seeds.
    pub fn new(network: &MemoryNetwork, address: SocketAddr, announce: bool) -> Self {
        Self(Arc::new(Inner {
            network: network.clone(),
            address,
            announce,
            limits: Mutex::default(),
            arriving: Mutex::default(),
            fetched_bytes: AtomicU64::new(0),
            uploaded_bytes: Arc::default(),
            shut_down: watch::Sender::new(false),
        }))
    }
}

impl Swarm for MemorySwarm {
    fn seed(&self, torrent: &[u8], file: &Path) -> SwarmFuture<'_, Result<SeedHandle, SwarmError>> {
        let torrent = parse_torrent(torrent);
        let file = file.to_owned();
        Box::pin(async move {
            self.0.check_running()?;
            let torrent = torrent?;
            let info_hash = torrent.info_hash;
            if lock(&self.0.arriving).contains(&info_hash) {
                return Err(SwarmError::AlreadyAdded(info_hash));
            }
            if !torrent.is_file(&file).map_err(SwarmError::io(&file))? {
                return Err(SwarmError::FileDiffers {
                    path: file,
                    info_hash,
                });
            }
            self.0.seed(info_hash, &file);
            Ok(SeedHandle::new(
                info_hash,
                SeedOf {
                    inner: self.0.clone(),
                    info_hash,
                },
            ))
        })
    }

    fn download(
        &self,
        torrent: &[u8],
        expected: Expected,
        into: &Path,
        _initial_peers: &[SocketAddr],
    ) -> SwarmFuture<'_, Result<Download, SwarmError>> {
        let torrent = parse_torrent(torrent);
        let into = into.to_owned();
        Box::pin(async move {
            self.0.check_running()?;
            if !self.0.announce {
                return Err(SwarmError::Passive);
            }
            let torrent = torrent?;
            let info_hash = torrent.info_hash;
            expected.check(info_hash, torrent.length)?;
            let is_there = torrent.is_file(&into).unwrap_or(false);
            if self.0.is_seeding(info_hash) && !is_there {
                return Err(SwarmError::AlreadyAdded(info_hash));
            }
            if !lock(&self.0.arriving).insert(info_hash) {
                return Err(SwarmError::AlreadyAdded(info_hash));
            }
            let have_bytes = if is_there { torrent.length } else { 0 };
            let total_bytes = torrent.length;
            let progress = Progress {
                total_bytes,
                have_bytes,
                ..Progress::default()
            };
            let (reporter, download) = DownloadReporter::new(info_hash, progress);
            if is_there {
                self.0.seed(info_hash, &into);
                lock(&self.0.arriving).remove(&info_hash);
                reporter.end(Phase::Finished);
                return Ok(download);
            }
            tokio::spawn(self.0.clone().follow(torrent, into, reporter));
            Ok(download)
        })
    }

    fn stop_seeding(&self, info_hash: InfoHash) -> SwarmFuture<'_, ()> {
        Box::pin(async move { self.0.stop_seeding(info_hash) })
    }

    fn set_rate_limits(&self, limits: RateLimits) {
        *lock(&self.0.limits) = limits.floored();
    }

    fn rate_limits(&self) -> RateLimits {
        *lock(&self.0.limits)
    }

    fn totals(&self) -> Totals {
        Totals {
            fetched_bytes: self.0.fetched_bytes.load(Ordering::Relaxed),
            uploaded_bytes: self.0.uploaded_bytes.load(Ordering::Relaxed),
        }
    }

    fn listen_addr(&self) -> Option<SocketAddr> {
        Some(self.0.address)
    }

    fn shut_down(&self) -> SwarmFuture<'_, ()> {
        Box::pin(async move {
            let address = self.0.address;
            for seeds in lock(&self.0.network.0.seeds).values_mut() {
                seeds.retain(|seed| seed.address != address);
            }
            self.0.shut_down.send_replace(true);
        })
    }
}

impl Inner {
    fn check_running(&self) -> Result<(), SwarmError> {
        if *self.shut_down.borrow() {
            Err(SwarmError::Cancelled)
        } else {
            Ok(())
        }
    }

    fn seed(&self, info_hash: InfoHash, file: &Path) {
        let mut seeds = lock(&self.network.0.seeds);
        let seeds = seeds.entry(info_hash).or_default();
        if !seeds.iter().any(|seed| seed.address == self.address) {
            seeds.push(Seed {
                address: self.address,
                file: file.to_owned(),
                uploaded_bytes: Arc::default(),
                swarm_uploaded_bytes: self.uploaded_bytes.clone(),
            });
        }
        self.network.0.seeds_changed.notify_waiters();
    }

    fn is_seeding(&self, info_hash: InfoHash) -> bool {
        let seeds = lock(&self.network.0.seeds);
        seeds
            .get(&info_hash)
            .into_iter()
            .flatten()
            .any(|seed| seed.address == self.address)
    }

    fn stop_seeding(&self, info_hash: InfoHash) {
        if let Some(seeds) = lock(&self.network.0.seeds).get_mut(&info_hash) {
            seeds.retain(|seed| seed.address != self.address);
        }
    }

    /// Waits for seeds, fetches the file, and goes on seeding it.
    async fn follow(
        self: Arc<Self>,
        torrent: TorrentSummary,
        into: PathBuf,
        mut reporter: DownloadReporter,
    ) {
        let mut shut_down = self.shut_down.subscribe();
        let phase = tokio::select! {
            _ = reporter.stopped() => Phase::Cancelled,
            _ = shut_down.wait_for(|shut_down| *shut_down) => Phase::Cancelled,
            seeds = self.seeds_of(torrent.info_hash) => match self.fetch(&torrent, &into, &seeds) {
                Ok(progress) => {
                    reporter.progress(progress);
                    self.seed(torrent.info_hash, &into);
                    Phase::Finished
                }
                Err(error) => Phase::Failed(error.to_string()),
            },
        };
        lock(&self.arriving).remove(&torrent.info_hash);
        reporter.end(phase);
    }

    /// Returns the seeds of a torrent, at least one.
    async fn seeds_of(&self, info_hash: InfoHash) -> Vec<Seed> {
        loop {
            let changed = self.network.0.seeds_changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let seeds = lock(&self.network.0.seeds)
                .get(&info_hash)
                .cloned()
                .unwrap_or_default();
            if !seeds.is_empty() {
                return seeds;
            }
            changed.await;
        }
    }

    fn fetch(
        &self,
        torrent: &TorrentSummary,
        into: &Path,
        seeds: &[Seed],
    ) -> std::io::Result<Progress> {
        let mut progress = Progress {
            total_bytes: torrent.length,
            have_bytes: torrent.length,
            ..Progress::default()
        };
        let partial = into.with_added_extension("part");
        fs::copy(&seeds[0].file, &partial)?;
        if !torrent.is_file(&partial)? {
            return Err(std::io::Error::other("the seeded file has changed"));
        }
        fs::rename(&partial, into)?;

        progress.downloaded_bytes = torrent.length;
        progress.fetched_bytes = torrent.length;
        progress.peers_connected = u32::try_from(seeds.len()).unwrap_or(u32::MAX);
        progress.by_peer = seeds.iter().map(|seed| (seed.address, 0)).collect();
        for piece in 0..torrent.pieces() {
            let last = piece + 1 == torrent.pieces();
            let bytes = if last {
                torrent.last_piece_length()
            } else {
                torrent.piece_length
            };
            let seed = piece % seeds.len();
            progress.by_peer[seed].1 += u64::from(bytes);
            seeds[seed]
                .uploaded_bytes
                .fetch_add(u64::from(bytes), Ordering::Relaxed);
            seeds[seed]
                .swarm_uploaded_bytes
                .fetch_add(u64::from(bytes), Ordering::Relaxed);
        }
        progress.by_peer.retain(|(_, bytes)| *bytes > 0);
        progress.by_peer.sort_unstable();
        self.fetched_bytes
            .fetch_add(torrent.length, Ordering::Relaxed);
        Ok(progress)
    }
}

/// What stands behind a [`SeedHandle`].
struct SeedOf {
    inner: Arc<Inner>,
    info_hash: InfoHash,
}

impl Seeding for SeedOf {
    fn uploaded_bytes(&self) -> u64 {
        let seeds = lock(&self.inner.network.0.seeds);
        let mut seeds = seeds.get(&self.info_hash).into_iter().flatten();
        seeds
            .find(|seed| seed.address == self.inner.address)
            .map_or(0, |seed| seed.uploaded_bytes.load(Ordering::Relaxed))
    }

    fn stop(&self) -> SwarmFuture<'_, ()> {
        Box::pin(async move { self.inner.stop_seeding(self.info_hash) })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
