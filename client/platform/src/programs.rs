//! Which of some programs run: a game, a recorder, whatever a volunteer wants us to stay out of
//! the way of.

#[cfg(windows)]
mod windows;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

#[cfg(not(windows))]
use crate::network::PROC;
use crate::{Unknown, bounded};

/// The kernel keeps this many bytes of a program's name.
const COMM_BYTES: usize = 15;

/// More names than anybody lists.
const NAMES_MAX: usize = 256;

/// Those of `names` that run now on this machine, each once, in the order of the alphabet. On Windows capitals do not
/// count, nor does `.exe`; for the rest see [`running_programs`].
///
/// # Errors
///
/// [`Unknown`] when there is no list of processes, as on macOS, which this build does not ask.
pub fn running_now(names: &[String]) -> Result<Vec<String>, Unknown> {
    #[cfg(windows)]
    {
        windows::running_now(names.get(..NAMES_MAX).unwrap_or(names))
    }
    #[cfg(not(windows))]
    {
        running_programs(Path::new(PROC), names)
    }
}

/// Those of `names` that run now, each once, in the order of the alphabet. `proc` is `/proc` but
/// for tests.
///
/// A name is compared with the base name of the program's file, and, where another user's file
/// cannot be looked up, with the name the kernel keeps, which is cut after 15 bytes. A program
/// that ends while we look may be seen or not.
///
/// # Errors
///
/// [`Unknown`] when there is no list of processes, as on systems that are not Linux.
pub fn running_programs(proc: &Path, names: &[String]) -> Result<Vec<String>, Unknown> {
    let names = names.get(..NAMES_MAX).unwrap_or(names);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let folders = bounded::entries(proc).map_err(|why| Unknown::because("programs", why))?;
    let mut running = BTreeSet::new();
    for folder in folders.iter().filter(|folder| is_process(folder)) {
        let file = std::fs::read_link(folder.join("exe")).ok();
        let comm = bounded::text(&folder.join("comm")).unwrap_or_default();
        let comm = comm.trim_end_matches('\n');
        let file = file.as_deref().and_then(Path::file_name);
        running.extend(names.iter().filter(|name| is_called(name, file, comm)));
    }
    Ok(running.into_iter().cloned().collect())
}

fn is_process(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().as_encoded_bytes();
    !name.is_empty() && name.iter().all(u8::is_ascii_digit)
}

fn is_called(name: &str, file: Option<&OsStr>, comm: &str) -> bool {
    // An update that replaced the file leaves this behind its name.
    let file = file.map(OsStr::to_string_lossy);
    let file = file
        .as_deref()
        .map(|file| file.trim_end_matches(" (deleted)"));
    if file == Some(name) || comm == name {
        return true;
    }
    let cut = name.as_bytes().get(..COMM_BYTES);
    file.is_none() && cut == Some(comm.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn programs_are_found_by_their_file_or_by_the_kernel_s_name_for_them() {
        let proc = tempfile::tempdir().unwrap();
        let process = |pid: &str, comm: &str, file: Option<&str>| {
            let folder = proc.path().join(pid);
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(folder.join("comm"), format!("{comm}\n")).unwrap();
            if let Some(file) = file {
                std::os::unix::fs::symlink(file, folder.join("exe")).unwrap();
            }
        };
        process("10", "GameThread", Some("/opt/games/chess"));
        process("11", "a-recorder-with", None);
        process("12", "editor", Some("/usr/bin/editor (deleted)"));
        process(
            "13",
            "long-name-of-an",
            Some("/usr/bin/long-name-of-another"),
        );
        process("self", "not-a-process", None);

        let ask = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            running_programs(proc.path(), &names).unwrap()
        };
        assert_eq!(ask(&["editor", "chess"]), ["chess", "editor"]);
        assert_eq!(
            ask(&["a-recorder-with-a-long-name"]),
            ["a-recorder-with-a-long-name"]
        );
        assert_eq!(
            ask(&["long-name-of-an-editor", "not-a-process", "draughts"]),
            [""; 0]
        );
        assert_eq!(ask(&[]), [""; 0]);
    }

    #[cfg(any(target_os = "linux", windows))]
    #[test]
    fn a_program_of_this_machine_is_found() {
        let me = std::env::current_exe().unwrap();
        let name = me.file_name().unwrap().to_string_lossy().into_owned();
        let running = running_now(std::slice::from_ref(&name));
        assert_eq!(running, Ok(vec![name]));
    }

    #[test]
    fn without_a_list_of_processes_it_is_unknown() {
        assert!(running_programs(Path::new("/nonexistent"), &["chess".to_owned()]).is_err());
    }
}
