//! What the child process says, as one JSON document on its standard output.

use serde::{Deserialize, Serialize};
use woolgather_protocol::ProblemKind;
use woolgather_protocol::audit::{decode_means, encode_means};
use woolgather_render_kernel::compare::BlockMeans;

use crate::store::FrameMeans;

/// The child's whole answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// Every frame was decoded.
    Decoded(Vec<EncodedMeans>),
    /// It was not, and the worker is to be told.
    Refused {
        /// Which refusal.
        kind: ProblemKind,
        /// What happened, in a sentence.
        detail: String,
    },
}

/// One frame's block means, as audit reports carry them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EncodedMeans {
    blocks_wide: u32,
    blocks_high: u32,
    luma: String,
    chroma_blue: String,
    chroma_red: String,
}

/// Bytes of an answer that are more than enough for `frames` frames of this size.
pub(super) fn bytes_max(width: u32, height: u32, frames: u32) -> u64 {
    let blocks = u64::from(width.div_ceil(8)) * u64::from(height.div_ceil(8));
    u64::from(frames) * (blocks * 2 * 3 * 4 / 3 + 1024) + 64 * 1024
}

impl From<&BlockMeans> for EncodedMeans {
    fn from(means: &BlockMeans) -> Self {
        Self {
            blocks_wide: means.blocks_wide,
            blocks_high: means.blocks_high,
            luma: encode_means(&means.luma),
            chroma_blue: encode_means(&means.chroma_blue),
            chroma_red: encode_means(&means.chroma_red),
        }
    }
}

impl EncodedMeans {
    /// The means, if they are those of a frame of this size.
    pub(super) fn open(&self, width: u32, height: u32) -> Option<FrameMeans> {
        let (wide, high) = (width.div_ceil(8), height.div_ceil(8));
        let luma_blocks = (wide * high) as usize;
        let chroma_blocks =
            (width.div_ceil(2).div_ceil(8) * height.div_ceil(2).div_ceil(8)) as usize;
        if (self.blocks_wide, self.blocks_high) != (wide, high) {
            return None;
        }
        Some(FrameMeans {
            blocks_wide: wide,
            blocks_high: high,
            luma: decode_means(&self.luma, luma_blocks)?,
            chroma_blue: decode_means(&self.chroma_blue, chroma_blocks)?,
            chroma_red: decode_means(&self.chroma_red, chroma_blocks)?,
        })
    }
}
