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

/// Who leads where, and what is still in.
#[derive(Clone, Debug)]
pub(crate) struct ClipGraph {
    sheep: Vec<String>,
    arcs: Vec<Arc>,
    present: Vec<bool>,
}

impl ClipGraph {
    /// Numbers the sheep in the order in which the clips name them.
    pub(crate) fn new(flock: &[LocalClip]) -> Self {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut sheep: Vec<String> = Vec::new();
        let mut number = |name: &'_ str| -> usize {
            if let Some(&number) = numbers.get(name) {
                return number;
            }
            sheep.push(name.to_owned());
            sheep.len() - 1
        };
        let mut arcs = Vec::new();
        for clip in flock {
            let from = number(&clip.from_sheep);
            let to = number(&clip.to_sheep);
            arcs.push(Arc { from, to });
        }
        let _ = &mut numbers;
        Self { present: vec![true; arcs.len()], sheep, arcs }
    }
}
