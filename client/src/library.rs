//! The local flock: the newest manifest and the clips it vouches for.
//!
//! ```text
//! DATA/manifest.json               as received, signature and all, with the coordinator's address
//! DATA/clips/{id}-{version}.mp4    only ever complete and checked files
//! DATA/torrents/{id}-{version}.torrent
//! ```

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use url::Url;
use woolgather_player::LocalClip;
use woolgather_player::cache::{CacheClip, Space, evictions};
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

    /// Takes a newer manifest, or one of another coordinator; returns the clips that were in the old
    /// one and are not in this.
    ///
    /// # Errors
    ///
    /// When it is older than the coordinator's that is here: somebody replays an old one.
    pub(crate) fn take(
        &self,
        coordinator: &Url,
        signed: &Signed<Manifest>,
        manifest: &Manifest,
    ) -> anyhow::Result<Vec<ManifestClip>> {
        // A damaged manifest is as good as none.
        let old = self.flock().ok().flatten().map(|flock| flock.manifest);
        let newest = old
            .as_ref()
            .filter(|old| old.coordinator == manifest.coordinator)
            .map_or(0, |old| old.sequence);
        if newest > manifest.sequence {
            bail!(
                "the coordinator offers manifest {}, but {newest} is already here; it may have lost data, or somebody replays an old one",
                manifest.sequence
            );
        }
        let kept = Kept {
            coordinator: coordinator.clone(),
            key: manifest.coordinator,
            manifest: signed.clone(),
        };
        let path = self.folder.join("manifest.json");
        replace(&path, &serde_json::to_vec(&kept)?)
            .with_context(|| format!("could not write {}", path.display()))?;
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

    /// Removes a clip's files, also what an unfinished download left.
    pub(crate) fn remove(&self, clip: &ManifestClip) {
        let (file, torrent) = (self.clip(clip), self.torrent(clip));
        for path in [file.with_extension("mp4.part"), file, torrent] {
            fs::remove_file(path).ok();
        }
    }

    /// Throws a clip's file away, so that it is fetched again; a file that is no clip of this library stays.
    pub(crate) fn discard(&self, file: &Path) {
        if file.parent() == Some(&self.folder.join("clips")) {
            // It may be gone already, which is as well.
            fs::remove_file(file).ok();
        }
    }

    /// What changes on disk whenever clips come or go, or the manifest does.
    pub(crate) fn witnesses(&self) -> [PathBuf; 2] {
        [self.folder.join("manifest.json"), self.folder.join("clips")]
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

/// Drops clips until all of them together take at most `bytes_max`; the worst rated go first, and the core of the flock
/// stays walkable. What is playing goes on from memory.
#[cfg_attr(
    not(target_os = "linux"),
    allow(
        dead_code,
        reason = "only the agent does it, which runs on Linux alone"
    )
)]
pub(crate) fn trim(data: &Path, bytes_max: u64) -> anyhow::Result<()> {
    let library = Library::open(data)?;
    let Some(flock) = library.flock()? else {
        return Ok(());
    };
    let here = flock.manifest.clips.iter();
    let here: Vec<&ManifestClip> = here.filter(|clip| library.has(clip)).collect();
    let weighed: Vec<CacheClip> = here
        .iter()
        .map(|clip| cached(&flock.manifest, clip))
        .collect();
    let space = Space {
        quota_bytes: bytes_max,
        free_bytes: u64::MAX,
        keep_free_bytes: 0,
    };
    for place in evictions(&weighed, &[], space) {
        library.remove(here[place]);
    }
    Ok(())
}

/// What decides whether a clip is fetched or dropped.
pub(crate) fn cached(manifest: &Manifest, clip: &ManifestClip) -> CacheClip {
    let sheep = manifest.sheep.iter().find(|sheep| sheep.id == clip.to);
    CacheClip {
        from_sheep: clip.from.to_string(),
        to_sheep: clip.to.to_string(),
        bytes: clip.bytes,
        rating: sheep.map_or(f64::NAN, |sheep| sheep.rating),
        published_at_ms: clip.published_at_ms.max(0).unsigned_abs(),
    }
}

