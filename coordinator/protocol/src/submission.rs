//! A submission: what a worker uploads for a segment.
//!
//! # Bytes
//!
//! ```text
//! u32 little-endian   length of the preamble
//! preamble            JSON, a [`Preamble`]
//! segment             exactly `segment_bytes` bytes, the encoded frames
//! ```
//!
//! The request's signature covers the BLAKE3 of all of it, so the upload can be streamed. Handing
//! the same submission in twice is harmless: the second receipt says `duplicate`.

use serde::{Deserialize, Serialize};

use crate::digests::Blake3;
use crate::limits;
use crate::work::DeviceKind;

/// Content type of a submission's body.
pub const CONTENT_TYPE: &str = "application/vnd.woolgather.submission";

/// What comes before the segment's bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preamble {
    /// Length of the segment.
    pub segment_bytes: u64,
    /// BLAKE3 of the segment.
    pub segment: Blake3,
    /// BLAKE3 of every frame's pixels before encoding, in order.
    pub frames: Vec<Blake3>,
    /// How long rendering and encoding took, in milliseconds of wall clock; sets later terms.
    pub render_ms: u64,
    /// What drew the frames; digests are compared only where everything was drawn by processors.
    #[serde(default)]
    pub drawn_by: DeviceKind,
}

/// Why a preamble cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PreambleError {
    /// Longer than [`limits::PREAMBLE_BYTES_MAX`] says.
    #[error("the preamble is {0} bytes long; up to {max} are legal", max = limits::PREAMBLE_BYTES_MAX)]
    TooLong(u32),
    /// Not the JSON of a preamble.
    #[error("the preamble cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl Preamble {
    /// Length field and JSON, ready to be followed by the segment.
    ///
    /// # Panics
    ///
    /// If the preamble is longer than 4 GiB, which no segment's frame count allows.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let json = serde_json::to_vec(self).expect("a preamble is a plain struct");
        let length = u32::try_from(json.len()).expect("a preamble is short");
        let mut bytes = length.to_le_bytes().to_vec();
        bytes.extend(json);
        bytes
    }

    /// Checks the length field and returns how many bytes of JSON follow it.
    ///
    /// # Errors
    ///
    /// [`PreambleError::TooLong`]: stop reading.
    pub fn json_length(field: [u8; 4]) -> Result<usize, PreambleError> {
        let length = u32::from_le_bytes(field);
        if length > limits::PREAMBLE_BYTES_MAX {
            return Err(PreambleError::TooLong(length));
        }
        Ok(length as usize)
    }

    /// Reads the JSON after the length field.
    ///
    /// # Errors
    ///
    /// [`PreambleError::Unreadable`] when it is not a preamble.
    pub fn from_json(json: &[u8]) -> Result<Self, PreambleError> {
        Ok(serde_json::from_slice(json)?)
    }
}

/// The coordinator's answer. It means that the submission is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// The same submission had been taken before.
    pub duplicate: bool,
    /// How far the work unit has come.
    pub state: WorkUnitState,
}

/// Life of a work unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WorkUnitState {
    /// Waiting for a worker.
    Ready,
    /// A worker has it.
    Leased,
    /// On disk, its audit not yet planned.
    Submitted,
    /// Somebody else renders a frame of it again.
    Auditing,
    /// Good.
    Accepted,
    /// Failed on five distinct workers (an operator must look), or was found wrong after it had been
    /// accepted (another unit took its place).
    Quarantined,
}

/// What became of a work unit, for the worker that asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkUnitStatus {
    /// Where it is now.
    pub state: WorkUnitState,
    /// Why the asking worker's last submission for it was refused, if it was.
    pub refused: Option<crate::problem::Problem>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_preamble_survives_the_wire(segment_bytes: u64, digests in proptest::collection::vec(any::<[u8; 32]>(), 0..40), render_ms: u64, gpu: bool) {
            let preamble = Preamble {
                segment_bytes,
                segment: Blake3::of(b"segment"),
                frames: digests.into_iter().map(Blake3).collect(),
                render_ms,
                drawn_by: if gpu { DeviceKind::Gpu } else { DeviceKind::Cpu },
            };
            let bytes = preamble.to_bytes();
            let length = Preamble::json_length(bytes[..4].try_into().unwrap()).unwrap();
            prop_assert_eq!(length, bytes.len() - 4);
            prop_assert_eq!(Preamble::from_json(&bytes[4..]).unwrap(), preamble);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
            let _ = Preamble::from_json(&bytes);
        }
    }

    #[test]
    fn a_long_preamble_is_refused_before_it_is_read() {
        let field = (limits::PREAMBLE_BYTES_MAX + 1).to_le_bytes();
        assert!(matches!(
            Preamble::json_length(field),
            Err(PreambleError::TooLong(_))
        ));
    }
}
