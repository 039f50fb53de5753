//! A blob as a file of this machine.

use std::path::{Path, PathBuf};

use super::cache::Pin;
use super::temp::TempFile;

/// A file with a blob's bytes. It is there for as long as this is held.
#[derive(Debug)]
pub struct LocalBlob {
    path: PathBuf,
    keeps: Keeps,
}

/// What keeps the file where it is.
#[derive(Debug)]
enum Keeps {
    /// Nothing needs to.
    Lasting,
    /// The cache must not drop it.
    Pinned(Pin),
    /// It goes with this.
    Temporary { _file: TempFile },
}

impl LocalBlob {
    /// Where the file is. Nobody may write to it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Counts so many bytes, which were reserved, as held for good.
    pub(super) fn hold_for_good(&mut self, bytes: u64) {
        if let Keeps::Pinned(pin) = &mut self.keeps {
            pin.hold_for_good(bytes);
        }
    }

    pub(super) fn lasting(path: PathBuf) -> Self {
        Self {
            path,
            keeps: Keeps::Lasting,
        }
    }

    pub(super) fn pinned(path: PathBuf, pin: Pin) -> Self {
        Self {
            path,
            keeps: Keeps::Pinned(pin),
        }
    }

    pub(super) fn temporary(file: TempFile) -> Self {
        Self {
            path: file.path.clone(),
            keeps: Keeps::Temporary { _file: file },
        }
    }
}
