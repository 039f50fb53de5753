//! Blobs in a bucket of an S3-compatible store.
//!
//! A blob is gathered in a local file first, so that it is put whole: at once while it is short, in
//! parts when it is long, which the store joins. A blob that is there is not sent again, and one
//! that came meanwhile is left as it is (`If-None-Match`); either way the store has it before
//! anybody is told so. Where the store does not answer, [`Away`] says that, and nothing was stored.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{
    ClientOptions, Error, GetOptions, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, PutMode,
    PutPayload, RetryConfig,
};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use woolgather_protocol::Blake3;

use super::cache::Cache;
use super::discarding::Shelf;
use super::local::LocalBlob;
use super::opened::OpenBlob;
use super::place::BucketPlace;
use super::temp::{self, TempFile};

/// A longer blob is put in parts of this many bytes. The store's own least is 5 MiB.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// Puts at a time: each may hold a part in memory.
const PUTS_MAX: usize = 8;
/// Pieces in which somebody's range is read, in bytes. Each is a request of its own, so that a slow
/// reader keeps none open.
const PIECE_BYTES: u64 = 1024 * 1024;
/// A blob up to this long is read from its copy, for it is probably read again: pictures, torrents.
const COPIED_BYTES_MAX: u64 = 1024 * 1024;
/// How long the store may take to accept a connection, and to answer a request.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(3);
const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
/// How often a request is tried again, and for how long: whoever waits for it can come back.
const RETRIES: usize = 2;
const RETRY_TIME_MAX: Duration = Duration::from_secs(5);

/// The store of blobs does not answer, or not as it should. Nothing was stored; try again later.
#[derive(Debug, thiserror::Error)]
#[error("the store of blobs is away: {0}")]
pub struct Away(String);

impl Away {
    /// Whether this is why an input or output failed.
    #[must_use]
    pub fn caused(error: &io::Error) -> bool {
        let cause = error.get_ref();
        cause.is_some_and(|cause| cause.downcast_ref::<Self>().is_some())
    }
}

/// The bucket. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Bucket(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: AmazonS3,
    prefix: String,
    root: PathBuf,
    cache: Option<Cache>,
    runtime: Handle,
    puts: Semaphore,
}

/// Reads parts of an object.
#[derive(Debug)]
pub(super) struct ObjectReader {
    bucket: Bucket,
    key: Key,
}

