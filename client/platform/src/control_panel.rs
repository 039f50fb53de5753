//! Where Windows keeps which saver a person has chosen, and putting ours there and taking it away again.
//!
//! Three values below `HKEY_CURRENT_USER\Control Panel\Desktop`, all of them text:
//!
//! | value | what it says |
//! |---|---|
//! | `SCRNSAVE.EXE` | the saver's full path; missing where none is chosen |
//! | `ScreenSaveActive` | `1` where savers come on |
//! | `ScreenSaveTimeOut` | after how many seconds |
//!
//! What we changed is remembered in a key of ours: beside the value as it was, if it was there, the one that we wrote.
//! A value that still is as we wrote it goes back to what it was, and any other is somebody's later choice and stays.
//!
//! # Source
//!
//! Microsoft, *Handling Screen Savers*.

//! The agent lies beside the saver and starts with the session: [`login`].

pub mod login;
#[cfg(windows)]
mod this_user;

use std::io;
use std::path::PathBuf;

#[cfg(windows)]
pub use this_user::ThisUser;

use crate::{Environment, NoHome};

/// Where one user's saver lies: `%LOCALAPPDATA%\Programs\Woolgather\Woolgather.scr`, whether it is there or not.
///
/// # Errors
///
/// [`NoHome`] where the environment names neither that folder nor a home.
pub fn saver_file(environment: &Environment) -> Result<PathBuf, NoHome> {
    let folder = environment.local_app_data().ok_or(NoHome)?;
    Ok(folder
        .join("Programs")
        .join("Woolgather")
        .join("Woolgather.scr"))
}

/// Who shows our saver by itself when its time has come, for a person: Windows, if the person chose it there.
#[must_use]
pub fn host_chosen(environment: &Environment) -> Option<&'static str> {
    #[cfg(windows)]
    {
        let saver = saver_file(environment).ok()?;
        let chosen = chosen(&ThisUser, saver.to_str()?).ok()?;
        (chosen == Chosen::Ours).then_some(crate::saver::HOST)
    }
    #[cfg(not(windows))]
    {
        let _ = environment;
        None
    }
}

/// Which saver comes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Ours.
    Ours,
    /// The one of this path.
    Another(String),
    /// None, or none ever.
    Nobody,
}

/// Which saver comes on; ours has this path.
///
/// # Errors
///
/// The registry's.
pub fn chosen(registry: &impl Registry, saver: &str) -> io::Result<Chosen> {
    let text = |name| {
        let value = registry.get(Key::Desktop, name)?;
        Ok::<_, io::Error>(value.and_then(|value| value.as_text()))
    };
    let comes_on = text(ACTIVE)?.is_some_and(|active| active.trim() == "1");
    let Some(path) = text(SAVER)?.filter(|path| comes_on && !path.trim().is_empty()) else {
        return Ok(Chosen::Nobody);
    };
    let is_ours = Value::text(&path).is_same_path(&Value::text(saver));
    Ok(if is_ours {
        Chosen::Ours
    } else {
        Chosen::Another(path)
    })
}

/// A key of this user's registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// What the person has chosen for the desktop.
    Desktop,
    /// What we changed there.
    Remembered,
    /// What starts with the session.
    Login,
}

/// A value with its type, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The type's number; text is 1.
    pub kind: u32,
    /// The value; text is UTF-16, little-endian, and ends with 0.
    pub bytes: Vec<u8>,
}

/// A user's registry, as far as savers go.
pub trait Registry {
    /// The value of this name; `None` where there is none.
    ///
    /// # Errors
    ///
    /// The system's own error.
    fn get(&self, key: Key, name: &str) -> io::Result<Option<Value>>;

    /// Puts a value there; the key is made where it is missing.
    ///
    /// # Errors
    ///
    /// The system's own error.
    fn put(&mut self, key: Key, name: &str, value: &Value) -> io::Result<()>;

    /// Takes a value away; one that is not there is well.
    ///
    /// # Errors
    ///
    /// The system's own error.
    fn remove(&mut self, key: Key, name: &str) -> io::Result<()>;

    /// Takes the key away that remembers, with all that is in it.
    ///
    /// # Errors
    ///
    /// The system's own error.
    fn forget(&mut self) -> io::Result<()>;
}

/// What [`give_up`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// Ours was chosen, and what was chosen before is again.
    Restored,
    /// Ours was not chosen, so nothing was changed.
    NotChosen,
}

const SAVER: &str = "SCRNSAVE.EXE";
const ACTIVE: &str = "ScreenSaveActive";
const TIMEOUT: &str = "ScreenSaveTimeOut";

/// After how many seconds a saver comes on where nobody has said.
const TIMEOUT_S: &str = "300";

