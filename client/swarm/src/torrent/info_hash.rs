//! The name of a torrent: the SHA-1 of its bencoded `info` dictionary.

use std::fmt;
use std::str::FromStr;

use sha1::{Digest, Sha1};

/// Identifies a torrent: the file's name, length and piece hashes, but not its trackers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InfoHash(pub [u8; 20]);

impl InfoHash {
    /// Returns the info hash of a bencoded `info` dictionary.
    pub(crate) fn of(info: &[u8]) -> Self {
        Self(Sha1::digest(info).into())
    }
}

impl fmt::Display for InfoHash {
    /// Forty lowercase hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for InfoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InfoHash({self})")
    }
}

/// A text is not an info hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an info hash is forty hexadecimal digits")]
pub struct InfoHashError;

impl FromStr for InfoHash {
    type Err = InfoHashError;

    fn from_str(text: &str) -> Result<Self, InfoHashError> {
        let digits = text.as_bytes();
        if digits.len() != 40 {
            return Err(InfoHashError);
        }
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn hex_digit(digit: u8) -> Result<u8, InfoHashError> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
        .ok_or(InfoHashError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_info_hash_survives_its_text() {
        let hash = InfoHash::of(b"de");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(hash.to_string().len(), 40);
    }

    #[test]
    fn other_texts_are_not_info_hashes() {
        for text in ["", "12", &"g".repeat(40), &"a".repeat(41), &"é".repeat(20)] {
            assert_eq!(text.parse::<InfoHash>(), Err(InfoHashError), "{text}");
        }
    }
}
