//! The text over the picture: what of it is seen where at a moment, and its pixels when they have changed.

use std::time::{Duration, Instant};

use crate::clock::Now;
use crate::overlay::{self, Info};
use crate::text::{Panel, Typesetter};
use crate::wander::{Corner, Wander};

/// How long a name stays.
const INFO_STAYS: Duration = Duration::from_secs(6);
/// How long the answer to a key stays.
const NOTICE_STAYS: Duration = Duration::from_millis(2500);
/// The clock is there all the time, so it is dimmer than the names.
const CLOCK_OPACITY: f32 = 0.7;

/// Sheets of text over a screen: the names, and the time of day.
pub(crate) const SHEETS: usize = 2;

/// A sheet at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Glimpse {
    pub(crate) corner: Corner,
    /// 0 hidden, 1 as drawn.
    pub(crate) opacity: f32,
}

impl Glimpse {
    /// Nothing is seen of it.
    #[cfg(test)]
    pub(crate) const NONE: Self = Self {
        corner: Corner::LeftBottom,
        opacity: 0.0,
    };
}

/// The sheets of a screen as they were last drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheets([Option<Panel>; SHEETS]);

impl Sheets {
    /// Takes in the sheets that have changed.
    pub(crate) fn renew(&mut self, panels: [Option<Panel>; SHEETS]) {
        for (sheet, panel) in self.0.iter_mut().zip(panels) {
            if panel.is_some() {
                *sheet = panel;
            }
        }
    }

    pub(crate) fn panels(&self) -> [Option<&Panel>; SHEETS] {
        self.0.each_ref().map(Option::as_ref)
    }
}

/// What is written on the sheets of one screen.
#[derive(Clone, Debug, PartialEq)]
struct Written {
    names: (Info, Corner),
    /// Minutes since midnight.
    clock: Option<(u64, Corner)>,
    screen: (u32, u32),
}

/// The text over one screen.
#[derive(Debug)]
pub(crate) struct Caption {
    typesetter: Typesetter,
    wander: Wander,
    came_on: Instant,
    pinned: bool,
    notice: Option<(String, Instant)>,
    written: Option<Written>,
    /// As of the last tick.
    now: Now,
    paused: bool,
}

