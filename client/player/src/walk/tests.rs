//! Short walks, and walks through flocks that change.

use super::*;
use crate::graph::tests::flock;

/// Walks `steps` clips of 10 s each and returns them as `from>to` words, with a `~` in front
/// of those that are cross-faded in.
fn walk(clips: &str, rng_seed: u64, steps: u64) -> Vec<String> {
    let flock = flock(clips);
    let mut walk = Walk::new(&flock, rng_seed);
    (0..steps)
        .map(|step| {
            let now = Duration::from_secs(10 * step);
            let step = walk.plan(now).expect("there is always a next clip");
            walk.enter(step.clip, now);
            let fade = if step.join == Join::CrossFade {
                "~"
            } else {
                ""
            };
            format!("{fade}{}", flock[step.clip].title)
        })
        .collect()
}

fn ring(sheep: usize) -> String {
    let clip = |i: usize| format!("{i}>{i} {i}>{}", (i + 1) % sheep);
    (0..sheep).map(clip).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_same_number_walks_the_same_way_and_another_does_not() {
    let clips = ring(16);
    assert_eq!(walk(&clips, 7, 40), walk(&clips, 7, 40));
    assert_ne!(walk(&clips, 7, 40), walk(&clips, 8, 40));
}

#[test]
fn a_walk_in_a_connected_flock_never_fades_and_shows_every_clip() {
    let clips = ring(16);
    let played = walk(&clips, 1, 400);
    assert!(played.iter().all(|clip| !clip.starts_with('~')));
    for clip in clips.split_whitespace() {
        assert!(played.iter().any(|played| played == clip), "{clip}");
    }
}

#[test]
fn every_clip_begins_where_the_one_before_ended() {
    let played = walk(&ring(13), 3, 200);
    for pair in played.windows(2) {
        let end = pair[0].split_once('>').unwrap().1;
        let start = pair[1].split_once('>').unwrap().0;
        assert_eq!(end, start, "{pair:?}");
    }
}

#[test]
fn a_large_core_is_never_left_for_a_dead_end() {
    let clips = format!("{} 3>out 5>out out>out", ring(14));
    assert!(
        walk(&clips, 2, 300)
            .iter()
            .all(|clip| !clip.contains("out"))
    );
}

#[test]
fn separate_loops_take_turns_with_cross_fades() {
    let played = walk("a>a b>b c>c", 5, 30);
    for name in ["a>a", "b>b", "c>c"] {
        let times = played.iter().filter(|clip| clip.ends_with(name)).count();
        assert!(times >= 8, "{name} {times} of 30");
    }
    assert!(played.iter().skip(1).all(|clip| clip.starts_with('~')));
}

#[test]
fn two_sheep_keep_showing_their_loops() {
    let played = walk("a>a b>b a>b b>a", 5, 40);
    let loops = played.iter().filter(|c| *c == "a>a" || *c == "b>b").count();
    assert!(loops >= 10, "{played:?}");
    assert!(played.iter().all(|clip| !clip.starts_with('~')));
}

#[test]
fn a_single_loop_goes_on_without_a_fade() {
    assert_eq!(walk("a>a", 1, 3), ["a>a", "a>a", "a>a"]);
}

#[test]
fn a_single_edge_fades_back_to_its_start() {
    assert_eq!(walk("a>b", 1, 3), ["a>b", "~a>b", "~a>b"]);
}

#[test]
fn a_sheep_nobody_can_walk_to_is_reached_by_a_fade() {
    let played = walk("a>a a>b b>a b>b far>far", 4, 60);
    let times = played.iter().filter(|clip| *clip == "~far>far").count();
    assert!((4..=20).contains(&times), "{played:?}");
}

#[test]
fn a_loop_is_shown_twice_and_an_edge_once() {
    let walk = Walk::new(&flock("a>a a>b"), 0);
    assert_eq!(walk.step(0).rounds, 2);
    assert_eq!(walk.step(1).rounds, 1);
}

#[test]
fn a_liked_sheep_is_chosen_more_often() {
    let mut liked = 0;
    for rng_seed in 0..200 {
        let mut flock = flock("a>a b>b");
        flock[1].rating = 2.0;
        let step = Walk::new(&flock, rng_seed).plan(Duration::ZERO).unwrap();
        liked += u32::from(step.clip == 1);
    }
    // Softmax of standard scores -1 and 1: e^(1.6 / 0.6) to 1, which is 187 of 200.
    assert!((175..=197).contains(&liked), "{liked}");
}

#[test]
fn a_rating_that_is_no_number_does_not_stop_the_walk() {
    let mut flock = flock("a>a b>b");
    flock[0].rating = f64::NAN;
    let mut roll = Roll::default();
    roll.call(flock.clone());
    assert_eq!(standard_scores(&roll), [0.0, 0.0]);
    assert!(Walk::new(&flock, 0).plan(Duration::ZERO).is_some());
}

#[test]
fn a_sheep_voted_down_is_left_and_never_comes_back() {
    let mut walk = Walk::new(&flock("a>a a>b b>b b>a"), 0);
    walk.enter(0, Duration::ZERO);
    assert!(walk.leave_sheep("a"));
    for second in 0..10 {
        let now = Duration::from_secs(second);
        let step = walk.plan(now).unwrap();
        assert_eq!(step.clip, 2);
        walk.enter(step.clip, now);
    }
}

#[test]
fn the_last_sheep_stays_on_the_screen_whatever_the_vote() {
    let mut walk = Walk::new(&flock("a>a"), 0);
    assert!(!walk.leave_sheep("a"));
    assert!(walk.plan(Duration::ZERO).is_some());
}

#[test]
fn with_every_clip_unreadable_there_is_no_next() {
    let mut walk = Walk::new(&flock("a>a b>b"), 0);
    walk.remove_clip(0);
    walk.remove_clip(1);
    assert_eq!(walk.plan(Duration::ZERO), None);
}

/// A walk through a flock that can change, after `steps` clips.
fn changing(clips: &str, steps: u64) -> (Roll, Walk) {
    let mut roll = Roll::default();
    roll.call(flock(clips));
    let mut walk = Walk::new(&flock(clips), 1);
    for step in 0..steps {
        go(&mut walk, step);
    }
    (roll, walk)
}

fn go(walk: &mut Walk, step: u64) -> Step {
    let now = Duration::from_secs(10 * step);
    let step = walk.plan(now).expect("there is a next clip");
    walk.enter(step.clip, now);
    step
}

#[test]
fn a_list_with_nothing_new_changes_nothing() {
    let (mut roll, mut changed) = changing(&ring(16), 30);
    let (_, mut left_alone) = changing(&ring(16), 30);
    roll.call(flock(&ring(16)));
    changed.renew(&roll);
    for step in 30..60 {
        assert_eq!(go(&mut changed, step), go(&mut left_alone, step));
    }
}

#[test]
fn a_new_clip_is_soon_played_and_the_old_ones_are_not_new_again() {
    let (mut roll, mut walk) = changing(&ring(16), 200);
    roll.call(flock(&format!("{} 3>new new>new new>4", ring(16))));
    walk.renew(&roll);
    let played: Vec<usize> = (200..290).map(|step| go(&mut walk, step).clip).collect();
    for new in 32..35 {
        let times = played.iter().filter(|&&clip| clip == new).count();
        assert!((1..10).contains(&times), "{new}: {times} times");
    }
}

#[test]
fn a_sheep_voted_down_stays_out_when_the_flock_changes() {
    let (mut roll, mut walk) = changing("a>a a>b b>b b>a", 1);
    assert!(walk.leave_sheep("a"));
    roll.call(flock("a>a a>b b>b b>a c>c"));
    walk.renew(&roll);
    let played: Vec<usize> = (1..20).map(|step| go(&mut walk, step).clip).collect();
    assert!(
        played.iter().all(|&clip| clip == 2 || clip == 4),
        "{played:?}"
    );
}

#[test]
fn where_only_a_sheep_voted_down_is_left_it_is_shown() {
    let (mut roll, mut walk) = changing("a>a b>b", 1);
    assert!(walk.leave_sheep("a"));
    roll.call(flock("a>a"));
    walk.renew(&roll);
    assert_eq!(go(&mut walk, 1).clip, 0);
}

#[test]
fn from_a_sheep_that_has_left_the_flock_the_walk_fades() {
    let (mut roll, mut walk) = changing("a>a", 1);
    roll.call(flock("b>b"));
    walk.renew(&roll);
    assert_eq!(go(&mut walk, 1).join, Join::CrossFade);
}

#[test]
fn from_outside_the_core_a_way_leads_into_it_without_a_fade() {
    let (mut roll, mut walk) = changing("out>out", 1);
    roll.call(flock(&format!(
        "{} out>out out>between between>3",
        ring(14)
    )));
    walk.renew(&roll);
    let steps: Vec<Step> = (1..20).map(|step| go(&mut walk, step)).collect();
    assert!(steps.iter().all(|step| step.join == Join::Seamless));
    assert!(walk.at.is_some_and(|at| walk.area[at]));
}
