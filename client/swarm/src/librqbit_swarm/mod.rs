//! The real swarm: a [`Swarm`] over a librqbit session.
//!
//! | file | what it does |
//! |---|---|
//! | `session.rs` | how the session is set up |
//! | `storage.rs` | one open file per torrent, instead of paths made of names from the network |
//! | `follow.rs` | a download, from the first piece to its place on disk |
//! | `scatter.rs` | the order of pieces |
//! | `credit.rs` | who gave the bytes |
//!
//! This file keeps the list of torrents and what each of them is doing. Torrents enter the session
//! paused, are checked against the disk, and only then meet peers: a file that is not what it
//! should be is found out before anybody hears of it.

mod credit;
mod follow;
mod scatter;
mod session;
mod storage;

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use librqbit::api::TorrentIdOrHash;
use librqbit::dht::Id20;
use librqbit::{AddTorrent, AddTorrentOptions, AddTorrentResponse, ManagedTorrent, Session};
use tokio::sync::Semaphore;
use tracing::{info, warn};

use self::follow::{End, Follower, Places};
use self::scatter::{STREAMS_MAX, Scatter};
use self::storage::OneFile;
use crate::swarm::{
    Download, DownloadReporter, Expected, Phase, Progress, RateLimits, SeedHandle, Seeding, Stop,
    Swarm, SwarmError, SwarmFuture, SwarmSettings, Totals,
};
use crate::torrent::{InfoHash, TorrentSummary, parse_torrent};

/// A swarm of real sockets.
///
/// Needs a tokio runtime with several threads: hashing and disk access run in place. Dropping it
/// ends the session, but [`Swarm::shut_down`] also waits for that.
pub struct LibrqbitSwarm(Arc<Inner>);

struct Inner {
    settings: SwarmSettings,
    session: Arc<Session>,
    /// What each torrent is doing. Never locked across an `await`.
    torrents: Mutex<HashMap<InfoHash, Doing>>,
    streams: Arc<Semaphore>,
}

/// What a torrent is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Being added, or downloaded.
    Arriving,
    Seeding,
}

impl LibrqbitSwarm {
    /// Starts a swarm and listens where the settings say.
    ///
    /// # Errors
    ///
    /// [`SwarmError::Listen`] where the address is not to be had, [`SwarmError::Io`] where the
    /// folder is not, [`SwarmError::Session`] for anything else.
    pub async fn start(settings: SwarmSettings) -> Result<Self, SwarmError> {
        fs::create_dir_all(&settings.folder).map_err(SwarmError::io(&settings.folder))?;
        let session = session::start(&settings).await?;
        info!(listen = ?session.listen_addr(), announce = settings.announce, "Started swarm");
        Ok(Self(Arc::new(Inner {
            settings,
            session,
            torrents: Mutex::default(),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
        })))
    }
}

impl Swarm for LibrqbitSwarm {
    fn seed(&self, torrent: &[u8], file: &Path) -> SwarmFuture<'_, Result<SeedHandle, SwarmError>> {
        let torrent = parse_torrent(torrent);
        let file = file.to_owned();
        let inner = self.0.clone();
        Box::pin(uninterrupted(async move {
            Inner::seed(&inner, torrent?, file).await
        }))
    }

    fn download(
        &self,
        torrent: &[u8],
        expected: Expected,
        into: &Path,
        initial_peers: &[SocketAddr],
    ) -> SwarmFuture<'_, Result<Download, SwarmError>> {
        let torrent = parse_torrent(torrent);
        let into = into.to_owned();
        let initial_peers = initial_peers.to_vec();
        let inner = self.0.clone();
        Box::pin(uninterrupted(async move {
            if !inner.settings.announce {
                return Err(SwarmError::Passive);
            }
            let torrent = torrent?;
            expected.check(torrent.info_hash, torrent.length)?;
            Inner::download(&inner, torrent, into, initial_peers).await
        }))
    }

    fn stop_seeding(&self, info_hash: InfoHash) -> SwarmFuture<'_, ()> {
        Box::pin(self.0.stop_seeding(info_hash))
    }

    fn set_rate_limits(&self, limits: RateLimits) {
        let limits = session::limits_config(limits.floored());
        self.0.session.ratelimits.set_upload_bps(limits.upload_bps);
        self.0
            .session
            .ratelimits
            .set_download_bps(limits.download_bps);
    }

    fn rate_limits(&self) -> RateLimits {
        let limits = self.0.session.ratelimits.get_config();
        RateLimits {
            upload_bytes_per_second_max: limits.upload_bps.map(u32::from),
            download_bytes_per_second_max: limits.download_bps.map(u32::from),
        }
    }

    fn totals(&self) -> Totals {
        let counters = self.0.session.stats_snapshot().counters;
        Totals {
            fetched_bytes: counters.fetched_bytes,
            uploaded_bytes: counters.uploaded_bytes,
        }
    }

    fn listen_addr(&self) -> Option<SocketAddr> {
        self.0
            .settings
            .listen
            .and_then(|_| self.0.session.listen_addr())
    }

    fn shut_down(&self) -> SwarmFuture<'_, ()> {
        Box::pin(self.0.session.stop())
    }
}

