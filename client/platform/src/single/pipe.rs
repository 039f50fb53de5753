//! The agent's pipe on Windows.
//!
//! tokio waits for pipes with an end to it, which plain files of Windows cannot; its runtime has one thread and stays
//! in here.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient, NamedPipeServer};
use tokio::runtime::Runtime;
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_BROKEN_PIPE, ERROR_NO_DATA, ERROR_PIPE_BUSY,
};

use super::ClaimError;
use super::owner::{ForUser, owner_of, session, user};
use crate::{Environment, Folders};

/// How long a visitor waits for its turn: the agent makes the next instance at once.
const TURN: Duration = Duration::from_secs(2);
/// How often it knocks meanwhile.
const KNOCK: Duration = Duration::from_millis(10);

/// The place of the session's agent, whether there is an agent or not: here the name of a pipe.
///
/// # Errors
///
/// The system's own, where it does not say who runs this.
pub fn place(_environment: &Environment, _folders: &Folders) -> io::Result<PathBuf> {
    let name = format!(r"\\.\pipe\woolgather-{}-{}", session()?, user()?);
    Ok(PathBuf::from(name))
}

/// This process is the session's agent as long as this value lives.
#[derive(Debug)]
pub struct Agent {
    place: PathBuf,
    for_user: ForUser,
    /// The instance that the next visitor gets.
    next: Mutex<NamedPipeServer>,
    runtime: Arc<Runtime>,
}

impl Agent {
    /// Becomes the agent whose pipe is called `place` (see [`place`]).
    ///
    /// # Errors
    ///
    /// [`ClaimError::Taken`] when there is one; [`ClaimError::Io`] when the pipe is another user's, or the system
    /// refuses.
    pub fn claim(place: &Path) -> Result<Self, ClaimError> {
        let failed = |error: &io::Error| ClaimError::Io {
            path: place.to_owned(),
            reason: error.to_string(),
        };
        let taken = || ClaimError::Taken(place.to_owned());
        // wine 8 would give a second one its first instance too, so somebody who is there is asked for first.
        match connect(place) {
            Ok(_) => return Err(taken()),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(failed(&error));
            }
            Err(error) if is(&error, ERROR_PIPE_BUSY) => return Err(taken()),
            // Nobody is there.
            Err(_) => {}
        }
        let for_user = ForUser::new().map_err(|error| failed(&error))?;
        let runtime = runtime().map_err(|error| failed(&error))?;
        let within = runtime.enter();
        let first = for_user.pipe(place, true);
        drop(within);
        let next = match first {
            Ok(first) => first,
            // Somebody else was a little faster.
            Err(error) if is(&error, ERROR_ACCESS_DENIED) => return Err(taken()),
            Err(error) => return Err(failed(&error)),
        };
        Ok(Self {
            place: place.to_owned(),
            for_user,
            next: Mutex::new(next),
            runtime,
        })
    }

    /// Waits for the next program of the same user, at most for `timeout`; others cannot open the pipe.
    ///
    /// # Errors
    ///
    /// The system's own error; the next call may do better.
    pub fn accept_within(&self, timeout: Duration) -> io::Result<Option<Stream>> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let connected = self
            .runtime
            .block_on(async { tokio::time::timeout(timeout, next.connect()).await });
        match connected {
            Err(_) => return Ok(None),
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                next.disconnect()?;
                // Whoever knocked is gone again.
                return if is(&error, ERROR_NO_DATA) {
                    Ok(None)
                } else {
                    Err(error)
                };
            }
        }
        let within = self.runtime.enter();
        let another = self.for_user.pipe(&self.place, false);
        drop(within);
        match another {
            Ok(another) => {
                let visited = std::mem::replace(&mut *next, another);
                Ok(Some(Stream::new(
                    End::Agents(visited),
                    Arc::clone(&self.runtime),
                )))
            }
            Err(error) => {
                // This visitor is turned away, so that the next one finds a door.
                next.disconnect()?;
                Err(error)
            }
        }
    }
}

/// Reaches the agent whose pipe is called `place`.
///
/// # Errors
///
/// The system's own error when there is no agent; `PermissionDenied` when it is another user's.
pub fn connect(place: &Path) -> io::Result<Stream> {
    let runtime = runtime()?;
    let within = runtime.enter();
    let deadline = Instant::now() + TURN;
    let pipe = loop {
        match ClientOptions::new().open(place) {
            Err(error) if is(&error, ERROR_PIPE_BUSY) && Instant::now() < deadline => {
                std::thread::sleep(KNOCK);
            }
            Err(error) if is(&error, ERROR_ACCESS_DENIED) => return Err(of_another_user()),
            pipe => break pipe?,
        }
    };
    drop(within);
    if owner_of(&pipe)? != user()? {
        return Err(of_another_user());
    }
    Ok(Stream::new(End::Visitors(pipe), runtime))
}

fn of_another_user() -> io::Error {
    let message = "the agent's pipe belongs to another user";
    io::Error::new(io::ErrorKind::PermissionDenied, message)
}

/// A connection between the agent and another program.
pub struct Stream {
    end: End,
    read_timeout: Cell<Option<Duration>>,
    write_timeout: Cell<Option<Duration>>,
    runtime: Arc<Runtime>,
}

