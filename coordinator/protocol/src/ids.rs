//! Ids: short opaque names, one type per kind of thing.
//!
//! An id is 1 to 32 characters of `a-z`, `0-9` and `-`. Fresh ones are 80 random bits in base32
//! (16 characters), so that they are safe in a path, a file name and a log line.

use serde::{Deserialize, Deserializer, Serialize};

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id: 1 to 32 characters of a-z, 0-9 and - are allowed")]
pub struct IdError {
    text: String,
}

/// Bytes of randomness in a fresh id.
pub const ID_RANDOM_BYTES: usize = 10;

const ID_CHARS_MAX: usize = 32;

fn checked(text: &str) -> Result<String, IdError> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || text.len() > ID_CHARS_MAX || !text.chars().all(legal) {
        let text = text.chars().take(ID_CHARS_MAX + 8).collect();
        return Err(IdError { text });
    }
    Ok(text.to_owned())
}

fn fresh(random: [u8; ID_RANDOM_BYTES]) -> String {
    data_encoding::BASE32_NOPAD
        .encode(&random)
        .to_ascii_lowercase()
}

macro_rules! id {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let description = concat!($($doc),+);
                crate::text_schema(description, format!("^[a-z0-9-]{{1,{ID_CHARS_MAX}}}$"))
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl $name {
            /// A fresh id from 80 random bits; the caller owns the randomness.
            #[must_use]
            pub fn from_random(random: [u8; ID_RANDOM_BYTES]) -> Self {
                Self(fresh(random))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                checked(text).map(Self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A living genome, a node of the flock's graph.
    SheepId
);
id!(
    /// An animation: a loop or an edge.
    ClipId
);
id!(
    /// One segment to render, or one frame of it to audit.
    WorkUnitId
);
id!(
    /// A time-limited right to a work unit.
    LeaseId
);
id!(
    /// What an artist offered.
    EntryId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_are_sixteen_legal_characters() {
        let id = SheepId::from_random([0xff; ID_RANDOM_BYTES]);
        assert_eq!(id.as_str().len(), 16);
        assert_eq!(id.as_str().parse(), Ok(id));
    }

    #[test]
    fn path_tricks_are_not_ids() {
        for text in ["", "..", "a/b", "A", "é", &"a".repeat(33)] {
            assert!(text.parse::<ClipId>().is_err(), "{text}");
            assert!(
                serde_json::from_value::<ClipId>(text.into()).is_err(),
                "{text}"
            );
        }
    }
}
