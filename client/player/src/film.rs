//! The flock's clips in a window.
//!
//! A real graphics adapter draws at the display's rate and blends between the film's pictures. Where
//! the processor has to do the drawing, it draws once for each picture of the film instead: the
//! decoder needs the time more.

use std::time::{Duration, Instant};

use crate::caption::Sheets;
use crate::evening::Listing;
use crate::flock::{PlayError, PlayOptions, PlayReport};
use crate::frame_log::FrameLog;
use crate::gpu::painter::Painter;
use crate::memory::give_back_what_is_free;
use crate::performance::{Action, Programme, RETRY, SCREENSHOT, Teller, screenshot};
use crate::playback::Playback;
use crate::stage::{Shown, Stage};
use crate::timeline::Moment;

/// How often to look for the first picture.
const FIRST_LOOK: Duration = Duration::from_millis(2);

/// A film that is on.
pub(crate) struct Film {
    playback: Playback,
    painter: Painter,
    /// Draw at the display's rate and blend, or once for each picture.
    blending: bool,
    /// What was drawn last, for the screenshot.
    last: Option<Moment>,
    sheets: Sheets,
}

impl Film {
    /// Starts decoding for `stage`; every picture shown goes into `log`.
    ///
    /// # Errors
    ///
    /// [`PlayError::Thread`].
    pub(crate) fn new(
        stage: &Stage,
        listing: Listing,
        options: &PlayOptions,
        started: Instant,
        teller: Teller,
        log: Option<FrameLog>,
    ) -> Result<Self, PlayError> {
        let (gpu, format) = (&stage.gpu, stage.format());
        let blending = !gpu.is_software();
        let side_max = gpu.side_max();
        Ok(Self {
            playback: Playback::start(listing, options, started, side_max, teller, log)?,
            painter: if blending {
                Painter::new(gpu, format)
            } else {
                Painter::without_a_card(gpu, format)
            },
            blending,
            last: None,
            sheets: Sheets::default(),
        })
    }

    /// The account, and the log.
    pub(crate) fn end(self) -> (PlayReport, Option<FrameLog>) {
        self.playback.end()
    }
}

impl Programme for Film {
    fn act(&mut self, action: Action, now: Instant) {
        self.playback.act(action, now);
    }

    fn set_hidden(&mut self, hidden: bool, now: Instant) {
        self.playback.set_hidden(hidden, now);
    }

    fn draw(&mut self, stage: &mut Stage, now: Instant) -> Result<Option<Instant>, PlayError> {
        let Some(mut moment) = self.playback.tick(now)? else {
            return Ok(Some(now + FIRST_LOOK));
        };
        if !self.blending {
            moment.blend = 0.0;
        }
        let panels = self.playback.new_panels(stage.size());
        self.painter
            .set_panels(&stage.gpu, panels.each_ref().map(Option::as_ref));
        self.sheets.renew(panels);
        let is_first = !stage.is_revealed();
        stage.reveal();
        let shown = match self.playback.scene(&moment) {
            Some(scene) => stage.show(|gpu, view, size| {
                self.painter.paint(gpu, view, size, &scene);
            })?,
            None => Shown::NotNow,
        };
        self.last = Some(moment);
        if shown == Shown::NotNow {
            return Ok(Some(now + RETRY));
        }
        self.playback.presented()?;
        if is_first {
            give_back_what_is_free();
        }
        // Presenting waits for the display, so drawing again at once is drawing at its rate.
        if self.blending && !self.playback.is_stopped() {
            return Ok(Some(now));
        }
        Ok(self.playback.next_look(&moment, now))
    }

    fn finish(self, stage: &Stage, options: &PlayOptions) -> Result<PlayReport, PlayError> {
        if let (Some(path), Some(moment)) = (&options.screenshot, &self.last)
            && let Some(scene) = self.playback.scene(moment)
        {
            screenshot(stage, path, |gpu, view, size| {
                let mut painter = Painter::new(gpu, SCREENSHOT);
                painter.set_panels(gpu, self.sheets.panels());
                painter.paint(gpu, view, size, &scene);
            })?;
        }
        let (report, log) = self.end();
        log.map_or(Ok(()), FrameLog::finish)?;
        Ok(report)
    }
}
