//! What holds for walks of ten thousand clips through flocks of many shapes.
//!
//! # Fair shares
//!
//! A visit is a clip that ends at a sheep. Of `n` sheep in the core each would get 1 in `n`, if the
//! core let it. Where it does not, this says how much more it forces: take sheep `v` out, and the
//! core falls into parts (strongly connected ones). Between two visits to `v` the walk sees parts
//! that lead to each other, one after the other; so in a round that shows every sheep it passes `v`
//! at least `w(v)` times, where `w(v)` is the largest number of parts none of which leads to
//! another (R. P. Dilworth's theorem, 1950). It is 1 for a sheep of a ring, and the number of
//! leaves for the hub of a star. A round of exactly these visits gives `v` the share
//! `w(v) / sum of w`, and that or 1 in `n`, whichever is more, is its fair share.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const STEPS: u64 = 10_000;
/// A sheep may be shown three times its fair share.
const SHARES_ALLOWED: f64 = 3.0;

/// How sheep are connected, before loops are added.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Each leads to the next, some to others.
    Ring,
    /// All lead to the hub and back.
    Star,
    /// A ring; the first twenty lead back to the first.
    Returns,
    /// Each leads to the next and to the one before.
    Chain,
    /// Each leads to up to five others.
    Random,
    /// A row; from its last, ways to up to a dozen that all lead to its first.
    Funnel,
    /// Two rings with one sheep in common.
    Eight,
    /// Two and two lead to each other.
    Pairs,
    /// Rings of different sizes; each leads to the next one and never back.
    Islands,
    /// A ring from which half of the sheep branch off and never come back.
    DeadEnds,
    /// Loops and nothing else.
    Alone,
}

const SHAPES: [Shape; 11] = [
    Shape::Ring,
    Shape::Star,
    Shape::Returns,
    Shape::Chain,
    Shape::Random,
    Shape::Funnel,
    Shape::Eight,
    Shape::Pairs,
    Shape::Islands,
    Shape::DeadEnds,
    Shape::Alone,
];

fn edges(shape: Shape, n: usize, draw: &mut impl FnMut(usize) -> usize) -> Vec<(usize, usize)> {
    let ring = |from: usize, to: usize| {
        (from..to).map(move |i| (i, if i + 1 == to { from } else { i + 1 }))
    };
    let half = n.div_ceil(2);
    match shape {
        Shape::Ring => {
            let chords = (0..n / 3).map(|_| (draw(n), draw(n)));
            ring(0, n).chain(chords).collect()
        }
        Shape::Star => (1..n).flat_map(|i| [(0, i), (i, 0)]).collect(),
        Shape::Returns => ring(0, n).chain((1..n.min(20)).map(|i| (i, 0))).collect(),
        Shape::Chain => (1..n).flat_map(|i| [(i - 1, i), (i, i - 1)]).collect(),
        Shape::Random => (0..n)
            .flat_map(|i| {
                let ways = 1 + draw(5);
                (0..ways).map(|_| (i, draw(n))).collect::<Vec<_>>()
            })
            .collect(),
        Shape::Funnel => {
            let mouth = n.div_ceil(5).min(12).min(n - 1);
            let fan = (n - mouth..n).flat_map(|i| [(n - mouth - 1, i), (i, 0)]);
            (1..n - mouth).map(|i| (i - 1, i)).chain(fan).collect()
        }
        Shape::Eight => {
            let first = ring(0, half);
            let second = (half..n).map(|i| (i, if i + 1 == n { 0 } else { i + 1 }));
            first.chain(second).chain([(0, half.min(n - 1))]).collect()
        }
        Shape::Pairs => (0..n / 2).flat_map(|i| ring(2 * i, 2 * i + 2)).collect(),
        Shape::Islands => {
            let mut edges = Vec::new();
            let mut from = 0;
            while from < n {
                let to = (from + 1 + draw(n)).min(n);
                edges.extend(ring(from, to));
                edges.extend((to < n).then_some((from, to)));
                from = to;
            }
            edges
        }
        Shape::DeadEnds => {
            let branches = (half..n).map(|i| (draw(i), i));
            ring(0, half).chain(branches).collect()
        }
        Shape::Alone => Vec::new(),
    }
}

/// A flock of a shape; `loops` of ten sheep have one, and ratings are spread far apart.
fn flock(shape: Shape, sheep: usize, loops: usize, rng_seed: u64) -> Vec<LocalClip> {
    let mut rng = ChaCha8Rng::seed_from_u64(rng_seed);
    let mut draw = |below: usize| (rng.next_u64() % below.max(1) as u64) as usize;
    let mut arcs: Vec<_> = edges(shape, sheep, &mut draw);
    arcs.retain(|(from, to)| from != to);
    let loops = if arcs.is_empty() { 10 } else { loops };
    arcs.extend((0..sheep).filter(|_| draw(10) < loops).map(|i| (i, i)));
    arcs.sort_unstable();
    arcs.dedup();
    let clip = |(from, to): &(usize, usize)| LocalClip {
        path: format!("{from}-{to}.mp4").into(),
        from_sheep: from.to_string(),
        to_sheep: to.to_string(),
        title: String::new(),
        artist: String::new(),
        volunteers: Vec::new(),
        rating: 0.0,
    };
    let mut flock: Vec<_> = arcs.iter().map(clip).collect();
    for clip in &mut flock {
        // One in ten is loved or hated beyond measure.
        clip.rating = draw(100) as f64 * if draw(10) == 0 { 10.0 } else { 1.0 };
    }
    flock
}

