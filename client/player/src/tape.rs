//! What was played, so that the arrow keys can wind back and forth. Pure.

use std::collections::VecDeque;

/// Clips remembered; an hour and more of film.
const LENGTH_MAX: usize = 512;

/// The clips played, in order, and the one that is on.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    clips: VecDeque<usize>,
    /// How many clips from the front up to and with the one that is on.
    position: usize,
}

impl Tape {
    /// A clip the walk has chosen begins; it goes to the end.
    pub(crate) fn record(&mut self, clip: usize) {
        self.clips.push_back(clip);
        if self.clips.len() > LENGTH_MAX {
            self.clips.pop_front();
        }
        self.position = self.clips.len();
    }

    /// The clip before the one that is on.
    pub(crate) fn before(&self) -> Option<usize> {
        let index = self.position.checked_sub(2)?;
        self.clips.get(index).copied()
    }

    /// The clip that came after the one that is on, when the tape is wound back.
    pub(crate) fn after(&self) -> Option<usize> {
        self.clips.get(self.position).copied()
    }

    /// The clip before begins again.
    pub(crate) fn wind_back(&mut self) {
        self.position = self.position.saturating_sub(1).max(1);
    }

    /// The clip after begins again.
    pub(crate) fn wind_forward(&mut self) {
        self.position = (self.position + 1).min(self.clips.len());
    }

    /// Cuts out every clip that is no longer in the flock, except the one that is on.
    pub(crate) fn keep(&mut self, wanted: impl Fn(usize) -> bool) {
        let on = self.position.checked_sub(1);
        let mut kept = VecDeque::new();
        let mut position = 0;
        for (index, &clip) in self.clips.iter().enumerate() {
            if wanted(clip) || Some(index) == on {
                kept.push_back(clip);
            }
            if Some(index) == on {
                position = kept.len();
            }
        }
        self.clips = kept;
        self.position = position;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(clips: &[usize]) -> Tape {
        let mut tape = Tape::default();
        for &clip in clips {
            tape.record(clip);
        }
        tape
    }

    #[test]
    fn winding_back_and_forward_meets_the_same_clips_again() {
        let mut tape = recorded(&[3, 1, 4]);
        assert_eq!((tape.before(), tape.after()), (Some(1), None));
        tape.wind_back();
        assert_eq!((tape.before(), tape.after()), (Some(3), Some(4)));
        tape.wind_back();
        assert_eq!((tape.before(), tape.after()), (None, Some(1)));
        tape.wind_forward();
        assert_eq!((tape.before(), tape.after()), (Some(3), Some(4)));
    }

    #[test]
    fn before_the_first_clip_there_is_none() {
        assert_eq!(Tape::default().before(), None);
        assert_eq!(recorded(&[7]).before(), None);
    }

    #[test]
    fn the_tape_has_an_end_and_forgets_its_beginning() {
        let clips: Vec<usize> = (0..=LENGTH_MAX).collect();
        let mut tape = recorded(&clips);
        for _ in 0..LENGTH_MAX - 1 {
            assert!(tape.before().is_some());
            tape.wind_back();
        }
        assert_eq!((tape.before(), tape.after()), (None, Some(2)));
    }

    #[test]
    fn a_clip_that_left_the_flock_is_cut_out_but_the_one_on_stays() {
        let mut tape = recorded(&[1, 2, 1, 3]);
        tape.wind_back();
        tape.keep(|clip| clip != 1);
        assert_eq!((tape.before(), tape.after()), (Some(2), Some(3)));
    }
}
