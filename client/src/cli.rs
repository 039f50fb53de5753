//! The command line: what a volunteer may type.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;
use woolgather_protocol::votes::Answer;

/// Computers that dream together: renders fractal flames for a flock, shares them, plays them.
#[derive(Debug, Parser)]
#[command(name = "woolgather", version, about, long_about = None)]
pub(crate) struct Cli {
    /// Folder of the device key and the local flock; the system's usual place unless given
    #[arg(long, global = true, env = "WOOLGATHER_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Draw genomes (.flam3, .flame) as PNG pictures
    #[command(after_help = RENDER_HELP)]
    Render(RenderArgs),
    /// Render for a flock: take work, hand it in, check others' work
    #[command(after_help = WORK_HELP)]
    Work(WorkArgs),
    /// Fetch a flock's clips from other volunteers, check them, share them on
    Sync(SyncArgs),
    /// Play the local flock in a window
    #[command(after_help = PLAY_HELP)]
    Play(PlayArgs),
    /// Answer a ballot: which sheep do you like?
    Vote(VoteArgs),
    /// Show this device's key, its folder and the coordinators it knows
    Identity,
}

const RENDER_HELP: &str = "\
Examples:
  woolgather render flame.flam3 -o flame.png
  woolgather render flame.flam3 --size 1920x1080 --quality 500 -o large.png
  woolgather render *.flam3 --quality 20 -o previews/

The same genome, size, quality and rng-seed give the same bits on every machine and with any number
of threads.";

const WORK_HELP: &str = "\
Example:
  woolgather work --coordinator https://flock.example --name \"Ada\"

Ctrl-C gives the work back that is not finished.";

const PLAY_HELP: &str = "\
Keys: up and down vote, left goes back, right goes on, i shows names, space pauses, esc leaves.";

/// Options of `render`.
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    /// Genome files; every flame in them is drawn
    #[arg(required = true, value_name = "GENOME")]
    pub(crate) genomes: Vec<PathBuf>,
    /// Size in pixels, such as 1920x1080; the genome's own unless given
    #[arg(long, value_name = "WxH", value_parser = size)]
    pub(crate) size: Option<(u32, u32)>,
    /// Samples per pixel; the genome's own unless given
    #[arg(long, value_name = "Q")]
    pub(crate) quality: Option<f64>,
    /// Another number, other noise
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) rng_seed: u64,
    /// Threads; one for each core unless given
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
    /// Bits per channel: 8 or 16
    #[arg(long, value_name = "BITS", default_value = "8", value_parser = bits())]
    pub(crate) bits: u8,
    /// The picture, or a folder where there are several
    #[arg(short, long, value_name = "OUT")]
    pub(crate) out: PathBuf,
}

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
    /// One JSON object a line instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `play`.
#[derive(Debug, Args)]
pub(crate) struct PlayArgs {
    /// An ordinary window instead of the whole screen
    #[arg(long)]
    pub(crate) windowed: bool,
    /// Leave after so many seconds
    #[arg(long = "for", value_name = "SECS")]
    pub(crate) for_secs: Option<f64>,
    /// The window's size in pixels
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "1280x720")]
    pub(crate) size: (u32, u32),
    /// Write the last picture shown as PNG
    #[arg(long, value_name = "PNG")]
    pub(crate) screenshot: Option<PathBuf>,
    /// Write a line for every picture that reached the screen
    #[arg(long, value_name = "FILE")]
    pub(crate) frame_log: Option<PathBuf>,
    /// Decides which clips follow each other; a random one unless given
    #[arg(long, value_name = "N")]
    pub(crate) rng_seed: Option<u64>,
}

/// Options of `vote`.
#[derive(Debug, Args)]
pub(crate) struct VoteArgs {
    #[command(flatten)]
    pub(crate) coordinator: CoordinatorArg,
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

/// Reads `8` or `16`.
fn bits() -> impl TypedValueParser<Value = u8> {
    PossibleValuesParser::new(["8", "16"]).map(|text| if text == "16" { 16 } else { 8 })
}

/// Reads `1920x1080`.
fn size(text: &str) -> Result<(u32, u32), String> {
    let numbers = text
        .split_once('x')
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    match numbers {
        Some((width, height)) if width > 0 && height > 0 => Ok((width, height)),
        _ => Err("width and height in pixels, such as 1920x1080".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(line.split(' ')).map(|cli| cli.command)
    }

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn a_size_is_two_numbers() {
        assert_eq!(size("1920x1080"), Ok((1920, 1080)));
        for wrong in ["1920", "x", "0x10", "10x-1", "a x b"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_picture_has_8_bits_unless_it_shall_have_16() {
        for (line, expected) in [
            ("woolgather render a.flam3 -o a.png", Some(8)),
            ("woolgather render a.flam3 -o a.png --bits 8", Some(8)),
            ("woolgather render a.flam3 -o a.png --bits 16", Some(16)),
            ("woolgather render a.flam3 -o a.png --bits 12", None),
        ] {
            let found = match parse(line) {
                Ok(Command::Render(args)) => Some(args.bits),
                _ => None,
            };
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn nobody_looks_at_the_manifest_without_a_pause() {
        let line = "woolgather sync --coordinator http://flock.example --poll";
        assert!(parse(&format!("{line} 1")).is_ok());
        assert!(parse(&format!("{line} 0")).is_err());
    }

    #[test]
    fn work_sync_and_vote_need_a_coordinator_and_play_does_not() {
        for command in ["work", "sync", "vote"] {
            let line = format!("woolgather {command}");
            assert!(parse(&format!("{line} --coordinator http://flock.example")).is_ok());
            assert!(parse(&format!("{line} --coordinator flock")).is_err());
        }
        assert!(parse("woolgather play").is_ok());
    }
}
