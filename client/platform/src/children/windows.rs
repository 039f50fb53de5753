//! Children on Windows: in one job with a lifetime of its own, without a console window, and suspended as a whole.
//!
//! # Source
//!
//! Microsoft, *Job Objects*, *Process Creation Flags*. `NtSuspendProcess` and `NtResumeProcess` have no page of their
//! own; they are what Windows' resource monitor suspends with, and stand in `ntdll` since Windows XP.
#![expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]

use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::os::windows::process::CommandExt as _;
use std::process::{Child, Command};
use std::ptr::null;
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
    SetInformationJobObject,
};
use windows_sys::Win32::System::Threading::{CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW};

#[link(name = "ntdll")]
unsafe extern "system" {
    fn NtSuspendProcess(process: HANDLE) -> i32;
    fn NtResumeProcess(process: HANDLE) -> i32;
}

/// The job that all children are in. Its last handle is ours, so it goes with this process, and they go with it.
static JOB: OnceLock<OwnedHandle> = OnceLock::new();

/// What stops and moves a child.
#[derive(Debug)]
pub struct Hold {
    process: OwnedHandle,
    /// Windows counts how often it was stopped.
    stands: bool,
}

/// Starts a child without a window for its console, which does not outlive this process, and takes hold of it.
///
/// # Errors
///
/// The system's own.
pub fn spawn_apart(command: &mut Command) -> io::Result<(Child, Hold)> {
    let mut child = command
        .creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP)
        .spawn()?;
    let hold = take_in(&child);
    if hold.is_err() {
        // Nobody would end it.
        child.kill()?;
        child.wait()?;
    }
    Ok((child, hold?))
}

fn take_in(child: &Child) -> io::Result<Hold> {
    let job = match JOB.get() {
        Some(job) => job,
        None => {
            let job = new_job()?;
            JOB.get_or_init(|| job)
        }
    };
    // SAFETY: both handles are open while they are borrowed.
    done(unsafe { AssignProcessToJobObject(job.as_raw_handle(), child.as_raw_handle()) })?;
    Ok(Hold {
        process: child.as_handle().try_clone_to_owned()?,
        stands: false,
    })
}

/// A job whose processes end with its last handle.
fn new_job() -> io::Result<OwnedHandle> {
    // SAFETY: without a name and with nobody's attributes.
    let job = unsafe { CreateJobObjectW(null(), null()) };
    if job.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it was just made and is nobody else's.
    let job = unsafe { OwnedHandle::from_raw_handle(job) };
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    // SAFETY: reads as many bytes as there are.
    done(unsafe {
        SetInformationJobObject(
            job.as_raw_handle(),
            JobObjectExtendedLimitInformation,
            (&raw const limits).cast(),
            size_of_val(&limits) as u32,
        )
    })?;
    Ok(job)
}

impl Hold {
    /// Has it stand still between two instructions. Again changes nothing.
    pub fn stop(&mut self) {
        if !self.stands {
            // SAFETY: the handle is ours, and may do everything with the process.
            self.stands = unsafe { NtSuspendProcess(self.process.as_raw_handle()) } >= 0;
        }
    }

    /// Lets it go on. Again changes nothing.
    pub fn go_on(&mut self) {
        if self.stands {
            // SAFETY: as above.
            self.stands = unsafe { NtResumeProcess(self.process.as_raw_handle()) } < 0;
        }
    }

    /// Lets it go on, so that it sees the end of its standard input, which asks it to end.
    pub fn ask_to_end(&mut self) {
        self.go_on();
    }
}

fn done(success: i32) -> io::Result<()> {
    if success == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    use windows_sys::Win32::System::JobObjects::IsProcessInJob;

    use super::*;

    /// Counts once a tenth of a second, told by the clock.
    fn counting() -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "children::windows::tests::one_that_counts"])
            .arg("--nocapture")
            .env("WOOLGATHER_TEST_PART", "counts")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        command
    }

    /// Plays the child, when it is told to.
    #[test]
    fn one_that_counts() {
        if std::env::var_os("WOOLGATHER_TEST_PART").is_some() {
            loop {
                println!("tick");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    #[test]
    fn a_child_stands_still_however_often_it_is_told_and_goes_on_at_once() {
        use std::io::{BufRead as _, BufReader};
        let (mut child, mut hold) = spawn_apart(&mut counting()).unwrap();
        let mut within = 0;
        // SAFETY: both handles are open; one number is written.
        let asked = unsafe {
            IsProcessInJob(
                child.as_raw_handle(),
                JOB.get().unwrap().as_raw_handle(),
                &mut within,
            )
        };
        assert_ne!((asked, within), (0, 0));
        let output = BufReader::new(child.stdout.take().unwrap());
        let (tell, ticks) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if line.contains("tick") && tell.send(Instant::now()).is_err() {
                    return;
                }
            }
        });
        let patience = Duration::from_secs(20);
        ticks.recv_timeout(patience).unwrap();
        hold.stop();
        hold.stop();
        // What was on its way.
        while ticks.recv_timeout(Duration::from_millis(300)).is_ok() {}
        assert!(ticks.recv_timeout(Duration::from_millis(500)).is_err());
        hold.go_on();
        ticks.recv_timeout(patience).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
