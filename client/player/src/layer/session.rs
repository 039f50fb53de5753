//! A connection to a compositor that has layers, and what is heard over it.
//!
//! What the compositor says is written down as [`Heard`] and answered by the host, so that a decision has one place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use wayland_client::backend::WaylandError;
use wayland_client::protocol::wl_callback::{self, WlCallback};
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_output::{self, WlOutput};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_surface::{self, WlSurface};
use wayland_client::{Connection, Dispatch, EventQueue, Proxy as _, QueueHandle, delegate_noop};
use wayland_protocols::wp::fractional_scale::v1::client::wp_fractional_scale_manager_v1::WpFractionalScaleManagerV1;
use wayland_protocols::wp::fractional_scale::v1::client::wp_fractional_scale_v1::{
    self, WpFractionalScaleV1,
};
use wayland_protocols::wp::viewporter::client::wp_viewport::WpViewport;
use wayland_protocols::wp::viewporter::client::wp_viewporter::WpViewporter;
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_shell_v1::{self, ZwlrLayerShellV1};
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_surface_v1::{
    self, ZwlrLayerSurfaceV1,
};

use super::place::LayerPlace;
use super::seat::{Seat, SeatName};
use super::sheet::{Scale, Sheet};
use crate::keys::Key;

/// How long the compositor may take to say what it has.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// More outputs, and more seats, than anybody has; the rest is left alone.
const OUTPUTS_MAX: usize = 64;
const SEATS_MAX: usize = 8;

/// An output's name in the registry, which is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OutputName(pub(super) u32);

/// A window of ours, counted as they are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WindowId(pub(super) u32);

/// What the compositor said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Heard {
    /// An output is there, or has changed.
    Output(OutputName),
    /// It is gone.
    OutputGone(OutputName),
    /// The window's size before it is scaled, width first.
    Sized(WindowId, (u32, u32)),
    /// How much to draw larger.
    Scaled(WindowId, Scale),
    /// The compositor wants the window's next picture.
    Wanted(WindowId),
    /// The compositor has taken the window away.
    Closed(WindowId),
    /// A key was pressed, in the window that has the keyboard.
    Pressed(Option<WindowId>, Key),
    /// The pointer has come into the window.
    PointerCame(WindowId, (f64, f64)),
    /// It has moved in it.
    PointerMoved(WindowId, (f64, f64)),
    /// A button, a wheel or the screen was touched.
    Touched,
}

/// The connection.
pub(super) struct Session {
    connection: Connection,
    queue: EventQueue<State>,
    state: State,
}

/// What the compositor has, and what it said since the last look.
#[derive(Default)]
pub(super) struct State {
    synced: bool,
    compositor: Option<WlCompositor>,
    shell: Option<ZwlrLayerShellV1>,
    viewporter: Option<WpViewporter>,
    fractional: Option<WpFractionalScaleManagerV1>,
    /// In the order that it tells of them.
    outputs: BTreeMap<OutputName, Output>,
    pub(super) seats: BTreeMap<SeatName, Seat>,
    pub(super) heard: Vec<Heard>,
}

struct Output {
    output: WlOutput,
    scale: Scale,
    refresh: Option<Duration>,
}

impl Session {
    /// Connects to the compositor that the environment names.
    ///
    /// # Errors
    ///
    /// Why there are no layers, in words.
    pub(super) fn open() -> Result<Self, String> {
        let connection = Connection::connect_to_env().map_err(|error| error.to_string())?;
        let queue = connection.new_event_queue();
        let mut session = Self {
            connection,
            queue,
            state: State::default(),
        };
        let display = session.connection.display();
        display.get_registry(&session.queue.handle(), ());
        // First what there is, then what the outputs are.
        session.sync()?;
        session.sync()?;
        if session.state.compositor.is_none() || session.state.shell.is_none() {
            return Err("the compositor has no layers".to_owned());
        }
        Ok(session)
    }

    /// The outputs, in the order that the compositor tells of them.
    pub(super) fn outputs(&self) -> Vec<OutputName> {
        self.state.outputs.keys().copied().collect()
    }

