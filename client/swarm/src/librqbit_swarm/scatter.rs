//! Scatters the order in which a download asks for its pieces.
//!
//! The session asks for a file's pieces from front to back, so peers that start together would hold
//! the same pieces, have nothing to give each other, and all wait for the origin. But it favours
//! what lies behind the position of an open stream. A stream that is never read, and jumps to a
//! random place again and again, spreads the pieces.

use std::io::SeekFrom;
use std::sync::Arc;

use librqbit::ManagedTorrent;
use tokio::io::{AsyncSeek, AsyncSeekExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Downloads that scatter their pieces at once; further ones run from front to back. The session
/// keeps a thread's place free for every stream.
pub(super) const STREAMS_MAX: usize = 16;

/// A stream that jumps.
pub(super) struct Scatter {
    stream: Box<dyn AsyncSeek + Send + Sync + Unpin>,
    length: u64,
    rng_state: u64,
    _permit: OwnedSemaphorePermit,
}

impl Scatter {
    /// Opens a stream somewhere in a torrent's only file of `length` bytes; `None` where that is not to be
    /// had, which costs no more than the good order.
    pub(super) async fn new(
        handle: &Arc<ManagedTorrent>,
        length: u64,
        streams: &Arc<Semaphore>,
    ) -> Option<Self> {
        let permit = streams.clone().try_acquire_owned().ok()?;
        let rng_state = getrandom::u64().ok()?;
        let stream = Box::new(handle.clone().stream(0).await.ok()?);
        let mut scatter = Self {
            stream,
            length,
            rng_state,
            _permit: permit,
        };
        scatter.jump().await;
        Some(scatter)
    }

    /// Jumps to another place.
    pub(super) async fn jump(&mut self) {
        let position = split_mix(&mut self.rng_state) % self.length;
        // A jump that fails leaves the stream where it is, and the next one comes soon.
        let _ = self.stream.seek(SeekFrom::Start(position)).await;
    }
}

/// SplitMix64: G. Steele, D. Lea and C. Flood, *Fast Splittable Pseudorandom Number Generators*.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
