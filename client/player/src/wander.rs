//! Where text stands on the screen, and that it does not stand there for long: bright letters that stay in one place for
//! hours leave a ghost of themselves on some displays. Pure.
//!
//! Two things may stand there, the names and the time of day, each in a corner of its own. The names move whenever
//! nobody sees them, once they have been in a corner for a minute; where they are kept on the screen, they fade, move
//! and come back. The time of day moves with every minute that it tells.

use std::time::{Duration, Instant};

/// How long the names stay in a corner, at least.
const STAY: Duration = Duration::from_secs(60);
/// How long it takes to fade out of a corner, and into one.
const FADE: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// A corner of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Corner {
    LeftBottom,
    RightTop,
    RightBottom,
    LeftTop,
}

impl Corner {
    /// In the order in which they are taken: the next one is always on the other side.
    const ALL: [Self; 4] = [
        Self::LeftBottom,
        Self::RightTop,
        Self::LeftTop,
        Self::RightBottom,
    ];

    pub(crate) fn is_right(self) -> bool {
        matches!(self, Self::RightTop | Self::RightBottom)
    }

    /// Left top corner of a panel of `size` pixels that stands in this corner of a screen of `screen`.
    pub(crate) fn place(self, size: (u32, u32), screen: (u32, u32)) -> [f32; 2] {
        let x = if self.is_right() {
            screen.0 as f32 - size.0 as f32
        } else {
            0.0
        };
        let y = match self {
            Self::LeftBottom | Self::RightBottom => screen.1 as f32 - size.1 as f32,
            Self::LeftTop | Self::RightTop => 0.0,
        };
        [x, y]
    }

    /// The one after this that is not `taken`.
    fn next(self, taken: Self) -> Self {
        let at = Self::ALL.iter().position(|&corner| corner == self);
        let after = (1..4).map(|step| Self::ALL[(at.unwrap_or(0) + step) % 4]);
        after
            .into_iter()
            .find(|&corner| corner != taken)
            .unwrap_or(self)
    }
}

/// Where the names and the time of day stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wander {
    names: Corner,
    /// Since when the names have been in their corner.
    since: Instant,
    clock: Corner,
    /// The minute of the day that the clock told last.
    minute: Option<u64>,
}

impl Wander {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            names: Corner::LeftBottom,
            since: now,
            clock: Corner::RightTop,
            minute: None,
        }
    }

    /// The corner of the names.
    pub(crate) fn names(&self) -> Corner {
        self.names
    }

    /// The corner of the clock.
    pub(crate) fn clock(&self) -> Corner {
        self.clock
    }

    /// Moves what is to move at `now`; the names at once where they are not `seen`.
    pub(crate) fn tick(&mut self, now: Instant, seen: bool) {
        let age = now.saturating_duration_since(self.since);
        let leave_after = if seen { STAY + FADE } else { STAY };
        if age >= leave_after {
            self.names = self.names.next(self.clock);
            self.since = now;
        }
    }

    /// Takes in the time of day, as long after midnight as is given; another minute is told in another corner.
    pub(crate) fn tell(&mut self, time_of_day: Duration) {
        let minute = time_of_day.as_secs() / 60;
        if self.minute.replace(minute).is_some_and(|was| was != minute) {
            self.clock = self.clock.next(self.names);
        }
    }

    /// How visible the names may be, 0 to 1, by their move.
    pub(crate) fn names_opacity(&self, now: Instant) -> f32 {
        let age = now.saturating_duration_since(self.since);
        fade(age, STAY + FADE)
    }

    /// How visible the clock may be, 0 to 1, by its move.
    pub(crate) fn clock_opacity(time_of_day: Duration) -> f32 {
        fade(into_minute(time_of_day), MINUTE)
    }

    /// When the names begin to fade for their next move.
    pub(crate) fn names_rest_until(&self) -> Instant {
        self.since + STAY
    }

    /// How long after this time of day the clock begins to fade for its next move; zero while it moves.
    pub(crate) fn clock_rests_for(time_of_day: Duration) -> Duration {
        let into = into_minute(time_of_day);
        if into < FADE {
            return Duration::ZERO;
        }
        (MINUTE - FADE).saturating_sub(into)
    }
}

