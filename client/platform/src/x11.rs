//! A connection to the X server on which nothing waits for ever.
//!
//! x11rb's own stream waits without a limit, so a server that is stopped in a debugger, or that has
//! half crashed, would hang the agent. [`BoundedStream`] turns that into an error.
//!
//! Only displays of this machine are asked: whoever sits at another one, behind `ssh -X`, does not
//! use this machine's keyboard.

use std::io::{self, IoSlice};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::Window;
use x11rb::reexports::x11rb_protocol::parse_display::{ConnectAddress, parse_display};
use x11rb::reexports::x11rb_protocol::xauth;
use x11rb::rust_connection::{DefaultStream, PollMode, RustConnection, Stream};
use x11rb::utils::RawFdContainer;

use crate::readiness::ready_before;
use crate::{Environment, Unknown};

/// How long the server may take to answer. A local one needs a millisecond.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// A connection and the root window of its screen.
pub(crate) struct X11 {
    pub(crate) connection: RustConnection<BoundedStream>,
    pub(crate) root: Window,
}

impl X11 {
    /// Connects to the display that `environment` names. The cookie is looked for where this
    /// process's own `XAUTHORITY` or `HOME` says.
    pub(crate) fn open(environment: &Environment) -> Result<Self, Unknown> {
        let display = environment
            .get("DISPLAY")
            .and_then(|name| name.to_str())
            .ok_or_else(|| Unknown("X11: DISPLAY is not set".to_owned()))?;
        Self::connect(display).map_err(|reason| Unknown::because("X11", reason))
    }

    fn connect(display: &str) -> Result<Self, String> {
        let parsed = parse_display(Some(display)).map_err(|e| e.to_string())?;
        let mut last_error = format!("{display} is not a display of this machine");
        let is_local = |address: &ConnectAddress<'_>| matches!(address, ConnectAddress::Socket(_));
        for address in parsed.connect_instruction().filter(is_local) {
            let (stream, (family, host)) = match DefaultStream::connect(&address) {
                Ok(connected) => connected,
                Err(error) => {
                    last_error = error.to_string();
                    continue;
                }
            };
            // Without a readable cookie it is tried without one, as every X client does.
            let (name, data) = xauth::get_auth(family, &host, parsed.display)
                .ok()
                .flatten()
                .unwrap_or_default();
            let screen = usize::from(parsed.screen);
            let connection = RustConnection::connect_to_stream_with_auth_info(
                BoundedStream(stream),
                screen,
                name,
                data,
            )
            .map_err(|error| error.to_string())?;
            let root = connection.setup().roots[screen].root;
            return Ok(Self { connection, root });
        }
        Err(last_error)
    }
}

/// x11rb's stream, except that waiting ends with an error after [`ANSWER_WITHIN`].
pub(crate) struct BoundedStream(DefaultStream);

impl Stream for BoundedStream {
    fn poll(&self, mode: PollMode) -> io::Result<()> {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, mode.readable());
        flags.set(PollFlags::OUT, mode.writable());
        if ready_before(&self.0, flags, Instant::now() + ANSWER_WITHIN)? {
            Ok(())
        } else {
            Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the X server does not answer",
            ))
        }
    }

    fn read(&self, buffer: &mut [u8], fds: &mut Vec<RawFdContainer>) -> io::Result<usize> {
        self.0.read(buffer, fds)
    }

    fn write(&self, buffer: &[u8], fds: &mut Vec<RawFdContainer>) -> io::Result<usize> {
        self.0.write(buffer, fds)
    }

    fn write_vectored(
        &self,
        buffers: &[IoSlice<'_>],
        fds: &mut Vec<RawFdContainer>,
    ) -> io::Result<usize> {
        self.0.write_vectored(buffers, fds)
    }
}
