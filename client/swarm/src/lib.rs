//! BitTorrent behind a small trait.
//!
//! Finished clips travel from participant to participant as single-file torrents. This room makes
//! and reads `.torrent` files, seeds, downloads, and says who gave the bytes. The client uses it
//! for its cache, the coordinator for its origin seeder.
//!
//! ```text
//! create_torrent ─┐
//!                 ├─> Swarm::seed      -> SeedHandle
//! parse_torrent ──┴─> Swarm::download  -> Download (progress by peer, finished, cancel)
//! ```
//!
//! * [`torrent`]: `.torrent` files, pure but for reading the file to be described.
//! * [`swarm`]: the trait and the types that callers hold.
//! * [`LibrqbitSwarm`]: the real one, TCP only, no DHT, no local discovery, no port mapping.
//! * [`MemorySwarm`]: the same contract without a network, for the tests of callers.
//!
//! What is absent on purpose: HTTP (the client's `api` room falls back to it), the coordinator's
//! API, and any choice of *what* to share.

pub mod torrent;

pub mod swarm;

mod librqbit_swarm;
mod memory;

pub use librqbit_swarm::LibrqbitSwarm;
pub use memory::{MemoryNetwork, MemorySwarm};
pub use swarm::{
    Download, Expected, Phase, Progress, RATE_FLOOR_BYTES_PER_SECOND, RateLimits, SeedHandle,
    Swarm, SwarmError, SwarmFuture, SwarmSettings, Totals,
};
pub use torrent::{
    InfoHash, TorrentError, TorrentFile, TorrentSpec, TorrentSummary, create_torrent,
    parse_torrent, piece_length_for,
};
