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

/// Two sheep to compare. The form POSTs `ballot` and `answer` (`left`, `right`, `same`) to `/vote`; another one POSTs
/// nothing to `/vote/undo`, which takes the last vote back.
///
/// With `accept: application/json` the script expects
/// `{"next": PAIR or null, "votes": N}`, where PAIR is `{"ballot", "left": SHEEP, "right": SHEEP}` and SHEEP
/// `{"id", "title", "artist", "poster", "video"}`, or a problem document with `title` and `detail`; `null` from
/// `/vote/undo` where there is nothing to take back. `GET /vote/next?besides=BALLOT` gives the PAIR after the one
/// that is shown, or `null`; posted with a vote, `besides` names the pair that the script shows meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "vote.html")]
pub struct VotePage {
    /// The pair; `None` while fewer than two sheep can be put to the vote.
    pub pair: Option<Pair>,
    /// Votes this browser has given.
    pub votes: u64,
    /// The vote before this page was just counted.
    pub thanked: bool,
    /// The vote before this page was just taken back.
    pub undone: bool,
    /// Why the vote before this page was not counted (an old ballot, say), in a sentence.
    pub problem: Option<String>,
}

impl Page for VotePage {
    fn here(&self) -> Nav {
        Nav::Vote
    }
}
