//! People: their ids, and the voter that all keys of one person are.

use std::fmt;
use std::str::FromStr;

use crate::ballots::VoterId;

/// A person with an account: 16 random bytes, written as 32 hexadecimal digits. Never shown to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub [u8; 16]);

/// The text is not 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a person's id is 32 lower-case hexadecimal digits")]
pub struct PersonIdError;

impl PersonId {
    /// The voter that this person is, whichever browser or device they vote with.
    #[must_use]
    pub fn voter(&self) -> VoterId {
        VoterId::person(self)
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl FromStr for PersonId {
    type Err = PersonIdError;

    fn from_str(text: &str) -> Result<Self, PersonIdError> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes());
        let bytes = bytes.map_err(|_| PersonIdError)?;
        bytes.try_into().map(Self).map_err(|_| PersonIdError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_written_down() {
        let id = PersonId([0xa7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for odd in ["", "a7", &"A7".repeat(16), &"a7".repeat(17)] {
            assert_eq!(odd.parse::<PersonId>(), Err(PersonIdError), "{odd}");
        }
    }

    #[test]
    fn a_person_is_one_voter() {
        let voter = PersonId([1; 16]).voter();
        assert!(voter.as_str().starts_with("person-01"));
        assert_eq!(voter.as_str().parse(), Ok(voter));
    }
}
