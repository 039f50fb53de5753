//! Room on a file system.

use std::path::Path;

use crate::Unknown;

/// How many bytes this user may still write below `path`, or where it will be made: the nearest
/// folder that is there is asked.
///
/// # Errors
///
/// [`Unknown`] when the system does not say.
#[cfg(unix)]
pub fn free_bytes(path: &Path) -> Result<u64, Unknown> {
    let mut last = Unknown("free space: no folder was named".to_owned());
    for folder in path.ancestors().filter(|folder| *folder != Path::new("")) {
        match rustix::fs::statvfs(folder) {
            Ok(system) => return Ok(system.f_bavail.saturating_mul(system.f_frsize)),
            Err(error) => last = Unknown::because("free space", error),
        }
    }
    Err(last)
}

/// Says that this build does not know it on this system.
///
/// # Errors
///
/// Always [`Unknown`].
#[cfg(not(unix))]
pub fn free_bytes(_path: &Path) -> Result<u64, Unknown> {
    Err(Unknown(
        "free space: this build cannot ask this system yet".to_owned(),
    ))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_will_be_made_has_the_room_of_the_one_above_it() {
        let root = tempfile::tempdir().unwrap();
        assert!(free_bytes(root.path()).unwrap() > 0);
        assert!(free_bytes(&root.path().join("clips/of/later")).unwrap() > 0);
        assert!(free_bytes(Path::new("")).is_err());
    }

    #[test]
    fn a_file_system_without_room_has_none() {
        // The kernel's own file system takes no files at all.
        assert_eq!(free_bytes(Path::new("/proc/self")), Ok(0));
    }
}
