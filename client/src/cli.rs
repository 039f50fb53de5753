//! The command line: what volunteers, voters and artists may type.
//!
//! Each group of commands has a file with its options and its examples: [`pictures`] (render,
//! animate), [`genomes`] (breed, genome), [`flock`] (work, sync, play, vote, link), [`agent`] (agent, status, seen, pause,
//! resume, the hack), [`settings`] (config, settings), [`machine`] (adapters).

mod agent;
mod flock;
mod genomes;
mod machine;
mod pictures;
mod settings;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

#[cfg(not(windows))]
pub(crate) use agent::HackArgs;
#[cfg(windows)]
pub(crate) use agent::SaverArgs;
pub(crate) use agent::{AgentArgs, DistFilesArgs, DoctorArgs, PauseArgs, SeenArgs, StatusArgs};
pub(crate) use flock::{Choice, LinkArgs, PlayArgs, SyncArgs, Thumb, VoteArgs, WorkArgs};
pub(crate) use genomes::*;
pub(crate) use machine::AdaptersArgs;
pub(crate) use pictures::*;
pub(crate) use settings::{ConfigArgs, ConfigCommand, SettingsArgs, WindowArgs};
pub(crate) use values::{ending, is_standard, with_ending};

/// Computers that dream together: renders fractal flames for a flock, shares them, plays them.
#[derive(Debug, Parser)]
#[command(name = "woolgather", version, about, long_about = None)]
pub(crate) struct Cli {
    /// Folder of the device key and the local flock; the system's usual place unless given
    #[arg(long, global = true, env = "WOOLGATHER_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// File of the settings; config.toml in the system's usual place unless given
    #[arg(long, global = true, env = "WOOLGATHER_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// End when standard input does: whoever started this holds the other end
    #[arg(long, global = true, hide = true)]
    pub(crate) leash: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Draw genomes (.flam3, .flame) as pictures: PNG, or EXR with linear light
    #[command(after_help = pictures::RENDER_HELP)]
    Render(RenderArgs),
    /// Make a film of genomes: a loop, an edge, a sequence, a keyframed file
    #[command(after_help = pictures::ANIMATE_HELP)]
    Animate(AnimateArgs),
    /// Make new genomes: random ones, mutants, crossings
    #[command(after_help = genomes::BREED_HELP)]
    Breed(BreedArgs),
    /// Look after genome files: check, info, convert, floor
    #[command(after_help = genomes::GENOME_HELP)]
    Genome(GenomeArgs),
    /// Say whether two pictures are the same picture, as the flock judges it
    #[command(after_help = pictures::COMPARE_HELP)]
    Compare(CompareArgs),
    /// Render for a flock: take work, hand it in, check others' work
    #[command(after_help = flock::WORK_HELP)]
    Work(WorkArgs),
    /// Fetch a flock's clips from other volunteers, check them, share them on
    #[command(after_help = flock::SYNC_HELP)]
    Sync(SyncArgs),
    /// Play the local flock on every monitor, or in a window
    #[command(after_help = flock::PLAY_HELP)]
    Play(PlayArgs),
    /// Answer a ballot: which sheep do you like?
    #[command(after_help = flock::VOTE_HELP)]
    Vote(VoteArgs),
    /// Link this device to your account, with eight letters or a camera
    #[command(after_help = flock::LINK_HELP)]
    Link(LinkArgs),
    /// Show the graphics cards that can draw
    #[command(after_help = machine::ADAPTERS_HELP)]
    Adapters(AdaptersArgs),
    /// Choose what this machine does, in a window
    #[command(after_help = settings::SETTINGS_HELP)]
    Settings(WindowArgs),
    /// Choose what this machine does: path, list, get, set, unset
    #[command(after_help = settings::CONFIG_HELP)]
    Config(ConfigArgs),
    /// Stay in the background: show the flock and render while nobody is at the machine
    #[command(after_help = agent::AGENT_HELP)]
    Agent(AgentArgs),
    /// Say what the agent is doing, or why not
    Status(StatusArgs),
    /// List what was on the screens here lately, to vote on it
    #[command(after_help = agent::SEEN_HELP)]
    Seen(SeenArgs),
    /// Have the agent do nothing for a while
    #[command(after_help = agent::PAUSE_HELP)]
    Pause(PauseArgs),
    /// End a pause
    Resume,
    /// Find out whether the saver can come on, and what stands in its way
    Doctor(DoctorArgs),
    /// Add Woolgather to XScreenSaver's list: one line in ~/.xscreensaver
    #[cfg(not(windows))]
    InstallHack(HackArgs),
    /// Take that line out again
    #[cfg(not(windows))]
    UninstallHack(HackArgs),
    /// Make Woolgather your screensaver, and start the agent with your session
    #[cfg(windows)]
    #[command(after_help = agent::SAVER_HELP)]
    InstallSaver(SaverArgs),
    /// Take it away again; what you had before is back
    #[cfg(windows)]
    UninstallSaver,
    /// Write manual pages and completions, for whoever makes a package
    #[command(hide = true)]
    DistFiles(DistFilesArgs),
    /// Show this device's key, its folder and the coordinators it knows
    Identity,
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
        assert!(parse("woolgather vote up").is_ok());
        assert!(parse("woolgather vote down --sheep 2").is_ok());
        assert!(parse("woolgather vote --sheep 2").is_err());
        assert!(parse("woolgather vote up --coordinator http://flock.example").is_ok());
        for command in ["work", "sync", "vote"] {
            let line = format!("woolgather {command}");
            assert!(parse(&format!("{line} --coordinator http://flock.example")).is_ok());
            assert!(parse(&format!("{line} --coordinator flock")).is_err());
        }
        let link = "woolgather link --coordinator http://flock.example";
        for good in [
            "",
            " abcd-efgh",
            " --sign-in",
            " --remove",
            " --show --json",
        ] {
            assert!(parse(&format!("{link}{good}")).is_ok(), "{good}");
        }
        for odd in [" abcd", " abcd-efgh --remove", " --sign-in --remove"] {
            assert!(parse(&format!("{link}{odd}")).is_err(), "{odd}");
        }
        assert!(parse("woolgather play").is_ok());
    }
}
