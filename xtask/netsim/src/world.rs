//! What everybody in a simulation shares: its random numbers, its time, its trace, and what went
//! wrong.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use tokio::sync::Notify;

use crate::clock::SimulatedClock;
use crate::told::Told;

/// Takes the trace's lines, for somebody who reads along.
pub type Tell = Box<dyn FnMut(&str) + Send>;

/// What everybody shares.
pub struct World {
    /// The time.
    pub clock: SimulatedClock,
    /// What volunteers were told.
    pub told: Mutex<Told>,
    /// Rung by a stage that wants its process killed now.
    pub kill: Notify,
    rng: Mutex<ChaCha20Rng>,
    trace: Mutex<Trace>,
    wrong: Mutex<Option<String>>,
    calm: AtomicBool,
    over: AtomicBool,
}

struct Trace {
    digest: blake3::Hasher,
    events: u64,
    tell: Option<Tell>,
}

impl World {
    /// A world whose draws are decided by `rng_seed`. Must be made inside the simulation's runtime.
    #[must_use]
    pub fn new(rng_seed: u64, tell: Option<Tell>) -> Arc<Self> {
        Arc::new(Self {
            clock: SimulatedClock::begin(),
            told: Mutex::default(),
            kill: Notify::new(),
            rng: Mutex::new(ChaCha20Rng::seed_from_u64(rng_seed)),
            trace: Mutex::new(Trace {
                digest: blake3::Hasher::new(),
                events: 0,
                tell,
            }),
            wrong: Mutex::new(None),
            calm: AtomicBool::new(false),
            over: AtomicBool::new(false),
        })
    }

    /// A number below `end`; 0 where that is 0.
    pub fn below(&self, end: u64) -> u64 {
        match end {
            0 => 0,
            // The bias is far below what anybody here could notice.
            end => lock(&self.rng).next_u64() % end,
        }
    }

    /// Whether something happens whose probability is `thousandths` of a thousandth.
    pub fn happens(&self, thousandths: u64) -> bool {
        self.below(1_000) < thousandths
    }

    /// A time between two, in milliseconds.
    pub fn between_ms(&self, least: u64, most: u64) -> Duration {
        Duration::from_millis(least + self.below(most.saturating_sub(least) + 1))
    }

    /// 32 random bytes.
    pub fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        lock(&self.rng).fill_bytes(&mut bytes);
        bytes
    }

    /// Writes an event into the trace.
    pub fn note(&self, event: &str) {
        let ms = self.clock.elapsed_ms();
        let (minutes, ms) = (ms / 60_000, ms % 60_000);
        let line = format!("{minutes:>5}:{:06.3} {event}", ms as f64 / 1_000.0);
        let mut trace = lock(&self.trace);
        trace.digest.update(line.as_bytes()).update(b"\n");
        trace.events += 1;
        if let Some(tell) = &mut trace.tell {
            tell(&line);
        }
    }

    /// Digest of the trace so far, and how many events it has.
    #[must_use]
    pub fn traced(&self) -> (String, u64) {
        let trace = lock(&self.trace);
        (trace.digest.finalize().to_hex().to_string(), trace.events)
    }

    /// Something is not as it must be. The first such thing is kept.
    pub fn fail(&self, what: &str) {
        self.note(&format!("WRONG: {what}"));
        let mut wrong = lock(&self.wrong);
        wrong.get_or_insert_with(|| what.to_owned());
    }

    /// What is not as it must be, if anything.
    #[must_use]
    pub fn wrong(&self) -> Option<String> {
        lock(&self.wrong).clone()
    }

    /// From now on nothing goes wrong any more.
    pub fn calm_down(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }

    /// Whether nothing goes wrong any more.
    #[must_use]
    pub fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    /// Everybody may go home.
    pub fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Whether everybody may go home.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// Everything is done by one thread, and after a panic the simulation is over.
pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
