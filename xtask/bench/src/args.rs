//! The command line.

use clap::{Parser, Subcommand};

/// Measurements against named references.
#[derive(Parser)]
pub(crate) struct Args {
    /// What to measure.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to measure.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Compare our pictures with flam3's, genome by genome
    Oracle(OracleOptions),
    /// Weigh a rendered and encoded segment against its frames as PNG
    #[cfg(feature = "upload")]
    Upload(UploadOptions),
}

/// Options of `oracle`.
#[derive(clap::Args)]
pub(crate) struct OracleOptions {
    /// Only genomes whose name contains this
    pub(crate) filter: Option<String>,
    /// Number that the random streams start from
    #[arg(long, default_value_t = 1)]
    pub(crate) rng_seed: u64,
    /// Write our pictures into this folder
    #[arg(long)]
    pub(crate) save: Option<std::path::PathBuf>,
}
