//! Why the store did not do what it was asked, one variant per reaction.

use std::sync::Arc;

use woolgather_protocol::{Problem, ProblemKind};

use super::database::DatabaseError;
use crate::disk;

/// Why the store did not do what it was asked. Nothing has changed on disk when one is returned.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The caller's caller is at fault: send this problem to it. Its kind is stable.
    #[error(transparent)]
    Refused(#[from] Problem),
    /// The database failed (disk full, locked for too long): answer what [`Self::storage_problem`] says, else
    /// "internal", and log it here once.
    #[error("the database failed: {0}")]
    Database(#[from] DatabaseError),
    /// The commit failed, and with it every transaction of its group: as [`Self::Database`].
    #[error("the commit failed: {0}")]
    Commit(Arc<DatabaseError>),
    /// The database holds something this program cannot have written: log it and stop using it.
    #[error("the database holds an impossible value: {0}")]
    Corrupt(String),
    /// The data folder cannot be read or written.
    #[error("the data folder failed: {0}")]
    Io(#[from] std::io::Error),
    /// Other coordinators serve this flock, and one of them or this one keeps its blobs in a folder
    /// of its own: say so and do not start.
    #[error(
        "another coordinator serves this flock; several at once need their blobs in one bucket \
         (--blobs), each of them"
    )]
    NotAlone,
    /// The flock's coordinators sign with another key than this one's: say so and do not start.
    #[error(
        "the flock's coordinators sign with another key; copy keys/coordinator.key from one of them, \
         or name it with --key-file"
    )]
    OtherKey,
    /// The writer task is gone: the process is shutting down.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// A refusal of this kind; `detail` is a sentence for people.
    pub(crate) fn refused(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self::Refused(Problem::new(kind, detail))
    }

    /// There is no `what` called `name`.
    pub(crate) fn not_found(what: &str, name: impl std::fmt::Display) -> Self {
        Self::refused(
            ProblemKind::NotFound,
            format!("There is no {what} `{name}`."),
        )
    }

    /// What a client is told when the database cannot be reached just now, or cannot write: it may try again in a
    /// moment. `None` when that is not why.
    #[must_use]
    pub fn storage_problem(&self) -> Option<ProblemKind> {
        match self {
            Self::Database(error) => error.storage_problem(),
            Self::Commit(error) => error.storage_problem(),
            Self::Io(error) => disk::problem(error),
            _ => None,
        }
    }

    /// The kind of the refusal; `None` when it is not the caller's caller who is at fault.
    #[must_use]
    pub fn kind(&self) -> Option<ProblemKind> {
        match self {
            Self::Refused(problem) => Some(problem.kind),
            _ => None,
        }
    }
}