/// How much of its minute has passed.
fn into_minute(time_of_day: Duration) -> Duration {
    time_of_day.saturating_sub(Duration::from_secs(time_of_day.as_secs() / 60 * 60))
}

/// Comes within [`FADE`], and has gone after `whole`.
fn fade(age: Duration, whole: Duration) -> f32 {
    let coming = age.as_secs_f32() / FADE.as_secs_f32();
    let going = whole.saturating_sub(age).as_secs_f32() / FADE.as_secs_f32();
    coming.min(going).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(60 * count)
    }

    #[test]
    fn a_panel_stands_in_its_corner() {
        let place = |corner: Corner| corner.place((200, 100), (1280, 720));
        assert_eq!(place(Corner::LeftBottom), [0.0, 620.0]);
        assert_eq!(place(Corner::RightTop), [1080.0, 0.0]);
        assert_eq!(place(Corner::LeftTop), [0.0, 0.0]);
        assert_eq!(place(Corner::RightBottom), [1080.0, 620.0]);
    }

    #[test]
    fn names_that_nobody_sees_move_after_a_minute_and_not_before() {
        let start = Instant::now();
        let mut wander = Wander::new(start);
        wander.tick(start + Duration::from_secs(59), false);
        assert_eq!(wander.names(), Corner::LeftBottom);
        wander.tick(start + Duration::from_secs(60), false);
        assert_ne!(wander.names(), Corner::LeftBottom);
    }

    #[test]
    fn names_that_are_seen_fade_before_they_move() {
        let start = Instant::now();
        let mut wander = Wander::new(start);
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(wander.names_opacity(at(30_000)), 1.0);
        wander.tick(at(60_500), true);
        assert_eq!(wander.names(), Corner::LeftBottom);
        assert!((wander.names_opacity(at(60_500)) - 0.5).abs() < 0.01);
        wander.tick(at(61_000), true);
        assert_ne!(wander.names(), Corner::LeftBottom);
        assert!(wander.names_opacity(at(61_010)) < 0.05);
        assert_eq!(wander.names_opacity(at(62_000)), 1.0);
    }

    #[test]
    fn names_and_clock_never_meet_and_each_sees_every_corner() {
        let start = Instant::now();
        let mut wander = Wander::new(start);
        let (mut names, mut clocks) = (Vec::new(), Vec::new());
        for second in 0..3600 {
            let time = Duration::from_secs(second);
            wander.tick(start + time, second % 7 < 3);
            wander.tell(time);
            assert_ne!(wander.names(), wander.clock());
            names.push(wander.names());
            clocks.push(wander.clock());
        }
        for corner in Corner::ALL {
            for seen in [&names, &clocks] {
                let share = seen.iter().filter(|&&it| it == corner).count();
                assert!(share > 360, "{corner:?}: {share} of 3600 s");
            }
        }
    }

    #[test]
    fn the_clock_moves_with_the_minute_and_is_dark_when_it_does() {
        let mut wander = Wander::new(Instant::now());
        wander.tell(minutes(5));
        let before = wander.clock();
        wander.tell(minutes(6) - Duration::from_millis(1));
        assert_eq!(wander.clock(), before);
        assert!(Wander::clock_opacity(minutes(6) - Duration::from_millis(1)) < 0.01);
        wander.tell(minutes(6));
        assert_ne!(wander.clock(), before);
        assert_eq!(Wander::clock_opacity(minutes(6)), 0.0);
        assert_eq!(
            Wander::clock_opacity(minutes(6) + Duration::from_secs(30)),
            1.0
        );
    }

    #[test]
    fn a_clock_that_rests_says_for_how_long() {
        let rests = |ms| Wander::clock_rests_for(minutes(7) + Duration::from_millis(ms));
        assert_eq!(rests(500), Duration::ZERO);
        assert_eq!(rests(20_000), Duration::from_secs(39));
        assert_eq!(rests(59_500), Duration::ZERO);
    }
}
