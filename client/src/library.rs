//! The local flock: the newest manifest and the clips it vouches for.
//!
//! ```text
//! DATA/manifest.json               as received, signature and all, with the coordinator's address
//! DATA/clips/{id}-{version}.mp4    only ever complete and checked files
//! DATA/torrents/{id}-{version}.torrent
//! ```

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use url::Url;
use woolgather_player::LocalClip;
use woolgather_protocol::manifest::{Manifest, ManifestClip};
use woolgather_protocol::{PublicKey, Signed};

/// A folder with a flock in it.
#[derive(Debug, Clone)]
pub(crate) struct Library {
    folder: PathBuf,
}

/// What is kept of a manifest.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    coordinator: Url,
    key: PublicKey,
    manifest: Signed<Manifest>,
}

/// The flock as the manifest describes it, and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Flock {
    pub(crate) coordinator: Url,
    pub(crate) manifest: Manifest,
}

impl Library {
    /// The library in a data folder; the folder is made when it is missing.
    pub(crate) fn open(data: &Path) -> anyhow::Result<Self> {
        for part in ["clips", "torrents"] {
            let folder = data.join(part);
            fs::create_dir_all(&folder)
                .with_context(|| format!("could not make {}", folder.display()))?;
        }
        Ok(Self {
            folder: data.to_owned(),
        })
    }

    /// Where unfinished downloads gather.
    pub(crate) fn unfinished(&self) -> PathBuf {
        self.folder.join("unfinished")
    }

    /// Where a clip lies, or will.
    pub(crate) fn clip(&self, clip: &ManifestClip) -> PathBuf {
        self.folder
            .join("clips")
            .join(format!("{}-{}.mp4", clip.id, clip.version))
    }

    /// Where a clip's torrent lies, or will.
    pub(crate) fn torrent(&self, clip: &ManifestClip) -> PathBuf {
        self.folder
            .join("torrents")
            .join(format!("{}-{}.torrent", clip.id, clip.version))
    }

    /// Whether the clip is here. Files get their place only when complete and checked.
    pub(crate) fn has(&self, clip: &ManifestClip) -> bool {
        fs::metadata(self.clip(clip)).is_ok_and(|file| file.len() == clip.bytes)
    }

    /// The flock as last heard of; `None` before the first sync.
    pub(crate) fn flock(&self) -> anyhow::Result<Option<Flock>> {
        let path = self.folder.join("manifest.json");
        if !path.exists() {
            return Ok(None);
        }
        let kept: Kept = serde_json::from_slice(&fs::read(&path)?).with_context(|| {
            format!("{} is damaged; `woolgather sync` mends it", path.display())
        })?;
        let manifest = kept.manifest.open(&kept.key)?;
        Ok(Some(Flock {
            coordinator: kept.coordinator,
            manifest,
        }))
    }

    /// Takes a newer manifest; returns the clips that are no longer in it.
    ///
    /// # Errors
    ///
    /// When it is older than the one that is here: somebody replays an old one.
    pub(crate) fn take(
        &self,
        coordinator: &Url,
        signed: &Signed<Manifest>,
        manifest: &Manifest,
    ) -> anyhow::Result<Vec<ManifestClip>> {
        let before = self
            .flock()
            .ok()
            .flatten()
            .filter(|flock| flock.manifest.coordinator == manifest.coordinator);
        let old = before.map(|flock| flock.manifest);
        if let Some(old) = old.as_ref().filter(|old| old.sequence > manifest.sequence) {
            bail!(
                "the coordinator offers manifest {}, but {} is already here; it may have lost data, or somebody replays an old one",
                manifest.sequence,
                old.sequence
            );
        }
        let kept = Kept {
            coordinator: coordinator.clone(),
            key: manifest.coordinator,
            manifest: signed.clone(),
        };
        let path = self.folder.join("manifest.json");
        let draft = path.with_extension("json.new");
        fs::write(&draft, serde_json::to_vec(&kept)?)?;
        fs::rename(&draft, &path)?;
        let stays = |clip: &ManifestClip| {
            manifest
                .clips
                .iter()
                .any(|new| (&new.id, new.version) == (&clip.id, clip.version))
        };
        Ok(old
            .map(|old| old.clips.into_iter().filter(|clip| !stays(clip)).collect())
            .unwrap_or_default())
    }

    /// Removes a clip's files.
    pub(crate) fn remove(&self, clip: &ManifestClip) {
        for path in [self.clip(clip), self.torrent(clip)] {
            fs::remove_file(path).ok();
        }
    }

    /// The clips that can be played, with the names to show.
    pub(crate) fn playable(&self, manifest: &Manifest) -> Vec<LocalClip> {
        let sheep: HashMap<_, _> = manifest
            .sheep
            .iter()
            .map(|sheep| (&sheep.id, sheep))
            .collect();
        let local = |clip: &&ManifestClip| self.has(clip);
        manifest
            .clips
            .iter()
            .filter(local)
            .filter_map(|clip| {
                let (from, to) = (sheep.get(&clip.from)?, sheep.get(&clip.to)?);
                let (title, artist) = if clip.from == clip.to {
                    (from.title.clone(), from.artist.clone())
                } else {
                    (
                        format!("{} → {}", from.title, to.title),
                        both(&from.artist, &to.artist),
                    )
                };
                Some(LocalClip {
                    path: self.clip(clip),
                    from_sheep: clip.from.to_string(),
                    to_sheep: clip.to.to_string(),
                    title,
                    artist,
                    volunteers: clip.volunteers.clone(),
                    rating: to.rating,
                })
            })
            .collect()
    }
}

/// The title of the sheep a clip starts from.
pub(crate) fn title<'a>(manifest: &'a Manifest, clip: &ManifestClip) -> &'a str {
    let sheep = manifest.sheep.iter().find(|sheep| sheep.id == clip.from);
    sheep.map_or("a sheep", |sheep| &sheep.title)
}

fn both(one: &str, other: &str) -> String {
    if one == other {
        one.to_owned()
    } else {
        format!("{one}, {other}")
    }
}
