//! A reader of single bits, most significant first, that cannot run past its end.

/// Reads bits from the front of a byte slice.
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> BitReader<'a> {
    /// A reader that stands before the first bit of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// The next bit, or `None` at the end.
    pub(crate) fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.position / 8)?;
        let bit = byte >> (7 - self.position % 8) & 1;
        self.position += 1;
        Some(bit == 1)
    }

    /// The next `count` bits as a number, or `None` where fewer are left.
    pub(crate) fn number(&mut self, count: u32) -> Option<u32> {
        debug_assert!(count <= 32);
        let mut value = 0;
        for _ in 0..count {
            value = value << 1 | u32::from(self.flag()?);
        }
        Some(value)
    }

    /// Whether what is left is one set bit and then zeros to the end: how an OBU that carries only
    /// bits ends (section 5.3.4 of the AV1 specification).
    pub(crate) fn ends_in_trailing_bits(mut self) -> bool {
        if self.flag() != Some(true) {
            return false;
        }
        while let Some(bit) = self.flag() {
            if bit {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_most_significant_first() {
        let mut bits = BitReader::new(&[0b1010_0011, 0b1000_0000]);
        assert_eq!(bits.number(3), Some(0b101));
        assert_eq!(bits.flag(), Some(false));
        assert_eq!(bits.number(4), Some(0b0011));
        assert!(bits.ends_in_trailing_bits());
    }

    #[test]
    fn the_end_is_the_end() {
        let mut bits = BitReader::new(&[0xff]);
        assert_eq!(bits.number(9), None);
        assert!(!BitReader::new(&[]).ends_in_trailing_bits());
        assert!(!BitReader::new(&[0b1000_0000, 1]).ends_in_trailing_bits());
    }
}