impl Caption {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            typesetter: Typesetter::new(),
            wander: Wander::new(now),
            came_on: now,
            pinned: false,
            notice: None,
            written: None,
            now: Now {
                at: now,
                time_of_day: None,
            },
            paused: false,
        }
    }

    /// Something else is on: its name is shown for a while.
    pub(crate) fn come_on(&mut self, now: Instant) {
        self.came_on = now;
    }

    /// Keeps the text, or lets it go again.
    pub(crate) fn toggle(&mut self) {
        self.pinned = !self.pinned;
    }

    /// Answers a key.
    pub(crate) fn notify(&mut self, notice: &str, now: Instant) {
        self.notice = Some((notice.to_owned(), now));
    }

    /// Moves on to `now`: forgets a notice whose time is over, and moves what has been in its corner for long enough. What
    /// is said below is said of that moment.
    pub(crate) fn tick(&mut self, paused: bool, now: Now) {
        (self.paused, self.now) = (paused, now);
        let over = |since: Instant| {
            now.at.saturating_duration_since(since) > NOTICE_STAYS + overlay::FADE_OUT
        };
        self.notice.take_if(|(_, since)| over(*since));
        let seen = self.names_opacity() > 0.0;
        self.wander.tick(now.at, seen);
        if let Some(time_of_day) = now.time_of_day {
            self.wander.tell(time_of_day);
        }
    }

    /// The sheets whose text for a screen of these pixels has changed since the last call. `info` has no notice of its
    /// own.
    pub(crate) fn new_panels(&mut self, info: Info, screen: (u32, u32)) -> [Option<Panel>; SHEETS] {
        let notice = self.notice.as_ref().map(|(text, _)| text.clone());
        let notice = if self.paused {
            Some("Paused".to_owned())
        } else {
            notice
        };
        let info = Info { notice, ..info };
        let minutes = self.now.time_of_day.map(|time| time.as_secs() / 60);
        let clock = minutes.map(|minutes| (minutes, self.wander.clock()));
        let wanted = Written {
            names: (info, self.wander.names()),
            clock,
            screen,
        };
        let written = self.written.as_ref();
        let stays = |same: &dyn Fn(&Written) -> bool| {
            written.is_some_and(|written| written.screen == screen && same(written))
        };
        let measure = |text: &str, face, px| self.typesetter.measure(text, face, px);
        let mut panels = [None, None];
        if !stays(&|written| written.names == wanted.names) {
            let (info, corner) = &wanted.names;
            let layout = overlay::lay_out(info, *corner, screen, measure);
            panels[0] = Some(self.typesetter.draw(&layout));
        }
        if !stays(&|written| written.clock == wanted.clock) {
            let layout = wanted.clock.map(|(minutes, corner)| {
                let time = Duration::from_secs(60 * minutes);
                overlay::lay_out_clock(time, corner, screen, measure)
            });
            panels[1] = Some(self.typesetter.draw(&layout.unwrap_or_default()));
        }
        self.written = Some(wanted);
        panels
    }

    /// What is seen of each sheet.
    pub(crate) fn glimpses(&self) -> [Glimpse; SHEETS] {
        let Now { at, time_of_day } = self.now;
        let names = Glimpse {
            corner: self.wander.names(),
            opacity: self.names_opacity() * self.wander.names_opacity(at),
        };
        let clock = Glimpse {
            corner: self.wander.clock(),
            opacity: time_of_day.map_or(0.0, |time| CLOCK_OPACITY * Wander::clock_opacity(time)),
        };
        [names, clock]
    }

    /// When the text next looks different over a picture that stands still; `None` where it stays as it is.
    pub(crate) fn next_change(&self) -> Option<Instant> {
        /// While text fades.
        const FADE_STEP: Duration = Duration::from_millis(33);
        let Now { at, time_of_day } = self.now;
        let opacity = self.names_opacity();
        let fades = (0.001..0.999).contains(&opacity) || self.notice.is_some();
        let names = match (fades, opacity > 0.0) {
            (true, _) => Some(at),
            (false, true) => Some(self.wander.names_rest_until()),
            (false, false) => None,
        };
        let clock = time_of_day.map(|time| at + Wander::clock_rests_for(time));
        let next = names.into_iter().chain(clock).min()?;
        Some(next.max(at + FADE_STEP))
    }

    /// How visible the names are, 0 to 1, wherever they stand.
    fn names_opacity(&self) -> f32 {
        if self.pinned || self.paused {
            return 1.0;
        }
        let since = |moment: Instant| self.now.at.saturating_duration_since(moment);
        let info = overlay::opacity(since(self.came_on), INFO_STAYS);
        let notice = self.notice.as_ref().map_or(0.0, |(_, came_on)| {
            overlay::opacity(since(*came_on), NOTICE_STAYS)
        });
        info.max(notice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: (u32, u32) = (640, 360);

    fn info() -> Info {
        Info {
            title: "Electric Meadow".to_owned(),
            ..Info::default()
        }
    }

    fn now(start: Instant, secs: u64, clock: bool) -> Now {
        let since = Duration::from_secs(secs);
        Now {
            at: start + since,
            time_of_day: clock.then_some(since),
        }
    }

    #[test]
    fn a_sheet_is_drawn_when_its_text_changes_and_not_before() {
        let start = Instant::now();
        let mut caption = Caption::new(start);
        let mut drawn = |secs, clock| {
            let now = now(start, secs, clock);
            caption.tick(false, now);
            caption
                .new_panels(info(), SCREEN)
                .map(|panel| panel.is_some_and(|panel| !panel.rgba.is_empty()))
        };
        assert_eq!(drawn(0, true), [true, true]);
        assert_eq!(drawn(30, true), [false, false]);
        assert_eq!(drawn(59, true), [false, false]);
        // The minute has changed, and the names have moved.
        assert_eq!(drawn(61, true), [true, true]);
    }

    #[test]
    fn without_a_clock_there_is_none() {
        let start = Instant::now();
        let mut caption = Caption::new(start);
        let later = now(start, 30, false);
        caption.tick(false, later);
        let [names, clock] = caption.new_panels(info(), SCREEN);
        assert!(names.is_some());
        assert!(clock.is_none_or(|panel| panel.rgba.is_empty()));
        assert_eq!(caption.glimpses()[1].opacity, 0.0);
        assert_eq!(caption.next_change(), None);
    }

    #[test]
    fn over_a_picture_that_stands_still_text_moves_all_the_same() {
        let start = Instant::now();
        let mut caption = Caption::new(start);
        let mut at = now(start, 0, false);
        let mut corners = Vec::new();
        for _ in 0..10_000 {
            caption.tick(true, at);
            corners.push(caption.glimpses()[0].corner);
            match caption.next_change() {
                Some(next) => at.at = next,
                None => break,
            }
            if at.at > start + Duration::from_secs(300) {
                break;
            }
        }
        corners.dedup();
        assert!(corners.len() >= 4, "{corners:?}");
        assert!(at.at > start + Duration::from_secs(300));
    }
}
