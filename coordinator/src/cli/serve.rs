//! Options of `serve`, and of what founds a flock.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use url::Url;

use super::{EvolutionArgs, HomeArgs, duration, size};

/// What is fixed when a flock is founded.
#[derive(Debug, Args)]
pub struct FoundingArgs {
    /// The flock's name; fixed once it is founded
    #[arg(
        long,
        env = "WOOLGATHER_FLOCK_NAME",
        value_name = "NAME",
        default_value = "Woolgather"
    )]
    pub name: String,
    /// `default` (1280x720), `small` (320x180, for trying things out) or a JSON file; fixed once
    /// the flock is founded
    #[arg(
        long,
        env = "WOOLGATHER_RECIPE",
        value_name = "RECIPE",
        default_value = "default"
    )]
    pub recipe: String,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where everything is kept.
    #[command(flatten)]
    pub home: HomeArgs,
    /// Address of the website, the API and the tracker; port 0 takes any free one
    #[arg(
        long,
        env = "WOOLGATHER_LISTEN",
        value_name = "ADDR",
        default_value = "127.0.0.1:8420"
    )]
    pub listen: SocketAddr,
    /// The address people use, if it is another (a proxy, a domain)
    #[arg(long, env = "WOOLGATHER_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,
    /// Take a peer's or visitor's address from X-Forwarded-For; only behind a proxy that sets it
    #[arg(long, env = "WOOLGATHER_TRUST_FORWARDED_FOR")]
    pub trust_forwarded_for: bool,
    /// What is fixed when the flock is founded.
    #[command(flatten)]
    pub founding: FoundingArgs,
    /// How many of the starter sheep the flock begins with; all of them unless given
    #[arg(long, env = "WOOLGATHER_STARTER_SHEEP", value_name = "N")]
    pub starter_sheep: Option<usize>,
    /// Shortest time a worker gets for a work unit, such as 90s or 5m
    #[arg(long, env = "WOOLGATHER_LEASE_TERM_MIN", value_name = "TIME", value_parser = duration, default_value = "5m")]
    pub lease_term_min: Duration,
    /// How long an audit waits for a volunteer before the coordinator renders it itself
    #[arg(long, env = "WOOLGATHER_AUDIT_PATIENCE", value_name = "TIME", value_parser = duration, default_value = "60s")]
    pub audit_patience: Duration,
    /// Where the coordinator seeds clips over BitTorrent; unless given, port 6881 beside --listen
    #[arg(long, env = "WOOLGATHER_ORIGIN_LISTEN", value_name = "ADDR")]
    pub origin_listen: Option<SocketAddr>,
    /// The address at which others reach --origin-listen, if it is another; may be repeated
    #[arg(
        long,
        env = "WOOLGATHER_ORIGIN_PUBLIC",
        value_name = "ADDR",
        value_delimiter = ','
    )]
    pub origin_public: Vec<SocketAddr>,
    /// Limit for what the coordinator itself uploads over BitTorrent, in bytes a second
    #[arg(
        long = "origin-upload-limit",
        env = "WOOLGATHER_ORIGIN_UPLOAD_LIMIT",
        value_name = "BYTES"
    )]
    pub origin_upload_bytes_per_second_max: Option<u32>,
    /// Take screened entries into the flock without asking the operator: for small groups
    #[arg(long, env = "WOOLGATHER_ACCEPT_ENTRIES")]
    pub accept_entries: bool,
    /// How the flock renews itself.
    #[command(flatten)]
    pub evolution: EvolutionArgs,
    /// How long to go on answering, with /readyz saying no, once told to stop: for load balancers
    #[arg(long, env = "WOOLGATHER_DRAIN", value_name = "TIME", value_parser = duration, default_value = "0s")]
    pub drain: Duration,
    /// What to tell of what happens.
    #[command(flatten)]
    pub logging: LogArgs,
    /// How much others may ask for.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// What to tell of what happens.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logs")]
pub struct LogArgs {
    /// How log lines are written to standard error
    #[arg(
        long,
        env = "WOOLGATHER_LOG_FORMAT",
        value_enum,
        default_value_t = LogFormat::Text
    )]
    pub log_format: LogFormat,
    /// Send traces of requests to an OpenTelemetry collector, such as http://127.0.0.1:4318 (HTTP and
    /// protobuf)
    #[arg(long, env = "WOOLGATHER_OTLP", value_name = "URL")]
    pub otlp: Option<Url>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// A JSON object a line, with every field, for programs
    Json,
}

/// How much others may ask for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// The most connections at a time, or as many as the system allows open files for; beyond it those
    /// that are idle go first
    #[arg(
        long = "connections",
        env = "WOOLGATHER_CONNECTIONS",
        value_name = "N",
        default_value = "16384"
    )]
    pub connections_max: usize,
    /// The most connections of one network (an IPv4 address, an IPv6 /64); not counted with
    /// --trust-forwarded-for
    #[arg(
        long = "connections-per-network",
        env = "WOOLGATHER_CONNECTIONS_PER_NETWORK",
        value_name = "N",
        default_value = "256"
    )]
    pub connections_per_network_max: usize,
    /// Signed requests of one device in a minute; 0 is without limit
    #[arg(
        long = "requests-per-device",
        env = "WOOLGATHER_REQUESTS_PER_DEVICE",
        value_name = "N",
        default_value = "600"
    )]
    pub device_requests_a_minute: u32,
    /// Requests of one network to the API in a minute; 0 is without limit
    #[arg(
        long = "requests-per-network",
        env = "WOOLGATHER_REQUESTS_PER_NETWORK",
        value_name = "N",
        default_value = "6000"
    )]
    pub network_requests_a_minute: u32,
    /// Ballots dealt to one network in a minute; 0 is without limit
    #[arg(
        long = "ballots-per-network",
        env = "WOOLGATHER_BALLOTS_PER_NETWORK",
        value_name = "N",
        default_value = "240"
    )]
    pub ballots_a_minute: u32,
    /// Entries offered by one network in an hour; 0 is without limit
    #[arg(
        long = "entries-per-network",
        env = "WOOLGATHER_ENTRIES_PER_NETWORK",
        value_name = "N",
        default_value = "20"
    )]
    pub entries_an_hour: u32,
    /// Attempts to sign in, make an account or give a code by one network in an hour; 0 is without limit
    #[arg(
        long = "sign-ins-per-network",
        env = "WOOLGATHER_SIGN_INS_PER_NETWORK",
        value_name = "N",
        default_value = "60"
    )]
    pub sign_ins_an_hour: u32,
    /// Requests for work that are answered at a time; others are told to come back
    #[arg(
        long = "leases-at-once",
        env = "WOOLGATHER_LEASES_AT_ONCE",
        value_name = "N",
        default_value = "512"
    )]
    pub leases_under_way_max: usize,
    /// When a write to the database takes longer, no work is handed out for a while
    #[arg(long = "slow-write", env = "WOOLGATHER_SLOW_WRITE", value_name = "TIME", value_parser = duration, default_value = "2s")]
    pub write_time_max: Duration,
    /// Hand out no work when the data folder's disk has less free space than this, such as 2G
    #[arg(long = "free-space-leases", env = "WOOLGATHER_FREE_SPACE_LEASES", value_name = "BYTES", value_parser = size, default_value = "2G")]
    pub lease_free_bytes_min: u64,
    /// Take no submissions when it has less than this; keep it below --free-space-leases
    #[arg(long = "free-space-uploads", env = "WOOLGATHER_FREE_SPACE_UPLOADS", value_name = "BYTES", value_parser = size, default_value = "512M")]
    pub upload_free_bytes_min: u64,
}
