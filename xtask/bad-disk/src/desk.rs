//! The desk: the folder in which a bad disk keeps its papers, beside the folder it plays the disk for.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::{Control, Journal};

/// Names the desk's folder in the environment of the program.
pub const DESK_VARIABLE: &str = "WOOLGATHER_BAD_DISK_DESK";
/// Names the folder for which the disk is played. Absolute, without links in it.
pub const FOLDER_VARIABLE: &str = "WOOLGATHER_BAD_DISK_FOLDER";

/// A desk. It must be on the same file system as the folder: it holds another name of every file that was
/// changed, so that a removed one can come back.
#[derive(Debug, Clone)]
pub struct Desk {
    root: PathBuf,
}

impl Desk {
    /// The desk in `root`.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Makes it ready for a program that is about to start: what is in the folder now counts as durable.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or cleared.
    pub fn clear(&self, control: Control) -> io::Result<()> {
        match std::fs::remove_dir_all(&self.root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::fs::create_dir_all(self.files())?;
        std::fs::create_dir_all(self.aside())?;
        File::create(self.journal())?;
        File::create(self.control_file())?;
        self.tell(control)
    }

    /// Makes it ready for a program that goes on where another was killed, on a machine that went on: what is not
    /// durable stays so.
    ///
    /// # Errors
    ///
    /// When the journal cannot be read.
    pub fn go_on(&self) -> io::Result<()> {
        let whole = Journal::read(&std::fs::read(self.journal())?)?.end;
        let journal = File::options().write(true).open(self.journal())?;
        journal.set_len(whole)
    }

    /// Tells the disk how to feel from now on.
    ///
    /// # Errors
    ///
    /// When there is no desk.
    pub fn tell(&self, control: Control) -> io::Result<()> {
        let file = File::options().write(true).open(self.control_file())?;
        // In one piece, so that a reader sees the old or the new one.
        file.write_all_at(&control.to_bytes(), 0)
    }

    /// The folder of the desk.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// How the disk is to feel.
    #[must_use]
    pub fn control_file(&self) -> PathBuf {
        self.root.join("control")
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// The other names of files that were changed.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// The other name of the file with this number.
    #[must_use]
    pub fn file(&self, number: u64) -> PathBuf {
        self.files().join(number.to_string())
    }

    /// Folders whose names are lost.
    pub(crate) fn aside(&self) -> PathBuf {
        self.root.join("aside")
    }
}

/// Whether the disk is played for this file of the folder. The index of SQLite's log is shared memory in the
/// form of a file; what is in it is made anew after a crash.
#[must_use]
pub(crate) fn is_durable_data(path: &Path) -> bool {
    !path.as_os_str().as_bytes().ends_with(b"-shm")
}

impl Desk {
    /// Whether the disk is played for `path`, if it is for `folder`.
    #[must_use]
    pub fn plays_for(folder: &Path, path: &[u8]) -> bool {
        let path = Path::new(OsStr::from_bytes(path));
        path.starts_with(folder) && is_durable_data(path)
    }
}
