//! What the keys ask for, whichever window system tells of them, and when a screensaver has been touched. Pure.

use crate::flock::Vote;
use crate::performance::Action;

/// A key that may mean something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Escape,
    F11,
    Up,
    Down,
    Left,
    Right,
    Character(char),
    /// All others.
    Other,
}

/// What a key press asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Leave,
    FullScreen,
    Act(Action),
}

/// What pressing `key` asks for. Whoever is back at a screensaver presses any key that does not vote or browse.
pub(crate) fn asked_for(key: Key, as_saver: bool) -> Option<Wish> {
    let action = match key {
        Key::Escape => return Some(Wish::Leave),
        Key::Up => Action::Vote(Vote::Up),
        Key::Down => Action::Vote(Vote::Down),
        Key::Left => Action::Previous,
        Key::Right => Action::Next,
        Key::Character(' ') => Action::Pause,
        Key::Character('i' | 'I') => Action::Info,
        _ if as_saver => return Some(Wish::Leave),
        Key::F11 | Key::Character('f' | 'F') => return Some(Wish::FullScreen),
        Key::Character(_) | Key::Other => return None,
    };
    Some(Wish::Act(action))
}

/// How far the pointer may move on a desk that somebody bumps into, in pixels.
const POINTER_REST: f64 = 10.0;

/// Where the pointer rests in front of a screensaver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest<W> {
    window: W,
    position: (f64, f64),
}

impl<W: PartialEq> Rest<W> {
    /// What is first heard of a pointer only says where it is.
    pub(crate) fn at(window: W, position: (f64, f64)) -> Self {
        Self { window, position }
    }

    /// Whether somebody moved the pointer, if it is there now.
    pub(crate) fn ends_at(&self, window: &W, (x, y): (f64, f64)) -> bool {
        let moved = (x - self.position.0).hypot(y - self.position.1);
        self.window != *window || moved > POINTER_REST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screensaver_takes_votes_and_leaves_at_any_other_key() {
        let check = |key, window, saver| {
            assert_eq!(asked_for(key, false), window, "{key:?}");
            assert_eq!(asked_for(key, true), saver, "{key:?}");
        };
        let vote = Some(Wish::Act(Action::Vote(Vote::Up)));
        let leave = Some(Wish::Leave);
        check(Key::Up, vote, vote);
        let info = Some(Wish::Act(Action::Info));
        check(Key::Character('I'), info, info);
        check(Key::Escape, leave, leave);
        check(Key::F11, Some(Wish::FullScreen), leave);
        check(Key::Character('f'), Some(Wish::FullScreen), leave);
        check(Key::Character('x'), None, leave);
        check(Key::Other, None, leave);
    }

    #[test]
    fn a_bumped_desk_is_no_touch() {
        let rest = Rest::at(1, (100.0, 100.0));
        assert!(!rest.ends_at(&1, (106.0, 94.0)));
        assert!(rest.ends_at(&1, (108.0, 92.0)));
        assert!(rest.ends_at(&2, (100.0, 100.0)));
    }
}
