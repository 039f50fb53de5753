//! A blob opened for reading in parts, as HTTP's ranges want it.

use std::io::{self, SeekFrom};
use std::ops::Range;
use std::path::Path;

use axum::body::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::bucket::ObjectReader;

/// Pieces in which files are read, in bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// A blob somebody is about to read.
#[derive(Debug)]
pub struct OpenBlob {
    length: u64,
    source: Source,
}

#[derive(Debug)]
enum Source {
    File(File),
    Object(ObjectReader),
}

impl OpenBlob {
    pub(super) async fn file(path: &Path) -> io::Result<Self> {
        let file = File::open(path).await?;
        Ok(Self {
            length: file.metadata().await?.len(),
            source: Source::File(file),
        })
    }

    pub(super) fn object(length: u64, reader: ObjectReader) -> Self {
        Self {
            length,
            source: Source::Object(reader),
        }
    }

    /// Its length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The bytes of a range that lies within the blob, in pieces. A piece that cannot be read ends
    /// the stream with its error.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub async fn part(
        self,
        bytes: Range<u64>,
    ) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        match self.source {
            Source::File(mut file) => {
                file.seek(SeekFrom::Start(bytes.start)).await?;
                let part = file.take(bytes.end - bytes.start);
                Ok(ReaderStream::with_capacity(part, PIECE_BYTES).boxed())
            }
            Source::Object(reader) => Ok(reader.part(bytes)),
        }
    }
}
