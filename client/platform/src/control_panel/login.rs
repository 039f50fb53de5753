//! What Windows starts with a user's session: one value of `HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run`.
//!
//! Whether the person turned it off in Windows' own list of such programs stands elsewhere, and stays their choice.
//!
//! # Source
//!
//! Microsoft, *Run and RunOnce Registry Keys*.

use std::io;
use std::path::PathBuf;

use super::{Key, Registry, Value, saver_file};
use crate::{Environment, NoHome};

/// What the value is called.
const NAME: &str = "Woolgather";

/// Where one user's agent lies, whether it is there or not: beside the saver. The name is that of a program without a
/// console, as `javaw` is.
///
/// # Errors
///
/// As [`saver_file`].
pub fn agent_file(environment: &Environment) -> Result<PathBuf, NoHome> {
    Ok(saver_file(environment)?.with_file_name("woolgatherw.exe"))
}

/// From the next session on, the agent of this path starts with it. Again changes nothing.
///
/// # Errors
///
/// The registry's.
pub fn start_with_session(registry: &mut impl Registry, agent: &str) -> io::Result<()> {
    registry.put(Key::Login, NAME, &command(agent))
}

/// The agent of this path no longer starts with the session. Another program that somebody put in its place stays.
///
/// # Errors
///
/// The registry's.
pub fn no_longer(registry: &mut impl Registry, agent: &str) -> io::Result<()> {
    let is_ours = registry
        .get(Key::Login, NAME)?
        .is_some_and(|value| value.is_same_path(&command(agent)));
    if is_ours {
        registry.remove(Key::Login, NAME)?;
    }
    Ok(())
}

fn command(agent: &str) -> Value {
    Value::text(&format!("\"{agent}\" agent --autostarted"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control_panel::Memory;

    const OURS: &str = r"C:\Users\Ada\AppData\Local\Programs\Woolgather\woolgatherw.exe";

    #[test]
    fn what_starts_with_the_session_comes_and_goes_and_nothing_else() {
        let mut registry = Memory::default();
        let other = Value::text("other.exe");
        registry.put(Key::Login, "Other", &other).unwrap();
        let before = registry.clone();
        for _ in 0..2 {
            start_with_session(&mut registry, OURS).unwrap();
            let value = registry.get(Key::Login, NAME).unwrap().unwrap();
            let expected = format!("\"{OURS}\" agent --autostarted");
            assert_eq!(value.as_text(), Some(expected));
        }
        no_longer(&mut registry, &OURS.to_uppercase()).unwrap();
        assert_eq!(registry, before);
        no_longer(&mut registry, OURS).unwrap();
        assert_eq!(registry, before);
    }

    #[test]
    fn what_somebody_put_in_its_place_stays() {
        let mut registry = Memory::default();
        let theirs = Value::text("theirs.exe");
        registry.put(Key::Login, NAME, &theirs).unwrap();
        no_longer(&mut registry, OURS).unwrap();
        assert_eq!(registry.get(Key::Login, NAME).unwrap(), Some(theirs));
    }
}
