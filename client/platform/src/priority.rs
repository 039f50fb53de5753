//! Background work steps back behind whatever the person at the machine is doing.

use std::io;

/// Gives the calling thread, and every thread it starts from now on, the lowest ordinary priority.
///
/// On Windows it is the whole process that steps back, to the class of those that run while nobody else wants to.
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
pub fn lower_priority() -> io::Result<()> {
    // Nice values run from -20 to 19 and the system clamps the sum, so 39 steps reach 19 from
    // anywhere.
    rustix::process::nice(39)?;
    Ok(())
}

/// Lets this process run while nobody else wants to; the rest is as on Unix.
///
/// # Errors
///
/// The system's own error when it refuses.
#[cfg(windows)]
#[expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; see the safety comment"
)]
pub fn lower_priority() -> io::Result<()> {
    use windows_sys::Win32::System::Threading::{
        GetCurrentProcess, IDLE_PRIORITY_CLASS, SetPriorityClass,
    };
    // SAFETY: takes a constant and a handle that stands for this process.
    if unsafe { SetPriorityClass(GetCurrentProcess(), IDLE_PRIORITY_CLASS) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_steps_back_has_nice_value_19_and_can_do_so_again() {
        // A thread of its own: on Linux the value is the thread's, and other tests keep theirs.
        let nice = std::thread::spawn(|| {
            lower_priority().unwrap();
            lower_priority().unwrap();
            rustix::process::getpriority_process(None).unwrap()
        });
        assert_eq!(nice.join().unwrap(), 19);
    }
}

#[cfg(all(test, windows))]
mod tests {
    use windows_sys::Win32::System::Threading::{
        GetCurrentProcess, GetPriorityClass, IDLE_PRIORITY_CLASS,
    };

    use super::*;

    #[test]
    #[expect(
        unsafe_code,
        reason = "Windows is asked through its C interface; see the safety comment"
    )]
    fn a_process_that_steps_back_runs_while_nobody_else_wants_to() {
        lower_priority().unwrap();
        lower_priority().unwrap();
        // SAFETY: takes a handle that stands for this process.
        let class = unsafe { GetPriorityClass(GetCurrentProcess()) };
        assert_eq!(class, IDLE_PRIORITY_CLASS);
    }
}
