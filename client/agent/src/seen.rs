//! What was on the screens lately, so that it can be voted on afterwards.
//!
//! Under a desktop's own saver the keys are not ours. Every process that shows the flock says which sheep it turns to
//! ([`Savers`](crate::Savers)); the agent keeps the last few of them, until it ends. Flames that are drawn live are
//! nobody's in the flock and cannot be voted on, so they are not kept.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::talk::{SaverHello, Vote};

/// The most sheep that are kept: what somebody still remembers having seen.
pub const SEEN_MAX: usize = 12;

/// The longest title, artist or id that is kept, in characters.
const TEXT_CHARS_MAX: usize = 100;

/// A sheep that was on a screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenSheep {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Who made it; empty where that is not known.
    pub artist: String,
    /// When it came onto a screen last, in seconds since 1970.
    pub shown_unix_s: i64,
    /// What somebody here thought of it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vote: Option<Vote>,
}

/// The sheep that were on the screens last, each once.
#[derive(Clone, Debug, Default)]
pub struct Seen(VecDeque<SeenSheep>);

impl Seen {
    /// Takes in what a process has turned to at the time `unix_s`.
    pub fn show(&mut self, hello: &SaverHello, unix_s: i64) {
        let (Some(id), Some(title)) = (&hello.sheep_id, &hello.sheep) else {
            return;
        };
        let artist = hello.artist.as_deref().unwrap_or_default();
        let sheep = SeenSheep {
            id: plain(id),
            title: plain(title),
            artist: plain(artist),
            shown_unix_s: unix_s,
            vote: None,
        };
        self.0.retain(|other| other.id != sheep.id);
        self.0.push_front(sheep);
        self.0.truncate(SEEN_MAX);
    }

    /// The sheep, the one that came last first, each with the vote that `vote` knows of.
    #[must_use]
    pub fn list(&self, vote: impl Fn(&str) -> Option<Vote>) -> Vec<SeenSheep> {
        let with_vote = |sheep: &SeenSheep| SeenSheep {
            vote: vote(&sheep.id),
            ..sheep.clone()
        };
        self.0.iter().map(with_vote).collect()
    }

    /// The one that came last.
    #[must_use]
    pub fn newest(&self) -> Option<&SeenSheep> {
        self.0.front()
    }

    /// The one with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&SeenSheep> {
        self.0.iter().find(|sheep| sheep.id == id)
    }
}

/// The text without control characters, which would take six times their room on a line, and not longer than anybody
/// reads: all of them together fit a line of the socket.
fn plain(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_control());
    shown.take(TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::talk::{Answer, LINE_BYTES_MAX, TEXT_BYTES_MAX};

    fn hello(id: Option<&str>, title: &str) -> SaverHello {
        SaverHello {
            pid: 7,
            window: None,
            monitor: "1".to_owned(),
            sheep: Some(title.to_owned()),
            sheep_id: id.map(str::to_owned),
            artist: Some("Ada".to_owned()),
            dropped_frames: 0,
            key_taken: false,
        }
    }

    #[track_caller]
    fn check(shown: &[&str], expected: &[&str]) {
        let mut seen = Seen::default();
        for (time, id) in (1..).zip(shown) {
            seen.show(&hello(Some(id), id), time);
        }
        let list = seen.list(|_| None);
        let ids: Vec<&str> = list.iter().map(|sheep| sheep.id.as_str()).collect();
        assert_eq!(ids, expected);
    }

    #[test]
    fn the_last_comes_first_and_each_is_there_once() {
        check(&[], &[]);
        check(&["fern", "star", "fern"], &["fern", "star"]);
        check(&["fern", "star", "star"], &["star", "fern"]);
    }

    #[test]
    fn only_the_last_few_are_kept() {
        let names: Vec<String> = (0..SEEN_MAX + 5).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut expected = names[5..].to_vec();
        expected.reverse();
        check(&names, &expected);
    }

    #[test]
    fn flames_and_monitors_without_a_sheep_are_not_seen_sheep() {
        let mut seen = Seen::default();
        seen.show(&hello(None, "A flame"), 1);
        let nothing = SaverHello {
            sheep: None,
            ..hello(Some("fern"), "")
        };
        seen.show(&nothing, 2);
        assert_eq!(seen.newest(), None);
    }

    #[test]
    fn a_list_knows_the_votes_and_the_time() {
        let mut seen = Seen::default();
        seen.show(&hello(Some("fern"), "Fern"), 5);
        seen.show(&hello(Some("star"), "Star"), 6);
        let list = seen.list(|id| (id == "fern").then_some(Vote::Down));
        assert_eq!((list[0].vote, list[1].vote), (None, Some(Vote::Down)));
        assert_eq!((list[1].shown_unix_s, list[1].artist.as_str()), (5, "Ada"));
        assert_eq!(seen.find("fern").unwrap().title, "Fern");
        assert_eq!(seen.find("wolf"), None);
    }

    #[test]
    fn the_longest_list_fits_a_line() {
        let mut seen = Seen::default();
        for number in 0..SEEN_MAX {
            // What JSON writes longest: quotation marks, and control characters if they stayed.
            let longest = format!("{number}\u{1}{}", "\"".repeat(TEXT_BYTES_MAX - 3));
            let hello = SaverHello {
                artist: Some(longest.clone()),
                ..hello(Some(&longest), &longest)
            };
            seen.show(&hello, i64::MIN);
        }
        let answer = Answer::Seen {
            sheep: seen.list(|_| Some(Vote::Down)),
            page: Some("x".repeat(2200)),
        };
        let line = answer.to_line();
        assert!(line.len() <= LINE_BYTES_MAX, "{}", line.len());
        assert_eq!(Answer::read(line.as_bytes()), Ok(answer));
    }
}
