//! A file over HTTP: ranged, resumable, checked. The way that works when BitTorrent does not.

use std::path::{Path, PathBuf};

use reqwest::StatusCode;
use reqwest::header::RANGE;
use sha2::{Digest as _, Sha256 as Hasher};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use woolgather_protocol::Sha256;

use crate::coordinator::Coordinator;
use crate::error::ApiError;
use crate::limited;

/// Tries that end without a single new byte before a download fails.
const FRUITLESS_TRIES_MAX: u32 = 3;

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
        let mut fetched = 0;
        let mut fruitless = 0;
        loop {
            let have = tokio::fs::metadata(&part)
                .await
                .map_or(0, |meta| meta.len());
            if have >= request.length {
                break;
            }
            let before = fetched;
            let outcome = self
                .fetch_from(request, &part, have, &mut fetched, progress)
                .await;
            fruitless = if fetched > before { 0 } else { fruitless + 1 };
            match outcome {
                Err(error) if !error.is_passing() || fruitless >= FRUITLESS_TRIES_MAX => {
                    return Err(error);
                }
                Ok(()) if fruitless >= FRUITLESS_TRIES_MAX => {
                    return Err(ApiError::Network("the file ends too early".into()));
                }
                _ => {}
            }
        }
        if sha256_of(&part, request.length).await? != Some(request.sha256) {
            tokio::fs::remove_file(&part).await?;
            return Err(ApiError::WrongFile);
        }
        tokio::fs::rename(&part, request.into).await?;
        Ok(fetched)
    }

    /// One request for everything from byte `have` on, appended to `part`.
    async fn fetch_from(
        &self,
        request: &DownloadRequest<'_>,
        part: &Path,
        have: u64,
        fetched: &mut u64,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), ApiError> {
        let range = format!("bytes={have}-");
        let response = self
            .http()
            .get(self.address(request.path))
            .header(RANGE, range)
            .send()
            .await?;
        let mut response = limited::accepted(response).await?;
        let resumed = response.status() == StatusCode::PARTIAL_CONTENT;
        let mut length = if resumed { have } else { 0 };
        let mut file = File::options()
            .create(true)
            .write(true)
            .truncate(!resumed)
            .append(resumed)
            .open(part)
            .await?;
        while let Some(chunk) = response.chunk().await? {
            length += chunk.len() as u64;
            if length > request.length {
                drop(file);
                tokio::fs::remove_file(part).await?;
                return Err(ApiError::WrongFile);
            }
            file.write_all(&chunk).await?;
            *fetched += chunk.len() as u64;
            progress(length);
        }
        file.sync_all().await?;
        Ok(())
    }
}

fn part_path(into: &Path) -> PathBuf {
    let mut name = into.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// The file's fingerprint; `None` when it is longer than `length`.
async fn sha256_of(path: &Path, length: u64) -> std::io::Result<Option<Sha256>> {
    let mut file = File::open(path).await?;
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut seen = 0;
    loop {
        let count = file.read(&mut buffer).await?;
        if count == 0 {
            return Ok((seen == length).then(|| Sha256(hasher.finalize().into())));
        }
        seen += count as u64;
        hasher.update(&buffer[..count]);
    }
}
