//! The agent's lock and socket on Unix.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use super::ClaimError;
use crate::readiness::ready_before;
use crate::runtime_folder::runtime_folders;
use crate::{Environment, Folders};

const SOCKET: &str = "agent.sock";
const LOCK: &str = "agent.lock";

/// A connection between the agent and another program.
pub type Stream = UnixStream;

/// The place of the session's agent, whether there is an agent or not: here a folder.
///
/// # Errors
///
/// None here; the signature is the one of the systems that have to be asked.
pub fn place(environment: &Environment, folders: &Folders) -> io::Result<PathBuf> {
    let session = runtime_folders(environment).find(|folder| is_ours_alone(folder));
    Ok(session.map_or_else(
        || folders.cache.join("agent"),
        |folder| folder.join("woolgather"),
    ))
}

/// This process is the session's agent as long as this value lives.
#[derive(Debug)]
pub struct Agent {
    listener: UnixListener,
    folder: PathBuf,
    _lock: File,
}

impl Agent {
    /// Becomes the agent whose socket is in `folder` (see [`place`]), which is made when it is not there.
    ///
    /// # Errors
    ///
    /// [`ClaimError::Taken`] when there is one; [`ClaimError::Io`] when the folder is not
    /// ours alone, or the system refuses.
    pub fn claim(folder: &Path) -> Result<Self, ClaimError> {
        let socket = folder.join(SOCKET);
        make_private(folder).map_err(|error| failed(folder, &error))?;
        let lock_path = folder.join(LOCK);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .map_err(|error| failed(&lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ClaimError::Taken(socket)),
            Err(TryLockError::Error(error)) => return Err(failed(&lock_path, &error)),
        }
        // With the lock held, a socket that is still there belongs to nobody.
        match std::fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&socket, &error));
            }
            _ => {}
        }
        let listener = UnixListener::bind(&socket).map_err(|error| failed(&socket, &error))?;
        (listener.set_nonblocking(true)).map_err(|error| failed(&socket, &error))?;
        Ok(Self {
            listener,
            folder: folder.to_owned(),
            _lock: lock,
        })
    }

    /// Waits for the next program of the same user, at most for `timeout`; others are turned away
    /// unheard.
    ///
    /// # Errors
    ///
    /// The system's own error; the next call may do better.
    pub fn accept_within(&self, timeout: Duration) -> io::Result<Option<Stream>> {
        let deadline = Instant::now() + timeout;
        while ready_before(&self.listener, PollFlags::IN, deadline)? {
            match self.listener.accept() {
                Ok((stream, _)) if is_same_user(&stream, &self.folder) => return Ok(Some(stream)),
                Ok(_) => {}
                // Whoever knocked is gone again.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // The lock is still held, so this is our own; a socket that stays does no harm.
        drop(std::fs::remove_file(self.folder.join(SOCKET)));
    }
}

/// Reaches the agent whose socket is in `folder`.
///
/// # Errors
///
/// The system's own error when there is no agent; `PermissionDenied` when it is another
/// user's.
pub fn connect(folder: &Path) -> io::Result<Stream> {
    let stream = UnixStream::connect(folder.join(SOCKET))?;
    if is_same_user(&stream, folder) {
        Ok(stream)
    } else {
        let message = "the agent's socket belongs to another user";
        Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
    }
}

/// Is the same user at the other end?
#[cfg(target_os = "linux")]
fn is_same_user(stream: &UnixStream, _folder: &Path) -> bool {
    rustix::net::sockopt::socket_peercred(stream)
        .is_ok_and(|peer| peer.uid == rustix::process::getuid())
}

/// Is the same user at the other end? Into a folder that is ours alone nobody else comes.
#[cfg(not(target_os = "linux"))]
fn is_same_user(_stream: &UnixStream, folder: &Path) -> bool {
    is_ours_alone(folder)
}

fn failed(path: &Path, error: &impl ToString) -> ClaimError {
    ClaimError::Io {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    if is_ours_alone(folder) {
        Ok(())
    } else {
        Err(io::Error::other("the folder is open to others"))
    }
}

/// Is it a folder of this user that nobody else may write into or look through?
fn is_ours_alone(folder: &Path) -> bool {
    std::fs::symlink_metadata(folder).is_ok_and(|folder| {
        folder.is_dir()
            && folder.uid() == rustix::process::getuid().as_raw()
            && folder.mode() & 0o077 == 0
    })
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::io::{Read as _, Write as _};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn private_folder() -> tempfile::TempDir {
        tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .unwrap()
    }

    #[test]
    fn the_second_agent_is_told_where_the_first_one_listens() {
        let root = private_folder();
        let folder = root.path().join("woolgather");
        let agent = Agent::claim(&folder).unwrap();
        let taken = Agent::claim(&folder).unwrap_err();
        assert!(matches!(&taken, ClaimError::Taken(path) if *path == folder.join(SOCKET)));
        assert!(taken.to_string().contains("already runs"), "{taken}");

        drop(agent);
        assert!(!folder.join(SOCKET).exists());
        Agent::claim(&folder).unwrap();
    }

    #[test]
    fn a_socket_that_a_crash_left_behind_is_taken_over() {
        let root = private_folder();
        drop(UnixListener::bind(root.path().join(SOCKET)).unwrap());
        assert!(connect(root.path()).is_err(), "nobody listens");

        let agent = Agent::claim(root.path()).unwrap();
        let mut asking = connect(root.path()).unwrap();
        asking.write_all(b"?").unwrap();
        drop(asking);
        let mut heard = String::new();
        let asked = agent.accept_within(Duration::from_secs(10)).unwrap();
        asked.unwrap().read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "?");
        assert!(agent.accept_within(Duration::ZERO).unwrap().is_none());
    }

    #[test]
    fn a_folder_that_others_may_enter_is_refused() {
        let root = private_folder();
        let open = root.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        let error = Agent::claim(&open).unwrap_err();
        assert!(error.to_string().contains("open to others"), "{error}");
    }

    #[test]
    fn a_path_too_long_for_a_socket_is_an_error_not_a_crash() {
        let root = private_folder();
        let error = Agent::claim(&root.path().join("x".repeat(120))).unwrap_err();
        assert!(matches!(error, ClaimError::Io { .. }), "{error}");
    }

    #[test]
    fn the_session_s_folder_is_used_when_it_is_ours_alone() {
        let root = private_folder();
        let folders = Folders::under(&root.path().join("ours"));
        let runtime = root.path().to_str().unwrap();
        let environment = Environment::from_pairs(None, &[("XDG_RUNTIME_DIR", runtime)]);
        assert_eq!(
            place(&environment, &folders).unwrap(),
            root.path().join("woolgather")
        );

        std::fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
        assert_ne!(
            place(&environment, &folders).unwrap(),
            root.path().join("woolgather")
        );
    }
}
