//! Wayland: `ext-idle-notify-v1`, or `org_kde_kwin_idle` where only that is there.
//!
//! Both work alike: an object per seat is made with a span, and tells `idled` once that span passed
//! without input, and `resumed` at the next input. The user is idle when all seats are.
//!
//! Seats come and go with the devices; each is watched from the next call on.

use std::collections::BTreeMap;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use wayland_client::backend::WaylandError;
use wayland_client::protocol::wl_callback::{self, WlCallback};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::WlSeat;
use wayland_client::{Connection, Dispatch, EventQueue, QueueHandle, delegate_noop};
use wayland_protocols::ext::idle_notify::v1::client::ext_idle_notification_v1::{
    self, ExtIdleNotificationV1,
};
use wayland_protocols::ext::idle_notify::v1::client::ext_idle_notifier_v1::ExtIdleNotifierV1;
use wayland_protocols_plasma::idle::client::org_kde_kwin_idle::OrgKdeKwinIdle;
use wayland_protocols_plasma::idle::client::org_kde_kwin_idle_timeout::{
    self, OrgKdeKwinIdleTimeout,
};

use super::{Idle, IdleError, IdleSource};
use crate::readiness::ready_before;
use crate::runtime_folder::runtime_folder;
use crate::{Environment, Unknown};

/// How long the compositor may take to say what it has.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// More seats than anybody has; the rest is not watched.
const SEATS_MAX: usize = 8;

/// A connection to a compositor that knows one of the two protocols.
pub(super) struct Source {
    queue: EventQueue<State>,
    registry: WlRegistry,
    state: State,
    manager: Manager,
    /// By the seat's name in the registry.
    watches: BTreeMap<SeatName, (WlSeat, Watch)>,
    answered: bool,
}

enum Manager {
    Ext(ExtIdleNotifierV1),
    Kde(OrgKdeKwinIdle),
}

/// One seat's notification.
enum Watch {
    Ext(ExtIdleNotificationV1),
    Kde(OrgKdeKwinIdleTimeout),
}

/// What the compositor told us.
#[derive(Default)]
struct State {
    synced: bool,
    ext: Option<u32>,
    kde: Option<u32>,
    after: Option<Duration>,
    /// Since when each seat had no input; none while it has.
    seats: BTreeMap<SeatName, Option<Instant>>,
}

/// A seat's name in the registry, which is a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SeatName(u32);

impl Source {
    pub(super) fn open(environment: &Environment) -> Result<Self, Unknown> {
        Self::connect(environment).map_err(|reason| Unknown::because("Wayland", reason))
    }

    fn connect(environment: &Environment) -> Result<Self, String> {
        let socket = socket_path(environment).ok_or("no folder for its socket is known")?;
        let stream = UnixStream::connect(&socket)
            .map_err(|error| format!("{}: {error}", socket.display()))?;
        let connection = Connection::from_socket(stream).map_err(|error| error.to_string())?;
        let mut queue = connection.new_event_queue();
        let handle = queue.handle();
        let registry = connection.display().get_registry(&handle, ());
        let mut state = State::default();
        sync(&connection, &mut queue, &mut state)?;

        let manager = match (state.ext, state.kde) {
            (Some(name), _) => Manager::Ext(registry.bind(name, 1, &handle, ())),
            (None, Some(name)) => Manager::Kde(registry.bind(name, 1, &handle, ())),
            (None, None) => {
                return Err(
                    "the compositor has neither ext-idle-notify-v1 nor org_kde_kwin_idle"
                        .to_owned(),
                );
            }
        };
        if state.seats.is_empty() {
            return Err("the compositor has no seat".to_owned());
        }
        Ok(Self {
            queue,
            registry,
            state,
            manager,
            watches: BTreeMap::new(),
            answered: false,
        })
    }

    /// Watches seats that are new and forgets those that are gone.
    fn follow_seats(&mut self) {
        let Some(after) = self.state.after else {
            return;
        };
        let there = &self.state.seats;
        self.watches.retain(|name, (_, watch)| {
            let stays = there.contains_key(name);
            if !stays {
                watch.end();
            }
            stays
        });
        let new: Vec<SeatName> = (there.keys())
            .filter(|name| !self.watches.contains_key(name))
            .copied()
            .collect();
        for name in new {
            let seat = self.registry.bind(name.0, 1, &self.queue.handle(), ());
            let watch = self.watch_seat(name, &seat, after);
            self.watches.insert(name, (seat, watch));
        }
    }

    fn watch_seat(&self, name: SeatName, seat: &WlSeat, after: Duration) -> Watch {
        let handle = self.queue.handle();
        let millis = u32::try_from(after.as_millis()).unwrap_or(u32::MAX);
        match &self.manager {
            Manager::Ext(notifier) => {
                Watch::Ext(notifier.get_idle_notification(millis, seat, &handle, name))
            }
            Manager::Kde(idle) => Watch::Kde(idle.get_idle_timeout(seat, millis, &handle, name)),
        }
    }

    /// Takes in what arrives until `deadline`, or until `done`.
    fn dispatch(
        &mut self,
        deadline: Instant,
        done: impl Fn(&State) -> bool,
    ) -> Result<(), IdleError> {
        let source_name = self.name();
        dispatch(&mut self.queue, &mut self.state, deadline, done).map_err(|reason| IdleError {
            source_name,
            reason,
        })
    }
}

