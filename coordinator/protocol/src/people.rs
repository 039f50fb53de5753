//! People: accounts that somebody chose to have, what others may see of them, and how a device is linked to
//! one.
//!
//! An account is a [`Handle`] and keys. Nobody needs one: a browser votes and a device works without. A
//! [`LinkCode`] joins the two ends once: either a device offers itself and a person takes it, or the other way
//! round.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{SheepId, WorkUnitId};
use crate::tags::Tag;

/// The fewest characters of a handle.
pub const HANDLE_CHARS_MIN: usize = 2;
/// The most characters of a handle.
pub const HANDLE_CHARS_MAX: usize = 24;
/// The most characters that a person or a team says about themselves.
pub const ABOUT_CHARS_MAX: usize = 500;
/// Letters of a [`LinkCode`]: those that are not mistaken for one another or for a digit.
pub const LINK_CODE_LETTERS: &[u8; 23] = b"abcdefghjkmnpqrstuvwxyz";
/// How many letters a [`LinkCode`] has.
pub const LINK_CODE_CHARS: usize = 8;

/// The name of a person or a team in addresses: 2 to 24 lower-case letters, digits and single hyphens between
/// them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

/// The text is no handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a handle has {HANDLE_CHARS_MIN} to {HANDLE_CHARS_MAX} lower-case letters and digits; hyphens may \
     stand between them"
)]
pub struct HandleError;

impl Handle {
    /// The handle's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What somebody typed: spaces around it and capitals do not matter.
    ///
    /// # Errors
    ///
    /// [`HandleError`] when it is none even so.
    pub fn typed(text: &str) -> Result<Self, HandleError> {
        text.trim().to_ascii_lowercase().parse()
    }
}

impl FromStr for Handle {
    type Err = HandleError;

    fn from_str(text: &str) -> Result<Self, HandleError> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let long_enough = (HANDLE_CHARS_MIN..=HANDLE_CHARS_MAX).contains(&text.len());
        let joined = !text.starts_with('-') && !text.ends_with('-') && !text.contains("--");
        if long_enough && joined && text.chars().all(legal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(HandleError)
        }
    }
}

impl TryFrom<String> for Handle {
    type Error = HandleError;

    fn try_from(text: String) -> Result<Self, HandleError> {
        text.parse()
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Handle {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::text_schema(
            "The name of a person or a team in addresses.",
            format!("^[a-z0-9-]{{{HANDLE_CHARS_MIN},{HANDLE_CHARS_MAX}}}$"),
        )
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Handle {}

/// Eight letters that link a device or a browser to a person, once and within ten minutes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkCode(String);

/// The text is no link code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has {LINK_CODE_CHARS} letters, none of them i, l or o")]
pub struct LinkCodeError;

impl LinkCode {
    /// A code from random bytes; of each, only its remainder by the number of letters counts.
    #[must_use]
    pub fn from_random(random: [u64; LINK_CODE_CHARS]) -> Self {
        let letters = LINK_CODE_LETTERS.len() as u64;
        // In range: the remainder is below the number of letters.
        let letter = |number: u64| char::from(LINK_CODE_LETTERS[(number % letters) as usize]);
        Self(random.into_iter().map(letter).collect())
    }

    /// The code's letters without anything between them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LinkCode {
    type Err = LinkCodeError;

    /// Reads what somebody typed: capitals, spaces and hyphens do not matter.
    fn from_str(text: &str) -> Result<Self, LinkCodeError> {
        // Long texts are not looked at to their end.
        let letters = text.chars().take(4 * LINK_CODE_CHARS);
        let code: String = letters
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_lowercase())
            .collect();
        let known = |c: char| c.is_ascii() && LINK_CODE_LETTERS.contains(&(c as u8));
        if code.len() == LINK_CODE_CHARS && code.chars().all(known) {
            Ok(Self(code))
        } else {
            Err(LinkCodeError)
        }
    }
}

impl TryFrom<String> for LinkCode {
    type Error = LinkCodeError;

    fn try_from(text: String) -> Result<Self, LinkCodeError> {
        text.parse()
    }
}

impl From<LinkCode> for String {
    fn from(code: LinkCode) -> Self {
        code.0
    }
}

/// As people read it: two groups of four.
impl fmt::Display for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (left, right) = self.0.split_at(LINK_CODE_CHARS / 2);
        write!(f, "{left}-{right}")
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for LinkCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::text_schema(
            "Eight letters that link a device to a person, once and within ten minutes.",
            format!("^[a-hjkmnp-z]{{{LINK_CODE_CHARS}}}$"),
        )
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for LinkCode {}

/// What a device wants of its link to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "wish", rename_all = "kebab-case")]
pub enum LinkRequest {
    /// To know whose it is.
    Ask,
    /// A code to show: whoever is signed in may take the device with it.
    Offer,
    /// To be the person's whose page shows this code.
    Take {
        /// The code.
        code: LinkCode,
    },
    /// To be nobody's.
    Remove,
    /// A code that signs a browser in as the device's person.
    SignIn,
}

/// Whose a device is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkAnswer {
    /// The person; null while it is nobody's.
    pub person: Option<Handle>,
    /// The code that was asked for.
    pub code: Option<LinkCode>,
    /// When it stops being good, ms since 1970; null without a code.
    pub expires_at_ms: Option<i64>,
}

/// What a token of a person allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// To read what the person's devices rendered and earned.
    Render,
    /// To be dealt ballots and answer them.
    Vote,
    /// To offer genomes.
    Submit,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 3] = [Self::Render, Self::Vote, Self::Submit];

    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Render => "render",
            Self::Vote => "vote",
            Self::Submit => "submit",
        }
    }
}

