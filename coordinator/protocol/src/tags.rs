//! Tags: short words by which sheep and people are found.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most tags that one sheep or person has from people.
pub const TAGS_MAX: usize = 8;
/// The most characters of a tag.
pub const TAG_CHARS_MAX: usize = 24;

/// One tag: 1 to [`TAG_CHARS_MAX`] lower-case letters and digits of any script, in words joined by
/// single hyphens.
///
/// Two people who type `Deep Sea` and `deep-sea` mean one tag: parsing lowers letters, and joins words with
/// hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Tag(String);

/// Why a text is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Nothing but space.
    #[error("a tag needs a letter or a digit")]
    Empty,
    /// Too long.
    #[error("a tag has at most {TAG_CHARS_MAX} characters")]
    TooLong,
    /// This character is neither a letter nor a digit, and joins no words.
    #[error("a tag has letters, digits and hyphens only, not {0:?}")]
    Character(char),
    /// More than [`TAGS_MAX`].
    #[error("at most {TAGS_MAX} tags")]
    TooMany,
}

impl Tag {
    /// The tag's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tags in a line that people typed, separated by commas; each once, in the order typed.
    ///
    /// # Errors
    ///
    /// [`TagError`] of the first that is none, or [`TagError::TooMany`].
    pub fn list(line: &str) -> Result<Vec<Self>, TagError> {
        let mut tags = Vec::new();
        let typed = line.split(',').map(str::trim);
        for text in typed.filter(|text| !text.is_empty()) {
            let tag = text.parse()?;
            if tags.contains(&tag) {
                continue;
            }
            if tags.len() == TAGS_MAX {
                return Err(TagError::TooMany);
            }
            tags.push(tag);
        }
        Ok(tags)
    }
}

impl FromStr for Tag {
    type Err = TagError;

    fn from_str(text: &str) -> Result<Self, TagError> {
        let is_joint = |c: char| c == '-' || c == '_' || c.is_whitespace();
        let mut tag = String::new();
        for word in text.split(is_joint).filter(|word| !word.is_empty()) {
            if let Some(odd) = word.chars().find(|c| !c.is_alphanumeric()) {
                return Err(TagError::Character(odd));
            }
            if !tag.is_empty() {
                tag.push('-');
            }
            // A letter may be two characters when lowered, the second a mark.
            let lowered = word.chars().flat_map(char::to_lowercase);
            tag.extend(lowered.filter(|c| c.is_alphanumeric()));
            if tag.chars().count() > TAG_CHARS_MAX {
                return Err(TagError::TooLong);
            }
        }
        if tag.is_empty() {
            return Err(TagError::Empty);
        }
        Ok(Self(tag))
    }
}

impl TryFrom<String> for Tag {
    type Error = TagError;

    fn try_from(text: String) -> Result<Self, TagError> {
        text.parse()
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tag_however_it_is_typed() {
        for typed in ["deep-sea", "Deep Sea", "  deep_SEA ", "deep -- sea"] {
            assert_eq!(
                typed.parse::<Tag>().unwrap().as_str(),
                "deep-sea",
                "{typed}"
            );
        }
        assert_eq!("İ".parse::<Tag>().unwrap().as_str(), "i");
        assert_eq!("Übergröße".parse::<Tag>().unwrap().as_str(), "übergröße");
    }

    #[test]
    fn what_is_no_tag_says_why() {
        let check = |typed: &str, expected: TagError| {
            assert_eq!(typed.parse::<Tag>(), Err(expected), "{typed}");
        };
        check("", TagError::Empty);
        check(" - ", TagError::Empty);
        check("<b>", TagError::Character('<'));
        check("a/b", TagError::Character('/'));
        check(&"x".repeat(25), TagError::TooLong);
    }

    #[test]
    fn a_line_has_each_tag_once() {
        let tags =
            |line| Tag::list(line).map(|tags| tags.iter().map(Tag::to_string).collect::<Vec<_>>());
        assert_eq!(
            tags("Red, blue,,red"),
            Ok(vec!["red".into(), "blue".into()])
        );
        assert_eq!(tags(" , "), Ok(vec![]));
        assert_eq!(
            tags("a,b,c,d,e,f,g,h,a"),
            Ok("abcdefgh".chars().map(String::from).collect())
        );
        assert_eq!(tags("a,b,c,d,e,f,g,h,i"), Err(TagError::TooMany));
    }
}
