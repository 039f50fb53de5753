//! Fingerprints of bytes, written as lower-case hexadecimal.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not a fingerprint or a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {hex_chars} lower-case hexadecimal characters")]
pub struct HexError {
    /// How many characters the text should have had.
    pub hex_chars: usize,
}

pub(crate) fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let error = HexError { hex_chars: N * 2 };
    if text.len() != N * 2 {
        return Err(error);
    }
    let bytes = HEXLOWER
        .decode(text.as_bytes())
        .map_err(|_| error.clone())?;
    bytes.try_into().map_err(|_| error)
}

macro_rules! hex_bytes {
    ($(#[doc = $doc:literal])+ $name:ident, $len:literal) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::digests::HexError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                crate::digests::from_hex(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let description = concat!($($doc),+);
                crate::text_schema(description, format!("^[0-9a-f]{{{}}}$", 2 * $len))
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use hex_bytes;

hex_bytes!(
    /// BLAKE3 of a segment, of a frame's pixels or of a request's body.
    Blake3,
    32
);
hex_bytes!(
    /// SHA-256 of a clip file.
    Sha256,
    32
);
hex_bytes!(
    /// BitTorrent's name for a torrent: SHA-1 of its info dictionary (BEP 3).
    InfoHash,
    20
);

impl Blake3 {
    /// The fingerprint of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}
