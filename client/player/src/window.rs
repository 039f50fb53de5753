//! The window's events: keys, size, visibility, and when to draw.
//!
//! A real graphics adapter draws at the display's rate and blends between the film's pictures. Where
//! the processor has to do the drawing, it draws once for each picture of the film instead: the
//! decoder needs the time more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use winit::application::ApplicationHandler;
use winit::event::{ElementState, KeyEvent, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop};
use winit::keyboard::{Key, NamedKey};
use winit::window::WindowId;

use crate::flock::{LocalClip, PlayError, PlayEvent, PlayOptions, PlayReport, Vote};
use crate::frame_log::cannot_write;
use crate::gpu::readback;
use crate::playback::{Action, Playback};
use crate::stage::{Shown, Stage};
use crate::text::Panel;
use crate::timeline::Moment;

/// How soon to try again after a window took no picture.
const RETRY: Duration = Duration::from_millis(50);
/// How often to look for the first picture.
const FIRST_LOOK: Duration = Duration::from_millis(2);

/// Plays `flock` in a window until somebody leaves, or `options.for_` has passed.
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
    let no_display = |error: winit::error::EventLoopError| PlayError::NoDisplay {
        reason: in_plain_words(&error.to_string()),
    };
    let event_loop = event_loop().map_err(no_display)?;
    let mut show = Show {
        flock: flock.into(),
        on_event: Some(&mut on_event),
        options,
        started,
        live: None,
        failure: None,
    };
    event_loop.run_app(&mut show).map_err(no_display)?;
    match (show.failure, show.live) {
        (Some(failure), _) => Err(failure),
        (None, Some(live)) => live.finish(options),
        (None, None) => Err(PlayError::NoDisplay {
            reason: "the window system opened no window".to_owned(),
        }),
    }
}

/// The message without the place in winit's sources that it begins with.
fn in_plain_words(message: &str) -> String {
    message
        .split_once(".rs:")
        .and_then(|(_, line_and_words)| line_and_words.split_once(": "))
        .map_or(message, |(_, words)| words)
        .trim_end_matches('.')
        .to_owned()
}

#[cfg(all(unix, not(target_vendor = "apple")))]
fn event_loop() -> Result<EventLoop<()>, winit::error::EventLoopError> {
    // One flag for X11 and Wayland alike, whichever of the two traits sets it.
    use winit::platform::x11::EventLoopBuilderExtX11;
    EventLoop::builder().with_any_thread(true).build()
}

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn event_loop() -> Result<EventLoop<()>, winit::error::EventLoopError> {
    EventLoop::new()
}

/// Everything between the start and the end of playing.
struct Show<'a> {
    flock: Arc<[LocalClip]>,
    /// Handed on when the window opens.
    on_event: Option<&'a mut dyn FnMut(PlayEvent)>,
    options: &'a PlayOptions,
    started: Instant,
    live: Option<Live<'a>>,
    failure: Option<PlayError>,
}

/// An open window with a film in it.
struct Live<'a> {
    stage: Stage,
    playback: Playback<'a>,
    /// Draw at the display's rate and blend, or once for each picture.
    blending: bool,
    revealed: bool,
    /// When to draw next; `None` waits for an event.
    wake: Option<Instant>,
    /// What was drawn last, for the screenshot.
    last: Option<Moment>,
    panel: Option<Panel>,
}

