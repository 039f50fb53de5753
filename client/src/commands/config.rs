//! `woolgather config`: the settings without a window.

use std::path::Path;

use woolgather_agent::Settings;
use woolgather_agent::settings::file::{change, known, unset};
use woolgather_agent::settings::table::{Row, rows};

use crate::cli::{ConfigArgs, ConfigCommand};
use crate::say::Say;
use crate::settings::SettingsFile;

pub(crate) fn config(given: Option<&Path>, args: &ConfigArgs) -> anyhow::Result<()> {
    let file = SettingsFile::of(given)?;
    let say = Say::new(false);
    match &args.command {
        ConfigCommand::Path => say.words(&file.path().display().to_string()),
        ConfigCommand::List => {
            let read = file.settings()?;
            for line in list(&read.settings) {
                say.words(&line);
            }
            for warning in read.warnings {
                eprintln!("woolgather: {warning}");
            }
        }
        ConfigCommand::Get { key } => {
            let row = known(key)?;
            say.words(&word(&row.text(&file.settings()?.settings)));
        }
        ConfigCommand::Set { key, value } => {
            file.change(|text| change(text, key, value))?;
            tell(say, &file, &known(key)?)?;
        }
        ConfigCommand::Unset { key } => {
            file.change(|text| unset(text, key))?;
            tell(say, &file, &known(key)?)?;
        }
    }
    Ok(())
}

/// Says what a setting is now.
fn tell(say: Say, file: &SettingsFile, row: &Row) -> anyhow::Result<()> {
    let text = row.text(&file.settings()?.settings);
    say.words(&format!("{} = {text}", row.path()));
    Ok(())
}

/// A value for a script: a single word without its quotation marks.
fn word(text: &str) -> String {
    text.trim_matches('"').to_owned()
}

/// A line a setting: what it is, whether it came so, what it is for.
fn list(settings: &Settings) -> Vec<String> {
    let fresh = Settings::default();
    let lines: Vec<[String; 3]> = rows()
        .iter()
        .map(|row| {
            let (now, before) = (row.text(settings), row.text(&fresh));
            let mark = if now == before {
                "default".to_owned()
            } else {
                format!("was {before}")
            };
            let words = row.words.replace('\n', " ");
            [format!("{} = {now}", row.path()), mark, words]
        })
        .collect();
    let width = |column: usize, most: usize| {
        let widths = lines.iter().map(|line| line[column].chars().count());
        widths.filter(|width| *width <= most).max().unwrap_or(0)
    };
    // One long schedule does not push everything to the right.
    let (first, second) = (width(0, 44), width(1, 20));
    lines
        .iter()
        .map(|[value, mark, words]| format!("{value:first$}  # {mark:second$}  {words}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_line_that_says_what_was_changed_and_is_still_toml() {
        let mut settings = Settings::default();
        settings.saver.idle_minutes = 9;
        settings.exclusive.apps = vec!["a very long name of a program ".repeat(3)];
        let lines = list(&settings);
        assert_eq!(lines.len(), rows().len());
        assert_eq!(
            lines[1].split_whitespace().collect::<Vec<_>>()[..6],
            ["saver.idle_minutes", "=", "9", "#", "was", "5"]
        );
        assert!(lines[0].contains("# default  "), "{}", lines[0]);
        let read = Settings::read(&lines.join("\n")).unwrap();
        assert_eq!(read.settings, settings);
    }

    #[test]
    fn a_word_comes_without_quotation_marks_and_a_list_as_it_is() {
        assert_eq!(word("\"idle\""), "idle");
        assert_eq!(word("[\"a\"]"), "[\"a\"]");
        assert_eq!(word("5"), "5");
    }
}
