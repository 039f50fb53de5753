//! Flames drawn as they are shown: the show for a machine that has no clips yet.
//!
//! ```text
//! show -> scene -> easel -> plan -> [LiveRenderer] -> pixels -> screen
//!                    ^                   |
//!                    +---- pace <- times-+
//! ```
//!
//! * [`show`]: which sheep, and where on its way. Pure.
//! * [`pace`]: how large and with how many samples. Pure.
//! * [`easel`]: both of them as a plan. Pure.
//!
//! A frame is only a few samples a pixel; what makes the picture whole is that frames stay and fade. A
//! show that stands still keeps everything, and becomes clean within seconds.

mod easel;
mod pace;
mod show;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::debug;
use woolgather_render_kernel::gpu::{GpuError, LiveRenderer};

use crate::caption::{Caption, Sheets};
use crate::clock::Now;
use crate::flock::{LiveSheep, PlayError, PlayEvent, PlayOptions, PlayReport};
use crate::frame_log::FrameLog;
use crate::gpu::Work;
use crate::gpu::live_painter::LivePainter;
use crate::host;
use crate::overlay::Info;
use crate::performance::{Action, Production, Programme, RETRY, SCREENSHOT, Teller, screenshot};
use crate::stage::{Shown, Stage};
use easel::Easel;
use pace::{Pace, Rung};
use show::{Scene, Show};

/// How long a frame is seen through those after it, until it has faded to a third: where frames have
/// samples enough, and where they have few. A loop turns by two degrees in the one and fourteen in the other.
const TRAIL: (Duration, Duration) = (Duration::from_millis(110), Duration::from_millis(800));
/// Samples a pixel that are enough.
const QUALITY_ENOUGH: f64 = 40.0;
/// The longest that the show moves on between two frames: after a pause of the machine's it goes on from
/// where it was.
const STEP_MAX: Duration = Duration::from_millis(150);
/// Time of a frame where the display does not tell its rate.
const USUAL_FRAME: Duration = Duration::from_micros(16_667);
/// Time of a frame where the processor has to do the drawing.
const SOFTWARE_FRAME: Duration = Duration::from_millis(100);
/// Height that a picture begins with, on a graphics card and on the processor.
const FIRST_HEIGHT: u32 = 720;
const FIRST_HEIGHT_SOFTWARE: u32 = 270;
/// How many times the usual samples a picture gets that begins empty.
const FRESH: f64 = 4.0;
/// Samples a pixel after which a picture that stands still is finished.
const STILL_QUALITY: f64 = 400.0;
/// How often to look at a picture that stands still and is finished.
const STILL_LOOK: Duration = Duration::from_millis(50);
/// How long a sheep is on before the next one is made ready.
const AHEAD_AFTER: Duration = Duration::from_secs(2);

/// Draws `flock` live in a window, or on every monitor, until somebody leaves, or `options.for_` has passed.
///
/// Blocks, and may be called where and as often as [`play`](crate::play()) may. `on_event` hears which sheep
/// comes on; nobody can vote.
///
/// # Errors
///
/// [`PlayError`]; each message is a sentence for the person in front of the program.
pub fn play_live(
    flock: Vec<LiveSheep>,
    mut on_event: impl FnMut(PlayEvent),
    options: &PlayOptions,
) -> Result<PlayReport, PlayError> {
    let started = Instant::now();
    if flock.is_empty() {
        return Err(PlayError::EmptyFlock);
    }
    let flock: Arc<[LiveSheep]> = flock.into();
    let open = move |stage: &Stage, options: &PlayOptions, teller| {
        let log = FrameLog::wanted(options)?;
        Live::new(stage, Arc::clone(&flock), options, started, teller, log)
    };
    host::run(
        &Production::new(options, started, Work::Render, open),
        &mut on_event,
    )
}

/// What is kept of the frames before, when `step` has passed and a frame has so many samples a pixel.
fn keep(step: Duration, quality: f64) -> f64 {
    let after = |trail: Duration| (-step.as_secs_f64() / trail.as_secs_f64()).exp();
    // For ever keeping this much, the frames add up to what is enough.
    let enough = 1.0 - quality / QUALITY_ENOUGH;
    enough.clamp(after(TRAIL.0), after(TRAIL.1))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: GpuError) -> PlayError {
    PlayError::AdapterFailed {
        reason: error.to_string(),
    }
}

/// A show that is on.
pub(crate) struct Live {
    flock: Arc<[LiveSheep]>,
    teller: Teller,
    rng_seed: u64,
    started: Instant,
    show: Show,
    pace: Pace,
    renderer: LiveRenderer,
    painter: LivePainter,
    caption: Caption,
    sheets: Sheets,
    /// Is the time of day shown?
    clock_shown: bool,
    /// The show's time.
    film: Duration,
    last_frame: Option<Instant>,
    /// The height and the easel of the picture that the renderer holds.
    held: Option<(u32, Easel)>,
    /// Frames drawn, whether or not the screen took them.
    frames_drawn: u64,
    paused: bool,
    hidden: bool,
    /// The sheep whose name is shown, and the show's time when it came on.
    sheep: Option<usize>,
    came_on: Duration,
    /// The scene that was made ready last.
    ahead: Option<Scene>,
    log: Option<FrameLog>,
    report: PlayReport,
}

