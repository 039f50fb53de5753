//! How the disk feels: a few numbers in a file, which the library reads before each call.

/// How the disk feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Another number for each spell, so that `room_bytes` begins anew.
    pub spell: u64,
    /// Of a thousand writes (creations and renamings too) so many fail with `EIO`.
    pub failing_writes: u64,
    /// Of a thousand forced writes so many fail with `EIO`. What they should have forced is lost in part, as
    /// on a system that gives up the pages it could not write.
    pub failing_syncs: u64,
    /// Files may grow by so many bytes; then the disk is full.
    pub room_bytes: u64,
    /// Not 0: a forced write forces nothing and says that it did.
    pub lies: u64,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            spell: 0,
            failing_writes: 0,
            failing_syncs: 0,
            room_bytes: u64::MAX,
            lies: 0,
        }
    }
}

impl Control {
    /// Length of [`Control::to_bytes`].
    pub const BYTES: usize = 40;

    /// As it stands in the file.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let fields = [
            self.spell,
            self.failing_writes,
            self.failing_syncs,
            self.room_bytes,
            self.lies,
        ];
        let mut bytes = [0; Self::BYTES];
        for (place, field) in bytes.chunks_exact_mut(8).zip(fields) {
            place.copy_from_slice(&field.to_le_bytes());
        }
        bytes
    }

    /// What stands in the file.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let mut fields = [0; Self::BYTES / 8];
        for (field, place) in fields.iter_mut().zip(bytes.chunks_exact(8)) {
            let mut word = [0; 8];
            word.copy_from_slice(place);
            *field = u64::from_le_bytes(word);
        }
        let [spell, failing_writes, failing_syncs, room_bytes, lies] = fields;
        Self {
            spell,
            failing_writes,
            failing_syncs,
            room_bytes,
            lies,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written() {
        let control = Control {
            spell: 1,
            failing_writes: 2,
            failing_syncs: 3,
            room_bytes: 4,
            lies: 5,
        };
        assert_eq!(Control::from_bytes(control.to_bytes()), control);
    }
}
