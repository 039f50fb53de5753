//! The command `import`.

use std::path::PathBuf;

use clap::Args;
use woolgather_protocol::Licence;

use super::{FoundingArgs, HomeArgs};

/// Options of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// The folder; folders in it are looked into, .flame, .flam3 and .xml files are read
    pub folder: PathBuf,
    /// Let them join the flock that is there
    #[arg(long)]
    pub add: bool,
    /// Who made them, where the flock names an artist
    #[arg(long, value_name = "NAME", default_value = "unknown")]
    pub artist: String,
    /// Their licence, CC0-1.0 or CC-BY-4.0, which you must be allowed to give
    #[arg(long, value_name = "LICENCE", default_value_t = Licence::Cc0)]
    pub licence: Licence,
    /// Take at most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    /// Write the whole report, as JSON, to this file
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// A new flock's name and recipe.
    #[command(flatten)]
    pub founding: FoundingArgs,
}
