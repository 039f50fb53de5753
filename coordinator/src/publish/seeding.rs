//! Origin seeding: this coordinator gives every live clip to the swarm.
//!
//! Each coordinator of a flock does so by itself, whoever published the clip, so that any of them
//! may go. Where blobs are in a bucket, the clips it seeds lie in its cache, which may be too small
//! for all of them: the newest come first, and the others are there over HTTP.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use woolgather_protocol::{Blake3, InfoHash};

use crate::blobs::LocalBlob;
use crate::state::App;
use crate::store::{ClipRow, ClipState, PageRequest};

/// How long a coordinator waits before it looks whether others have published something.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long it waits after a clip could not be seeded.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// The clips that this coordinator seeds, and their files.
#[derive(Debug, Default)]
pub struct Seeded(Mutex<HashMap<Blake3, Given>>);

/// A clip that is given.
#[derive(Debug)]
struct Given {
    torrent: InfoHash,
    file: Arc<LocalBlob>,
}

impl Seeded {
    fn file(&self, clip: &Blake3) -> Option<Arc<LocalBlob>> {
        let seeded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seeded.get(clip).map(|given| Arc::clone(&given.file))
    }

    fn add(&self, clip: Blake3, torrent: InfoHash, file: Arc<LocalBlob>) {
        let mut seeded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seeded.insert(clip, Given { torrent, file });
    }

    /// Keeps the clips of `live` only; the torrents of the others.
    fn keep(&self, live: &HashSet<Blake3>) -> Vec<InfoHash> {
        let mut seeded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = seeded.extract_if(|clip, _| !live.contains(clip));
        gone.map(|(_, given)| given.torrent).collect()
    }
}

/// Seeds every live clip, and whatever is published from now on, for ever.
pub async fn run(app: &App) {
    let mut seen = None;
    loop {
        let newest = match app.store.manifest_sequence().await {
            Ok(sequence) if seen == Some(sequence) => {
                tokio::time::sleep(app.hands.rest(LOOK_EVERY)).await;
                continue;
            }
            newest => newest,
        };
        let done = seed_all(app).await;
        match (newest, done) {
            (Ok(sequence), Ok(())) => seen = Some(sequence),
            (Err(error), _) => {
                tracing::error!(%error, "Clips are not seeded: {error}");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
            (_, Err(error)) => {
                tracing::error!("Clips are not seeded: {error:#}");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

/// Begins to seed every live clip, newest first; what was withdrawn is given no more.
async fn seed_all(app: &App) -> anyhow::Result<()> {
    let mut failure = None;
    let clips = live_clips(app).await?;
    let files = clips.iter().filter_map(|clip| clip.file.as_ref());
    for torrent in app.seeded.keep(&files.map(|file| file.blob).collect()) {
        app.tracker.forget(&torrent);
        let torrent = woolgather_swarm::InfoHash(torrent.0);
        app.swarm.stop_seeding(torrent).await;
    }
    let known = |clip: &ClipRow| {
        let file = clip.file.as_ref();
        file.is_some_and(|file| app.seeded.file(&file.blob).is_some())
    };
    for clip in clips.iter().rev().filter(|clip| !known(clip)) {
        match seed(app, clip).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(
                    "The cache of blobs is too small to seed every clip; older ones are given over HTTP only"
                );
                break;
            }
            Err(error) => failure = Some(error.context(format!("clip {}", clip.id))),
        }
    }
    failure.map_or(Ok(()), Err)
}

async fn live_clips(app: &App) -> anyhow::Result<Vec<ClipRow>> {
    let mut live = Vec::new();
    let mut page = PageRequest::default();
    loop {
        let clips = app.store.clips(Some(ClipState::Live), page).await?;
        live.extend(clips.rows);
        match clips.next {
            Some(after) => page.after = Some(after),
            None => return Ok(live),
        }
    }
}

/// Begins to seed a live clip as the origin; `false` when there is no room for its file. Seeding
/// what is seeded already changes nothing.
///
/// # Errors
///
/// When file or torrent cannot be read, or the seeder does not take them.
pub(super) async fn seed(app: &App, clip: &ClipRow) -> anyhow::Result<bool> {
    let file = clip.file.clone().context("a live clip without a file")?;
    let (blobs, known) = (app.blobs.clone(), app.seeded.file(&file.blob));
    let found = app.hands.work(move || -> std::io::Result<_> {
        let local = match known {
            Some(local) => local,
            None => match blobs.local_for_good(&file.blob)? {
                Some(local) => Arc::new(local),
                None => return Ok(None),
            },
        };
        let torrent = blobs.local(&file.torrent)?;
        Ok(Some((std::fs::read(torrent.path())?, local)))
    });
    let Some((torrent, local)) = found.await?? else {
        return Ok(false);
    };
    // The handle only counts what goes out; dropping it ends nothing.
    app.swarm.seed(&torrent, local.path()).await?;
    app.seeded.add(file.blob, file.info_hash, local);
    Ok(true)
}
