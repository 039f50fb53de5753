//! Block means of a frame, as bytes in a row.
//!
//! ```text
//! u32 LE blocks_wide | u32 LE blocks_high | u32 LE chroma blocks
//! luma, chroma_blue, chroma_red: u16 LE each, row by row
//! ```

use super::StoreError;

const HEADER_BYTES: usize = 12;

/// Means over 8×8 blocks of a frame's three planes: 10-bit values times 16, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameMeans {
    /// Luma blocks in a row.
    pub blocks_wide: u32,
    /// Rows of luma blocks.
    pub blocks_high: u32,
    /// Luma.
    pub luma: Vec<u16>,
    /// Blue difference.
    pub chroma_blue: Vec<u16>,
    /// Red difference; as many as blue.
    pub chroma_red: Vec<u16>,
}

impl FrameMeans {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // A frame's side is at most 4096 pixels, so the number of blocks fits easily.
        let chroma = u32::try_from(self.chroma_blue.len()).unwrap_or(u32::MAX);
        let header = [self.blocks_wide, self.blocks_high, chroma];
        let planes = [&self.luma, &self.chroma_blue, &self.chroma_red];
        header
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .chain(
                planes
                    .into_iter()
                    .flatten()
                    .flat_map(|mean| mean.to_le_bytes()),
            )
            .collect()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        Self::read(bytes).ok_or_else(|| StoreError::Corrupt("block means".into()))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (header, planes) = bytes.split_at_checked(HEADER_BYTES)?;
        let field = |at: usize| Some(u32::from_le_bytes(header.get(at..at + 4)?.try_into().ok()?));
        let (blocks_wide, blocks_high, chroma) = (field(0)?, field(4)?, field(8)? as usize);
        let luma = usize::try_from(u64::from(blocks_wide) * u64::from(blocks_high)).ok()?;
        let means: Vec<u16> = planes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let expected = luma.checked_add(chroma.checked_mul(2)?)?;
        if planes.len() % 2 != 0 || means.len() != expected {
            return None;
        }
        Some(Self {
            blocks_wide,
            blocks_high,
            luma: means[..luma].to_vec(),
            chroma_blue: means[luma..luma + chroma].to_vec(),
            chroma_red: means[luma + chroma..].to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means() -> FrameMeans {
        FrameMeans {
            blocks_wide: 3,
            blocks_high: 2,
            luma: vec![1, 2, 3, 4, 5, 16_383],
            chroma_blue: vec![7, 8],
            chroma_red: vec![9, 10],
        }
    }

    #[test]
    fn means_come_back_as_they_were_stored() {
        let bytes = means().to_bytes();
        assert_eq!(FrameMeans::from_bytes(&bytes).unwrap(), means());
    }

    #[test]
    fn damaged_means_are_noticed() {
        let bytes = means().to_bytes();
        for length in 0..bytes.len() {
            assert!(
                FrameMeans::from_bytes(&bytes[..length]).is_err(),
                "{length}"
            );
        }
        let mut huge = bytes;
        huge[..12].fill(0xff);
        assert!(FrameMeans::from_bytes(&huge).is_err());
    }
}
