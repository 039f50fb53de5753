//! What a volunteer and a voter may type: `work`, `sync`, `play`, `vote`, `link`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use url::Url;
use woolgather_protocol::people::LinkCode;
use woolgather_protocol::votes::Answer;
use woolgather_worker::WorkBackend;

use super::machine::AdapterArg;
use super::pictures::ReadingArgs;
use super::values::{memory, size, window_id};

pub(super) const WORK_HELP: &str = "\
Examples:
  woolgather work --coordinator https://flock.example --name \"Ada\"

  With the graphics card and the processor side by side:
  woolgather work --coordinator https://flock.example --backend both

Ctrl-C gives the work back that is not finished.";

pub(super) const SYNC_HELP: &str = "\
Examples:
  woolgather sync --coordinator https://flock.example
  woolgather sync --coordinator https://flock.example --once --no-bittorrent";

pub(super) const PLAY_HELP: &str = "\
Examples:
  woolgather play
  woolgather play --windowed --size 1280x720
  woolgather play --live
  woolgather play --live my-flame.flam3 another.flam3

Keys: up and down vote, left goes back, right goes on, i shows names, space pauses,
f fills the screen, esc leaves.";

pub(super) const VOTE_HELP: &str = "\
Examples:
  woolgather vote up
  woolgather vote down --sheep 2
  woolgather vote --coordinator https://flock.example
  woolgather vote --coordinator https://flock.example --single --answer up";

pub(super) const LINK_HELP: &str = "\
Examples:
  woolgather link --coordinator https://flock.example
  woolgather link abcd-efgh --coordinator https://flock.example
  woolgather link --sign-in --coordinator https://flock.example
  woolgather link --remove --coordinator https://flock.example

Without a code this shows one, for the page /link of the website.";

/// Which coordinator to talk to.
#[derive(Debug, Args)]
pub(crate) struct CoordinatorArg {
    /// Address of the flock's coordinator
    #[arg(long, env = "WOOLGATHER_COORDINATOR", value_name = "URL")]
    pub(crate) coordinator: Url,
}

/// Options of `work`.
#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    #[command(flatten)]
    pub(crate) coordinator: CoordinatorArg,
    /// Leave after one work unit has been handed in
    #[arg(long)]
    pub(crate) once: bool,
    /// Your name, shown with the clips you rendered; nobody's unless given
    #[arg(long, env = "WOOLGATHER_NAME", value_name = "NAME", default_value = "")]
    pub(crate) name: String,
    /// Threads; one for each core unless given
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
    /// Also measure the frames as 8-bit PNG, to show what encoding saves
    #[arg(long)]
    pub(crate) compare_png: bool,
    /// One JSON object a line instead of words
    #[arg(long)]
    pub(crate) json: bool,
    /// What renders: cpu, gpu, both, or auto (a hardware graphics card where there is one, else the processor)
    #[arg(
        long,
        value_name = "BACKEND",
        default_value = "auto",
        value_parser = work_backend(),
        help_heading = "Machine"
    )]
    pub(crate) backend: WorkBackend,
    #[command(flatten)]
    pub(crate) adapter: AdapterArg,
}

/// Options of `sync`.
#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    #[command(flatten)]
    pub(crate) coordinator: CoordinatorArg,
    /// Leave when everything is here
    #[arg(long)]
    pub(crate) once: bool,
    /// Fetch from the coordinator over HTTP only; nothing is shared
    #[arg(long)]
    pub(crate) no_bittorrent: bool,
    /// Agree to share: other participants will see your internet address
    #[arg(long)]
    pub(crate) agree: bool,
    /// Where other participants may connect
    #[arg(long, value_name = "ADDR", default_value = "0.0.0.0:0")]
    pub(crate) listen: SocketAddr,
    /// The most to upload, in bytes per second
    #[arg(long, value_name = "BYTES")]
    pub(crate) upload_limit: Option<u32>,
    /// Seconds without progress after which a clip is fetched over HTTP
    #[arg(long, value_name = "SECS", default_value_t = 30)]
    pub(crate) stall: u64,
    /// Seconds between looks at the manifest
    #[arg(long, value_name = "SECS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) poll: u64,
    /// Decides the order of clips; a random one unless given
    #[arg(long, value_name = "N")]
    pub(crate) rng_seed: Option<u64>,
    /// The most that all clips together may take, in bytes, such as 2G; what is liked and joins the others comes first
    #[arg(long, value_name = "BYTES", value_parser = memory)]
    pub(crate) quota: Option<u64>,
    /// Fetch nothing new, and share what is here
    #[arg(long)]
    pub(crate) only_share: bool,
    /// One JSON object a line instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `play`.
