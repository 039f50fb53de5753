//! Follows one download from its first piece to its place on disk.
//!
//! A task per download looks at the session ten times a second: it credits the peers, tells the
//! holder how far it is, moves the file to its place when it is complete, and stops when the holder
//! wants it to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use librqbit::{ManagedTorrent, TorrentStatsState};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::credit::{Credit, PeerCounters};
use super::scatter::Scatter;
use super::storage::OneFile;
use crate::swarm::{DownloadReporter, Phase, Progress, Stop};
use crate::torrent::TorrentSummary;

/// How often a download is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long the session may take to count the last piece.
const SETTLE_TRIES: usize = 50;
const SETTLE_EVERY: Duration = Duration::from_millis(10);

/// Where the bytes of a download lie now, and where they go.
pub(super) struct Places {
    pub(super) partial: PathBuf,
    pub(super) into: PathBuf,
}

/// A download as its task sees it.
pub(super) struct Follower {
    handle: Arc<ManagedTorrent>,
    file: OneFile,
    places: Places,
    credit: Credit,
    /// Bytes that were on disk already.
    found_bytes: u64,
    progress: Progress,
    reporter: DownloadReporter,
    scatter: Option<Scatter>,
}

/// How a follower's work ended.
pub(super) enum End {
    /// The file is at its place.
    Finished,
    /// The holder stopped it.
    Stopped(Stop),
    /// It cannot go on.
    Failed(String),
}

impl Follower {
    /// Takes charge of an initialised torrent that has not been started yet.
    pub(super) fn new(
        handle: Arc<ManagedTorrent>,
        file: OneFile,
        places: Places,
        torrent: &TorrentSummary,
        reporter: DownloadReporter,
        scatter: Option<Scatter>,
    ) -> Self {
        let found_bytes = handle.stats().progress_bytes;
        let progress = Progress {
            total_bytes: torrent.length,
            have_bytes: found_bytes,
            ..Progress::default()
        };
        reporter.progress(progress.clone());
        let credit = Credit::new(torrent.piece_length, torrent.last_piece_length());
        Self {
            handle,
            file,
            places,
            credit,
            found_bytes,
            progress,
            reporter,
            scatter,
        }
    }

    /// Follows the download to its end.
    pub(super) async fn run(&mut self) -> End {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                stop = self.reporter.stopped() => return End::Stopped(stop),
                _ = looks.tick() => {}
            }
            let stats = self.handle.stats();
            self.look(stats.progress_bytes);
            if matches!(stats.state, TorrentStatsState::Error) {
                return End::Failed(stats.error.unwrap_or_else(|| "unknown".to_owned()));
            }
            if stats.finished {
                break;
            }
            if let Some(scatter) = &mut self.scatter {
                scatter.jump().await;
            }
        }
        self.scatter = None;
        self.settle().await;
        self.move_into_place().await
    }

    /// Tells the holder how it ended. The last thing to do: the holder acts on it.
    pub(super) fn report(self, phase: Phase) {
        self.reporter.end(phase);
    }

    /// The unfinished file.
    pub(super) fn partial(&self) -> &PathBuf {
        &self.places.partial
    }

    fn look(&mut self, have_bytes: u64) {
        let Some(live) = self.handle.live() else {
            return;
        };
        // The session does not export the filter's type, but reads it from what clients of its
        // HTTP interface send. "all" keeps peers that have left.
        let Ok(all) = serde_json::from_str(r#"{"state":"all"}"#) else {
            return;
        };
        let peers = live.per_peer_stats_snapshot(all).peers;
        let counters = peers.iter().filter_map(|(address, peer)| {
            Some(PeerCounters {
                address: address.parse::<SocketAddr>().ok()?,
                pieces: u64::from(peer.counters.downloaded_and_checked_pieces),
                fetched_bytes: peer.counters.fetched_bytes,
            })
        });
        self.credit.observe(counters, live.get_downloaded_bytes());

        let by_peer = self.credit.by_peer();
        self.progress.downloaded_bytes = by_peer.iter().map(|(_, bytes)| bytes).sum();
        self.progress.by_peer = by_peer;
        self.progress.fetched_bytes = self.credit.fetched_bytes();
        self.progress.have_bytes = have_bytes;
        self.progress.peers_connected = live.stats_snapshot().peer_stats.live;
        self.reporter.progress(self.progress.clone());
    }

    /// Waits until the last piece is credited too: the session counts it a moment after it is done.
    async fn settle(&mut self) {
        for _ in 0..SETTLE_TRIES {
            self.look(self.progress.total_bytes);
            if self.progress.downloaded_bytes + self.found_bytes == self.progress.total_bytes {
                return;
            }
            sleep(SETTLE_EVERY).await;
        }
    }

    async fn move_into_place(&self) -> End {
        let file = self.file.clone();
        let partial = self.places.partial.clone();
        let into = self.places.into.clone();
        let moved = tokio::task::spawn_blocking(move || file.move_to(&partial, &into)).await;
        match moved {
            Ok(Ok(())) => End::Finished,
            Ok(Err(error)) => End::Failed(format!(
                "cannot move to {}: {error}",
                self.places.into.display()
            )),
            Err(error) => End::Failed(error.to_string()),
        }
    }
}