impl Programme for Live {
    fn act(&mut self, action: Action, now: Instant) {
        match action {
            Action::Vote(_) => self.caption.notify(
                "Votes count for the flock's films; see woolgather sync",
                now,
            ),
            Action::Previous => {
                self.show.go_back(self.film);
                self.paused = false;
            }
            Action::Next => {
                self.show.skip(self.film);
                self.paused = false;
            }
            Action::Pause => self.paused = !self.paused,
            Action::Info => self.caption.toggle(),
        }
    }

    fn set_hidden(&mut self, hidden: bool, _: Instant) {
        self.hidden = hidden;
    }

    fn draw(&mut self, stage: &mut Stage, now: Instant) -> Result<Option<Instant>, PlayError> {
        if self.hidden {
            self.last_frame = None;
            return Ok(None);
        }
        let interval = self.last_frame.replace(now).map(|last| now - last);
        let step = interval.unwrap_or_default().min(STEP_MAX);
        if !self.paused {
            self.film += step;
        }
        let scene = self.show.scene(self.film);
        self.announce(scene.sheep(), now);
        self.pace.set_height_max(stage.size().1);

        let finished = self.paused && self.is_finished(Self::easel(stage));
        let mut busy = Duration::ZERO;
        if !finished {
            let rung = self.pace.rung();
            self.paint(stage, scene, rung, step)?;
            busy = now.elapsed();
            self.prepare_ahead(Self::easel(stage), rung)?;
        }
        let shown = self.show_picture(stage)?;
        if shown == Shown::NotNow {
            return Ok(Some(now + RETRY));
        }
        self.presented(scene)?;
        if finished {
            return Ok(Some(now + STILL_LOOK));
        }
        if let Some(interval) = interval {
            let before = self.pace.rung();
            self.pace.note(interval, busy);
            let after = self.pace.rung();
            if before != after {
                debug!(
                    ?interval,
                    ?busy,
                    height = after.height,
                    quality = after.quality,
                    "Changed pace"
                );
            }
        }
        // Presenting waits for the display, so drawing again at once is drawing at its rate.
        Ok(Some(now))
    }

    fn finish(self, stage: &Stage, options: &PlayOptions) -> Result<PlayReport, PlayError> {
        if let (Some(path), Some(pixels)) = (&options.screenshot, self.renderer.pixels()) {
            let glimpses = self.caption.glimpses();
            screenshot(stage, path, |gpu, view, size| {
                let mut painter = LivePainter::new(gpu, SCREENSHOT);
                painter.set_panels(gpu, self.sheets.panels());
                painter.paint(gpu, view, size, pixels, &glimpses);
            })?;
        }
        let (report, log) = self.end();
        log.map_or(Ok(()), FrameLog::finish)?;
        Ok(report)
    }
}

impl Live {
    /// A show of `flock`, which is not empty, for `stage`; every frame shown goes into `log`.
    ///
    /// # Errors
    ///
    /// [`PlayError::AdapterFailed`] where the stage's device cannot render.
    pub(crate) fn new(
        stage: &Stage,
        flock: Arc<[LiveSheep]>,
        options: &PlayOptions,
        started: Instant,
        teller: Teller,
        log: Option<FrameLog>,
    ) -> Result<Self, PlayError> {
        let gpu = &stage.gpu;
        let (target, first_height) = if gpu.is_software() {
            (SOFTWARE_FRAME, FIRST_HEIGHT_SOFTWARE)
        } else {
            (stage.refresh().unwrap_or(USUAL_FRAME), FIRST_HEIGHT)
        };
        let (device, queue) = (gpu.device.clone(), gpu.queue.clone());
        Ok(Self {
            log,
            renderer: LiveRenderer::new(&gpu.adapter, device, queue).map_err(failed)?,
            painter: LivePainter::new(gpu, stage.format()),
            show: Show::new(flock.len(), options.rng_seed),
            pace: Pace::new(target, first_height, stage.size().1),
            caption: Caption::new(started),
            clock_shown: options.clock,
            flock,
            teller,
            rng_seed: options.rng_seed,
            started,
            film: Duration::ZERO,
            last_frame: None,
            held: None,
            frames_drawn: 0,
            paused: false,
            hidden: false,
            sheep: None,
            came_on: Duration::ZERO,
            ahead: None,
            sheets: Sheets::default(),
            report: PlayReport::default(),
        })
    }

