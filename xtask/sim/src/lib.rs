//! A fleet of simulated volunteers, honest and otherwise, over the coordinator's policy.
//!
//! The grid is `woolgather_coordinator_core::grid`, the very functions that the coordinator decides
//! by; volunteers, network and pictures are made up. Nothing is rendered: a table says how often a
//! doctored frame that is looked at shows (see [`attacks`]), and everything else follows. Time is
//! simulated, one number decides all draws, and the same number gives the same report.
//!
//! # In reading order
//!
//! * [`attacks`]: what liars do, and what we assume of our eyes.
//! * [`volunteers`]: who takes part. [`pictures`]: what they hand in.
//! * [`world`]: days of a fleet. [`tally`], [`report`]: what came of it.
//! * [`chaos`]: small grids in every order of events, invariants looked at after each.
//! * [`sweep`]: many of those at once.
//! * [`flock`]: something else: made-up voters and sheep, over the rules of rating and breeding.

pub mod attacks;
pub mod chaos;
pub mod flock;
pub mod pictures;
pub mod report;
pub mod sweep;
pub mod tally;
pub mod volunteers;
pub mod world;
