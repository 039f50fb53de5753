//! Borders between segments: different hands made the two sides, and no single submission shows
//! both.

use woolgather_protocol::work::ClipKind;

use crate::store::JoinSegment;

/// Mean change of luma blocks across a border that is never remarkable: two of 1,023 levels, in
/// sixteenths.
const CHANGE_SLACK: u64 = 2 * 16;
/// A change this many times the usual one is remarkable.
const CHANGE_FACTOR: u64 = 4;

/// The borders across which the picture changes much more than across the others of its clip; worth
/// an operator's look. Border `k` lies behind segment `k`; a loop's last one leads to its beginning.
pub(super) fn jumps(kind: ClipKind, segments: &[JoinSegment]) -> Vec<usize> {
    let next = segments.iter().cycle().skip(1);
    let borders = match kind {
        ClipKind::Loop => segments.len(),
        ClipKind::Edge => segments.len().saturating_sub(1),
    };
    let changes: Vec<u64> = segments
        .iter()
        .zip(next)
        .take(borders)
        .map(change)
        .collect();
    let mut sorted = changes.clone();
    sorted.sort_unstable();
    let Some(usual) = sorted.get((sorted.len().saturating_sub(1)) / 2) else {
        return Vec::new();
    };
    let most = CHANGE_FACTOR * usual + CHANGE_SLACK;
    let remarkable = changes
        .iter()
        .enumerate()
        .filter(|(_, change)| **change > most);
    remarkable.map(|(border, _)| border).collect()
}

fn change((segment, next): (&JoinSegment, &JoinSegment)) -> u64 {
    let (before, after) = (&segment.last.luma, &next.first.luma);
    let sum: u64 = before
        .iter()
        .zip(after)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum / before.len().max(1) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FrameMeans;
    use woolgather_protocol::{Blake3, WorkUnitId};

    /// A segment whose first and last frame are this bright, in 10-bit levels.
    fn segment((first, last): (u16, u16)) -> JoinSegment {
        let gray = |level: u16| FrameMeans {
            blocks_wide: 2,
            blocks_high: 2,
            luma: vec![level * 16; 4],
            chroma_blue: vec![512 * 16],
            chroma_red: vec![512 * 16],
        };
        JoinSegment {
            work_unit: WorkUnitId::from_random([0; 10]),
            segment: 0,
            blob: Blake3::of(b"segment"),
            first: gray(first),
            last: gray(last),
        }
    }

    fn check(kind: ClipKind, levels: &[(u16, u16)], expected: &[usize]) {
        let segments: Vec<_> = levels.iter().copied().map(segment).collect();
        assert_eq!(jumps(kind, &segments), expected, "{levels:?}");
    }

    #[test]
    fn a_steady_clip_has_no_jumps() {
        check(ClipKind::Edge, &[], &[]);
        check(ClipKind::Edge, &[(100, 200)], &[]);
        check(ClipKind::Edge, &[(100, 110), (112, 120), (121, 130)], &[]);
        check(ClipKind::Loop, &[(100, 110), (112, 102), (101, 99)], &[]);
    }

    #[test]
    fn a_segment_that_begins_elsewhere_is_seen() {
        let levels = [(100, 110), (112, 120), (300, 290), (291, 280), (281, 270)];
        check(ClipKind::Edge, &levels, &[1]);
    }

    #[test]
    fn a_loop_that_does_not_close_is_seen_and_an_edge_need_not_close() {
        let levels = [(100, 110), (112, 120), (122, 300)];
        check(ClipKind::Loop, &levels, &[2]);
        check(ClipKind::Edge, &levels, &[]);
    }
}
