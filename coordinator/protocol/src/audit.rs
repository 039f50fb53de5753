//! An audit report: what an auditor answers about one frame it rendered again.

use serde::{Deserialize, Serialize};

use crate::digests::Blake3;
use crate::work::DeviceKind;

/// One frame rendered again in full with the segment's rng_seed.
///
/// The means are over 8×8 blocks of the frame's 10-bit planes before encoding, times 16, row by
/// row, as little-endian `u16` in standard base64; a plane whose size is no multiple of 8 has
/// smaller blocks at its right and lower border.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditReport {
    /// BLAKE3 of the frame's pixels before encoding.
    pub frame: Blake3,
    /// Block means of the luma plane.
    pub luma: String,
    /// Block means of the blue-difference plane.
    pub chroma_blue: String,
    /// Block means of the red-difference plane.
    pub chroma_red: String,
    /// How long it took, in milliseconds of wall clock.
    pub render_ms: u64,
    /// What drew the frame.
    #[serde(default)]
    pub drawn_by: DeviceKind,
}

/// Block means as text.
#[must_use]
pub fn encode_means(means: &[u16]) -> String {
    let bytes: Vec<u8> = means.iter().flat_map(|mean| mean.to_le_bytes()).collect();
    data_encoding::BASE64.encode(&bytes)
}

/// Block means from text; `None` when it is not base64 or not exactly `count` means.
#[must_use]
pub fn decode_means(text: &str, count: usize) -> Option<Vec<u16>> {
    if text.len() > count.checked_mul(3)?.checked_add(4)? {
        return None;
    }
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok()?;
    let means: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    (bytes.len() == count * 2).then_some(means)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn means_survive_the_wire(means: Vec<u16>) {
            prop_assert_eq!(decode_means(&encode_means(&means), means.len()), Some(means));
        }
    }

    #[test]
    fn another_number_of_means_is_refused() {
        let text = encode_means(&[1, 2, 3]);
        assert_eq!(decode_means(&text, 2), None);
        assert_eq!(decode_means(&text, 4), None);
        assert_eq!(decode_means("?", 1), None);
    }
}
