//! Called by a screensaver host: its arguments as those of a command.
//!
//! `woolgather --root --window-id 0x40012F --live` is `woolgather play --window-id 0x40012F --live`.

use std::ffi::OsString;
use std::path::PathBuf;

use woolgather_platform::{Environment, SaverCall, saver_call};

/// The command line as people type it; `None` where the host wants nothing.
///
/// # Errors
///
/// A sentence where the host's arguments cannot be understood.
pub(crate) fn arguments(
    given: impl IntoIterator<Item = OsString>,
    environment: &Environment,
) -> anyhow::Result<Option<Vec<OsString>>> {
    let given: Vec<OsString> = given.into_iter().collect();
    let program = given.first().map(PathBuf::from).unwrap_or_default();
    let words: Vec<String> = given
        .iter()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let call = saver_call(&program, &words, environment)?;
    let command = |name: &str, more: Vec<String>| {
        let words = ["woolgather", name].into_iter().map(OsString::from);
        Ok(Some(
            words.chain(more.into_iter().map(OsString::from)).collect(),
        ))
    };
    let play = |more| command("play", more);
    let id = |window: u32| format!("{window:#x}");
    match call {
        None => Ok(Some(given)),
        Some(SaverCall::Nothing) => Ok(None),
        Some(SaverCall::Show) => play(vec!["--as-saver".to_owned()]),
        Some(SaverCall::Hack { window, rest }) => {
            let place = match window {
                Some(window) => vec!["--window-id".to_owned(), id(window)],
                None => vec!["--windowed".to_owned()],
            };
            play(place.into_iter().chain(rest).collect())
        }
        Some(SaverCall::Preview { window }) => play(vec!["--window-id".to_owned(), id(window)]),
        Some(SaverCall::Settings { owner }) => {
            let owner = owner.map(|owner| vec!["--owner".to_owned(), id(owner)]);
            command("settings", owner.unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Option<String> {
        let environment = Environment::from_pairs(None, &[("XSCREENSAVER_WINDOW", "0x2a")]);
        let words = arguments(line.split(' ').map(OsString::from), &environment).unwrap()?;
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        Some(words.join(" "))
    }

    #[test]
    fn a_hosts_arguments_become_those_of_a_command() {
        for (line, expected) in [
            ("woolgather sync --once", Some("woolgather sync --once")),
            (
                "woolgather --root",
                Some("woolgather play --window-id 0x2a"),
            ),
            (
                "woolgather -root -window-id 7 --live",
                Some("woolgather play --window-id 0x7 --live"),
            ),
            ("Woolgather.scr /s", Some("woolgather play --as-saver")),
            (
                "Woolgather.scr /p 1234",
                Some("woolgather play --window-id 0x4d2"),
            ),
            ("Woolgather.scr /c", Some("woolgather settings")),
            (
                "Woolgather.scr /c:1234",
                Some("woolgather settings --owner 0x4d2"),
            ),
            ("Woolgather.scr /a 1", None),
        ] {
            assert_eq!(typed(line).as_deref(), expected, "{line}");
        }
    }
}