impl Drop for LibrqbitSwarm {
    fn drop(&mut self) {
        // Followers and tracker tasks hold the session too, and end with it.
        self.0.session.cancellation_token().cancel();
    }
}

impl Inner {
    async fn seed(
        this: &Arc<Self>,
        torrent: TorrentSummary,
        file: PathBuf,
    ) -> Result<SeedHandle, SwarmError> {
        let info_hash = torrent.info_hash;
        this.check_running()?;
        match this.enter(info_hash) {
            Ok(entry) => {
                this.add_complete(&torrent, &file).await?;
                entry.keep_as(Doing::Seeding);
            }
            Err(Doing::Seeding) => {}
            Err(Doing::Arriving) => return Err(SwarmError::AlreadyAdded(info_hash)),
        }
        Ok(this.seed_handle(info_hash))
    }

    async fn download(
        this: &Arc<Self>,
        torrent: TorrentSummary,
        into: PathBuf,
        initial_peers: Vec<SocketAddr>,
    ) -> Result<Download, SwarmError> {
        let info_hash = torrent.info_hash;
        this.check_running()?;
        let entry = match this.enter(info_hash) {
            Ok(entry) => entry,
            Err(Doing::Seeding) if is_file(&torrent, &into).await => {
                return Ok(finished_download(&torrent));
            }
            Err(_) => return Err(SwarmError::AlreadyAdded(info_hash)),
        };
        match this.add_complete(&torrent, &into).await {
            Ok(()) => {
                entry.keep_as(Doing::Seeding);
                return Ok(finished_download(&torrent));
            }
            Err(SwarmError::FileDiffers { .. }) => {}
            Err(SwarmError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            }
            Err(error) => return Err(error),
        }

        let partial = this.settings.folder.join(format!("{info_hash}.part"));
        let file = OneFile::partial(&partial).map_err(SwarmError::io(&partial))?;
        let handle = this.add(&torrent, &file, initial_peers).await?;
        let (reporter, download) = DownloadReporter::new(info_hash, Progress::default());
        let places = Places { partial, into };
        let scatter = Scatter::new(&handle, torrent.length, &this.streams).await;
        let follower = Follower::new(handle.clone(), file, places, &torrent, reporter, scatter);
        this.start(&handle).await?;
        entry.keep_as(Doing::Arriving);
        tokio::spawn(Self::follow(this.clone(), info_hash, follower));
        Ok(download)
    }

    /// Follows a download to its end, and then brings the list of torrents up to date.
    async fn follow(self: Arc<Self>, info_hash: InfoHash, mut follower: Follower) {
        let end = tokio::select! {
            () = self.session.cancellation_token().cancelled() => End::Stopped(Stop::Keep),
            end = follower.run() => end,
        };
        let phase = match end {
            End::Finished => {
                self.lock().insert(info_hash, Doing::Seeding);
                info!(torrent.info_hash = %info_hash, "Downloaded torrent {info_hash}");
                return follower.report(Phase::Finished);
            }
            End::Stopped(stop) => {
                self.remove(info_hash).await;
                if stop == Stop::Discard {
                    discard(follower.partial());
                }
                Phase::Cancelled
            }
            End::Failed(reason) => {
                warn!(torrent.info_hash = %info_hash, reason, "Download {info_hash} failed");
                self.remove(info_hash).await;
                Phase::Failed(reason)
            }
        };
        self.lock().remove(&info_hash);
        follower.report(phase);
    }

