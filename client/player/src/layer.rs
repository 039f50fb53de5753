//! A saver's windows on Wayland: one laid over each output, above everything else that is there
//! (`wlr-layer-shell-unstable-v1`).
//!
//! ```text
//! compositor -> session -> Heard -> host's thread: house, troupe -- cues --> performance
//!                                        ^------------- news -----------------'
//! ```
//!
//! * `session`: the connection and what is heard over it. `seat`, `keymap`: keyboards and the rest.
//! * `sheet`: a surface with its size and scale. `place`: the same as a place to draw.
//!
//! Outputs that come while it shows get a window and those that go lose theirs. Compositors without layers, such as
//! GNOME's, have the windows of `window` instead.

mod keymap;
mod place;
mod seat;
mod session;
mod sheet;

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use tracing::debug;

use crate::flock::{PlayError, PlayEvent, PlayOptions, PlayReport};
use crate::keys::{Key, Rest, Wish, asked_for};
use crate::performance::{Cue, News, Production, Programme, Teller, Troupe};
use crate::stage::{Place, Stage};
use session::{Heard, OutputName, Session, WindowId};
use sheet::Sheet;

/// How often to look for news of the performances, which come another way than the compositor's.
const LOOK: Duration = Duration::from_millis(20);

/// How long the compositor may take to give a window its size.
const SIZED_WITHIN: Duration = Duration::from_secs(5);

/// After how long without a wish for another picture nobody can see the window: a monitor sleeps. Busy compositors
/// take a second at times.
const UNSEEN_AFTER: Duration = Duration::from_secs(3);

/// How long the performances may take to leave before whatever they wait for is ended.
const LEAVE_WITHIN: Duration = Duration::from_secs(2);

/// A compositor with layers.
pub(crate) struct Layers(Session);

impl Layers {
    /// Those of the compositor that the environment names, if it has any.
    pub(crate) fn find() -> Option<Self> {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        // A socket that was inherited serves one connection, and windows may need it.
        if !is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET") {
            return None;
        }
        match Session::open() {
            Ok(session) => Some(Self(session)),
            Err(reason) => {
                debug!("No layers to show on: {reason}");
                None
            }
        }
    }
}

/// Performs over each output that the options want filled until somebody is back or its time is over.
///
/// # Errors
///
/// [`PlayError`]; each message is a sentence for the person in front of the program.
pub(crate) fn run<P, O>(
    production: &Production<O>,
    layers: Layers,
    on_event: &mut dyn FnMut(PlayEvent),
) -> Result<PlayReport, PlayError>
where
    P: Programme,
    O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
{
    let (tell, news) = channel();
    let mut house = House {
        production,
        on_event,
        only: chosen(&layers.0, production.options())?,
        session: layers.0,
        troupe: Troupe::new(Arc::new(move |news| {
            // Nobody listens any more when the account has been taken.
            tell.send(news).ok();
        })),
        windows: Vec::new(),
        opened: 0,
        rest: None,
        leaving: None,
    };
    for output in house.session.outputs() {
        house.open_window(output);
    }
    while !house.windows.is_empty() {
        // What a performance says may follow from what the compositor said before.
        let told: Vec<News> = news.try_iter().collect();
        let wait = if told.is_empty() {
            LOOK
        } else {
            Duration::ZERO
        };
        match house.session.listen(wait) {
            Ok(heard) => {
                for heard in heard {
                    house.hear(heard);
                }
            }
            Err(reason) => {
                debug!("The compositor is gone: {reason}");
                house.leave();
                std::thread::sleep(wait);
            }
        }
        for news in told {
            house.take_in(news);
        }
        house.look_at_the_clock();
    }
    house.session.flush();
    house.troupe.outcome()
}

/// The only output to fill; none where all are.
fn chosen(session: &Session, options: &PlayOptions) -> Result<Option<OutputName>, PlayError> {
    let Some(number) = options.monitor else {
        return Ok(None);
    };
    let outputs = session.outputs();
    match number.checked_sub(1).and_then(|place| outputs.get(place)) {
        Some(output) => Ok(Some(*output)),
        None => Err(PlayError::NoMonitor {
            number,
            count: outputs.len(),
        }),
    }
}

/// Everything between the start and the end of playing.
struct House<'a, O> {
    production: &'a Production<O>,
    on_event: &'a mut dyn FnMut(PlayEvent),
    /// The only output to fill.
    only: Option<OutputName>,
    session: Session,
    troupe: Troupe,
    /// Those whose performance is not over.
    windows: Vec<Window>,
    /// How many there ever were.
    opened: u32,
    rest: Option<Rest<WindowId>>,
    leaving: Option<Leaving>,
}

/// Since when it leaves, and whether that took too long.
struct Leaving {
    since: Instant,
    cut: bool,
}

/// An open window.
struct Window {
    id: WindowId,
    output: OutputName,
    sheet: Sheet,
    opened: Instant,
    /// Its performance, from the moment that its size is known.
    number: Option<usize>,
    hidden: bool,
    taken_away: bool,
}

