//! One attribute's value as numbers, whole numbers or words, each read whole or refused.

use super::{ParseError, ParseErrorKind};
use crate::limits::Range;
use roxmltree::{Attribute, Node};

/// An attribute and the element that it stands in.
#[derive(Clone, Copy)]
pub(super) struct Value<'a, 'input> {
    node: Node<'a, 'input>,
    attribute: Attribute<'a, 'input>,
}

impl<'a, 'input> Value<'a, 'input> {
    /// The attributes of `node`, in the file's order.
    pub(super) fn all(node: Node<'a, 'input>) -> impl Iterator<Item = Self> {
        node.attributes()
            .map(move |attribute| Self { node, attribute })
    }

    /// The attribute's name.
    pub(super) fn name(&self) -> &'a str {
        self.attribute.name()
    }

    /// The value as it stands in the file.
    pub(super) fn text(&self) -> &'a str {
        self.attribute.value()
    }

    /// Another attribute of the same element.
    pub(super) fn beside(&self, name: &str) -> Option<Self> {
        Self::all(self.node).find(|value| value.name() == name)
    }

    /// Whether the value is a zero, as of a variation that adds nothing.
    pub(super) fn is_zero(&self) -> bool {
        self.text().trim().parse() == Ok(0.0)
    }

    /// Whether the value is a number, as it is where a variation has a weight.
    pub(super) fn is_number(&self) -> bool {
        self.text().trim().parse::<f64>().is_ok()
    }

    /// The name of the element that it stands in.
    pub(super) fn element(&self) -> &'a str {
        self.node.tag_name().name()
    }

    /// Where the attribute stands in the text, in bytes.
    pub(super) fn position(&self) -> usize {
        self.attribute.range().start
    }

    /// An error of this value.
    pub(super) fn error(&self, kind: ParseErrorKind) -> ParseError {
        ParseError::of(self.node, &self.attribute, kind)
    }

    /// One number within `range`.
    pub(super) fn number(&self, range: Range) -> Result<f64, ParseError> {
        self.number_in(self.text(), range)
    }

    /// One whole number within `range`.
    pub(super) fn integer(&self, range: Range) -> Result<i64, ParseError> {
        self.integer_in(self.text(), range)
    }

    /// One whole number within a `range` of numbers above 0.
    pub(super) fn count(&self, range: Range) -> Result<u32, ParseError> {
        self.count_in(self.text(), range)
    }

    /// `word`, a part of the value, as a whole number within a `range` of numbers above 0.
    pub(super) fn count_in(&self, word: &str, range: Range) -> Result<u32, ParseError> {
        debug_assert!(range.min >= 0.0 && range.max <= f64::from(u32::MAX));
        Ok(self.integer_in(word, range)? as u32)
    }

    /// Exactly `N` numbers within `range`.
    pub(super) fn numbers<const N: usize>(&self, range: Range) -> Result<[f64; N], ParseError> {
        let list = self.list(N, range)?;
        <[f64; N]>::try_from(list).map_err(|_| self.wrong_count(N, range))
    }

    /// Exactly `N` whole numbers within a `range` of numbers above 0.
    pub(super) fn counts<const N: usize>(&self, range: Range) -> Result<[u32; N], ParseError> {
        let mut counts = [0; N];
        let mut words = self.text().split_whitespace();
        for count in &mut counts {
            let word = words.next().ok_or_else(|| self.wrong_count(N, range))?;
            *count = self.integer_in(word, range)? as u32;
        }
        match words.next() {
            Some(_) => Err(self.wrong_count(N, range)),
            None => Ok(counts),
        }
    }

    /// At most `count_max` numbers within `range`.
    pub(super) fn list(&self, count_max: usize, range: Range) -> Result<Vec<f64>, ParseError> {
        let mut list = Vec::new();
        for word in self.text().split_whitespace() {
            if list.len() == count_max {
                return Err(self.wrong_count(count_max, range));
            }
            list.push(self.number_in(word, range)?);
        }
        Ok(list)
    }

    /// The choice that the word stands for, out of `all`.
    pub(super) fn choice<T: Copy>(
        &self,
        all: &[T],
        name: fn(T) -> &'static str,
    ) -> Result<T, ParseError> {
        let word = self.text().trim();
        let found = all.iter().copied().find(|choice| name(*choice) == word);
        found.ok_or_else(|| {
            let words: Vec<_> = all.iter().map(|choice| name(*choice)).collect();
            self.error(ParseErrorKind::UnknownWord)
                .legal(words.join(", "))
        })
    }

    fn wrong_count(&self, count: usize, range: Range) -> ParseError {
        self.error(ParseErrorKind::WrongCount)
            .legal(format!("{count} numbers, each {range}"))
    }

    fn number_in(&self, word: &str, range: Range) -> Result<f64, ParseError> {
        let refuse = |kind| self.error(kind).value(word).legal(range);
        let value: f64 = word
            .trim()
            .parse()
            .map_err(|_| refuse(ParseErrorKind::NotANumber))?;
        if range.contains(value) {
            // Adding 0 turns -0 into 0, which a printed genome could not tell apart.
            Ok(value + 0.0)
        } else {
            Err(refuse(ParseErrorKind::OutOfRange))
        }
    }

    fn integer_in(&self, word: &str, range: Range) -> Result<i64, ParseError> {
        let refuse = |kind| {
            let legal = format!("a whole number, {range}");
            self.error(kind).value(word).legal(legal)
        };
        let value: i64 = word
            .trim()
            .parse()
            .map_err(|_| refuse(ParseErrorKind::NotAnInteger))?;
        if range.contains(value as f64) {
            Ok(value)
        } else {
            Err(refuse(ParseErrorKind::OutOfRange))
        }
    }
}
