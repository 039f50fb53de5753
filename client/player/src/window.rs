//! Windows of our own through winit: one for each monitor, their keys and sizes, and what is on in them.
//!
//! Each window has a performance on a thread of its own; this thread listens to the window system and passes on
//! what it hears. So the windows are gone the moment somebody leaves, however long a picture takes.

#[cfg(windows)]
mod any_thread;

use std::sync::Arc;
use std::time::{Duration, Instant};

use winit::application::ApplicationHandler;
use winit::dpi::PhysicalSize;
use winit::event::{ElementState, KeyEvent, WindowEvent};
use winit::event_loop::{
    ActiveEventLoop, ControlFlow, EventLoop, EventLoopBuilder, OwnedDisplayHandle,
};
use winit::keyboard::{self, NamedKey};
use winit::monitor::MonitorHandle;
use winit::window::{Fullscreen, Window, WindowId, WindowLevel};

use crate::flock::{PlayError, PlayEvent, PlayOptions, PlayReport};
use crate::keys::{Key, Rest, Wish, asked_for};
use crate::performance::{Cue, News, Production, Programme, Teller, Troupe};
use crate::stage::{Place, Stage};

/// How long windows may take to come to the front.
const COMES_TO_FRONT: Duration = Duration::from_secs(1);

/// Opens windows, one for each monitor that the options want filled, and performs in each until somebody leaves or
/// its time is over.
///
/// # Errors
///
/// [`PlayError`]; each message is a sentence for the person in front of the program.
pub(crate) fn run<P, O>(
    production: &Production<O>,
    on_event: &mut dyn FnMut(PlayEvent),
) -> Result<PlayReport, PlayError>
where
    P: Programme,
    O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
{
    let no_display = |error: winit::error::EventLoopError| PlayError::NoDisplay {
        reason: in_plain_words(&error.to_string()),
    };
    let event_loop = event_loop().map_err(no_display)?;
    let proxy = event_loop.create_proxy();
    let mut house = House {
        production,
        on_event,
        troupe: Troupe::new(Arc::new(move |news| {
            // Nobody listens when the event loop is gone, and nobody needs to.
            proxy.send_event(news).ok();
        })),
        windows: Vec::new(),
        pointer: None,
        came_to_front: Instant::now(),
        lost_focus: false,
        leaving: false,
    };
    event_loop.run_app(&mut house).map_err(no_display)?;
    house.troupe.outcome()
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

/// Everything between the start and the end of playing.
struct House<'a, O> {
    production: &'a Production<O>,
    on_event: &'a mut dyn FnMut(PlayEvent),
    troupe: Troupe,
    /// In the order of their performances.
    windows: Vec<On>,
    /// Where the pointer was first seen.
    pointer: Option<Rest<WindowId>>,
    /// When a window was last opened or got the focus.
    came_to_front: Instant,
    /// A window was left for another one, ours or not.
    lost_focus: bool,
    leaving: bool,
}

/// An open window.
struct On {
    window: Arc<Window>,
    /// The monitor it was opened for; the window system chose without one.
    monitor: Option<MonitorHandle>,
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
        let opened = monitors(event_loop, self.production.options()).and_then(|monitors| {
            monitors
                .into_iter()
                .try_for_each(|monitor| self.open_window(event_loop, monitor))
        });
        if let Err(failure) = opened {
            self.troupe.fail(failure);
            self.leave();
            if self.troupe.is_over() {
                event_loop.exit();
            }
        }
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, news: News) {
        match news {
            News::Event(event) => (self.on_event)(event),
            News::Ended(number) => {
                if let Some(on) = self.windows.get(number) {
                    on.window.set_visible(false);
                }
                self.troupe.settle(number);
                if self.troupe.is_over() {
                    event_loop.exit();
                }
            }
        }
    }

    fn window_event(&mut self, _: &ActiveEventLoop, id: WindowId, event: WindowEvent) {
        let is_its = |on: &On| on.window.id() == id;
        let Some(number) = self.windows.iter().position(is_its) else {
            return;
        };
        match event {
            WindowEvent::CloseRequested => self.leave(),
            WindowEvent::Resized(size) => self.troupe.cue(number, Cue::Resized(size.into())),
            WindowEvent::Occluded(hidden) => self.troupe.cue(number, Cue::Hidden(hidden)),
            // A key that is down when the window gets the focus is told a second time.
            WindowEvent::KeyboardInput {
                event,
                is_synthetic: false,
                ..
            } if event.state == ElementState::Pressed
                && !event.repeat
                && !self.is_winits_own(&event) =>
            {
                if let Some(wish) = asked_for(key_of(&event), self.is_saver()) {
                    self.grant(number, wish);
                }
            }
            WindowEvent::MouseInput { .. }
            | WindowEvent::MouseWheel { .. }
            | WindowEvent::Touch(_)
                if self.is_saver() =>
            {
                self.leave();
            }
            WindowEvent::CursorMoved { position, .. } if self.is_saver() => {
                let position = position.into();
                let rest = self.pointer.get_or_insert(Rest::at(id, position));
                if rest.ends_at(&id, position) {
                    self.leave();
                }
            }
            WindowEvent::Focused(true) => self.came_to_front = Instant::now(),
            WindowEvent::Focused(false) => self.lost_focus = true,
            _ => {}
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        // By now it is known whether another window of ours has it. On Windows that is how somebody is noticed who goes
        // to another program; on X11 the focus is whoever's the window manager likes.
        if cfg!(windows)
            && std::mem::take(&mut self.lost_focus)
            && self.is_saver()
            && !self.windows.iter().any(|on| on.window.has_focus())
        {
            self.leave();
        }
        event_loop.set_control_flow(ControlFlow::Wait);
    }
}

