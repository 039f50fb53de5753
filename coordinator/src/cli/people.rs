//! The command about people: `person`.

use clap::{Args, Subcommand};
use woolgather_protocol::people::Handle;

use super::HomeArgs;

/// Options of `person`.
#[derive(Debug, Args)]
pub struct PersonArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// What to do with people.
    #[command(subcommand)]
    pub command: PersonCommand,
}

/// What an operator can do with people.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// List people with accounts, newest first
    List,
    /// Hide a person's page and name from others; the person is told why
    Hide {
        /// The handle, as in the page's address
        handle: Handle,
        /// Why; for the person and the log
        #[arg(long)]
        reason: String,
    },
    /// Let a person be found again, if they want to
    Show {
        /// The handle, as in the page's address
        handle: Handle,
        /// Why; for the log
        #[arg(long)]
        reason: String,
    },
    /// Delete an account as if its person had asked for it; sheep and votes stay
    Delete {
        /// The handle, as in the page's address
        handle: Handle,
        /// Call the artist of the person's sheep "anonymous"
        #[arg(long)]
        artist_too: bool,
        /// Why; for the log
        #[arg(long)]
        reason: String,
    },
}
