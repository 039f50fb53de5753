//! Which clips to fetch first, and which to drop where space is short. Pure: names, numbers and
//! lists of them; whoever has the network and the disk does what is said here.
//!
//! Both look at the flock as a graph. Its *core* is the largest set of sheep among which one can
//! walk for ever; the walk keeps to it once it has twelve, so fetching makes it grow and evicting
//! leaves it twelve.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::graph::{Arc, ClipGraph};
use crate::walk::CORE_NODES_MIN;

/// Clips ahead of the sheep on the screen that may be needed soon.
const STEPS_AHEAD: u32 = 3;

/// What decides about a clip, whether it is here or not.
#[derive(Clone, Debug, PartialEq)]
pub struct CacheClip {
    /// The sheep it starts from.
    pub from_sheep: String,
    /// The sheep it ends at; the same for a loop.
    pub to_sheep: String,
    /// Size of its file.
    pub bytes: u64,
    /// How much it is liked, on any scale. What is not a number counts as least.
    pub rating: f64,
    /// When it was published, in milliseconds since 1970.
    pub published_at_ms: u64,
}

/// The room there is for clips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that all clips together may take.
    pub quota_bytes: u64,
    /// Bytes free on the disk at present.
    pub free_bytes: u64,
    /// Bytes that have to be free on it.
    pub keep_free_bytes: u64,
}

impl Space {
    /// Bytes that have to go, of `used` by clips.
    fn excess(self, used: u64) -> u64 {
        let above_quota = used.saturating_sub(self.quota_bytes);
        above_quota.max(self.keep_free_bytes.saturating_sub(self.free_bytes))
    }
}

/// The order in which to fetch the clips of `missing`, as places in it; each is there once.
///
/// First the edges that enlarge the core of `here`, the fewest at a time: a way out of the core and
/// back into it, which only together do so, is fetched in a row. Then the clips at most three steps
/// ahead of the sheep `at`, where one is on the screen. Then the others. Within each group the
/// better rated come first, and of those rated alike the newest.
///
/// Leave out of `missing` what is not wanted at all, and stop where the space ends.
#[must_use]
pub fn prefetch_order(here: &[CacheClip], missing: &[CacheClip], at: Option<&str>) -> Vec<usize> {
    let mut order: Vec<usize> = Growth::of(here, missing).collect();
    let ahead = ahead_of(at, here, missing);
    let mut others: Vec<usize> = (0..missing.len()).filter(|i| !order.contains(i)).collect();
    others.sort_by(|&a, &b| {
        let nearness = ahead[b].cmp(&ahead[a]);
        nearness.then_with(|| worth(&missing[b]).cmp(&worth(&missing[a])))
    });
    order.extend(others);
    order
}

/// The clips of `here` to drop, in this order, as places in it.
///
/// Every clip of a sheep that was voted down goes. Then, while `space` is short, the worst rated go
/// first, and of those rated alike the oldest: outside the core; then inside it where the core stays
/// as large; then the others, as long as twelve sheep stay in it. So what is freed may be less than
/// what was asked for, and a core of fewer than twelve is not touched. The clip on the screen may be
/// among them: the player has it in memory.
#[must_use]
pub fn evictions(here: &[CacheClip], voted_down: &[String], space: Space) -> Vec<usize> {
    let mut cache = Cache::of(here, space);
    let is_down = |sheep: &String| voted_down.contains(sheep);
    for (i, clip) in here.iter().enumerate() {
        if is_down(&clip.from_sheep) || is_down(&clip.to_sheep) {
            cache.drop_clip(i);
        }
    }
    let sheep_min = cache.core_size().min(CORE_NODES_MIN);
    while cache.excess > 0 {
        let before = cache.dropped.len();
        cache.drop_outside_the_core();
        cache.drop_where_sheep_stay(cache.core_size(), usize::MAX);
        if cache.dropped.len() == before {
            // One at a time: what it leaves outside the core goes first.
            cache.drop_where_sheep_stay(sheep_min, 1);
        }
        if cache.dropped.len() == before {
            break;
        }
    }
    cache.dropped
}