    /// The account, and the log.
    pub(crate) fn end(self) -> (PlayReport, Option<FrameLog>) {
        (self.report, self.log)
    }

    /// Says whose turn it is, when that has changed.
    fn announce(&mut self, sheep: usize, now: Instant) {
        self.caption
            .tick(self.paused, Now::read(now, self.clock_shown));
        if self.sheep.replace(sheep) == Some(sheep) {
            return;
        }
        self.caption.come_on(now);
        self.came_on = self.film;
        self.report.clips_played += 1;
        let LiveSheep { title, artist, .. } = &self.flock[sheep];
        self.teller.tell(PlayEvent::Shown {
            sheep: None,
            title: title.clone(),
            artist: artist.clone(),
        });
    }

    /// Adds a frame's samples to the picture and develops it; returns when the device is done.
    fn paint(
        &mut self,
        stage: &Stage,
        scene: Scene,
        rung: Rung,
        step: Duration,
    ) -> Result<(), PlayError> {
        let easel = Self::easel(stage);
        let goes_on = self.held == Some((rung.height, easel));
        let keep = match goes_on {
            false => 0.0,
            true if self.paused => 1.0,
            true => keep(step, rung.quality),
        };
        let more = if goes_on { 1.0 } else { FRESH };
        let rung = Rung {
            quality: rung.quality * more,
            ..rung
        };
        // Every frame has its own numbers, or the same points would only grow brighter.
        let rng_seed = self.rng_seed ^ (self.frames_drawn << 20);
        self.frames_drawn += 1;
        let plan = easel.plan(&self.flock, scene, rung, rng_seed)?;
        self.renderer.advance(&plan, keep as f32).map_err(failed)?;
        self.held = Some((rung.height, easel));
        self.renderer.wait().map_err(failed)
    }

    fn easel(stage: &Stage) -> Easel {
        Easel {
            screen: stage.size(),
            software: stage.gpu.is_software(),
        }
    }

    /// Has the picture that stands still all the samples that it needs?
    fn is_finished(&self, easel: Easel) -> bool {
        self.held.is_some_and(|(_, held)| held == easel) && self.renderer.quality() >= STILL_QUALITY
    }

    /// Has what comes next compiled while nothing depends on it.
    fn prepare_ahead(&mut self, easel: Easel, rung: Rung) -> Result<(), PlayError> {
        if self.paused || self.film < self.came_on + AHEAD_AFTER {
            return Ok(());
        }
        let ahead = self.show.ahead();
        if ahead.is_none() || ahead == self.ahead {
            return Ok(());
        }
        self.ahead = ahead;
        if let Some(scene) = ahead {
            let plan = easel.plan(&self.flock, scene, rung, 0)?;
            let was_there = self.renderer.prepare(&plan);
            debug!(was_there, "Prepared an edge");
        }
        Ok(())
    }

    fn show_picture(&mut self, stage: &mut Stage) -> Result<Shown, PlayError> {
        let sheep = &self.flock[self.sheep.unwrap_or(0)];
        let info = Info {
            title: sheep.title.clone(),
            artist: sheep.artist.clone(),
            ..Info::default()
        };
        let panels = self.caption.new_panels(info, stage.size());
        self.painter
            .set_panels(&stage.gpu, panels.each_ref().map(Option::as_ref));
        self.sheets.renew(panels);
        let glimpses = self.caption.glimpses();
        let Some(pixels) = self.renderer.pixels() else {
            return Ok(Shown::NotNow);
        };
        stage.reveal();
        stage.show(|gpu, view, size| self.painter.paint(gpu, view, size, pixels, &glimpses))
    }

    /// Notes that a frame was handed to the screen.
    fn presented(&mut self, scene: Scene) -> Result<(), PlayError> {
        let since_start = self.started.elapsed();
        let frame = self.report.frames_presented;
        if frame == 0 {
            self.report.first_frame = since_start;
        }
        self.report.frames_presented += 1;
        let Some(log) = &mut self.log else {
            return Ok(());
        };
        log.note(
            since_start,
            &self.flock[scene.sheep()].title,
            frame as u32,
            0,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_with_few_samples_stay_longer_and_none_stays_for_ever() {
        let frame = Duration::from_millis(100);
        let trail = |quality| -frame.as_secs_f64() / keep(frame, quality).ln();
        assert!((trail(0.1) - 0.8).abs() < 1e-6);
        assert!((trail(100.0) - 0.11).abs() < 1e-6);
        let between = trail(12.0);
        assert!((0.2..0.4).contains(&between), "{between}");
    }

    #[test]
    fn at_the_displays_rate_frames_add_up_to_enough() {
        let quality = 3.0;
        let kept = keep(Duration::from_millis(17), quality);
        assert!((quality / (1.0 - kept) - QUALITY_ENOUGH).abs() < 1e-6);
    }
}
