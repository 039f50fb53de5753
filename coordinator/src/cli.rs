//! The command line: what an operator may type. [`crate::config`] turns it into checked values.
//!
//! Every option of `serve` can also come from an environment variable, so that a service manager
//! or a container needs no wrapper script.

mod flock;
mod import;
mod people;
mod serve;
mod sheep;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::{Args, Parser, Subcommand};
use url::Url;
use woolgather_protocol::{EntryId, PublicKey, WorkUnitId};

use crate::blobs::BlobPlace;
use crate::checks::child::ChildArgs;
use crate::evolution::{BREEDING_FLOCK_MIN, Evolution};
use crate::keys;
use crate::store::Place;

pub use flock::{FlockArgs, FlockCommand, VoterArgs, VoterCommand, VotesArgs, VotesCommand};
pub use import::ImportArgs;
pub use people::{PersonArgs, PersonCommand};
pub use serve::{FoundingArgs, LimitArgs, LogArgs, LogFormat, ServeArgs};
pub use sheep::{SheepArgs, SheepCommand, TagChange};

/// Hands out work, checks it, publishes clips and counts votes: database, tracker, seeding,
/// website and metrics in one program.
#[derive(Debug, Parser)]
#[command(name = "woolgather-coordinator", version, about, long_about = None)]
pub struct Cli {
    /// A file of settings; `woolgather-coordinator config` prints one. Options and environment
    /// variables go before it
    #[arg(
        long,
        env = "WOOLGATHER_COORDINATOR_CONFIG",
        value_name = "FILE",
        global = true
    )]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the coordinator until Ctrl-C or SIGTERM
    #[command(after_help = SERVE_HELP)]
    Serve(Box<ServeArgs>),
    /// Look for what keeps a coordinator from working, and say how to mend it
    Doctor(Box<ServeArgs>),
    /// Print every setting with its default, as a file for --config
    Config,
    /// Print a link that opens the operator's console on the website, once; works while the coordinator
    /// runs
    AdminLink(AdminLinkArgs),
    /// Look at what artists offered, and decide; works while the coordinator runs
    Entry(EntryArgs),
    /// Look at devices, ban or pardon them; works while the coordinator runs
    Device(DeviceArgs),
    /// Give a unit another chance, or set an accepted one aside; works while the coordinator runs
    Unit(UnitArgs),
    /// Export credit, or count it anew from the ledger; works while the coordinator runs
    Credit(CreditArgs),
    /// Look at voters, void or restore their votes; works while the coordinator runs
    Voter(VoterArgs),
    /// Look at people with accounts, hide a page or delete an account; works while the coordinator runs
    Person(PersonArgs),
    /// Export the log of votes for research; works while the coordinator runs
    Votes(VotesArgs),
    /// Give a sheep tags or another title; works while the coordinator runs
    Sheep(SheepArgs),
    /// Look at how the flock renews itself, and try what it would do; works while the coordinator runs
    Flock(FlockArgs),
    /// Make a flock of a folder of flam3 genomes, or let them join one; works while the coordinator runs
    Import(ImportArgs),
    /// Remove blobs that nothing needs any more; works while the coordinator runs
    Blobs(BlobsArgs),
    /// Copy everything into a folder, from which it can be restored; works while the coordinator runs
    Backup(BackupArgs),
    /// Check a backup, and put everything back from it
    Restore(RestoreArgs),
    /// Copy database or blobs to another place, a PostgreSQL server or a bucket; stop the coordinator
    /// first
    Migrate(MigrateArgs),
    /// Decode a segment from standard input under limits; the server starts this by itself
    #[command(hide = true)]
    CheckSegment(ChildArgs),
}

const SERVE_HELP: &str = "\
The first start creates the data folder, keys, a flock and its starter sheep; there is nothing else \
to set up. Outside your own machine, put a TLS proxy in front and name its address:

  woolgather-coordinator serve --listen 127.0.0.1:8420 --public-url https://sheep.example.org \\
      --origin-listen 0.0.0.0:6881 --trust-forwarded-for

Back up the data folder: it is everything, unless --store and --blobs keep database and blobs \
elsewhere.";

/// Where a coordinator keeps what it knows.
#[derive(Debug, Clone, Args)]
pub struct HomeArgs {
    /// Folder of the database, the keys and the clips
    #[arg(
        long,
        env = "WOOLGATHER_COORDINATOR_DATA",
        value_name = "DIR",
        default_value = "woolgather-data",
        global = true
    )]
    pub data: PathBuf,
    /// Keep the database on a PostgreSQL server, such as postgres://woolgather@db.example/flock;
    /// unless given, it is an SQLite file in the data folder
    #[arg(
        long,
        env = "WOOLGATHER_STORE",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub store: Option<String>,
    /// The coordinator's key, if it is not keys/coordinator.key in the data folder; coordinators of
    /// one flock share it
    #[arg(long, env = "WOOLGATHER_KEY_FILE", value_name = "FILE", global = true)]
    pub key_file: Option<PathBuf>,
    /// Where the blobs are.
    #[command(flatten)]
    pub blobs: BlobArgs,
}

