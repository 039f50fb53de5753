//! The commands about votes and what follows from them: `voter`, `votes`, `flock`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use woolgather_protocol::SheepId;

use super::{EvolutionArgs, HomeArgs};
use crate::store::VoterId;

/// Options of `voter`.
#[derive(Debug, Args)]
pub struct VoterArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// What to do with voters.
    #[command(subcommand)]
    pub command: VoterCommand,
}

/// What an operator can do with voters.
#[derive(Debug, Subcommand)]
pub enum VoterCommand {
    /// List the voters with the most votes, and how well they agree with the others
    List {
        /// At most so many lines
        #[arg(long, value_name = "N", default_value_t = 100)]
        most: u32,
    },
    /// A voter's votes count for nothing, those to come too, and ratings are fitted anew; nobody is told
    Void {
        /// A device's key, or a browser's name as `voter list` prints it
        voter: VoterId,
        /// Why; for the log
        #[arg(long)]
        reason: String,
    },
    /// A voter's votes count again, and ratings are fitted anew
    Restore {
        /// A device's key, or a browser's name as `voter list` prints it
        voter: VoterId,
        /// Why; for the log
        #[arg(long)]
        reason: String,
    },
}

/// Options of `votes`.
#[derive(Debug, Args)]
pub struct VotesArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// What to do with votes.
    #[command(subcommand)]
    pub command: VotesCommand,
}

/// What an operator can do with votes.
#[derive(Debug, Subcommand)]
pub enum VotesCommand {
    /// Write ballots.csv, votes.csv and sheep.csv into a folder, for research: voters have other
    /// names in every export, and times are whole minutes
    Export {
        /// The folder; it is made if it is not there
        folder: PathBuf,
    },
}

/// Options of `flock`.
#[derive(Debug, Args)]
pub struct FlockArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// What `serve` is told.
    #[command(flatten)]
    pub evolution: EvolutionArgs,
    /// What to look at.
    #[command(subcommand)]
    pub command: FlockCommand,
}

/// What an operator can learn of the flock.
#[derive(Debug, Subcommand)]
pub enum FlockCommand {
    /// How many live, wait and are rendered, what is due, and who was born and retired lately
    Status,
    /// Breed without keeping anything: parents, kind and what the gate says; and who would retire next
    DryRun {
        /// How many births to try
        #[arg(long, value_name = "N", default_value_t = 3)]
        births: u32,
    },
    /// How a sheep was bred; breeds it again, and says whether it is the same
    Lineage {
        /// The sheep's id, as in its page's address
        sheep: SheepId,
    },
}
