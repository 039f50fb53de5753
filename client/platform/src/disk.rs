//! Room on a file system.

use std::path::Path;

use crate::Unknown;

/// How many bytes this user may still write below `path`, or where it will be made: the nearest
/// folder that is there is asked.
///
/// # Errors
///
/// [`Unknown`] when the system does not say.
pub fn free_bytes(path: &Path) -> Result<u64, Unknown> {
    let mut last = Unknown("free space: no folder was named".to_owned());
    for folder in path.ancestors().filter(|folder| *folder != Path::new("")) {
        match free_bytes_in(folder) {
            Ok(free) => return Ok(free),
            Err(error) => last = Unknown::because("free space", error),
        }
    }
    Err(last)
}

#[cfg(unix)]
fn free_bytes_in(folder: &Path) -> std::io::Result<u64> {
    let system = rustix::fs::statvfs(folder)?;
    Ok(system.f_bavail.saturating_mul(system.f_frsize))
}

#[cfg(windows)]
#[expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; see the safety comment"
)]
fn free_bytes_in(folder: &Path) -> std::io::Result<u64> {
    use std::os::windows::ffi::OsStrExt as _;
    use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;
    let name: Vec<u16> = folder.as_os_str().encode_wide().chain([0]).collect();
    let mut free = 0;
    let nothing = std::ptr::null_mut;
    // SAFETY: the name ends with 0, and the number and both that are left out are written to only where they are given.
    let known = unsafe { GetDiskFreeSpaceExW(name.as_ptr(), &mut free, nothing(), nothing()) };
    if known == 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_will_be_made_has_the_room_of_the_one_above_it() {
        let root = tempfile::tempdir().unwrap();
        assert!(free_bytes(root.path()).unwrap() > 0);
        assert!(free_bytes(&root.path().join("clips/of/later")).unwrap() > 0);
        assert!(free_bytes(Path::new("")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_system_without_room_has_none() {
        // The kernel's own file system takes no files at all.
        assert_eq!(free_bytes(Path::new("/proc/self")), Ok(0));
    }
}
