//! Background work steps back behind whatever the person at the machine is doing.

use std::io;

/// What [`lower_priority`] achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// The scheduler now prefers everybody else.
    Lowered,
    /// This build knows no way to say so on this system; work runs at normal priority.
    Unchanged,
}

/// Gives the calling thread, and every thread it starts from now on, the lowest ordinary priority.
///
/// On Unix that is a nice value of 19. Linux keeps one value per thread, so call this before the
/// threads that do the work are started. A priority that is already lowest stays; there is no way
/// back up without privileges, so a program that also plays keeps its player in another process or
/// starts it first.
///
/// # Errors
///
/// The system's own error when it refuses, which a program may report and then go on at normal
/// priority.
#[cfg(unix)]
pub fn lower_priority() -> io::Result<Priority> {
    // Nice values run from -20 to 19 and the system clamps the sum, so 39 steps reach 19 from
    // anywhere.
    rustix::process::nice(39)?;
    Ok(Priority::Lowered)
}

/// Says that this build knows no way to lower the priority on this system.
///
/// # Errors
///
/// None here; the signature is the one of the systems that have an answer.
#[cfg(not(unix))]
pub fn lower_priority() -> io::Result<Priority> {
    Ok(Priority::Unchanged)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_steps_back_has_nice_value_19_and_can_do_so_again() {
        // A thread of its own: on Linux the value is the thread's, and other tests keep theirs.
        let nice = std::thread::spawn(|| {
            assert_eq!(lower_priority().unwrap(), Priority::Lowered);
            assert_eq!(lower_priority().unwrap(), Priority::Lowered);
            rustix::process::getpriority_process(None).unwrap()
        });
        assert_eq!(nice.join().unwrap(), 19);
    }
}
