//! One clip: from the swarm while it moves, else from the coordinator; checked either way.

use std::fmt;
use std::fs;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use woolgather_api::{Coordinator, DownloadRequest};
use woolgather_protocol::manifest::ManifestClip;
use woolgather_protocol::paths;
use woolgather_swarm::torrent::parse_torrent;
use woolgather_swarm::{
    Download, Expected, InfoHash, LibrqbitSwarm, Phase, Progress, Swarm, SwarmError,
};

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
    let mut sources = Sources::default();
    if let Some(swarm) = swarm {
        let torrent = torrent(coordinator, library, clip).await?;
        let origin = coordinator.info().origin_peers.as_slice();
        for (dialled, patience) in [(&[][..], VOLUNTEERS_FIRST.min(stall)), (origin, stall)] {
            let attempt = Attempt {
                swarm,
                torrent: &torrent,
                clip,
                dialled,
                patience,
            };
            match attempt.run(coordinator, library, &mut sources).await {
                Ok(true) => return Ok(sources),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(clip.id = %clip.id, "Clip {}: {error:#}", clip.id);
                    break;
                }
            }
        }
        tracing::info!(clip.id = %clip.id, "Clip {} is fetched over HTTP", clip.id);
    }
    let into = library.clip(clip);
    let path = paths::clip(&clip.id, clip.version);
    let request = DownloadRequest {
        path: &path,
        into: &into,
        length: clip.bytes,
        sha256: clip.sha256,
    };
    sources.over_http += coordinator.download(&request, &mut |_| {}).await?;
    Ok(sources)
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
    /// How long nothing may come.
    patience: Duration,
}

impl Attempt<'_> {
    /// Whether the clip is complete; `false` when nothing came for too long. What came is added to
    /// `sources` either way.
    async fn run(
        &self,
        coordinator: &Coordinator,
        library: &Library,
        sources: &mut Sources,
    ) -> anyhow::Result<bool> {
        let expected = Expected {
            info_hash: InfoHash(self.clip.info_hash.0),
            length: self.clip.bytes,
        };
        let into = library.clip(self.clip);
        let mut download = self
            .swarm
            .download(self.torrent, expected, &into, self.dialled)
            .await?;
        progress_until_end(&mut download, self.patience).await;
        sources.add(&attribute(
            &download.progress(),
            &coordinator.info().origin_peers,
        ));
        match download.phase() {
            Phase::Finished => {}
            Phase::Failed(reason) => return Err(SwarmError::Session(reason).into()),
            Phase::Running | Phase::Cancelled => {
                download.suspend().await;
                return Ok(false);
            }
        }
        if sha256(&into)? != self.clip.sha256.0 {
            self.swarm.stop_seeding(expected.info_hash).await;
            library.remove(self.clip);
            bail!("the swarm's file is not the one in the manifest");
        }
        Ok(true)
    }
}

/// Waits for the end, or until nothing came for the time of `patience`.
async fn progress_until_end(download: &mut Download, patience: Duration) {
    let mut have = download.progress().fetched_bytes;
    let mut since = tokio::time::Instant::now();
    while download.phase() == Phase::Running {
        let changed = tokio::time::timeout_at(since + patience, download.changed()).await;
        match changed {
            Err(_) => return,
            Ok(progress) if progress.fetched_bytes > have => {
                have = progress.fetched_bytes;
                since = tokio::time::Instant::now();
            }
            Ok(_) => {}
        }
    }
}

/// Splits what came by the address it came from: the origin never dials, so its bytes always come
/// from the address it listens at.
fn attribute(progress: &Progress, origin: &[SocketAddr]) -> Sources {
    let of_origin = progress
        .by_peer
        .iter()
        .filter(|(peer, _)| origin.contains(peer));
    let from_origin = of_origin.map(|(_, bytes)| bytes).sum();
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
