//! The folder of the user's session: sockets of the desktop, and ours.

use std::path::PathBuf;

use crate::Environment;

/// `XDG_RUNTIME_DIR`, else `/run/user/UID` where it exists: MATE's and XFCE's screensavers start
/// their programs without the variable.
pub(crate) fn runtime_folder(environment: &Environment) -> Option<PathBuf> {
    environment.absolute_path("XDG_RUNTIME_DIR").or_else(|| {
        let uid = rustix::process::getuid().as_raw();
        Some(PathBuf::from(format!("/run/user/{uid}"))).filter(|folder| folder.is_dir())
    })
}