impl IdleSource for Source {
    fn name(&self) -> &'static str {
        match self.manager {
            Manager::Ext(_) => "Wayland (ext-idle-notify-v1)",
            Manager::Kde(_) => "Wayland (org_kde_kwin_idle)",
        }
    }

    fn watch(&mut self, after: Duration) -> Result<(), IdleError> {
        self.state.after = Some(after);
        for (name, (seat, watch)) in std::mem::take(&mut self.watches) {
            watch.end();
            self.state.seats.entry(name).and_modify(|idle| *idle = None);
            let watch = self.watch_seat(name, &seat, after);
            self.watches.insert(name, (seat, watch));
        }
        self.poll().map(drop)
    }

    fn poll(&mut self) -> Result<Idle, IdleError> {
        self.wait(Duration::ZERO)
    }

    fn wait(&mut self, timeout: Duration) -> Result<Idle, IdleError> {
        self.follow_seats();
        let before = self.answered;
        self.dispatch(deadline_in(timeout), |state| {
            state.idle().is_idle() != before
        })?;
        let idle = self.state.idle();
        self.answered = idle.is_idle();
        Ok(idle)
    }
}

impl Watch {
    fn end(&self) {
        match self {
            Self::Ext(notification) => notification.destroy(),
            Self::Kde(timeout) => timeout.release(),
        }
    }
}

impl State {
    fn idle(&self) -> Idle {
        let seats: Option<Vec<Instant>> = self.seats.values().copied().collect();
        seats
            .and_then(|seats| seats.into_iter().max())
            .map_or(Idle::Active, Idle::Since)
    }

    fn idled(&mut self, name: SeatName) {
        let now = Instant::now();
        let after = self.after.unwrap_or_default();
        if let Some(idle) = self.seats.get_mut(&name) {
            *idle = Some(now.checked_sub(after).unwrap_or(now));
        }
    }

    fn resumed(&mut self, name: SeatName) {
        if let Some(idle) = self.seats.get_mut(&name) {
            *idle = None;
        }
    }
}

/// The socket that `WAYLAND_DISPLAY` names: a path, or a name in the session's folder; without
/// it, the name that a first compositor takes.
fn socket_path(environment: &Environment) -> Option<PathBuf> {
    let name = environment.get("WAYLAND_DISPLAY");
    let display = name.map_or_else(|| PathBuf::from("wayland-0"), PathBuf::from);
    if display.is_absolute() {
        return Some(display);
    }
    Some(runtime_folder(environment)?.join(display))
}

fn deadline_in(timeout: Duration) -> Instant {
    /// Farther than any wait.
    const A_YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    Instant::now() + timeout.min(A_YEAR)
}

/// Asks for everything the compositor has and takes it in.
fn sync(
    connection: &Connection,
    queue: &mut EventQueue<State>,
    state: &mut State,
) -> Result<(), String> {
    connection.display().sync(&queue.handle(), ());
    dispatch(queue, state, deadline_in(ANSWER_WITHIN), |state| {
        state.synced
    })?;
    if state.synced {
        Ok(())
    } else {
        Err("the compositor does not answer".to_owned())
    }
}

fn dispatch(
    queue: &mut EventQueue<State>,
    state: &mut State,
    deadline: Instant,
    done: impl Fn(&State) -> bool,
) -> Result<(), String> {
    loop {
        queue
            .dispatch_pending(state)
            .map_err(|error| error.to_string())?;
        if done(state) {
            return Ok(());
        }
        queue.flush().or_else(unless_it_would_block)?;
        // None means that events are waiting in the queue already.
        let Some(guard) = queue.prepare_read() else {
            continue;
        };
        let readable = ready_before(&guard.connection_fd(), PollFlags::IN, deadline)
            .map_err(|error| error.to_string())?;
        if !readable {
            return Ok(());
        }
        guard.read().map(drop).or_else(unless_it_would_block)?;
    }
}

fn unless_it_would_block(error: WaylandError) -> Result<(), String> {
    match error {
        WaylandError::Io(io) if io.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
        other => Err(other.to_string()),
    }
}

impl Dispatch<WlRegistry, ()> for State {
    fn event(
        state: &mut Self,
        _: &WlRegistry,
        event: wl_registry::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        match event {
            wl_registry::Event::Global {
                name, interface, ..
            } => match interface.as_str() {
                "ext_idle_notifier_v1" => state.ext = Some(name),
                "org_kde_kwin_idle" => state.kde = Some(name),
                "wl_seat" if state.seats.len() < SEATS_MAX => {
                    state.seats.insert(SeatName(name), None);
                }
                _ => {}
            },
            wl_registry::Event::GlobalRemove { name } => {
                state.seats.remove(&SeatName(name));
            }
            _ => {}
        }
    }
}

impl Dispatch<WlCallback, ()> for State {
    fn event(
        state: &mut Self,
        _: &WlCallback,
        _: wl_callback::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        state.synced = true;
    }
}

impl Dispatch<ExtIdleNotificationV1, SeatName> for State {
    fn event(
        state: &mut Self,
        _: &ExtIdleNotificationV1,
        event: ext_idle_notification_v1::Event,
        name: &SeatName,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        match event {
            ext_idle_notification_v1::Event::Idled => state.idled(*name),
            ext_idle_notification_v1::Event::Resumed => state.resumed(*name),
            _ => {}
        }
    }
}

impl Dispatch<OrgKdeKwinIdleTimeout, SeatName> for State {
    fn event(
        state: &mut Self,
        _: &OrgKdeKwinIdleTimeout,
        event: org_kde_kwin_idle_timeout::Event,
        name: &SeatName,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        match event {
            org_kde_kwin_idle_timeout::Event::Idle => state.idled(*name),
            org_kde_kwin_idle_timeout::Event::Resumed => state.resumed(*name),
            _ => {}
        }
    }
}

delegate_noop!(State: ExtIdleNotifierV1);
delegate_noop!(State: OrgKdeKwinIdle);
delegate_noop!(State: ignore WlSeat);
