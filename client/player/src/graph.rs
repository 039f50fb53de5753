//! The flock as a graph: sheep are nodes, clips are arcs. Pure.
//!
//! Nodes and clips are numbered in the order in which they are added, and keep their numbers. Clips
//! can be taken out (a file that cannot be read, a sheep somebody voted down) and put in again.
//!
//! # Source
//!
//! Strongly connected components by two passes of depth-first search, S. Rao Kosaraju's method as
//! described in Aho, Hopcroft and Ullman, *Data Structures and Algorithms* (1983), section 6.7;
//! cheapest ways by E. W. Dijkstra's, section 6.3 there.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// One clip, as an arc between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arc {
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl Arc {
    pub(crate) fn is_loop(self) -> bool {
        self.from == self.to
    }
}

/// Who leads where, and what is in.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClipGraph {
    nodes: HashMap<String, usize>,
    arcs: Vec<Arc>,
    present: Vec<bool>,
    /// For each node the clips that leave it, in or taken out.
    leaving: Vec<Vec<usize>>,
}

impl ClipGraph {
    /// Adds a clip, which gets the next number; a sheep it names for the first time gets one too.
    pub(crate) fn add(&mut self, from_sheep: &str, to_sheep: &str) -> usize {
        let arc = Arc {
            from: self.number(from_sheep),
            to: self.number(to_sheep),
        };
        let clip = self.arcs.len();
        self.leaving[arc.from].push(clip);
        self.arcs.push(arc);
        self.present.push(true);
        clip
    }

    fn number(&mut self, sheep: &str) -> usize {
        if let Some(&node) = self.nodes.get(sheep) {
            return node;
        }
        let node = self.leaving.len();
        self.nodes.insert(sheep.to_owned(), node);
        self.leaving.push(Vec::new());
        node
    }

    pub(crate) fn node_count(&self) -> usize {
        self.leaving.len()
    }

    pub(crate) fn node_of(&self, sheep: &str) -> Option<usize> {
        self.nodes.get(sheep).copied()
    }

    /// The arc of a clip, in or taken out.
    pub(crate) fn arc(&self, clip: usize) -> Arc {
        self.arcs[clip]
    }

    /// The clips that are in, in order.
    pub(crate) fn clips(&self) -> impl Iterator<Item = usize> {
        (0..self.arcs.len()).filter(|&clip| self.present[clip])
    }

    /// Those of them that leave a node.
    pub(crate) fn leaving(&self, node: usize) -> impl Iterator<Item = usize> {
        let clips = self.leaving[node].iter().copied();
        clips.filter(|&clip| self.present[clip])
    }

    pub(crate) fn contains(&self, clip: usize) -> bool {
        self.present[clip]
    }

    /// Takes a clip out, or puts it in again.
    pub(crate) fn set_present(&mut self, clip: usize, present: bool) {
        self.present[clip] = present;
    }

    /// The largest set of sheep among which one can walk for ever, one flag for each node.
    ///
    /// Of several equally large ones, the one with more clips; then the one named first.
    pub(crate) fn core(&self) -> Vec<bool> {
        let component = self.components();
        let mut sizes = vec![(0_usize, 0_usize); self.node_count()];
        for &root in &component {
            sizes[root].0 += 1;
        }
        for clip in self.clips() {
            let Arc { from, to } = self.arcs[clip];
            if component[from] == component[to] {
                sizes[component[from]].1 += 1;
            }
        }
        let largest = (0..sizes.len()).max_by_key(|&root| (sizes[root], sizes.len() - root));
        component
            .iter()
            .map(|&root| Some(root) == largest)
            .collect()
    }

    /// The strongly connected component of each node, named by one of its nodes.
    fn components(&self) -> Vec<usize> {
        let forward = self.neighbours(|arc| (arc.from, arc.to));
        let backward = self.neighbours(|arc| (arc.to, arc.from));
        let mut finished = Vec::with_capacity(self.node_count());
        let mut seen = vec![false; self.node_count()];
        for root in 0..self.node_count() {
            depth_first(root, &forward, &mut seen, &mut finished);
        }
        let mut component = vec![0; self.node_count()];
        let mut seen = vec![false; self.node_count()];
        for &root in finished.iter().rev() {
            let mut members = Vec::new();
            depth_first(root, &backward, &mut seen, &mut members);
            for member in members {
                component[member] = root;
            }
        }
        component
    }

    fn neighbours(&self, direction: impl Fn(Arc) -> (usize, usize)) -> Vec<Vec<usize>> {
        let mut neighbours = vec![Vec::new(); self.node_count()];
        for clip in self.clips() {
            let (from, to) = direction(self.arcs[clip]);
            neighbours[from].push(to);
        }
        neighbours
    }

