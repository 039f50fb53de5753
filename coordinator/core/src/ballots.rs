//! The token of a ballot, and the names of voters.
//!
//! A token is a [`BallotTicket`] sealed with the coordinator's key, as unpadded base64url text. It
//! carries nothing secret: the signature keeps others from making one, the ballot's row in the
//! store keeps it from being used twice.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer, Serialize};
use woolgather_protocol::signing::Document;
use woolgather_protocol::{DeviceSecret, PublicKey, Signed};

use crate::people::PersonId;

/// How long a ballot is good: 24 hours.
pub const BALLOT_TERM_MS: i64 = 24 * 60 * 60 * 1000;

/// The longest token that is looked at, in characters; ours have about 500.
pub const TOKEN_CHARS_MAX: usize = 2048;

const VOTER_CHARS_MAX: usize = 80;

/// Who votes: a device's key, the random name a browser was given (`web-…`), or a person with all their
/// keys (`person-…`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct VoterId(String);

/// The text is no voter's name: 1 to 80 characters of a-z, 0-9 and - are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a voter's name is 1 to 80 characters of a-z, 0-9 and -")]
pub struct VoterIdError;

impl VoterId {
    /// The voter behind a device key.
    #[must_use]
    pub fn device(key: &PublicKey) -> Self {
        Self(key.to_string())
    }

    /// A browser's voter from 128 random bits; the caller owns the randomness.
    #[must_use]
    pub fn web(random: [u8; 16]) -> Self {
        Self(format!("web-{}", data_encoding::HEXLOWER.encode(&random)))
    }

    /// The voter that a person is, with all their browsers and devices.
    #[must_use]
    pub fn person(person: &PersonId) -> Self {
        Self(format!("person-{person}"))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for VoterId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for VoterId {
    type Err = VoterIdError;

    fn from_str(text: &str) -> Result<Self, VoterIdError> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if text.is_empty() || text.len() > VOTER_CHARS_MAX || !text.chars().all(legal) {
            return Err(VoterIdError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for VoterId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BallotTicket {
    /// The ballot's name in the store.
    pub ballot: String,
    /// Whom it was dealt to.
    pub voter: VoterId,
    /// When it stops being good, by the coordinator's clock.
    pub expires_at_ms: i64,
}

impl Document for BallotTicket {
    const PURPOSE: &'static str = "woolgather-ballot-v1";
}

/// The text is no token of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token was not made by this coordinator")]
pub struct ForeignToken;

/// Writes a ticket as a token.
///
/// # Panics
///
/// If a ticket cannot be written as JSON, which is our bug: it is a plain struct.
#[must_use]
pub fn seal_token(ticket: &BallotTicket, secret: &DeviceSecret) -> String {
    let sealed = Signed::seal(ticket, secret);
    let json = serde_json::to_vec(&sealed).expect("a sealed ticket is a plain struct");
    BASE64URL_NOPAD.encode(&json)
}

/// Reads a token back.
///
/// # Errors
///
/// [`ForeignToken`]: refuse the vote; `key` did not seal this text.
pub fn open_token(token: &str, key: &PublicKey) -> Result<BallotTicket, ForeignToken> {
    if token.len() > TOKEN_CHARS_MAX {
        return Err(ForeignToken);
    }
    let bytes = BASE64URL_NOPAD
        .decode(token.as_bytes())
        .map_err(|_| ForeignToken)?;
    let sealed: Signed<BallotTicket> = serde_json::from_slice(&bytes).map_err(|_| ForeignToken)?;
    sealed.open(key).map_err(|_| ForeignToken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> BallotTicket {
        BallotTicket {
            ballot: "b1".into(),
            voter: VoterId::web([7; 16]),
            expires_at_ms: 99,
        }
    }

    #[test]
    fn a_token_opens_with_the_key_that_sealed_it() {
        let secret = DeviceSecret::from_bytes(&[1; 32]);
        let token = seal_token(&ticket(), &secret);
        assert!(token.len() < TOKEN_CHARS_MAX);
        assert_eq!(open_token(&token, &secret.public()), Ok(ticket()));
        let other = DeviceSecret::from_bytes(&[2; 32]).public();
        assert_eq!(open_token(&token, &other), Err(ForeignToken));
    }

    #[test]
    fn a_token_with_one_changed_character_is_foreign() {
        let secret = DeviceSecret::from_bytes(&[1; 32]);
        let token = seal_token(&ticket(), &secret);
        for at in (0..token.len()).step_by(7) {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(open_token(&changed, &secret.public()), Err(ForeignToken));
        }
    }

    #[test]
    fn garbage_is_foreign() {
        let key = DeviceSecret::from_bytes(&[1; 32]).public();
        for text in ["", "?", "AAAA", &"A".repeat(TOKEN_CHARS_MAX + 1)] {
            assert_eq!(open_token(text, &key), Err(ForeignToken));
        }
    }

    #[test]
    fn a_voters_name_is_short_and_plain() {
        assert!("web-00".parse::<VoterId>().is_ok());
        for text in ["", "a/b", "A", &"a".repeat(81)] {
            assert_eq!(text.parse::<VoterId>(), Err(VoterIdError), "{text}");
        }
    }
}
