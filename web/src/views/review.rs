//! What was read of an artist's file, before any of it is offered.

use askama::Template;
use woolgather_protocol::Licence;
use woolgather_protocol::ids::EntryId;

use super::{Nav, Page, SheepLink};

/// What became of a part of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It has another name here.
    Renamed,
    /// It is said in another way here.
    Changed,
    /// It is left out, and the picture may differ.
    Dropped,
    /// It is left out, and the picture does not care.
    Ignored,
}

impl Became {
    fn word(self) -> &'static str {
        match self {
            Self::Renamed => "Renamed",
            Self::Changed => "Changed",
            Self::Dropped => "Dropped",
            Self::Ignored => "Not kept",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Renamed => "became became--renamed",
            Self::Changed => "became became--changed",
            Self::Dropped => "became became--dropped",
            Self::Ignored => "became",
        }
    }
}

/// One thing that was read in another way than it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRemark {
    /// What became of it.
    pub became: Became,
    /// Its line in the file.
    pub line: u32,
    /// The attribute or element, as the file has it.
    pub name: String,
    /// What became of it, as the end of a sentence that begins with the name.
    pub words: String,
}

/// What was read of an xform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewXform {
    /// Which one it is.
    pub place: String,
    /// The variations that are kept.
    pub kept: Vec<String>,
    /// What was read otherwise.
    pub remarks: Vec<ReviewRemark>,
}

/// One flame of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewFlame {
    /// Its place in the file, from 0.
    pub number: usize,
    /// Its title, as typed or as the file has it.
    pub title: String,
    /// It is to be offered.
    pub chosen: bool,
    /// Why it cannot be drawn, in a sentence; then it cannot be offered.
    pub undrawable: Option<String>,
    /// What was read of its xforms.
    pub xforms: Vec<ReviewXform>,
    /// What was read otherwise outside the xforms.
    pub remarks: Vec<ReviewRemark>,
}

impl ReviewFlame {
    fn count(&self, became: Became) -> usize {
        let of_xforms = self.xforms.iter().flat_map(|xform| &xform.remarks);
        let all = self.remarks.iter().chain(of_xforms);
        all.filter(|remark| remark.became == became).count()
    }

    /// The report in a sentence.
    fn summary(&self) -> String {
        let said: Vec<String> = [
            (Became::Dropped, "dropped"),
            (Became::Changed, "changed"),
            (Became::Renamed, "renamed"),
        ]
        .into_iter()
        .filter_map(|(became, word)| match self.count(became) {
            0 => None,
            count => Some(format!("{count} {word}")),
        })
        .collect();
        if said.is_empty() {
            "Everything is kept.".to_owned()
        } else {
            format!("Kept, with {}.", said.join(", "))
        }
    }

    /// Something is lost that its artist may miss.
    fn is_poorer(&self) -> bool {
        self.count(Became::Dropped) > 0
    }
}

/// The review. It POSTs `artist`, `tags`, `licence`, `consent` (`yes`), and for each flame `title-N` and, where it
/// is chosen, `offer-N`, to its own address.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "review.html")]
pub struct ReviewPage {
    /// The draft's name.
    pub draft: EntryId,
    /// The flames, in the file's order.
    pub flames: Vec<ReviewFlame>,
    /// The artist's name as typed.
    pub artist: String,
    /// The tags as typed.
    pub tags: String,
    /// The licence that is chosen.
    pub licence: Licence,
    /// Consent was given.
    pub consent: bool,
    /// The sheep that the flames branch from.
    pub parent: Option<SheepLink>,
    /// The parent's licence leaves no choice.
    pub owes_credit: bool,
    /// Characters that a name or title may have.
    pub name_chars_max: usize,
    /// Remarks that are not listed, because there are very many.
    pub remarks_left_out: usize,
    /// Why nothing was offered, in a sentence.
    pub refused: Option<String>,
}

impl Page for ReviewPage {
    fn here(&self) -> Nav {
        Nav::Submit
    }
}

impl ReviewPage {
    fn url(&self) -> String {
        format!("/submit/review/{}", self.draft)
    }

    fn is(&self, licence: &Licence) -> bool {
        self.licence == *licence
    }

    /// What the licence lets others do, in plain words.
    fn meaning(licence: &Licence) -> &'static str {
        match licence {
            Licence::Cc0 => {
                "Anybody may use it for anything, without asking and without naming you."
            }
            Licence::CcBy => "Anybody may use it for anything, and must name you.",
        }
    }

    fn licence_name(licence: &Licence) -> &'static str {
        match licence {
            Licence::Cc0 => "CC0 1.0, public domain",
            Licence::CcBy => "CC BY 4.0, with credit",
        }
    }

    fn licences(&self) -> Vec<Licence> {
        let all = Licence::ALL.into_iter();
        all.filter(|licence| !self.owes_credit || *licence == Licence::CcBy)
            .collect()
    }
}
