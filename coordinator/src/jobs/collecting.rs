//! Blobs that no row needs any more go: refused segments, earlier versions of clips, what was put
//! before a crash and never named.
//!
//! ```text
//! in use ──no row needs it, put more than a day ago──> discarded ──a day later, still none──> erased
//!    ^                                                    │
//!    └──────────── a row needs it, or a reader asked ─────┘
//! ```
//!
//! The leader looks at a sixteenth of the blobs every hour and a half, so at all of them once a day.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use woolgather_protocol::{Blake3, PublicKey};

use crate::blobs::{Blobs, Shelf};
use crate::hands::Hands;
use crate::state::App;
use crate::store::{Flock, Store};

/// How long a blob lies in use without a row that needs it, and discarded after that. Much longer
/// than between putting a blob and the row that names it.
pub const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a part of the blobs is looked at.
const TURN: Duration = Duration::from_secs(90 * 60);
/// The parts, by the first digit of the names.
pub const PARTS: u8 = 16;
/// How often to look whether it is time.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Blobs in use that were looked at.
    pub seen: u64,
    /// Discarded now.
    pub discarded: u64,
    /// Erased for good.
    pub erased: u64,
    /// Brought back, since a row needs them.
    pub recovered: u64,
}

impl Collected {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            seen: self.seen + other.seen,
            discarded: self.discarded + other.discarded,
            erased: self.erased + other.erased,
            recovered: self.recovered + other.recovered,
        }
    }
}

/// Blobs and the rows that name them.
#[derive(Clone, Copy)]
pub struct Collector<'a> {
    store: &'a Store,
    blobs: &'a Blobs,
    hands: &'a Hands,
    mark: Blake3,
}

impl<'a> Collector<'a> {
    /// For the blobs of this flock, whose coordinators have this key.
    #[must_use]
    pub fn new(
        store: &'a Store,
        blobs: &'a Blobs,
        hands: &'a Hands,
        flock: &Flock,
        key: PublicKey,
    ) -> Self {
        let words = format!("{key} {}", flock.rng_seed);
        Self {
            store,
            blobs,
            hands,
            mark: Blake3::of(words.as_bytes()),
        }
    }

    /// For the blobs of a coordinator.
    #[must_use]
    pub fn of(app: &'a App) -> Self {
        Self::new(
            &app.store,
            &app.blobs,
            &app.hands,
            &app.flock,
            app.public_key(),
        )
    }

    /// Looks at one of [`PARTS`] parts of the blobs at `now`. Anybody may do so at any time.
    ///
    /// # Errors
    ///
    /// When the blobs are another flock's, or disk, bucket or database fail; what was not looked at
    /// is looked at another time.
    pub async fn collect(self, part: u8, now: SystemTime) -> anyhow::Result<Collected> {
        let mark = self.mark;
        let ours = self.blocking(move |blobs| blobs.belong_to(&mark)).await?;
        anyhow::ensure!(
            ours,
            "these blobs are marked as another flock's, so none of them is removed; if they are this \
             one's, remove the file `flock` from among them"
        );
        let mut collected = Collected::default();
        self.erase(part, now, &mut collected).await?;
        self.discard(part, now, &mut collected).await?;
        Ok(collected)
    }

    async fn discard(
        self,
        part: u8,
        now: SystemTime,
        collected: &mut Collected,
    ) -> anyhow::Result<()> {
        let listed = self.listed(Shelf::InUse, part).await?;
        collected.seen += listed.len() as u64;
        let unneeded = self.store.unneeded(older(&listed, now)).await?;
        let moved = self.blocking(move |blobs| {
            let mut moved = 0;
            for name in &unneeded {
                moved += u64::from(blobs.discard(name, now)?);
            }
            Ok(moved)
        });
        collected.discarded += moved.await?;
        Ok(())
    }

    async fn erase(
        self,
        part: u8,
        now: SystemTime,
        collected: &mut Collected,
    ) -> anyhow::Result<()> {
        let listed = self.listed(Shelf::Discarded, part).await?;
        let all: BTreeSet<Blake3> = listed.iter().map(|(name, _)| *name).collect();
        let unneeded = self.store.unneeded(all.clone()).await?;
        let old = older(&listed, now);
        let done = self.blocking(move |blobs| {
            let (mut erased, mut recovered) = (0, 0);
            for name in &all {
                if !unneeded.contains(name) {
                    recovered += u64::from(blobs.recover(name)?);
                } else if old.contains(name) {
                    blobs.erase(name)?;
                    erased += 1;
                }
            }
            Ok((erased, recovered))
        });
        let (erased, recovered) = done.await?;
        collected.erased += erased;
        collected.recovered += recovered;
        Ok(())
    }

    async fn listed(self, shelf: Shelf, part: u8) -> anyhow::Result<Vec<(Blake3, SystemTime)>> {
        let listed = self.blocking(move |blobs| {
            let mut listed = Vec::new();
            for second in 0..16 {
                listed.extend(blobs.listed(shelf, part % PARTS * 16 + second)?);
            }
            Ok(listed)
        });
        listed.await.context("cannot list the blobs")
    }

    async fn blocking<T: Send + 'static>(
        self,
        work: impl FnOnce(&Blobs) -> std::io::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let blobs = self.blobs.clone();
        Ok(self.hands.work(move || work(&blobs)).await??)
    }
}

/// Those that have been where they are for the time of grace.
fn older(listed: &[(Blake3, SystemTime)], now: SystemTime) -> BTreeSet<Blake3> {
    let listed = listed.iter();
    let old = listed.filter(|(_, since)| now.duration_since(*since).is_ok_and(|age| age >= GRACE));
    old.map(|(name, _)| *name).collect()
}

/// Collects for ever, while this coordinator leads.
pub(super) async fn run(app: &App) {
    let mut turn_done = None;
    loop {
        tokio::time::sleep(app.hands.rest(LOOK_EVERY)).await;
        let now_ms = u64::try_from(app.clock.now_ms()).unwrap_or(0);
        let turn = now_ms / TURN.as_millis() as u64;
        if turn_done == Some(turn) || !app.company.leads() {
            continue;
        }
        turn_done = Some(turn);
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(now_ms);
        let part = (turn % u64::from(PARTS)) as u8;
        let collector = Collector::of(app);
        match collector.collect(part, now).await {
            Ok(collected) => {
                app.metrics.collected(collected.discarded, collected.erased);
                tracing::debug!(?collected, "Blobs looked at");
            }
            Err(error) => tracing::warn!("Blobs that nobody needs stay for now: {error:#}"),
        }
    }
}
