//! flam3 XML, the format in which the makers of flames exchange them: in and out.
//!
//! Any root is accepted; every `<flame>` at any depth is one genome. What a file may say and what
//! it means when it says nothing was learned from flam3 3.1.1, with these differences on purpose:
//!
//! * Every number has a legal range, and what is refused is refused with its line, its value and
//!   what would have been legal ([`ParseError`]).
//! * What belongs to another file is refused by name: `palette="n"` and the two-palette blend need
//!   flam3's own palette library; a variation that this version does not know would render as
//!   something else; `<symmetry kind="0">` would be another flame at each reading.
//! * `<symmetry>` is expanded when read and never printed, so that saving does not add it again.
//!
//! A genome is read the same whatever else is in its file: the camera's turn stays as written and
//! [`crate::edge_genome`] finds the nearest way, where flam3 rewrites it after its neighbour.
//!
//! As in flam3, unknown attributes of `<flame>` and of xforms are ignored, unknown attributes of
//! `<color>`, `<colors>`, `<palette>` and `<symmetry>` are errors, and so is a number with
//! anything after it. Unknown elements are ignored; that includes `<edit>`, the file's genealogy.

mod attribute;
mod error;
mod flame;
mod palette;
mod print;
mod symmetry;
mod xform;

pub use error::{ParseError, ParseErrorKind};
pub use print::{print_flame, print_flames};

use crate::{Genome, limits};
use roxmltree::{Document, ParsingOptions};

/// Reads every flame of a flam3 file, in its order.
///
/// Each genome passes [`Genome::check`]. Costs time and memory in proportion to the text, which
/// may be anything: nothing is looked up, fetched or expanded.
///
/// # Errors
///
/// The first thing that is wrong, worded for the person who wrote the file. Nothing is repaired
/// in silence except white space in names and names that are too long.
pub fn parse_flames(xml: &str) -> Result<Vec<Genome>, ParseError> {
    check_size(xml)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: limits::XML_NODES_MAX,
        ..ParsingOptions::default()
    };
    let document =
        Document::parse_with_options(xml, options).map_err(|error| ParseError::xml(&error))?;
    let mut genomes = Vec::new();
    let flames = document
        .descendants()
        .filter(|node| node.has_tag_name("flame"));
    for flame in flames {
        if genomes.len() == limits::FLAMES_MAX {
            return Err(ParseError::at(flame, ParseErrorKind::TooMany)
                .legal(format!("at most {} flames in a file", limits::FLAMES_MAX)));
        }
        genomes.push(flame::parse(flame)?);
    }
    if genomes.is_empty() {
        return Err(ParseError::whole(1, ParseErrorKind::NoFlame));
    }
    Ok(genomes)
}

/// Refuses what would cost too much before the XML parser sees it.
///
/// The number of attributes is limited per tag because the XML parser compares each with all the
/// others. A `<` cannot stand inside a tag, so the text between two of them holds at most one.
fn check_size(xml: &str) -> Result<(), ParseError> {
    if xml.len() > limits::GENOME_BYTES_MAX {
        return Err(ParseError::whole(1, ParseErrorKind::TooLarge)
            .legal(format!("at most {} bytes", limits::GENOME_BYTES_MAX)));
    }
    let mut line = 1_usize;
    for tag in xml.split('<') {
        if tag.bytes().filter(|&byte| byte == b'=').count() > limits::XML_ATTRIBUTES_MAX {
            return Err(
                ParseError::whole(line as u32, ParseErrorKind::TooMany).legal(format!(
                    "at most {} attributes in an element",
                    limits::XML_ATTRIBUTES_MAX
                )),
            );
        }
        line += tag.bytes().filter(|&byte| byte == b'\n').count();
    }
    Ok(())
}
