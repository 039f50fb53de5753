//! The coordinator: one binary that hands out work, checks it, publishes clips and counts votes.
//!
//! The policies are in `woolgather-coordinator-core`, the bytes on the network in
//! `woolgather-protocol`; this crate is the rim around them: sockets, database, files, processes.
//!
//! # Contents
//!
//! * [`cli`], [`settings`], [`config`]: what an operator decides.
//! * [`clock`], [`keys`], [`blobs`], [`store`]: time, the signing key, files, everything remembered.
//! * [`hands`]: who does the long work.
//! * [`credit`]: everybody's credit, for others to read. [`passkeys`]: how people sign in.
//!   [`kept`]: what is not made anew for everybody who looks.
//! * [`state`], [`metrics`], [`logging`]: what requests and jobs share, and what monitoring sees. [`pulse`]: for whom
//!   it works.
//! * [`tracker`]: tells BitTorrent peers of each other.
//! * [`checks`], [`jobs`], [`publish`]: submissions judged, long work, clips made and seeded.
//! * [`http`]: the API and the tracker's door. [`pages`]: the website.
//! * [`serve`], [`operator`]: what the program's commands do.

#![expect(
    clippy::result_large_err,
    reason = "a refusal carries its whole problem; it is made once per refused request"
)]

pub mod cli;
pub mod config;
pub mod settings;

pub mod blobs;
pub mod clock;
pub mod credit;
pub mod disk;
pub mod hands;
pub mod kept;
pub mod keys;
pub mod store;

pub mod passkeys;

pub mod logging;
pub mod metrics;
pub mod pulse;
pub mod state;

pub mod tracker;

pub mod checks;
pub mod evolution;
pub mod jobs;
pub mod publish;

pub mod http;
pub mod pages;

pub mod moving_in;
pub mod operator;
pub mod serve;
