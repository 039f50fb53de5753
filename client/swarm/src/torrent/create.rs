//! Making torrent files.
//!
//! The bytes are a function of the file's contents and the [`TorrentSpec`] alone: no date, no
//! version of ours, no order that depends on a map. Whoever makes the torrent of a clip again gets
//! the same info hash.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha1::{Digest, Sha1};
use url::Url;

use super::bencode::{write_bytes, write_bytes_entry, write_integer_entry};
use super::{
    InfoHash, PIECE_BYTES_MIN, TORRENT_BYTES_MAX, TorrentError, URL_BYTES_MAX, URLS_MAX,
    check_length, check_name, check_piece_length,
};

/// Pieces that [`piece_length_for`] aims at. A peer can pass on what it has whole pieces of, so a
/// small clip too needs enough of them for several peers to work at once.
const PIECES_WANTED: u64 = 32;

/// The longest piece that [`piece_length_for`] picks, in bytes.
const PIECE_BYTES_PICKED_MAX: u32 = 1 << 20;

/// What goes into a torrent file beside the file's own contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TorrentSpec {
    /// The file's name on other people's disks. A plain file name.
    pub name: String,
    /// Announce addresses, best first; each becomes a tier of its own (BEP 12).
    pub trackers: Vec<Url>,
    /// Addresses of the whole file for clients that know web seeds (BEP 19).
    pub web_seeds: Vec<Url>,
    /// Bytes in a piece; see [`piece_length_for`].
    pub piece_length: u32,
}

/// A finished torrent file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TorrentFile {
    /// The `.torrent` file.
    pub bytes: Vec<u8>,
    /// Its name in the swarm.
    pub info_hash: InfoHash,
    /// Bytes in the described file.
    pub length: u64,
}

/// Returns the piece length for a file of `length` bytes: the longest power of two that still gives
/// 32 pieces, from 16 KiB up to 1 MiB.
pub fn piece_length_for(length: u64) -> u32 {
    let wanted = length / PIECES_WANTED;
    let mut piece_length = PIECE_BYTES_MIN;
    while piece_length < PIECE_BYTES_PICKED_MAX && u64::from(piece_length) * 2 <= wanted {
        piece_length *= 2;
    }
    piece_length
}

/// Reads `file` once and returns its torrent. Blocking: about a second per gigabyte.
///
/// # Errors
///
/// [`TorrentError::Io`] where the file cannot be read, or changes its length while it is read: try
/// again. [`TorrentError::Refused`] where the name, the length or an address is outside the limits
/// of [`torrent`](super): a wrong `spec`.
pub fn create_torrent(file: &Path, spec: &TorrentSpec) -> Result<TorrentFile, TorrentError> {
    check_spec(spec)?;
    let io_error = |source| TorrentError::Io {
        path: file.to_owned(),
        source,
    };
    let mut reader = File::open(file).map_err(io_error)?;
    let length = reader.metadata().map_err(io_error)?.len();
    let pieces = check_length(length, spec.piece_length)?;
    let hashes = hash_pieces(&mut reader, length, spec.piece_length, pieces).map_err(io_error)?;

    let info = write_info(spec, length, &hashes);
    let bytes = write_torrent(&spec.trackers, &spec.web_seeds, &info);
    if bytes.len() > TORRENT_BYTES_MAX {
        return Err(TorrentError::TooLarge { bytes: bytes.len() });
    }
    Ok(TorrentFile {
        bytes,
        info_hash: InfoHash::of(&info),
        length,
    })
}

fn check_spec(spec: &TorrentSpec) -> Result<(), TorrentError> {
    check_name(&spec.name)?;
    check_piece_length(u64::from(spec.piece_length))?;
    for urls in [&spec.trackers, &spec.web_seeds] {
        if urls.len() > URLS_MAX {
            return Err(TorrentError::refused(format!(
                "it names more than {URLS_MAX} addresses"
            )));
        }
        if urls.iter().any(|url| url.as_str().len() > URL_BYTES_MAX) {
            return Err(TorrentError::refused(
                "it names an address that is too long",
            ));
        }
    }
    Ok(())
}

/// Returns the SHA-1 of each piece, one after the other.
pub(crate) fn hash_pieces(
    reader: &mut impl Read,
    length: u64,
    piece_length: u32,
    pieces: usize,
) -> io::Result<Vec<u8>> {
    let mut hashes = Vec::with_capacity(pieces * 20);
    let mut piece = Vec::with_capacity(piece_length as usize);
    let mut left = length;
    while left > 0 {
        let wanted = left.min(u64::from(piece_length));
        piece.clear();
        reader.by_ref().take(wanted).read_to_end(&mut piece)?;
        if piece.len() as u64 != wanted {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        hashes.extend_from_slice(&Sha1::digest(&piece));
        left -= wanted;
    }
    Ok(hashes)
}

fn write_info(spec: &TorrentSpec, length: u64, hashes: &[u8]) -> Vec<u8> {
    let mut info = vec![b'd'];
    write_integer_entry(&mut info, "length", length);
    write_bytes_entry(&mut info, "name", spec.name.as_bytes());
    write_integer_entry(&mut info, "piece length", u64::from(spec.piece_length));
    write_bytes_entry(&mut info, "pieces", hashes);
    info.push(b'e');
    info
}

/// Writes a torrent file around a bencoded `info` dictionary.
pub(super) fn write_torrent(trackers: &[Url], web_seeds: &[Url], info: &[u8]) -> Vec<u8> {
    let mut out = vec![b'd'];
    if let Some(first) = trackers.first() {
        write_bytes_entry(&mut out, "announce", first.as_str().as_bytes());
        write_bytes(&mut out, b"announce-list");
        out.push(b'l');
        for tracker in trackers {
            out.push(b'l');
            write_bytes(&mut out, tracker.as_str().as_bytes());
            out.push(b'e');
        }
        out.push(b'e');
    }
    write_bytes(&mut out, b"info");
    out.extend_from_slice(info);
    if !web_seeds.is_empty() {
        write_bytes(&mut out, b"url-list");
        out.push(b'l');
        for web_seed in web_seeds {
            write_bytes(&mut out, web_seed.as_str().as_bytes());
        }
        out.push(b'e');
    }
    out.push(b'e');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_a_small_clip_has_pieces_to_share() {
        let pieces = |length: u64| length.div_ceil(u64::from(piece_length_for(length)));
        assert_eq!(piece_length_for(1), 16 << 10);
        assert_eq!(piece_length_for(600_000), 16 << 10);
        assert_eq!(pieces(600_000), 37);
        assert_eq!(piece_length_for(3_000_000), 64 << 10);
        assert_eq!(pieces(3_000_000), 46);
        assert_eq!(piece_length_for(40_000_000), 1 << 20);
        assert_eq!(piece_length_for(4 << 30), 1 << 20);
    }
}
