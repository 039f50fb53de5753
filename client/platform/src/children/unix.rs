//! Children on Unix: a group of their own, and signals.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, kill_process};

/// What stops, moves and ends a child. To be dropped when the child is waited for: its number may become somebody
/// else's.
#[derive(Debug)]
pub struct Hold(Option<Pid>);

/// Starts a child in a group of its own, and takes hold of it.
///
/// # Errors
///
/// The system's own.
pub fn spawn_apart(command: &mut Command) -> io::Result<(Child, Hold)> {
    let child = command.process_group(0).spawn()?;
    let hold = Hold(Pid::from_raw(child.id().cast_signed()));
    Ok((child, hold))
}

impl Hold {
    /// Has it stand still between two instructions. Again changes nothing.
    pub fn stop(&mut self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on. Again changes nothing.
    pub fn go_on(&mut self) {
        self.signal(Signal::CONT);
    }

    /// Asks it to end, also one that stands still.
    pub fn ask_to_end(&mut self) {
        self.signal(Signal::TERM);
        // One that stands still hears nothing.
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.0 {
            // One that has just ended has nothing to hear.
            kill_process(pid, signal).ok();
        }
    }
}
