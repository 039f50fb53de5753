//! Stories of small caches, and what holds for any.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Clips from `from>to` words, all alike.
fn clips(words: &str) -> Vec<CacheClip> {
    let clip = |word: &str| {
        let (from, to) = word.split_once('>').expect("from>to");
        CacheClip {
            from_sheep: from.to_owned(),
            to_sheep: to.to_owned(),
            bytes: 10,
            rating: 0.0,
            published_at_ms: 0,
        }
    };
    words.split_whitespace().map(clip).collect()
}

fn names(clips: &[CacheClip], places: &[usize]) -> Vec<String> {
    let name = |&i: &usize| format!("{}>{}", clips[i].from_sheep, clips[i].to_sheep);
    places.iter().map(name).collect()
}

fn check_prefetch(here: &str, missing: &str, at: Option<&str>, expected: &str) {
    let missing = clips(missing);
    let order = prefetch_order(&clips(here), &missing, at);
    let expected: Vec<&str> = expected.split_whitespace().collect();
    assert_eq!(names(&missing, &order), expected);
}

/// A disk with room enough, and a quota.
fn quota(bytes: u64) -> Space {
    Space {
        quota_bytes: bytes,
        free_bytes: 1000,
        keep_free_bytes: 0,
    }
}

fn core_of(clips: &[CacheClip]) -> usize {
    Cache::of(clips, quota(u64::MAX)).core_size()
}

#[test]
fn clips_that_close_a_ring_come_before_all_others() {
    check_prefetch("a>a a>b b>c", "a>d c>c c>a", Some("a"), "c>a a>d c>c");
}

#[test]
fn a_way_that_only_together_enlarges_the_core_comes_in_a_row_the_shortest_first() {
    let missing = "b>x y>z z>b x>x x>y b>c c>b";
    check_prefetch("a>b b>a", missing, None, "b>c c>b b>x x>y y>z z>b x>x");
}

#[test]
fn clips_that_are_here_make_a_way_cheaper() {
    check_prefetch("a>b b>a b>c c>d", "b>x x>b d>a", None, "d>a b>x x>b");
}

#[test]
fn another_core_of_the_same_size_is_not_worth_a_clip_before_its_turn() {
    check_prefetch("c>a b>a d>e e>d", "c>c a>b", Some("d"), "c>c a>b");
}

#[test]
fn soon_is_three_steps_ahead() {
    let here = "a>b b>c c>d d>a";
    check_prefetch(here, "d>d c>c b>b", Some("a"), "c>c b>b d>d");
    check_prefetch(here, "d>d c>c b>b", None, "d>d c>c b>b");
}

#[test]
fn the_better_rated_comes_first_then_the_newer() {
    let mut missing = clips("a>a b>b c>c d>d");
    missing[1].rating = 2.0;
    missing[2].published_at_ms = 5;
    missing[3].rating = f64::NAN;
    let order = prefetch_order(&clips("a>b b>c c>d d>a"), &missing, None);
    assert_eq!(names(&missing, &order), ["b>b", "c>c", "a>a", "d>d"]);
}

#[test]
fn with_room_enough_only_a_sheep_voted_down_goes() {
    let here = clips("a>a a>b b>a b>b");
    assert_eq!(evictions(&here, &[], quota(40)), [0; 0]);
    let gone = evictions(&here, &["b".to_owned()], quota(40));
    assert_eq!(names(&here, &gone), ["a>b", "b>a", "b>b"]);
}

#[test]
fn what_lies_outside_the_core_goes_before_loops_and_those_before_the_core_itself() {
    let here = clips("a>a a>b b>a far>far");
    let gone = |bytes| names(&here, &evictions(&here, &[], quota(bytes)));
    assert_eq!(gone(30), ["far>far"]);
    assert_eq!(gone(20), ["far>far", "a>a"]);
    assert_eq!(gone(0), ["far>far", "a>a"], "the core stays");
}

#[test]
fn a_full_disk_counts_like_a_full_quota() {
    let here = clips("a>a a>b b>a far>far");
    let space = Space {
        quota_bytes: 1000,
        free_bytes: 95,
        keep_free_bytes: 100,
    };
    assert_eq!(names(&here, &evictions(&here, &[], space)), ["far>far"]);
}

#[test]
fn the_last_loop_stays() {
    assert_eq!(evictions(&clips("a>a"), &[], quota(0)), [0; 0]);
    let here = clips("a>a b>b");
    assert_eq!(evictions(&here, &[], quota(0)), [1]);
}

