//! The seam: what callers ask of a swarm, whichever kind it is.
//!
//! Everything that a caller holds is here: [`Swarm`], the [`Download`] and [`SeedHandle`] that it
//! hands out, their numbers and their errors. Two rooms stand behind it, [`LibrqbitSwarm`] and
//! [`MemorySwarm`].
//!
//! # Units
//!
//! Bytes, and bytes per second. Bytes of a download are counted in verified pieces: what
//! [`Progress::by_peer`] credits to a peer is the length of the pieces that the peer completed.
//!
//! [`LibrqbitSwarm`]: crate::LibrqbitSwarm
//! [`MemorySwarm`]: crate::MemorySwarm

mod download;
mod error;

pub use download::{Download, Phase, Progress, SeedHandle};
pub(crate) use download::{DownloadReporter, Seeding, Stop};
pub use error::SwarmError;

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use crate::torrent::InfoHash;

/// The lowest rate limit that is ever set, in bytes per second.
///
/// Peers ask for blocks of 16 KiB; a limit under one block per second moves nothing at all.
pub const RATE_FLOOR_BYTES_PER_SECOND: u32 = 32 << 10;

/// A future that a [`Swarm`] returns; boxed, so that callers can hold an `Arc<dyn Swarm>`.
pub type SwarmFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How a swarm is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwarmSettings {
    /// Where unfinished downloads lie, one file per info hash. Created where it is missing. Best on
    /// the same file system as the files that are downloaded, so that finishing is a rename.
    pub folder: PathBuf,
    /// Where other peers may connect. Port 0 picks a free port; [`Swarm::listen_addr`] tells which.
    /// `None` takes no connection from another machine.
    pub listen: Option<SocketAddr>,
    /// The most that is sent to other peers, all torrents together.
    pub upload_bytes_per_second_max: Option<u32>,
    /// The most that is asked of other peers, all torrents together.
    pub download_bytes_per_second_max: Option<u32>,
    /// Whether to meet others: tell trackers, and dial the peers that they name. Without it the
    /// swarm is *passive*: it never contacts a tracker and never dials out, so all its traffic
    /// comes and goes at its listening address, and it can only seed. So works an origin seeder,
    /// whose address the tracker hands out by itself.
    pub announce: bool,
}

/// Limits that hold from the next block on.
///
/// Anything under [`RATE_FLOOR_BYTES_PER_SECOND`] counts as that. Who wants no traffic stops
/// seeding instead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// The most that is sent to other peers; `None` is unlimited.
    pub upload_bytes_per_second_max: Option<u32>,
    /// The most that is asked of other peers; `None` is unlimited.
    pub download_bytes_per_second_max: Option<u32>,
}

/// What the caller knows about a torrent from a source that it trusts, such as a signed manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// The torrent's info hash.
    pub info_hash: InfoHash,
    /// Bytes in its file.
    pub length: u64,
}

/// Traffic since the swarm was started, all torrents together, stopped ones included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes of file contents received, duplicates and broken pieces included.
    pub fetched_bytes: u64,
    /// Bytes of file contents sent.
    pub uploaded_bytes: u64,
}

/// Shares files with other machines.
pub trait Swarm: Send + Sync {
    /// Seeds `file`, which must be the one that `torrent` describes, under whatever name it has on
    /// this disk. It is read and checked first, and never written.
    ///
    /// Seeding goes on after the handle is dropped. Seeding again what is seeded returns another
    /// handle to it, so a restart simply seeds everything again.
    ///
    /// # Errors
    ///
    /// [`SwarmError::Torrent`] for a torrent file that we do not take, [`SwarmError::FileDiffers`]
    /// where the file is not what it describes, [`SwarmError::Io`] where it cannot be read,
    /// [`SwarmError::AlreadyAdded`] while the same torrent is being downloaded.
    fn seed(&self, torrent: &[u8], file: &Path) -> SwarmFuture<'_, Result<SeedHandle, SwarmError>>;

    /// Downloads what `torrent` describes to the path `into`, then goes on seeding it.
    ///
    /// `into` is only ever a complete and verified file: pieces gather in the settings' folder, and
    /// a later download of the same torrent takes up what is there. Where `into` already is the
    /// right file, the download is finished at once; any other file there is replaced at the end.
    ///
    /// `initial_peers` are dialled beside those that the torrent's trackers name.
    ///
    /// # Errors
    ///
    /// [`SwarmError::Torrent`], [`SwarmError::Unexpected`] where the torrent is not the `expected`
    /// one, [`SwarmError::AlreadyAdded`], [`SwarmError::Passive`], [`SwarmError::Io`].
    fn download(
        &self,
        torrent: &[u8],
        expected: Expected,
        into: &Path,
        initial_peers: &[SocketAddr],
    ) -> SwarmFuture<'_, Result<Download, SwarmError>>;

    /// Stops seeding a torrent; its file stays. Does nothing where it is not seeded.
    fn stop_seeding(&self, info_hash: InfoHash) -> SwarmFuture<'_, ()>;

    /// Sets the rate limits, also of transfers under way.
    fn set_rate_limits(&self, limits: RateLimits);

    /// Returns the rate limits as they are enforced.
    fn rate_limits(&self) -> RateLimits;

    /// Returns the traffic so far.
    fn totals(&self) -> Totals;

    /// Returns where peers can connect; `None` where they cannot.
    fn listen_addr(&self) -> Option<SocketAddr>;

    /// Ends all seeding and all downloads, and closes the listening port. What is unfinished can be
    /// taken up by the next swarm in the same folder.
    fn shut_down(&self) -> SwarmFuture<'_, ()>;
}

impl SwarmSettings {
    /// Returns the rate limits as they are enforced at the start.
    pub fn rate_limits(&self) -> RateLimits {
        RateLimits {
            upload_bytes_per_second_max: self.upload_bytes_per_second_max,
            download_bytes_per_second_max: self.download_bytes_per_second_max,
        }
        .floored()
    }
}

impl RateLimits {
    /// Returns the limits with none below the floor.
    pub fn floored(self) -> Self {
        let floor = |limit: Option<u32>| limit.map(|rate| rate.max(RATE_FLOOR_BYTES_PER_SECOND));
        Self {
            upload_bytes_per_second_max: floor(self.upload_bytes_per_second_max),
            download_bytes_per_second_max: floor(self.download_bytes_per_second_max),
        }
    }
}

impl Expected {
    /// Checks that a torrent is the expected one.
    pub(crate) fn check(&self, info_hash: InfoHash, length: u64) -> Result<(), SwarmError> {
        if self.info_hash != info_hash {
            return Err(SwarmError::Unexpected("its info hash is another one"));
        }
        if self.length != length {
            return Err(SwarmError::Unexpected("its file has another length"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_so_low_that_nothing_moves() {
        let limits = RateLimits {
            upload_bytes_per_second_max: Some(0),
            download_bytes_per_second_max: Some(100_000),
        };
        assert_eq!(limits.floored().upload_bytes_per_second_max, Some(32_768));
        assert_eq!(
            limits.floored().download_bytes_per_second_max,
            Some(100_000)
        );
        assert_eq!(RateLimits::default().floored(), RateLimits::default());
    }
}
