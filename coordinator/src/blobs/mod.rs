//! Content-addressed blobs: segments, clips, torrents, pictures, in a folder or a bucket.
//!
//! A blob's name is the BLAKE3 of its bytes, so the same bytes are stored once and a blob never
//! changes. A blob that has its name is whole, whatever happens, and putting one says that it is
//! durable: in the folder it was forced to disk, in the bucket the store has answered for it.
//!
//! ```text
//! temp() ─bytes─> TempBlob (memory, then a local file; hashed on the way) ─keep()─> named
//! ```
//!
//! Both places call a blob the same, `ab/cd/abcd…`, so a folder can be copied into a bucket by any
//! tool.
//!
//! * [`BlobPlace`]: where they are. [`TempBlob`]: one being written. [`OpenBlob`], [`LocalBlob`]: one
//!   being read, in parts, or as a file of this machine.
//! * `discarding`: what happens to a blob that no row needs.
//! * `folder`: the default, beside the database. `bucket`: any S3-compatible store, with a bounded
//!   `cache` for those who need a file.
//!
//! Functions that are not `async` block on the disk or the network: asynchronous callers wrap the
//! long ones in `spawn_blocking`, and for a bucket they must.

mod bucket;
mod cache;
mod discarding;
mod folder;
mod local;
mod opened;
mod place;
mod temp;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use woolgather_protocol::Blake3;

pub use bucket::Away;
pub use discarding::Shelf;
pub use local::LocalBlob;
pub use opened::OpenBlob;
pub use place::{AwsSettings, BlobPlace, BucketPlace};
pub use temp::{SHORT_BYTES_MAX, TempBlob};

use bucket::Bucket;
use folder::Folder;
use temp::TempFile;

/// The blobs of a flock. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Folder(Folder),
    Bucket(Bucket),
}

impl Blobs {
    /// Opens the blobs of a coordinator whose data folder is `data_dir`. A bucket is asked for
    /// nothing yet. Must run inside a tokio runtime, whose threads do the talking to a bucket.
    ///
    /// # Errors
    ///
    /// When a folder cannot be made, or a setting of the bucket cannot be used.
    pub fn open(place: &BlobPlace, data_dir: &Path) -> io::Result<Self> {
        Ok(Self(match place {
            BlobPlace::Folder => Kind::Folder(Folder::open(data_dir)?),
            BlobPlace::Bucket(place) => {
                let cache_bytes = Some(place.cache_bytes_max);
                Kind::Bucket(Bucket::open(place, data_dir, cache_bytes)?)
            }
        }))
    }

    /// As [`Blobs::open`], for a command that works beside a running coordinator: it leaves the
    /// coordinator's cache alone.
    ///
    /// # Errors
    ///
    /// As [`Blobs::open`].
    pub fn open_beside(place: &BlobPlace, data_dir: &Path) -> io::Result<Self> {
        Ok(Self(match place {
            BlobPlace::Folder => Kind::Folder(Folder::open(data_dir)?),
            BlobPlace::Bucket(place) => Kind::Bucket(Bucket::open(place, data_dir, None)?),
        }))
    }

    /// Opens the folder `blobs` in `data_dir`, making it if it is not there.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made.
    pub fn folder(data_dir: &Path) -> io::Result<Self> {
        Ok(Self(Kind::Folder(Folder::open(data_dir)?)))
    }

    /// Removes what an earlier process left half-written. Only the server calls it, at its start.
    ///
    /// # Errors
    ///
    /// When a file cannot be removed.
    pub fn clear_temp(&self) -> io::Result<()> {
        temp::clear(self.scratch())
    }

