//! The flock as a graph: sheep are nodes, clips are arcs. Pure.
//!
//! Nodes and clips are numbered; a clip's number is its place in the flock that was given. Clips
//! can be taken out (a file that cannot be read, a sheep somebody voted down) and stay out.
//!
//! # Source
//!
//! Strongly connected components by two passes of depth-first search, S. Rao Kosaraju's method as
//! described in Aho, Hopcroft and Ullman, *Data Structures and Algorithms* (1983), section 6.7.

use std::collections::{HashMap, VecDeque};

use crate::flock::LocalClip;

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

/// Who leads where, and what is still in.
#[derive(Clone, Debug)]
pub(crate) struct ClipGraph {
    nodes: HashMap<String, usize>,
    arcs: Vec<Arc>,
    present: Vec<bool>,
}

impl ClipGraph {
    /// Numbers the sheep in the order in which the clips name them.
    pub(crate) fn new(flock: &[LocalClip]) -> Self {
        let mut nodes = HashMap::new();
        let mut arcs = Vec::with_capacity(flock.len());
        for clip in flock {
            let mut number = |name: &String| {
                let next = nodes.len();
                *nodes.entry(name.clone()).or_insert(next)
            };
            arcs.push(Arc {
                from: number(&clip.from_sheep),
                to: number(&clip.to_sheep),
            });
        }
        Self {
            nodes,
            present: vec![true; arcs.len()],
            arcs,
        }
    }

    pub(crate) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn node_of(&self, sheep: &str) -> Option<usize> {
        self.nodes.get(sheep).copied()
    }

    /// The arc of a clip, in the flock or taken out.
    pub(crate) fn arc(&self, clip: usize) -> Arc {
        self.arcs[clip]
    }

    /// The clips still in, in order.
    pub(crate) fn clips(&self) -> impl Iterator<Item = usize> {
        (0..self.arcs.len()).filter(|&clip| self.present[clip])
    }

    pub(crate) fn contains(&self, clip: usize) -> bool {
        self.present[clip]
    }

    pub(crate) fn remove(&mut self, clip: usize) {
        self.present[clip] = false;
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

    /// For each node, how many arcs away from `start` it is and the first clip of a shortest way
    /// there, over clips between nodes of `area`. `None` for `start` itself and what it cannot
    /// reach.
    pub(crate) fn ways_from(&self, start: usize, area: &[bool]) -> Vec<Option<Way>> {
        let mut ways: Vec<Option<Way>> = vec![None; self.node_count()];
        let mut waiting = VecDeque::from([start]);
        while let Some(node) = waiting.pop_front() {
            for clip in self.clips() {
                let Arc { from, to } = self.arcs[clip];
                let open = area[from] && area[to] && to != start && ways[to].is_none();
                if from == node && open {
                    ways[to] = Some(match ways[node] {
                        Some(way) => Way {
                            length: way.length + 1,
                            ..way
                        },
                        None => Way {
                            length: 1,
                            first: clip,
                        },
                    });
                    waiting.push_back(to);
                }
            }
        }
        ways
    }
}

/// A shortest way to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// Clips on the way.
    pub(crate) length: usize,
    /// The first of them.
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

    fn check_core(clips: &str, expected: &[&str]) {
        let graph = ClipGraph::new(&flock(clips));
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
        let mut graph = ClipGraph::new(&flock("a>b b>c c>a c>b"));
        graph.remove(2);
        assert_eq!(graph.core(), [false, true, true]);
    }

    #[test]
    fn a_long_chain_does_not_exhaust_the_stack() {
        let chain: Vec<String> = (0..50_000).map(|i| format!("{i}>{}", i + 1)).collect();
        let graph = ClipGraph::new(&flock(&chain.join(" ")));
        assert_eq!(graph.core().iter().filter(|&&inside| inside).count(), 1);
    }

    #[test]
    fn a_shortest_way_names_its_first_clip_and_stays_in_the_area() {
        let graph = ClipGraph::new(&flock("a>b b>c c>d a>d d>e"));
        let everywhere = vec![true; 5];
        let ways = graph.ways_from(0, &everywhere);
        assert_eq!(ways[0], None);
        assert_eq!(
            ways[2],
            Some(Way {
                length: 2,
                first: 0
            })
        );
        assert_eq!(
            ways[4],
            Some(Way {
                length: 2,
                first: 3
            })
        );
        let without_d = [true, true, true, false, true];
        assert_eq!(graph.ways_from(0, &without_d)[4], None);
    }
}