enum End {
    Agents(NamedPipeServer),
    Visitors(NamedPipeClient),
}

impl Stream {
    fn new(end: End, runtime: Arc<Runtime>) -> Self {
        Self {
            end,
            read_timeout: Cell::default(),
            write_timeout: Cell::default(),
            runtime,
        }
    }

    /// From now on reading takes no longer; `None` waits for ever.
    ///
    /// # Errors
    ///
    /// None here; the signature is that of Unix.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.read_timeout.set(timeout);
        Ok(())
    }

    /// From now on writing takes no longer; `None` waits for ever.
    ///
    /// # Errors
    ///
    /// None here; the signature is that of Unix.
    pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.write_timeout.set(timeout);
        Ok(())
    }

    fn within<T>(
        &self,
        timeout: Option<Duration>,
        work: impl Future<Output = io::Result<T>>,
    ) -> io::Result<T> {
        self.runtime.block_on(async {
            match timeout {
                None => work.await,
                Some(timeout) => match tokio::time::timeout(timeout, work).await {
                    Ok(outcome) => outcome,
                    Err(_) => Err(io::ErrorKind::TimedOut.into()),
                },
            }
        })
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

impl Read for &Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.within(self.read_timeout.get(), async {
            loop {
                let tried = match &self.end {
                    End::Agents(pipe) => {
                        pipe.readable().await?;
                        pipe.try_read(buffer)
                    }
                    End::Visitors(pipe) => {
                        pipe.readable().await?;
                        pipe.try_read(buffer)
                    }
                };
                match tried {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    read => return read,
                }
            }
        });
        match read {
            // The other end has hung up.
            Err(error) if is(&error, ERROR_BROKEN_PIPE) => Ok(0),
            read => read,
        }
    }
}

impl Write for &Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.within(self.write_timeout.get(), async {
            loop {
                let tried = match &self.end {
                    End::Agents(pipe) => {
                        pipe.writable().await?;
                        pipe.try_write(bytes)
                    }
                    End::Visitors(pipe) => {
                        pipe.writable().await?;
                        pipe.try_write(bytes)
                    }
                };
                match tried {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    written => return written,
                }
            }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn runtime() -> io::Result<Arc<Runtime>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_io()
        .enable_time()
        .build();
    runtime.map(Arc::new)
}

fn is(error: &io::Error, code: u32) -> bool {
    error.raw_os_error() == Some(code.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place that no other test uses.
    fn a_place(name: &str) -> PathBuf {
        let name = format!(r"\\.\pipe\woolgather-test-{name}-{}", std::process::id());
        PathBuf::from(name)
    }

    #[test]
    fn the_place_names_the_session_and_the_user() {
        let folders = Folders::under(Path::new("x"));
        let place = place(&Environment::default(), &folders).unwrap();
        let place = place.to_str().unwrap();
        assert!(place.starts_with(r"\\.\pipe\woolgather-"), "{place}");
        assert!(place.contains("-S-1-"), "{place}");
    }

    #[test]
    fn the_second_agent_is_told_where_the_first_one_listens() {
        let place = a_place("second");
        let missing = connect(&place).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        let agent = Agent::claim(&place).unwrap();
        let taken = Agent::claim(&place).unwrap_err();
        assert!(matches!(&taken, ClaimError::Taken(path) if *path == place));
        assert!(taken.to_string().contains("already runs"), "{taken}");
        drop(agent);
        Agent::claim(&place).unwrap();
    }

    #[test]
    fn visitors_come_one_after_the_other_and_are_heard_and_answered() {
        let place = a_place("visitors");
        let agent = Agent::claim(&place).unwrap();
        assert!(agent.accept_within(Duration::ZERO).unwrap().is_none());
        let asking = std::thread::spawn({
            let place = place.clone();
            move || {
                for word in ["one", "two"] {
                    let mut visit = connect(&place).unwrap();
                    visit.write_all(word.as_bytes()).unwrap();
                    let mut answer = [0; 3];
                    visit.read_exact(&mut answer).unwrap();
                    assert_eq!(answer, word.as_bytes());
                }
            }
        });
        for word in ["one", "two"] {
            // The claim above may have left somebody who only looked.
            let visit = loop {
                let visit = agent.accept_within(Duration::from_secs(10)).unwrap();
                let mut visit = visit.expect("somebody comes");
                let mut heard = [0; 3];
                if visit.read(&mut heard).unwrap() == 3 {
                    assert_eq!(heard, word.as_bytes());
                    break visit;
                }
            };
            (&visit).write_all(word.as_bytes()).unwrap();
            // Until the other end hangs up.
            assert_eq!((&visit).read(&mut [0]).unwrap(), 0);
        }
        asking.join().unwrap();
    }

    #[test]
    fn an_agent_that_does_not_answer_is_not_waited_for() {
        let place = a_place("silent");
        let _agent = Agent::claim(&place).unwrap();
        let mut visit = connect(&place).unwrap();
        visit
            .set_read_timeout(Some(Duration::from_millis(100)))
            .unwrap();
        let error = visit.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