/// How much a clip is worth keeping: its rating, then its date.
fn worth(clip: &CacheClip) -> impl Ord + use<> {
    /// Numbers in order, and below them what is none.
    struct Rating(f64);
    impl Ord for Rating {
        fn cmp(&self, other: &Self) -> Ordering {
            self.0.total_cmp(&other.0)
        }
    }
    impl PartialOrd for Rating {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl PartialEq for Rating {
        fn eq(&self, other: &Self) -> bool {
            self.cmp(other).is_eq()
        }
    }
    impl Eq for Rating {}
    let rating = if clip.rating.is_nan() {
        f64::NEG_INFINITY
    } else {
        clip.rating
    };
    (Rating(rating), clip.published_at_ms)
}

fn graph_of<'a>(clips: impl Iterator<Item = &'a CacheClip>) -> ClipGraph {
    let mut graph = ClipGraph::default();
    for clip in clips {
        graph.add(&clip.from_sheep, &clip.to_sheep);
    }
    graph
}

/// Which of `missing` lie at most [`STEPS_AHEAD`] clips ahead of `at`.
fn ahead_of(at: Option<&str>, here: &[CacheClip], missing: &[CacheClip]) -> Vec<bool> {
    let graph = graph_of(here.iter().chain(missing));
    let Some(at) = at.and_then(|sheep| graph.node_of(sheep)) else {
        return vec![false; missing.len()];
    };
    let ways = graph.ways_from(at, |_| true, |_| 1);
    let is_near = |i: usize| {
        let from = graph.arc(here.len() + i).from;
        from == at || ways[from].is_some_and(|way| way.cost < STEPS_AHEAD)
    };
    (0..missing.len()).map(is_near).collect()
}

/// The clips that make the core grow, in order.
struct Growth {
    /// The clips between sheep that can all be in one core; `present` are those here or chosen.
    graph: ClipGraph,
    /// For each clip of the graph, its place in `missing`.
    places: Vec<Option<usize>>,
    /// For each sheep, the best rating of a clip that ends there.
    ratings: Vec<f64>,
    /// Chosen, and not given out yet; the last first.
    chosen: Vec<usize>,
}

impl Growth {
    fn of(here: &[CacheClip], missing: &[CacheClip]) -> Self {
        let everything = graph_of(here.iter().chain(missing));
        let core = everything.core();
        let count = |core: &[bool]| core.iter().filter(|&&inside| inside).count();
        // Another core of the same size is no growth.
        let grows = count(&graph_of(here.iter()).core()) < count(&core);
        let mut growth = Self {
            graph: ClipGraph::default(),
            places: Vec::new(),
            ratings: vec![f64::NEG_INFINITY; core.len()],
            chosen: Vec::new(),
        };
        for (number, clip) in here.iter().chain(missing).enumerate() {
            let Arc { from, to } = everything.arc(number);
            if grows && core[from] && core[to] {
                let place = number.checked_sub(here.len());
                let added = growth.graph.add(&clip.from_sheep, &clip.to_sheep);
                growth.graph.set_present(added, place.is_none());
                let to = growth.graph.arc(added).to;
                growth.ratings[to] = growth.ratings[to].max(clip.rating);
                growth.places.push(place);
            }
        }
        growth
    }

    /// The missing clips of the cheapest way out of the core and back into it, in order.
    fn cheapest_ear(&self) -> Vec<usize> {
        let core = self.graph.core();
        let out = self.spread(&core, |arc| (arc.from, arc.to));
        let back = self.spread(&core, |arc| (arc.to, arc.from));
        let turning = (0..core.len())
            .filter(|&node| !core[node])
            .filter_map(|node| Some((out[node]?.0 + back[node]?.0, node)))
            .min_by(|(one_cost, one), (other_cost, other)| {
                let liked = self.ratings[*other].total_cmp(&self.ratings[*one]);
                one_cost.cmp(other_cost).then(liked)
            });
        let Some((_, turning)) = turning else {
            return Vec::new();
        };
        let mut way = Vec::new();
        let mut node = turning;
        while let Some((_, clip)) = out[node] {
            way.push(clip);
            node = self.graph.arc(clip).from;
        }
        way.reverse();
        node = turning;
        while let Some((_, clip)) = back[node] {
            way.push(clip);
            node = self.graph.arc(clip).to;
        }
        let mut ear = Vec::new();
        for clip in way {
            if !self.graph.contains(clip) && !ear.contains(&clip) {
                ear.push(clip);
            }
        }
        ear
    }

