//! A blob being written: in memory while it is short, then in a temporary file, hashed on the way.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use woolgather_protocol::Blake3;

use super::{Blobs, Kind};
use crate::disk;

/// Up to this many bytes a blob being written stays in memory.
pub const SHORT_BYTES_MAX: usize = 64 * 1024;

/// The folder of temporary files, within the folder of blobs.
const TEMP: &str = "temp";

/// A blob being written; it disappears when dropped before [`TempBlob::keep`]. It is a temporary
/// file as soon as it is longer than [`SHORT_BYTES_MAX`].
#[derive(Debug)]
pub struct TempBlob {
    blobs: Blobs,
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
pub(super) struct TempFile {
    pub(super) path: PathBuf,
    pub(super) file: File,
}

/// Makes the folder of temporary files, and the one it is in, which is there after a power cut.
pub(super) fn make_folder(root: &Path) -> io::Result<()> {
    disk::make_folder(&root.join(TEMP))
}

/// Removes every temporary file.
pub(super) fn clear(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root.join(TEMP))? {
        fs::remove_file(entry?.path())?;
    }
    Ok(())
}

impl TempFile {
    pub(super) fn create(root: &Path) -> io::Result<Self> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", std::process::id());
        let path = root.join(TEMP).join(name);
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
    pub(super) fn new(blobs: Blobs) -> Self {
        Self {
            blobs,
            bytes: Bytes::Memory(Vec::new()),
            length: 0,
            hasher: blake3::Hasher::new(),
        }
    }

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

    /// BLAKE3 of what was written so far.
    #[must_use]
    pub fn digest(&self) -> Blake3 {
        Blake3(*self.hasher.finalize().as_bytes())
    }

    /// Makes the blob durable, gives it its name and returns that.
    ///
    /// # Errors
    ///
    /// When the disk fails or the bucket is away; the temporary file is removed then.
    pub fn keep(self) -> io::Result<Blake3> {
        let (name, blobs) = (self.digest(), self.blobs.clone());
        match &blobs.0 {
            Kind::Folder(folder) => {
                if !folder.has_kept(&name)? {
                    folder.keep(&name, &self.into_file()?)?;
                }
            }
            Kind::Bucket(bucket) => {
                let length = self.length;
                bucket.keep(&name, self.into_file()?, length)?;
            }
        }
        Ok(name)
    }

    /// The temporary file, made now if the blob was short.
    fn into_file(mut self) -> io::Result<TempFile> {
        self.spill()?;
        match self.bytes {
            Bytes::File(temp) => Ok(temp),
            Bytes::Memory(_) => unreachable!("it was replaced just now"),
        }
    }

    fn spill(&mut self) -> io::Result<&mut TempFile> {
        if let Bytes::Memory(bytes) = &self.bytes {
            let mut temp = TempFile::create(self.blobs.scratch())?;
            temp.file.write_all(bytes)?;
            self.bytes = Bytes::File(temp);
        }
        match &mut self.bytes {
            Bytes::File(temp) => Ok(temp),
            Bytes::Memory(_) => unreachable!("it was replaced just now"),
        }
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
