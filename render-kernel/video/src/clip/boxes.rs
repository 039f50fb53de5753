//! MP4 boxes, read without recursion and without trusting a length.
//!
//! The clip reader walks one fixed path through the file, so all it needs is: the boxes on one level,
//! and big-endian numbers. A hostile file can nest as it likes; nobody follows it.

/// A big-endian reader that ends where its slice ends.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next 32-bit number.
    pub(crate) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A table: a 32-bit count of at most `count_max`, then rows of `N` 32-bit numbers.
    pub(crate) fn table<const N: usize>(&mut self, count_max: u32) -> Option<Vec<[u32; N]>> {
        let count = self.u32().filter(|&count| count <= count_max)? as usize;
        let rows = self.take(count.checked_mul(4 * N)?)?;
        let row = |bytes: &[u8]| {
            let mut bytes = Bytes(bytes);
            // Unwrap safety: the row is cut to N numbers.
            std::array::from_fn(|_| bytes.u32().expect("rows are whole"))
        };
        Some(rows.chunks_exact(4 * N).map(row).collect())
    }
}

/// One box: its type and what is in it.
pub(crate) struct Mp4Box<'a> {
    pub(crate) kind: [u8; 4],
    pub(crate) content: &'a [u8],
}

/// The next box of `rest`, which then stands behind it. `None` at the end, and where what follows is
/// not a whole box.
pub(crate) fn next_box<'a>(rest: &mut &'a [u8]) -> Option<Mp4Box<'a>> {
    let mut bytes = Bytes(rest);
    let size = bytes.u32()?;
    let kind = bytes.take(4)?.try_into().ok()?;
    let header = 8;
    // Sizes of 0 (to the end) and 1 (64 bits) are not written by `join`.
    let content = bytes.take((size as usize).checked_sub(header)?)?;
    *rest = bytes.0;
    Some(Mp4Box { kind, content })
}

/// The content of the first box of type `kind` on this level.
pub(crate) fn find<'a>(mut level: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    while let Some(found) = next_box(&mut level) {
        if &found.kind == kind {
            return Some(found.content);
        }
    }
    None
}

/// The content at the end of a path of nested boxes.
pub(crate) fn find_path<'a>(level: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(level, |level, kind| find(level, kind))
}

/// The content of a *full* box behind its version and flags, where the version is the one expected.
pub(crate) fn find_full<'a>(level: &'a [u8], kind: &[u8; 4], version: u8) -> Option<Bytes<'a>> {
    let mut bytes = Bytes(find(level, kind)?);
    let found = bytes.take(4)?[0];
    (found == version).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_content() {
        let file = b"\0\0\0\x08free\0\0\0\x14moov\0\0\0\x0ctrak\x01\x02\x03\x04";
        assert_eq!(
            find_path(file, &[b"moov", b"trak"]),
            Some(&[1, 2, 3, 4][..])
        );
        assert_eq!(find_path(file, &[b"moov", b"mdia"]), None);
    }

    #[test]
    fn a_box_that_is_longer_than_its_parent_is_not_there() {
        assert_eq!(find(b"\0\0\0\x09moov", b"moov"), None);
        assert_eq!(find(b"\0\0\0\x07moov", b"moov"), None);
        assert_eq!(find(b"\0\0\0", b"moov"), None);
    }

    #[test]
    fn a_table_is_as_long_as_it_says_and_no_longer_than_allowed() {
        let bytes = b"\0\0\0\x02\0\0\0\x01\0\0\0\x02";
        assert_eq!(Bytes(bytes).table::<1>(2), Some(vec![[1], [2]]));
        assert_eq!(Bytes(bytes).table::<1>(1), None);
        assert_eq!(Bytes(bytes).table::<2>(2), None);
    }
}
