//! The palette: 256 colours that a palette coordinate runs through.
//!
//! Colours are linear red, green, blue and alpha, 0 to 1, red, green and blue already multiplied
//! by alpha. flam3 files write colours as numbers up to 255, so a palette holds only numbers that
//! survive being written that way: [`Palette::new`] moves each by at most one unit in the last
//! place. That is what lets a printed genome be read back to the bit.

/// Entries of a palette.
pub const PALETTE_ENTRIES: usize = 256;

/// The colours of a genome: 256 entries of red, green, blue and alpha.
#[derive(Clone, PartialEq)]
pub struct Palette(Box<[[f64; 4]; PALETTE_ENTRIES]>);

impl Palette {
    /// Makes a palette, moving each number to the nearest one that a file can hold.
    ///
    /// Values outside 0..=1 are clamped and what is not a number becomes 0.
    #[must_use]
    pub fn new(mut entries: [[f64; 4]; PALETTE_ENTRIES]) -> Self {
        for value in entries.iter_mut().flatten() {
            *value = writable(*value);
        }
        Self(Box::new(entries))
    }

    /// The entries, in the order of the palette coordinate.
    #[must_use]
    pub fn entries(&self) -> &[[f64; 4]; PALETTE_ENTRIES] {
        &self.0
    }

    /// Whether no entry lets anything through, so that `<color rgb>` lines can say all of it.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.0.iter().all(|entry| entry[3] == 1.0)
    }
}

impl Default for Palette {
    /// What flam3 starts from: nothing is visible.
    fn default() -> Self {
        Self::new([[0.0; 4]; PALETTE_ENTRIES])
    }
}

impl std::fmt::Debug for Palette {
    /// One line: a digest would not help a reader, 256 rows would hide everything else.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [first, last] = [self.0[0], self.0[PALETTE_ENTRIES - 1]];
        write!(f, "Palette({first:?} ..= {last:?})")
    }
}

/// The number that stays itself when written as a multiple of 1/255 and read back.
///
/// `x * 255 / 255` is idempotent in binary floating point: the product's rounding error is less
/// than half a step of the quotient's grid, whichever of the two grids is finer there.
fn writable(value: f64) -> f64 {
    if value.is_nan() {
        return 0.0;
    }
    value.clamp(0.0, 1.0) * 255.0 / 255.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_entry_survives_the_unit_of_files(value in 0.0..=1.0_f64) {
            let kept = writable(value);
            prop_assert!((kept - value).abs() <= f64::EPSILON);
            prop_assert_eq!((kept * 255.0 / 255.0).to_bits(), kept.to_bits());
        }
    }

    #[test]
    fn what_is_no_colour_becomes_one() {
        let mut entries = [[0.5; 4]; PALETTE_ENTRIES];
        entries[7] = [f64::NAN, -1.0, 2.0, -0.0];
        let palette = Palette::new(entries);
        assert_eq!(palette.entries()[7], [0.0, 0.0, 1.0, 0.0]);
        assert!(palette.entries()[7][3].is_sign_positive());
        assert!(!palette.is_opaque());
    }
}