impl Bucket {
    /// Without `cache_bytes_max` no copies are kept.
    pub(super) fn open(
        place: &BucketPlace,
        data_dir: &Path,
        cache_bytes_max: Option<u64>,
    ) -> io::Result<Self> {
        let root = data_dir.join("bucket");
        temp::make_folder(&root)?;
        let client = ClientOptions::new()
            .with_allow_http(place.allow_http)
            .with_connect_timeout(CONNECT_TIME_MAX)
            .with_timeout(REQUEST_TIME_MAX);
        let retry = RetryConfig {
            max_retries: RETRIES,
            retry_timeout: RETRY_TIME_MAX,
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::new();
        for (name, value) in place.aws.iter() {
            // Not every variable of AWS' tools is one for the store.
            if let Ok(key) = name.to_ascii_lowercase().parse() {
                builder = builder.with_config(key, value);
            }
        }
        builder = builder
            .with_client_options(client)
            .with_retry(retry)
            .with_bucket_name(&place.bucket);
        if let Some(endpoint) = &place.endpoint {
            builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        let store = builder.build().map_err(io::Error::other)?;
        let cache = cache_bytes_max.map(|bytes| Cache::open(&root, bytes));
        Ok(Self(Arc::new(Inner {
            store,
            prefix: place.prefix.clone(),
            cache: cache.transpose()?,
            root,
            runtime: Handle::current(),
            puts: Semaphore::new(PUTS_MAX),
        })))
    }

    pub(super) fn root(&self) -> &Path {
        &self.0.root
    }

    pub(super) fn names(&self) -> io::Result<BTreeSet<Blake3>> {
        let prefix = (!self.0.prefix.is_empty()).then(|| Key::from(&*self.0.prefix));
        let listed = self.0.store.list(prefix.as_ref());
        self.wait(async {
            let named = |object: ObjectMeta| self.name_of(Shelf::InUse, &object);
            let names = listed.try_filter_map(|object| std::future::ready(Ok(named(object))));
            names.try_collect().await.map_err(failed)
        })
    }

    pub(super) fn listed(&self, shelf: Shelf, first: u8) -> io::Result<Vec<(Blake3, SystemTime)>> {
        let prefix = self.place(shelf, &format!("{first:02x}"));
        let listed = self.0.store.list(Some(&prefix));
        self.wait(async {
            let named = |object: ObjectMeta| {
                let name = self.name_of(shelf, &object)?;
                Some((name, object.last_modified.into()))
            };
            let names = listed.try_filter_map(|object| std::future::ready(Ok(named(object))));
            names.try_collect().await.map_err(failed)
        })
    }

    /// The blob's name, if this object is a blob of that shelf.
    fn name_of(&self, shelf: Shelf, object: &ObjectMeta) -> Option<Blake3> {
        let name: Blake3 = object.location.filename()?.parse().ok()?;
        (object.location == self.place(shelf, &super::key(&name))).then_some(name)
    }

    /// Moves a blob from one shelf to the other; `false` when it is not there.
    pub(super) fn move_to(&self, shelf: Shelf, name: &Blake3) -> io::Result<bool> {
        let key = super::key(name);
        let (from, to) = (self.place(shelf.other(), &key), self.place(shelf, &key));
        self.wait(async {
            match self.0.store.copy(&from, &to).await {
                Ok(()) => self.0.store.delete(&from).await.map_err(failed)?,
                Err(Error::NotFound { .. }) => return Ok(false),
                Err(error) => return Err(failed(error)),
            }
            Ok(true)
        })
    }

    /// Removes a discarded blob.
    pub(super) fn erase(&self, name: &Blake3) -> io::Result<()> {
        let key = self.place(Shelf::Discarded, &super::key(name));
        self.wait(async {
            match self.0.store.delete(&key).await {
                Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(failed(error)),
            }
        })
    }

    /// Whose blobs these are; `mark` says so from now on if nothing does.
    pub(super) fn owner(&self, mark: &str) -> io::Result<String> {
        let key = self.place(Shelf::InUse, super::OWNER);
        self.wait(async {
            let found = match self.0.store.get(&key).await {
                Ok(found) => found,
                Err(Error::NotFound { .. }) => {
                    let payload = PutPayload::from(mark.to_owned());
                    self.0.store.put(&key, payload).await.map_err(failed)?;
                    return Ok(mark.to_owned());
                }
                Err(error) => return Err(failed(error)),
            };
            let bytes = found.bytes().await.map_err(failed)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        })
    }

    pub(super) fn length(&self, name: &Blake3) -> io::Result<Option<u64>> {
        self.wait(self.head(name))
    }

    pub(super) fn read(&self, name: &Blake3, bytes_max: u64) -> io::Result<Vec<u8>> {
        let local = self.local(name)?;
        super::folder::read_file(local.path(), bytes_max)
    }

    pub(super) fn copy_out(&self, name: &Blake3, out: &mut impl Write) -> io::Result<()> {
        let reader = self.reader(name);
        let length = self.length(name)?.ok_or(io::ErrorKind::NotFound)?;
        let mut pieces = reader.part(0..length);
        while let Some(piece) = self.0.runtime.block_on(pieces.next()) {
            out.write_all(&piece?)?;
        }
        Ok(())
    }

    pub(super) fn local(&self, name: &Blake3) -> io::Result<LocalBlob> {
        if let Some(copy) = self.copy_of(name) {
            return Ok(copy);
        }
        let mut temp = TempFile::create(&self.0.root)?;
        let mut hasher = blake3::Hasher::new();
        let mut both = Both(&mut temp.file, &mut hasher, 0);
        self.copy_out(name, &mut both)?;
        let bytes = both.2;
        let found = Blake3(*hasher.finalize().as_bytes());
        if found != *name {
            let damaged = format!("the blob {name} is damaged: its bytes hash to {found}");
            return Err(io::Error::new(io::ErrorKind::InvalidData, damaged));
        }
        match &self.0.cache {
            Some(cache) => cache.add(name, &temp, bytes),
            None => Ok(LocalBlob::temporary(temp)),
        }
    }

    pub(super) fn local_for_good(&self, name: &Blake3) -> io::Result<Option<LocalBlob>> {
        let Some(cache) = &self.0.cache else {
            return self.local(name).map(Some);
        };
        let bytes = self.length(name)?.ok_or(io::ErrorKind::NotFound)?;
        if !cache.reserve(bytes) {
            return Ok(None);
        }
        match self.local(name) {
            Ok(mut local) => {
                local.hold_for_good(bytes);
                Ok(Some(local))
            }
            Err(error) => {
                cache.release(bytes);
                Err(error)
            }
        }
    }

    pub(super) async fn opened(&self, name: &Blake3) -> io::Result<OpenBlob> {
        let (bucket, of) = (self.clone(), *name);
        let copy = tokio::task::spawn_blocking(move || bucket.copy_of(&of)).await?;
        if let Some(copy) = copy {
            return OpenBlob::file(copy.path()).await;
        }
        let length = self.head(name).await?.ok_or(io::ErrorKind::NotFound)?;
        if length > COPIED_BYTES_MAX {
            return Ok(OpenBlob::object(length, self.reader(name)));
        }
        let (bucket, of) = (self.clone(), *name);
        let copied = tokio::task::spawn_blocking(move || bucket.local(&of)).await??;
        OpenBlob::file(copied.path()).await
    }

    /// Puts the file under the blob's name and keeps a copy.
    pub(super) fn keep(&self, name: &Blake3, mut temp: TempFile, length: u64) -> io::Result<()> {
        temp.file.rewind()?;
        self.put(name, &mut temp.file, length)?;
        if let Some(cache) = &self.0.cache {
            cache.add(name, &temp, length)?;
        }
        Ok(())
    }

    fn put(&self, name: &Blake3, file: &mut File, length: u64) -> io::Result<()> {
        let key = self.key(name);
        let _place = self.wait(async { self.0.puts.acquire().await.map_err(io::Error::other) })?;
        if length > PART_BYTES as u64 {
            return match self.length(name)? {
                Some(found) if found == length => Ok(()),
                _ => self.put_in_parts(&key, file),
            };
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(PART_BYTES));
        file.read_to_end(&mut bytes)?;
        let payload = PutPayload::from(bytes);
        self.wait(async {
            let store = &self.0.store;
            let put = store.put_opts(&key, payload.clone(), PutMode::Create.into());
            match put.await {
                Ok(_) => Ok(()),
                // Somebody else has put the same bytes, or does so now.
                Err(Error::AlreadyExists { .. }) => match self.head(name).await? {
                    Some(found) if found == length => Ok(()),
                    _ => Err(away("another upload of the same blob is under way")),
                },
                // The operator has said that the store knows no conditions.
                Err(Error::NotImplemented { .. }) => {
                    let put = store.put(&key, payload);
                    put.await.map(drop).map_err(failed)
                }
                Err(error) => Err(failed(error)),
            }
        })
    }

    fn put_in_parts(&self, key: &Key, file: &mut File) -> io::Result<()> {
        let mut upload = self.wait(async {
            let begun = self.0.store.put_multipart(key);
            begun.await.map_err(failed)
        })?;
        let sent = loop {
            let mut part = Vec::with_capacity(PART_BYTES);
            let next = io::Read::by_ref(file).take(PART_BYTES as u64);
            if let Err(error) = { next }.read_to_end(&mut part) {
                break Err(error);
            }
            if part.is_empty() {
                break Ok(());
            }
            let sending = upload.put_part(part.into());
            if let Err(error) = self.wait(async { sending.await.map_err(failed) }) {
                break Err(error);
            }
        };
        let ended = match sent {
            Ok(()) => self.wait(async { upload.complete().await.map_err(failed) }),
            Err(error) => Err(error),
        };
        if ended.is_err() {
            // A store that is away forgets the parts by its own rules.
            let _ = self.wait(async { upload.abort().await.map_err(failed) });
        }
        ended.map(drop)
    }

    async fn head(&self, name: &Blake3) -> io::Result<Option<u64>> {
        match self.0.store.head(&self.key(name)).await {
            Ok(object) => Ok(Some(object.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn copy_of(&self, name: &Blake3) -> Option<LocalBlob> {
        self.0.cache.as_ref()?.get(name)
    }

    fn reader(&self, name: &Blake3) -> ObjectReader {
        ObjectReader {
            bucket: self.clone(),
            key: self.key(name),
        }
    }

    fn key(&self, name: &Blake3) -> Key {
        self.place(Shelf::InUse, &super::key(name))
    }

    /// What something is called in the bucket.
    fn place(&self, shelf: Shelf, key: &str) -> Key {
        let prefix = &self.0.prefix;
        Key::from(match shelf {
            Shelf::InUse => format!("{prefix}/{key}"),
            Shelf::Discarded => format!("{prefix}/discarded/{key}"),
        })
    }

    /// Waits on a thread that may wait.
    fn wait<T>(&self, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        self.0.runtime.block_on(work)
    }
}

impl ObjectReader {
    /// The bytes of a range, piece by piece.
    pub(super) fn part(self, bytes: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
        let pieces = stream::try_unfold((self, bytes), |(reader, rest)| async move {
            if rest.is_empty() {
                return Ok(None);
            }
            let end = rest.end.min(rest.start + PIECE_BYTES);
            let piece = reader.piece(rest.start..end).await?;
            Ok(Some((piece, (reader, end..rest.end))))
        });
        pieces.boxed()
    }

    async fn piece(&self, bytes: Range<u64>) -> io::Result<Bytes> {
        let wanted = bytes.end - bytes.start;
        let options = GetOptions {
            range: Some(bytes.into()),
            ..GetOptions::default()
        };
        let answer = self.bucket.0.store.get_opts(&self.key, options);
        let piece = answer
            .await
            .map_err(failed)?
            .bytes()
            .await
            .map_err(failed)?;
        if piece.len() as u64 != wanted {
            return Err(away("a part of a blob came short"));
        }
        Ok(piece)
    }
}

/// Writes to a file and a hasher, and counts.
struct Both<'a>(&'a mut File, &'a mut blake3::Hasher, u64);

impl Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(bytes)?;
        self.1.update(&bytes[..written]);
        self.2 += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the store says, as an error of input or output.
fn failed(error: Error) -> io::Error {
    match error {
        Error::NotFound { .. } => io::Error::new(io::ErrorKind::NotFound, error),
        other => away(whole(&other)),
    }
}

fn away(reason: impl Into<String>) -> io::Error {
    io::Error::other(Away(reason.into()))
}

/// An error with what caused it.
fn whole(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    words
}