impl ApplicationHandler for Show<'_> {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        // Only the first time has a listener to hand on; later ones still have their window.
        let Some(on_event) = self.on_event.take() else {
            return;
        };
        let flock = Arc::clone(&self.flock);
        let opened = Stage::open(event_loop, self.options).and_then(|stage| {
            let side_max = stage.gpu.side_max();
            let playback = Playback::start(flock, self.options, self.started, side_max, on_event)?;
            Ok(Live {
                blending: !stage.gpu.is_software(),
                stage,
                playback,
                revealed: false,
                wake: Some(Instant::now()),
                last: None,
                panel: None,
            })
        });
        match opened {
            Ok(live) => self.live = Some(live),
            Err(failure) => self.fail(event_loop, failure),
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        let Some(live) = &mut self.live else {
            return;
        };
        let now = Instant::now();
        match event {
            WindowEvent::CloseRequested => event_loop.exit(),
            WindowEvent::Resized(size) => {
                live.stage.resize(size);
                live.playback
                    .set_hidden(size.width == 0 || size.height == 0, now);
                live.stage.window.request_redraw();
            }
            WindowEvent::Occluded(hidden) => {
                live.playback.set_hidden(hidden, now);
                live.wake = Some(now);
            }
            // A key that is down when the window gets the focus is told a second time.
            WindowEvent::KeyboardInput {
                event,
                is_synthetic: false,
                ..
            } => match asked_for(&event) {
                Some(Wish::Leave) => event_loop.exit(),
                Some(Wish::Act(action)) => {
                    live.playback.act(action, now);
                    live.wake = Some(now);
                }
                None => {}
            },
            WindowEvent::RedrawRequested if live.revealed => {
                if let Err(failure) = live.draw(now) {
                    self.fail(event_loop, failure);
                }
            }
            _ => {}
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        let now = Instant::now();
        let deadline = self.options.for_.map(|for_| self.started + for_);
        if deadline.is_some_and(|deadline| now >= deadline) {
            event_loop.exit();
            return;
        }
        let Some(live) = &mut self.live else {
            return;
        };
        if live.wake.is_some_and(|wake| now >= wake) {
            live.wake = None;
            if live.revealed {
                live.stage.window.request_redraw();
            } else if let Err(failure) = live.draw(now) {
                // An invisible window is asked for no picture, so the first one is drawn unasked.
                self.fail(event_loop, failure);
                return;
            }
        }
        let next = match (live.wake, deadline) {
            (Some(wake), Some(deadline)) => Some(wake.min(deadline)),
            (wake, deadline) => wake.or(deadline),
        };
        event_loop.set_control_flow(next.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
    }
}

impl Show<'_> {
    fn fail(&mut self, event_loop: &ActiveEventLoop, failure: PlayError) {
        self.failure.get_or_insert(failure);
        event_loop.exit();
    }
}

impl Live<'_> {
    /// Draws what is due and decides when to draw again.
    fn draw(&mut self, now: Instant) -> Result<(), PlayError> {
        let Some(mut moment) = self.playback.tick(now)? else {
            self.wake = Some(now + FIRST_LOOK);
            return Ok(());
        };
        if !self.blending {
            moment.blend = 0.0;
        }
        if let Some(panel) = self.playback.new_panel(self.stage.size()) {
            self.stage.set_panel(&panel);
            self.panel = Some(panel);
        }
        if !self.revealed {
            self.stage.reveal();
            self.revealed = true;
        }
        let shown = match self.playback.scene(&moment, now) {
            Some(scene) => self.stage.show(&scene)?,
            None => Shown::NotNow,
        };
        self.last = Some(moment);
        self.wake = match shown {
            Shown::NotNow => Some(now + RETRY),
            // Presenting waits for the display, so drawing again at once is drawing at its rate.
            Shown::Yes if self.blending && !self.playback.is_stopped() => Some(now),
            Shown::Yes => self.playback.next_look(&moment, now),
        };
        match shown {
            Shown::Yes => self.playback.presented(),
            Shown::NotNow => Ok(()),
        }
    }

    /// Writes the screenshot and gives the account.
    fn finish(self, options: &PlayOptions) -> Result<PlayReport, PlayError> {
        if let (Some(path), Some(moment)) = (&options.screenshot, &self.last)
            && let Some(scene) = self.playback.scene(moment, Instant::now())
        {
            let (width, height) = self.stage.size();
            let rgba = readback::paint_to_memory(
                &self.stage.gpu,
                wgpu::TextureFormat::Rgba8Unorm,
                (width, height),
                &scene,
                self.panel.as_ref(),
            )?;
            image::save_buffer_with_format(
                path,
                &rgba,
                width,
                height,
                image::ExtendedColorType::Rgba8,
                image::ImageFormat::Png,
            )
            .map_err(|error| cannot_write(path, error))?;
        }
        self.playback.finish()
    }
}

/// What a key press asks for.
enum Wish {
    Leave,
    Act(Action),
}

fn asked_for(event: &KeyEvent) -> Option<Wish> {
    if event.state != ElementState::Pressed || event.repeat {
        return None;
    }
    let action = match event.logical_key.as_ref() {
        Key::Named(NamedKey::Escape) => return Some(Wish::Leave),
        Key::Named(NamedKey::ArrowUp) => Action::Vote(Vote::Up),
        Key::Named(NamedKey::ArrowDown) => Action::Vote(Vote::Down),
        Key::Named(NamedKey::ArrowLeft) => Action::Previous,
        Key::Named(NamedKey::ArrowRight) => Action::Next,
        Key::Named(NamedKey::Space) => Action::Pause,
        Key::Character("i" | "I") => Action::Info,
        _ => return None,
    };
    Some(Wish::Act(action))
}