/// The title of the sheep a clip starts from.
pub(crate) fn title<'a>(manifest: &'a Manifest, clip: &ManifestClip) -> &'a str {
    let sheep = manifest.sheep.iter().find(|sheep| sheep.id == clip.from);
    sheep.map_or("a sheep", |sheep| &sheep.title)
}

/// Writes a file so that after a crash it is the old one or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let mut file = fs::File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

fn both(one: &str, other: &str) -> String {
    if one == other {
        one.to_owned()
    } else {
        format!("{one}, {other}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;
    use woolgather_protocol::work::ClipKind;
    use woolgather_protocol::{DeviceSecret, InfoHash, Recipe, Sha256, SheepId};

    use woolgather_protocol::manifest::ManifestSheep;

    fn operator(byte: u8) -> DeviceSecret {
        DeviceSecret::from_bytes(&[byte; 32])
    }

    fn sheep_id(byte: u8) -> SheepId {
        SheepId::from_random([byte; 10])
    }

    fn sheep(byte: u8, title: &str, artist: &str) -> ManifestSheep {
        ManifestSheep {
            id: sheep_id(byte),
            title: title.into(),
            artist: artist.into(),
            genome: "0".repeat(64),
            licence: "CC0-1.0".into(),
            parents: Vec::new(),
            rating: f64::from(byte),
        }
    }

    /// A clip of four bytes between two of the sheep.
    fn clip(id: &str, version: u32, from: u8, to: u8) -> ManifestClip {
        ManifestClip {
            id: id.parse().unwrap(),
            version,
            kind: if from == to {
                ClipKind::Loop
            } else {
                ClipKind::Edge
            },
            from: sheep_id(from),
            to: sheep_id(to),
            frames: 32,
            bytes: 4,
            sha256: Sha256([0; 32]),
            info_hash: InfoHash([0; 20]),
            volunteers: vec!["Ada".into()],
            published_at_ms: 0,
        }
    }

    fn manifest(operator: &DeviceSecret, sequence: u64, clips: &[ManifestClip]) -> Manifest {
        Manifest {
            coordinator: operator.public(),
            sequence,
            made_at_ms: 0,
            flock: "Test flock".into(),
            recipe: Recipe::small(),
            sheep: vec![
                sheep(1, "Alpha", "Ada"),
                sheep(2, "Beta", "Bob"),
                sheep(3, "Gamma", "Ada"),
            ],
            clips: clips.to_vec(),
        }
    }

    /// A library in an empty folder.
    struct Place {
        folder: TempDir,
        library: Library,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let library = Library::open(folder.path()).unwrap();
            Self { folder, library }
        }

        /// Takes a manifest signed by its coordinator; the names of the clips that are gone.
        fn take(
            &self,
            operator: &DeviceSecret,
            sequence: u64,
            clips: &[ManifestClip],
        ) -> anyhow::Result<Vec<String>> {
            let manifest = manifest(operator, sequence, clips);
            let url = "http://flock.example/".parse()?;
            let gone = self
                .library
                .take(&url, &Signed::seal(&manifest, operator), &manifest)?;
            Ok(gone
                .iter()
                .map(|clip| format!("{}-{}", clip.id, clip.version))
                .collect())
        }

        fn sequence(&self) -> u64 {
            self.library.flock().unwrap().unwrap().manifest.sequence
        }

        fn put(&self, clip: &ManifestClip, bytes: &[u8]) {
            fs::write(self.library.clip(clip), bytes).unwrap();
        }
    }

    #[test]
    fn an_empty_folder_is_no_flock_yet() {
        assert!(Place::new().library.flock().unwrap().is_none());
    }

    #[test]
    fn a_manifest_older_than_the_one_here_is_refused() {
        let place = Place::new();
        place.take(&operator(9), 5, &[]).unwrap();
        let error = place.take(&operator(9), 4, &[]).unwrap_err().to_string();
        assert!(
            error.contains("offers manifest 4, but 5 is already here"),
            "{error}"
        );
        assert_eq!(place.sequence(), 5);
        place.take(&operator(9), 5, &[]).unwrap();
        place.take(&operator(9), 6, &[]).unwrap();
        assert_eq!(place.sequence(), 6);
    }

    #[test]
    fn clips_that_left_the_manifest_are_reported_and_so_is_an_old_version() {
        let place = Place::new();
        let [a, b, c] = ["a", "b", "c"].map(|id| clip(id, 1, 1, 1));
        assert!(
            place
                .take(&operator(9), 1, &[a.clone(), b.clone(), c])
                .unwrap()
                .is_empty()
        );
        let repaired = clip("b", 2, 1, 1);
        let gone = place.take(&operator(9), 2, &[a, repaired]).unwrap();
        assert_eq!(gone, ["b-1", "c-1"]);
    }

    #[test]
    fn another_coordinators_manifest_replaces_the_flock_at_any_number() {
        let place = Place::new();
        place.take(&operator(9), 5, &[clip("a", 1, 1, 1)]).unwrap();
        let gone = place.take(&operator(8), 1, &[clip("b", 1, 1, 1)]).unwrap();
        assert_eq!(gone, ["a-1"]);
        assert_eq!(place.sequence(), 1);
    }

    #[test]
    fn a_damaged_manifest_says_so_and_the_next_sync_mends_it() {
        let place = Place::new();
        fs::write(place.folder.path().join("manifest.json"), "{").unwrap();
        let error = place.library.flock().unwrap_err().to_string();
        assert!(error.contains("`woolgather sync` mends it"), "{error}");
        place.take(&operator(9), 1, &[]).unwrap();
        assert_eq!(place.sequence(), 1);
    }

    #[test]
    fn a_manifest_that_was_changed_on_disk_is_not_believed() {
        let place = Place::new();
        place.take(&operator(9), 1, &[]).unwrap();
        let path = place.folder.path().join("manifest.json");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("Alpha", "Omega")).unwrap();
        assert!(place.library.flock().is_err());
    }

    #[test]
    fn only_complete_clips_between_known_sheep_are_played() {
        let place = Place::new();
        let complete = clip("complete", 1, 1, 1);
        let short = clip("short", 1, 1, 1);
        let missing = clip("missing", 1, 1, 1);
        let stray = clip("stray", 1, 1, 7);
        place.put(&complete, b"1234");
        place.put(&short, b"123");
        place.put(&stray, b"1234");
        let clips = [complete.clone(), short, missing, stray];
        let playable = place.library.playable(&manifest(&operator(9), 1, &clips));
        let paths: Vec<_> = playable.iter().map(|clip| clip.path.clone()).collect();
        assert_eq!(paths, [place.library.clip(&complete)]);
    }

    #[test]
    fn a_loop_is_called_after_its_sheep_and_an_edge_after_both() {
        let place = Place::new();
        let clips = [clip("a", 1, 1, 1), clip("b", 1, 1, 2), clip("c", 1, 1, 3)];
        for clip in &clips {
            place.put(clip, b"1234");
        }
        let manifest = manifest(&operator(9), 1, &clips);
        let playable = place.library.playable(&manifest);
        let shown: Vec<_> = playable
            .iter()
            .map(|clip| (clip.title.as_str(), clip.artist.as_str(), clip.rating))
            .collect();
        let expected = [
            ("Alpha", "Ada", 1.0),
            ("Alpha → Beta", "Ada, Bob", 2.0),
            ("Alpha → Gamma", "Ada", 3.0),
        ];
        assert_eq!(shown, expected);
        assert!(playable.iter().all(|clip| clip.volunteers == ["Ada"]));
        assert_eq!(title(&manifest, &clips[1]), "Alpha");
    }

    #[test]
    fn a_removed_clip_leaves_nothing_behind() {
        let place = Place::new();
        let clip = clip("a", 1, 1, 1);
        place.put(&clip, b"1234");
        fs::write(place.library.torrent(&clip), "torrent").unwrap();
        fs::write(place.folder.path().join("clips/a-1.mp4.part"), "12").unwrap();
        place.library.remove(&clip);
        for folder in ["clips", "torrents"] {
            let left = fs::read_dir(place.folder.path().join(folder)).unwrap();
            assert_eq!(left.count(), 0, "{folder}");
        }
    }
}
