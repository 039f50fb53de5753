//! Where a genome comes from: the `<edit>` trees that flam3's tools and artists' programs write.
//!
//! An edit says who did what to which genomes, and holds copies of the parents' edits. It is kept
//! and printed as it came, as far as the limits reach, and is no part of the canonical bytes:
//! those name the picture.

use crate::limits;

/// An element of a genealogy: an `<edit>`, or anything inside one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// The element's name: `edit`, `sheep`, or whatever a program put there.
    pub element: String,
    /// Attributes and their values, in the file's order, each name once.
    pub attributes: Vec<(String, String)>,
    /// Text directly inside, white space at its ends removed.
    pub text: String,
    /// Elements inside, in their order.
    pub children: Vec<Edit>,
}

impl Edit {
    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether every name, value and text can be printed and read back as it is.
    #[must_use]
    pub fn is_printable(&self) -> bool {
        let text = |text: &str| text.trim() == text && text.chars().all(limits::is_text_char);
        let attributes = self.attributes.iter();
        let equals = |text: &str| text.matches('=').count();
        let in_values = attributes.clone().map(|(_, value)| 1 + equals(value));
        is_name(&self.element)
            && !matches!(self.element.as_str(), "flame" | "jwf-flame")
            && attributes
                .clone()
                .all(|(name, value)| is_name(name) && text(value))
            && text(&self.text)
            && in_values.sum::<usize>() + equals(&self.text) <= limits::EDIT_EQUALS_MAX
            && self.children.iter().all(Self::is_printable)
    }

    /// Elements of this tree, itself included.
    #[must_use]
    pub fn elements(&self) -> usize {
        1 + self.children.iter().map(Self::elements).sum::<usize>()
    }

    /// Levels of this tree, itself included.
    #[must_use]
    pub fn depth(&self) -> usize {
        1 + self.children.iter().map(Self::depth).max().unwrap_or(0)
    }

    /// Bytes of all names, values and texts of this tree.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let words = |(name, value): &(String, String)| name.len() + value.len();
        self.element.len()
            + self.text.len()
            + self.attributes.iter().map(words).sum::<usize>()
            + self.children.iter().map(Self::bytes).sum::<usize>()
    }
}

/// Whether XML takes this for the name of an element or attribute; of its many letters only
/// ASCII's are kept.
pub(crate) fn is_name(name: &str) -> bool {
    let start = |c: char| c.is_ascii_alphabetic() || c == '_';
    let inside = |c: char| start(c) || c.is_ascii_digit() || c == '-' || c == '.';
    name.starts_with(start) && name.chars().all(inside) && name != "xmlns"
}
