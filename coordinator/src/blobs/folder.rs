//! Blobs in a folder beside the database.
//!
//! New bytes go to a temporary file, are forced to disk, and are then renamed into place (file
//! first, then the folder), so that a blob that has its name is whole, whatever happens.
//!
//! ```text
//! blobs/
//!   temp/…                 being written; emptied at start
//!   ab/cd/abcd…            the blob, 64 hexadecimal characters
//!   discarded/ab/cd/abcd…  one that no row needs, for some time yet
//!   flock                  whose blobs these are
//! ```

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use woolgather_protocol::Blake3;

use super::discarding::Shelf;
use super::local::LocalBlob;
use super::temp::{self, TempFile};
use crate::disk;

/// The folder of discarded blobs, within the folder of blobs.
const DISCARDED: &str = "discarded";

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
        each_blob(self.root.clone(), 0, |name, _| {
            names.insert(name);
            Ok(())
        })?;
        Ok(names)
    }

    pub(super) fn listed(&self, shelf: Shelf, first: u8) -> io::Result<Vec<(Blake3, SystemTime)>> {
        let mut listed = Vec::new();
        let folder = self.shelf(shelf).join(format!("{first:02x}"));
        each_blob(folder, 1, |name, file| {
            match file.metadata() {
                Ok(metadata) => listed.push((name, metadata.modified()?)),
                // Somebody discarded or recovered it in this moment.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            Ok(())
        })?;
        Ok(listed)
    }

    /// Where blobs in use, or discarded ones, are.
    fn shelf(&self, shelf: Shelf) -> PathBuf {
        match shelf {
            Shelf::InUse => self.root.clone(),
            Shelf::Discarded => self.root.join(DISCARDED),
        }
    }

    /// Moves a blob from one shelf to the other, as one put there at `now`; `false` when it is not
    /// there.
    pub(super) fn move_to(&self, shelf: Shelf, name: &Blake3, now: SystemTime) -> io::Result<bool> {
        let key = super::key(name);
        let from = self.shelf(shelf.other()).join(&key);
        let to = self.shelf(shelf).join(&key);
        let moved = || {
            File::open(&from)?.set_modified(now)?;
            let folder = to.parent().unwrap_or(&self.root);
            self.make_folder(folder)?;
            fs::rename(&from, &to)?;
            disk::sync_folder(folder)
        };
        found(moved())
    }

    /// Removes a discarded blob.
    pub(super) fn erase(&self, name: &Blake3) -> io::Result<()> {
        let path = self.shelf(Shelf::Discarded).join(super::key(name));
        found(fs::remove_file(path)).map(drop)
    }

    /// Whose blobs these are; `mark` says so from now on if nothing does.
    pub(super) fn owner(&self, mark: &str) -> io::Result<String> {
        let path = self.root.join(super::OWNER);
        match fs::read_to_string(&path) {
            // Empty: a crash came between making it and writing it.
            Ok(owner) if !owner.is_empty() => Ok(owner),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::write(path, mark).map(|()| mark.to_owned()),
        }
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

/// Calls `visit` for every blob below a folder that lies `depth` folders deep among those of blobs.
fn each_blob(
    folder: PathBuf,
    depth: usize,
    mut visit: impl FnMut(Blake3, &fs::DirEntry) -> io::Result<()>,
) -> io::Result<()> {
    let mut folders = vec![(folder, depth)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match fs::read_dir(folder) {
            Err(error) if depth > 0 && error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            if depth < 2 && name.len() == 2 {
                folders.push((entry.path(), depth + 1));
            } else if let Ok(name) = name.parse() {
                visit(name, &entry)?;
            }
        }
    }
    Ok(())
}

/// Whether there was such a file.
fn found(done: io::Result<()>) -> io::Result<bool> {
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
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
