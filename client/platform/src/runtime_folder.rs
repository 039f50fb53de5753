//! The folder of the user's session: sockets of the desktop, and ours.

use std::path::PathBuf;

use crate::Environment;

/// `XDG_RUNTIME_DIR`, then `/run/user/UID`: MATE's and XFCE's screensavers start their programs
/// without the variable. Only what is there.
pub(crate) fn runtime_folders(environment: &Environment) -> impl Iterator<Item = PathBuf> {
    let uid = rustix::process::getuid().as_raw();
    environment
        .absolute_path("XDG_RUNTIME_DIR")
        .into_iter()
        .chain([PathBuf::from(format!("/run/user/{uid}"))])
        .filter(|folder| folder.is_dir())
}

/// The first of [`runtime_folders`].
#[cfg(target_os = "linux")]
pub(crate) fn runtime_folder(environment: &Environment) -> Option<PathBuf> {
    runtime_folders(environment).next()
}
