//! Blobs in a folder beside the database.
//!
//! New bytes go to a temporary file, are forced to disk, and are then renamed into place (file
//! first, then the folder), so that a blob that has its name is whole, whatever happens.
//!
//! ```text
//! blobs/
//!   temp/…                 being written; emptied at start
//!   ab/cd/abcd…            the blob, 64 hexadecimal characters
//! ```

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use woolgather_protocol::Blake3;

use super::local::LocalBlob;
use super::temp::{self, TempFile};
use crate::disk;

/// The folder. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
    /// Folders whose names this process has forced to disk.
    named: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Folder {
    pub(super) fn open(data_dir: &Path) -> io::Result<Self> {
        let root = data_dir.join("blobs");
        temp::make_folder(&root)?;
        Ok(Self {
            root,
            named: Arc::default(),
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the blob is, or would be.
    pub(super) fn path(&self, name: &Blake3) -> PathBuf {
        self.root.join(super::key(name))
    }

    pub(super) fn local(&self, name: &Blake3) -> io::Result<LocalBlob> {
        let path = self.path(name);
        fs::metadata(&path)?;
        Ok(LocalBlob::lasting(path))
    }

    pub(super) fn names(&self) -> io::Result<BTreeSet<Blake3>> {
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

    pub(super) fn length(&self, name: &Blake3) -> io::Result<Option<u64>> {
        match fs::metadata(self.path(name)) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn read(&self, name: &Blake3, bytes_max: u64) -> io::Result<Vec<u8>> {
        read_file(&self.path(name), bytes_max)
    }

    pub(super) fn copy_out(&self, name: &Blake3, out: &mut impl Write) -> io::Result<()> {
        io::copy(&mut File::open(self.path(name))?, out).map(drop)
    }

    /// Forces the file to disk and gives it the blob's name.
    pub(super) fn keep(&self, name: &Blake3, temp: &TempFile) -> io::Result<()> {
        let path = self.path(name);
        temp.file.sync_all()?;
        let folder = path.parent().unwrap_or(&self.root);
        self.make_folder(folder)?;
        fs::rename(&temp.path, &path)?;
        disk::sync_folder(folder)
    }

    /// Whether the blob is there already, which it then is for good: whoever gave it its name may have been
    /// ended, or the disk may have failed, before the name was forced to disk.
    pub(super) fn has_kept(&self, name: &Blake3) -> io::Result<bool> {
        let path = self.path(name);
        if !path.try_exists()? {
            return Ok(false);
        }
        let folder = path.parent().unwrap_or(&self.root);
        self.make_folder(folder)?;
        disk::sync_folder(folder)?;
        Ok(true)
    }

    /// Makes a folder for blobs. What was forced to disk once is not again.
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        if folder == self.root || self.lock().contains(folder) {
            return Ok(());
        }
        self.make_folder(folder.parent().unwrap_or(&self.root))?;
        disk::make_folder(folder)?;
        self.lock().insert(folder.to_owned());
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        // A panic inside cannot leave it half changed.
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file's bytes, at most `bytes_max` of them.
pub(super) fn read_file(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}
