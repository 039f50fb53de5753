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
            line(words);
        }
    }
}

/// One whole line on standard output. A reader that has gone away is no reason to fail.
fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).ok();
}

/// A number of bytes for people: `1.2 MB`.
pub(crate) fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} bytes"),
        1_000..1_000_000 => format!("{:.0} KB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn bytes_are_said_as_people_do() {
        assert_eq!(bytes(12), "12 bytes");
        assert_eq!(bytes(34_567), "35 KB");
        assert_eq!(bytes(1_234_567), "1.2 MB");
    }
}
