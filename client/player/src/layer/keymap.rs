//! The compositor's keymap, read by libxkbcommon: which key a number on the wire is.
//!
//! The library is loaded when it is needed, as winit does; where it is missing, no key is known.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::ptr::NonNull;

use tracing::debug;
use xkbcommon_dl::{
    XkbCommon, keysyms, xkb_context_flags, xkb_keymap_compile_flags, xkb_keymap_format, xkb_state,
    xkbcommon_option,
};

use crate::keys::Key;

/// Far more than the largest keymap.
const KEYMAP_BYTES_MAX: u32 = 1 << 22;

/// What XKB's keycodes are ahead of those on the wire.
const EVDEV_OFFSET: u32 = 8;

/// A keymap and the modifiers that are down.
pub(super) struct Keymap {
    xkb: &'static XkbCommon,
    /// Never shared, and freed by `drop`. It holds the keymap.
    state: NonNull<xkb_state>,
}

impl Keymap {
    /// Reads the text of a keymap, `bytes` long, from a file of the compositor's.
    pub(super) fn read(file: OwnedFd, bytes: u32) -> Option<Self> {
        if bytes > KEYMAP_BYTES_MAX {
            return None;
        }
        let mut text = vec![0; bytes as usize];
        if let Err(error) = File::from(file).read_exact_at(&mut text, 0) {
            debug!("The compositor's keymap cannot be read: {error}");
            return None;
        }
        // It is sent as C has it.
        while text.last() == Some(&0) {
            text.pop();
        }
        Self::parse(&text)
    }

    #[expect(
        unsafe_code,
        reason = "libxkbcommon is a C library; see the safety comment"
    )]
    fn parse(text: &[u8]) -> Option<Self> {
        let xkb = xkbcommon_option()?;
        // SAFETY: `text` is read within its length. What a call returns is null or an object with one reference of
        // ours; each object holds what it was made from, so those references are given up here.
        let state = unsafe {
            let context = (xkb.xkb_context_new)(xkb_context_flags::XKB_CONTEXT_NO_FLAGS);
            if context.is_null() {
                return None;
            }
            let keymap = (xkb.xkb_keymap_new_from_buffer)(
                context,
                text.as_ptr().cast(),
                text.len(),
                xkb_keymap_format::XKB_KEYMAP_FORMAT_TEXT_V1,
                xkb_keymap_compile_flags::XKB_KEYMAP_COMPILE_NO_FLAGS,
            );
            (xkb.xkb_context_unref)(context);
            if keymap.is_null() {
                return None;
            }
            let state = (xkb.xkb_state_new)(keymap);
            (xkb.xkb_keymap_unref)(keymap);
            state
        };
        NonNull::new(state).map(|state| Self { xkb, state })
    }

    /// Takes in which modifiers are down, and which of the keymap's layouts is in use.
    #[expect(
        unsafe_code,
        reason = "libxkbcommon is a C library; see the safety comment"
    )]
    pub(super) fn set_modifiers(&mut self, depressed: u32, latched: u32, locked: u32, layout: u32) {
        // SAFETY: the state is ours and alive; the library takes any number.
        unsafe {
            (self.xkb.xkb_state_update_mask)(
                self.state.as_ptr(),
                depressed,
                latched,
                locked,
                0,
                0,
                layout,
            );
        }
    }

    /// The key of this number on the wire.
    #[expect(
        unsafe_code,
        reason = "libxkbcommon is a C library; see the safety comment"
    )]
    pub(super) fn key(&self, code: u32) -> Key {
        let code = code.saturating_add(EVDEV_OFFSET);
        // SAFETY: the state is ours and alive; the library takes any number.
        let symbol = unsafe { (self.xkb.xkb_state_key_get_one_sym)(self.state.as_ptr(), code) };
        key_of(symbol)
    }
}

impl Drop for Keymap {
    #[expect(
        unsafe_code,
        reason = "libxkbcommon is a C library; see the safety comment"
    )]
    fn drop(&mut self) {
        // SAFETY: the one reference is ours, and nothing uses it after this.
        unsafe { (self.xkb.xkb_state_unref)(self.state.as_ptr()) }
    }
}

fn key_of(symbol: u32) -> Key {
    match symbol {
        keysyms::Escape => Key::Escape,
        keysyms::F11 => Key::F11,
        keysyms::Up | keysyms::KP_Up => Key::Up,
        keysyms::Down | keysyms::KP_Down => Key::Down,
        keysyms::Left | keysyms::KP_Left => Key::Left,
        keysyms::Right | keysyms::KP_Right => Key::Right,
        keysyms::KP_Space => Key::Character(' '),
        // Latin letters are their own symbols.
        _ => match char::from_u32(symbol) {
            Some(character) if character.is_ascii() => Key::Character(character),
            _ => Key::Other,
        },
    }
}