    /// For each node the cheapest way there from `start`, over clips that are `open`; `cost` is
    /// that of arriving at a node, 1 at least. `None` for `start` itself and what it cannot reach.
    pub(crate) fn ways_from(
        &self,
        start: usize,
        open: impl Fn(usize) -> bool,
        cost: impl Fn(usize) -> u32,
    ) -> Vec<Option<Way>> {
        let mut ways: Vec<Option<Way>> = vec![None; self.node_count()];
        let mut waiting = BinaryHeap::from([Reverse((0, start))]);
        while let Some(Reverse((cost_here, node))) = waiting.pop() {
            let way_here = ways[node];
            if way_here.is_some_and(|way| way.cost < cost_here) {
                continue;
            }
            for clip in self.leaving(node).filter(|&clip| open(clip)) {
                let to = self.arcs[clip].to;
                let cost = cost_here + cost(to);
                if to != start && ways[to].is_none_or(|way| cost < way.cost) {
                    let first = way_here.map_or(clip, |way| way.first);
                    ways[to] = Some(Way { cost, first });
                    waiting.push(Reverse((cost, to)));
                }
            }
        }
        ways
    }
}

/// A cheapest way to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) cost: u32,
    /// The first clip on the way.
    pub(crate) first: usize,
}

/// Appends every node that can be reached from `root` and was not seen, children before parents.
fn depth_first(
    root: usize,
    neighbours: &[Vec<usize>],
    seen: &mut [bool],
    finished: &mut Vec<usize>,
) {
    if seen[root] {
        return;
    }
    seen[root] = true;
    // A stack of our own: a long chain of sheep must not exhaust the thread's.
    let mut stack = vec![(root, 0)];
    while let Some((node, next)) = stack.pop() {
        match neighbours[node].get(next) {
            Some(&child) => {
                stack.push((node, next + 1));
                if !seen[child] {
                    seen[child] = true;
                    stack.push((child, 0));
                }
            }
            None => finished.push(node),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::flock::LocalClip;

    /// A flock from `from>to` words, each with its own file name.
    pub(crate) fn flock(clips: &str) -> Vec<LocalClip> {
        clips
            .split_whitespace()
            .map(|word| {
                let (from, to) = word.split_once('>').expect("from>to");
                LocalClip {
                    path: format!("{from}-{to}.mp4").into(),
                    from_sheep: from.to_owned(),
                    to_sheep: to.to_owned(),
                    title: word.to_owned(),
                    artist: String::new(),
                    volunteers: Vec::new(),
                    rating: 0.0,
                }
            })
            .collect()
    }

    fn graph(clips: &str) -> ClipGraph {
        let mut graph = ClipGraph::default();
        for clip in flock(clips) {
            graph.add(&clip.from_sheep, &clip.to_sheep);
        }
        graph
    }

    fn check_core(clips: &str, expected: &[&str]) {
        let graph = graph(clips);
        let core = graph.core();
        let mut names: Vec<&str> = graph
            .nodes
            .iter()
            .filter(|&(_, &node)| core[node])
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{clips}");
    }

    #[test]
    fn the_core_is_the_largest_set_one_can_walk_for_ever() {
        check_core("a>b b>c c>a", &["a", "b", "c"]);
        check_core("a>b b>a b>c c>d d>e e>c", &["c", "d", "e"]);
        check_core("a>a a>b b>b b>a c>c", &["a", "b"]);
    }

    #[test]
    fn a_dead_end_is_not_in_the_core_and_neither_is_its_way_in() {
        check_core("in>a a>b b>a b>out", &["a", "b"]);
    }

    #[test]
    fn of_two_equal_cores_the_one_with_more_clips_wins_then_the_first() {
        check_core("a>b b>a c>d d>c c>c", &["c", "d"]);
        check_core("a>b b>a c>d d>c", &["a", "b"]);
        check_core("a>b b>c c>d", &["a"]);
    }

    #[test]
    fn a_clip_taken_out_no_longer_holds_the_core_together() {
        let mut graph = graph("a>b b>c c>a c>b");
        graph.set_present(2, false);
        assert_eq!(graph.core(), [false, true, true]);
    }

    #[test]
    fn a_long_chain_does_not_exhaust_the_stack() {
        let chain: Vec<String> = (0..50_000).map(|i| format!("{i}>{}", i + 1)).collect();
        let graph = graph(&chain.join(" "));
        assert_eq!(graph.core().iter().filter(|&&inside| inside).count(), 1);
    }

    #[test]
    fn a_cheapest_way_names_its_first_clip_and_takes_open_clips_only() {
        let graph = graph("a>b b>c c>d a>d d>e");
        let ways = graph.ways_from(0, |_| true, |_| 1);
        assert_eq!(ways[0], None);
        assert_eq!(ways[2], Some(Way { cost: 2, first: 0 }));
        assert_eq!(ways[4], Some(Way { cost: 2, first: 3 }));
        let around_d = graph.ways_from(0, |clip| graph.arc(clip).to != 3, |_| 1);
        assert_eq!(around_d[4], None);
    }

    #[test]
    fn a_detour_is_taken_where_the_short_way_costs_more() {
        let graph = graph("a>b b>d a>c c>e e>d");
        let dear_b = |node| if node == 1 { 5 } else { 1 };
        let ways = graph.ways_from(0, |_| true, dear_b);
        assert_eq!(ways[2], Some(Way { cost: 3, first: 2 }), "to d");
        assert_eq!(ways[1], Some(Way { cost: 5, first: 0 }), "to b itself");
    }
}
