//! The flock's clips in a window.
//!
//! A real graphics adapter draws at the display's rate and blends between the film's pictures. Where
//! the processor has to do the drawing, it draws once for each picture of the film instead: the
//! decoder needs the time more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::flock::{LocalClip, PlayError, PlayEvent, PlayOptions, PlayReport};
use crate::gpu::Work;
use crate::gpu::painter::Painter;
use crate::host;
use crate::performance::{Action, Production, Programme, RETRY, SCREENSHOT, screenshot};
use crate::playback::Playback;
use crate::stage::{Shown, Stage};
use crate::text::Panel;
use crate::timeline::Moment;

/// How often to look for the first picture.
const FIRST_LOOK: Duration = Duration::from_millis(2);

/// Plays `flock` in a window, or on every monitor, until somebody leaves, or `options.for_` has passed.
///
/// Blocks. Call it on the main thread, except on Linux, where any thread will do; once in the life
/// of the process, which is all the window system allows. `on_event` hears of votes and clips.
///
/// # Errors
///
/// [`PlayError`]; each message is a sentence for the person in front of the program.
pub fn play(
    flock: Vec<LocalClip>,
    mut on_event: impl FnMut(PlayEvent),
    options: &PlayOptions,
) -> Result<PlayReport, PlayError> {
    let started = Instant::now();
    if flock.is_empty() {
        return Err(PlayError::EmptyFlock);
    }
    let flock: Arc<[LocalClip]> = flock.into();
    let open = move |stage: &Stage, options: &PlayOptions, teller| {
        let (flock, side_max) = (Arc::clone(&flock), stage.gpu.side_max());
        let blending = !stage.gpu.is_software();
        Ok(Film {
            playback: Playback::start(flock, options, started, side_max, teller)?,
            painter: Painter::new(&stage.gpu, stage.format(), blending),
            blending,
            last: None,
            panel: None,
        })
    };
    host::run(
        &Production::new(options, started, Work::Film, open),
        &mut on_event,
    )
}

/// A film that is on.
struct Film {
    playback: Playback,
    painter: Painter,
    /// Draw at the display's rate and blend, or once for each picture.
    blending: bool,
    /// What was drawn last, for the screenshot.
    last: Option<Moment>,
    panel: Option<Panel>,
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
        if let Some(panel) = self.playback.new_panel(stage.size()) {
            self.painter.set_panel(&stage.gpu, Some(&panel));
            self.panel = Some(panel);
        }
        stage.reveal();
        let shown = match self.playback.scene(&moment, now) {
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
        // Presenting waits for the display, so drawing again at once is drawing at its rate.
        if self.blending && !self.playback.is_stopped() {
            return Ok(Some(now));
        }
        Ok(self.playback.next_look(&moment, now))
    }

    fn finish(self, stage: &Stage, options: &PlayOptions) -> Result<PlayReport, PlayError> {
        if let (Some(path), Some(moment)) = (&options.screenshot, &self.last)
            && let Some(scene) = self.playback.scene(moment, Instant::now())
        {
            screenshot(stage, path, |gpu, view, size| {
                let mut painter = Painter::new(gpu, SCREENSHOT, true);
                painter.set_panel(gpu, self.panel.as_ref());
                painter.paint(gpu, view, size, &scene);
            })?;
        }
        self.playback.finish()
    }
}
