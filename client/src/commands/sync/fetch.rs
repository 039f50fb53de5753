//! One clip: from the swarm while it moves, else from the coordinator; checked either way.

use std::fmt;
use std::fs;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, timeout_at};
use woolgather_api::{ApiError, Coordinator, DownloadRequest};
use woolgather_protocol::limits::CLIP_BYTES_MAX;
use woolgather_protocol::manifest::ManifestClip;
use woolgather_protocol::paths;
use woolgather_swarm::torrent::parse_torrent;
use woolgather_swarm::{Download, Expected, InfoHash, LibrqbitSwarm, Phase, Progress, Swarm};

use crate::library::Library;
use crate::say::bytes;

/// Where bytes came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sources {
    /// Other volunteers, over BitTorrent.
    pub(super) from_peers: u64,
    /// The coordinator's own seeder, over BitTorrent.
    pub(super) from_origin: u64,
    /// The coordinator, over HTTP.
    pub(super) over_http: u64,
}

impl Sources {
    pub(super) fn add(&mut self, other: &Self) {
        self.from_peers += other.from_peers;
        self.from_origin += other.from_origin;
        self.over_http += other.over_http;
    }
}

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            from_peers,
            from_origin,
            over_http,
        } = *self;
        write!(
            f,
            "{} from other volunteers, {} from the coordinator's seeder, {} over HTTP",
            bytes(from_peers),
            bytes(from_origin),
            bytes(over_http)
        )
    }
}

/// How long other volunteers have to begin before the origin is asked too: its bandwidth is for
/// those whom nobody else helps.
const VOLUNTEERS_FIRST: Duration = Duration::from_secs(8);

/// Fetches a clip into the library.
pub(super) async fn fetch(
    coordinator: &Coordinator,
    library: &Library,
    swarm: Option<&LibrqbitSwarm>,
    clip: &ManifestClip,
    stall: Duration,
) -> anyhow::Result<Sources> {
    if clip.bytes > CLIP_BYTES_MAX {
        bail!(
            "it is {} bytes long; up to {CLIP_BYTES_MAX} are taken",
            clip.bytes
        );
    }
    let mut sources = Sources::default();
    let mut stalled = None;
    if let Some(swarm) = swarm {
        match from_swarm(coordinator, library, swarm, clip, stall, &mut sources).await {
            Ok(None) => return Ok(sources),
            Ok(download) => stalled = download,
            Err(error) => tracing::warn!(clip.id = %clip.id, "Clip {}: {error:#}", clip.id),
        }
        tracing::info!(clip.id = %clip.id, "Clip {} is fetched over HTTP", clip.id);
    }
    sources.over_http += over_http(coordinator, library, clip).await?;
    if let Some(download) = stalled {
        // Its pieces are of no use any more.
        download.cancel().await;
    }
    Ok(sources)
}

/// Fetches from other volunteers, then from the origin too; adds what came to `sources`. Returns
/// nothing when the clip is complete, or the download that stalled: it goes on, and dropping it
/// keeps its pieces for another time.
async fn from_swarm(
    coordinator: &Coordinator,
    library: &Library,
    swarm: &LibrqbitSwarm,
    clip: &ManifestClip,
    stall: Duration,
    sources: &mut Sources,
) -> anyhow::Result<Option<Download>> {
    let torrent = torrent(coordinator, library, clip).await?;
    let origin = coordinator.info().origin_peers.as_slice();
    let attempt = |dialled, patience| Attempt {
        swarm,
        torrent: &torrent,
        clip,
        dialled,
        origin,
        patience,
    };
    let volunteers = attempt(&[], VOLUNTEERS_FIRST.min(stall));
    let Some(download) = volunteers.run(library, sources).await? else {
        return Ok(None);
    };
    download.suspend().await;
    attempt(origin, stall).run(library, sources).await
}

async fn over_http(
    coordinator: &Coordinator,
    library: &Library,
    clip: &ManifestClip,
) -> Result<u64, ApiError> {
    let request = DownloadRequest {
        path: &paths::clip(&clip.id, clip.version),
        into: &library.clip(clip),
        length: clip.bytes,
        sha256: clip.sha256,
    };
    coordinator.download(&request, &mut |_| {}).await
}

/// The clip's torrent, from the library or the coordinator; its info hash is the manifest's.
pub(super) async fn torrent(
    coordinator: &Coordinator,
    library: &Library,
    clip: &ManifestClip,
) -> anyhow::Result<Vec<u8>> {
    let path = library.torrent(clip);
    if let Ok(bytes) = fs::read(&path)
        && is_the_torrent(&bytes, clip)
    {
        return Ok(bytes);
    }
    let bytes = coordinator.torrent(clip).await?;
    if !is_the_torrent(&bytes, clip) {
        bail!(
            "the torrent of clip {} is not the one in the manifest",
            clip.id
        );
    }
    fs::write(&path, &bytes).with_context(|| format!("could not write {}", path.display()))?;
    Ok(bytes)
}

