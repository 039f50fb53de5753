//! What the coordinator renders itself: disagreements, a look further, and a sample of what was
//! accepted.

use rand_chacha::rand_core::Rng;

use crate::random::{distinct_below, unit};

/// Share of accepted units of which the referee renders frames again.
pub const REAUDIT_SHARE: f64 = 0.01;

/// Frames of such a unit: one that was audited, which tests the auditor, and one that was not.
pub const REAUDIT_FRAMES: u32 = 2;

/// When a frame is wrong, so many others of the segment are rendered too. One wrong frame among
/// them all is what bad memory does; several are what a lie does.
pub const FURTHER_FRAMES: u32 = 3;

/// After a refusal so many of the device's last units are audited in full, accepted or not yet,
/// whatever its standing. A key costs nothing: a liar may throw it away at the first refusal, long before
/// it is found bad, and what it handed in just before is the likeliest to be doctored too. For a device in
/// order with a refusal among 50,000 units this is 0.04 % of its work.
pub const LOOK_BACK_UNITS: usize = 20;

/// Draws whether an accepted unit is audited again by the referee.
pub fn draws_reaudit(rng: &mut impl Rng) -> bool {
    unit(rng) < REAUDIT_SHARE
}

/// Draws the frames of an accepted segment that the referee renders again: one of those that were
/// `audited` (if any was) and others. In ascending order.
pub fn reaudit_frames(frame_count: u32, audited: &[u32], rng: &mut impl Rng) -> Vec<u32> {
    let mut drawn: Vec<u32> = distinct_below(rng, audited.len(), 1)
        .into_iter()
        .map(|place| audited[place])
        .collect();
    let missing = REAUDIT_FRAMES as usize - drawn.len();
    drawn.extend(others(frame_count, audited, missing, rng));
    drawn.sort_unstable();
    drawn
}

/// Draws the frames that the referee looks at beside one that is wrong.
pub fn further_frames(frame_count: u32, wrong: u32, rng: &mut impl Rng) -> Vec<u32> {
    others(frame_count, &[wrong], FURTHER_FRAMES as usize, rng)
}

fn others(frame_count: u32, without: &[u32], count: usize, rng: &mut impl Rng) -> Vec<u32> {
    let others: Vec<u32> = (0..frame_count)
        .filter(|frame| !without.contains(frame))
        .collect();
    distinct_below(rng, others.len(), count)
        .into_iter()
        .map(|place| others[place])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn a_hundredth_of_the_accepted_units_is_looked_at_again() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        let drawn = (0..100_000).filter(|_| draws_reaudit(rng)).count();
        // Four standard errors are 126.
        assert!((874..1_126).contains(&drawn), "{drawn}");
    }

    #[test]
    fn a_second_look_goes_to_the_audited_frame_and_to_another() {
        let rng = &mut ChaCha20Rng::from_seed([2; 32]);
        for _ in 0..50 {
            let drawn = reaudit_frames(32, &[7], rng);
            assert_eq!(drawn.len(), 2);
            assert!(drawn.contains(&7) && drawn[0] != drawn[1], "{drawn:?}");
        }
        assert_eq!(reaudit_frames(1, &[0], rng), [0]);
    }

    #[test]
    fn a_look_further_is_at_other_frames() {
        let rng = &mut ChaCha20Rng::from_seed([3; 32]);
        for _ in 0..50 {
            let drawn = further_frames(8, 3, rng);
            assert_eq!(drawn.len(), 3);
            assert!(!drawn.contains(&3));
        }
        assert!(further_frames(1, 0, rng).is_empty());
    }
}