    /// For each sheep outside the core, the fewest missing clips between it and the core, and the
    /// clip next to it on that way; against the clips' direction if `direction` turns them round.
    fn spread(
        &self,
        core: &[bool],
        direction: impl Fn(Arc) -> (usize, usize),
    ) -> Vec<Option<(u32, usize)>> {
        let mut neighbours = vec![Vec::new(); core.len()];
        for clip in 0..self.places.len() {
            let (from, to) = direction(self.graph.arc(clip));
            neighbours[from].push((clip, to));
        }
        let mut found: Vec<Option<(u32, usize)>> = vec![None; core.len()];
        let inside = (0..core.len()).filter(|&node| core[node]);
        let mut waiting: BinaryHeap<_> = inside.map(|node| Reverse((0, node))).collect();
        while let Some(Reverse((cost_here, node))) = waiting.pop() {
            for &(clip, to) in &neighbours[node] {
                let cost = cost_here + u32::from(!self.graph.contains(clip));
                if !core[to] && found[to].is_none_or(|(other, _)| cost < other) {
                    found[to] = Some((cost, clip));
                    waiting.push(Reverse((cost, to)));
                }
            }
        }
        found
    }
}

impl Iterator for Growth {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.chosen.is_empty() {
            self.chosen = self.cheapest_ear();
            self.chosen.reverse();
        }
        let clip = self.chosen.pop()?;
        self.graph.set_present(clip, true);
        self.places[clip]
    }
}

/// What is left while clips are dropped.
struct Cache<'a> {
    clips: &'a [CacheClip],
    graph: ClipGraph,
    /// From the clip worth least to the one worth most.
    ranking: Vec<usize>,
    dropped: Vec<usize>,
    /// Bytes that still have to go.
    excess: u64,
}

impl<'a> Cache<'a> {
    fn of(clips: &'a [CacheClip], space: Space) -> Self {
        let mut ranking: Vec<usize> = (0..clips.len()).collect();
        ranking.sort_by(|&a, &b| worth(&clips[a]).cmp(&worth(&clips[b])));
        Self {
            clips,
            graph: graph_of(clips.iter()),
            ranking,
            dropped: Vec::new(),
            excess: space.excess(clips.iter().map(|clip| clip.bytes).sum()),
        }
    }

    fn drop_clip(&mut self, clip: usize) {
        self.graph.set_present(clip, false);
        self.dropped.push(clip);
        self.excess = self.excess.saturating_sub(self.clips[clip].bytes);
    }

    fn is_in_core(&self, clip: usize, core: &[bool]) -> bool {
        let Arc { from, to } = self.graph.arc(clip);
        core[from] && core[to]
    }

    /// Sheep in the core; one without a clip is none.
    fn core_size(&self) -> usize {
        let core = self.graph.core();
        if !self.graph.clips().any(|clip| self.is_in_core(clip, &core)) {
            return 0;
        }
        core.iter().filter(|&&inside| inside).count()
    }

    fn drop_outside_the_core(&mut self) {
        let core = self.graph.core();
        self.drop_some(usize::MAX, |cache, clip| !cache.is_in_core(clip, &core));
    }

    /// Drops up to `count` clips without any of which the core keeps so many sheep.
    fn drop_where_sheep_stay(&mut self, sheep: usize, count: usize) {
        self.drop_some(count, |cache, clip| {
            cache.graph.set_present(clip, false);
            let stays = cache.core_size() >= sheep;
            cache.graph.set_present(clip, true);
            stays
        });
    }

    fn drop_some(&mut self, count: usize, may_go: impl Fn(&mut Self, usize) -> bool) {
        let mut left = count;
        for clip in self.ranking.clone() {
            if left > 0 && self.excess > 0 && self.graph.contains(clip) && may_go(self, clip) {
                self.drop_clip(clip);
                left -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests;