/// What a walk did.
struct Journey {
    walk: Walk,
    steps: Vec<Step>,
}

fn walk(flock: &[LocalClip], rng_seed: u64, steps: u64) -> Journey {
    let mut walk = Walk::new(flock, rng_seed);
    let steps = (0..steps).map(|step| {
        let now = Duration::from_secs(10 * step);
        let step = walk.plan(now).expect("there is always a next clip");
        walk.enter(step.clip, now);
        step
    });
    let steps = steps.collect();
    Journey { walk, steps }
}

/// The sheep that `start` leads to, itself included, over the clips between `open` sheep.
fn reached(graph: &ClipGraph, start: usize, open: &[bool]) -> Vec<bool> {
    let mut found = vec![false; open.len()];
    found[start] = true;
    let mut waiting = vec![start];
    while let Some(node) = waiting.pop() {
        for clip in graph.leaving(node) {
            let to = graph.arc(clip).to;
            if open[to] && !found[to] {
                found[to] = true;
                waiting.push(to);
            }
        }
    }
    found
}

/// `w(v)`: the largest number of parts of the core without `v`, none of which leads to another.
fn passes_forced(graph: &ClipGraph, core: &[bool], v: usize) -> usize {
    let mut open = core.to_vec();
    open[v] = false;
    let others: Vec<usize> = (0..open.len()).filter(|&node| open[node]).collect();
    let reached: Vec<_> = others.iter().map(|&a| reached(graph, a, &open)).collect();
    let leads = |a: usize, b: usize| reached[a][others[b]];
    let is_first = |a: usize| !(0..a).any(|b| leads(a, b) && leads(b, a));
    let parts: Vec<usize> = (0..others.len()).filter(|&a| is_first(a)).collect();
    let leads = |a: usize, b: usize| a != b && leads(parts[a], parts[b]);
    // Dilworth: parts less the greatest matching of parts to parts that they lead to.
    let mut before = vec![None; parts.len()];
    let matched = (0..parts.len()).filter(|&part| {
        let mut tried = vec![false; parts.len()];
        extend_matching(part, &leads, &mut tried, &mut before)
    });
    (parts.len() - matched.count()).max(1)
}

fn extend_matching(
    part: usize,
    leads: &impl Fn(usize, usize) -> bool,
    tried: &mut [bool],
    before: &mut [Option<usize>],
) -> bool {
    for next in 0..before.len() {
        if leads(part, next) && !tried[next] {
            tried[next] = true;
            if before[next].is_none_or(|other| extend_matching(other, leads, tried, before)) {
                before[next] = Some(part);
                return true;
            }
        }
    }
    false
}

/// Fair shares of the core's sheep; 0 outside.
fn fair_shares(graph: &ClipGraph, core: &[bool]) -> Vec<f64> {
    let count = core.iter().filter(|&&inside| inside).count() as f64;
    let forced: Vec<f64> = (0..core.len())
        .map(|v| {
            if core[v] {
                passes_forced(graph, core, v) as f64
            } else {
                0.0
            }
        })
        .collect();
    let sum: f64 = forced.iter().sum();
    (0..core.len())
        .map(|v| {
            if core[v] {
                (forced[v] / sum).max(1.0 / count)
            } else {
                0.0
            }
        })
        .collect()
}

/// Fails where a sheep was shown more than three times its fair share.
fn check_shares(journey: &Journey) -> Result<(), TestCaseError> {
    let graph = &journey.walk.graph;
    let core = graph.core();
    let mut visits = vec![0.0; core.len()];
    for step in &journey.steps {
        visits[graph.arc(step.clip).to] += 1.0 / journey.steps.len() as f64;
    }
    let equal = 1.0 / core.iter().filter(|&&inside| inside).count() as f64;
    let most = visits.iter().copied().fold(0.0, f64::max);
    if most <= SHARES_ALLOWED * equal {
        return Ok(());
    }
    for (v, fair) in fair_shares(graph, &core).into_iter().enumerate() {
        prop_assert!(
            visits[v] <= SHARES_ALLOWED * fair,
            "sheep {v}: {} visits of 1, {fair} are fair, {equal} equal",
            visits[v]
        );
    }
    Ok(())
}

