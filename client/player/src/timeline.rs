//! Which picture is due: the film's clock against the screen's. Pure.
//!
//! Pictures come in order, each with the time it stays; the screen asks at moments of its own. At
//! any moment there is a picture shown and, if the decoder has kept up, the one after it:
//!
//! ```text
//! film    |---- shown ----|---- next ----|
//! screen        ^     ^      ^     ^         blend = how far into `shown` the moment lies
//! ```
//!
//! * The screen is late: pictures whose whole time went by are passed over and counted as dropped.
//! * The decoder is late: the shown picture stays, the film waits, and every full picture time of
//!   waiting counts as one dropped. Afterwards the film goes on from there: slower, not in jumps.

use std::time::{Duration, Instant};

/// A picture and how long it is to be seen.
#[derive(Clone, Debug)]
pub(crate) struct Timed<T> {
    pub(crate) picture: T,
    pub(crate) lasts: Duration,
}

/// What the screen should do at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    /// Another picture than at the moment before.
    pub(crate) changed: bool,
    /// How far from the shown picture to the next, 0 to 1; 0 where there is no next.
    pub(crate) blend: f32,
    /// When the next picture is due.
    pub(crate) next_due: Duration,
}

/// The film's clock.
#[derive(Debug)]
pub(crate) struct Timeline<T> {
    shown: Option<Timed<T>>,
    next: Option<Timed<T>>,
    /// When `shown` was due.
    since: Duration,
    /// There was no next picture when the screen last asked.
    starved: bool,
    dropped: u64,
}

impl<T> Timeline<T> {
    pub(crate) fn new() -> Self {
        Self {
            shown: None,
            next: None,
            since: Duration::ZERO,
            starved: false,
            dropped: 0,
        }
    }

    /// Moves to `now`, taking pictures from `fetch` as they are needed; `None` while there is no
    /// first picture. `now` never goes back.
    pub(crate) fn advance(
        &mut self,
        now: Duration,
        mut fetch: impl FnMut() -> Option<Timed<T>>,
    ) -> Option<Moment> {
        let mut changes = 0_u64;
        if self.shown.is_none() {
            self.shown = Some(fetch()?);
            self.since = now;
            changes = 1;
        }
        loop {
            if self.next.is_none() {
                self.next = fetch();
                if self.next.is_some() && self.starved {
                    self.wait_until(now);
                }
                self.starved = self.next.is_none();
            }
            let due = self.due()?;
            if now < due || self.next.is_none() {
                self.dropped += changes.saturating_sub(1);
                return Some(Moment {
                    changed: changes > 0,
                    blend: self.blend(now),
                    next_due: due,
                });
            }
            self.shown = self.next.take();
            self.since = due;
            changes += 1;
        }
    }

    /// The picture due next has come only now. If that is a whole picture late or more, the film
    /// has waited: its clock is set so that the picture is due at `now`.
    fn wait_until(&mut self, now: Duration) {
        let (Some(due), Some(shown)) = (self.due(), &self.shown) else {
            return;
        };
        let late = now.saturating_sub(due);
        let missed = late.as_nanos() / shown.lasts.as_nanos().max(1);
        if missed > 0 {
            self.dropped += u64::try_from(missed).unwrap_or(u64::MAX);
            self.since += late;
        }
    }

    /// The picture to show.
    pub(crate) fn shown(&self) -> Option<&T> {
        self.shown.as_ref().map(|timed| &timed.picture)
    }

    /// The picture after it.
    pub(crate) fn next(&self) -> Option<&T> {
        self.next.as_ref().map(|timed| &timed.picture)
    }

    /// Pictures dropped since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    fn due(&self) -> Option<Duration> {
        Some(self.since + self.shown.as_ref()?.lasts)
    }

    fn blend(&self, now: Duration) -> f32 {
        match (&self.shown, &self.next) {
            (Some(shown), Some(_)) => {
                let into = now.saturating_sub(self.since).as_secs_f32();
                (into / shown.lasts.as_secs_f32()).clamp(0.0, 1.0)
            }
            _ => 0.0,
        }
    }
}

/// The film's time: runs with the wall's, and stands while the film is stopped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FilmClock {
    /// The wall's time at which the film's would be zero.
    zero: Instant,
    stopped: Option<Instant>,
}

impl FilmClock {
    /// A running clock that shows zero at `now`.
    pub(crate) fn start(now: Instant) -> Self {
        Self {
            zero: now,
            stopped: None,
        }
    }

    /// The film's time.
    pub(crate) fn read(&self, now: Instant) -> Duration {
        self.stopped
            .unwrap_or(now)
            .saturating_duration_since(self.zero)
    }

