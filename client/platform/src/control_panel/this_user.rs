//! The registry of the user who runs this, and telling the session that something in it is another.

use std::io;

use windows_registry::{CURRENT_USER, Type};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    SPI_SETSCREENSAVEACTIVE, SPI_SETSCREENSAVETIMEOUT, SPIF_SENDCHANGE,
    SYSTEM_PARAMETERS_INFO_ACTION, SystemParametersInfoW,
};

use super::{ACTIVE, Key, Registry, TIMEOUT, Value, seconds};

/// The registry of the user who runs this.
#[derive(Debug)]
pub struct ThisUser;

const DESKTOP: &str = r"Control Panel\Desktop";
const OURS: &str = r"Software\Woolgather";
const REMEMBERED: &str = r"Software\Woolgather\Saver before";
const LOGIN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";

impl Key {
    fn path(self) -> &'static str {
        match self {
            Self::Desktop => DESKTOP,
            Self::Remembered => REMEMBERED,
            Self::Login => LOGIN,
        }
    }
}

impl Registry for ThisUser {
    fn get(&self, key: Key, name: &str) -> io::Result<Option<Value>> {
        let found = CURRENT_USER
            .open(key.path())
            .and_then(|key| key.get_value(name));
        let found = unless_missing(found.map_err(plain))?;
        Ok(found.map(|value| Value {
            kind: value.ty().into(),
            bytes: value.to_vec(),
        }))
    }

    fn put(&mut self, key: Key, name: &str, value: &Value) -> io::Result<()> {
        CURRENT_USER
            .create(key.path())
            .and_then(|key| key.set_bytes(name, Type::from(value.kind), &value.bytes))
            .map_err(plain)
    }

    fn remove(&mut self, key: Key, name: &str) -> io::Result<()> {
        let key = CURRENT_USER.options().read().write().open(key.path());
        let removed = key.and_then(|key| key.remove_value(name));
        unless_missing(removed.map_err(plain)).map(drop)
    }

    fn forget(&mut self) -> io::Result<()> {
        let removed = CURRENT_USER.remove_tree(REMEMBERED);
        unless_missing(removed.map_err(plain))?;
        // Others may keep something there, in a version to come.
        let is_empty = CURRENT_USER
            .open(OURS)
            .and_then(|key| Ok(key.keys()?.next().is_none() && key.values()?.next().is_none()));
        if is_empty.unwrap_or(false) {
            CURRENT_USER.remove_tree(OURS).map_err(plain)?;
        }
        Ok(())
    }
}

impl ThisUser {
    /// Tells the session what the registry says now, so that it counts at once.
    ///
    /// # Errors
    ///
    /// The system's own error; then it counts from the next time that the person logs in.
    pub fn tell_session(&self) -> io::Result<()> {
        let number = |name| {
            let value = self.get(Key::Desktop, name)?;
            Ok::<_, io::Error>(value.and_then(|value| seconds(&value)))
        };
        if let Some(timeout) = number(TIMEOUT)? {
            tell(SPI_SETSCREENSAVETIMEOUT, timeout)?;
        }
        tell(SPI_SETSCREENSAVEACTIVE, number(ACTIVE)?.unwrap_or(0))
    }
}

#[expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; see the safety comment"
)]
fn tell(what: SYSTEM_PARAMETERS_INFO_ACTION, number: u32) -> io::Result<()> {
    // SAFETY: both actions take a number and no pointer.
    let told =
        unsafe { SystemParametersInfoW(what, number, std::ptr::null_mut(), SPIF_SENDCHANGE) };
    if told == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// The system's error as [`io::Error`] knows it: without the mark that says where it is from.
fn plain(error: impl Into<io::Error>) -> io::Error {
    const FROM_WIN32: u32 = 0x8007_0000;
    let error = error.into();
    match error.raw_os_error().map(i32::cast_unsigned) {
        Some(code) if code & 0xffff_0000 == FROM_WIN32 => {
            io::Error::from_raw_os_error((code & 0xffff).cast_signed())
        }
        _ => error,
    }
}

fn unless_missing<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
