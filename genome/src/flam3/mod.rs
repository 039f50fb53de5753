//! flam3 XML, the format in which the makers of flames exchange them: in and out.
//!
//! Any root is accepted; every `<flame>` at any depth is one genome. What a file may say and what
//! it means when it says nothing was learned from flam3 3.1.1, with these differences on purpose:
//!
//! * Every number has a legal range, and what is refused is refused with its line, its value and
//!   what would have been legal ([`ParseError`]).
//! * `palette="n"` and the two-palette blend need flam3's own palette library, which the user
//!   supplies ([`Flam3Palettes`]); without it they are errors.
//! * What other programs write is read where it means the same, and remarked upon where it cannot
//!   be kept ([`Remark`]); [`parse_flames`] refuses what [`read_flames`] would leave out.
//! * `<symmetry>` is expanded when read and never printed, so that saving does not add it again.
//!
//! A genome is read the same whatever else is in its file: the camera's turn stays as written and
//! [`crate::edge_genome`] finds the nearest way, where flam3 rewrites it after its neighbour.
//!
//! As in flam3, unknown attributes of `<flame>` are no errors, unknown attributes of
//! `<color>`, `<colors>`, `<palette>` and `<symmetry>` are errors, and so is a number with
//! anything after it. `<edit>`, the file's genealogy, is kept; unknown elements are ignored.

mod attribute;
mod edit;
mod error;
mod flame;
mod foreign;
mod library;
mod palette;
mod print;
mod remark;
mod report;
mod symmetry;
mod template;
mod xform;

pub use error::{ParseError, ParseErrorKind};
pub use library::Flam3Palettes;
pub use print::{print_flame, print_flames};
pub use remark::{ReadOptions, Reading, Remark, RemarkKind, XformPlace};
pub use report::{FlameReport, Outcome, XformReport};
pub(crate) use symmetry::{draw_kind, expand as symmetry_xforms};
pub use template::{Template, read_template};

use crate::{Genome, limits};
use remark::Notes;
use roxmltree::{Document, Node, ParsingOptions};
use std::borrow::Cow;

/// Reads every flame of a file, in its order, and says what was read in another way than it was
/// written.
///
/// Made for a person with a file of any program: names of others are understood where they mean
/// the same, and what a genome cannot hold is left out with a [`Remark`]. Each genome passes
/// [`Genome::check`]. Costs time and memory in proportion to the text, which may be anything:
/// nothing is looked up, fetched or expanded.
///
/// # Errors
///
/// The first thing that is wrong, worded for the person who wrote the file.
pub fn read_flames(xml: &str, options: &ReadOptions<'_>) -> Result<Reading, ParseError> {
    let mut notes = Notes::new(*options);
    let genomes = read(xml, &mut notes)?;
    let (remarks, remarks_left_out) = notes.finish(xml);
    Ok(Reading {
        genomes,
        remarks,
        remarks_left_out,
    })
}

/// Reads every flame of a file, in its order, if nothing that may touch the picture is lost.
///
/// Made for the grid, where nobody would read a remark: it accepts what [`read_flames`] reads
/// without a library, and refuses a file of which that would leave something out.
///
/// # Errors
///
/// As [`read_flames`]; also [`ParseErrorKind::NotCarried`] for the first thing that it would leave
/// out and [`ParseErrorKind::RandomSymmetry`] for what it would draw.
pub fn parse_flames(xml: &str) -> Result<Vec<Genome>, ParseError> {
    let mut notes = Notes::new(ReadOptions::default());
    let genomes = read(xml, &mut notes)?;
    notes.loss(xml).map_or(Ok(genomes), Err)
}

fn read(xml: &str, notes: &mut Notes<'_>) -> Result<Vec<Genome>, ParseError> {
    check_size(xml)?;
    let xml = without_hashes(xml);
    let document = document(&xml)?;
    let mut genomes = Vec::new();
    for flame in document.descendants().filter(|node| is_flame(*node)) {
        if genomes.len() == limits::FLAMES_MAX {
            return Err(ParseError::at(flame, ParseErrorKind::TooMany)
                .legal(format!("at most {} flames in a file", limits::FLAMES_MAX)));
        }
        notes.flame = genomes.len();
        genomes.push(flame::parse(flame, notes)?);
    }
    if genomes.is_empty() {
        let root = error::shorten(document.root_element().tag_name().name(), 60);
        return Err(ParseError::whole(1, ParseErrorKind::NoFlame).legal(format!(
            "<flame>, alone or inside others; the outermost element here is <{root}>"
        )));
    }
    Ok(genomes)
}

/// Whether an element is a flame.
fn is_flame(node: Node<'_, '_>) -> bool {
    node.has_tag_name("flame") || node.has_tag_name("jwf-flame")
}

/// The text with dots for the hashes in its tags, outside quotes.
///
/// JWildfire writes the second bubble of an xform as `bubble#1#`, which is no XML. No well-formed
/// file has a hash there, so that no other file reads differently, and no byte moves.
fn without_hashes(xml: &str) -> Cow<'_, str> {
    let mut in_tag = false;
    let mut quote = None;
    let is_hash_in_tag = |byte: u8| {
        match (byte, quote) {
            (b'"' | b'\'', None) if in_tag => quote = Some(byte),
            (b'<', None) => in_tag = true,
            (b'>', None) => in_tag = false,
            (_, Some(end)) if byte == end => quote = None,
            (b'#', None) => return in_tag,
            _ => {}
        }
        false
    };
    let hashes: Vec<bool> = xml.bytes().map(is_hash_in_tag).collect();
    if !hashes.contains(&true) {
        return Cow::Borrowed(xml);
    }
    let letters = xml.char_indices();
    let dotted = letters.map(|(place, letter)| if hashes[place] { '.' } else { letter });
    Cow::Owned(dotted.collect())
}

/// Refuses a genome's file that is too large or would cost too much.
fn check_size(xml: &str) -> Result<(), ParseError> {
    if xml.len() > limits::GENOME_BYTES_MAX {
        return Err(ParseError::whole(1, ParseErrorKind::TooLarge)
            .legal(format!("at most {} bytes", limits::GENOME_BYTES_MAX)));
    }
    check_attributes(xml)
}

/// The XML, without a document type and with a bounded number of nodes.
fn document(xml: &str) -> Result<Document<'_>, ParseError> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: limits::XML_NODES_MAX,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(xml, options).map_err(|error| ParseError::xml(&error))
}

/// Refuses tags with too many attributes before the XML parser sees them, because it compares each
/// with all the others.
///
/// A `<` cannot stand inside a tag, so the text between two of them holds at most one.
fn check_attributes(xml: &str) -> Result<(), ParseError> {
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
