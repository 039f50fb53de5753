//! How screensaver hosts call a saver: the arguments of XScreenSaver and of Windows, in every spelling.
//!
//! ```text
//! woolgather --root                        XScreenSaver and its kin; the window is in XSCREENSAVER_WINDOW
//! woolgather --root --window-id 0x40012F   the preview in its settings
//! woolgather.scr /s | /p 1234 | /c:1234    Windows
//! Woolgather.app                           macOS, opened by its icon
//! ```
//!
//! XScreenSaver's words are understood everywhere, those of Windows where the program is called `….scr`.

use std::path::Path;

use crate::Environment;

/// What those are called whose windows we draw in, for a person.
pub const HOST: &str = if cfg!(windows) {
    "Windows"
} else {
    "XScreenSaver"
};

/// What a host wants of a saver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaverCall {
    /// XScreenSaver's: draw in its window, or in one of our own where it names none.
    Hack {
        /// The X id of the window.
        window: Option<u32>,
        /// The arguments that are not the host's, in order.
        rest: Vec<String>,
    },
    /// Windows': fill every monitor until somebody comes back.
    Show,
    /// Windows': draw in this window of the settings.
    Preview {
        /// The window's handle.
        window: u32,
    },
    /// Windows', and an icon on macOS: open the settings, in front of a window where one is named.
    Settings {
        /// The window's handle.
        owner: Option<u32>,
    },
    /// Windows': asks for what no saver of today does, such as changing a password. Nothing is to be done.
    Nothing,
}

/// A host's argument that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{argument} wants the id of a window, as 0x40012F or 4194607, and got {value:?}")]
pub struct NoWindowId {
    argument: String,
    value: String,
}

/// What the host wants that called `program` with `arguments` (the program's name is not among them); `None` where
/// nobody called it as a saver.
///
/// # Errors
///
/// [`NoWindowId`] where a window is named by something that is no number.
pub fn saver_call(
    program: &Path,
    arguments: &[String],
    environment: &Environment,
) -> Result<Option<SaverCall>, NoWindowId> {
    let is_scr = program
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("scr"));
    if is_scr {
        return windows(arguments).map(Some);
    }
    if arguments.is_empty() && is_in_bundle(program) {
        // Somebody opened the program's icon.
        return Ok(Some(SaverCall::Settings { owner: None }));
    }
    let is_hack = match arguments.first() {
        Some(first) => {
            let option = word(first).and_then(|word| word.split('=').next());
            matches!(option, Some("root" | "window-id" | "window"))
        }
        // A host that gives its hacks nothing but the window.
        None => environment.get(WINDOW).is_some(),
    };
    if is_hack {
        return hack(arguments, environment).map(Some);
    }
    Ok(None)
}

/// Is it the program of an application of macOS: `Woolgather.app/Contents/MacOS/woolgather`?
fn is_in_bundle(program: &Path) -> bool {
    let mut folders = program.ancestors().skip(1).filter_map(Path::file_name);
    let mut next = || folders.next().unwrap_or_default().to_string_lossy();
    next() == "MacOS" && next() == "Contents" && next().ends_with(".app")
}

/// Names the window to hacks.
const WINDOW: &str = "XSCREENSAVER_WINDOW";

fn hack(arguments: &[String], environment: &Environment) -> Result<SaverCall, NoWindowId> {
    let mut window = None;
    let mut rest = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match word(argument) {
            // Of `--root` and a window the window counts, in whatever order they come.
            Some("root" | "window") => {}
            Some("window-id") => {
                let value = arguments.next().map_or("", String::as_str);
                window = Some(named(argument, value)?);
            }
            Some(other) if other.starts_with("window-id=") => {
                let value = other.trim_start_matches("window-id=");
                window = Some(named("--window-id", value)?);
            }
            _ => rest.push(argument.clone()),
        }
    }
    let window = match (window, environment.get(WINDOW)) {
        (Some(window), _) => Some(window),
        (None, Some(value)) => {
            let value = value.to_string_lossy();
            // Some versions write more after the number.
            let first = value.split_whitespace().next().unwrap_or_default();
            Some(named(WINDOW, first)?)
        }
        (None, None) => None,
    };
    Ok(SaverCall::Hack { window, rest })
}

/// The word of an option with one dash or two.
fn word(argument: &str) -> Option<&str> {
    let word = argument.strip_prefix('-')?;
    Some(word.strip_prefix('-').unwrap_or(word))
}

/// Reads the X id of a window: `0x40012F` or `4194607`, never 0.
#[must_use]
pub fn window_id(text: &str) -> Option<u32> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let number = match hexadecimal {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.ok().filter(|&id| id != 0)
}

fn named(argument: &str, value: &str) -> Result<u32, NoWindowId> {
    window_id(value).ok_or_else(|| NoWindowId {
        argument: argument.to_owned(),
        value: value.to_owned(),
    })
}

/// `/p 1234`, `/p:1234`, `-P 1234` and so on; what nobody knows means the same as `/s`.
fn windows(arguments: &[String]) -> Result<SaverCall, NoWindowId> {
    let Some(first) = arguments.first() else {
        // Somebody chose "Configure" in the file's menu.
        return Ok(SaverCall::Settings { owner: None });
    };
    let lower = first.to_lowercase();
    let word = lower.trim_start_matches(['/', '-']);
    let (letter, joined) = match word.split_once(':') {
        Some((letter, handle)) => (letter, Some(handle.to_owned())),
        None => (word, None),
    };
    let handle = joined.or_else(|| arguments.get(1).cloned());
    let number = |text: &str| {
        handle_number(text).ok_or_else(|| NoWindowId {
            argument: first.clone(),
            value: text.to_owned(),
        })
    };
    match letter {
        "p" | "l" => match number(handle.as_deref().unwrap_or_default())? {
            0 => Err(NoWindowId {
                argument: first.clone(),
                value: "0".to_owned(),
            }),
            window => Ok(SaverCall::Preview { window }),
        },
        "c" => Ok(SaverCall::Settings {
            owner: handle
                .as_deref()
                .map(number)
                .transpose()?
                .filter(|&owner| owner != 0),
        }),
        "a" => Ok(SaverCall::Nothing),
        _ => Ok(SaverCall::Show),
    }
}

