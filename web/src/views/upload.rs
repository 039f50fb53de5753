//! Offering flames to the flock: which file, or which child of a sheep.

use askama::Template;
use woolgather_protocol::Licence;
use woolgather_protocol::ids::SheepId;
use woolgather_protocol::paths;
use woolgather_protocol::problem::GenomeFault;

use super::{Nav, Page};

/// Why the genome was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong, in a sentence for the artist.
    pub message: String,
    /// Where in the file, when the file is at fault.
    pub fault: Option<GenomeFault>,
}

/// A sheep that is only named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheepLink {
    /// Its name in addresses.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
}

impl SheepLink {
    /// Its page.
    #[must_use]
    pub fn url(&self) -> String {
        paths::sheep_page(&self.id)
    }

    /// Its picture.
    #[must_use]
    pub fn poster_url(&self) -> String {
        paths::poster(&self.id)
    }
}

/// The sheep that an artist branches from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchFrom {
    /// The sheep.
    pub sheep: SheepLink,
    /// Who made it.
    pub artist: String,
    /// Its licence, which what branches from it keeps.
    pub licence: Licence,
    /// Numbers of the mutants that are shown.
    pub mutants: Vec<u32>,
    /// Which page of mutants comes next; `None` on the last one.
    pub more: Option<u32>,
}

impl BranchFrom {
    fn genome_url(&self) -> String {
        format!("{}/genome.flam3", self.sheep.url())
    }

    fn more_url(&self, more: &u32) -> String {
        format!("/submit?parent={}&more={more}#mutants", self.sheep.id)
    }

    fn mutant_url(&self, number: &u32) -> String {
        format!("/submit/mutants/{}/{number}", self.sheep.id)
    }

    fn owes_credit(&self) -> bool {
        self.licence == Licence::CcBy
    }
}

/// The upload form. It POSTs `artist`, `parent` where there is one, and `genome` (a file) as multipart
/// form data to `/submit`, and gets to [`super::ReviewPage`].
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "upload.html")]
pub struct UploadPage {
    /// The artist's name as typed before.
    pub artist: String,
    /// Characters the name may have.
    pub artist_chars_max: usize,
    /// Bytes the file may have.
    pub genome_bytes_max: u64,
    /// Flames the file may have.
    pub flames_max: usize,
    /// The sheep that the artist begins with.
    pub parent: Option<BranchFrom>,
    /// Why the last attempt was refused.
    pub refused: Option<Refusal>,
    /// This browser has offered something before.
    pub has_entries: bool,
}

impl Page for UploadPage {
    fn here(&self) -> Nav {
        Nav::Submit
    }
}
