//! The coordinator: one binary that hands out work, checks it, publishes clips and counts votes.
//!
//! The policies are in `woolgather-coordinator-core`, the bytes on the network in
//! `woolgather-protocol`; this crate is the rim around them: sockets, database, files, processes.
//!
//! # Contents
//!
//! * [`cli`], [`config`]: what an operator decides.

pub mod cli;
pub mod config;
