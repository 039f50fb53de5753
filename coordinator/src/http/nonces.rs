//! The memory of signed requests: each is good once.
//!
//! A request is believed while its time is within [`CLOCK_SKEW_MAX_MS`] of ours, so a nonce must
//! be remembered for twice that long. Nonces are kept in buckets of a minute, and whole buckets are
//! forgotten. The memory is lost at a restart, so requests that were signed before it are refused
//! as stale: their sender signs again. That costs a client one more round trip after a restart and
//! spares the database a write for every signed request.
//!
//! Coordinators that serve one flock together share a memory ([`crate::store::SharedNonces`]): a
//! request that one has seen is refused by all.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use woolgather_protocol::signing::{CLOCK_SKEW_MAX_MS, Nonce};
use woolgather_protocol::{Problem, ProblemKind, PublicKey};

use super::error::ApiError;
use crate::store::{SharedNonces, Sighting};

const BUCKET_MS: i64 = 60_000;
/// How many requests are remembered: 3,000 a second for the time they must be, and half as much
/// again. About 100 MB when it is full.
const NONCES_MAX: usize = 3_000 * 600 * 3 / 2;

/// Half a BLAKE3 of key and nonce: enough to tell requests apart, half the memory.
type Mark = [u8; 16];

/// How much longer than our own clock says the shared memory remembers: other coordinators' clocks
/// may be behind.
const CLOCKS_APART_MAX_MS: i64 = 60_000;

/// Remembers requests for as long as they could be replayed.
#[derive(Debug)]
pub struct Nonces(Memory);

#[derive(Debug)]
enum Memory {
    Own(OwnMemory),
    Shared(SharedNonces),
}

/// The memory of a coordinator that is alone.
#[derive(Debug)]
struct OwnMemory {
    started_ms: i64,
    buckets: Mutex<VecDeque<Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    started_ms: i64,
    marks: HashSet<Mark>,
}

impl Nonces {
    /// A memory of this process' own that begins at `started_ms`.
    #[must_use]
    pub fn new(started_ms: i64) -> Self {
        Self(Memory::Own(OwnMemory {
            started_ms,
            buckets: Mutex::default(),
        }))
    }

    /// The memory that coordinators share.
    #[must_use]
    pub fn shared(memory: SharedNonces) -> Self {
        Self(Memory::Shared(memory))
    }

    /// Whether a request of this time can be told from a replay: its time is close to ours, and
    /// not from before we began to remember.
    ///
    /// # Errors
    ///
    /// A [`Problem`], `stale-signature`: sign again by our clock.
    pub fn check_time(&self, time_ms: i64, now_ms: i64) -> Result<(), Problem> {
        let apart_ms = time_ms.abs_diff(now_ms);
        if apart_ms > CLOCK_SKEW_MAX_MS.unsigned_abs() {
            let detail = format!(
                "The request's time is {} s from the coordinator's; up to {} s are legal.",
                apart_ms / 1000,
                CLOCK_SKEW_MAX_MS / 1000
            );
            return Err(Problem::new(ProblemKind::StaleSignature, detail));
        }
        match &self.0 {
            Memory::Own(memory) if time_ms < memory.started_ms => Err(unknown()),
            Memory::Own(_) | Memory::Shared(_) => Ok(()),
        }
    }

    /// Takes note of a request whose time and signature were checked.
    ///
    /// # Errors
    ///
    /// `replayed-signature` when it was seen before, `stale-signature` when that cannot be known,
    /// `too-many` when the memory is full; [`ApiError::Internal`] when the shared one is away.
    pub async fn claim(
        &self,
        key: &PublicKey,
        nonce: &Nonce,
        time_ms: i64,
        now_ms: i64,
    ) -> Result<(), ApiError> {
        let mark = mark(key, nonce);
        let memory = match &self.0 {
            Memory::Own(memory) => return Ok(memory.claim(mark, now_ms)?),
            Memory::Shared(memory) => memory,
        };
        let forget_ms = time_ms + CLOCK_SKEW_MAX_MS + CLOCKS_APART_MAX_MS;
        match memory.claim(mark, time_ms, forget_ms, now_ms).await? {
            Sighting::First => Ok(()),
            Sighting::Again => Err(replayed().into()),
            Sighting::Unknown => Err(unknown().into()),
        }
    }
}