/// Chooses the saver of this path and lets savers come on; after five minutes unless a time is set. Again changes nothing.
///
/// # Errors
///
/// The registry's.
pub fn choose(registry: &mut impl Registry, saver: &str) -> io::Result<()> {
    write(registry, SAVER, saver)?;
    write(registry, ACTIVE, "1")?;
    let timeout = registry.get(Key::Desktop, TIMEOUT)?;
    let is_set = timeout.is_some_and(|timeout| seconds(&timeout).is_some_and(|time| time > 0));
    if is_set {
        return Ok(());
    }
    write(registry, TIMEOUT, TIMEOUT_S)
}

/// Takes the saver of this path away: if it is still chosen, everything that [`choose`] changed and nobody has changed
/// since is as it was before.
///
/// # Errors
///
/// The registry's.
pub fn give_up(registry: &mut impl Registry, saver: &str) -> io::Result<GivenUp> {
    let chosen = registry.get(Key::Desktop, SAVER)?;
    let is_ours = chosen.is_some_and(|chosen| chosen.is_same_path(&Value::text(saver)));
    if !is_ours {
        registry.forget()?;
        return Ok(GivenUp::NotChosen);
    }
    if registry.get(Key::Remembered, &written(SAVER))?.is_none() {
        // Somebody chose it by hand. Nothing else is known, and it will be gone.
        registry.remove(Key::Desktop, SAVER)?;
    }
    for name in [SAVER, ACTIVE, TIMEOUT] {
        let ours = registry.get(Key::Remembered, &written(name))?;
        if ours.is_none() || registry.get(Key::Desktop, name)? != ours {
            continue;
        }
        match registry.get(Key::Remembered, name)? {
            Some(before) => registry.put(Key::Desktop, name, &before)?,
            None => registry.remove(Key::Desktop, name)?,
        }
    }
    registry.forget()?;
    Ok(GivenUp::Restored)
}

/// Writes a value and remembers what was there, unless that was ours already.
fn write(registry: &mut impl Registry, name: &str, text: &str) -> io::Result<()> {
    let value = Value::text(text);
    let current = registry.get(Key::Desktop, name)?;
    if current.as_ref() == Some(&value) {
        return Ok(());
    }
    let ours = registry.get(Key::Remembered, &written(name))?;
    if ours.is_none() || current != ours {
        match &current {
            Some(before) => registry.put(Key::Remembered, name, before)?,
            None => registry.remove(Key::Remembered, name)?,
        }
    }
    registry.put(Key::Remembered, &written(name), &value)?;
    registry.put(Key::Desktop, name, &value)
}

/// The name under which it is remembered what we wrote.
fn written(name: &str) -> String {
    format!("{name} written")
}

fn seconds(value: &Value) -> Option<u32> {
    value.as_text()?.trim().parse().ok()
}

const TEXT: u32 = 1;

impl Value {
    /// Text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let units = text.encode_utf16().chain([0]);
        Self {
            kind: TEXT,
            bytes: units.flat_map(u16::to_le_bytes).collect(),
        }
    }

    /// The text, where it is one; ends of 0 or without do not count.
    #[must_use]
    pub fn as_text(&self) -> Option<String> {
        let (units, _) = self.bytes.as_chunks();
        let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        let text = String::from_utf16(&units).ok()?;
        (self.kind == TEXT).then(|| text.trim_end_matches('\0').to_owned())
    }

    /// Whether two paths differ in nothing but capitals, which do not count on Windows.
    fn is_same_path(&self, other: &Self) -> bool {
        let lower = |value: &Self| value.as_text().map(|path| path.to_lowercase());
        self == other || (lower(self).is_some() && lower(self) == lower(other))
    }
}

/// A registry in memory.
#[cfg(test)]
#[derive(Clone, Debug, Default, PartialEq)]
struct Memory(std::collections::BTreeMap<(Key, String), Value>);

#[cfg(test)]
impl Registry for Memory {
    fn get(&self, key: Key, name: &str) -> io::Result<Option<Value>> {
        Ok(self.0.get(&(key, name.to_owned())).cloned())
    }

    fn put(&mut self, key: Key, name: &str, value: &Value) -> io::Result<()> {
        self.0.insert((key, name.to_owned()), value.clone());
        Ok(())
    }

    fn remove(&mut self, key: Key, name: &str) -> io::Result<()> {
        self.0.remove(&(key, name.to_owned()));
        Ok(())
    }