/// Where a coordinator keeps segments, clips and pictures.
#[derive(Debug, Default, Clone, Args)]
pub struct BlobArgs {
    /// Keep the blobs in a bucket of an S3-compatible store, such as s3://bucket/prefix; unless
    /// given, they are in the data folder. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION
    /// are read from the environment
    #[arg(long, env = "WOOLGATHER_BLOBS", value_name = "URL", global = true)]
    pub blobs: Option<Url>,
    /// The address of the S3-compatible store, if it is not AWS' own
    #[arg(
        long,
        env = "WOOLGATHER_S3_ENDPOINT",
        value_name = "URL",
        global = true
    )]
    pub s3_endpoint: Option<Url>,
    /// Let the address of the store be one without encryption: within one machine or a closed network
    #[arg(long, env = "WOOLGATHER_S3_ALLOW_HTTP", global = true)]
    pub s3_allow_http: bool,
    /// What copies of a bucket's blobs may take on this machine's disk, in bytes; clips that are
    /// seeded take up to half of it
    #[arg(
        long,
        env = "WOOLGATHER_BLOB_CACHE",
        value_name = "BYTES",
        default_value_t = BLOB_CACHE_BYTES,
        global = true
    )]
    pub blob_cache: u64,
}

/// What a bucket's copies may take unless told otherwise, in bytes: a few thousand clips.
const BLOB_CACHE_BYTES: u64 = 20_000_000_000;

impl BlobArgs {
    /// Where the blobs are.
    ///
    /// # Errors
    ///
    /// When `--blobs` is no address of a bucket, or the store's address is not encrypted.
    pub fn place(&self) -> anyhow::Result<BlobPlace> {
        match &self.blobs {
            None => Ok(BlobPlace::Folder),
            Some(bucket) => BlobPlace::bucket(
                bucket,
                self.s3_endpoint.clone(),
                self.s3_allow_http,
                self.blob_cache,
            ),
        }
    }
}

impl HomeArgs {
    /// The file with the coordinator's key.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        let usual = || keys::usual_file(&self.data);
        self.key_file.clone().unwrap_or_else(usual)
    }

    /// Where the store is.
    ///
    /// # Errors
    ///
    /// When `--store` is no address of a PostgreSQL server. The address is not repeated: it may
    /// hold a password.
    pub fn place(&self) -> anyhow::Result<Place> {
        let Some(address) = &self.store else {
            return Ok(Place::from(&self.data));
        };
        let config = address.parse().with_context(|| {
            "--store takes the address of a PostgreSQL server, such as \
             postgres://user:password@host:5432/database"
        })?;
        Ok(Place::Server(Box::new(config)))
    }
}

/// A flock's size unless told otherwise.
const FLOCK_SIZE: u32 = 60;
/// Births in a day unless told otherwise: in a flock of sixty, everybody then has five days to be
/// seen, however quickly volunteers render.
const BIRTHS_A_DAY: u32 = 12;

/// How a flock renews itself.
#[derive(Debug, Clone, Copy, Args)]
pub struct EvolutionArgs {
    /// Plan no edges between sheep, only loops
    #[arg(long, env = "WOOLGATHER_NO_EDGES", global = true)]
    pub no_edges: bool,
    /// Living sheep that the flock keeps: when there are more, the least promising of those that had their
    /// chance retire
    #[arg(
        long,
        env = "WOOLGATHER_FLOCK_SIZE",
        value_name = "N",
        default_value_t = FLOCK_SIZE,
        global = true
    )]
    pub flock_size: u32,
    /// Sheep that may be born in a day once the flock breeds by its votes; 0 turns that off, and then
    /// nobody retires
    #[arg(
        long,
        env = "WOOLGATHER_BIRTHS_A_DAY",
        value_name = "N",
        default_value_t = BIRTHS_A_DAY,
        global = true
    )]
    pub births_a_day: u32,
}

impl EvolutionArgs {
    /// The same, checked.
    ///
    /// # Errors
    ///
    /// When the flock would be too small to breed.
    pub fn evolution(self) -> anyhow::Result<Evolution> {
        ensure!(
            self.flock_size >= BREEDING_FLOCK_MIN,
            "--flock-size must be {BREEDING_FLOCK_MIN} or more"
        );
        Ok(Evolution {
            flock_size: self.flock_size,
            births_a_day: self.births_a_day,
            edges: !self.no_edges,
        })
    }
}

/// Options of `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// What to copy.
    #[command(flatten)]
    pub home: HomeArgs,
    /// A new folder for the backup; one that was begun is gone on with
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
}

/// Options of `restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// Where to put it.
    #[command(flatten)]
    pub home: HomeArgs,
    /// The backup
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    /// Only check every byte of the backup; restore nothing
    #[arg(long)]
    pub verify: bool,
}

/// Options of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// What to copy.
    #[command(flatten)]
    pub home: HomeArgs,
    /// Where to copy the database, such as postgres://woolgather@db.example/flock; empty, or begun
    /// before
    #[arg(long, value_name = "URL", required_unless_present = "to_blobs")]
    pub to: Option<String>,
    /// Which bucket to copy the blobs into, such as s3://bucket/prefix
    #[arg(long, value_name = "URL")]
    pub to_blobs: Option<Url>,
}

