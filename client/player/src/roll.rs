//! The flock's roll: which clips are in, each with a number it keeps. Pure.
//!
//! Clips come and go while the film runs. A clip that goes keeps its number, so that what the walk
//! and the tape remember stays true when it comes back; a few hundred bytes for each clip ever
//! seen. Two clips are the same if they are the same file between the same sheep.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::flock::LocalClip;

/// The file, the sheep it starts from and the one it ends at.
type Identity = (PathBuf, String, String);

/// Every clip that was ever in the flock.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    clips: Vec<Arc<LocalClip>>,
    numbers: HashMap<Identity, usize>,
    listed: HashSet<usize>,
    /// Clips that cannot be played, until a list comes without them.
    struck: HashSet<usize>,
}

impl Roll {
    /// Takes a new list of all clips; what a clip says about itself may have changed.
    pub(crate) fn call(&mut self, flock: Vec<LocalClip>) {
        self.listed.clear();
        for clip in flock {
            let new = self.clips.len();
            let number = *self.numbers.entry(identity(&clip)).or_insert(new);
            self.listed.insert(number);
            if number == new {
                self.clips.push(Arc::new(clip));
            } else if *self.clips[number] != clip {
                self.clips[number] = Arc::new(clip);
            }
        }
        self.struck.retain(|number| self.listed.contains(number));
    }

    /// Takes a clip out that cannot be played. Returns whether it was in.
    pub(crate) fn strike(&mut self, number: usize) -> bool {
        self.contains(number) && self.struck.insert(number)
    }

    /// Whether a clip is on the list and can be played, as far as we know.
    pub(crate) fn contains(&self, number: usize) -> bool {
        self.listed.contains(&number) && !self.struck.contains(&number)
    }

    /// A clip, in or out.
    pub(crate) fn clip(&self, number: usize) -> &Arc<LocalClip> {
        &self.clips[number]
    }

    /// All clips, in or out, by their numbers.
    pub(crate) fn clips(&self) -> &[Arc<LocalClip>] {
        &self.clips
    }
}

fn identity(clip: &LocalClip) -> Identity {
    let LocalClip {
        path,
        from_sheep,
        to_sheep,
        ..
    } = clip;
    (path.clone(), from_sheep.clone(), to_sheep.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::tests::flock;

    fn roll(clips: &str) -> Roll {
        let mut roll = Roll::default();
        roll.call(flock(clips));
        roll
    }

    fn inside(roll: &Roll) -> Vec<&str> {
        let numbers = (0..roll.clips().len()).filter(|&number| roll.contains(number));
        numbers.map(|n| roll.clip(n).title.as_str()).collect()
    }

    #[test]
    fn a_clip_that_goes_and_comes_back_has_its_old_number() {
        let mut roll = roll("a>a b>b");
        roll.call(flock("c>c b>b"));
        assert_eq!(inside(&roll), ["b>b", "c>c"]);
        roll.call(flock("c>c a>a"));
        assert_eq!(inside(&roll), ["a>a", "c>c"]);
        assert_eq!(roll.clips().len(), 3);
    }

    #[test]
    fn a_broken_clip_stays_out_until_a_list_comes_without_it() {
        let mut roll = roll("a>a b>b");
        assert!(roll.strike(0));
        assert!(!roll.strike(0), "it is told once");
        roll.call(flock("a>a b>b"));
        assert_eq!(inside(&roll), ["b>b"]);
        roll.call(flock("b>b"));
        roll.call(flock("a>a b>b"));
        assert_eq!(inside(&roll), ["a>a", "b>b"]);
    }

    #[test]
    fn a_clip_may_change_its_title_and_not_its_sheep() {
        let mut roll = roll("a>b");
        let mut renamed = flock("a>b");
        renamed[0].title = "new".to_owned();
        roll.call(renamed.clone());
        assert_eq!(inside(&roll), ["new"]);
        renamed[0].to_sheep = "c".to_owned();
        roll.call(renamed);
        assert!(!roll.contains(0) && roll.contains(1));
        assert_eq!(roll.clip(0).to_sheep, "b");
    }
}
