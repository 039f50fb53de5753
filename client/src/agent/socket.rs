//! The agent's socket, or on Windows its pipe: requests of other programs come in here, a thread for each of them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};
use woolgather_agent::talk::{Answer, LINE_BYTES_MAX, NoMessage, Request};
use woolgather_platform::single::{self, Agent as Claim, Stream};
use woolgather_platform::{Environment, Folders};

/// Programs that may be connected at once.
const CONNECTIONS_MAX: usize = 64;
/// The longest that an answer is waited for, at either end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A request and where its answer goes.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) request: Request,
    pub(crate) answer: Sender<Answer>,
}

/// The place of the session's agent.
pub(crate) fn place() -> anyhow::Result<PathBuf> {
    let environment = Environment::of_this_process();
    let folders = Folders::from_environment(&environment)?;
    Ok(single::place(&environment, &folders)?)
}

/// Takes connections for as long as the process lives.
pub(crate) fn listen(claim: &Claim, asked: impl Fn(Asked) + Clone + Send + 'static) {
    let connections = Arc::new(AtomicUsize::new(0));
    loop {
        let stream = match claim.accept_within(Duration::from_secs(60)) {
            Ok(Some(stream)) => stream,
            Ok(None) => continue,
            Err(error) => {
                tracing::warn!("A program could not connect: {error}");
                thread::sleep(Duration::from_secs(1));
                continue;
            }
        };
        if connections.fetch_add(1, Ordering::Relaxed) >= CONNECTIONS_MAX {
            connections.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let (asked, left) = (asked.clone(), Arc::clone(&connections));
        let thread = thread::Builder::new().name("visitor".into());
        let started = thread.spawn(move || {
            // A program that is cut off has nothing more to say.
            serve(&stream, &asked).ok();
            left.fetch_sub(1, Ordering::Relaxed);
        });
        if started.is_err() {
            connections.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Answers one program until it hangs up. A saver that hangs up without a goodbye has gone.
fn serve(stream: &Stream, asked: &impl Fn(Asked)) -> std::io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let mut savers = Vec::new();
    let outcome = loop {
        let mut line = Vec::new();
        let limit = LINE_BYTES_MAX as u64 + 1;
        match reader.by_ref().take(limit).read_until(b'\n', &mut line) {
            Ok(0) => break Ok(()),
            Ok(_) => {}
            Err(error) => break Err(error),
        }
        let request = Request::read(&line);
        if let Ok(Request::SaverHello(hello)) = &request
            && !savers.contains(&hello.pid)
        {
            savers.push(hello.pid);
        }
        let (answer, last) = match request {
            Ok(request) => (ask(asked, request), false),
            Err(NoMessage::TooLong) => (NoMessage::TooLong.into(), true),
            Err(no) => (no.into(), false),
        };
        let mut to = stream;
        if let Err(error) = to.write_all(answer.to_line().as_bytes()) {
            break Err(error);
        }
        if last {
            break Ok(());
        }
    };
    for pid in savers {
        ask(asked, Request::SaverBye { pid });
    }
    outcome
}

fn ask(asked: &impl Fn(Asked), request: Request) -> Answer {
    let (answer, answered) = channel();
    asked(Asked { request, answer });
    answered
        .recv_timeout(PATIENCE)
        .unwrap_or_else(|_| Answer::Refused {
            sentence: "The agent does not answer.".to_owned(),
        })
}

/// A connection to the session's agent.
pub(crate) struct Visit {
    reader: BufReader<Stream>,
}

impl Visit {
    /// Reaches the agent; `None` where none runs.
    pub(crate) fn begin() -> anyhow::Result<Option<Self>> {
        let stream = match single::connect(&place()?) {
            Ok(stream) => stream,
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                return Err(error.into());
            }
            Err(_) => return Ok(None),
        };
        stream.set_read_timeout(Some(PATIENCE + Duration::from_secs(1)))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let reader = BufReader::new(stream);
        Ok(Some(Self { reader }))
    }

    /// Asks, and waits for the answer.
    pub(crate) fn ask(&mut self, request: &Request) -> anyhow::Result<Answer> {
        self.reader
            .get_mut()
            .write_all(request.to_line().as_bytes())
            .context("the agent hung up")?;
        let mut line = Vec::new();
        let limit = LINE_BYTES_MAX as u64 + 1;
        self.reader
            .by_ref()
            .take(limit)
            .read_until(b'\n', &mut line)
            .context("the agent does not answer")?;
        if line.is_empty() {
            bail!("the agent hung up");
        }
        Ok(Answer::read(&line)?)
    }
}
