//! Pictures compared by the means of their blocks: decoded frames with their neighbours, with
//! audits, with our own rendering.

use woolgather_protocol::Blake3;
use woolgather_protocol::work::DeviceKind;
use woolgather_render_kernel::Frame;
use woolgather_render_kernel::compare::{self, BlockMeans};

use crate::store::FrameMeans;

/// Whether the decoded frame shows the audited picture, within what encoding may change.
#[must_use]
pub fn same_picture(decoded: &FrameMeans, audited: &FrameMeans) -> bool {
    compare::same_picture(
        &block_means_of(decoded),
        &block_means_of(audited),
        &compare::Floor::encoded(),
    )
    .is_same()
}

/// Whether the digests of a frame drawn twice say that both drew the same. Processors draw the same bits; where a graphics
/// card took part the digests say nothing, and only the pictures count.
#[must_use]
pub fn digests_agree(drawn_by: [DeviceKind; 2], [one, other]: [Blake3; 2]) -> bool {
    drawn_by.contains(&DeviceKind::Gpu) || one == other
}

/// Frames that do not fit between their neighbours.
pub(super) fn suspicious(means: &[FrameMeans]) -> Vec<u32> {
    let frames: Vec<BlockMeans> = means.iter().map(block_means_of).collect();
    compare::continuity(&frames)
        .iter()
        .map(|suspicion| suspicion.frame)
        .collect()
}

/// The block means of a frame rendered here.
#[must_use]
pub fn means_of(frame: &Frame) -> FrameMeans {
    let means = frame.to_planes().block_means();
    FrameMeans {
        blocks_wide: means.blocks_wide,
        blocks_high: means.blocks_high,
        luma: means.luma,
        chroma_blue: means.chroma_blue,
        chroma_red: means.chroma_red,
    }
}

fn block_means_of(means: &FrameMeans) -> BlockMeans {
    BlockMeans {
        blocks_wide: means.blocks_wide,
        blocks_high: means.blocks_high,
        luma: means.luma.clone(),
        chroma_blue: means.chroma_blue.clone(),
        chroma_red: means.chroma_red.clone(),
    }
}