/// Options of `device`.
#[derive(Debug, Args)]
pub struct DeviceArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// What to do with devices.
    #[command(subcommand)]
    pub command: DeviceCommand,
}

/// What an operator can do with devices.
#[derive(Debug, Subcommand)]
pub enum DeviceCommand {
    /// List devices that worked, those seen last first, with what is held against them
    List {
        /// At most so many lines
        #[arg(long, value_name = "N", default_value_t = 100)]
        most: u32,
    },
    /// No work for this device any more; what it did is audited again
    Ban {
        /// Its key, as `device list` prints it
        key: PublicKey,
        /// Why; the volunteer reads it
        #[arg(long)]
        reason: String,
    },
    /// Take back everything that is held against a device, a ban included
    Pardon {
        /// Its key, as `device list` prints it
        key: PublicKey,
        /// Why; for the log
        #[arg(long)]
        reason: String,
    },
    /// What operators did, newest first
    Log,
}

/// Options of `unit`.
#[derive(Debug, Args)]
pub struct UnitArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// What to do with units.
    #[command(subcommand)]
    pub command: UnitCommand,
}

/// What an operator can do with work units.
#[derive(Debug, Subcommand)]
pub enum UnitCommand {
    /// Give a unit that failed on five devices another chance
    Requeue {
        /// Its id
        id: WorkUnitId,
        /// Why; for the log
        #[arg(long)]
        reason: String,
    },
    /// Set an accepted unit aside: its credit is voided, its clip rendered again and published anew
    Quarantine {
        /// Its id
        id: WorkUnitId,
        /// Why; the volunteer reads it
        #[arg(long)]
        reason: String,
    },
}

/// Options of `credit`.
#[derive(Debug, Args)]
pub struct CreditArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// What to do with credit.
    #[command(subcommand)]
    pub command: CreditCommand,
}

/// What an operator can do with credit.
#[derive(Debug, Subcommand)]
pub enum CreditCommand {
    /// Write credit.json, and BOINC's user.xml and host.xml, into a folder
    Export {
        /// The folder; it is made if it is not there
        folder: PathBuf,
    },
    /// Make every device's sum again from the ledger
    Recount,
}

/// Options of `admin-link`.
#[derive(Debug, Args)]
pub struct AdminLinkArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// The address people use, if it is not the one the coordinator listens on
    #[arg(long, env = "WOOLGATHER_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,
    /// End every session that is open
    #[arg(long)]
    pub end_sessions: bool,
}

/// Options of `blobs`.
#[derive(Debug, Args)]
pub struct BlobsArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// What to do with blobs.
    #[command(subcommand)]
    pub command: BlobsCommand,
}

/// What an operator can do with segments, clips and pictures.
#[derive(Debug, Subcommand)]
pub enum BlobsCommand {
    /// Discard blobs that have lain for a day without a use, and erase those discarded a day ago; the
    /// coordinator does it by itself once a day
    Collect,
}

/// Options of `entry`.
#[derive(Debug, Args)]
pub struct EntryArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// What to do with entries.
    #[command(subcommand)]
    pub command: EntryCommand,
}

/// What an operator can do with entries.
#[derive(Debug, Subcommand)]
pub enum EntryCommand {
    /// List the entries, oldest first
    List,
    /// Make a sheep of an entry
    Accept {
        /// The entry's id, as `entry list` prints it
        id: EntryId,
    },
    /// Turn an entry down
    Reject {
        /// The entry's id, as `entry list` prints it
        id: EntryId,
        /// What the artist is told
        #[arg(long)]
        reason: String,
    },
}

/// Reads `250ms`, `90s`, `5m`, `24h`; a plain number is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let wrong = || format!("`{text}` is no time: 250ms, 90s, 5m and 24h are");
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let millis = match unit {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => return Err(wrong()),
    };
    let millis = number.checked_mul(millis).ok_or_else(wrong)?;
    Ok(Duration::from_millis(millis))
}

/// Reads `1000`, `64K`, `512M`, `2G`, `1T`: bytes, in powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let wrong = || format!("`{text}` is no size: 1000, 64K, 512M and 2G are");
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let shift = match unit {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(wrong()),
    };
    number.checked_mul(1 << shift).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_are_read_with_their_units() {
        let check = |text, bytes| assert_eq!(size(text), Ok(bytes));
        check("0", 0);
        check("1000", 1000);
        check("64K", 65_536);
        check("512M", 536_870_912);
        check("2G", 2_147_483_648);
        for text in ["", "G", "2g", "-1", "2 G", "99999999T"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_read_with_their_units() {
        let check = |text, millis| assert_eq!(duration(text), Ok(Duration::from_millis(millis)));
        check("250ms", 250);
        check("90", 90_000);
        check("90s", 90_000);
        check("5m", 300_000);
        check("24h", 86_400_000);
        for text in ["", "s", "5 m", "-1s", "5d", "99999999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
