//! Reading small files of `/proc` and `/sys`, of which nobody promises that they stay small.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Far more than any file read here has; `/proc/net/route` of a router is the longest.
const BYTES_MAX: u64 = 1 << 20;

/// More entries than any of these folders has.
const ENTRIES_MAX: usize = 1 << 16;

/// The file's text, up to a megabyte; what is not UTF-8 is replaced.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The file's first word, when the file is there and has one.
pub(crate) fn word(path: &Path) -> Option<String> {
    text(path)
        .ok()?
        .split_whitespace()
        .next()
        .map(str::to_owned)
}

/// The file's number, when it is there and is one.
pub(crate) fn number(path: &Path) -> Option<i64> {
    word(path)?.parse().ok()
}

/// The folder's entries, sorted.
pub(crate) fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?
        .take(ENTRIES_MAX)
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    Ok(paths)
}
