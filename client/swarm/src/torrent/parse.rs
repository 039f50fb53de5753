//! Reading torrent files that strangers may have made.
//!
//! Everything is bounded before it is believed, and only plain single-file torrents are taken:
//! several files, padding, symbolic links and version 2 file trees are refused by name. The `info`
//! dictionary is what the info hash covers. Trackers and web seeds are *not* covered by it: who
//! knows the info hash from a signed source still knows nothing about them.

use std::fs::File;
use std::io;
use std::net::IpAddr;
use std::path::Path;

use url::Url;

use super::bencode::{self, Dictionary, Value};
use super::create::{hash_pieces, write_torrent};
use super::{
    InfoHash, TORRENT_BYTES_MAX, TorrentError, URL_BYTES_MAX, URLS_MAX, check_length, check_name,
    check_piece_length,
};

/// Keys of an `info` dictionary that make it more than one plain file.
const REFUSED_INFO_KEYS: [&str; 5] = ["attr", "file tree", "files", "meta version", "symlink path"];

/// What a torrent file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TorrentSummary {
    /// Its name in the swarm.
    pub info_hash: InfoHash,
    /// The file's name: no separators, never used as a path here.
    pub name: String,
    /// Bytes in the file, at least one.
    pub length: u64,
    /// Bytes in a piece, a power of two.
    pub piece_length: u32,
    /// Announce addresses over HTTP or HTTPS, best first, without repetition.
    pub trackers: Vec<Url>,
    /// Web seeds over HTTP or HTTPS (BEP 19).
    pub url_list: Vec<Url>,
    /// SHA-1 of each piece, 20 bytes each.
    hashes: Vec<u8>,
    /// The `info` dictionary as it was written.
    info: Vec<u8>,
}

/// Reads a torrent file.
///
/// Addresses that are not HTTP, HTTPS or not addresses at all are left out, not refused: other
/// people's torrents name UDP trackers too.
///
/// # Errors
///
/// [`TorrentError::TooLarge`], [`TorrentError::Malformed`] or [`TorrentError::Refused`]: whoever
/// sent it gave us something that we do not want, and asking again will not help.
pub fn parse_torrent(bytes: &[u8]) -> Result<TorrentSummary, TorrentError> {
    if bytes.len() > TORRENT_BYTES_MAX {
        return Err(TorrentError::TooLarge { bytes: bytes.len() });
    }
    let value = bencode::read(bytes)?;
    let torrent = value
        .as_dictionary()
        .ok_or_else(|| TorrentError::refused("it is not a dictionary"))?;
    let info = torrent
        .get("info")
        .and_then(Value::as_dictionary)
        .ok_or_else(|| TorrentError::refused("it has no info dictionary"))?;
    if let Some(key) = REFUSED_INFO_KEYS.iter().find(|key| info.get(key).is_some()) {
        return Err(TorrentError::refused(format!(
            "it is not one plain file ({key:?})"
        )));
    }

    let name = field(info, "name", Value::as_text)?;
    check_name(name)?;
    let length = field(info, "length", Value::as_length)?;
    let piece_length = check_piece_length(field(info, "piece length", Value::as_length)?)?;
    let pieces = check_length(length, piece_length)?;
    let hashes = field(info, "pieces", Value::as_bytes)?;
    if hashes.len() != pieces * 20 {
        return Err(TorrentError::refused(format!(
            "{length} bytes are {pieces} pieces, and it has {} bytes of hashes",
            hashes.len()
        )));
    }

    Ok(TorrentSummary {
        info_hash: InfoHash::of(info.raw),
        name: name.to_owned(),
        length,
        piece_length,
        trackers: trackers(torrent),
        url_list: torrent.get("url-list").map(web_seeds).unwrap_or_default(),
        hashes: hashes.to_vec(),
        info: info.raw.to_vec(),
    })
}

fn field<'a, T>(
    info: &Dictionary<'a>,
    key: &str,
    read: impl Fn(&Value<'a>) -> Option<T>,
) -> Result<T, TorrentError> {
    info.get(key).and_then(read).ok_or_else(|| {
        TorrentError::refused(format!("its {key:?} is missing or of the wrong kind"))
    })
}

/// Returns `announce-list` flattened, or else `announce` (BEP 12).
fn trackers(torrent: &Dictionary<'_>) -> Vec<Url> {
    let listed = torrent
        .get("announce-list")
        .and_then(Value::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_list)
        .flatten();
    let listed = urls(listed);
    if listed.is_empty() {
        urls(torrent.get("announce").into_iter())
    } else {
        listed
    }
}

/// Returns `url-list`, which is one address or a list of them.
fn web_seeds(value: &Value<'_>) -> Vec<Url> {
    match value.as_list() {
        Some(values) => urls(values.iter()),
        None => urls(std::iter::once(value)),
    }
}

fn urls<'v, 'a: 'v>(values: impl Iterator<Item = &'v Value<'a>>) -> Vec<Url> {
    let mut urls = Vec::new();
    for url in values.take(URLS_MAX).filter_map(http_url) {
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    urls
}

fn http_url(value: &Value<'_>) -> Option<Url> {
    let text = value.as_text().filter(|text| text.len() <= URL_BYTES_MAX)?;
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
}

impl TorrentSummary {
    /// Number of pieces, at least one.
    pub fn pieces(&self) -> usize {
        self.hashes.len() / 20
    }

    /// Bytes in the last piece: 1 to `piece_length`.
    pub(crate) fn last_piece_length(&self) -> u32 {
        let whole = u64::from(self.piece_length) * (self.pieces() as u64 - 1);
        u32::try_from(self.length - whole).unwrap_or(self.piece_length)
    }

    /// Returns whether `file` is exactly the file that this torrent describes. Blocking.
    ///
    /// # Errors
    ///
    /// The file cannot be opened or read. A file that is too short is no error but a `false`.
    pub fn is_file(&self, file: &Path) -> io::Result<bool> {
        let mut reader = File::open(file)?;
        if reader.metadata()?.len() != self.length {
            return Ok(false);
        }
        match hash_pieces(&mut reader, self.length, self.piece_length, self.pieces()) {
            Ok(hashes) => Ok(hashes == self.hashes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes the torrent file that a session gets: the checked `info`, the HTTP trackers, no more.
    ///
    /// A session bound to a loopback address tells trackers that address with BEP 3's `ip`
    /// parameter. Its connections to the tracker come from 127.0.0.1 wherever it listens, and
    /// several sessions on one machine could not find each other otherwise.
    pub(crate) fn for_session(&self, listen_ip: Option<IpAddr>) -> Vec<u8> {
        let mut trackers = self.trackers.clone();
        if let Some(ip) = listen_ip.filter(IpAddr::is_loopback) {
            for tracker in &mut trackers {
                tracker.query_pairs_mut().append_pair("ip", &ip.to_string());
            }
        }
        write_torrent(&trackers, &[], &self.info)
    }
}
