//! When the text over the picture is seen, and its pixels when it has changed.

use std::time::{Duration, Instant};

use crate::overlay::{self, Info};
use crate::text::{Panel, Typesetter};

/// How long a name stays.
const INFO_STAYS: Duration = Duration::from_secs(6);
/// How long the answer to a key stays.
const NOTICE_STAYS: Duration = Duration::from_millis(2500);

/// The text over one screen.
#[derive(Debug)]
pub(crate) struct Caption {
    typesetter: Typesetter,
    came_on: Instant,
    pinned: bool,
    notice: Option<(String, Instant)>,
    /// The text last drawn, and for which screen.
    drawn: Option<(Info, (u32, u32))>,
}

impl Caption {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            typesetter: Typesetter::new(),
            came_on: now,
            pinned: false,
            notice: None,
            drawn: None,
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

    /// Forgets a notice whose time is over.
    pub(crate) fn tick(&mut self, now: Instant) {
        let over = |since: Instant| {
            now.saturating_duration_since(since) > NOTICE_STAYS + overlay::FADE_OUT
        };
        self.notice.take_if(|(_, since)| over(*since));
    }

    pub(crate) fn has_notice(&self) -> bool {
        self.notice.is_some()
    }

    /// The text for a screen of these pixels, if it has changed since the last call. `info` has no
    /// notice of its own.
    pub(crate) fn new_panel(
        &mut self,
        info: Info,
        paused: bool,
        size: (u32, u32),
    ) -> Option<Panel> {
        let notice = self.notice.as_ref().map(|(text, _)| text.clone());
        let info = Info {
            notice: if paused {
                Some("Paused".to_owned())
            } else {
                notice
            },
            ..info
        };
        let wanted = (info, size);
        if self.drawn.as_ref() == Some(&wanted) {
            return None;
        }
        let layout = overlay::lay_out(&wanted.0, size, |text, face, px| {
            self.typesetter.measure(text, face, px)
        });
        self.drawn = Some(wanted);
        Some(self.typesetter.draw(&layout))
    }

    /// How visible the text is, 0 to 1.
    pub(crate) fn opacity(&self, paused: bool, now: Instant) -> f32 {
        if self.pinned || paused {
            return 1.0;
        }
        let since = |moment: Instant| now.saturating_duration_since(moment);
        let info = overlay::opacity(since(self.came_on), INFO_STAYS);
        let notice = self.notice.as_ref().map_or(0.0, |(_, came_on)| {
            overlay::opacity(since(*came_on), NOTICE_STAYS)
        });
        info.max(notice)
    }
}