fn some_clips(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<CacheClip>> {
    let clip = (0_u8..24, 0_u8..24, 1_u64..100, -2_i8..=2, 0_u64..5);
    let clip = clip.prop_map(|(from, to, bytes, rating, published_at_ms)| CacheClip {
        from_sheep: from.to_string(),
        to_sheep: to.to_string(),
        bytes,
        rating: if rating == 2 { f64::NAN } else { rating.into() },
        published_at_ms,
    });
    vec(clip, count)
}

/// Clips among which there often is a core of twelve and more.
fn a_cache() -> impl Strategy<Value = Vec<CacheClip>> {
    (some_clips(0..60), 0_usize..24).prop_map(|(mut here, ring)| {
        for i in 0..ring {
            here.extend(clips(&format!("{i}>{}", (i + 1) % ring)));
        }
        here
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_missing_clip_has_its_turn_once(
        here in some_clips(0..30), missing in some_clips(0..60),
    ) {
        let mut order = prefetch_order(&here, &missing, Some("3"));
        order.sort_unstable();
        prop_assert!(order.into_iter().eq(0..missing.len()));
    }

    #[test]
    fn the_core_is_as_large_as_it_can_be_before_anything_else_is_fetched(
        here in some_clips(0..30), missing in some_clips(0..60),
    ) {
        let order = prefetch_order(&here, &missing, Some("3"));
        let with = |count: usize| {
            let fetched = order[..count].iter().map(|&i| missing[i].clone());
            core_of(&here.iter().cloned().chain(fetched).collect::<Vec<_>>())
        };
        let largest = with(missing.len());
        let growing = Growth::of(&here, &missing).count();
        // One sheep is no more of a core with a loop than without.
        prop_assert!(with(growing) == largest || largest == 1);
        // Without the last of them it would not be.
        prop_assert!(growing == 0 || with(growing - 1) < largest);
    }

    #[test]
    fn after_the_core_come_the_near_then_the_liked_then_the_new(
        here in some_clips(0..30), missing in some_clips(0..60),
    ) {
        let order = prefetch_order(&here, &missing, Some("3"));
        let ahead = ahead_of(Some("3"), &here, &missing);
        let rest = &order[Growth::of(&here, &missing).count()..];
        for pair in rest.windows(2) {
            let key = |i: usize| (ahead[i], worth(&missing[i]));
            prop_assert!(key(pair[0]) >= key(pair[1]));
        }
    }

    #[test]
    fn the_core_never_shrinks_below_twelve_and_a_small_one_not_at_all(
        here in a_cache(), quota_bytes in 0_u64..3000, down in 0_u8..40,
    ) {
        let down = [down.to_string()];
        let left = |gone: &[usize]| -> Vec<CacheClip> {
            let stays = |i: &usize| !gone.contains(i);
            (0..here.len()).filter(stays).map(|i| here[i].clone()).collect()
        };
        let is_down = |clip: &CacheClip| down.contains(&clip.from_sheep) || down.contains(&clip.to_sheep);
        let gone = evictions(&here, &down, quota(quota_bytes));
        let wanted: Vec<_> = here.iter().filter(|clip| !is_down(clip)).cloned().collect();
        let kept = left(&gone);
        prop_assert!(!kept.iter().any(is_down));
        prop_assert!(core_of(&kept) >= core_of(&wanted).min(CORE_NODES_MIN));
    }

    #[test]
    fn as_much_goes_as_is_needed_and_no_clip_too_many(
        here in a_cache(), quota_bytes in 0_u64..3000,
    ) {
        let gone = evictions(&here, &[], quota(quota_bytes));
        let bytes = |places: &[usize]| places.iter().map(|&i| here[i].bytes).sum::<u64>();
        let used = here.iter().map(|clip| clip.bytes).sum::<u64>();
        if let Some((_, before_last)) = gone.split_last() {
            prop_assert!(used - bytes(before_last) > quota_bytes);
        }
        let kept: Vec<_> = (0..here.len()).filter(|i| !gone.contains(i)).collect();
        if used - bytes(&gone) > quota_bytes {
            // Whatever else might go would cost the core a sheep it needs.
            for &clip in &kept {
                let others = kept.iter().filter(|&&i| i != clip).map(|&i| here[i].clone());
                let core_after = core_of(&others.collect::<Vec<_>>());
                prop_assert!(core_after < core_of(&here).min(CORE_NODES_MIN));
            }
        }
    }
}
