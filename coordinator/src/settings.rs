//! Settings from a file: every option of `serve` is a key of the same name.
//!
//! The file's values become the command line's defaults, so an option goes before an environment
//! variable, that before the file, and the file before what we ship. There is no second list of keys:
//! they are read from the command line's own definition, with their words.
//!
//! ```toml
//! listen = "127.0.0.1:8420"
//! public-url = "https://sheep.example.org"
//! trust-forwarded-for = true
//! ```

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, CommandFactory as _, FromArgMatches as _};
use toml_edit::{DocumentMut, Item, Value};

use crate::cli::Cli;

/// The command whose options are the settings.
const SERVE: &str = "serve";
/// Options that are none: help, and where the settings are.
const NO_SETTINGS: &[&str] = &["help", "version", "config"];

/// Reads the command line, with the settings of the file that it names as defaults.
///
/// Ends the program, as clap does, where the command line is wrong or asks for help.
///
/// # Errors
///
/// A sentence about the file: it cannot be read, a key is no setting, a value has a wrong type.
pub fn command_line(args: impl Iterator<Item = OsString>) -> anyhow::Result<Cli> {
    let args: Vec<OsString> = args.collect();
    let cli = <Cli as clap::Parser>::parse_from(&args);
    let Some(file) = &cli.config else {
        return Ok(cli);
    };
    let matches = with_file(file)?.get_matches_from(&args);
    Ok(Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
}

/// The command line's definition with the file's values as defaults.
fn with_file(file: &Path) -> anyhow::Result<clap::Command> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read the settings {}", file.display()))?;
    let settings = read(&text).with_context(|| format!("in the settings {}", file.display()))?;
    let mut command = Cli::command();
    let names: Vec<String> = command
        .get_subcommands()
        .map(|one| one.get_name().to_owned())
        .collect();
    for name in names {
        command = command.mut_subcommand(name, |one| with_defaults(one, &settings));
    }
    Ok(command)
}

fn with_defaults(mut command: clap::Command, settings: &[Setting]) -> clap::Command {
    for setting in settings {
        let known = command
            .get_arguments()
            .any(|arg| arg.get_id() == setting.id.as_str());
        if known {
            // Read once, at the start; the definition wants them for the program's life.
            let values = setting.values.iter().map(|value| &*value.clone().leak());
            let values: Vec<&'static str> = values.collect();
            command = command.mut_arg(&setting.id, |arg| arg.default_values(values));
        }
    }
    command
}

/// A key of the file, as an option.
#[derive(Debug, PartialEq, Eq)]
struct Setting {
    id: String,
    values: Vec<String>,
}

fn read(text: &str) -> anyhow::Result<Vec<Setting>> {
    let document: DocumentMut = text.parse()?;
    let options = options();
    let mut settings = Vec::new();
    for (key, item) in document.iter() {
        let Some(option) = options.iter().find(|arg| arg.get_long() == Some(key)) else {
            bail!("`{key}` is no setting; `woolgather-coordinator config` prints them all");
        };
        let Some(values) = values_of(item) else {
            bail!("`{key}` takes a text, a number, true or false, or a list of texts");
        };
        let is_switch = matches!(option.get_action(), ArgAction::SetTrue);
        if is_switch && !matches!(item, Item::Value(Value::Boolean(_))) {
            bail!("`{key}` is true or false");
        }
        settings.push(Setting {
            id: option.get_id().to_string(),
            values,
        });
    }
    Ok(settings)
}

/// A value, or the values of a list, as they would be typed.
fn values_of(item: &Item) -> Option<Vec<String>> {
    fn one(value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.value().clone()),
            Value::Integer(number) => Some(number.value().to_string()),
            Value::Boolean(switch) => Some(switch.value().to_string()),
            _ => None,
        }
    }
    match item.as_value()? {
        Value::Array(list) => list.iter().map(one).collect(),
        value => Some(vec![one(value)?]),
    }
}

/// The options of `serve` that are settings.
fn options() -> Vec<Arg> {
    let mut command = Cli::command();
    // Options that all commands share come to `serve` only then.
    command.build();
    let serve = command.find_subcommand(SERVE).expect("there is `serve`");
    serve
        .get_arguments()
        .filter(|arg| !NO_SETTINGS.contains(&arg.get_id().as_str()))
        .filter(|arg| arg.get_long().is_some())
        .cloned()
        .collect()
}

/// Every setting with its words and its default, commented out: a file for `--config`.
#[must_use]
pub fn documented() -> String {
    let mut text = String::from(
        "# Settings of woolgather-coordinator. What is commented out shows the default, or what could\n\
         # stand there. Options and environment variables go before this file.\n",
    );
    for option in options() {
        let key = option.get_long().unwrap_or_default();
        let words = option.get_long_help().or_else(|| option.get_help());
        let words = words.map(ToString::to_string).unwrap_or_default();
        text.push('\n');
        for line in words.lines() {
            let _ = writeln!(text, "# {line}");
        }
        let choices: Vec<_> = option
            .get_possible_values()
            .iter()
            .map(|choice| choice.get_name().to_owned())
            .collect();
        if !choices.is_empty() && !is_switch(&option) {
            let _ = writeln!(text, "# One of: {}.", choices.join(", "));
        }
        if let Some(variable) = option.get_env() {
            let _ = writeln!(text, "# Also: {}", variable.to_string_lossy());
        }
        let _ = writeln!(text, "#{key} = {}", example(&option));
    }
    text
}

