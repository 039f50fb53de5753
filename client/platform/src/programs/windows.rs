//! The programs that run on Windows.
#![expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]

use std::collections::BTreeSet;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};

use crate::Unknown;

/// Those of `names` that run, each once, in the order of the alphabet.
pub(super) fn running_now(names: &[String]) -> Result<Vec<String>, Unknown> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let running = running().map_err(|error| Unknown::because("programs", error))?;
    let found: BTreeSet<&String> = names
        .iter()
        .filter(|name| running.contains(&bare(name)))
        .collect();
    Ok(found.into_iter().cloned().collect())
}

/// A name for comparison: `Game.EXE` and `game` are the same.
fn bare(name: &str) -> String {
    let name = name.to_lowercase();
    name.strip_suffix(".exe").unwrap_or(&name).to_owned()
}

/// The names of all programs that run, for comparison.
fn running() -> std::io::Result<BTreeSet<String>> {
    // SAFETY: takes numbers; what it gives is ours.
    let list = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    if list == INVALID_HANDLE_VALUE {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: it was just made and is nobody else's.
    let list = unsafe { OwnedHandle::from_raw_handle(list) };
    let mut entry = PROCESSENTRY32W {
        dwSize: size_of::<PROCESSENTRY32W>() as u32,
        ..PROCESSENTRY32W::default()
    };
    let mut names = BTreeSet::new();
    // SAFETY: the list is open, and fills in an entry that says how large it is.
    let mut more = unsafe { Process32FirstW(list.as_raw_handle(), &mut entry) };
    while more != 0 {
        let name: Vec<u16> = entry
            .szExeFile
            .into_iter()
            .take_while(|&unit| unit != 0)
            .collect();
        names.insert(bare(&String::from_utf16_lossy(&name)));
        // SAFETY: as above.
        more = unsafe { Process32NextW(list.as_raw_handle(), &mut entry) };
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_and_the_ending_do_not_count() {
        let me = std::env::current_exe().unwrap();
        let name = me.file_stem().unwrap().to_string_lossy().to_uppercase();
        let names = [name.clone(), "nobody-calls-it-so".to_owned()];
        assert_eq!(running_now(&names), Ok(vec![name]));
        assert_eq!(running_now(&[]), Ok(Vec::new()));
    }
}
