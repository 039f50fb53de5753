//! What can be wrong with a flam3 file, in words for the person who wrote it.

use roxmltree::{Attribute, Node};
use std::fmt;

/// Characters of a wrong value that a message repeats.
const VALUE_CHARS_MAX: usize = 60;

/// The first thing that is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: u32,
    /// The element, where the error lies in one.
    pub element: Option<String>,
    /// The attribute, where the error lies in one.
    pub attribute: Option<String>,
    /// What the file says, shortened.
    pub value: Option<String>,
    /// What it may say instead.
    pub legal: Option<String>,
    /// What sort of error it is.
    pub kind: ParseErrorKind,
}

/// The sorts of errors; the text continues "the value ...".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseErrorKind {
    /// More bytes than [`crate::limits::GENOME_BYTES_MAX`].
    #[error("the file is too large")]
    TooLarge,
    /// More of something than its limit.
    #[error("there are too many of these")]
    TooMany,
    /// Not well-formed XML.
    #[error("the file is not well-formed XML")]
    Malformed,
    /// A document type definition, which could define entities.
    #[error("the file has a document type definition, which flames do not need")]
    DocumentType,
    /// No `<flame>` in the file.
    #[error("the file has no <flame> element")]
    NoFlame,
    /// A `<flame>` without attributes.
    #[error("has no attributes")]
    EmptyFlame,
    /// A genome without anything to iterate.
    #[error("has no xform that can ever be chosen")]
    NoXform,
    /// Not a number, or with something after it.
    #[error("is not a number")]
    NotANumber,
    /// Not a whole number.
    #[error("is not a whole number")]
    NotAnInteger,
    /// Outside the legal range.
    #[error("is out of range")]
    OutOfRange,
    /// A list of numbers that is too long or too short.
    #[error("is a list of the wrong length")]
    WrongCount,
    /// Not one of the legal words.
    #[error("is not one of the legal words")]
    UnknownWord,
    /// Colours out of flam3's own palette library.
    #[error("asks for flam3's palette library, which is not in the file")]
    LibraryPalette,
    /// What another program knows and a genome cannot hold.
    #[error("cannot be carried over")]
    NotCarried,
    /// A palette library without palettes.
    #[error("the file has no <palette> element")]
    NoPalette,
    /// Not the hexadecimal digits of colours.
    #[error("is not a list of colours in hexadecimal")]
    NotHexadecimal,
    /// An attribute or element where it has no meaning.
    #[error("does not belong here")]
    Misplaced,
    /// An attribute without which the element means nothing.
    #[error("is missing")]
    Missing,
    /// `<symmetry kind="0">`.
    #[error("asks for a random symmetry, which would be another flame at each reading")]
    RandomSymmetry,
}

impl ParseError {
    /// An error of the file as a whole.
    pub(super) fn whole(line: u32, kind: ParseErrorKind) -> Self {
        Self {
            line,
            element: None,
            attribute: None,
            value: None,
            legal: None,
            kind,
        }
    }

    /// An error of an element.
    pub(super) fn at(node: Node<'_, '_>, kind: ParseErrorKind) -> Self {
        let line = node.document().text_pos_at(node.range().start).row;
        Self {
            element: Some(shorten(node.tag_name().name(), VALUE_CHARS_MAX)),
            ..Self::whole(line, kind)
        }
    }

    /// An error of an attribute's value.
    pub(super) fn of(
        node: Node<'_, '_>,
        attribute: &Attribute<'_, '_>,
        kind: ParseErrorKind,
    ) -> Self {
        Self {
            line: node.document().text_pos_at(attribute.range().start).row,
            attribute: Some(shorten(attribute.name(), VALUE_CHARS_MAX)),
            value: Some(shorten(attribute.value(), VALUE_CHARS_MAX)),
            ..Self::at(node, kind)
        }
    }

    /// An error of an attribute that is not there.
    pub(super) fn missing(node: Node<'_, '_>, attribute: &str) -> Self {
        Self {
            attribute: Some(attribute.to_owned()),
            ..Self::at(node, ParseErrorKind::Missing)
        }
    }

    /// An error of the XML.
    pub(super) fn xml(error: &roxmltree::Error) -> Self {
        let kind = match error {
            roxmltree::Error::DtdDetected => ParseErrorKind::DocumentType,
            roxmltree::Error::NodesLimitReached
            | roxmltree::Error::AttributesLimitReached
            | roxmltree::Error::NamespacesLimitReached => ParseErrorKind::TooMany,
            _ => ParseErrorKind::Malformed,
        };
        Self {
            value: Some(shorten(&error.to_string(), VALUE_CHARS_MAX)),
            ..Self::whole(error.pos().row, kind)
        }
    }

    /// Says what would have been legal.
    pub(super) fn legal(mut self, legal: impl fmt::Display) -> Self {
        self.legal = Some(legal.to_string());
        self
    }

    /// Names the part of the value that is wrong.
    pub(super) fn value(mut self, value: &str) -> Self {
        self.value = Some(shorten(value, VALUE_CHARS_MAX));
        self
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if let Some(element) = &self.element {
            write!(f, "<{element}> ")?;
        }
        match (&self.attribute, &self.value) {
            (Some(attribute), Some(value)) => write!(f, "{attribute}: \"{value}\" {}", self.kind)?,
            (Some(attribute), None) => write!(f, "{attribute} {}", self.kind)?,
            (None, Some(value)) if self.element.is_some() => {
                write!(f, "\"{value}\" {}", self.kind)?;
            }
            (None, Some(value)) => write!(f, "{} ({value})", self.kind)?,
            (None, None) => write!(f, "{}", self.kind)?,
        }
        match &self.legal {
            Some(legal) => write!(f, "; legal: {legal}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ParseError {}

/// The beginning of a value, safe to print on a terminal.
pub(super) fn shorten(value: &str, chars_max: usize) -> String {
    let shown: String = value
        .chars()
        .take(chars_max)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if value.chars().nth(chars_max).is_some() {
        format!("{shown}...")
    } else {
        shown
    }
}
