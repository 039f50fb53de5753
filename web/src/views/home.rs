//! Home: what this is, the flock moving, and what the grid is doing now.

use askama::Template;

use super::{Nav, Page, SheepCard};

/// What runs a visitor's computer, as far as packages differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum System {
    /// Debian, Ubuntu and what is made of them: `.deb`.
    Debian,
    /// Fedora and its relatives: `.rpm`.
    Fedora,
    /// Windows.
    Windows,
    /// macOS.
    MacOs,
    /// Another, or none that has a screensaver.
    #[default]
    Other,
}

/// The first of these words that is in a browser's name says which system it runs on. Phones come first, since their
/// browsers name the systems they resemble.
const SYSTEMS: [(&str, System); 13] = [
    ("Android", System::Other),
    ("iPhone", System::Other),
    ("iPad", System::Other),
    ("CrOS", System::Other),
    ("Windows", System::Windows),
    ("Macintosh", System::MacOs),
    ("Fedora", System::Fedora),
    ("Red Hat", System::Fedora),
    ("openSUSE", System::Fedora),
    ("Ubuntu", System::Debian),
    ("Debian", System::Debian),
    // Most browsers on Linux no longer say which one.
    ("Linux", System::Debian),
    ("X11", System::Other),
];

impl System {
    /// The system of a browser with this `User-Agent`.
    #[must_use]
    pub fn of(user_agent: &str) -> Self {
        let found = SYSTEMS.iter().find(|(word, _)| user_agent.contains(word));
        found.map_or(Self::Other, |(_, system)| *system)
    }

    /// The part of the page about joining that is about it.
    #[must_use]
    pub const fn anchor(self) -> &'static str {
        match self {
            Self::Debian => "debian",
            Self::Fedora => "fedora",
            Self::Windows => "windows",
            Self::MacOs => "macos",
            Self::Other => "source",
        }
    }

    /// What its button says.
    const fn invitation(self) -> &'static str {
        match self {
            Self::Debian => "Get the screensaver for Debian and Ubuntu",
            Self::Fedora => "Get the screensaver for Fedora",
            Self::Windows => "Get the screensaver for Windows",
            Self::MacOs => "Get the screensaver for macOS",
            Self::Other => "Get the screensaver",
        }
    }
}

/// What the grid is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// Living sheep.
    pub sheep_living: u64,
    /// Clips being rendered.
    pub clips_rendering: u64,
    /// Workers heard of lately.
    pub workers_active: u64,
    /// Frames finished within the last 24 hours.
    pub frames_today: u64,
}

/// The door.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The flock's name.
    pub flock: String,
    /// The visitor's system.
    pub system: System,
    /// The large one at the top; `None` before the first sheep is live.
    pub hero: Option<SheepCard>,
    /// The best of the others, best first.
    pub best: Vec<SheepCard>,
    /// The youngest, youngest first.
    pub newest: Vec<SheepCard>,
    /// What the grid is doing.
    pub now: Now,
}

impl Page for HomePage {
    fn here(&self) -> Nav {
        Nav::Flock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_says_which_package_its_system_takes() {
        let check = |agent: &str, expected: System| assert_eq!(System::of(agent), expected);
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            System::Windows,
        );
        check(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15",
            System::MacOs,
        );
        check(
            "Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            System::Fedora,
        );
        check(
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Firefox/140.0",
            System::Debian,
        );
        check(
            "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0",
            System::Debian,
        );
        check(
            "Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/140.0 Mobile",
            System::Other,
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)",
            System::Other,
        );
        check("", System::Other);
    }
}