    async fn stop_seeding(&self, info_hash: InfoHash) {
        if self.lock().get(&info_hash) == Some(&Doing::Seeding) {
            self.remove(info_hash).await;
            self.lock().remove(&info_hash);
        }
    }

    /// Checks a complete file and starts seeding it.
    async fn add_complete(&self, torrent: &TorrentSummary, path: &Path) -> Result<(), SwarmError> {
        let io_error = || SwarmError::io(path);
        let length = fs::metadata(path).map_err(io_error())?.len();
        let differs = || SwarmError::FileDiffers {
            path: path.to_owned(),
            info_hash: torrent.info_hash,
        };
        if length != torrent.length {
            return Err(differs());
        }
        let file = OneFile::complete(path).map_err(io_error())?;
        let handle = self.add(torrent, &file, Vec::new()).await?;
        if !handle.stats().finished {
            self.remove(torrent.info_hash).await;
            return Err(differs());
        }
        self.start(&handle).await
    }

    /// Adds a torrent to the session and waits until its file has been checked.
    async fn add(
        &self,
        torrent: &TorrentSummary,
        file: &OneFile,
        initial_peers: Vec<SocketAddr>,
    ) -> Result<Arc<ManagedTorrent>, SwarmError> {
        let bytes = torrent.for_session(self.settings.listen.map(|addr| addr.ip()));
        let options = AddTorrentOptions {
            paused: true,
            initial_peers: Some(initial_peers),
            peer_opts: Some(session::torrent_peer_options()),
            storage_factory: Some(file.factory()),
            ..AddTorrentOptions::default()
        };
        let added = self
            .session
            .add_torrent(AddTorrent::from_bytes(bytes), Some(options))
            .await;
        let handle = added
            .map(AddTorrentResponse::into_handle)
            .map_err(|error| session_error(&error))?
            .ok_or_else(|| SwarmError::Session("the torrent was not added".to_owned()))?;
        if let Err(error) = handle.wait_until_initialized().await {
            self.remove(torrent.info_hash).await;
            return Err(session_error(&error));
        }
        Ok(handle)
    }

    /// Lets a checked torrent meet its peers.
    async fn start(&self, handle: &Arc<ManagedTorrent>) -> Result<(), SwarmError> {
        self.session
            .unpause(handle)
            .await
            .map_err(|error| session_error(&error))
    }

    /// Takes a torrent out of the session, without its file.
    async fn remove(&self, info_hash: InfoHash) {
        let removed = self.session.delete(session_id(info_hash), false).await;
        if let Err(error) = removed {
            warn!(torrent.info_hash = %info_hash, "Cannot remove torrent {info_hash}: {error:#}");
        }
    }

    fn check_running(&self) -> Result<(), SwarmError> {
        if self.session.cancellation_token().is_cancelled() {
            return Err(SwarmError::Cancelled);
        }
        Ok(())
    }

    fn seed_handle(self: &Arc<Self>, info_hash: InfoHash) -> SeedHandle {
        SeedHandle::new(
            info_hash,
            SeedOf {
                inner: self.clone(),
                info_hash,
            },
        )
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<InfoHash, Doing>> {
        self.torrents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reserves a torrent's place in the list, or says what it is doing already.
    fn enter(&self, info_hash: InfoHash) -> Result<Entry<'_>, Doing> {
        let mut torrents = self.lock();
        if let Some(doing) = torrents.get(&info_hash) {
            return Err(*doing);
        }
        torrents.insert(info_hash, Doing::Arriving);
        Ok(Entry {
            inner: self,
            info_hash,
            keep: false,
        })
    }
}

/// A place in the list of torrents, given up again when it is dropped without being kept.
struct Entry<'a> {
    inner: &'a Inner,
    info_hash: InfoHash,
    keep: bool,
}

