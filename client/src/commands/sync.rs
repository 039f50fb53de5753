//! `woolgather sync`: the manifest, then every clip in it from whoever has it, checked and shared on.
//!
//! ```text
//! manifest (signed) ─> clips in an order of this device's own ─> BitTorrent ─> SHA-256 ─> library
//!                                                      no progress └> HTTP ──┘            └> seeding
//! ```
//!
//! Clips are fetched one at a time: this spreads pieces better than any setting. Who has not agreed
//! to share fetches over HTTP only, because other participants see the address of whoever joins a
//! swarm.

mod consent;
mod fetch;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde_json::json;
use woolgather_api::{ApiError, Coordinator};
use woolgather_player::cache::prefetch_order;
use woolgather_protocol::manifest::{Manifest, ManifestClip};
use woolgather_protocol::{ClipId, SheepId};
use woolgather_swarm::{InfoHash, LibrqbitSwarm, Swarm, SwarmError, SwarmSettings};

use super::{random, stop_signal};
use crate::cli::SyncArgs;
use crate::connect::connect;
use crate::identity::{Identity, data_folder};
use crate::library::{Library, cached, title, touches};
use crate::say::{Say, bytes};
use fetch::Sources;

/// The longest a device waits before it joins the others, so that not all begin with the same clip.
const JITTER_MAX_MS: u64 = 1_500;

pub(crate) async fn sync(data: Option<&Path>, args: SyncArgs) -> anyhow::Result<()> {
    let folder = data_folder(data)?;
    let identity = Identity::open(&folder)?;
    let library = Library::open(&folder)?;
    let coordinator = connect(&identity, &args.coordinator.coordinator).await?;
    let shares = !args.no_bittorrent && consent::agreed(&folder, &args)?;
    let swarm = if shares {
        Some(join(&library, &args).await?)
    } else {
        None
    };
    let rng_seed = args.rng_seed.unwrap_or_else(random);
    let mut flock = Sync {
        say: Say::new(args.json),
        rng: ChaCha8Rng::seed_from_u64(rng_seed),
        coordinator,
        library,
        swarm,
        seeded: HashMap::new(),
        total: Sources::default(),
        args,
    };
    let outcome = tokio::select! {
        outcome = flock.run() => outcome,
        () = stop_signal() => Ok(()),
    };
    if let Some(swarm) = &flock.swarm {
        swarm.shut_down().await;
    }
    outcome
}

/// Joins the swarm as a peer that shares.
async fn join(library: &Library, args: &SyncArgs) -> anyhow::Result<LibrqbitSwarm> {
    let settings = SwarmSettings {
        folder: library.unfinished(),
        listen: Some(args.listen),
        upload_bytes_per_second_max: args.upload_limit,
        download_bytes_per_second_max: None,
        announce: true,
    };
    Ok(LibrqbitSwarm::start(settings).await?)
}

struct Sync {
    args: SyncArgs,
    say: Say,
    rng: ChaCha8Rng,
    coordinator: Coordinator,
    library: Library,
    swarm: Option<LibrqbitSwarm>,
    /// What is seeded, by clip and version.
    seeded: HashMap<(ClipId, u32), InfoHash>,
    total: Sources,
}

impl Sync {
    async fn run(&mut self) -> anyhow::Result<()> {
        if self.swarm.is_some() {
            let jitter = self.rng.next_u64() % JITTER_MAX_MS;
            tokio::time::sleep(Duration::from_millis(jitter)).await;
        }
        loop {
            match self.round().await {
                outcome if self.args.once => return outcome,
                Err(error) => tracing::warn!("Trying again later: {error:#}"),
                Ok(()) => {}
            }
            tokio::time::sleep(Duration::from_secs(self.args.poll)).await;
        }
    }