    /// How much an output draws larger; none where it is gone.
    pub(super) fn scale(&self, output: OutputName) -> Option<Scale> {
        Some(self.state.outputs.get(&output)?.scale)
    }

    /// Lays an empty window over an output. Its size is heard of before it may be drawn in.
    pub(super) fn lay(&self, id: WindowId, output: OutputName) -> Option<Sheet> {
        use zwlr_layer_surface_v1::{Anchor, KeyboardInteractivity};
        let handle = self.queue.handle();
        let state = &self.state;
        let on = state.outputs.get(&output)?;
        let surface = state.compositor.as_ref()?.create_surface(&handle, id);
        let role = state.shell.as_ref()?.get_layer_surface(
            &surface,
            Some(&on.output),
            zwlr_layer_shell_v1::Layer::Overlay,
            "woolgather".to_owned(),
            &handle,
            id,
        );
        role.set_anchor(Anchor::all());
        role.set_size(0, 0);
        // Over panels too.
        role.set_exclusive_zone(-1);
        role.set_keyboard_interactivity(KeyboardInteractivity::Exclusive);
        let viewport = (state.viewporter.as_ref())
            .map(|viewporter| viewporter.get_viewport(&surface, &handle, ()));
        let fractional = (state.fractional.as_ref().zip(viewport.as_ref()))
            .map(|(manager, _)| manager.get_fractional_scale(&surface, &handle, id));
        surface.commit();
        let place = LayerPlace::new(
            id,
            surface.clone(),
            self.connection.clone(),
            handle,
            on.refresh,
        );
        let place = Arc::new(place);
        Some(Sheet::new(
            surface, role, viewport, fractional, on.scale, place,
        ))
    }

    /// What the compositor says, waiting for it until `timeout` has passed.
    ///
    /// # Errors
    ///
    /// Why nothing more will be heard, in words.
    pub(super) fn listen(&mut self, timeout: Duration) -> Result<Vec<Heard>, String> {
        self.dispatch(Instant::now() + timeout, |state| !state.heard.is_empty())?;
        // The answer to what was heard is the host's, and goes out with the next call.
        Ok(std::mem::take(&mut self.state.heard))
    }

    /// Sends what was asked for; what cannot be sent now goes out later.
    pub(super) fn flush(&self) {
        // A connection that is broken is heard of by listening.
        self.connection.flush().ok();
    }

    /// Ends the connection under everybody who uses it, such as a driver that waits for the compositor.
    pub(super) fn cut(&self) {
        let backend = self.connection.backend();
        // If it is broken already, nobody waits for it.
        rustix::net::shutdown(backend.poll_fd(), rustix::net::Shutdown::Both).ok();
    }

    fn sync(&mut self) -> Result<(), String> {
        self.state.synced = false;
        let display = self.connection.display();
        display.sync(&self.queue.handle(), ());
        self.dispatch(Instant::now() + ANSWER_WITHIN, |state| state.synced)?;
        if self.state.synced {
            Ok(())
        } else {
            Err("the compositor does not answer".to_owned())
        }
    }

