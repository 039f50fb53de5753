//! What must be done so that a disk keeps what it is given, and what follows when it does not.
//!
//! A file that is on disk is found after a power cut only if its name is there too, and the name of its folder,
//! and so on upwards: each is forced by itself, in the folder that holds it. That a folder is there does not mean
//! that its name is on disk; whoever made it may have been ended before, or have been told that the disk failed.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use woolgather_protocol::ProblemKind;

/// Makes the folder, and those above that are missing, and forces their names to disk; also the name of a
/// folder that is there.
///
/// # Errors
///
/// When the disk fails, or something else has the name.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let above = match folder.parent() {
        None => return Ok(()),
        Some(above) if above.as_os_str().is_empty() => Path::new("."),
        Some(above) => above,
    };
    let made = match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_folder(above)?;
            fs::create_dir(folder)
        }
        made => made,
    };
    match made {
        Err(_) if folder.is_dir() => match sync_folder(above) {
            // Whoever keeps us out has made the folder for us.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            synced => synced,
        },
        made => made.and_then(|()| sync_folder(above)),
    }
}

/// Forces the names in a folder to disk.
///
/// # Errors
///
/// When the disk fails; the names may be lost at the next power cut.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Forces the names in a folder to disk: Windows does so by itself, and cannot open a folder as a file.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// What a client is told when the disk failed in this way; `None` when it is not the disk's fault.
#[must_use]
pub fn problem(error: &io::Error) -> Option<ProblemKind> {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(ProblemKind::StorageFull),
        io::ErrorKind::ReadOnlyFilesystem => Some(ProblemKind::StorageAway),
        _ if is_broken(error) => Some(ProblemKind::StorageAway),
        _ => None,
    }
}

#[cfg(unix)]
fn is_broken(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

#[cfg(not(unix))]
fn is_broken(_error: &io::Error) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_once_with_those_above() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b/c");
        make_folder(&deep).unwrap();
        make_folder(&deep).unwrap();
        assert!(deep.is_dir());
        let file = deep.join("file");
        fs::write(&file, "").unwrap();
        assert!(make_folder(&file).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_full_disk_is_told_from_a_broken_one_and_from_our_own_faults() {
        let told = |errno: rustix::io::Errno| problem(&errno.into());
        assert_eq!(
            told(rustix::io::Errno::NOSPC),
            Some(ProblemKind::StorageFull)
        );
        assert_eq!(
            told(rustix::io::Errno::DQUOT),
            Some(ProblemKind::StorageFull)
        );
        assert_eq!(told(rustix::io::Errno::IO), Some(ProblemKind::StorageAway));
        assert_eq!(
            told(rustix::io::Errno::ROFS),
            Some(ProblemKind::StorageAway)
        );
        assert_eq!(told(rustix::io::Errno::NOENT), None);
    }
}
