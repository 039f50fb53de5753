//! What a vote weighs before anything is known of how its voter votes.

use super::DAY_MS;

/// Weight of a vote from a young key without an accepted frame.
pub const YOUNG_WEIGHT: f64 = 0.25;
/// A key is young for seven days.
pub const YOUNG_MS: i64 = 7 * DAY_MS;
/// The most weight the young keys of one network have on one sheep within the time for which a key is young.
/// For one day only, fifty keys on five networks that went on for a week always succeeded (`sim flock`).
pub const YOUNG_NETWORK_WEIGHT_MAX: f64 = 0.75;

/// The weight of a voter's vote. `key_age_ms` counts from when the key was first seen.
#[must_use]
pub fn voter_weight(key_age_ms: i64, accepted_units: u64) -> f64 {
    if key_age_ms < YOUNG_MS && accepted_units == 0 {
        YOUNG_WEIGHT
    } else {
        1.0
    }
}

/// A young key's weight after the cap on its network: `spent` is the weight young keys of the same
/// network have already put on the sheep within [`YOUNG_MS`]. An old key's weight stays.
#[must_use]
pub fn capped_weight(weight: f64, spent: f64) -> f64 {
    if weight >= 1.0 {
        return weight;
    }
    weight.min(YOUNG_NETWORK_WEIGHT_MAX - spent).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_keys_vote_weighs_a_quarter_until_it_has_worked() {
        assert_eq!(voter_weight(0, 0), 0.25);
        assert_eq!(voter_weight(YOUNG_MS, 0), 1.0);
        assert_eq!(voter_weight(0, 1), 1.0);
    }

    #[test]
    fn young_keys_of_one_network_are_capped_together() {
        assert_eq!(capped_weight(0.25, 0.5), 0.25);
        assert_eq!(capped_weight(0.25, 0.65), 0.75 - 0.65);
        assert_eq!(capped_weight(0.25, 0.75), 0.0);
        assert_eq!(capped_weight(1.0, 99.0), 1.0);
    }
}