fn is_the_torrent(bytes: &[u8], clip: &ManifestClip) -> bool {
    parse_torrent(bytes).is_ok_and(|torrent| {
        torrent.info_hash.0 == clip.info_hash.0 && torrent.length == clip.bytes
    })
}

/// One try at a clip in the swarm.
struct Attempt<'a> {
    swarm: &'a LibrqbitSwarm,
    torrent: &'a [u8],
    clip: &'a ManifestClip,
    /// Peers to dial beside those the tracker names.
    dialled: &'a [SocketAddr],
    /// Where the coordinator's own seeder listens.
    origin: &'a [SocketAddr],
    /// How long nothing may come.
    patience: Duration,
}

impl Attempt<'_> {
    /// Nothing when the clip is complete and checked; the download when nothing came for too long.
    /// What came is added to `sources` either way.
    async fn run(
        &self,
        library: &Library,
        sources: &mut Sources,
    ) -> anyhow::Result<Option<Download>> {
        let expected = Expected {
            info_hash: InfoHash(self.clip.info_hash.0),
            length: self.clip.bytes,
        };
        let into = library.clip(self.clip);
        let mut download = self
            .swarm
            .download(self.torrent, expected, &into, self.dialled)
            .await?;
        let ended = ends(&mut download, self.patience).await;
        sources.add(&attribute(&download.progress(), self.origin));
        if !ended {
            return Ok(Some(download));
        }
        download.finished().await?;
        let found = tokio::task::spawn_blocking(move || sha256(&into)).await??;
        if found != self.clip.sha256.0 {
            self.swarm.stop_seeding(expected.info_hash).await;
            library.remove(self.clip);
            bail!("the swarm's file is not the one in the manifest");
        }
        Ok(None)
    }
}

/// Waits for the end; `false` when nothing came for the time of `patience`.
async fn ends(download: &mut Download, patience: Duration) -> bool {
    let mut have = download.progress().fetched_bytes;
    let mut deadline = Instant::now() + patience;
    while download.phase() == Phase::Running {
        let Ok(progress) = timeout_at(deadline, download.changed()).await else {
            return false;
        };
        // News of other things than bytes do not put the deadline off.
        if progress.fetched_bytes > have {
            have = progress.fetched_bytes;
            deadline = Instant::now() + patience;
        }
    }
    true
}

/// Splits what came by the address it came from: the origin never dials, so its bytes always come
/// from an address it listens at.
fn attribute(progress: &Progress, origin: &[SocketAddr]) -> Sources {
    let plain = |addr: &SocketAddr| (addr.ip().to_canonical(), addr.port());
    let is_origin = |peer: &SocketAddr| origin.iter().any(|addr| plain(addr) == plain(peer));
    let from_origin = progress
        .by_peer
        .iter()
        .filter(|(peer, _)| is_origin(peer))
        .map(|(_, bytes)| bytes)
        .sum();
    Sources {
        from_peers: progress.downloaded_bytes.saturating_sub(from_origin),
        from_origin,
        over_http: 0,
    }
}

fn sha256(path: &Path) -> anyhow::Result<[u8; 32]> {
    let mut file =
        fs::File::open(path).with_context(|| format!("could not read {}", path.display()))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            count => hasher.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addr(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    /// What came from each peer, with one origin at 10.0.0.1:6881.
    #[track_caller]
    fn check(by_peer: &[(&str, u64)], from_peers: u64, from_origin: u64) {
        let progress = Progress {
            downloaded_bytes: by_peer.iter().map(|(_, bytes)| bytes).sum(),
            by_peer: by_peer
                .iter()
                .map(|(peer, bytes)| (addr(peer), *bytes))
                .collect(),
            ..Progress::default()
        };
        let expected = Sources {
            from_peers,
            from_origin,
            over_http: 0,
        };
        assert_eq!(attribute(&progress, &[addr("10.0.0.1:6881")]), expected);
    }

    #[test]
    fn bytes_are_the_origins_when_they_come_from_where_it_listens() {
        check(&[], 0, 0);
        check(&[("10.0.0.1:6881", 10), ("10.0.0.2:6881", 20)], 20, 10);
        check(&[("[::ffff:10.0.0.1]:6881", 10)], 0, 10);
    }

    #[test]
    fn a_volunteer_behind_the_origins_address_is_a_volunteer() {
        check(&[("10.0.0.1:40000", 10)], 10, 0);
    }

    #[test]
    fn sources_add_up_and_are_said_in_words() {
        let mut total = Sources::default();
        for from_peers in [1_000, 2_000] {
            total.add(&Sources {
                from_peers,
                from_origin: 500,
                over_http: 1,
            });
        }
        assert_eq!(
            total.to_string(),
            "3 KB from other volunteers, 1 KB from the coordinator's seeder, 2 bytes over HTTP"
        );
    }
}