impl<P, O> House<'_, O>
where
    P: Programme,
    O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
{
    fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Output(output) => self.meet(output),
            Heard::OutputGone(output) => self.take_away(|window| window.output == output),
            Heard::Closed(id) => self.take_away(|window| window.id == id),
            Heard::Sized(id, size) => {
                if let Some(place) = self.place_of(id) {
                    let pixels = self.windows[place].sheet.set_size(size);
                    self.resize(place, pixels);
                    self.begin(place);
                }
            }
            Heard::Scaled(id, scale) => {
                if let Some(place) = self.place_of(id) {
                    let pixels = self.windows[place].sheet.set_scale(scale);
                    self.resize(place, pixels);
                }
            }
            Heard::Wanted(id) => {
                if let Some(place) = self.place_of(id) {
                    self.windows[place].sheet.place.want();
                }
            }
            Heard::Pressed(id, key) => self.press(id, key),
            Heard::PointerCame(id, position) => self.rest = Some(Rest::at(id, position)),
            Heard::PointerMoved(id, position) => {
                let rest = self.rest.get_or_insert(Rest::at(id, position));
                if rest.ends_at(&id, position) {
                    self.leave();
                }
            }
            Heard::Touched => self.leave(),
        }
    }

    /// An output that is new gets a window; one that has changed may have another scale.
    fn meet(&mut self, output: OutputName) {
        let is_its = |window: &Window| window.output == output && !window.taken_away;
        match self.windows.iter().position(is_its) {
            Some(place) => {
                if let Some(scale) = self.session.scale(output) {
                    let pixels = self.windows[place].sheet.set_output_scale(scale);
                    self.resize(place, pixels);
                }
            }
            None => self.open_window(output),
        }
    }

    /// Begins the performance in a window, if it has not begun.
    fn begin(&mut self, place: usize) {
        let window = &mut self.windows[place];
        if window.number.is_some() || window.taken_away {
            return;
        }
        let stage = Arc::clone(&window.sheet.place) as Arc<dyn Place>;
        match self.troupe.begin(self.production, stage) {
            Ok(number) => window.number = Some(number),
            Err(failure) => {
                self.troupe.fail(failure);
                self.leave();
            }
        }
    }
}

impl<O> House<'_, O> {
    /// Lays a window over `output`, if that is wanted.
    fn open_window(&mut self, output: OutputName) {
        if self.leaving.is_some() || self.only.is_some_and(|only| only != output) {
            return;
        }
        let id = WindowId(self.opened);
        // An output that has gone meanwhile needs none.
        if let Some(sheet) = self.session.lay(id, output) {
            self.opened += 1;
            self.windows.push(Window {
                id,
                output,
                sheet,
                opened: Instant::now(),
                number: None,
                hidden: false,
                taken_away: false,
            });
        }
    }

    fn place_of(&self, id: WindowId) -> Option<usize> {
        self.windows.iter().position(|window| window.id == id)
    }

    /// Tells the performance of a window's other size in pixels.
    fn resize(&mut self, place: usize, pixels: Option<(u32, u32)>) {
        let window = &mut self.windows[place];
        if let (Some(number), Some(pixels)) = (window.number, pixels) {
            self.troupe.cue(number, Cue::Resized(pixels));
            // That it is to be seen follows from its having pixels.
            window.hidden = false;
        }
    }

    fn press(&mut self, id: Option<WindowId>, key: Key) {
        match asked_for(key, true) {
            Some(Wish::Act(action)) => {
                (self.on_event)(PlayEvent::KeyTaken);
                let has_it = id.and_then(|id| self.place_of(id));
                let window = self.windows.get(has_it.unwrap_or(0));
                if let Some(number) = window.and_then(|window| window.number) {
                    self.troupe.act(number, action);
                }
            }
            Some(Wish::Leave | Wish::FullScreen) => self.leave(),
            None => {}
        }
    }

    fn take_in(&mut self, news: News) {
        match news {
            News::Event(event) => (self.on_event)(event),
            News::Ended(number) => {
                let is_its = |window: &Window| window.number == Some(number);
                if let Some(place) = self.windows.iter().position(is_its) {
                    if self.windows.remove(place).taken_away {
                        self.troupe.dismiss(number);
                    } else {
                        self.troupe.settle(number);
                    }
                }
            }
        }
    }

    /// Takes windows off the screen; their performances end.
    fn take_away(&mut self, which: impl Fn(&Window) -> bool) {
        for window in self.windows.iter_mut().filter(|window| which(window)) {
            window.sheet.take_away();
            window.taken_away = true;
            if let Some(number) = window.number {
                self.troupe.cue(number, Cue::Leave);
            }
        }
        self.session.flush();
        self.windows
            .retain(|window| !window.taken_away || window.number.is_some());
    }

    /// Takes all windows away, and opens no more.
    fn leave(&mut self) {
        if self.leaving.is_none() {
            self.leaving = Some(Leaving {
                since: Instant::now(),
                cut: false,
            });
            self.take_away(|_| true);
        }
    }

    /// What is due without anybody saying anything.
    fn look_at_the_clock(&mut self) {
        for window in &mut self.windows {
            let hidden = window.sheet.place.unwanted_for() > UNSEEN_AFTER;
            if let Some(number) = window.number
                && hidden != window.hidden
            {
                window.hidden = hidden;
                self.troupe.cue(number, Cue::Hidden(hidden));
            }
        }
        self.take_away(|window| window.number.is_none() && window.opened.elapsed() > SIZED_WITHIN);
        if let Some(leaving) = &mut self.leaving
            && !leaving.cut
            && leaving.since.elapsed() > LEAVE_WITHIN
        {
            debug!("A performance does not leave; it may wait for the compositor");
            leaving.cut = true;
            self.session.cut();
        }
    }
}
