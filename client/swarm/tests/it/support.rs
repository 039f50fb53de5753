//! A tracker, files and swarms for the tests.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tempfile::TempDir;
use tokio::time::timeout;
use url::Url;
use woolgather_swarm::{
    Download, Expected, LibrqbitSwarm, Progress, Swarm, SwarmSettings, TorrentFile, TorrentSpec,
    create_torrent, piece_length_for,
};

/// Seconds between two announces of a client: short, so that tests are.
const INTERVAL_S: u32 = 1;

/// Longest that any wait in a test may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A peer as the tracker knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announce {
    pub(crate) address: SocketAddr,
    pub(crate) event: Option<String>,
    pub(crate) left: u64,
}

/// A tracker that hands out everybody but the asker, in compact form (BEP 23), for one torrent.
pub(crate) struct Tracker {
    url: Url,
    announces: Arc<Mutex<Vec<Announce>>>,
}

impl Tracker {
    /// Starts a tracker that also hands out `origins`, which do not announce themselves.
    pub(crate) fn start(origins: &[SocketAddr]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("bound");
        let url = Url::parse(&format!("http://{address}/announce")).expect("a URL");
        let announces = Arc::<Mutex<Vec<Announce>>>::default();
        let (log, origins) = (announces.clone(), origins.to_vec());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that hangs up half-way harms nobody else.
                let _ = answer(stream, &log, &origins);
            }
        });
        Self { url, announces }
    }

    /// Everything that was announced, in order.
    pub(crate) fn announces(&self) -> Vec<Announce> {
        self.announces.lock().expect("unpoisoned").clone()
    }
}

fn answer(
    mut stream: TcpStream,
    log: &Mutex<Vec<Announce>>,
    origins: &[SocketAddr],
) -> io::Result<()> {
    let source = stream.peer_addr()?.ip();
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }

    let announce = read_announce(&request, source);
    let mut peers = BTreeMap::new();
    let mut log = log.lock().expect("unpoisoned");
    peers.extend(log.iter().map(|known| (known.address, ())));
    peers.extend(origins.iter().map(|origin| (*origin, ())));
    peers.remove(&announce.address);
    log.push(announce);
    drop(log);

    let mut compact = Vec::new();
    for address in peers.keys() {
        if let (IpAddr::V4(ip), port) = (address.ip(), address.port()) {
            compact.extend(ip.octets());
            compact.extend(port.to_be_bytes());
        }
    }
    let mut body = format!("d8:intervali{INTERVAL_S}e5:peers{}:", compact.len()).into_bytes();
    body.extend(compact);
    body.push(b'e');
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

fn read_announce(request: &str, source: IpAddr) -> Announce {
    let path = request.split(' ').nth(1).expect("a request line");
    let url = Url::parse("http://tracker")
        .and_then(|base| base.join(path))
        .expect("a path");
    let find = |key: &str| {
        url.query_pairs()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.into_owned())
    };
    let number = |key: &str| {
        find(key)
            .and_then(|value| value.parse().ok())
            .expect("a number")
    };
    let ip = find("ip").map_or(source, |ip| ip.parse().expect("an address"));
    let port = u16::try_from(number("port")).expect("a port");
    Announce {
        address: (ip, port).into(),
        event: find("event"),
        left: number("left"),
    }
}

/// A folder with files, torrents and the state of swarms.
pub(crate) struct Room {
    folder: TempDir,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of random bytes.
    pub(crate) fn file(&self, name: &str, length: usize, rng_seed: u64) -> PathBuf {
        let mut bytes = vec![0; length];
        ChaCha8Rng::seed_from_u64(rng_seed).fill_bytes(&mut bytes);
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("room on disk");
        path
    }

    /// Starts a swarm that announces, on `ip` with a port of the system's choice.
    pub(crate) async fn swarm(&self, name: &str, ip: [u8; 4]) -> LibrqbitSwarm {
        start(self.settings(name, ip)).await
    }

    /// Starts a passive swarm with an upload limit.
    pub(crate) async fn origin(&self, upload_bytes_per_second_max: Option<u32>) -> LibrqbitSwarm {
        let settings = self.settings("origin", [127, 0, 0, 1]);
        start(SwarmSettings {
            announce: false,
            upload_bytes_per_second_max,
            ..settings
        })
        .await
    }

    pub(crate) fn settings(&self, name: &str, ip: [u8; 4]) -> SwarmSettings {
        SwarmSettings {
            folder: self.path(name).join("swarm"),
            listen: Some((ip, 0).into()),
            upload_bytes_per_second_max: None,
            download_bytes_per_second_max: None,
            announce: true,
        }
    }
}

pub(crate) async fn start(settings: SwarmSettings) -> LibrqbitSwarm {
    LibrqbitSwarm::start(settings).await.expect("a swarm")
}

/// Makes the torrent of a file.
pub(crate) fn torrent_of(file: &Path, trackers: &[&Tracker]) -> TorrentFile {
    let length = std::fs::metadata(file).expect("the file").len();
    let spec = TorrentSpec {
        name: "loop-000042.mp4".to_owned(),
        trackers: trackers.iter().map(|tracker| tracker.url.clone()).collect(),
        web_seeds: Vec::new(),
        piece_length: piece_length_for(length),
    };
    create_torrent(file, &spec).expect("a torrent")
}

pub(crate) fn expected(torrent: &TorrentFile) -> Expected {
    Expected {
        info_hash: torrent.info_hash,
        length: torrent.length,
    }
}

/// Starts a download into `into`.
pub(crate) async fn download(
    swarm: &impl Swarm,
    torrent: &TorrentFile,
    into: &Path,
    peers: &[SocketAddr],
) -> Download {
    let download = swarm
        .download(&torrent.bytes, expected(torrent), into, peers)
        .await;
    download.expect("a download")
}

/// Waits for the end of a download.
pub(crate) async fn finished(download: &Download) -> Progress {
    let finished = timeout(PATIENCE, download.finished()).await;
    finished
        .unwrap_or_else(|_| panic!("no end: {:?}", download.progress()))
        .expect("finished")
}

/// Waits until a download has at least so many bytes.
pub(crate) async fn wait_for_bytes(download: &mut Download, bytes: u64) -> Progress {
    let wait = async {
        while download.progress().have_bytes < bytes {
            download.changed().await;
        }
        download.progress()
    };
    timeout(PATIENCE, wait).await.expect("progress")
}

pub(crate) fn assert_same_file(one: &Path, other: &Path) {
    let read = |path: &Path| std::fs::read(path).expect("a file");
    assert!(
        read(one) == read(other),
        "{} and {} differ",
        one.display(),
        other.display()
    );
}

/// Asserts that credit adds up, to the byte.
pub(crate) fn assert_credit(progress: &Progress, downloaded_bytes: u64) {
    let credited = progress.by_peer.iter().map(|(_, bytes)| bytes).sum::<u64>();
    assert_eq!(credited, downloaded_bytes, "{progress:?}");
    assert_eq!(progress.downloaded_bytes, downloaded_bytes);
    assert!(progress.fetched_bytes >= downloaded_bytes, "{progress:?}");
    assert_eq!(progress.have_bytes, progress.total_bytes);
}
