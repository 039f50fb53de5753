//! One line for each picture of the film that reached the screen, for people who measure.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::flock::{PlayError, PlayOptions};

/// An open log; see [`PlayOptions::frame_log`](crate::PlayOptions) for the columns.
#[derive(Debug)]
pub(crate) struct FrameLog {
    path: PathBuf,
    file: BufWriter<File>,
}

impl FrameLog {
    /// Starts the log that the options want, if they want one.
    ///
    /// # Errors
    ///
    /// As [`FrameLog::create`].
    pub(crate) fn wanted(options: &PlayOptions) -> Result<Option<Self>, PlayError> {
        options.frame_log.as_deref().map(Self::create).transpose()
    }

    /// Starts a log, in place of whatever was in the file.
    ///
    /// # Errors
    ///
    /// [`PlayError::Write`] when the file cannot be made.
    fn create(path: &Path) -> Result<Self, PlayError> {
        let file = File::create(path).map_err(|error| cannot_write(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
        })
    }

    /// Notes one picture.
    ///
    /// # Errors
    ///
    /// [`PlayError::Write`] when the disk takes no more.
    pub(crate) fn note(
        &mut self,
        since_start: Duration,
        clip: &str,
        frame: u32,
        dropped: u64,
    ) -> Result<(), PlayError> {
        let ms = since_start.as_secs_f64() * 1000.0;
        writeln!(self.file, "{ms:.1}\t{clip}\t{frame}\t{dropped}")
            .map_err(|error| cannot_write(&self.path, error))
    }

    /// Writes out what is still in memory.
    ///
    /// # Errors
    ///
    /// As [`FrameLog::note`].
    pub(crate) fn finish(mut self) -> Result<(), PlayError> {
        self.file
            .flush()
            .map_err(|error| cannot_write(&self.path, error))
    }
}

/// A [`PlayError::Write`] about `path`.
pub(crate) fn cannot_write(path: &Path, error: impl std::fmt::Display) -> PlayError {
    PlayError::Write {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}
