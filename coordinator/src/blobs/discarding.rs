//! Blobs that no row needs: discarded first, erased some time later.
//!
//! Between "no row needs it" and its removal somebody may put the same bytes again and be told that
//! they are there. So nothing is removed at once: a discarded blob lies on another shelf, where a
//! reader still finds it (which brings it back), and is erased only when no row needs it long after.

use std::io;
use std::time::SystemTime;

use woolgather_protocol::Blake3;

use super::{Blobs, Kind};

/// Where a blob lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Where readers look.
    InUse,
    /// Where those lie that no row needed.
    Discarded,
}

impl Shelf {
    pub(super) fn other(self) -> Self {
        match self {
            Self::InUse => Self::Discarded,
            Self::Discarded => Self::InUse,
        }
    }
}

impl Blobs {
    /// The blobs of a shelf whose names begin with the byte `first`, each with the time when it was
    /// put there.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read or the bucket is [`Away`](super::Away).
    pub fn listed(&self, shelf: Shelf, first: u8) -> io::Result<Vec<(Blake3, SystemTime)>> {
        match &self.0 {
            Kind::Folder(folder) => folder.listed(shelf, first),
            Kind::Bucket(bucket) => bucket.listed(shelf, first),
        }
    }

    /// Discards a blob at `now`; `false` when there is none. (A bucket has a clock of its own.)
    ///
    /// # Errors
    ///
    /// When the disk fails or the bucket is [`Away`](super::Away).
    pub fn discard(&self, name: &Blake3, now: SystemTime) -> io::Result<bool> {
        self.move_to(Shelf::Discarded, name, now)
    }

    /// Brings a discarded blob back; `false` when it is not among them.
    ///
    /// # Errors
    ///
    /// When the disk fails or the bucket is [`Away`](super::Away).
    pub fn recover(&self, name: &Blake3) -> io::Result<bool> {
        self.move_to(Shelf::InUse, name, SystemTime::now())
    }

    /// Removes a discarded blob for good; one that is not there is as good as removed.
    ///
    /// # Errors
    ///
    /// When the disk fails or the bucket is [`Away`](super::Away).
    pub fn erase(&self, name: &Blake3) -> io::Result<()> {
        match &self.0 {
            Kind::Folder(folder) => folder.erase(name),
            Kind::Bucket(bucket) => bucket.erase(name),
        }
    }

    /// Whether these blobs are those of the flock with this mark. The first flock that asks marks
    /// them as its own: rows of another one, or of a database named by mistake, say nothing about what
    /// may go.
    ///
    /// # Errors
    ///
    /// When the disk fails or the bucket is [`Away`](super::Away).
    pub fn belong_to(&self, mark: &Blake3) -> io::Result<bool> {
        let mark = mark.to_string();
        let owner = match &self.0 {
            Kind::Folder(folder) => folder.owner(&mark),
            Kind::Bucket(bucket) => bucket.owner(&mark),
        };
        Ok(owner?.trim() == mark)
    }

    /// Reads, and once more if what was missing could be brought back.
    pub(super) fn found<T>(
        &self,
        name: &Blake3,
        read: impl Fn() -> io::Result<T>,
    ) -> io::Result<T> {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.recover(name)? => read(),
            answer => answer,
        }
    }

    fn move_to(&self, shelf: Shelf, name: &Blake3, now: SystemTime) -> io::Result<bool> {
        match &self.0 {
            Kind::Folder(folder) => folder.move_to(shelf, name, now),
            Kind::Bucket(bucket) => bucket.move_to(shelf, name),
        }
    }
}
