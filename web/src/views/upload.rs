//! Offering a genome to the flock.

use askama::Template;
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

/// The upload form. It POSTs `genome` (a file), `artist` and `consent` (`yes`) as multipart form
/// data to `/submit`.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "upload.html")]
pub struct UploadPage {
    /// The artist's name as typed before.
    pub artist: String,
    /// Characters the name may have.
    pub artist_chars_max: usize,
    /// Whether consent was given before.
    pub consent: bool,
    /// Bytes the file may have.
    pub genome_bytes_max: u64,
    /// Why the last attempt was refused.
    pub refused: Option<Refusal>,
}

impl Page for UploadPage {
    fn here(&self) -> Nav {
        Nav::Submit
    }
}
