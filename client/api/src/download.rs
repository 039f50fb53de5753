//! A file over HTTP: ranged, resumable, checked. The way that works when BitTorrent does not.
//!
//! ```text
//! INTO.part ── bytes arrive, over as many requests as it takes ──> length, SHA-256 ──> INTO
//! ```

use std::io::SeekFrom;
use std::path::{Path, PathBuf};

use reqwest::StatusCode;
use reqwest::header::RANGE;
use sha2::{Digest as _, Sha256 as Hasher};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};
use woolgather_protocol::Sha256;

use crate::coordinator::Coordinator;
use crate::error::ApiError;
use crate::limited;
use crate::request::{TRIES, pause_after};

/// What to fetch and what it must be.
#[derive(Debug, Clone)]
pub struct DownloadRequest<'a> {
    /// One of `protocol::paths`.
    pub path: &'a str,
    /// Where the file goes. While it is incomplete it has `.part` appended.
    pub into: &'a Path,
    /// Its length in bytes.
    pub length: u64,
    /// Its fingerprint.
    pub sha256: Sha256,
}

impl Coordinator {
    /// Fetches a file, going on where an earlier try ended; `progress` gets the bytes that are
    /// there. Returns how many bytes came over the network.
    ///
    /// A request that ends early is followed by another one for the rest, for as long as each
    /// brings the end nearer. Where a part that an earlier program left turns out damaged, the file
    /// is fetched once more from the start.
    ///
    /// # Errors
    ///
    /// [`ApiError::WrongFile`] when the complete file is another one (it is thrown away),
    /// [`ApiError::Network`] when nothing more comes (what is there stays for the next try).
    pub async fn download(
        &self,
        request: &DownloadRequest<'_>,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<u64, ApiError> {
        let part = part_path(request.into);
        let file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&part)
            .await?;
        let mut transfer = Transfer {
            coordinator: self,
            request,
            file,
            fetched: 0,
            progress,
        };
        let resumed = transfer.have().await? > 0;
        let mut outcome = transfer.run().await;
        if resumed && matches!(outcome, Err(ApiError::WrongFile)) {
            transfer.file.set_len(0).await?;
            outcome = transfer.run().await;
        }
        let fetched = transfer.fetched;
        match outcome {
            Ok(()) => tokio::fs::rename(&part, request.into).await?,
            Err(ApiError::WrongFile) => {
                tokio::fs::remove_file(&part).await?;
                return Err(ApiError::WrongFile);
            }
            Err(error) => return Err(error),
        }
        Ok(fetched)
    }
}

/// The name of a file that is not complete yet.
fn part_path(into: &Path) -> PathBuf {
    let mut name = into.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// A download under way.
struct Transfer<'a> {
    coordinator: &'a Coordinator,
    request: &'a DownloadRequest<'a>,
    /// The part.
    file: File,
    /// Bytes that came over the network.
    fetched: u64,
    progress: &'a mut (dyn FnMut(u64) + Send),
}

impl Transfer<'_> {
    /// Fetches what the part lacks, then checks all of it.
    async fn run(&mut self) -> Result<(), ApiError> {
        let mut furthest = self.have().await?;
        let mut fruitless = 0;
        while furthest < self.request.length {
            let outcome = self.fetch_rest().await;
            // Also after a failure: what was written is there only after this.
            self.file.flush().await?;
            let have = self.have().await?;
            fruitless = if have > furthest { 0 } else { fruitless + 1 };
            furthest = furthest.max(have);
            match outcome {
                Err(error) if !error.is_passing() || fruitless == TRIES => return Err(error),
                Ok(()) if fruitless == TRIES => {
                    return Err(ApiError::Network("the file ends too early".into()));
                }
                _ if fruitless > 0 => pause_after(fruitless).await,
                _ => {}
            }
        }
        self.file.sync_all().await?;
        self.check().await
    }

    /// Bytes in the part.
    async fn have(&self) -> Result<u64, ApiError> {
        Ok(self.file.metadata().await?.len())
    }

    /// One request for everything that the part lacks. A server that knows no ranges sends the
    /// whole file, and the part begins anew.
    async fn fetch_rest(&mut self) -> Result<(), ApiError> {
        let mut length = self.have().await?;
        let response = self
            .coordinator
            .http()
            .get(self.coordinator.address(self.request.path))
            .header(RANGE, format!("bytes={length}-"))
            .send()
            .await?;
        if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            // The file ends before the part does, so it is not the one in the manifest.
            return Err(ApiError::WrongFile);
        }
        let mut response = limited::accepted(response).await?;
        if response.status() != StatusCode::PARTIAL_CONTENT {
            self.file.set_len(0).await?;
            length = 0;
        }
        self.file.seek(SeekFrom::Start(length)).await?;
        while let Some(chunk) = response.chunk().await? {
            length += chunk.len() as u64;
            if length > self.request.length {
                return Err(ApiError::WrongFile);
            }
            self.file.write_all(&chunk).await?;
            self.fetched += chunk.len() as u64;
            (self.progress)(length);
        }
        Ok(())
    }

    /// Compares the part with what it must be.
    async fn check(&mut self) -> Result<(), ApiError> {
        self.file.rewind().await?;
        let mut hasher = Hasher::new();
        let mut buffer = vec![0; 64 * 1024];
        let mut seen = 0;
        loop {
            let count = self.file.read(&mut buffer).await?;
            if count == 0 {
                break;
            }
            seen += count as u64;
            hasher.update(&buffer[..count]);
        }
        let found = Sha256(hasher.finalize().into());
        if (seen, found) == (self.request.length, self.request.sha256) {
            Ok(())
        } else {
            Err(ApiError::WrongFile)
        }
    }
}