    fn forget(&mut self) -> io::Result<()> {
        self.0.retain(|(key, _), _| *key != Key::Remembered);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = r"C:\Users\Ada\AppData\Local\Programs\Woolgather\Woolgather.scr";

    fn desktop(values: &[(&str, &str)]) -> Memory {
        let values = values
            .iter()
            .map(|(name, text)| ((Key::Desktop, (*name).to_owned()), Value::text(text)));
        Memory(values.collect())
    }

    fn text(registry: &Memory, name: &str) -> Option<String> {
        registry.get(Key::Desktop, name).unwrap()?.as_text()
    }

    #[track_caller]
    fn check(before: &Memory, timeout: &str) {
        let mut registry = before.clone();
        choose(&mut registry, OURS).unwrap();
        assert_eq!(text(&registry, SAVER).as_deref(), Some(OURS));
        assert_eq!(text(&registry, ACTIVE).as_deref(), Some("1"));
        assert_eq!(text(&registry, TIMEOUT).as_deref(), Some(timeout));
        assert_eq!(
            chosen(&registry, &OURS.to_lowercase()).unwrap(),
            Chosen::Ours
        );
        let once = registry.clone();
        choose(&mut registry, OURS).unwrap();
        assert_eq!(registry, once, "a second time changes nothing");
        assert_eq!(give_up(&mut registry, OURS).unwrap(), GivenUp::Restored);
        assert_eq!(&registry, before);
    }

    #[test]
    fn what_was_there_before_is_there_again_and_what_was_not_is_not() {
        check(&desktop(&[]), "300");
        check(&desktop(&[(ACTIVE, "0"), (TIMEOUT, "0")]), "300");
        check(
            &desktop(&[
                (SAVER, r"C:\Windows\system32\Bubbles.scr"),
                (ACTIVE, "1"),
                (TIMEOUT, "900"),
            ]),
            "900",
        );
        // Of another type, as nobody ought to write it.
        let mut odd = desktop(&[]);
        let number = Value {
            kind: 4,
            bytes: vec![1, 0, 0, 0],
        };
        odd.put(Key::Desktop, ACTIVE, &number).unwrap();
        check(&odd, "300");
    }

    #[test]
    fn a_saver_that_was_chosen_since_stays() {
        let mut registry = desktop(&[(SAVER, "old.scr"), (ACTIVE, "0")]);
        choose(&mut registry, OURS).unwrap();
        let theirs = Value::text("theirs.scr");
        registry.put(Key::Desktop, SAVER, &theirs).unwrap();
        assert_eq!(give_up(&mut registry, OURS).unwrap(), GivenUp::NotChosen);
        let expected = desktop(&[(SAVER, "theirs.scr"), (ACTIVE, "1"), (TIMEOUT, "300")]);
        assert_eq!(registry, expected);
    }

    #[test]
    fn a_time_that_was_set_since_stays() {
        let mut registry = desktop(&[(SAVER, "old.scr"), (ACTIVE, "0")]);
        choose(&mut registry, OURS).unwrap();
        let theirs = Value::text("1200");
        registry.put(Key::Desktop, TIMEOUT, &theirs).unwrap();
        give_up(&mut registry, OURS).unwrap();
        let expected = desktop(&[(SAVER, "old.scr"), (ACTIVE, "0"), (TIMEOUT, "1200")]);
        assert_eq!(registry, expected);
    }

    #[test]
    fn one_that_moved_remembers_what_was_there_before_it_came() {
        let before = desktop(&[(SAVER, "old.scr"), (ACTIVE, "1"), (TIMEOUT, "60")]);
        let mut registry = before.clone();
        choose(&mut registry, r"C:\elsewhere\Woolgather.scr").unwrap();
        choose(&mut registry, OURS).unwrap();
        give_up(&mut registry, OURS).unwrap();
        assert_eq!(registry, before);
    }

    #[test]
    fn who_comes_on_is_whoever_is_chosen_and_may() {
        let check = |values: &[(&str, &str)], expected| {
            assert_eq!(chosen(&desktop(values), OURS).unwrap(), expected);
        };
        check(&[], Chosen::Nobody);
        check(&[(SAVER, OURS)], Chosen::Nobody);
        check(&[(SAVER, OURS), (ACTIVE, "0")], Chosen::Nobody);
        check(&[(SAVER, ""), (ACTIVE, "1")], Chosen::Nobody);
        let theirs = Chosen::Another("theirs.scr".to_owned());
        check(&[(SAVER, "theirs.scr"), (ACTIVE, "1")], theirs);
    }

    #[test]
    fn one_that_was_chosen_by_hand_is_taken_away() {
        let hand = OURS.to_uppercase();
        let mut registry = desktop(&[(SAVER, &hand), (ACTIVE, "1"), (TIMEOUT, "60")]);
        assert_eq!(give_up(&mut registry, OURS).unwrap(), GivenUp::Restored);
        assert_eq!(registry, desktop(&[(ACTIVE, "1"), (TIMEOUT, "60")]));
    }
}
