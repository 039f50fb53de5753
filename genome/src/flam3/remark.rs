//! What a reader has to say about a file that it did read: names that it knew by another word,
//! and what a genome cannot hold.
//!
//! Every remark is one sentence for the artist. Nothing that may change the picture is left out
//! in silence; [`crate::parse_flames`] turns the first such remark into an error.

use super::attribute::Value;
use super::{ParseError, ParseErrorKind};
use crate::Flam3Palettes;
use roxmltree::Node;
use std::fmt;

/// Remarks that are kept of one file.
pub(super) const REMARKS_MAX: usize = 1000;
/// Characters of a name that a remark repeats.
const NAME_CHARS_MAX: usize = 60;
/// Characters of a value that a remark repeats.
const VALUE_CHARS_MAX: usize = 30;

/// What the reader may use beside the file.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions<'a> {
    /// The user's own copy of flam3's palette library, which `palette="n"` asks for.
    pub flam3_palettes: Option<&'a Flam3Palettes>,
    /// Decides what `<symmetry kind="0">` draws.
    pub rng_seed: u64,
}

/// A file as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Every flame, in the file's order; each passes [`crate::Genome::check`].
    pub genomes: Vec<crate::Genome>,
    /// What was understood in another way than it was written, in the file's order.
    pub remarks: Vec<Remark>,
    /// How many more remarks there were than are kept.
    pub remarks_left_out: usize,
}

/// Which xform a remark speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum XformPlace {
    /// An `<xform>`, counted from 0 in the genome, those of `<symmetry>` included.
    Number(usize),
    /// The `<finalxform>`.
    Final,
}

impl fmt::Display for XformPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(index) => write!(f, "xform {index}"),
            Self::Final => f.write_str("final xform"),
        }
    }
}

/// One thing that was read in another way than it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The line, counted from 1.
    pub line: u32,
    /// Which flame, counted from 0.
    pub flame: usize,
    /// Which xform, where it is one.
    pub xform: Option<XformPlace>,
    /// The attribute's name, or an element's in angle brackets.
    pub attribute: String,
    /// What the file says there, shortened; empty for an element.
    pub value: String,
    /// What became of it.
    pub kind: RemarkKind,
}

/// What became of an attribute or element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// It has another name here and means the same.
    Renamed {
        /// The name.
        to: &'static str,
    },
    /// It is said in another way here and gives the same picture.
    Converted {
        /// The way.
        to: String,
    },
    /// `<symmetry kind="0">`: a kind was drawn with [`ReadOptions::rng_seed`].
    Drawn {
        /// The kind.
        kind: i64,
    },
    /// A genome cannot hold it, and the picture may differ from the other program's.
    Dropped {
        /// Why not.
        reason: &'static str,
    },
    /// It does not touch the picture and is not kept.
    Ignored {
        /// What it is for.
        reason: &'static str,
    },
}

impl RemarkKind {
    /// Whether the picture may be another one than the file's author saw.
    #[must_use]
    pub const fn changes_picture(&self) -> bool {
        matches!(self, Self::Dropped { .. } | Self::Drawn { .. })
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: flame {}", self.line, self.flame)?;
        if let Some(xform) = self.xform {
            write!(f, ", {xform}")?;
        }
        let attribute = &self.attribute;
        match self.value.as_str() {
            "" => write!(f, ": {attribute} ")?,
            value => write!(f, ": {attribute}=\"{value}\" ")?,
        }
        f.write_str(&self.kind.words())
    }
}

impl Remark {
    /// The error that this remark is where nothing may be lost.
    fn to_error(&self, element: String) -> ParseError {
        let (kind, legal) = match &self.kind {
            RemarkKind::Drawn { .. } => (
                ParseErrorKind::RandomSymmetry,
                format!("a whole number but 0, {}", crate::limits::SYMMETRY_KIND),
            ),
            RemarkKind::Dropped { reason } => (
                ParseErrorKind::NotCarried,
                format!("a flame without it, because {reason}"),
            ),
            RemarkKind::Renamed { .. }
            | RemarkKind::Converted { .. }
            | RemarkKind::Ignored { .. } => (ParseErrorKind::NotCarried, "nothing".to_owned()),
        };
        let value = (!self.value.is_empty()).then(|| self.value.clone());
        // An element is named once.
        let attribute = (!self.attribute.starts_with('<')).then(|| self.attribute.clone());
        ParseError {
            line: self.line,
            element: Some(element),
            attribute,
            value,
            legal: Some(legal),
            kind,
        }
    }
}

