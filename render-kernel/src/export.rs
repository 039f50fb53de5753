//! Pictures as files, with their genome in them: PNG for people, OpenEXR for those who grade on.
//!
//! ```text
//! [Frame] -> png        [LinearImage] -> exr        bytes of a PNG -> genome_in_png
//! ```
//!
//! Everything happens in memory: whoever has files reads and writes them. The same picture and the same notes give
//! the same bytes.

mod exr;
mod genome_in_png;
mod png;

pub use self::exr::exr;
pub use self::png::{Depth, png};
pub use genome_in_png::{PngGenomeError, genome_in_png};

use std::borrow::Cow;
use std::fmt::Write as _;

/// Where a genome's XML stands in a file; flam3's name for it.
const GENOME_KEY: &str = "flam3_genome";
/// Who wrote the file.
const SOFTWARE: &str = concat!("Woolgather ", env!("CARGO_PKG_VERSION"));

/// What a file says beside the picture.
#[derive(Clone, Copy, Debug, Default)]
pub struct Notes<'a> {
    /// The genome, as flam3 XML; the picture can then be drawn again from its file.
    pub genome_xml: Option<&'a str>,
    /// The picture's title.
    pub title: Option<&'a str>,
    /// Who made the genome.
    pub author: Option<&'a str>,
    /// Points that were plotted; see [`crate::FramePlan::samples`].
    pub samples: Option<u64>,
}

/// Why a picture did not become a file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The encoder of PNG refused, for one because a note holds what the format cannot.
    #[error("could not write the PNG: {0}")]
    Png(#[from] ::png::EncodingError),
    /// The encoder of OpenEXR refused.
    #[error("could not write the EXR: {0}")]
    Exr(#[from] ::exr::error::Error),
}

/// `xml` in ASCII: characters beyond it become references, which mean the same in texts and attribute values.
///
/// The formats' text fields hold Latin-1, and flam3 writes UTF-8 into them; ASCII is both.
fn ascii_xml(xml: &str) -> Cow<'_, str> {
    if xml.is_ascii() {
        return Cow::Borrowed(xml);
    }
    let mut ascii = String::with_capacity(xml.len() + 16);
    for character in xml.chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            // Writing into a String cannot fail.
            let _ = write!(ascii, "&#{};", u32::from(character));
        }
    }
    Cow::Owned(ascii)
}
