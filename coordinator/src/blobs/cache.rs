//! Copies of a bucket's blobs on this machine's disk, for those who need a file: decoders, joining,
//! seeding.
//!
//! Bounded: what nobody holds is dropped, the longest unused first, as soon as all together take
//! more than they may. What is held is never dropped, so holders decide how far the bound is
//! exceeded; those who hold for good may take half of it. Nothing here is forced to disk: a copy of
//! an earlier process is hashed before it is believed.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use woolgather_protocol::Blake3;

use super::local::LocalBlob;
use super::temp::TempFile;

/// The folder of copies, within the folder of blobs.
const COPIES: &str = "copies";

/// The copies. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Cache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    bytes_max: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    copies: HashMap<Blake3, Copy>,
    bytes: u64,
    bytes_for_good: u64,
    /// Goes up with every use.
    uses: u64,
}

#[derive(Debug)]
struct Copy {
    bytes: u64,
    last_use: u64,
    pins: u32,
    /// Whether its bytes are known to be those of its name.
    believed: bool,
}

/// Keeps a copy where it is.
#[derive(Debug)]
pub(super) struct Pin {
    cache: Arc<Inner>,
    name: Blake3,
    /// What of it counts as held for good, in bytes.
    bytes_for_good: u64,
}

impl Cache {
    /// Takes over the copies of an earlier process, without reading them.
    pub(super) fn open(root: &Path, bytes_max: u64) -> io::Result<Self> {
        let folder = root.join(COPIES);
        fs::create_dir_all(&folder)?;
        let mut state = State::default();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let file = entry.file_name();
            let Some(name) = file.to_str().and_then(|name| name.parse::<Blake3>().ok()) else {
                continue;
            };
            let bytes = entry.metadata()?.len();
            state.bytes += bytes;
            let copy = Copy {
                bytes,
                last_use: 0,
                pins: 0,
                believed: false,
            };
            state.copies.insert(name, copy);
        }
        let inner = Inner {
            folder,
            bytes_max,
            state: Mutex::new(state),
        };
        inner.drop_unused(&mut inner.lock());
        Ok(Self(Arc::new(inner)))
    }

    /// The copy, if it is there and sound.
    pub(super) fn get(&self, name: &Blake3) -> Option<LocalBlob> {
        let (pin, believed) = {
            let mut state = self.0.lock();
            let copy = state.used(name)?;
            copy.pins += 1;
            (self.0.clone().pin(*name), copy.believed)
        };
        let path = self.0.path(name);
        if !believed && !is_sound(&path, name) {
            self.0.lock().forget(name);
            // A file that is not there is as good as removed.
            let _ = fs::remove_file(path);
            return None;
        }
        if let Some(copy) = self.0.lock().copies.get_mut(name) {
            copy.believed = true;
        }
        Some(LocalBlob::pinned(path, pin))
    }

    /// Makes a file with this name's bytes the copy.
    pub(super) fn add(&self, name: &Blake3, file: &TempFile, bytes: u64) -> io::Result<LocalBlob> {
        let path = self.0.path(name);
        let mut state = self.0.lock();
        // Under the lock, so that it is counted exactly when it is there.
        fs::rename(&file.path, &path)?;
        if state.used(name).is_none() {
            state.bytes += bytes;
            let copy = Copy {
                bytes,
                last_use: state.uses,
                pins: 0,
                believed: true,
            };
            state.copies.insert(*name, copy);
        }
        if let Some(copy) = state.copies.get_mut(name) {
            copy.pins += 1;
            copy.believed = true;
        }
        self.0.drop_unused(&mut state);
        Ok(LocalBlob::pinned(path, self.0.clone().pin(*name)))
    }

    /// Reserves room for somebody who will hold so many bytes for good; `false` when those already
    /// take what they may.
    pub(super) fn reserve(&self, bytes: u64) -> bool {
        let mut state = self.0.lock();
        let fits = state.bytes_for_good + bytes <= self.0.bytes_max / 2;
        if fits {
            state.bytes_for_good += bytes;
        }
        fits
    }

    /// Gives back what was reserved.
    pub(super) fn release(&self, bytes: u64) {
        self.0.lock().bytes_for_good -= bytes;
    }
}

impl Pin {
    /// What was reserved is given back with this.
    pub(super) fn hold_for_good(&mut self, bytes: u64) {
        self.bytes_for_good = bytes;
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut state = self.cache.lock();
        state.bytes_for_good -= self.bytes_for_good;
        if let Some(copy) = state.copies.get_mut(&self.name) {
            copy.pins = copy.pins.saturating_sub(1);
        }
        self.cache.drop_unused(&mut state);
    }
}

impl Inner {
    fn path(&self, name: &Blake3) -> PathBuf {
        self.folder.join(name.to_string())
    }

    fn pin(self: Arc<Self>, name: Blake3) -> Pin {
        Pin {
            cache: self,
            name,
            bytes_for_good: 0,
        }
    }

    fn drop_unused(&self, state: &mut State) {
        while state.bytes > self.bytes_max {
            let unused = state.copies.iter().filter(|(_, copy)| copy.pins == 0);
            let Some((&name, _)) = unused.min_by_key(|(_, copy)| copy.last_use) else {
                return;
            };
            state.forget(&name);
            if let Err(error) = fs::remove_file(self.path(&name)) {
                tracing::warn!(%error, "A copy of a blob cannot be removed: {error}");
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic inside would at worst leave the count wrong, which only moves the bound.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The copy, marked as used now.
    fn used(&mut self, name: &Blake3) -> Option<&mut Copy> {
        self.uses += 1;
        let copy = self.copies.get_mut(name)?;
        copy.last_use = self.uses;
        Some(copy)
    }

    fn forget(&mut self, name: &Blake3) {
        if let Some(copy) = self.copies.remove(name) {
            self.bytes -= copy.bytes;
        }
    }
}

fn is_sound(path: &Path, name: &Blake3) -> bool {
    let mut hasher = blake3::Hasher::new();
    let read = fs::File::open(path).and_then(|file| hasher.update_reader(file).map(drop));
    read.is_ok() && Blake3(*hasher.finalize().as_bytes()) == *name
}
