//! Saying what happens: words for people, or one JSON object a line for programs.

use std::io::Write as _;

use serde_json::Value;

/// How a command speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Say {
    json: bool,
}

impl Say {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a program listens.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// An event: the object, or the words if there are any for people.
    pub(crate) fn event(self, event: &Value, words: Option<&str>) {
        if self.json {
            line(&event.to_string());
        } else if let Some(words) = words {
            line(&plain(words));
        }
    }

    /// Words for people only.
    pub(crate) fn words(self, words: &str) {
        if !self.json {
            line(&plain(words));
        }
    }
}

/// The text without control characters: titles, names and refusals come from other people, and a
/// terminal obeys what it prints.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// The same of each line.
pub(crate) fn plain_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(plain).collect();
    lines.join("\n")
}

/// One whole line on standard output. A reader that has gone away is no reason to fail.
fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).ok();
}

/// A number of bytes for people: `1.2 MB`.
pub(crate) fn bytes(count: u64) -> String {
    match count {
        1 => "1 byte".into(),
        0..1_000 => format!("{count} bytes"),
        1_000..999_500 => format!("{:.0} KB", count as f64 / 1e3),
        999_500..999_950_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, plain, plain_lines};

    #[test]
    fn bytes_are_said_as_people_do() {
        let check = |count, expected| assert_eq!(bytes(count), expected);
        check(0, "0 bytes");
        check(1, "1 byte");
        check(12, "12 bytes");
        check(34_567, "35 KB");
        check(999_499, "999 KB");
        check(999_500, "1.0 MB");
        check(1_234_567, "1.2 MB");
        check(999_949_999, "999.9 MB");
        check(999_950_000, "1.0 GB");
    }

    #[test]
    fn a_title_cannot_command_the_terminal() {
        assert_eq!(plain("Wolf\u{1b}]0;root\u{7}\r\n\u{9b}2J"), "Wolf]0;root2J");
        assert_eq!(plain("Käse → 羊"), "Käse → 羊");
        assert_eq!(plain_lines("one\u{1b}[2J\r\ntwo"), "one[2J\ntwo");
    }
}