    /// Whether anything can be stored: a file can be made on this disk, and a bucket answers.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn answers(&self) -> io::Result<()> {
        let mut probe = TempFile::create(self.scratch())?;
        probe.file.write_all(b"ready")?;
        match &self.0 {
            Kind::Folder(_) => Ok(()),
            Kind::Bucket(_) => self.length(&Blake3::of(b"ready")).map(drop),
        }
    }

    /// A new empty blob to be filled.
    #[must_use]
    pub fn temp(&self) -> TempBlob {
        TempBlob::new(self.clone())
    }

    /// Stores `bytes`, durably, and returns their name.
    ///
    /// # Errors
    ///
    /// When the disk fails or the bucket is [`Away`]; nothing is stored then.
    pub fn put(&self, bytes: &[u8]) -> io::Result<Blake3> {
        let mut blob = self.temp();
        blob.write_all(bytes)?;
        blob.keep()
    }

    /// The names of all blobs, in order. Files that are none are left out.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read or the bucket is [`Away`].
    pub fn names(&self) -> io::Result<BTreeSet<Blake3>> {
        match &self.0 {
            Kind::Folder(folder) => folder.names(),
            Kind::Bucket(bucket) => bucket.names(),
        }
    }

    /// Length of the blob in bytes; `None` when there is no such blob.
    ///
    /// # Errors
    ///
    /// When the disk fails or the bucket is [`Away`].
    pub fn length(&self, name: &Blake3) -> io::Result<Option<u64>> {
        let length = || match &self.0 {
            Kind::Folder(folder) => folder.length(name),
            Kind::Bucket(bucket) => bucket.length(name),
        };
        match length()? {
            None if self.recover(name)? => length(),
            answer => Ok(answer),
        }
    }

    /// The blob's bytes, at most `bytes_max` of them.
    ///
    /// # Errors
    ///
    /// `NotFound` when there is no such blob, `FileTooLarge` when it is longer than `bytes_max`;
    /// when the disk fails or the bucket is [`Away`].
    pub fn read(&self, name: &Blake3, bytes_max: u64) -> io::Result<Vec<u8>> {
        self.found(name, || match &self.0 {
            Kind::Folder(folder) => folder.read(name, bytes_max),
            Kind::Bucket(bucket) => bucket.read(name, bytes_max),
        })
    }

    /// Writes the blob's bytes to `out`, which need not be what the name says: the caller hashes.
    ///
    /// # Errors
    ///
    /// As [`Blobs::read`], and those of `out`.
    pub fn copy_out(&self, name: &Blake3, out: &mut impl Write) -> io::Result<()> {
        match &self.0 {
            Kind::Folder(folder) => folder.copy_out(name, out),
            Kind::Bucket(bucket) => bucket.copy_out(name, out),
        }
    }

    /// The blob as a file of this machine, which is there for as long as the answer is held.
    ///
    /// # Errors
    ///
    /// `NotFound` when there is no such blob; when the disk fails or the bucket is [`Away`].
    pub fn local(&self, name: &Blake3) -> io::Result<LocalBlob> {
        self.found(name, || match &self.0 {
            Kind::Folder(folder) => folder.local(name),
            Kind::Bucket(bucket) => bucket.local(name),
        })
    }

    /// As [`Blobs::local`], for somebody who will hold it for good, such as a seeder; `None` when
    /// those already take what a bucket's cache has for them.
    ///
    /// # Errors
    ///
    /// As [`Blobs::local`].
    pub fn local_for_good(&self, name: &Blake3) -> io::Result<Option<LocalBlob>> {
        self.found(name, || match &self.0 {
            Kind::Folder(folder) => folder.local(name).map(Some),
            Kind::Bucket(bucket) => bucket.local_for_good(name),
        })
    }

    /// Opens the blob for reading in parts.
    ///
    /// # Errors
    ///
    /// `NotFound` when there is no such blob; when the disk fails or the bucket is [`Away`].
    pub async fn opened(&self, name: &Blake3) -> io::Result<OpenBlob> {
        match self.open_in_use(name).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (blobs, of) = (self.clone(), *name);
                match tokio::task::spawn_blocking(move || blobs.recover(&of)).await?? {
                    true => self.open_in_use(name).await,
                    false => Err(error),
                }
            }
            answer => answer,
        }
    }

    async fn open_in_use(&self, name: &Blake3) -> io::Result<OpenBlob> {
        match &self.0 {
            Kind::Folder(folder) => OpenBlob::file(&folder.path(name)).await,
            Kind::Bucket(bucket) => bucket.opened(name).await,
        }
    }

    /// The folder of this machine in which blobs are written.
    fn scratch(&self) -> &Path {
        match &self.0 {
            Kind::Folder(folder) => folder.root(),
            Kind::Bucket(bucket) => bucket.root(),
        }
    }
}

/// What names the flock whose blobs these are, within its folder or bucket.
const OWNER: &str = "flock";

/// What a blob is called within its folder or bucket: `ab/cd/abcd…`.
fn key(name: &Blake3) -> String {
    let text = name.to_string();
    format!("{}/{}/{text}", &text[..2], &text[2..4])
}