/// What a reader knows and what it has remarked so far.
pub(super) struct Notes<'a> {
    /// What it may use beside the file.
    pub(super) options: ReadOptions<'a>,
    /// The flame that is being read, from 0.
    pub(super) flame: usize,
    /// The xform that is being read.
    pub(super) xform: Option<XformPlace>,
    /// Random numbers drawn so far.
    draws: u64,
    /// Remarks and where in the text they belong; lines are found when all are known.
    remarks: Vec<(usize, Remark)>,
    left_out: usize,
    /// The first remark on something lost, with its element and where it belongs.
    first_loss: Option<(usize, String, Remark)>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(options: ReadOptions<'a>) -> Self {
        Self {
            options,
            flame: 0,
            xform: None,
            draws: 0,
            remarks: Vec::new(),
            left_out: 0,
            first_loss: None,
        }
    }

    /// The next random number: SplitMix64 over the count of draws (G. Steele, D. Lea and
    /// C. Flood, *Fast Splittable Pseudorandom Number Generators*).
    pub(super) fn draw(&mut self) -> u64 {
        self.draws += 1;
        let step = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(self.draws);
        let mixed = self.options.rng_seed.wrapping_add(step);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Remarks on an attribute.
    pub(super) fn attribute(&mut self, value: Value<'_, '_>, kind: RemarkKind) {
        let text = super::error::shorten(value.text(), VALUE_CHARS_MAX);
        // What the reader saw as bubble.1. stands in the file as bubble#1#.
        let name = match value.name() {
            name if name.ends_with('.') => name.replace('.', "#"),
            name => name.to_owned(),
        };
        self.add((value.position(), value.element()), &name, text, kind);
    }

    /// Remarks on an element.
    pub(super) fn element(&mut self, node: Node<'_, '_>, kind: RemarkKind) {
        let element = node.tag_name().name();
        let at = (node.range().start, element);
        self.add(at, &format!("<{element}>"), String::new(), kind);
    }

    fn add(
        &mut self,
        (position, element): (usize, &str),
        attribute: &str,
        value: String,
        kind: RemarkKind,
    ) {
        let loss = self.first_loss.is_none() && kind.changes_picture();
        if self.remarks.len() == REMARKS_MAX && !loss {
            self.left_out += 1;
            return;
        }
        let remark = Remark {
            line: 0,
            flame: self.flame,
            xform: self.xform,
            attribute: super::error::shorten(attribute, NAME_CHARS_MAX),
            value,
            kind,
        };
        if loss {
            self.first_loss = Some((position, element.to_owned(), remark.clone()));
        }
        if self.remarks.len() == REMARKS_MAX {
            self.left_out += 1;
        } else {
            self.remarks.push((position, remark));
        }
    }

    /// The error of the first remark that tells of a loss.
    pub(super) fn loss(&self, xml: &str) -> Option<ParseError> {
        let (position, element, remark) = self.first_loss.clone()?;
        let line = 1 + xml[..position].matches('\n').count() as u32;
        Some(Remark { line, ..remark }.to_error(element))
    }

    /// The remarks with their lines, and how many more there were.
    pub(super) fn finish(mut self, xml: &str) -> (Vec<Remark>, usize) {
        self.remarks.sort_by_key(|(position, _)| *position);
        let mut line = 1;
        let mut counted = 0;
        let remarks = self.remarks.into_iter().map(|(position, remark)| {
            line += xml[counted..position].matches('\n').count() as u32;
            counted = position;
            Remark { line, ..remark }
        });
        (remarks.collect(), self.left_out)
    }
}
