//! What can go wrong in a swarm, one variant per reaction.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::torrent::{InfoHash, TorrentError};

/// Why a swarm did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SwarmError {
    /// The torrent file is not one that we take. Do not retry; distrust where it came from.
    #[error("bad torrent file")]
    Torrent(#[from] TorrentError),
    /// The torrent is well-formed but not the one that was meant. Distrust where it came from.
    #[error("not the expected torrent: {0}")]
    Unexpected(&'static str),
    /// The file to seed is not the one that the torrent describes. Fetch it again.
    #[error("{path} is not the file of torrent {info_hash}")]
    FileDiffers {
        /// The file.
        path: PathBuf,
        /// The torrent.
        info_hash: InfoHash,
    },
    /// The same torrent is being downloaded already, or seeded from another file. Keep to that.
    #[error("torrent {0} is in the swarm already")]
    AlreadyAdded(InfoHash),
    /// A passive swarm was asked to download. A mistake in the program that asked.
    #[error("a passive swarm only seeds")]
    Passive,
    /// The download was cancelled, or the swarm shut down.
    #[error("cancelled")]
    Cancelled,
    /// The listening address is not to be had. Choose another.
    #[error("cannot listen at {addr}")]
    Listen {
        /// The address that was asked for.
        addr: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The disk refused.
    #[error("cannot use {path}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The BitTorrent session failed in a way that has no reaction of its own. Log it, fall back.
    #[error("BitTorrent session: {0}")]
    Session(String),
}

impl SwarmError {
    /// Wraps a disk error with the path that it is about.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