impl Entry<'_> {
    fn keep_as(mut self, doing: Doing) {
        self.inner.lock().insert(self.info_hash, doing);
        self.keep = true;
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if !self.keep {
            self.inner.lock().remove(&self.info_hash);
        }
    }
}

/// Runs `work` to its end even where the caller gives up waiting: a torrent must not stay in the
/// session half added. A [`Download`] that nobody takes then suspends itself.
async fn uninterrupted<T: Send + 'static>(
    work: impl Future<Output = Result<T, SwarmError>> + Send + 'static,
) -> Result<T, SwarmError> {
    tokio::spawn(work)
        .await
        .map_err(|error| SwarmError::Session(error.to_string()))?
}

/// What stands behind a [`SeedHandle`].
struct SeedOf {
    inner: Arc<Inner>,
    info_hash: InfoHash,
}

impl Seeding for SeedOf {
    fn uploaded_bytes(&self) -> u64 {
        let handle = self.inner.session.get(session_id(self.info_hash));
        handle
            .and_then(|handle| handle.live())
            .map_or(0, |live| live.get_uploaded_bytes())
    }

    fn stop(&self) -> SwarmFuture<'_, ()> {
        Box::pin(self.inner.stop_seeding(self.info_hash))
    }
}

/// Whether the torrent's file lies at `path` already.
async fn is_file(torrent: &TorrentSummary, path: &Path) -> bool {
    let (torrent, path) = (torrent.clone(), path.to_owned());
    let checked = tokio::task::spawn_blocking(move || torrent.is_file(&path)).await;
    matches!(checked, Ok(Ok(true)))
}

/// Returns a download that was complete before it began.
fn finished_download(torrent: &TorrentSummary) -> Download {
    let progress = Progress {
        total_bytes: torrent.length,
        have_bytes: torrent.length,
        ..Progress::default()
    };
    let (reporter, download) = DownloadReporter::new(torrent.info_hash, progress);
    reporter.end(Phase::Finished);
    download
}

fn discard(partial: &Path) {
    if let Err(error) = fs::remove_file(partial) {
        warn!(path = %partial.display(), "Cannot remove an unfinished download: {error}");
    }
}

fn session_id(info_hash: InfoHash) -> TorrentIdOrHash {
    TorrentIdOrHash::Hash(Id20::new(info_hash.0))
}

fn session_error(error: &anyhow::Error) -> SwarmError {
    SwarmError::Session(format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
    use std::time::Duration;

    use super::*;
    use crate::torrent::{TorrentSpec, create_torrent};

    /// Adds an unfinished torrent with one known peer, and returns whether that peer was dialled.
    async fn is_dialled(announce: bool) -> bool {
        let folder = tempfile::TempDir::new().expect("a temporary folder");
        let settings = SwarmSettings {
            folder: folder.path().to_owned(),
            listen: Some((Ipv4Addr::LOCALHOST, 0).into()),
            upload_bytes_per_second_max: None,
            download_bytes_per_second_max: None,
            announce,
        };
        let swarm = LibrqbitSwarm::start(settings).await.expect("a swarm");
        let file = folder.path().join("clip");
        fs::write(&file, [7; 9]).expect("room on disk");
        let spec = TorrentSpec {
            name: "clip".to_owned(),
            trackers: Vec::new(),
            web_seeds: Vec::new(),
            piece_length: 16 << 10,
        };
        let torrent = create_torrent(&file, &spec).expect("a torrent");
        let torrent = parse_torrent(&torrent.bytes).expect("our own");

        let peer = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        peer.set_nonblocking(true).expect("a socket");
        let peers = vec![peer.local_addr().expect("bound")];
        let partial = OneFile::partial(&folder.path().join("part")).expect("room on disk");
        let handle = swarm.0.add(&torrent, &partial, peers).await.expect("added");
        swarm.0.start(&handle).await.expect("started");
        for _ in 0..40 {
            if peer.accept().is_ok() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        false
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_passive_session_cannot_dial_even_a_peer_that_it_is_told_of() {
        assert!(is_dialled(true).await);
        assert!(!is_dialled(false).await);
    }
}
