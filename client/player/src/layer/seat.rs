//! Keyboards, pointers and touch screens, and what is heard of them.

use wayland_client::protocol::wl_keyboard::{self, KeyState, KeymapFormat, WlKeyboard};
use wayland_client::protocol::wl_pointer::{self, WlPointer};
use wayland_client::protocol::wl_seat::{self, Capability, WlSeat};
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::protocol::wl_touch::{self, WlTouch};
use wayland_client::{Connection, Dispatch, Proxy as _, QueueHandle, WEnum};

use super::keymap::Keymap;
use super::session::{Heard, State, WindowId};
use crate::keys::Key;

/// A seat's name in the registry, which is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SeatName(pub(super) u32);

/// Somebody's keyboard, pointer and touch screen.
pub(super) struct Seat {
    seat: WlSeat,
    keyboard: Option<WlKeyboard>,
    keymap: Option<Keymap>,
    pointer: Option<WlPointer>,
    touch: Option<WlTouch>,
    /// The windows that have the keyboard and the pointer.
    focus: Option<WindowId>,
    hover: Option<WindowId>,
}

impl Seat {
    pub(super) fn new(seat: WlSeat) -> Self {
        Self {
            seat,
            keyboard: None,
            keymap: None,
            pointer: None,
            touch: None,
            focus: None,
            hover: None,
        }
    }

    /// Listens to the devices that are there, and to no other.
    fn follow(&mut self, has: Capability, name: SeatName, handle: &QueueHandle<State>) {
        // Before version 3 there is no word for giving a device back.
        let gives_back = self.seat.version() >= 3;
        match (has.contains(Capability::Keyboard), &self.keyboard) {
            (true, None) => self.keyboard = Some(self.seat.get_keyboard(handle, name)),
            (false, Some(keyboard)) if gives_back => {
                keyboard.release();
                (self.keyboard, self.keymap, self.focus) = (None, None, None);
            }
            _ => {}
        }
        match (has.contains(Capability::Pointer), &self.pointer) {
            (true, None) => self.pointer = Some(self.seat.get_pointer(handle, name)),
            (false, Some(pointer)) if gives_back => {
                pointer.release();
                (self.pointer, self.hover) = (None, None);
            }
            _ => {}
        }
        match (has.contains(Capability::Touch), &self.touch) {
            (true, None) => self.touch = Some(self.seat.get_touch(handle, name)),
            (false, Some(touch)) if gives_back => {
                touch.release();
                self.touch = None;
            }
            _ => {}
        }
    }
}

/// The window that a surface of ours belongs to.
fn window(surface: &WlSurface) -> Option<WindowId> {
    surface.data::<WindowId>().copied()
}

impl Dispatch<WlSeat, SeatName> for State {
    fn event(
        state: &mut Self,
        _: &WlSeat,
        event: wl_seat::Event,
        name: &SeatName,
        _: &Connection,
        handle: &QueueHandle<Self>,
    ) {
        if let wl_seat::Event::Capabilities { capabilities } = event
            && let Some(seat) = state.seats.get_mut(name)
        {
            // What this protocol does not know yet is nothing to listen to.
            let has = match capabilities {
                WEnum::Value(has) => has,
                WEnum::Unknown(bits) => Capability::from_bits_truncate(bits),
            };
            seat.follow(has, *name, handle);
        }
    }
}

impl Dispatch<WlKeyboard, SeatName> for State {
    fn event(
        state: &mut Self,
        _: &WlKeyboard,
        event: wl_keyboard::Event,
        name: &SeatName,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let Some(seat) = state.seats.get_mut(name) else {
            return;
        };
        match event {
            wl_keyboard::Event::Keymap { format, fd, size } => {
                let is_xkb = format == WEnum::Value(KeymapFormat::XkbV1);
                seat.keymap = is_xkb.then(|| Keymap::read(fd, size)).flatten();
            }
            // Keys that are down already were not pressed here.
            wl_keyboard::Event::Enter { surface, .. } => seat.focus = window(&surface),
            wl_keyboard::Event::Leave { .. } => seat.focus = None,
            wl_keyboard::Event::Modifiers {
                mods_depressed,
                mods_latched,
                mods_locked,
                group,
                ..
            } => {
                if let Some(keymap) = &mut seat.keymap {
                    keymap.set_modifiers(mods_depressed, mods_latched, mods_locked, group);
                }
            }
            wl_keyboard::Event::Key {
                key,
                state: WEnum::Value(KeyState::Pressed),
                ..
            } => {
                let keymap = seat.keymap.as_ref();
                let key = keymap.map_or(Key::Other, |keymap| keymap.key(key));
                state.heard.push(Heard::Pressed(seat.focus, key));
            }
            _ => {}
        }
    }
}

impl Dispatch<WlPointer, SeatName> for State {
    fn event(
        state: &mut Self,
        pointer: &WlPointer,
        event: wl_pointer::Event,
        name: &SeatName,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let Some(seat) = state.seats.get_mut(name) else {
            return;
        };
        match event {
            wl_pointer::Event::Enter {
                serial,
                surface,
                surface_x,
                surface_y,
            } => {
                // Nothing is what it looks like here.
                pointer.set_cursor(serial, None, 0, 0);
                seat.hover = window(&surface);
                if let Some(id) = seat.hover {
                    let position = (surface_x, surface_y);
                    state.heard.push(Heard::PointerCame(id, position));
                }
            }
            wl_pointer::Event::Leave { .. } => seat.hover = None,
            wl_pointer::Event::Motion {
                surface_x,
                surface_y,
                ..
            } => {
                if let Some(id) = seat.hover {
                    let position = (surface_x, surface_y);
                    state.heard.push(Heard::PointerMoved(id, position));
                }
            }
            wl_pointer::Event::Button { .. } | wl_pointer::Event::Axis { .. } => {
                state.heard.push(Heard::Touched);
            }
            _ => {}
        }
    }
}

impl Dispatch<WlTouch, SeatName> for State {
    fn event(
        state: &mut Self,
        _: &WlTouch,
        event: wl_touch::Event,
        _: &SeatName,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let wl_touch::Event::Down { .. } = event {
            state.heard.push(Heard::Touched);
        }
    }
}