    /// When the running clock will show `film`.
    pub(crate) fn wall(&self, film: Duration) -> Instant {
        self.zero + film
    }

    /// Stops the clock or lets it run on from where it stands.
    pub(crate) fn set_stopped(&mut self, stopped: bool, now: Instant) {
        match (self.stopped, stopped) {
            (None, true) => self.stopped = Some(now),
            (Some(since), false) => {
                self.zero += now.saturating_duration_since(since);
                self.stopped = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    const PICTURE: Duration = Duration::from_millis(40);

    /// A timeline with a queue that the test fills, asked at milliseconds of the test's choice.
    struct Story {
        timeline: Timeline<u32>,
        queue: VecDeque<u32>,
    }

    impl Story {
        fn with_pictures(pictures: std::ops::Range<u32>) -> Self {
            Self {
                timeline: Timeline::new(),
                queue: pictures.collect(),
            }
        }

        /// Asks at `ms` and expects picture `shown` and `blend` on the way to the next one.
        fn check(&mut self, ms: u64, shown: u32, blend: f32) -> &mut Self {
            let moment = self
                .timeline
                .advance(Duration::from_millis(ms), || {
                    let picture = self.queue.pop_front()?;
                    Some(Timed {
                        picture,
                        lasts: PICTURE,
                    })
                })
                .expect("a picture");
            assert_eq!(self.timeline.shown(), Some(&shown), "at {ms} ms");
            assert!(
                (moment.blend - blend).abs() < 1e-3,
                "at {ms} ms: {moment:?}"
            );
            self
        }

        fn dropped(&self) -> u64 {
            self.timeline.dropped()
        }
    }

    #[test]
    fn before_the_first_picture_there_is_nothing_to_show() {
        let mut timeline = Timeline::<u32>::new();
        assert_eq!(timeline.advance(Duration::ZERO, || None), None);
    }

    #[test]
    fn the_first_picture_starts_the_clock() {
        let mut story = Story::with_pictures(0..9);
        story
            .check(500, 0, 0.0)
            .check(539, 0, 0.975)
            .check(540, 1, 0.0);
        assert_eq!(story.dropped(), 0);
    }

    #[test]
    fn a_faster_screen_blends_between_pictures() {
        let mut story = Story::with_pictures(0..9);
        story.check(0, 0, 0.0).check(10, 0, 0.25).check(30, 0, 0.75);
        story
            .check(50, 1, 0.25)
            .check(60, 1, 0.5)
            .check(100, 2, 0.5);
        assert_eq!(story.dropped(), 0);
    }

    #[test]
    fn a_slower_screen_passes_over_pictures_and_keeps_time() {
        let mut story = Story::with_pictures(0..9);
        story.check(0, 0, 0.0).check(100, 2, 0.5).check(200, 5, 0.0);
        assert_eq!(story.dropped(), 1 + 2);
    }

    #[test]
    fn while_the_decoder_is_late_the_picture_stays_and_the_film_waits() {
        let mut story = Story::with_pictures(0..2);
        story.check(0, 0, 0.0).check(40, 1, 0.0).check(100, 1, 0.0);
        story.queue.extend(2..9);
        // Picture 2 was due at 80 and came at 170: two pictures' time was lost, and it begins now.
        story
            .check(170, 2, 0.0)
            .check(190, 2, 0.5)
            .check(210, 3, 0.0);
        assert_eq!(story.dropped(), 2);
    }

    #[test]
    fn a_decoder_late_by_less_than_a_picture_costs_nothing() {
        let mut story = Story::with_pictures(0..1);
        story.check(0, 0, 0.0).check(41, 0, 0.0);
        story.queue.extend(1..9);
        story.check(60, 1, 0.5).check(80, 2, 0.0);
        assert_eq!(story.dropped(), 0);
    }

    #[test]
    fn the_screen_is_told_when_the_next_picture_is_due() {
        let mut story = Story::with_pictures(0..9);
        story.check(7, 0, 0.0);
        let moment = story.timeline.advance(Duration::from_millis(50), || None);
        assert_eq!(moment.unwrap().next_due, Duration::from_millis(7 + 80));
    }

    #[test]
    fn a_stopped_clock_stands_and_goes_on_from_there() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut clock = FilmClock::start(start);
        assert_eq!(clock.read(after(5)), Duration::from_secs(5));
        clock.set_stopped(true, after(5));
        clock.set_stopped(true, after(7));
        assert_eq!(clock.read(after(9)), Duration::from_secs(5));
        clock.set_stopped(false, after(10));
        clock.set_stopped(false, after(11));
        assert_eq!(clock.read(after(12)), Duration::from_secs(7));
        assert_eq!(clock.wall(Duration::from_secs(7)), after(12));
    }
}
