//! Windows of our own through winit: one for each monitor, their keys and sizes, and what is on in them.
//!
//! Each window has a performance on a thread of its own; this thread listens to the window system and passes on
//! what it hears. So the windows are gone the moment somebody leaves, however long a picture takes.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tracing::warn;
use winit::application::ApplicationHandler;
use winit::dpi::PhysicalSize;
use winit::event::{ElementState, KeyEvent, WindowEvent};
use winit::event_loop::{
    ActiveEventLoop, ControlFlow, EventLoop, EventLoopBuilder, EventLoopProxy, OwnedDisplayHandle,
};
use winit::keyboard::{Key, NamedKey};
use winit::monitor::MonitorHandle;
use winit::window::{Fullscreen, Window, WindowId};

use crate::flock::{PlayError, PlayEvent, PlayOptions, PlayReport, Vote};
use crate::gpu::Work;
use crate::performance::{Action, Cue, Programme, Teller, perform};
use crate::stage::{Place, Stage};

/// Opens windows for `work`, one for each monitor that `options` want filled, and performs in each what `open` makes
/// for its stage, until somebody leaves or `options.for_` has passed since `started`.
///
/// # Errors
///
/// [`PlayError`]; each message is a sentence for the person in front of the program.
pub(crate) fn run<P, O>(
    options: &PlayOptions,
    started: Instant,
    work: Work,
    on_event: &mut dyn FnMut(PlayEvent),
    open: O,
) -> Result<PlayReport, PlayError>
where
    P: Programme,
    O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
{
    let no_display = |error: winit::error::EventLoopError| PlayError::NoDisplay {
        reason: in_plain_words(&error.to_string()),
    };
    let event_loop = event_loop().map_err(no_display)?;
    let mut house = House {
        options,
        started,
        work,
        on_event,
        open: Arc::new(open),
        news: event_loop.create_proxy(),
        windows: Vec::new(),
        leaving: false,
        report: None,
        failure: None,
    };
    event_loop.run_app(&mut house).map_err(no_display)?;
    match (house.failure, house.report) {
        (Some(failure), _) => Err(failure),
        (None, Some(report)) => Ok(report),
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

fn event_loop() -> Result<EventLoop<News>, winit::error::EventLoopError> {
    let mut builder: EventLoopBuilder<News> = EventLoop::with_user_event();
    #[cfg(all(unix, not(target_vendor = "apple")))]
    {
        // One flag for X11 and Wayland alike, whichever of the two traits sets it.
        use winit::platform::x11::EventLoopBuilderExtX11;
        builder.with_any_thread(true);
    }
    builder.build()
}

/// What a performance tells the window's thread.
enum News {
    Event(PlayEvent),
    /// The performance in this window is over, counted from 0.
    Ended(usize),
}

/// Tells that the performance has ended, however it did.
struct Ending(EventLoopProxy<News>, usize);

impl Drop for Ending {
    fn drop(&mut self) {
        // Nobody listens when the event loop is gone, and nobody needs to.
        self.0.send_event(News::Ended(self.1)).ok();
    }
}

/// Everything between the start and the end of playing.
struct House<'a, O> {
    options: &'a PlayOptions,
    started: Instant,
    work: Work,
    on_event: &'a mut dyn FnMut(PlayEvent),
    open: Arc<O>,
    news: EventLoopProxy<News>,
    windows: Vec<On>,
    leaving: bool,
    /// Of the performances that are over.
    report: Option<PlayReport>,
    failure: Option<PlayError>,
}

/// An open window with a performance.
struct On {
    window: Arc<Window>,
    /// The monitor it was opened for; the window system chose without one.
    monitor: Option<MonitorHandle>,
    cues: Sender<Cue>,
    /// Until it has ended.
    performance: Option<JoinHandle<Result<PlayReport, PlayError>>>,
}

impl<P, O> ApplicationHandler<News> for House<'_, O>
where
    P: Programme,
    O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
{
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        // Only the first time opens; later ones still have their windows.
        if !self.windows.is_empty() {
            return;
        }
        let opened = monitors(event_loop, self.options).and_then(|monitors| {
            for monitor in monitors {
                let on = self.open_window(event_loop, monitor)?;
                self.windows.push(on);
            }
            Ok(())
        });
        if let Err(failure) = opened {
            self.failure.get_or_insert(failure);
            self.leave();
            if self.windows.is_empty() {
                event_loop.exit();
            }
        }
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, news: News) {
        match news {
            News::Event(event) => (self.on_event)(event),
            News::Ended(place) => {
                self.settle(place);
                if self.windows.iter().all(|on| on.performance.is_none()) {
                    event_loop.exit();
                }
            }
        }
    }

    fn window_event(&mut self, _: &ActiveEventLoop, id: WindowId, event: WindowEvent) {
        let Some(on) = self.windows.iter().find(|on| on.window.id() == id) else {
            return;
        };
        match event {
            WindowEvent::CloseRequested => self.leave(),
            WindowEvent::Resized(size) => on.cue(Cue::Resized((size.width, size.height))),
            WindowEvent::Occluded(hidden) => on.cue(Cue::Hidden(hidden)),
            // A key that is down when the window gets the focus is told a second time.
            WindowEvent::KeyboardInput {
                event,
                is_synthetic: false,
                ..
            } => match asked_for(&event) {
                Some(Wish::Leave) => self.leave(),
                Some(Wish::FullScreen) => on.toggle_full_screen(self.options.size),
                // Standing still and showing names are for all windows, the rest is about what is in this one.
                Some(Wish::Act(action @ (Action::Pause | Action::Info))) => {
                    self.cue_all(Cue::Act(action));
                }
                Some(Wish::Act(action)) => on.cue(Cue::Act(action)),
                None => {}
            },
            _ => {}
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        event_loop.set_control_flow(ControlFlow::Wait);
    }
}

impl<O> House<'_, O> {
    /// Takes the windows away and lets the performances end.
    fn leave(&mut self) {
        if !self.leaving {
            self.leaving = true;
            for on in &self.windows {
                on.window.set_visible(false);
            }
            self.cue_all(Cue::Leave);
        }
    }

    fn cue_all(&self, cue: Cue) {
        for on in &self.windows {
            on.cue(cue);
        }
    }

    /// Takes the account of a performance that has ended. The others go on where it failed.
    fn settle(&mut self, place: usize) {
        let ended = self.windows.get_mut(place).map(|on| {
            on.window.set_visible(false);
            on.performance.take()
        });
        let Some(performance) = ended.flatten() else {
            return;
        };
        match performance.join() {
            Ok(Ok(report)) => {
                self.report = Some(report.and(self.report.unwrap_or_default()));
            }
            Ok(Err(failure)) => {
                if self.windows.len() > 1 {
                    warn!("Monitor {} shows nothing any more: {failure}", place + 1);
                }
                self.failure.get_or_insert(failure);
            }
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl<P, O> House<'_, O>
where
    P: Programme,
    O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
{
    /// Opens an invisible window on `monitor` and begins the performance in it.
    fn open_window(
        &self,
        event_loop: &ActiveEventLoop,
        monitor: Option<MonitorHandle>,
    ) -> Result<On, PlayError> {
        let place = self.windows.len();
        let options = self.options.of_window(place);
        let (width, height) = options.size;
        let mut attributes = Window::default_attributes()
            .with_title("Woolgather")
            .with_visible(false)
            .with_inner_size(PhysicalSize::new(width.max(1), height.max(1)));
        if !options.windowed {
            attributes = attributes.with_fullscreen(Some(Fullscreen::Borderless(monitor.clone())));
            if let Some(monitor) = &monitor {
                // Also where no window manager fulfils the wish for the whole screen.
                attributes = attributes
                    .with_position(monitor.position())
                    .with_inner_size(monitor.size());
            }
        }
        let window =
            event_loop
                .create_window(attributes)
                .map_err(|error| PlayError::NoDisplay {
                    reason: error.to_string(),
                })?;
        window.set_cursor_visible(options.windowed);
        let window = Arc::new(window);
        let (cues, heard) = channel();
        let performance = Performance {
            place: Arc::new(Own {
                window: Arc::clone(&window),
                display: event_loop.owned_display_handle(),
            }),
            work: self.work,
            until: options.for_.map(|for_| self.started + for_),
            open: Arc::clone(&self.open),
            options,
            cues: heard,
            ending: Ending(self.news.clone(), place),
        };
        Ok(On {
            window,
            monitor,
            cues,
            performance: Some(performance.start()?),
        })
    }
}

/// A performance that is about to begin.
struct Performance<O> {
    place: Arc<dyn Place>,
    work: Work,
    until: Option<Instant>,
    open: Arc<O>,
    options: PlayOptions,
    cues: Receiver<Cue>,
    ending: Ending,
}

impl<P, O> Performance<O>
where
    P: Programme,
    O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
{
    /// Begins it on a thread of its own.
    fn start(self) -> Result<JoinHandle<Result<PlayReport, PlayError>>, PlayError> {
        let mut stage = None;
        if cfg!(target_vendor = "apple") {
            // There, only the main thread may make surfaces.
            stage = Some(Stage::open(Arc::clone(&self.place), self.work)?);
        }
        let thread = std::thread::Builder::new().name("performance".into());
        Ok(thread.spawn(move || {
            let ending = self.ending;
            let news = ending.0.clone();
            let teller = Teller::new(move |event| {
                // The window's thread may have left already.
                news.send_event(News::Event(event)).ok();
            });
            let stage = match stage {
                Some(stage) => stage,
                None => Stage::open(self.place, self.work)?,
            };
            let programme = (self.open)(&stage, &self.options, teller)?;
            perform(stage, programme, &self.cues, self.until, &self.options)
        })?)
    }
}

impl On {
    fn cue(&self, cue: Cue) {
        // A performance that has ended needs none.
        self.cues.send(cue).ok();
    }

    /// From a window to the whole screen, or back to a window of `size`.
    fn toggle_full_screen(&self, (width, height): (u32, u32)) {
        let full = self.window.fullscreen().is_none();
        self.window
            .set_fullscreen(full.then(|| Fullscreen::Borderless(self.monitor.clone())));
        if !full {
            // It follows as an event, if it is followed.
            let _ = self
                .window
                .request_inner_size(PhysicalSize::new(width.max(1), height.max(1)));
        }
        self.window.set_cursor_visible(!full);
    }
}

/// A window of ours.
struct Own {
    window: Arc<Window>,
    display: OwnedDisplayHandle,
}

impl Place for Own {
    fn display(&self) -> Box<dyn wgpu::wgt::WgpuHasDisplayHandle> {
        Box::new(self.display.clone())
    }

    fn surface(&self, instance: &wgpu::Instance) -> Result<wgpu::Surface<'static>, PlayError> {
        instance
            .create_surface(Arc::clone(&self.window))
            .map_err(|error| PlayError::NoAdapter {
                reason: error.to_string(),
            })
    }

    fn size(&self) -> (u32, u32) {
        self.window.inner_size().into()
    }

    fn refresh(&self) -> Option<Duration> {
        let millihertz = self.window.current_monitor()?.refresh_rate_millihertz()?;
        (millihertz > 0).then(|| Duration::from_secs_f64(1000.0 / f64::from(millihertz)))
    }

    fn reveal(&self) {
        self.window.set_visible(true);
    }

    fn before_present(&self) {
        self.window.pre_present_notify();
    }
}

/// The monitors to open a window on; `None` leaves the choice to the window system.
fn monitors(
    event_loop: &ActiveEventLoop,
    options: &PlayOptions,
) -> Result<Vec<Option<MonitorHandle>>, PlayError> {
    let mut all: Vec<MonitorHandle> = Vec::new();
    for monitor in event_loop.available_monitors() {
        // Monitors that mirror each other show the same place.
        if all
            .iter()
            .all(|other| other.position() != monitor.position())
        {
            all.push(monitor);
        }
    }
    match options.monitor {
        Some(number) if (1..=all.len()).contains(&number) => {
            Ok(vec![Some(all.swap_remove(number - 1))])
        }
        Some(number) => Err(PlayError::NoMonitor {
            number,
            count: all.len(),
        }),
        None if options.windowed || all.is_empty() => Ok(vec![None]),
        None => Ok(all.into_iter().map(Some).collect()),
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