fn is_switch(option: &Arg) -> bool {
    matches!(option.get_action(), ArgAction::SetTrue)
}

/// The default as TOML; where there is none, an empty place for it with the value's name.
fn example(option: &Arg) -> String {
    if is_switch(option) {
        return "false".into();
    }
    match option.get_default_values() {
        [value] => {
            let value = value.to_string_lossy();
            match value.parse::<i64>() {
                Ok(number) => number.to_string(),
                Err(_) => Value::from(value.as_ref()).to_string(),
            }
        }
        _ => {
            let name = option.get_value_names().and_then(|names| names.first());
            format!(
                "\"{}\"  # no default",
                name.map_or("", |name| name.as_str())
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Command;
    use crate::config::Config;

    /// The settings that `serve` gets from a file with this text and these options.
    fn config(text: &str, options: &[&str]) -> anyhow::Result<Config> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("coordinator.toml");
        std::fs::write(&file, text)?;
        let words = ["woolgather-coordinator", SERVE].iter().chain(options);
        let matches = with_file(&file)?.try_get_matches_from(words)?;
        let Command::Serve(args) = Cli::from_arg_matches(&matches)?.command else {
            unreachable!("the second word is `serve`");
        };
        Config::from_args(*args)
    }

    fn check_refused(text: &str, part: &str) {
        let message = format!("{:#}", config(text, &[]).unwrap_err());
        assert!(message.contains(part), "{message}");
    }

    #[test]
    fn a_file_decides_and_an_option_decides_otherwise() {
        let text = "listen = \"127.0.0.1:9000\"\nno-edges = true\nconnections = 17\nlease-term-min = \"90s\"\n\
                    data = \"elsewhere\"\norigin-public = [\"192.0.2.1:1\", \"192.0.2.2:2\"]\n";
        let from_file = config(text, &[]).unwrap();
        assert_eq!(from_file.listen.port(), 9000);
        assert!(!from_file.evolution.edges);
        assert_eq!(from_file.connections.connections_max, 17);
        assert_eq!(from_file.lease_term_min.as_secs(), 90);
        assert_eq!(from_file.data, Path::new("elsewhere"));
        assert_eq!(from_file.origin_public.len(), 2);
        let options = ["--listen", "127.0.0.1:9001", "--data", "here"];
        let from_options = config(text, &options).unwrap();
        assert_eq!(from_options.listen.port(), 9001);
        assert_eq!(from_options.data, Path::new("here"));
        assert!(!from_options.evolution.edges);
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        check_refused("lisen = \"127.0.0.1:1\"", "`lisen` is no setting");
        check_refused("help = true", "`help` is no setting");
        check_refused("no-edges = \"yes\"", "`no-edges` is true or false");
        check_refused("listen = { ip = 1 }", "`listen` takes");
        check_refused("listen = \"here\"", "listen");
        check_refused("listen", "in the settings");
    }

    /// Every line of settings in what `config` prints: key and value.
    fn documented_settings() -> Vec<(String, String)> {
        let text = documented();
        let lines = text.lines().filter_map(|line| line.strip_prefix('#'));
        lines
            .filter(|line| !line.starts_with(' '))
            .map(|line| line.split_once(" = ").expect("a setting"))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn every_option_is_a_key_and_every_key_an_option() {
        let keys: Vec<String> = documented_settings()
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        let options = options();
        let longs: Vec<&str> = options.iter().filter_map(Arg::get_long).collect();
        assert_eq!(keys, longs);
        for key in ["data", "store", "listen", "log-format", "free-space-leases"] {
            assert!(longs.contains(&key), "{key}");
        }
    }

    #[test]
    fn the_defaults_that_are_printed_are_the_defaults() {
        let lines = documented_settings();
        let set = lines
            .iter()
            .filter(|(_, value)| !value.ends_with("# no default"));
        let text: String = set
            .map(|(key, value)| format!("{key} = {value}\n"))
            .collect();
        let printed = format!("{:#?}", config(&text, &[]).unwrap());
        assert_eq!(printed, format!("{:#?}", config("", &[]).unwrap()));
    }

    #[test]
    fn the_console_shows_every_setting() {
        // How logs go out, and how a bucket is reached, is not the configuration's.
        let elsewhere = [
            "log-format",
            "otlp",
            "s3-endpoint",
            "s3-allow-http",
            "blob-cache",
        ];
        let shown: Vec<&str> = config("", &[])
            .unwrap()
            .lines()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        for option in options() {
            let name = option.get_long().unwrap();
            assert_ne!(shown.contains(&name), elsewhere.contains(&name), "{name}");
        }
        assert_eq!(shown.len() + elsewhere.len(), options().len());
    }

    #[test]
    fn the_operators_guide_names_every_setting() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operators.md");
        let guide = std::fs::read_to_string(file).unwrap();
        for (key, _) in documented_settings() {
            assert!(guide.contains(&format!("`{key}`")), "{key}");
        }
    }
}
