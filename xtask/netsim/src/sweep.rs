//! Many seeds, on every core.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::plant::Plant;
use crate::play::{Options, Played, play};
use crate::world::lock;

/// What many simulations came to.
#[derive(Debug, Default)]
pub struct Swept {
    /// Simulations.
    pub played: u64,
    /// Simulated milliseconds.
    pub simulated_ms: u64,
    /// Events in all traces.
    pub events: u64,
    /// Requests sent, and those to which no answer came.
    pub requests: [u64; 2],
    /// How often coordinators were killed.
    pub kills: u64,
    /// Answers acknowledged, receipts that said "duplicate", and those who came too late.
    pub answers: [u64; 3],
    /// Units accepted and given up, submissions refused, clips published, leases that ran out.
    pub counts: [u64; 5],
    /// Seeds for which something was not as it must be, and what, in order.
    pub failures: Vec<(u64, String)>,
}

impl Swept {
    fn add(&mut self, rng_seed: u64, played: Played) {
        let Played {
            wrong,
            counts,
            simulated_ms,
            events,
            kills,
            ..
        } = played;
        self.played += 1;
        self.simulated_ms += simulated_ms;
        self.events += events;
        self.kills += kills;
        sum(&mut self.requests, played.requests);
        sum(&mut self.answers, played.answers);
        let counts = [
            counts.accepted,
            counts.quarantined,
            counts.refused,
            counts.live,
            counts.expired,
        ];
        sum(&mut self.counts, counts);
        self.failures.extend(wrong.map(|wrong| (rng_seed, wrong)));
    }
}

fn sum<const N: usize>(sums: &mut [u64; N], more: [u64; N]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}

/// Plays these seeds; `done` is told of each.
#[must_use]
pub fn sweep(seeds: Range<u64>, plant: Plant, done: impl Fn() + Sync) -> Swept {
    let next = AtomicU64::new(seeds.start);
    let swept = Mutex::new(Swept::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let rng_seed = next.fetch_add(1, Ordering::Relaxed);
                    if rng_seed >= seeds.end {
                        break;
                    }
                    let outcome = play(Options { rng_seed, plant }, None);
                    let mut swept = lock(&swept);
                    match outcome {
                        Ok(played) => swept.add(rng_seed, played),
                        Err(error) => swept.failures.push((rng_seed, format!("{error:#}"))),
                    }
                    drop(swept);
                    done();
                }
            });
        }
    });
    let mut swept = swept
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    swept.failures.sort_unstable();
    swept
}
