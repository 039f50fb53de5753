//! `.torrent` files: one file each, version 1 (BEP 3), with trackers (BEP 12) and web seeds (BEP 19).
//!
//! [`create_torrent`] writes them with the same bytes for the same input, [`parse_torrent`] reads
//! them as if a stranger had sent them. What swarms get to see of a foreign torrent file is never
//! its own bytes, but what [`TorrentSummary::for_session`] writes again from the checked parts.
//!
//! # Units
//!
//! Lengths are bytes. A piece is `piece_length` bytes, a power of two; the last one may be shorter.

mod bencode;
mod create;
mod info_hash;
mod parse;

pub use create::{TorrentFile, TorrentSpec, create_torrent, piece_length_for};
pub use info_hash::{InfoHash, InfoHashError};
pub use parse::{TorrentSummary, parse_torrent};

use std::path::PathBuf;

/// The largest `.torrent` file that is read or written, in bytes.
pub const TORRENT_BYTES_MAX: usize = 1 << 20;

/// The longest file that a torrent may describe, in bytes: 4 GiB, a hundred times a long clip.
pub const FILE_BYTES_MAX: u64 = 4 << 30;

/// The shortest piece, in bytes. It is also the block that peers ask each other for.
pub const PIECE_BYTES_MIN: u32 = 16 << 10;

/// The longest piece that is accepted, in bytes.
pub const PIECE_BYTES_MAX: u32 = 4 << 20;

/// The most pieces in one torrent; their hashes then fill 640 KiB of [`TORRENT_BYTES_MAX`].
pub const PIECES_MAX: usize = 32 << 10;

/// The longest name, in bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 200;

/// The most trackers, and the most web seeds, that are read from or written to one torrent file.
pub const URLS_MAX: usize = 16;

/// The longest address of a tracker or web seed, in bytes.
pub const URL_BYTES_MAX: usize = 2_048;

/// What is wrong with a torrent file, or with the wish to make one.
#[derive(Debug, thiserror::Error)]
pub enum TorrentError {
    /// Larger than it may be; nothing was parsed.
    #[error("the torrent file has {bytes} bytes, more than {TORRENT_BYTES_MAX}")]
    TooLarge {
        /// Bytes it has.
        bytes: usize,
    },
    /// Not well-formed bencoding in canonical order.
    #[error("not a torrent file: {reason} at byte {offset}")]
    Malformed {
        /// What was met.
        reason: &'static str,
        /// Where, in bytes from the start.
        offset: usize,
    },
    /// Well-formed, but not a single-file version 1 torrent within our limits.
    #[error("this torrent is not taken: {0}")]
    Refused(String),
    /// The file to be described could not be read.
    #[error("cannot read {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl TorrentError {
    fn refused(reason: impl Into<String>) -> Self {
        Self::Refused(reason.into())
    }
}

/// Checks a torrent's name: a plain file name on every system that we run on.
///
/// We never use it as a path, but other people's clients do.
fn check_name(name: &str) -> Result<(), TorrentError> {
    let reason = if name.is_empty() {
        "its name is empty"
    } else if name.len() > NAME_BYTES_MAX {
        "its name is too long"
    } else if name
        .chars()
        .any(|c| c.is_control() || "/\\:*?\"<>|".contains(c))
    {
        "its name has characters that do not belong in a file name"
    } else if name.starts_with('.') || name.ends_with(['.', ' ']) {
        "its name starts or ends as no file name should"
    } else {
        return Ok(());
    };
    Err(TorrentError::refused(reason))
}

/// Checks a piece length: a power of two within our limits.
fn check_piece_length(piece_length: u64) -> Result<u32, TorrentError> {
    u32::try_from(piece_length)
        .ok()
        .filter(|length| length.is_power_of_two())
        .filter(|length| (PIECE_BYTES_MIN..=PIECE_BYTES_MAX).contains(length))
        .ok_or_else(|| {
            TorrentError::refused(format!(
                "its piece length is {piece_length}, not a power of two between {PIECE_BYTES_MIN} and {PIECE_BYTES_MAX}"
            ))
        })
}

/// Checks a file's length and returns the number of its pieces.
fn check_length(length: u64, piece_length: u32) -> Result<usize, TorrentError> {
    if length == 0 || length > FILE_BYTES_MAX {
        return Err(TorrentError::refused(format!(
            "its file has {length} bytes; 1 to {FILE_BYTES_MAX} are taken"
        )));
    }
    usize::try_from(length.div_ceil(u64::from(piece_length)))
        .ok()
        .filter(|pieces| *pieces <= PIECES_MAX)
        .ok_or_else(|| TorrentError::refused(format!("it has more than {PIECES_MAX} pieces")))
}