/// Fails where a clip is not joined to the one before, or faded to although a way leads to it.
fn check_joins(journey: &Journey) -> Result<(), TestCaseError> {
    let graph = &journey.walk.graph;
    let everywhere = vec![true; graph.node_count()];
    let all = 0..graph.node_count();
    let reached: Vec<_> = all.map(|node| reached(graph, node, &everywhere)).collect();
    for pair in journey.steps.windows(2) {
        let at = graph.arc(pair[0].clip).to;
        let from = graph.arc(pair[1].clip).from;
        match pair[1].join {
            Join::Seamless => prop_assert_eq!(at, from),
            Join::CrossFade => prop_assert!(!reached[at][from], "{at} leads to {from}"),
        }
    }
    Ok(())
}

/// A shape, its sheep, how many of ten have a loop, and a number for the rest.
fn a_flock() -> impl Strategy<Value = (Shape, usize, usize, u64)> {
    let sheep = prop_oneof![2_usize..12, 12_usize..60, 60_usize..=200];
    let shape = proptest::sample::select(&SHAPES[..]);
    (shape, sheep, 0_usize..=10, any::<u64>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn ten_thousand_clips_show_everything_fairly_and_fade_only_where_no_way_leads(
        (shape, sheep, loops, rest) in a_flock(), rng_seed: u64,
    ) {
        let journey = walk(&flock(shape, sheep, loops, rest), rng_seed, STEPS);
        let walk = &journey.walk;
        check_joins(&journey)?;
        let played: HashSet<usize> = journey.steps.iter().map(|step| step.clip).collect();
        for clip in &walk.area_clips {
            prop_assert!(played.contains(clip), "clip {clip} was never played");
        }
        let core = walk.graph.core();
        if walk.area == core || core.iter().all(|&inside| inside) {
            let faded = journey.steps.iter().filter(|step| step.join == Join::CrossFade).count();
            prop_assert_eq!(faded, 0);
            prop_assert!(played.iter().all(|&clip| walk.inside(clip)));
            check_shares(&journey)?;
        }
    }

    #[test]
    fn in_a_flock_that_changes_only_what_is_there_is_played_and_joins_are_true(
        (shape, sheep, loops, rest) in a_flock(), rng_seed: u64,
    ) {
        let all = flock(shape, sheep, loops, rest);
        let mut rng = ChaCha8Rng::seed_from_u64(rest);
        let mut roll = Roll::default();
        let mut walk = Walk::new(&[], rng_seed);
        let mut at = None;
        for step in 0..600 {
            let now = Duration::from_secs(10 * step);
            if step % 20 == 0 {
                let here = all.iter().filter(|_| rng.next_u32() % 4 > 0).cloned();
                roll.call(here.collect());
                walk.renew(&roll);
            }
            let Some(step) = walk.plan(now) else {
                prop_assert!((0..roll.clips().len()).all(|clip| !roll.contains(clip)));
                continue;
            };
            prop_assert!(roll.contains(step.clip));
            let arc = walk.graph.arc(step.clip);
            let meets = at.is_none_or(|at| at == arc.from);
            prop_assert_eq!(step.join == Join::Seamless, meets);
            walk.enter(step.clip, now);
            at = Some(arc.to);
        }
    }

    #[test]
    fn the_same_number_walks_the_same_way_in_any_flock(
        (shape, sheep, loops, rest) in a_flock(), rng_seed: u64,
    ) {
        let clips = flock(shape, sheep, loops, rest);
        let [one, two] = [(); 2].map(|()| walk(&clips, rng_seed, 300));
        prop_assert_eq!(one.steps, two.steps);
    }
}

#[test]
fn a_fair_share_is_what_the_shape_forces() {
    let check = |shape, sheep, expected: &[usize]| {
        let journey = walk(&flock(shape, sheep, 0, 0), 0, 1);
        let graph = &journey.walk.graph;
        let core = graph.core();
        let forced: Vec<usize> = (0..expected.len())
            .map(|sheep| graph.node_of(&sheep.to_string()).unwrap())
            .map(|node| passes_forced(graph, &core, node))
            .collect();
        assert_eq!(forced, expected, "{shape:?}");
    };
    check(Shape::Star, 6, &[5, 1, 1, 1, 1, 1]);
    check(Shape::Returns, 5, &[1, 1, 1, 1, 1]);
    check(Shape::Chain, 4, &[1, 2, 2, 1]);
    check(Shape::Eight, 6, &[2, 1, 1, 1, 1, 1]);
    check(Shape::Funnel, 10, &[2, 2, 2, 2, 2, 2, 2, 2, 1, 1]);
}

#[test]
fn the_judge_of_shares_sees_a_sheep_that_is_shown_too_often() {
    let mut journey = walk(&flock(Shape::Ring, 30, 10, 1), 1, 3000);
    check_shares(&journey).expect("an honest walk");
    let often = journey.steps[0];
    for step in journey.steps.iter_mut().step_by(8) {
        *step = often;
    }
    check_shares(&journey).expect_err("one in eight is four shares of thirty");
}
