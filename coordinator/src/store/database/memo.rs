//! What a connection need not ask again: what never changes once it is there, and one count.

use std::collections::HashMap;
use std::sync::Arc;

use woolgather_protocol::{PublicKey, Recipe};

use crate::store::auditors::Auditing;
use crate::store::records::Said;

/// Genomes remembered; a living flock has far fewer.
const GENOMES_MAX: usize = 1024;
/// Devices whose render times are remembered.
const DEVICES_MAX: usize = 16 * 1024;
/// Names of driver classes that are remembered; there are hardly ever more.
const CLASSES_MAX: usize = 4096;
/// How long render times are good: they decide nothing but how long a lease lasts.
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
    /// Keys the hashes of networks; fixed when the flock was founded.
    pub(in crate::store) network_key: Option<String>,
    /// Who may audit, and what waits for it.
    pub(in crate::store) auditing: Auditing,
    genomes: HashMap<String, String>,
    classes: HashMap<String, i64>,
    said: HashMap<PublicKey, Said>,
    /// Something was remembered that the transaction at work has written.
    uncommitted: bool,
    render_p95s: HashMap<PublicKey, RenderTimes>,
}

/// What was read of a device's render times, and when.
#[derive(Debug, Clone, Copy)]
struct RenderTimes {
    read_ms: i64,
    p95_ms: Option<u64>,
}

impl Memo {
    /// The transaction at work is kept, or not: then what it wrote is forgotten.
    pub(in crate::store) fn transaction_ended(&mut self, kept: bool) {
        if self.uncommitted && !kept {
            self.classes.clear();
            self.said.clear();
        }
        self.uncommitted = false;
    }

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

    /// The number of the driver class with this name, which never changes.
    pub(in crate::store) fn class_number(&self, name: &str) -> Option<i64> {
        self.classes.get(name).copied()
    }

    /// Remembers the number of a driver class.
    pub(in crate::store) fn remember_class(&mut self, name: String, number: i64) {
        if self.classes.len() >= CLASSES_MAX {
            self.classes.clear();
        }
        self.uncommitted = true;
        self.classes.insert(name, number);
    }

    /// What a device said last, if it said it to this connection.
    pub(in crate::store) fn said_by(&self, device: &PublicKey) -> Option<Said> {
        self.said.get(device).cloned()
    }

    /// Remembers what a device said.
    pub(in crate::store) fn remember_said(&mut self, device: PublicKey, said: Said) {
        if self.said.len() >= DEVICES_MAX {
            self.said.clear();
        }
        self.uncommitted = true;
        self.said.insert(device, said);
    }

    /// Remembers the genome of a sheep, which never changes.
    pub(in crate::store) fn remember_genome(&mut self, sheep: &str, genome: String) {
        if self.genomes.len() >= GENOMES_MAX {
            self.genomes.clear();
        }
        self.genomes.insert(sheep.to_owned(), genome);
    }
}
