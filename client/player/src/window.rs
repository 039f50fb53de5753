//! The window's events: keys, size, visibility, and when to draw. What is on is a [`Programme`].

use std::time::{Duration, Instant};

use winit::application::ApplicationHandler;
use winit::event::{ElementState, KeyEvent, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop};
use winit::keyboard::{Key, NamedKey};
use winit::window::WindowId;

use crate::flock::{PlayError, PlayOptions, PlayReport, Vote};
use crate::frame_log::cannot_write;
use crate::gpu::{Gpu, Work, readback};
use crate::stage::Stage;

/// How soon to try again after a window took no picture.
pub(crate) const RETRY: Duration = Duration::from_millis(50);

/// What the keys can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Vote(Vote),
    Previous,
    Next,
    Pause,
    Info,
}

/// What is on in the window.
pub(crate) trait Programme {
    /// Carries out what a key asks for.
    fn act(&mut self, action: Action, now: Instant);

    /// Nobody can see the window any more, or somebody can again.
    fn set_hidden(&mut self, hidden: bool, now: Instant);

    /// Draws what is due and says when to draw again; `None` waits for an event. Reveals the stage as
    /// soon as there is something to see.
    ///
    /// # Errors
    ///
    /// Whatever ends the show.
    fn draw(&mut self, stage: &mut Stage, now: Instant) -> Result<Option<Instant>, PlayError>;

    /// Writes what is wanted of it and gives the account.
    ///
    /// # Errors
    ///
    /// [`PlayError::Write`], or the device's failure.
    fn finish(self, stage: &Stage, options: &PlayOptions) -> Result<PlayReport, PlayError>;
}

/// Opens a window for `work` and runs in it what `open` makes for its stage, until somebody leaves or
/// `options.for_` has passed since `started`.
///
/// # Errors
///
/// [`PlayError`]; each message is a sentence for the person in front of the program.
pub(crate) fn run<P: Programme>(
    options: &PlayOptions,
    started: Instant,
    work: Work,
    open: impl FnOnce(&Stage) -> Result<P, PlayError>,
) -> Result<PlayReport, PlayError> {
    let no_display = |error: winit::error::EventLoopError| PlayError::NoDisplay {
        reason: in_plain_words(&error.to_string()),
    };
    let event_loop = event_loop().map_err(no_display)?;
    let mut house = House {
        options,
        started,
        work,
        open: Some(open),
        on: None,
        failure: None,
    };
    event_loop.run_app(&mut house).map_err(no_display)?;
    match (house.failure, house.on) {
        (Some(failure), _) => Err(failure),
        (None, Some(on)) => on.programme.finish(&on.stage, options),
        (None, None) => Err(PlayError::NoDisplay {
            reason: "the window system opened no window".to_owned(),
        }),
    }
}

/// Writes what `paint` paints as PNG, in the stage's size.
///
/// # Errors
///
/// [`PlayError::Write`] or [`PlayError::AdapterFailed`].
pub(crate) fn screenshot(
    stage: &Stage,
    path: &std::path::Path,
    paint: impl FnOnce(&Gpu, &wgpu::TextureView, (u32, u32)),
) -> Result<(), PlayError> {
    let (width, height) = stage.size();
    let rgba = readback::paint_to_memory(&stage.gpu, SCREENSHOT, (width, height), |view| {
        paint(&stage.gpu, view, (width, height));
    })?;
    image::save_buffer_with_format(
        path,
        &rgba,
        width,
        height,
        image::ExtendedColorType::Rgba8,
        image::ImageFormat::Png,
    )
    .map_err(|error| cannot_write(path, error))
}

/// Pixel format of the targets that [`screenshot`] hands out.
pub(crate) const SCREENSHOT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

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
struct House<'a, P, O> {
    options: &'a PlayOptions,
    started: Instant,
    work: Work,
    /// Used up when the window opens.
    open: Option<O>,
    on: Option<On<P>>,
    failure: Option<PlayError>,
}

/// An open window with something on.
struct On<P> {
    stage: Stage,
    programme: P,
    /// When to draw next; `None` waits for an event.
    wake: Option<Instant>,
}

impl<P, O> ApplicationHandler for House<'_, P, O>
where
    P: Programme,
    O: FnOnce(&Stage) -> Result<P, PlayError>,
{
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        // Only the first time opens; later ones still have their window.
        let Some(open) = self.open.take() else {
            return;
        };
        let opened = Stage::open(event_loop, self.options, self.work).and_then(|stage| {
            let programme = open(&stage)?;
            Ok(On {
                stage,
                programme,
                wake: Some(Instant::now()),
            })
        });
        match opened {
            Ok(on) => self.on = Some(on),
            Err(failure) => self.fail(event_loop, failure),
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        let Some(on) = &mut self.on else {
            return;
        };
        let now = Instant::now();
        match event {
            WindowEvent::CloseRequested => event_loop.exit(),
            WindowEvent::Resized(size) => {
                on.stage.resize(size);
                let hidden = size.width == 0 || size.height == 0;
                on.programme.set_hidden(hidden, now);
                on.stage.window.request_redraw();
            }
            WindowEvent::Occluded(hidden) => {
                on.programme.set_hidden(hidden, now);
                on.wake = Some(now);
            }
            // A key that is down when the window gets the focus is told a second time.
            WindowEvent::KeyboardInput {
                event,
                is_synthetic: false,
                ..
            } => match asked_for(&event) {
                Some(Wish::Leave) => event_loop.exit(),
                Some(Wish::FullScreen) => on.stage.toggle_full_screen(),
                Some(Wish::Act(action)) => {
                    on.programme.act(action, now);
                    on.wake = Some(now);
                }
                None => {}
            },
            WindowEvent::RedrawRequested if on.stage.is_revealed() => {
                if let Err(failure) = on.draw(now) {
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
        let Some(on) = &mut self.on else {
            return;
        };
        if on.wake.is_some_and(|wake| now >= wake) {
            on.wake = None;
            if on.stage.is_revealed() {
                on.stage.window.request_redraw();
            } else if let Err(failure) = on.draw(now) {
                // An invisible window is asked for no picture, so the first one is drawn unasked.
                self.fail(event_loop, failure);
                return;
            }
        }
        let next = match (on.wake, deadline) {
            (Some(wake), Some(deadline)) => Some(wake.min(deadline)),
            (wake, deadline) => wake.or(deadline),
        };
        event_loop.set_control_flow(next.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
    }
}

impl<P, O> House<'_, P, O> {
    fn fail(&mut self, event_loop: &ActiveEventLoop, failure: PlayError) {
        self.failure.get_or_insert(failure);
        event_loop.exit();
    }
}

impl<P: Programme> On<P> {
    fn draw(&mut self, now: Instant) -> Result<(), PlayError> {
        self.wake = self.programme.draw(&mut self.stage, now)?;
        Ok(())
    }
}

/// What a key press asks for.
enum Wish {
    Leave,
    FullScreen,
    Act(Action),
}

fn asked_for(event: &KeyEvent) -> Option<Wish> {
    if event.state != ElementState::Pressed || event.repeat {
        return None;
    }
    let action = match event.logical_key.as_ref() {
        Key::Named(NamedKey::Escape) => return Some(Wish::Leave),
        Key::Named(NamedKey::F11) | Key::Character("f" | "F") => return Some(Wish::FullScreen),
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
