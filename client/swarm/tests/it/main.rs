//! Swarms of real sockets on loopback: sharing, credit, restarts, limits, refusals.
//!
//! Every test makes its own files, its own tracker and its own swarms on ports that the system
//! picks. The random files have fixed `rng_seed`s.

mod lifecycle;
mod limits;
mod memory;
mod refusals;
mod sharing;
mod support;