impl<O> House<'_, O> {
    fn is_saver(&self) -> bool {
        self.production.options().as_saver
    }

    /// On Windows, winit presses Alt itself so that a window may come to the front. Nobody is back for that.
    fn is_winits_own(&self, event: &KeyEvent) -> bool {
        cfg!(windows)
            && event.logical_key == NamedKey::Alt
            && self.came_to_front.elapsed() < COMES_TO_FRONT
    }

    /// Does what a key asks for that was pressed in the window of this number.
    fn grant(&mut self, number: usize, wish: Wish) {
        match wish {
            Wish::Leave => self.leave(),
            Wish::FullScreen => {
                self.windows[number].toggle_full_screen(self.production.options().size);
            }
            Wish::Act(action) => {
                (self.on_event)(PlayEvent::KeyTaken);
                self.troupe.act(number, action);
            }
        }
    }

    /// Takes the windows away and lets the performances end.
    fn leave(&mut self) {
        if !self.leaving {
            self.leaving = true;
            for on in &self.windows {
                on.window.set_visible(false);
            }
            self.troupe.cue_all(Cue::Leave);
        }
    }

    /// Opens an invisible window on `monitor` and begins the performance in it.
    fn open_window<P>(
        &mut self,
        event_loop: &ActiveEventLoop,
        monitor: Option<MonitorHandle>,
    ) -> Result<(), PlayError>
    where
        P: Programme,
        O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
    {
        let options = self.production.options();
        let (width, height) = options.size;
        let lies_over_all = options.as_saver && !options.windowed;
        let mut attributes = Window::default_attributes()
            .with_title("Woolgather")
            .with_visible(false)
            .with_window_level(if lies_over_all {
                WindowLevel::AlwaysOnTop
            } else {
                WindowLevel::Normal
            })
            .with_inner_size(PhysicalSize::new(width.max(1), height.max(1)));
        let full = Fullscreen::Borderless(monitor.clone());
        if !options.windowed {
            if !FULL_LATER {
                attributes = attributes.with_fullscreen(Some(full.clone()));
            }
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
        if FULL_LATER && !options.windowed {
            window.set_fullscreen(Some(full));
        }
        window.set_cursor_visible(options.windowed);
        let window = Arc::new(window);
        let place = Own {
            window: Arc::clone(&window),
            display: event_loop.owned_display_handle(),
        };
        self.troupe.begin(self.production, Arc::new(place))?;
        self.came_to_front = Instant::now();
        self.windows.push(On { window, monitor });
        Ok(())
    }
}

/// Whether a window fills the screen only once it is there. One that does so from the beginning presses Alt on Windows, to
/// come to the front (winit's `force_window_active`), and an agent takes that for a person.
const FULL_LATER: bool = cfg!(windows);

impl On {
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
    fn display(self: Arc<Self>) -> Box<dyn wgpu::wgt::WgpuHasDisplayHandle> {
        Box::new(self.display.clone())
    }

    #[cfg(all(unix, not(target_vendor = "apple")))]
    fn has_only_opengl(&self) -> bool {
        use wgpu::rwh::{HasDisplayHandle as _, RawDisplayHandle};
        let handle = self.display.display_handle().map(|handle| handle.as_raw());
        let is_x11 = matches!(
            handle,
            Ok(RawDisplayHandle::Xlib(_) | RawDisplayHandle::Xcb(_))
        );
        // The connection is the window system's own, so another one asks.
        is_x11
            && x11rb::connect(None).is_ok_and(|(display, _)| !crate::foreign::has_vulkan(&display))
    }

    #[cfg(not(all(unix, not(target_vendor = "apple"))))]
    fn has_only_opengl(&self) -> bool {
        false
    }

    fn surface(&self, instance: &wgpu::Instance) -> Result<wgpu::Surface<'static>, PlayError> {
        let window = Arc::clone(&self.window);
        #[cfg(windows)]
        let window = any_thread::AnyThread(window);
        instance
            .create_surface(window)
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

/// The key in the words of [`asked_for`].
fn key_of(event: &KeyEvent) -> Key {
    match event.logical_key.as_ref() {
        keyboard::Key::Named(NamedKey::Escape) => Key::Escape,
        keyboard::Key::Named(NamedKey::F11) => Key::F11,
        keyboard::Key::Named(NamedKey::ArrowUp) => Key::Up,
        keyboard::Key::Named(NamedKey::ArrowDown) => Key::Down,
        keyboard::Key::Named(NamedKey::ArrowLeft) => Key::Left,
        keyboard::Key::Named(NamedKey::ArrowRight) => Key::Right,
        keyboard::Key::Named(NamedKey::Space) => Key::Character(' '),
        keyboard::Key::Character(text) => text.chars().next().map_or(Key::Other, Key::Character),
        _ => Key::Other,
    }
}
