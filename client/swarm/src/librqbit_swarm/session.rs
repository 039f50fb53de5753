//! How the BitTorrent session is set up.
//!
//! TCP only; no DHT, no local discovery, no port mapping, no state of the session's own on disk:
//! what is shared is decided by our callers at every start, and a torrent that they no longer know
//! must not come back by itself.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use librqbit::dht::Id20;
use librqbit::limits::LimitsConfig;
use librqbit::{
    ConnectionOptions, ListenerMode, ListenerOptions, PeerConnectionOptions, Session,
    SessionOptions,
};

use crate::swarm::{RateLimits, SwarmError, SwarmSettings};

/// Peers per torrent. Uploads are not choked, so this also bounds how thinly the rate is spread.
const PEERS_MAX: usize = 64;

/// Peers per torrent of a passive swarm, which is the only source of a new torrent.
const PEERS_MAX_PASSIVE: usize = 256;

/// Blocks asked of one peer before the first has come: 256 KiB under way, which is 2.5 MB/s at
/// 100 ms. The session's own default of 128 is most of a small clip: the first peer that answers,
/// usually the origin, would be asked for everything.
const BLOCKS_ASKED_MAX: usize = 16;

/// Threads that may read, write or hash at once; the session keeps one per open stream too.
const BLOCKING_THREADS_MAX: usize = 8 + super::scatter::STREAMS_MAX;

/// The port that is announced by those who take no connections: trackers want some port, and no
/// peer listens at this one.
const PORT_OF_NOBODY: u16 = 1;

/// Nothing can listen at port 0, so a session behind this proxy cannot dial anybody.
const PROXY_TO_NOWHERE: &str = "socks5://127.0.0.1:0";

/// Tries to find a free port, should another program be quicker.
const PORT_TRIES: usize = 8;

/// Starts a session.
pub(super) async fn start(settings: &SwarmSettings) -> Result<Arc<Session>, SwarmError> {
    let wanted = settings
        .listen
        .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    for _ in 0..PORT_TRIES {
        let addr = free_addr(wanted)?;
        match Session::new_with_opts(settings.folder.clone(), options(settings, addr)?).await {
            Ok(session) => return Ok(session),
            Err(_) if wanted.port() == 0 && TcpListener::bind(addr).is_err() => {}
            Err(error) => return Err(super::session_error(&error)),
        }
    }
    let source = std::io::ErrorKind::AddrInUse.into();
    Err(SwarmError::Listen {
        addr: wanted,
        source,
    })
}

/// Returns `wanted` with a port that is free just now. The session has to be told the port that it
/// announces before it listens, so it cannot pick one itself.
fn free_addr(wanted: SocketAddr) -> Result<SocketAddr, SwarmError> {
    TcpListener::bind(wanted)
        .and_then(|listener| listener.local_addr())
        .map_err(|source| SwarmError::Listen {
            addr: wanted,
            source,
        })
}

fn options(settings: &SwarmSettings, addr: SocketAddr) -> Result<SessionOptions, SwarmError> {
    let announce_port = settings.listen.map_or(PORT_OF_NOBODY, |_| addr.port());
    let peer_options = PeerConnectionOptions {
        max_request_window: Some(BLOCKS_ASKED_MAX),
        ..Default::default()
    };
    Ok(SessionOptions {
        dht: None,
        disable_local_service_discovery: true,
        disable_trackers: !settings.announce,
        peer_id: Some(peer_id(settings.announce)?),
        listen: Some(ListenerOptions {
            mode: ListenerMode::TcpOnly,
            listen_addr: addr,
            announce_port: Some(announce_port),
            ipv4_only: addr.is_ipv4(),
            ..Default::default()
        }),
        connect: Some(ConnectionOptions {
            proxy_url: (!settings.announce).then(|| PROXY_TO_NOWHERE.to_owned()),
            enable_tcp: settings.announce,
            peer_opts: Some(peer_options),
        }),
        ratelimits: limits_config(settings.rate_limits()),
        peer_limit: Some(if settings.announce {
            PEERS_MAX
        } else {
            PEERS_MAX_PASSIVE
        }),
        runtime_worker_threads: Some(BLOCKING_THREADS_MAX),
        client_name_and_version: Some(format!("Woolgather {}", env!("CARGO_PKG_VERSION"))),
        ..Default::default()
    })
}

/// Options of the connections of one torrent.
///
/// A peer with nothing to say sends a keep-alive every two minutes. The session's default gives up
/// on it after ten seconds, and then dials it again: on a slow swarm most of the time is lost so.
pub(super) fn torrent_peer_options() -> PeerConnectionOptions {
    PeerConnectionOptions {
        read_write_timeout: Some(Duration::from_secs(150)),
        ..Default::default()
    }
}

/// Returns a new peer id: `-WG0100-` (or `-WO0100-` for a passive swarm) and twelve random bytes.
fn peer_id(announce: bool) -> Result<Id20, SwarmError> {
    let mut id = *b"-WG0100-............";
    if !announce {
        id[2] = b'O';
    }
    getrandom::fill(&mut id[8..]).map_err(|error| SwarmError::Session(error.to_string()))?;
    Ok(Id20::new(id))
}

/// Returns our limits in the session's words. They are floored, so none is zero.
pub(super) fn limits_config(limits: RateLimits) -> LimitsConfig {
    LimitsConfig {
        upload_bps: limits.upload_bytes_per_second_max.and_then(NonZeroU32::new),
        download_bps: limits
            .download_bytes_per_second_max
            .and_then(NonZeroU32::new),
    }
}
