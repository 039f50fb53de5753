//! Content-addressed blobs: segments, clips, torrents, pictures, in a folder.
//!
//! A blob's name is the BLAKE3 of its bytes, so the same bytes are stored once and a blob never
//! changes. New bytes go to a temporary file, are forced to disk, and are then renamed into place
//! (file first, then the folder), so that a blob that has its name is whole, whatever happens.
//!
//! ```text
//! blobs/
//!   temp/…                 being written; emptied at start
//!   ab/cd/abcd…            the blob, 64 hexadecimal characters
//! ```
//!
//! Functions block on the disk; async callers wrap the long ones in `spawn_blocking`.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use woolgather_protocol::Blake3;

/// The folder with the blobs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
}

/// A blob being written; it disappears when dropped before [`TempBlob::keep`].
#[derive(Debug)]
pub struct TempBlob {
    root: PathBuf,
    path: PathBuf,
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Blobs {
    /// Opens the folder `blobs` in `data_dir`, making it if it is not there.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let root = data_dir.join("blobs");
        fs::create_dir_all(root.join("temp"))?;
        Ok(Self { root })
    }

    /// Removes what an earlier process left half-written. Only the server calls it, at its start.
    ///
    /// # Errors
    ///
    /// When a file cannot be removed.
    pub fn clear_temp(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.root.join("temp"))? {
            fs::remove_file(entry?.path())?;
        }
        Ok(())
    }

    /// A new empty blob to be filled.
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub fn temp(&self) -> io::Result<TempBlob> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", std::process::id());
        let path = self.root.join("temp").join(name);
        let file = File::options().create_new(true).write(true).open(&path)?;
        Ok(TempBlob {
            root: self.root.clone(),
            path,
            file,
            hasher: blake3::Hasher::new(),
            bytes: 0,
        })
    }

    /// Stores `bytes`, durably, and returns their name.
    ///
    /// # Errors
    ///
    /// When the disk fails; nothing is stored then.
    pub fn put(&self, bytes: &[u8]) -> io::Result<Blake3> {
        let mut blob = self.temp()?;
        blob.write_all(bytes)?;
        blob.keep()
    }

    /// Stores the bytes of a file, durably, and returns their name. The file stays.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or the disk fails; nothing is stored then.
    pub fn put_file(&self, path: &Path) -> io::Result<Blake3> {
        let mut blob = self.temp()?;
        io::copy(&mut File::open(path)?, &mut blob)?;
        blob.keep()
    }

    /// Where the blob is, or would be.
    #[must_use]
    pub fn path(&self, name: &Blake3) -> PathBuf {
        blob_path(&self.root, name)
    }

    /// Length of the blob; `None` when there is no such blob.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn length(&self, name: &Blake3) -> io::Result<Option<u64>> {
        match fs::metadata(self.path(name)) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The blob's bytes, at most `bytes_max` of them.
    ///
    /// # Errors
    ///
    /// `NotFound` when there is no such blob, `FileTooLarge` when it is longer than `bytes_max`.
    pub fn read(&self, name: &Blake3, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(self.path(name))?;
        file.take(bytes_max.saturating_add(1))
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > bytes_max {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }
}

impl TempBlob {
    /// The file being written, for a program that reads it before it is kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes were written so far.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.bytes
    }

    /// BLAKE3 of what was written so far.
    #[must_use]
    pub fn digest(&self) -> Blake3 {
        Blake3(*self.hasher.finalize().as_bytes())
    }

    /// Forces the bytes to disk, gives the blob its name and returns it.
    ///
    /// # Errors
    ///
    /// When the disk fails; the temporary file is removed then.
    pub fn keep(self) -> io::Result<Blake3> {
        let name = self.digest();
        let path = blob_path(&self.root, &name);
        if path.exists() {
            return Ok(name);
        }
        self.file.sync_all()?;
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        fs::rename(&self.path, &path)?;
        for made in [Some(folder), folder.parent(), Some(&*self.root)] {
            sync_folder(made.unwrap_or(&self.root))?;
        }
        Ok(name)
    }
}

impl Write for TempBlob {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for TempBlob {
    fn drop(&mut self) {
        // After `keep` the file has another name, and there is nothing to remove.
        let _ = fs::remove_file(&self.path);
    }
}

fn blob_path(root: &Path, name: &Blake3) -> PathBuf {
    let text = name.to_string();
    root.join(&text[..2]).join(&text[2..4]).join(text)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

// Windows keeps directory entries durable by itself and cannot open a folder as a file.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs() -> (tempfile::TempDir, Blobs) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        (folder, blobs)
    }

    #[test]
    fn what_was_put_is_read_by_its_name() {
        let (_folder, blobs) = blobs();
        let name = blobs.put(b"dream").unwrap();
        assert_eq!(name, Blake3::of(b"dream"));
        assert_eq!(blobs.read(&name, 5).unwrap(), b"dream");
        assert_eq!(blobs.length(&name).unwrap(), Some(5));
        assert_eq!(blobs.length(&Blake3::of(b"other")).unwrap(), None);
    }

    #[test]
    fn the_same_bytes_are_stored_once_and_leave_nothing_behind() {
        let (folder, blobs) = blobs();
        assert_eq!(blobs.put(b"x").unwrap(), blobs.put(b"x").unwrap());
        let temp = fs::read_dir(folder.path().join("blobs/temp")).unwrap();
        assert_eq!(temp.count(), 0);
    }

    #[test]
    fn a_blob_that_is_not_kept_disappears() {
        let (folder, blobs) = blobs();
        let mut blob = blobs.temp().unwrap();
        blob.write_all(b"half a segm").unwrap();
        assert_eq!(blob.length(), 11);
        drop(blob);
        let temp = fs::read_dir(folder.path().join("blobs/temp")).unwrap();
        assert_eq!(temp.count(), 0);
    }

    #[test]
    fn leftovers_are_cleared_and_long_blobs_are_not_read() {
        let (folder, blobs) = blobs();
        fs::write(folder.path().join("blobs/temp/1-1"), b"left over").unwrap();
        blobs.clear_temp().unwrap();
        assert!(!folder.path().join("blobs/temp/1-1").exists());
        let name = blobs.put(b"12345").unwrap();
        let error = blobs.read(&name, 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
