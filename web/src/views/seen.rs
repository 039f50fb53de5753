//! What a computer has just shown, to be voted on.

use askama::Template;
use woolgather_protocol::votes::Answer;

use super::{Nav, Page, SheepCard};

/// A sheep that was on somebody's screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSheep {
    /// The sheep.
    pub card: SheepCard,
    /// The token of a ballot about it; `None` where it cannot be voted on.
    pub ballot: Option<String>,
    /// What that computer's voter thought of it last.
    pub standing: Option<Answer>,
}

impl SeenSheep {
    fn is_liked(&self) -> bool {
        self.standing == Some(Answer::Up)
    }

    fn is_not_liked(&self) -> bool {
        self.standing == Some(Answer::Down)
    }
}

/// The sheep on a list that a computer has signed. The form POSTs `list`, and `up` or `down` with the sheep's ballot, to
/// `/seen`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(path = "seen.html")]
pub struct SeenPage {
    /// The sealed list; `None` where the address had none that can be read.
    pub list: Option<String>,
    /// The sheep, the last one first.
    pub sheep: Vec<SeenSheep>,
    /// Why nobody can vote, in a sentence.
    pub doubt: Option<String>,
    /// The vote before this page was just counted.
    pub thanked: bool,
    /// Why the vote before this page was not counted, in a sentence.
    pub problem: Option<String>,
}

impl Page for SeenPage {
    fn here(&self) -> Nav {
        Nav::Elsewhere
    }
}
