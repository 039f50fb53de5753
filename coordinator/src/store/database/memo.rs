//! What a connection need not ask again: what never changes once it is there, and one count.

use std::collections::HashMap;
use std::sync::Arc;

use woolgather_protocol::{PublicKey, Recipe};

/// Genomes remembered; a living flock has far fewer.
const GENOMES_MAX: usize = 1024;
/// Devices whose render times are remembered.
const DEVICES_MAX: usize = 16 * 1024;
/// How long they are good: they decide nothing but how long a lease lasts.
const RENDER_TIMES_GOOD_MS: i64 = 60_000;

/// The memory of one connection.
#[derive(Debug, Default)]
pub(in crate::store) struct Memo {
    /// The flock's recipe, fixed when it was founded.
    pub(in crate::store) recipe: Option<Arc<Recipe>>,
    /// How many devices were active, and when that was counted, ms since 1970.
    pub(in crate::store) active_devices: Option<(i64, u64)>,
    /// When leases that have run out were last freed, ms since 1970.
    pub(in crate::store) swept_ms: Option<i64>,
    genomes: HashMap<String, String>,
    render_p95s: HashMap<PublicKey, RenderTimes>,
}

/// What was read of a device's render times, and when.
#[derive(Debug, Clone, Copy)]
struct RenderTimes {
    read_ms: i64,
    p95_ms: Option<u64>,
}

impl Memo {
    /// The genome of a sheep in base64, if it was asked for before.
    pub(in crate::store) fn genome(&self, sheep: &str) -> Option<&String> {
        self.genomes.get(sheep)
    }

    /// The 95th percentile of a device's render times, if it was read less than a minute ago.
    pub(in crate::store) fn render_p95_ms(
        &self,
        device: &PublicKey,
        now_ms: i64,
    ) -> Option<Option<u64>> {
        let times = self.render_p95s.get(device)?;
        let good = times.read_ms..times.read_ms + RENDER_TIMES_GOOD_MS;
        good.contains(&now_ms).then_some(times.p95_ms)
    }

    /// Remembers the 95th percentile of a device's render times.
    pub(in crate::store) fn remember_render_p95(
        &mut self,
        device: PublicKey,
        read_ms: i64,
        p95_ms: Option<u64>,
    ) {
        if self.render_p95s.len() >= DEVICES_MAX {
            self.render_p95s.clear();
        }
        self.render_p95s
            .insert(device, RenderTimes { read_ms, p95_ms });
    }

    /// Remembers the genome of a sheep, which never changes.
    pub(in crate::store) fn remember_genome(&mut self, sheep: &str, genome: String) {
        if self.genomes.len() >= GENOMES_MAX {
            self.genomes.clear();
        }
        self.genomes.insert(sheep.to_owned(), genome);
    }
}
