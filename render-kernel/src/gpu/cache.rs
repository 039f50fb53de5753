//! Compiled pipelines on disk, so that a genome drawn before begins at once.
//!
//! Drivers that can hand out what they compiled (Vulkan's pipeline caches) get it back at the next start. The file is
//! named after the adapter and its driver, and the driver itself refuses what it does not recognise; whatever goes wrong
//! with the file, pipelines are compiled as ever.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::AdapterSummary;

/// A file larger than this is not read: it would be no cache of ours.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// The pipelines that an adapter has compiled.
pub(super) struct PipelineStore {
    cache: wgpu::PipelineCache,
    file: PathBuf,
    /// Bytes of what the file holds.
    kept: AtomicUsize,
}

impl PipelineStore {
    /// Reads what is there; `None` where the device keeps no pipelines or there is no folder for them.
    #[expect(
        unsafe_code,
        reason = "wgpu trusts the cache's content; see the safety comment"
    )]
    pub(super) fn open(device: &wgpu::Device, summary: &AdapterSummary) -> Option<Self> {
        if !device.features().contains(wgpu::Features::PIPELINE_CACHE) {
            return None;
        }
        let file = folder()?.join(file_name(summary));
        let small = fs::metadata(&file).is_ok_and(|file| file.len() <= FILE_BYTES_MAX);
        let data = if small { fs::read(&file).ok() } else { None };
        let descriptor = wgpu::PipelineCacheDescriptor {
            label: Some("pipelines"),
            data: data.as_deref(),
            fallback: true,
        };
        // SAFETY: the data was written by `keep` from this adapter's own cache, into a folder of this user. wgpu and the
        // driver check its header and fall back to an empty cache where it does not fit.
        let cache = unsafe { device.create_pipeline_cache(&descriptor) };
        Some(Self {
            cache,
            file,
            kept: AtomicUsize::new(data.map_or(0, |data| data.len())),
        })
    }

    /// What pipelines are made with.
    pub(super) fn cache(&self) -> &wgpu::PipelineCache {
        &self.cache
    }

    /// Writes the cache where it has grown. A pipeline that cannot be kept is compiled again next time.
    pub(super) fn keep(&self) {
        let Some(data) = self.cache.get_data() else {
            return;
        };
        if data.len() <= self.kept.load(Ordering::Relaxed) {
            return;
        }
        self.kept.store(data.len(), Ordering::Relaxed);
        // Several devices and threads of a process may keep at once.
        static WRITTEN: AtomicUsize = AtomicUsize::new(0);
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let beside = self
            .file
            .with_extension(format!("new-{}-{number}", std::process::id()));
        let written = self
            .file
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&beside, &data))
            .and_then(|()| fs::rename(&beside, &self.file));
        if written.is_err() {
            fs::remove_file(&beside).ok();
        }
    }
}

/// The user's folder for what can be made again.
fn folder() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = set("XDG_CACHE_HOME")
        .or_else(|| set("LOCALAPPDATA"))
        .or_else(|| set("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("woolgather").join("pipelines"))
}

/// A file name of the adapter and its driver.
fn file_name(summary: &AdapterSummary) -> String {
    let key = blake3::hash(summary.to_string().as_bytes()).to_hex();
    format!("{}.bin", &key[..16])
}