#[derive(Debug, Args)]
pub(crate) struct PlayArgs {
    /// Genomes to draw live (.flam3, .flame, .png that carries one); the starter flock unless given
    #[arg(value_name = "GENOME", requires = "live")]
    pub(crate) genomes: Vec<PathBuf>,
    /// Draw flames as they are shown, on the graphics card, instead of playing clips; what `play` does by itself
    /// where there are no clips yet
    #[arg(long)]
    pub(crate) live: bool,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// An ordinary window instead of every monitor
    #[arg(long)]
    pub(crate) windowed: bool,
    /// The only monitor to fill, counted from 1; all of them unless given
    #[arg(long, value_name = "N")]
    pub(crate) monitor: Option<usize>,
    /// Draw in this window of another program, by its X id or its handle; screensaver hosts call with `--root` or this
    #[arg(long, value_name = "ID", value_parser = window_id, conflicts_with_all = ["windowed", "monitor", "size"])]
    pub(crate) window_id: Option<u32>,
    /// Leave when somebody touches anything but the keys that vote and browse, as a screensaver does
    #[arg(long, conflicts_with_all = ["windowed", "window_id"])]
    pub(crate) as_saver: bool,
    /// Show the time of day in a corner; a screensaver also does so where the settings want it
    #[arg(long)]
    pub(crate) clock: bool,
    /// Leave after so many seconds
    #[arg(long = "for", alias = "for-secs", value_name = "SECS")]
    pub(crate) for_secs: Option<f64>,
    /// The window's size in pixels
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "1280x720")]
    pub(crate) size: (u32, u32),
    /// Write the last picture shown as PNG; the second monitor's gets a name like shot-2.png
    #[arg(long, value_name = "PNG")]
    pub(crate) screenshot: Option<PathBuf>,
    /// Write a line for every picture that reached the screen; a file for each monitor, as with --screenshot
    #[arg(long, value_name = "FILE")]
    pub(crate) frame_log: Option<PathBuf>,
    /// Decides which clips follow each other; a random one unless given
    #[arg(long, value_name = "N")]
    pub(crate) rng_seed: Option<u64>,
}

/// Options of `vote`.
#[derive(Debug, Args)]
pub(crate) struct VoteArgs {
    // A coordinator in the environment is no reason to refuse a vote.
    /// What you think of the sheep that is playing now, or of --sheep, through the agent
    #[arg(value_name = "VOTE", value_enum, conflicts_with_all = ["single", "answer", "json"])]
    pub(crate) playing: Option<Thumb>,
    /// A sheep that was on a screen here lately: its number in `woolgather seen`, or its id
    #[arg(long, value_name = "SHEEP", requires = "playing")]
    pub(crate) sheep: Option<String>,
    /// Address of the flock's coordinator
    #[arg(
        long,
        env = "WOOLGATHER_COORDINATOR",
        value_name = "URL",
        required_unless_present = "playing"
    )]
    pub(crate) coordinator: Option<Url>,
    /// One sheep, up or down, instead of two side by side
    #[arg(long)]
    pub(crate) single: bool,
    /// The answer; asked for unless given
    #[arg(long, value_name = "ANSWER", value_enum)]
    pub(crate) answer: Option<Choice>,
    /// One JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `link`.
#[derive(Debug, Args)]
pub(crate) struct LinkArgs {
    /// The eight letters that your account's page shows
    #[arg(value_name = "CODE", conflicts_with_all = ["sign_in", "remove", "show"])]
    pub(crate) code: Option<LinkCode>,
    #[command(flatten)]
    pub(crate) coordinator: CoordinatorArg,
    /// Show a code that signs a browser in as this device's person
    #[arg(long, conflicts_with_all = ["remove", "show"])]
    pub(crate) sign_in: bool,
    /// Be nobody's again
    #[arg(long, conflicts_with = "show")]
    pub(crate) remove: bool,
    /// Say whose this device is
    #[arg(long)]
    pub(crate) show: bool,
    /// One JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// A vote on what is playing or was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Thumb {
    /// More like this
    Up,
    /// Less like this
    Down,
}

/// What a voter may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Choice {
    /// The left one of two
    Left,
    /// The right one of two
    Right,
    /// No difference
    Same,
    /// More of this
    Up,
    /// Less of this
    Down,
}

impl From<Choice> for Answer {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Left => Self::Left,
            Choice::Right => Self::Right,
            Choice::Same => Self::Same,
            Choice::Up => Self::Up,
            Choice::Down => Self::Down,
        }
    }
}

/// Reads what a worker renders with.
fn work_backend() -> impl TypedValueParser<Value = WorkBackend> {
    PossibleValuesParser::new(["cpu", "gpu", "both", "auto"]).map(|text| match text.as_str() {
        "cpu" => WorkBackend::Cpu,
        "gpu" => WorkBackend::Gpu,
        "both" => WorkBackend::Both,
        _ => WorkBackend::Auto,
    })
}
