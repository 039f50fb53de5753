//! Blobs: segments and clip files. One that nobody refers to waits a while and is collected.

use super::Grid;
use super::rows::Digest;

impl Grid {
    /// One more row refers to a blob that is on disk.
    pub(super) fn refer_to_blob(&mut self, blob: Digest) {
        *self.blobs.entry(blob).or_default() += 1;
        self.blobs_waiting.remove(&blob);
    }

    /// One row less refers to it. When it is the last, it waits to be collected.
    pub(super) fn let_go_of_blob(&mut self, blob: Digest) {
        let references = self.blobs.entry(blob).or_default();
        *references = references.saturating_sub(1);
        if *references == 0 {
            self.blobs_waiting.insert(blob, self.swept_ms);
        }
    }

    /// Deletes blobs that nobody referred to for the time of grace; returns how many.
    pub fn collect_blobs(&mut self, now_ms: i64) -> u64 {
        let since_ms = now_ms - self.settings.blob_grace_ms;
        let old: Vec<Digest> = self
            .blobs_waiting
            .iter()
            .filter(|(_, waiting_ms)| **waiting_ms <= since_ms)
            .map(|(blob, _)| *blob)
            .collect();
        for blob in &old {
            self.blobs_waiting.remove(blob);
            self.blobs.remove(blob);
        }
        old.len() as u64
    }
}
