//! What the stories share: the saver as it is installed, the stand-in for the screensaver settings, and patience.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdout, Stdio};
use std::time::{Duration, Instant};

use woolgather_screens::Ended;
use woolgather_wine::{Session, program};

/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// Asks again and again until there is an answer.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{what}: waited in vain");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Waits for a program's end and returns its exit code.
#[track_caller]
pub(crate) fn end_of(running: &mut Ended) -> Option<i32> {
    let status = wait_for("its end", || running.0.try_wait().expect("it is our child"));
    status.code()
}

/// Installs the saver and returns its path.
#[track_caller]
pub(crate) fn installed(session: &Session) -> String {
    let (done, said) = session.run(program("woolgather.exe"), &["install-saver"]);
    assert!(done, "{said}");
    let (_, path) = session
        .registry(r"HKCU\Control Panel\Desktop", "SCRNSAVE.EXE")
        .expect("it is chosen");
    path
}

/// Starts the saver as Windows does.
pub(crate) fn start(session: &Session, saver: &str, arguments: &str) -> Ended {
    let mut command = session.command(saver);
    command.args(arguments.split_whitespace());
    session.spawn(command)
}

/// The stand-in for the screensaver settings.
pub(crate) struct Host {
    pub(crate) running: Ended,
    answers: BufReader<ChildStdout>,
    /// The handle of the window that a saver may draw in.
    pub(crate) window: String,
}

impl Host {
    pub(crate) fn start(session: &Session) -> Self {
        let mut command = session.command(program("foreign-host.exe"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = session.spawn(command);
        let answers = running.0.stdout.take().expect("it was asked for");
        let mut host = Self {
            running,
            answers: BufReader::new(answers),
            window: String::new(),
        };
        host.window = host.answer();
        host
    }

    pub(crate) fn tell(&mut self, line: &str) {
        let input = self.running.0.stdin.as_mut().expect("it was asked for");
        writeln!(input, "{line}").expect("it listens");
    }

    pub(crate) fn ask(&mut self, line: &str) -> String {
        self.tell(line);
        self.answer()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        line.trim().to_owned()
    }
}