fn replayed() -> Problem {
    let detail = "Sign every request anew, with a fresh nonce.";
    Problem::new(ProblemKind::ReplayedSignature, detail)
}

fn unknown() -> Problem {
    let detail = "The coordinator was restarted since; sign again.";
    Problem::new(ProblemKind::StaleSignature, detail)
}

impl OwnMemory {
    fn claim(&self, mark: Mark, now_ms: i64) -> Result<(), Problem> {
        // A panic inside cannot leave the buckets half changed.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let forget_before_ms = now_ms - 2 * CLOCK_SKEW_MAX_MS - BUCKET_MS;
        while buckets
            .front()
            .is_some_and(|bucket| bucket.started_ms < forget_before_ms)
        {
            buckets.pop_front();
        }
        if buckets.iter().any(|bucket| bucket.marks.contains(&mark)) {
            return Err(replayed());
        }
        let held: usize = buckets.iter().map(|bucket| bucket.marks.len()).sum();
        if held >= NONCES_MAX {
            let detail = "The coordinator is busy; try again in a few seconds.";
            return Err(Problem::new(ProblemKind::TooMany, detail));
        }
        let fresh = buckets
            .back()
            .is_none_or(|bucket| now_ms - bucket.started_ms >= BUCKET_MS);
        if fresh {
            buckets.push_back(Bucket {
                started_ms: now_ms,
                marks: HashSet::new(),
            });
        }
        if let Some(bucket) = buckets.back_mut() {
            bucket.marks.insert(mark);
        }
        Ok(())
    }
}

fn mark(key: &PublicKey, nonce: &Nonce) -> Mark {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&key.0).update(&nonce.0);
    let mut mark = Mark::default();
    hasher.finalize_xof().fill(&mut mark);
    mark
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: PublicKey = PublicKey([1; 32]);

    fn own() -> OwnMemory {
        OwnMemory {
            started_ms: 0,
            buckets: Mutex::default(),
        }
    }

    fn check(nonces: &OwnMemory, nonce: u8, now_ms: i64, expected: Option<ProblemKind>) {
        let kind = nonces.claim(mark(&KEY, &Nonce([nonce; 16])), now_ms).err();
        assert_eq!(kind.map(|problem| problem.kind), expected);
    }

    #[test]
    fn a_nonce_is_good_once_for_as_long_as_its_time_is_believed() {
        let nonces = own();
        check(&nonces, 1, 0, None);
        check(&nonces, 2, BUCKET_MS * 3, None);
        let replayed = Some(ProblemKind::ReplayedSignature);
        check(&nonces, 1, 1, replayed);
        check(&nonces, 1, 2 * CLOCK_SKEW_MAX_MS, replayed);
        check(&nonces, 2, 2 * CLOCK_SKEW_MAX_MS, replayed);
    }

    #[test]
    fn a_request_from_before_the_memory_began_is_stale() {
        let nonces = Nonces::new(1_000_000);
        let check = |time_ms, now_ms, good: bool| {
            let kind = nonces.check_time(time_ms, now_ms).err();
            let expected = (!good).then_some(ProblemKind::StaleSignature);
            assert_eq!(kind.map(|problem| problem.kind), expected, "{time_ms}");
        };
        check(1_000_000, 1_000_000, true);
        check(999_999, 1_000_000, false);
        check(1_000_000 + CLOCK_SKEW_MAX_MS, 1_000_000, true);
        check(1_000_001 + CLOCK_SKEW_MAX_MS, 1_000_000, false);
        check(2_000_000, 2_000_001 + CLOCK_SKEW_MAX_MS, false);
        check(i64::MIN, 0, false);
        check(i64::MAX, 0, false);
    }

    #[test]
    fn another_device_may_use_the_same_nonce() {
        let nonces = own();
        check(&nonces, 1, 0, None);
        let other = PublicKey([2; 32]);
        let mark = mark(&other, &Nonce([1; 16]));
        assert!(nonces.claim(mark, 0).is_ok());
    }

    #[test]
    fn old_requests_are_forgotten() {
        let nonces = own();
        check(&nonces, 1, 0, None);
        check(&nonces, 2, 2 * CLOCK_SKEW_MAX_MS + 2 * BUCKET_MS, None);
        assert_eq!(nonces.buckets.lock().unwrap().len(), 1);
    }
}
