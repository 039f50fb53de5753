//! Credit: what a volunteer earns for an accepted work unit, in whole numbers.
//!
//! One unit of credit is a thousand reference samples, so a frame of 1280×720 at 120 samples per
//! pixel earns 110,592. Votes never earn credit.

/// A device's first units are in escrow: paid out once this many were accepted.
pub const ESCROW_UNITS: u64 = 20;

/// Credit for a work unit of so many reference samples; at least 1.
#[must_use]
pub fn credit_for(samples: u64) -> u64 {
    (samples / 1000).max(1)
}

/// Whether the next accepted unit of a device with `accepted_before` of them goes to escrow.
#[must_use]
pub fn in_escrow(accepted_before: u64) -> bool {
    accepted_before < ESCROW_UNITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_is_counted_in_thousands_and_no_work_is_for_nothing() {
        assert_eq!(credit_for(1280 * 720 * 120), 110_592);
        assert_eq!(credit_for(1999), 1);
        assert_eq!(credit_for(3), 1);
    }

    #[test]
    fn the_first_twenty_units_are_in_escrow() {
        assert!(in_escrow(0) && in_escrow(19));
        assert!(!in_escrow(20));
    }
}
