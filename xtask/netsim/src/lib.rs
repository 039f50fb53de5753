//! The real coordinator on a made-up network: handlers, store, jobs and checks as they are, and
//! volunteers whose requests and answers are lost, late, doubled and cut off, while the coordinator
//! is killed and started again. One number decides everything, and the same number gives the same
//! trace, to the letter.
//!
//! ```text
//! volunteers ── network (delays, loss, copies, partitions) ──> router ─> App ─> SQLite, blobs
//!      │                                                         │ stage: one thread, simulated time
//!      └── what they were told ───────────> observer <───────────┘ (reads database and folder)
//! ```
//!
//! Time is tokio's paused clock, which goes to the next moment when everybody waits; so hours pass
//! in less than a second. What the coordinator would hand to threads and child processes it does on
//! a [`stage`] (see `woolgather_coordinator::hands`). Sheep are black, so a volunteer hands in true
//! frames without rendering, and the coordinator's own renderings agree with them.
//!
//! # In reading order
//!
//! * [`world`]: random numbers, trace, and what went wrong. [`clock`]: its time.
//! * [`stage`], [`coordinator`]: a process that can be killed. [`network`]: what is between.
//! * [`pictures`], [`wire`], [`volunteer`]: who takes part. [`crowd`]: how many of whom.
//! * [`told`], [`observer`], [`rules`]: what must hold. [`plant`]: faults that must be found.
//! * [`play`]: one seed. [`sweep`]: many.

pub mod clock;
pub mod coordinator;
pub mod crowd;
pub mod network;
pub mod observer;
pub mod pictures;
pub mod plant;
pub mod play;
pub mod rules;
pub mod stage;
pub mod sweep;
pub mod told;
pub mod volunteer;
pub mod wire;
pub mod world;
