//! Which frames of a submission somebody else renders again, and when a unit is given up.

use rand_chacha::rand_core::Rng;

use crate::random::{below, distinct_below};

/// A device is new until this many of its units were accepted.
pub const NEW_DEVICE_UNITS: u64 = 20;

/// A unit that failed on this many distinct devices is quarantined: the unit is at fault.
pub const FAILURES_MAX: u64 = 5;

/// Draws `count` frames of a segment to audit (all of them when there are fewer), in ascending
/// order: one of the `suspicious` ones if there are any, the rest of all the others. How many, says
/// [`crate::trust::record::frames_to_audit`]: always at least one, and two where a frame is
/// suspicious, so that a decoy does not draw the audit away from the rest.
///
/// The caller draws *after* the submission's digests are committed, from a generator nobody
/// outside can predict.
///
/// # Panics
///
/// If `frame_count` or `count` is 0, which no recipe and no rule allows.
pub fn draw_frames(
    frame_count: u32,
    suspicious: &[u32],
    count: u32,
    rng: &mut impl Rng,
) -> Vec<u32> {
    assert!(frame_count > 0 && count > 0, "a segment has frames");
    let suspicious: Vec<u32> = suspicious
        .iter()
        .copied()
        .filter(|frame| *frame < frame_count)
        .collect();
    let mut drawn = Vec::new();
    if !suspicious.is_empty() {
        drawn.push(suspicious[below(rng, suspicious.len())]);
    }
    let others: Vec<u32> = (0..frame_count)
        .filter(|frame| !drawn.contains(frame))
        .collect();
    let missing = count as usize - drawn.len();
    let places = distinct_below(rng, others.len(), missing);
    drawn.extend(places.into_iter().map(|place| others[place]));
    drawn.sort_unstable();
    drawn
}

/// Whether a unit that failed on so many distinct devices is quarantined.
#[must_use]
pub fn is_quarantined(failed_devices: u64) -> bool {
    failed_devices >= FAILURES_MAX
}

/// Whether somebody who took an audit is slow with it, so that the coordinator does it itself: after a
/// third of the lease's term, as with segments, but never sooner than its patience with audits that
/// nobody took, nor later than ten times that. All in ms.
#[must_use]
pub fn is_slow_audit(leased_ms: i64, expires_ms: i64, now_ms: i64, patience_ms: i64) -> bool {
    let third_ms = expires_ms.saturating_sub(leased_ms) / 3;
    let most_ms = patience_ms.saturating_mul(SLOW_AUDIT_PATIENCES);
    now_ms.saturating_sub(leased_ms) >= third_ms.min(most_ms).max(patience_ms)
}

/// The longest that an auditor is waited for, in times of the patience with audits nobody took.
pub const SLOW_AUDIT_PATIENCES: i64 = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn rng(byte: u8) -> ChaCha20Rng {
        ChaCha20Rng::from_seed([byte; 32])
    }

    #[test]
    fn a_suspicious_frame_is_always_audited_with_another_one() {
        for byte in 0..50 {
            let drawn = draw_frames(32, &[5], 2, &mut rng(byte));
            assert_eq!(drawn.len(), 2);
            assert!(drawn.contains(&5), "{drawn:?}");
        }
    }

    #[test]
    fn every_frame_is_drawn_about_equally_often() {
        let rng = &mut rng(9);
        let mut counts = [0; 8];
        for _ in 0..8_000 {
            counts[draw_frames(8, &[], 1, rng)[0] as usize] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1_150).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn five_failures_quarantine() {
        assert!(!is_quarantined(4));
        assert!(is_quarantined(5));
    }

    proptest! {
        #[test]
        fn drawn_frames_exist_and_are_different(
            frame_count in 1_u32..64,
            suspicious in proptest::collection::vec(0_u32..100, 0..5),
            count in 1_u32..40,
            seed: [u8; 32],
        ) {
            let mut rng = ChaCha20Rng::from_seed(seed);
            let drawn = draw_frames(frame_count, &suspicious, count, &mut rng);
            prop_assert_eq!(drawn.len() as u32, count.min(frame_count));
            prop_assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(drawn.iter().all(|frame| *frame < frame_count));
        }
    }

    #[test]
    fn an_auditor_is_waited_for_a_third_of_its_term_within_bounds() {
        let slow_after = |term_ms: i64| {
            let slow = |now_ms: &i64| is_slow_audit(0, term_ms, *now_ms, 60);
            (0..10_000).find(slow)
        };
        assert_eq!(slow_after(30), Some(60), "not before the patience is over");
        assert_eq!(slow_after(600), Some(200));
        assert_eq!(slow_after(90_000), Some(600), "nor after ten times that");
    }
}
