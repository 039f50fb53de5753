//! Leases, audits, ratings, breeding as pure functions: time and randomness are arguments.
//!
//! The coordinator's policy lives here, the store and the jobs only carry it out. Nothing here
//! knows a clock, a database or HTTP; transcendental functions come from `libm`, so that a rating
//! is the same number on every machine.
//!
//! # In reading order
//!
//! * [`seeds`]: the rng_seed of every clip.
//! * [`leases`], [`audits`], [`credit`]: a work unit's life.
//! * [`trust`]: what is known of a device, and what follows from it.
//! * [`grid`]: all of it together, in memory: the reference for the store.
//! * [`planning`]: which edges the flock's graph needs.
//! * [`dealing`], [`ratings`], [`ballots`]: what voters are asked, and what their answers mean;
//!   [`people`]: voters who are one person.
//! * [`breeding`]: how the flock renews itself by them.
//! * [`looks`]: what a sheep looks like, in words.
//! * [`random`]: draws the others share.

pub mod audits;
pub mod ballots;
pub mod breeding;
pub mod credit;
pub mod dealing;
pub mod grid;
pub mod leases;
pub mod looks;
pub mod people;
pub mod planning;
pub mod random;
pub mod ratings;
pub mod seeds;
pub mod trust;

pub use ballots::VoterId;
pub use people::PersonId;
