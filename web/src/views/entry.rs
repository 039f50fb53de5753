//! An entry: what became of an offered genome.

use askama::Template;
use woolgather_protocol::Tag;
use woolgather_protocol::entries::{Entry, EntryState};
use woolgather_protocol::limits::APPEAL_CHARS_MAX;

use super::{Nav, Page, SheepLink};

/// The state of an entry in a few words.
pub(super) fn headline(entry: &Entry) -> &'static str {
    match entry.state {
        EntryState::Received => "Received",
        EntryState::Screening => "Being looked at",
        EntryState::NeedsReview => "Waiting for a person",
        EntryState::Accepted if entry.sheep.is_none() => "Accepted",
        EntryState::Accepted => "Born",
        EntryState::Rejected => "Not taken",
        EntryState::Withdrawn => "Withdrawn",
    }
}

/// Where an entry waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EntryPlace {
    /// It waits for an operator's look; otherwise to be born.
    pub review: bool,
    /// From 1.
    pub place: u32,
    /// How many wait there.
    pub waiting: u32,
    /// Artists' sheep that were born a day, over the last week.
    pub births_a_day: f64,
}

impl EntryPlace {
    /// The place in a sentence.
    fn sentence(&self) -> String {
        let ordinal = crate::words::ordinal(self.place);
        if self.review {
            return format!(
                "{ordinal} of {} that wait for an operator's look.",
                self.waiting
            );
        }
        let pace = match self.births_a_day {
            a_day if a_day < 0.1 => "none was born this week".to_owned(),
            a_day if a_day < 1.5 => format!("about {:.0} a week are born", (a_day * 7.0).max(1.0)),
            a_day => format!("about {a_day:.0} a day are born"),
        };
        format!(
            "{ordinal} in the artists' queue of {}; {pace}. Artists take turns.",
            self.waiting
        )
    }
}

/// An entry as its artist sees it. Its artist's browser may POST to `/entries/{id}/withdraw`, and `words` to
/// `/entries/{id}/appeal`.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// The entry.
    pub entry: Entry,
    /// Where its preview is, once there is one; an address on this origin.
    pub preview_url: Option<String>,
    /// The sheep that it branches from.
    pub parent: Option<SheepLink>,
    /// Where it waits, if it does.
    pub place: Option<EntryPlace>,
    /// This browser offered it.
    pub yours: bool,
    /// What its artist said against a decision; told to that browser only.
    pub appeal: Option<String>,
    /// Why what was asked for was not done, in a sentence.
    pub refused: Option<String>,
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
        ) || self.waits_to_be_born()
    }

    fn waits_to_be_born(&self) -> bool {
        self.entry.state == EntryState::Accepted && self.entry.sheep.is_none()
    }

    fn headline(&self) -> &'static str {
        headline(&self.entry)
    }

    /// Its artist may take it back.
    fn can_withdraw(&self) -> bool {
        let open = !matches!(
            self.entry.state,
            EntryState::Rejected | EntryState::Withdrawn
        );
        self.yours && open && self.entry.sheep.is_none()
    }

    /// Its artist may ask for a second look.
    fn can_appeal(&self) -> bool {
        let rejected = self.entry.state == EntryState::Rejected;
        self.yours && rejected && self.appeal.is_none() && self.preview_url.is_some()
    }

    fn appeal_chars_max(&self) -> usize {
        APPEAL_CHARS_MAX
    }

    fn tags_line(&self) -> String {
        let tags: Vec<&str> = self.entry.tags.iter().map(Tag::as_str).collect();
        tags.join(", ")
    }

    fn flame_url(&self) -> String {
        format!("/entries/{}/flame.json", self.entry.id)
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
            EntryState::Accepted if self.entry.sheep.is_none() => "To be born",
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