    /// Takes the newest manifest, fetches what is missing, shares what is there.
    async fn round(&mut self) -> anyhow::Result<()> {
        let (signed, manifest) = self.coordinator.manifest().await?;
        let gone = self
            .library
            .take(&self.args.coordinator.coordinator, &signed, &manifest)?;
        for clip in gone {
            self.drop_clip(&clip).await;
        }
        let event = json!({"event": "manifest", "sequence": manifest.sequence, "clips": manifest.clips.len()});
        self.say.event(&event, None);
        self.seed_all(&manifest).await;
        let mut failed = Vec::new();
        'clips: loop {
            let at = self.library.on_screen();
            for clip in self.wanted(&manifest, at.as_ref(), &failed) {
                match self.fetch(&manifest, clip).await {
                    Err(error) if is_away(&error) => return Err(error),
                    Err(error) => {
                        tracing::warn!(clip.id = %clip.id, "Clip {} was not fetched: {error:#}", clip.id);
                        failed.push(clip.id.clone());
                    }
                    Ok(()) => {}
                }
                // What is near to the screen is another set of clips then.
                if self.args.quota.is_some() && self.library.on_screen() != at {
                    continue 'clips;
                }
            }
            break;
        }
        if !failed.is_empty() {
            bail!(
                "{} of {} clips were not fetched",
                failed.len(),
                manifest.clips.len()
            );
        }
        if self.args.once {
            self.say_done(&manifest);
        }
        Ok(())
    }

    /// What is missing and may be fetched, in the order to do so. Without a quota it is an order of this device's own, which
    /// spreads clips over the participants; with one it is what makes the flock here worth watching, while there is room: what
    /// joins the others, then what is near to the sheep `at` that is on the screen. Clips that `failed` are left for later.
    fn wanted<'a>(
        &mut self,
        manifest: &'a Manifest,
        at: Option<&SheepId>,
        failed: &[ClipId],
    ) -> Vec<&'a ManifestClip> {
        if self.args.only_share {
            return Vec::new();
        }
        let (here, mut missing): (Vec<&ManifestClip>, Vec<&ManifestClip>) = manifest
            .clips
            .iter()
            .partition(|clip| self.library.has(clip));
        let down = self.library.voted_down();
        missing.retain(|clip| !failed.contains(&clip.id) && !touches(clip, &down));
        self.shuffle(&mut missing);
        let Some(quota) = self.args.quota else {
            return missing;
        };
        let weighed = |clips: &[&ManifestClip]| -> Vec<_> {
            clips.iter().map(|clip| cached(manifest, clip)).collect()
        };
        let at = at.map(ToString::to_string);
        let order = prefetch_order(&weighed(&here), &weighed(&missing), at.as_deref());
        let mut used: u64 = here.iter().map(|clip| clip.bytes).sum();
        let fits = |clip: &&ManifestClip| {
            used += clip.bytes;
            used <= quota
        };
        let ordered = order.into_iter().map(|place| missing[place]);
        ordered.take_while(fits).collect()
    }

    async fn fetch(&mut self, manifest: &Manifest, clip: &ManifestClip) -> anyhow::Result<()> {
        let title = title(manifest, clip);
        let event =
            json!({"event": "fetching", "clip": clip.id, "title": title, "bytes": clip.bytes});
        self.say.event(&event, None);
        let stall = Duration::from_secs(self.args.stall);
        let sources = fetch::fetch(
            &self.coordinator,
            &self.library,
            self.swarm.as_ref(),
            clip,
            stall,
        )
        .await?;
        self.total.add(&sources);
        let Sources {
            from_peers,
            from_origin,
            over_http,
        } = sources;
        let event = json!({
            "event": "fetched", "clip": clip.id, "title": title, "bytes": clip.bytes,
            "from_peers": from_peers, "from_origin": from_origin, "over_http": over_http,
        });
        let words = format!("\"{title}\": {} ({sources})", bytes(clip.bytes));
        self.say.event(&event, Some(&words));
        self.seed(clip).await;
        self.say_seeding();
        Ok(())
    }

    /// Seeds whatever is already here, as after a restart, and no more what has been dropped since.
    async fn seed_all(&mut self, manifest: &Manifest) {
        for clip in &manifest.clips {
            if !self.library.has(clip) {
                self.stop_seeding(clip).await;
            }
        }
        let before = self.seeded.len();
        for clip in &manifest.clips {
            if self.library.has(clip) {
                self.seed(clip).await;
            }
        }
        if self.seeded.len() > before {
            self.say_seeding();
        }
    }

    /// Shares a clip that is here, unless it is shared already or nothing is. One that turns out
    /// damaged is thrown away, and so fetched again.
    async fn seed(&mut self, clip: &ManifestClip) {
        let key = (clip.id.clone(), clip.version);
        let Some(swarm) = &self.swarm else {
            return;
        };
        if self.seeded.contains_key(&key) {
            return;
        }
        match seed(&self.coordinator, &self.library, swarm, clip).await {
            Ok(()) => {
                self.seeded.insert(key, InfoHash(clip.info_hash.0));
            }
            Err(error) => {
                tracing::warn!(clip.id = %clip.id, "Clip {} is not shared: {error:#}", clip.id);
                if let Some(SwarmError::FileDiffers { .. }) = error.downcast_ref() {
                    self.library.remove(clip);
                }
            }
        }
    }

    async fn drop_clip(&mut self, clip: &ManifestClip) {
        self.stop_seeding(clip).await;
        self.library.remove(clip);
    }

    async fn stop_seeding(&mut self, clip: &ManifestClip) {
        let seeded = self.seeded.remove(&(clip.id.clone(), clip.version));
        if let (Some(swarm), Some(info_hash)) = (&self.swarm, seeded) {
            swarm.stop_seeding(info_hash).await;
        }
    }

    fn say_seeding(&self) {
        let listen = self.swarm.as_ref().and_then(LibrqbitSwarm::listen_addr);
        if self.swarm.is_some() {
            let event = json!({"event": "seeding", "clips": self.seeded.len(), "listen": listen});
            self.say.event(&event, None);
        }
    }

    fn say_done(&self, manifest: &Manifest) {
        let Sources {
            from_peers,
            from_origin,
            over_http,
        } = self.total;
        let fetched = from_peers + from_origin + over_http;
        let event = json!({
            "event": "done", "clips": manifest.clips.len(), "bytes": fetched,
            "from_peers": from_peers, "from_origin": from_origin, "over_http": over_http,
        });
        let words = format!(
            "The flock is here: {} clips ({}).",
            manifest.clips.len(),
            self.total
        );
        self.say.event(&event, Some(&words));
    }

    /// Fisher and Yates' shuffle.
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.rng.next_u64() % (last as u64 + 1);
            items.swap(last, other as usize);
        }
    }
}

async fn seed(
    coordinator: &Coordinator,
    library: &Library,
    swarm: &LibrqbitSwarm,
    clip: &ManifestClip,
) -> anyhow::Result<()> {
    let torrent = fetch::torrent(coordinator, library, clip).await?;
    swarm.seed(&torrent, &library.clip(clip)).await?;
    Ok(())
}

/// Whether the coordinator is away, so that there is no point in asking for the next clip.
fn is_away(error: &anyhow::Error) -> bool {
    error.downcast_ref().is_some_and(ApiError::is_passing)
}
