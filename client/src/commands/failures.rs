//! What goes wrong with one of several things without stopping the rest.

use crate::say::plain;

/// Failures so far: each is said when it happens, and counted for the end.
#[derive(Debug)]
pub(crate) struct Failures {
    count: usize,
    /// Whether there are others beside the one that failed, so that its words may be far up.
    of_many: bool,
}

/// The command failed, and has said why.
#[derive(Debug, thiserror::Error)]
#[error("{count} failed, as said above")]
pub(crate) struct Said {
    count: usize,
    of_many: bool,
}

impl Said {
    /// Whether there is anything to add.
    pub(crate) fn is_enough(&self) -> bool {
        !self.of_many
    }
}

impl Failures {
    /// Nothing has failed yet, of so many.
    pub(crate) fn of(things: usize) -> Self {
        Self {
            count: 0,
            of_many: things > 1,
        }
    }

    /// Says what went wrong with one.
    pub(crate) fn note(&mut self, error: &anyhow::Error) {
        self.count();
        eprintln!("woolgather: {}", plain(&format!("{error:#}")));
    }

    /// Counts one whose failure has been said already.
    pub(crate) fn count(&mut self) {
        self.count += 1;
    }

    /// # Errors
    ///
    /// [`Said`], where anything failed.
    pub(crate) fn end(self) -> Result<(), Said> {
        let Self { count, of_many } = self;
        if count == 0 {
            return Ok(());
        }
        Err(Said { count, of_many })
    }
}