    /// Takes in what arrives until `deadline`, or until `done`.
    fn dispatch(&mut self, deadline: Instant, done: impl Fn(&State) -> bool) -> Result<(), String> {
        loop {
            (self.queue.dispatch_pending(&mut self.state)).map_err(|error| error.to_string())?;
            self.queue.flush().or_else(unless_it_would_block)?;
            if done(&self.state) {
                return Ok(());
            }
            // None means that events are waiting in the queue already.
            let Some(guard) = self.queue.prepare_read() else {
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).ok();
            let fd = guard.connection_fd();
            match poll(&mut [PollFd::new(&fd, PollFlags::IN)], left.as_ref()) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.to_string()),
            }
            guard.read().map(drop).or_else(unless_it_would_block)?;
        }
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
        registry: &WlRegistry,
        event: wl_registry::Event,
        (): &(),
        _: &Connection,
        handle: &QueueHandle<Self>,
    ) {
        match event {
            wl_registry::Event::Global {
                name,
                interface,
                version,
            } => match interface.as_str() {
                "wl_compositor" => {
                    state.compositor = Some(registry.bind(name, version.min(4), handle, ()));
                }
                "zwlr_layer_shell_v1" => {
                    state.shell = Some(registry.bind(name, version.min(4), handle, ()));
                }
                "wp_viewporter" => state.viewporter = Some(registry.bind(name, 1, handle, ())),
                "wp_fractional_scale_manager_v1" => {
                    state.fractional = Some(registry.bind(name, 1, handle, ()));
                }
                "wl_output" if state.outputs.len() < OUTPUTS_MAX => {
                    let name = OutputName(name);
                    // From version 2 on an output says when it has said everything.
                    let output = registry.bind(name.0, version.clamp(2, 3), handle, name);
                    let output = Output {
                        output,
                        scale: Scale::ONE,
                        refresh: None,
                    };
                    state.outputs.insert(name, output);
                }
                "wl_seat" if state.seats.len() < SEATS_MAX => {
                    let name = SeatName(name);
                    let seat = registry.bind(name.0, version.min(5), handle, name);
                    state.seats.insert(name, Seat::new(seat));
                }
                _ => {}
            },
            wl_registry::Event::GlobalRemove { name } => {
                if let Some(gone) = state.outputs.remove(&OutputName(name)) {
                    if gone.output.version() >= 3 {
                        gone.output.release();
                    }
                    state.heard.push(Heard::OutputGone(OutputName(name)));
                }
                state.seats.remove(&SeatName(name));
            }
            _ => {}
        }
    }
}

impl Dispatch<WlOutput, OutputName> for State {
    fn event(
        state: &mut Self,
        _: &WlOutput,
        event: wl_output::Event,
        name: &OutputName,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let Some(output) = state.outputs.get_mut(name) else {
            return;
        };
        match event {
            wl_output::Event::Scale { factor } => output.scale = Scale::whole(factor),
            wl_output::Event::Mode { refresh, .. } if refresh > 0 => {
                let hertz = f64::from(refresh) / 1000.0;
                output.refresh = Some(Duration::from_secs_f64(hertz.recip()));
            }
            wl_output::Event::Done => state.heard.push(Heard::Output(*name)),
            _ => {}
        }
    }
}

impl Dispatch<ZwlrLayerSurfaceV1, WindowId> for State {
    fn event(
        state: &mut Self,
        role: &ZwlrLayerSurfaceV1,
        event: zwlr_layer_surface_v1::Event,
        id: &WindowId,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        match event {
            zwlr_layer_surface_v1::Event::Configure {
                serial,
                width,
                height,
            } => {
                role.ack_configure(serial);
                let size = (width.max(1), height.max(1));
                state.heard.push(Heard::Sized(*id, size));
            }
            zwlr_layer_surface_v1::Event::Closed => state.heard.push(Heard::Closed(*id)),
            _ => {}
        }
    }
}

impl Dispatch<WpFractionalScaleV1, WindowId> for State {
    fn event(
        state: &mut Self,
        _: &WpFractionalScaleV1,
        event: wp_fractional_scale_v1::Event,
        id: &WindowId,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let wp_fractional_scale_v1::Event::PreferredScale { scale } = event {
            let scale = Scale::of_120ths(scale);
            state.heard.push(Heard::Scaled(*id, scale));
        }
    }
}

/// The compositor's wish for another picture of a window.
impl Dispatch<WlCallback, WindowId> for State {
    fn event(
        state: &mut Self,
        _: &WlCallback,
        _: wl_callback::Event,
        id: &WindowId,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        state.heard.push(Heard::Wanted(*id));
    }
}

/// The answer to `sync`.
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

/// It tells which outputs it is on, which we chose.
impl Dispatch<WlSurface, WindowId> for State {
    fn event(
        _: &mut Self,
        _: &WlSurface,
        _: wl_surface::Event,
        _: &WindowId,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}

delegate_noop!(State: WlCompositor);
delegate_noop!(State: ZwlrLayerShellV1);
delegate_noop!(State: WpViewporter);
delegate_noop!(State: WpViewport);
delegate_noop!(State: WpFractionalScaleManagerV1);
