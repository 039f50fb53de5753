//! What a person may choose: `config`, `settings`, and `--set` for one run.

use clap::{Args, Subcommand};
use woolgather_agent::Settings;
use woolgather_agent::settings::file::SettingsError;

use super::values::window_id;

pub(super) const CONFIG_HELP: &str = "\
Examples:
  woolgather config list
  woolgather config set saver.idle_minutes 10
  woolgather config set render.schedule '[\"mon-fri 22:00-07:00\", \"sat sun 00:00-24:00\"]'
  woolgather config unset render.schedule

The file explains itself and may as well be edited by hand; a change counts at once.";

pub(super) const SETTINGS_HELP: &str = "\
A change in the window counts at once. Esc closes it. `woolgather config` does the same without a window.";

/// Options of `settings`.
#[derive(Debug, Args)]
pub(crate) struct WindowArgs {
    /// Stay in front of this window of another program, by its handle, as the screensaver settings of Windows want it
    #[arg(long, value_name = "ID", value_parser = window_id, hide = true)]
    pub(crate) owner: Option<u32>,
}

/// Options of `config`.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print where the file is
    Path,
    /// Print every setting, whether it is as it came, and what it is for
    List,
    /// Print one value
    Get {
        /// The setting, such as saver.idle_minutes
        key: String,
    },
    /// Change one setting; your comments stay
    Set {
        /// The setting, such as saver.idle_minutes
        key: String,
        /// The value, such as 10, true, idle or '["22:00-07:00"]'
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Take one setting back to how it came
    Unset {
        /// The setting, such as saver.idle_minutes
        key: String,
    },
}

/// Settings on the command line, over those of the file.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SettingsArgs {
    /// Change a setting for this run, such as saver.idle_minutes=10; `woolgather config list` shows all. Repeatable
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_and_value)]
    set: Vec<(String, String)>,
}

impl SettingsArgs {
    /// `settings` with what was given; of two values for one key the last counts.
    ///
    /// # Errors
    ///
    /// As [`Settings::set`], for the first that is not allowed.
    pub(crate) fn over(&self, mut settings: Settings) -> Result<Settings, SettingsError> {
        for (key, value) in &self.set {
            settings.set(key, value)?;
        }
        Ok(settings)
    }
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .ok_or_else(|| "a key and its value, such as saver.idle_minutes=10".into())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Agent {
        #[command(flatten)]
        settings: SettingsArgs,
    }

    fn over(words: &[&str]) -> Result<Settings, String> {
        let words = ["agent"].iter().chain(words);
        let agent = Agent::try_parse_from(words).map_err(|error| error.to_string())?;
        let settings = agent.settings.over(Settings::default());
        settings.map_err(|error| error.to_string())
    }

    #[test]
    fn a_run_has_settings_of_its_own() {
        let settings = over(&[
            "--set",
            "saver.idle_minutes=7",
            "--set=render.schedule=[\"22:00-07:00\"]",
            "--set",
            "saver.idle_minutes = 9",
        ]);
        let mut expected = Settings::default();
        expected.saver.idle_minutes = 9;
        expected.render.schedule.0 = vec!["22:00-07:00".parse().unwrap()];
        assert_eq!(settings, Ok(expected));
        assert_eq!(over(&[]), Ok(Settings::default()));
    }

    #[test]
    fn what_is_wrong_is_said_as_the_file_would() {
        assert_eq!(
            over(&["--set", "saver.idle_minutes=0"]).unwrap_err(),
            "saver.idle_minutes: 0 is not a whole number from 1 to 240."
        );
        assert_eq!(
            over(&["--set", "saver.color=red"]).unwrap_err(),
            "There is no setting \"saver.color\"."
        );
        let error = over(&["--set", "saver.clock"]).unwrap_err();
        assert!(error.contains("a key and its value, such as"), "{error}");
    }
}
