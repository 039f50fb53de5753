//! Where a session reads and writes a torrent's bytes: one open file that we chose.
//!
//! The session's own storage would join a folder with the name in the torrent. This one never looks
//! at that name. It also keeps a seeded file safe: it is opened for reading only, so nothing that
//! comes over the network can change it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, bail};
use librqbit::storage::{BoxStorageFactory, StorageFactory, StorageFactoryExt, TorrentStorage};
use librqbit::{ManagedTorrentShared, TorrentMetadata};

/// An open file, shared between the session and whoever follows the torrent.
#[derive(Clone)]
pub(super) struct OneFile {
    file: Arc<RwLock<File>>,
    writable: bool,
}

impl OneFile {
    /// Opens a complete file for reading.
    pub(super) fn complete(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: Arc::new(RwLock::new(File::open(path)?)),
            writable: false,
        })
    }

    /// Opens a file that pieces are written to, and creates it where it is missing.
    pub(super) fn partial(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        Ok(Self {
            file: Arc::new(RwLock::new(file)),
            writable: true,
        })
    }

    /// Returns what a session takes.
    pub(super) fn factory(&self) -> BoxStorageFactory {
        OneFileFactory(self.clone()).boxed()
    }

    /// Moves the file from `partial` to `into`, replacing what is there, and goes on reading it
    /// there. Blocking.
    pub(super) fn move_to(&self, partial: &Path, into: &Path) -> io::Result<()> {
        self.with(File::sync_data)?;
        if let Some(folder) = into.parent() {
            fs::create_dir_all(folder)?;
        }
        match fs::rename(partial, into) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let beside = into.with_added_extension("part");
                fs::copy(partial, &beside)?;
                fs::rename(&beside, into)?;
                fs::remove_file(partial)?;
            }
            renamed => renamed?,
        }
        let file = File::open(into)?;
        *self.file.write().unwrap_or_else(PoisonError::into_inner) = file;
        Ok(())
    }

    fn with<T>(&self, f: impl FnOnce(&File) -> T) -> T {
        f(&self.file.read().unwrap_or_else(PoisonError::into_inner))
    }
}

struct OneFileFactory(OneFile);

impl StorageFactory for OneFileFactory {
    type Storage = OneFile;

    fn create(&self, _: &ManagedTorrentShared, _: &TorrentMetadata) -> anyhow::Result<OneFile> {
        Ok(self.0.clone())
    }

    fn clone_box(&self) -> BoxStorageFactory {
        self.0.factory()
    }
}

impl TorrentStorage for OneFile {
    fn init(&mut self, _: &ManagedTorrentShared, torrent: &TorrentMetadata) -> anyhow::Result<()> {
        if torrent.file_infos.len() != 1 {
            bail!("a torrent of {} files", torrent.file_infos.len());
        }
        Ok(())
    }

    fn pread_exact(&self, _: usize, offset: u64, buf: &mut [u8]) -> anyhow::Result<()> {
        self.with(|file| read_exact_at(file, buf, offset))
            .context("cannot read the file")
    }

    fn pwrite_all(&self, _: usize, offset: u64, buf: &[u8]) -> anyhow::Result<()> {
        if !self.writable {
            bail!("a seeded file is not written");
        }
        self.with(|file| write_all_at(file, buf, offset))
            .context("cannot write the file")
    }

    fn ensure_file_length(&self, _: usize, length: u64) -> anyhow::Result<()> {
        self.with(|file| match file.metadata()?.len() == length {
            true => Ok(()),
            false if self.writable => file.set_len(length),
            false => Err(io::Error::other("a seeded file has another length")),
        })
        .context("cannot set the file's length")
    }

    fn take(&self) -> anyhow::Result<Box<dyn TorrentStorage>> {
        Ok(Box::new(self.clone()))
    }

    /// The session never removes our files; see `LibrqbitSwarm`.
    fn remove_file(&self, _: usize, _: &Path) -> anyhow::Result<()> {
        Ok(())
    }

    fn remove_directory_if_empty(&self, _: &Path) -> anyhow::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buf: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buf, offset)
}

#[cfg(unix)]
fn write_all_at(file: &File, buf: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, buf, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buf: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buf.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, buf, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buf = &mut buf[read..];
        offset += read as u64;
    }
    Ok(())
}

#[cfg(windows)]
fn write_all_at(file: &File, mut buf: &[u8], mut offset: u64) -> io::Result<()> {
    while !buf.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, buf, offset)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        buf = &buf[written..];
        offset += written as u64;
    }
    Ok(())
}
