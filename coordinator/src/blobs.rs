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

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use woolgather_protocol::Blake3;

/// The folder with the blobs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
}

/// Up to this many bytes a blob being written stays in memory.
pub const SHORT_BYTES_MAX: usize = 64 * 1024;

/// A blob being written; it disappears when dropped before [`TempBlob::keep`]. It is a temporary
/// file as soon as it is longer than [`SHORT_BYTES_MAX`].
#[derive(Debug)]
pub struct TempBlob {
    root: PathBuf,
    bytes: Bytes,
    length: u64,
    hasher: blake3::Hasher,
}

/// Where the bytes of a blob being written are.
#[derive(Debug)]
enum Bytes {
    Memory(Vec<u8>),
    File(TempFile),
}

/// A file that is removed with this.
#[derive(Debug)]
struct TempFile {
    path: PathBuf,
    file: File,
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
    #[must_use]
    pub fn temp(&self) -> TempBlob {
        TempBlob {
            root: self.root.clone(),
            bytes: Bytes::Memory(Vec::new()),
            length: 0,
            hasher: blake3::Hasher::new(),
        }
    }

    /// Stores `bytes`, durably, and returns their name.
    ///
    /// # Errors
    ///
    /// When the disk fails; nothing is stored then.
    pub fn put(&self, bytes: &[u8]) -> io::Result<Blake3> {
        let mut blob = self.temp();
        blob.write_all(bytes)?;
        blob.keep()
    }

    /// Stores the bytes of a file, durably, and returns their name. The file stays.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or the disk fails; nothing is stored then.
    pub fn put_file(&self, path: &Path) -> io::Result<Blake3> {
        let mut blob = self.temp();
        io::copy(&mut File::open(path)?, &mut blob)?;
        blob.keep()
    }

    /// The names of all blobs, in order. Files that are none are left out.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn names(&self) -> io::Result<BTreeSet<Blake3>> {
        let mut names = BTreeSet::new();
        let mut folders = vec![(self.root.clone(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let name = entry.file_name();
                let name = name.to_str().unwrap_or_default();
                if depth < 2 && name.len() == 2 {
                    folders.push((entry.path(), depth + 1));
                } else if let Ok(name) = name.parse() {
                    names.insert(name);
                }
            }
        }
        Ok(names)
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

impl TempFile {
    fn create(root: &Path) -> io::Result<Self> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", std::process::id());
        let path = root.join("temp").join(name);
        let file = File::options()
            .create_new(true)
            .read(true)
            .write(true)
            .open(&path)?;
        Ok(Self { path, file })
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        // After `keep` the file has another name, and there is nothing to remove.
        let _ = fs::remove_file(&self.path);
    }
}

impl TempBlob {
    /// How many bytes were written so far.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Everything written so far. Blocks on the disk for a long one.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn read(&mut self) -> io::Result<Cow<'_, [u8]>> {
        match &mut self.bytes {
            Bytes::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
            Bytes::File(temp) => {
                let mut bytes = Vec::new();
                temp.file.rewind()?;
                temp.file.read_to_end(&mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// The bytes of a short blob, for somebody who keeps them elsewhere.
    ///
    /// # Errors
    ///
    /// The blob itself, when it is a long one.
    pub fn into_short(self) -> Result<Vec<u8>, Self> {
        match self.bytes {
            Bytes::Memory(bytes) => Ok(bytes),
            Bytes::File(_) => Err(self),
        }
    }

    /// The temporary file, made now if the blob was short.
    fn spill(&mut self) -> io::Result<&mut TempFile> {
        if let Bytes::Memory(bytes) = &self.bytes {
            let mut temp = TempFile::create(&self.root)?;
            temp.file.write_all(bytes)?;
            self.bytes = Bytes::File(temp);
        }
        match &mut self.bytes {
            Bytes::File(temp) => Ok(temp),
            Bytes::Memory(_) => unreachable!("it was replaced just now"),
        }
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
    pub fn keep(mut self) -> io::Result<Blake3> {
        let name = self.digest();
        let path = blob_path(&self.root, &name);
        if path.exists() {
            return Ok(name);
        }
        let temp = self.spill()?;
        temp.file.sync_all()?;
        let from = temp.path.clone();
        let folder = path.parent().unwrap_or(&self.root);
        let above = folder.parent().unwrap_or(&self.root);
        // A folder that was there is named on disk already.
        let fresh = [!above.exists(), !folder.exists()];
        fs::create_dir_all(folder)?;
        fs::rename(&from, &path)?;
        sync_folder(folder)?;
        if fresh[1] {
            sync_folder(above)?;
        }
        if fresh[0] {
            sync_folder(&self.root)?;
        }
        Ok(name)
    }
}

impl Write for TempBlob {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.bytes {
            Bytes::Memory(short) if short.len() + bytes.len() <= SHORT_BYTES_MAX => {
                short.extend_from_slice(bytes);
                bytes.len()
            }
            _ => self.spill()?.file.write(bytes)?,
        };
        self.hasher.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
        let mut blob = blobs.temp();
        let long = vec![7; SHORT_BYTES_MAX + 1];
        blob.write_all(&long).unwrap();
        assert_eq!(blob.length(), long.len() as u64);
        assert_eq!(*blob.read().unwrap(), long);
        let temp = fs::read_dir(folder.path().join("blobs/temp")).unwrap();
        assert_eq!(temp.count(), 1);
        drop(blob);
        let temp = fs::read_dir(folder.path().join("blobs/temp")).unwrap();
        assert_eq!(temp.count(), 0);
    }

    #[test]
    fn a_blob_is_the_same_however_it_is_written() {
        let (_folder, blobs) = blobs();
        let bytes: Vec<u8> = (0..SHORT_BYTES_MAX * 2).map(|place| place as u8).collect();
        let mut names = Vec::new();
        for piece in [1000, SHORT_BYTES_MAX, bytes.len()] {
            let mut blob = blobs.temp();
            for part in bytes.chunks(piece) {
                blob.write_all(part).unwrap();
            }
            assert_eq!(*blob.read().unwrap(), bytes);
            names.push(blob.into_short().unwrap_err().keep().unwrap());
        }
        assert_eq!(names, [Blake3::of(&bytes); 3]);
        let mut blob = blobs.temp();
        blob.write_all(b"short").unwrap();
        assert_eq!(blob.into_short().unwrap(), b"short");
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