/// A person who wants to be found, in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonLine {
    /// The name in addresses: the page is `/people/{handle}`.
    pub handle: Handle,
    /// The name to show.
    pub name: String,
    /// The team's handle.
    pub team: Option<Handle>,
    /// Tags, in the order typed.
    pub tags: Vec<Tag>,
    /// Credit that stands, of all devices, in thousands of reference samples.
    pub credit: u64,
    /// What was earned of it in the last seven days.
    pub credit_week: u64,
    /// Sheep made of the person's entries.
    pub sheep: u64,
    /// Standing votes on those.
    pub sheep_votes: u64,
}

/// People who want to be found, and how many others there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct People {
    /// Most credit first; at most 100.
    pub people: Vec<PersonLine>,
    /// Devices with credit that belong to nobody of them.
    pub other_devices: u64,
}

/// A sheep on a person's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonSheep {
    /// The sheep.
    pub id: SheepId,
    /// Its title.
    pub title: String,
    /// Standing votes on it.
    pub votes: u64,
}

/// What became of a work unit that a device handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UnitFate {
    /// It is decoded, or somebody renders a frame of it again.
    BeingChecked,
    /// It is good.
    Accepted,
    /// It was not what was asked for.
    Refused,
    /// It was accepted and found wrong later.
    TakenBack,
}

/// A work unit that one of a person's devices handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonUnit {
    /// The work unit.
    pub id: WorkUnitId,
    /// Title of the clip.
    pub title: String,
    /// Which segment of it.
    pub segment: u32,
    /// Frames in it.
    pub frames: u32,
    /// What became of it.
    pub state: UnitFate,
    /// What it earned that stands, in thousands of reference samples.
    pub credit: u64,
    /// Whether that can still be lost because the device is new.
    pub escrow: bool,
    /// When it was handed in, ms since 1970.
    pub handed_in_ms: i64,
}

/// A person who wants to be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonProfile {
    /// Name, tags, credit.
    pub person: PersonLine,
    /// What the person says about themselves.
    pub about: String,
    /// When the account was made, ms since 1970.
    pub since_ms: i64,
    /// Frames of accepted units.
    pub frames: u64,
    /// Bytes of the segments in them.
    pub bytes: u64,
    /// The newest sheep of the person's entries; at most 50.
    pub sheep: Vec<PersonSheep>,
    /// Units handed in last; at most 50.
    pub units: Vec<PersonUnit>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_plain_and_can_stand_in_an_address() {
        for good in ["ada", "a1", "ada-of-the-hill", &"x".repeat(24)] {
            assert_eq!(good.parse::<Handle>().unwrap().as_str(), good);
        }
        for odd in [
            "",
            "a",
            "Ada",
            "-ada",
            "ada-",
            "a--b",
            "a/b",
            "a.b",
            "ä1",
            "<b>",
            &"x".repeat(25),
        ] {
            assert_eq!(odd.parse::<Handle>(), Err(HandleError), "{odd}");
        }
        assert_eq!(Handle::typed(" Ada ").unwrap().as_str(), "ada");
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = LinkCode::from_random([0, 1, 2, 3, 22, 23, 24, u64::MAX]);
        assert_eq!(code.as_str(), "abcdzabf");
        assert_eq!(code.to_string(), "abcd-zabf");
        for typed in ["abcdzabf", "ABCD-ZABF", " abcd zabf "] {
            assert_eq!(typed.parse(), Ok(code.clone()), "{typed}");
        }
        for odd in [
            "",
            "abcdzab",
            "abcdzabfa",
            "abcdzabi",
            "abcdzab1",
            "äbcdzabf",
        ] {
            assert_eq!(odd.parse::<LinkCode>(), Err(LinkCodeError), "{odd}");
        }
    }

    #[test]
    fn scopes_travel_by_their_names() {
        for scope in Scope::ALL {
            let name = format!("\"{}\"", scope.as_str());
            assert_eq!(serde_json::to_string(&scope).unwrap(), name);
        }
    }
}