/// A handle in decimal. Only its lower 32 bits count, and a host that takes it for a signed number may write those above
/// as a minus.
fn handle_number(text: &str) -> Option<u32> {
    text.trim().parse::<i64>().ok().map(|handle| handle as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(program: &str, line: &str, window: Option<&str>) -> Result<Option<SaverCall>, String> {
        let pairs: Vec<_> = window.map(|value| (WINDOW, value)).into_iter().collect();
        let environment = Environment::from_pairs(Some("/home/ada"), &pairs);
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        saver_call(Path::new(program), &arguments, &environment).map_err(|error| error.to_string())
    }

    #[test]
    fn hacks_are_called_in_many_spellings() {
        let hack = |window, rest: &[&str]| {
            Ok(Some(SaverCall::Hack {
                window,
                rest: rest.iter().map(|&argument| argument.to_owned()).collect(),
            }))
        };
        for (line, environment, expected) in [
            ("--root", Some("0x600008"), hack(Some(0x0060_0008), &[])),
            ("-root", Some("0x600008"), hack(Some(0x0060_0008), &[])),
            ("-root", Some("6291464"), hack(Some(0x0060_0008), &[])),
            (
                "--root",
                Some("0x600008 (id)"),
                hack(Some(0x0060_0008), &[]),
            ),
            ("--root", None, hack(None, &[])),
            ("--root", Some(""), hack(None, &[])),
            ("", Some("0x600008"), hack(Some(0x0060_0008), &[])),
            (
                "--root --window-id 0x40012F",
                Some("0x1"),
                hack(Some(0x0040_012f), &[]),
            ),
            (
                "-window-id 0X40012f -root",
                None,
                hack(Some(0x0040_012f), &[]),
            ),
            ("--window-id=4194607", None, hack(Some(0x0040_012f), &[])),
            ("-window-id 4194607", None, hack(Some(0x0040_012f), &[])),
            ("--window", None, hack(None, &[])),
            (
                "--root --live --clock",
                Some("0x7"),
                hack(Some(7), &["--live", "--clock"]),
            ),
            ("--live --root", Some("0x7"), Ok(None)),
            ("play --live", Some("0x7"), Ok(None)),
            ("--help", Some("0x7"), Ok(None)),
            ("", None, Ok(None)),
        ] {
            assert_eq!(
                call("/usr/bin/woolgather", line, environment),
                expected,
                "{line}"
            );
        }
    }

    #[test]
    fn a_window_that_is_no_number_is_a_sentence() {
        for (line, environment, value) in [
            ("--root --window-id", None, "\"\""),
            ("--root --window-id 0xnope", None, "\"0xnope\""),
            ("--root --window-id 0", None, "\"0\""),
            ("--root --window-id -5", None, "\"-5\""),
            ("--root --window-id 0x1ffffffff", None, "\"0x1ffffffff\""),
            ("--root", Some("garbage"), "\"garbage\""),
        ] {
            let error = call("woolgather", line, environment).unwrap_err();
            assert!(error.contains("wants the id of a window"), "{error}");
            assert!(error.contains(value), "{error}");
        }
    }

    #[test]
    fn an_icon_of_macos_that_is_opened_opens_the_settings() {
        let bundle = "/Applications/Woolgather.app/Contents/MacOS/woolgather";
        let settings = Ok(Some(SaverCall::Settings { owner: None }));
        assert_eq!(call(bundle, "", None), settings);
        assert_eq!(call(bundle, "agent --autostarted", None), Ok(None));
        assert_eq!(call("/opt/MacOS/woolgather", "", None), Ok(None));
    }

    #[test]
    fn windows_calls_in_many_spellings() {
        let preview = Ok(Some(SaverCall::Preview { window: 131_594 }));
        let settings = |owner| Ok(Some(SaverCall::Settings { owner }));
        for (line, expected) in [
            ("", settings(None)),
            ("/c", settings(None)),
            ("/C", settings(None)),
            ("-c", settings(None)),
            ("/c:131594", settings(Some(131_594))),
            ("/c:0", settings(None)),
            ("/c:-2147483647", settings(Some(0x8000_0001))),
            ("/C 131594", settings(Some(131_594))),
            ("/p 131594", preview.clone()),
            ("/P 131594", preview.clone()),
            ("/p:131594", preview.clone()),
            ("-P:131594", preview.clone()),
            ("/l 131594", preview.clone()),
            ("/s", Ok(Some(SaverCall::Show))),
            ("/S", Ok(Some(SaverCall::Show))),
            ("-s", Ok(Some(SaverCall::Show))),
            ("s", Ok(Some(SaverCall::Show))),
            ("/a 131594", Ok(Some(SaverCall::Nothing))),
            ("/what", Ok(Some(SaverCall::Show))),
        ] {
            assert_eq!(call("C:/Woolgather.SCR", line, None), expected, "{line}");
        }
        assert!(call("woolgather.scr", "/p", None).is_err());
        assert!(call("woolgather.scr", "/p window", None).is_err());
        assert!(call("woolgather.scr", "/p 0", None).is_err());
        assert!(call("woolgather.scr", "/c:x", None).is_err());
        assert_eq!(call("woolgather.exe", "/s", None), Ok(None));
    }
}
