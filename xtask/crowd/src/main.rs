//! Thousands of volunteers who render nothing: what a coordinator bears, and what it loses.
//!
//! Each subcommand starts a real coordinator on a fresh data folder, presses it over HTTP from this
//! process, and prints a table. The machine is shared with the coordinator, so every figure is a
//! lower bound.
//!
//! # Contents
//!
//! * `subject`, `filling`: the coordinator and its flock.
//! * `wire`, `frames`, `volunteer`: a volunteer's connections, and what it hands in.
//! * `pairs`: leases and submissions a second. `uploads`: bytes a second. `kills`, `several`, `ledger`: nothing lost,
//!   nothing twice, with one coordinator and with two. `faults`: the same on a disk that fails. `fleet`: volunteers as they
//!   are. `hostile`: what others notice of clients that mean harm. `pages`: visitors of the website.

mod faults;
mod figures;
mod filling;
mod fleet;
mod frames;
mod hostile;
mod kills;
mod ledger;
mod pages;
mod pairs;
mod several;
mod subject;
mod uploads;
mod volunteer;
mod wire;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use woolgather_bucket::BucketServer;
use woolgather_machines::PostgresServer;

use subject::{Ground, Size, Subject};

/// What the crowd costs is taken from the coordinator, which is on the same machine.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Press a coordinator
#[derive(Debug, Parser)]
#[command(name = "woolgather-crowd")]
struct Cli {
    /// The coordinator's program
    #[arg(long, value_name = "FILE")]
    program: PathBuf,
    /// What it stands on
    #[arg(long, value_enum, default_value_t = Store::Sqlite)]
    store: Store,
    /// Keep the blobs in an S3-compatible store, started for this
    #[arg(long)]
    bucket: bool,
    /// How many coordinators; several need --store postgres and --bucket
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8))]
    coordinators: u8,
    /// Work units it has to give
    #[arg(long, default_value_t = 200_000)]
    units: u64,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Store {
    /// An SQLite file
    Sqlite,
    /// A PostgreSQL server, started for this
    Postgres,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Leases and submissions a second, with everything durable
    Pairs(pairs::PairsOptions),
    /// Long segments from many at once: bytes a second against the disk's own, and memory
    Uploads(uploads::UploadsOptions),
    /// Killed under load, again and again: is everything acknowledged there, once?
    Kills(kills::KillsOptions),
    /// On a disk that fails, fills up and loses power: is everything acknowledged there, once?
    Faults(faults::FaultsOptions),
    /// Thousands of clients that mean harm: what do others notice, and what does it cost?
    Hostile(hostile::HostileOptions),
    /// Ten thousand volunteers for ten minutes: they vanish, lie, have wrong clocks and bad connections,
    /// and coordinators are killed
    Fleet(fleet::FleetOptions),
    /// Page views at a steady rate, in a small flock and in a large one
    Pages(pages::PagesOptions),
    /// Two coordinators on one PostgreSQL and one bucket, killed in turns: is everything there, once?
    Several(several::SeveralOptions),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let several = matches!(cli.command, Command::Several(_));
    let postgres = match cli.store {
        Store::Sqlite if !several => None,
        Store::Sqlite | Store::Postgres => Some(PostgresServer::start()?),
    };
    let bucket = (cli.bucket || several).then(BucketServer::start);
    let ground = Ground {
        postgres,
        bucket: bucket.transpose()?,
    };
    let size = Size {
        coordinators: match cli.command {
            Command::Several(_) => several::COORDINATORS,
            _ => usize::from(cli.coordinators),
        },
        sheep: if several { several::SHEEP } else { 2 },
        units: cli.units,
        serve: match cli.command {
            Command::Fleet(_) => fleet::SERVE,
            // What is measured is volunteers' audits, so the coordinator has patience with them.
            _ => &["--audit-patience", "24h"],
        },
    };
    let recipe = match cli.command {
        Command::Uploads(_) => uploads::recipe(),
        Command::Faults(_) => faults::recipe(),
        _ => frames::recipe(),
    };
    let mut subject = Subject::found(&cli.program, ground, &recipe, size)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(async {
        match &cli.command {
            Command::Pairs(options) => pairs::run(&subject, options).await,
            Command::Uploads(options) => uploads::run(&subject, options).await,
            Command::Kills(options) => kills::run(&mut subject, options).await,
            Command::Faults(options) => faults::run(&mut subject, options).await,
            Command::Hostile(options) => hostile::run(&subject, options).await,
            Command::Fleet(options) => fleet::run(&mut subject, options).await,
            Command::Pages(options) => pages::run(&mut subject, options).await,
            Command::Several(options) => several::run(&mut subject, options).await,
        }
    });
    if let (Err(_), Some(ended)) = (&done, subject.ended()) {
        eprintln!("A coordinator has ended: {ended:#}");
    }
    done?;
    subject.stop()
}
