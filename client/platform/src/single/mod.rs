//! One agent per user session, and the place at which the others reach it.
//!
//! Screensaver hosts start a program per monitor, autostart and the menu one more; they must find
//! the agent that runs rather than become another.
//!
//! # Unix: a socket
//!
//! Whoever holds the lock on `agent.lock` is the
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
//! The folder is closed to others, and on Linux either end asks the system who is at the other: the
//! same user, or nobody.
//!
//! # Windows: a named pipe
//!
//! `\\.\pipe\woolgather-SESSION-SID`. Whoever makes the first instance of it is the agent; the system
//! takes the name back when the agent ends, however it ends. The user owns the pipe and nobody else
//! may open it; a program that asks looks who owns it first, for anybody may make a pipe of any name.

#[cfg(windows)]
mod owner;
#[cfg(windows)]
mod pipe;
#[cfg(unix)]
mod socket;

use std::path::PathBuf;

#[cfg(windows)]
pub use pipe::{Agent, Stream, connect, place};
#[cfg(unix)]
pub use socket::{Agent, Stream, connect, place};

/// Why this process did not become the session's agent.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another agent runs: talk to it at its socket.
    #[error("another Woolgather agent already runs in this session ({})", .0.display())]
    Taken(PathBuf),
    /// The folder, the lock, the socket or the pipe cannot be had; on Unix the person can make room or
    /// name another folder by `XDG_RUNTIME_DIR`.
    #[error("the agent's place cannot be made ({}): {reason}", path.display())]
    Io {
        /// What was to be made or opened.
        path: PathBuf,
        /// The system's own words.
        reason: String,
    },
}
