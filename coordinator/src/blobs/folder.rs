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

use woolgather_protocol::Blake3;

use super::local::LocalBlob;
use super::temp::{self, TempFile};

/// The folder. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn open(data_dir: &Path) -> io::Result<Self> {
        let root = data_dir.join("blobs");
        temp::make_folder(&root)?;
        Ok(Self { root })
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
        let above = folder.parent().unwrap_or(&self.root);
        // A folder that was there is named on disk already.
        let fresh = [!above.exists(), !folder.exists()];
        fs::create_dir_all(folder)?;
        fs::rename(&temp.path, &path)?;
        sync_folder(folder)?;
        if fresh[1] {
            sync_folder(above)?;
        }
        if fresh[0] {
            sync_folder(&self.root)?;
        }
        Ok(())
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

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

// Windows keeps directory entries durable by itself and cannot open a folder as a file.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
