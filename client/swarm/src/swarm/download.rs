//! The handles that a swarm gives out, and the other ends of them that swarms hold.
//!
//! A [`Download`] is the reading end of a channel of [`Progress`]; the swarm behind it holds the
//! [`DownloadReporter`]. Both kinds of swarm use the same pair, so their callers see one behaviour.

use std::net::SocketAddr;

use tokio::sync::{oneshot, watch};

use super::{SwarmError, SwarmFuture};
use crate::torrent::InfoHash;

/// How far a download is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes in the whole file.
    pub total_bytes: u64,
    /// Bytes in verified pieces, those found on disk at the start included.
    pub have_bytes: u64,
    /// Bytes in verified pieces that peers gave in this download: the sum of [`Self::by_peer`].
    pub downloaded_bytes: u64,
    /// Bytes of file contents that arrived: `downloaded_bytes`, duplicates, and unfinished pieces.
    pub fetched_bytes: u64,
    /// Verified bytes by peer, also by peers that have left, in order of address. A peer that we
    /// dialled has its listening address, one that dialled us the address it called from.
    pub by_peer: Vec<(SocketAddr, u64)>,
    /// Peers connected just now.
    pub peers_connected: u32,
}

impl Progress {
    /// Returns the verified bytes that the peer at `address` gave.
    pub fn bytes_from(&self, address: SocketAddr) -> u64 {
        self.by_peer
            .iter()
            .filter(|(peer, _)| *peer == address)
            .map(|(_, bytes)| bytes)
            .sum()
    }
}

/// Where a download stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Pieces are still missing.
    Running,
    /// The file lies complete at its place and is being seeded.
    Finished,
    /// It was cancelled or suspended.
    Cancelled,
    /// It cannot go on, for the reason given: a full disk, for instance.
    Failed(String),
}

/// How a download is to be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Keep the pieces for another time.
    Keep,
    /// Delete the pieces.
    Discard,
}

/// A download under way.
///
/// Dropping it before the end suspends it, as [`Download::suspend`] does. After the end the file is
/// seeded until [`Swarm::stop_seeding`](super::Swarm::stop_seeding).
#[derive(Debug)]
#[must_use = "dropping a download suspends it"]
pub struct Download {
    info_hash: InfoHash,
    state: watch::Receiver<(Progress, Phase)>,
    stop: oneshot::Sender<Stop>,
}

impl Download {
    /// The torrent.
    pub fn info_hash(&self) -> InfoHash {
        self.info_hash
    }

    /// How far it is now; at most a fifth of a second old.
    pub fn progress(&self) -> Progress {
        self.state.borrow().0.clone()
    }

    /// Where it stands.
    pub fn phase(&self) -> Phase {
        self.state.borrow().1.clone()
    }

    /// Waits until progress or phase change, and returns the new progress. Once the download has
    /// ended nothing changes any more, and the last progress is returned at once.
    pub async fn changed(&mut self) -> Progress {
        if matches!(self.phase(), Phase::Running) {
            // An error means that the swarm is gone, and that what we have is the last.
            let _ = self.state.changed().await;
        }
        self.state.borrow_and_update().0.clone()
    }

    /// Waits for the end and returns the final progress. May be called again, with the same result.
    ///
    /// # Errors
    ///
    /// [`SwarmError::Cancelled`] after a cancel or shut-down, [`SwarmError::Session`] where the
    /// download failed for good: fall back to another source.
    pub async fn finished(&self) -> Result<Progress, SwarmError> {
        let mut state = self.state.clone();
        let ended = state
            .wait_for(|(_, phase)| !matches!(phase, Phase::Running))
            .await;
        let Ok(ended) = ended else {
            return Err(SwarmError::Cancelled);
        };
        match &ended.1 {
            Phase::Finished => Ok(ended.0.clone()),
            Phase::Failed(reason) => Err(SwarmError::Session(reason.clone())),
            Phase::Running | Phase::Cancelled => Err(SwarmError::Cancelled),
        }
    }

    /// Stops an unfinished download and deletes its pieces; returns once that is done. A finished
    /// one stays as it is.
    pub async fn cancel(self) {
        self.stop(Stop::Discard).await;
    }

    /// Stops an unfinished download and keeps its pieces for the next download of the same torrent;
    /// returns once that is done. A finished one stays as it is.
    pub async fn suspend(self) {
        self.stop(Stop::Keep).await;
    }

    async fn stop(mut self, stop: Stop) {
        if self.stop.send(stop).is_ok() {
            // Closed without an end means that the swarm has gone, which is an end too.
            let _ = self
                .state
                .wait_for(|(_, phase)| !matches!(phase, Phase::Running))
                .await;
        }
    }
}

/// The writing end of a [`Download`].
pub(crate) struct DownloadReporter {
    state: watch::Sender<(Progress, Phase)>,
    stop: oneshot::Receiver<Stop>,
}

impl DownloadReporter {
    /// Returns both ends.
    pub(crate) fn new(info_hash: InfoHash, progress: Progress) -> (Self, Download) {
        let (state_tx, state_rx) = watch::channel((progress, Phase::Running));
        let (stop_tx, stop_rx) = oneshot::channel();
        let reporter = Self {
            state: state_tx,
            stop: stop_rx,
        };
        (
            reporter,
            Download {
                info_hash,
                state: state_rx,
                stop: stop_tx,
            },
        )
    }

    /// Tells the holder how far it is; says nothing where nothing has changed.
    pub(crate) fn progress(&self, progress: Progress) {
        self.state.send_if_modified(|state| {
            let modified = state.0 != progress;
            state.0 = progress;
            modified
        });
    }

    /// Tells the holder that it is over.
    pub(crate) fn end(&self, phase: Phase) {
        self.state.send_modify(|state| state.1 = phase);
    }

    /// Waits until the holder wants it stopped, or has dropped it.
    pub(crate) async fn stopped(&mut self) -> Stop {
        (&mut self.stop).await.unwrap_or(Stop::Keep)
    }
}

/// What a swarm puts behind a [`SeedHandle`].
pub(crate) trait Seeding: Send + Sync {
    fn uploaded_bytes(&self) -> u64;
    fn stop(&self) -> SwarmFuture<'_, ()>;
}

/// A file that is being seeded. Seeding goes on when it is dropped.
pub struct SeedHandle {
    info_hash: InfoHash,
    seeding: Box<dyn Seeding>,
}

impl SeedHandle {
    pub(crate) fn new(info_hash: InfoHash, seeding: impl Seeding + 'static) -> Self {
        Self {
            info_hash,
            seeding: Box::new(seeding),
        }
    }

    /// The torrent.
    pub fn info_hash(&self) -> InfoHash {
        self.info_hash
    }

    /// Bytes of the file sent to peers since its seeding began, 0 after it stopped.
    pub fn uploaded_bytes(&self) -> u64 {
        self.seeding.uploaded_bytes()
    }

    /// Stops seeding; the file stays.
    pub async fn stop(self) {
        self.seeding.stop().await;
    }
}

impl std::fmt::Debug for SeedHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeedHandle")
            .field("info_hash", &self.info_hash)
            .finish_non_exhaustive()
    }
}
