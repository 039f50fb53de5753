//! The vote: two sheep side by side, one question.

use askama::Template;

use super::{Nav, Page, SheepCard};

/// A dealt pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The ballot's token: opaque, good once. The form sends it back as `ballot`.
    pub ballot: String,
    /// The sheep on the left.
    pub left: SheepCard,
    /// The sheep on the right.
    pub right: SheepCard,
}

/// Two sheep to compare. The form POSTs `ballot` and `answer` (`left`, `right`, `same`) to `/vote`.
///
/// With `accept: application/json` the script expects
/// `{"next": {"ballot", "left": SHEEP, "right": SHEEP} or null, "votes": N}`, where SHEEP is
/// `{"id", "title", "artist", "poster", "video"}`, or a problem document with `title` and `detail`.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "vote.html")]
pub struct VotePage {
    /// The pair; `None` while fewer than two sheep can be put to the vote.
    pub pair: Option<Pair>,
    /// Votes this browser has given.
    pub votes: u64,
    /// The vote before this page was just counted.
    pub thanked: bool,
    /// Why the vote before this page was not counted (an old ballot, say), in a sentence.
    pub problem: Option<String>,
}

impl Page for VotePage {
    fn here(&self) -> Nav {
        Nav::Vote
    }
}
