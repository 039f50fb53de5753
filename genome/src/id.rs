//! A genome's name for machines: the BLAKE3 digest of its canonical bytes.

use crate::Genome;
use std::fmt;
use std::str::FromStr;

/// Identifies a genome by everything it says, its name and time included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GenomeId([u8; 32]);

impl GenomeId {
    /// The id of the genome with these canonical bytes, which are not looked at.
    #[must_use]
    pub fn of_canonical_bytes(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// An id from a digest that was stored or received.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl Genome {
    /// The genome's id.
    #[must_use]
    pub fn id(&self) -> GenomeId {
        GenomeId::of_canonical_bytes(&self.canonical_bytes())
    }
}

impl fmt::Display for GenomeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for GenomeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GenomeId({self})")
    }
}

/// Text that is not a [`GenomeId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a genome id is 64 lower-case hexadecimal digits")]
pub struct GenomeIdError;

impl FromStr for GenomeId {
    type Err = GenomeIdError;

    /// Reads 64 lower-case hexadecimal digits, nothing before or after.
    fn from_str(text: &str) -> Result<Self, GenomeIdError> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(GenomeIdError),
        };
        let pairs = text.as_bytes();
        if pairs.len() != 64 {
            return Err(GenomeIdError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(pairs.chunks_exact(2)) {
            *byte = digit(pair[0])? * 16 + digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_nothing_else_does() {
        let id = Genome::default().id();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().len(), 64);
        assert!(id.to_string().to_uppercase().parse::<GenomeId>().is_err());
        assert!("".parse::<GenomeId>().is_err());
        assert!(format!("{id}0").parse::<GenomeId>().is_err());
        assert!("é".repeat(32).parse::<GenomeId>().is_err());
    }
}
