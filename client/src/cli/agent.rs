//! What one may type about the desktop: `agent`, `status`, `seen`, `pause`, `resume`, `doctor`, and `install-hack` or, on Windows,
//! `install-saver`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use url::Url;

use super::settings::SettingsArgs;
use super::values::length;

pub(super) const AGENT_HELP: &str = "\
Examples:
  woolgather agent
  woolgather status
  woolgather pause 2h

The agent shows the flock while nobody is at the machine and, once you have agreed to it, renders and shares.
It stays out of the way: any key or movement stops it at once. What it may do is in the settings.
`woolgather agent --stop` ends it.";

pub(super) const SEEN_HELP: &str = "\
Examples:
  woolgather seen
  woolgather vote down --sheep 2
  woolgather seen --open

The agent remembers the last twelve sheep that were on the screens of this session,
until it ends. The page that --open shows takes votes on them for half an hour; its
address is signed with this device's key, so keep it to yourself for so long.";

pub(super) const PAUSE_HELP: &str = "\
Examples:
  woolgather pause
  woolgather pause 90m

Without a length the pause lasts until `woolgather resume`, also over a restart.";

#[cfg(windows)]
pub(super) const SAVER_HELP: &str = "\
Puts Woolgather.scr into %LOCALAPPDATA%\\Programs\\Woolgather and chooses it in your screensaver settings, for you alone. It comes
on after the time that is set there, or after five minutes where none is. The agent, which with your consent renders and
shares, lies beside it as woolgatherw.exe and starts with your session. `woolgather uninstall-saver` takes both away and
gives you back what you had.";

/// Options of `install-saver`.
#[cfg(windows)]
#[derive(Debug, Args)]
pub(crate) struct SaverArgs {
    /// Only the saver: the agent does not start with your session
    #[arg(long)]
    pub(crate) without_agent: bool,
}

/// Options of `agent`.
#[derive(Debug, Args)]
pub(crate) struct AgentArgs {
    /// Address of the flock's coordinator; the flock that is here unless given
    #[arg(long, env = "WOOLGATHER_COORDINATOR", value_name = "URL")]
    pub(crate) coordinator: Option<Url>,
    /// Started with the session: if there is one already, that is well
    #[arg(long)]
    pub(crate) autostarted: bool,
    /// End the one that runs, with everything that it has begun
    #[arg(long, exclusive = true)]
    pub(crate) stop: bool,
    #[command(flatten)]
    pub(crate) settings: SettingsArgs,
    /// An argument for `woolgather play` when the saver comes on; may be given several times
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    pub(crate) saver: Vec<String>,
}

/// Options of `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// One JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `seen`.
#[derive(Debug, Args)]
pub(crate) struct SeenArgs {
    /// Show them on the website, in your browser
    #[arg(long)]
    pub(crate) open: bool,
    /// One JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `pause`.
#[derive(Debug, Args)]
pub(crate) struct PauseArgs {
    /// How long, such as 90m, 2h, 1d; until you say otherwise unless given
    #[arg(value_name = "LENGTH", value_parser = length)]
    pub(crate) for_: Option<Duration>,
}

/// Options of `install-hack` and `uninstall-hack`.
#[cfg(not(windows))]
#[derive(Debug, Args)]
pub(crate) struct HackArgs {
    /// XScreenSaver's settings; ~/.xscreensaver unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// One JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `dist-files`.
#[derive(Debug, Args)]
pub(crate) struct DistFilesArgs {
    /// The folder that becomes /usr/share
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}
