//! One agent per user session, and the socket at which the others reach it.
//!
//! Screensaver hosts start a program per monitor, autostart and the menu one more; they must find
//! the agent that runs rather than become another. Whoever holds the lock on `agent.lock` is the
//! agent; its socket `agent.sock` lies beside it. The system drops the lock when the agent ends,
//! however it ends, so a socket that a crash left behind is taken over. The lock file stays: who
//! removed it could remove the one that the next agent has just locked.
//!
//! | folder | when |
//! |---|---|
//! | `$XDG_RUNTIME_DIR/woolgather` | the variable is set and the folder is ours |
//! | `/run/user/UID/woolgather` | that folder is ours: hosts that clear the environment find it too |
//! | the cache folder's `agent` | else |
//!
//! The folder is closed to others, and either end asks the system who is at the other: the same
//! user, or nobody.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod socket;

use std::path::PathBuf;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::Agent;
#[cfg(target_os = "linux")]
pub use socket::{Agent, connect, socket_folder};

/// Why this process did not become the session's agent.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another agent runs: talk to it at its socket.
    #[error("another Woolgather agent already runs in this session ({})", .0.display())]
    Taken(PathBuf),
    /// The folder, the lock or the socket cannot be had; the person can make room or name another
    /// folder by `XDG_RUNTIME_DIR`.
    #[error("the agent's socket cannot be made ({}): {reason}", path.display())]
    Io {
        /// What was to be made or opened.
        path: PathBuf,
        /// The system's own words.
        reason: String,
    },
    /// This build knows no socket for this system.
    #[error("one agent for several programs is not possible on this system yet")]
    NotHere,
}
