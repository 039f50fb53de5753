//! An entry: what became of an offered genome.

use askama::Template;
use woolgather_protocol::entries::{Entry, EntryState};

use super::{Nav, Page};

/// An entry as its artist sees it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// The entry.
    pub entry: Entry,
    /// Where its preview is, once there is one; an address on this origin.
    pub preview_url: Option<String>,
}

impl Page for EntryPage {
    fn here(&self) -> Nav {
        Nav::Submit
    }
}

impl EntryPage {
    /// Whether the state can still change without the artist doing anything.
    fn is_moving(&self) -> bool {
        matches!(
            self.entry.state,
            EntryState::Received | EntryState::Screening | EntryState::NeedsReview
        )
    }

    /// The state in a few words.
    fn headline(&self) -> &'static str {
        match self.entry.state {
            EntryState::Received => "Received",
            EntryState::Screening => "Being looked at",
            EntryState::NeedsReview => "Waiting for a person",
            EntryState::Accepted => "Born",
            EntryState::Rejected => "Not taken",
            EntryState::Withdrawn => "Withdrawn",
        }
    }

    /// The way of an entry: each step with how far this one has come.
    fn steps(&self) -> [Step; 4] {
        let reached = match self.entry.state {
            EntryState::Received => 0,
            EntryState::Screening => 1,
            EntryState::NeedsReview => 2,
            EntryState::Accepted | EntryState::Rejected | EntryState::Withdrawn => 3,
        };
        let last = match self.entry.state {
            EntryState::Rejected => "Not taken",
            EntryState::Withdrawn => "Withdrawn",
            _ => "Born",
        };
        let labels = ["Received", "Screening", "Review", last];
        std::array::from_fn(|place| Step {
            label: labels[place],
            done: place < reached || !self.is_moving(),
            current: place == reached,
        })
    }
}

/// One step on the way of an entry.
struct Step {
    label: &'static str,
    done: bool,
    current: bool,
}

impl Step {
    fn class(&self) -> &'static str {
        match (self.current, self.done) {
            (true, _) => "step step--current",
            (false, true) => "step step--done",
            (false, false) => "step",
        }
    }
}
