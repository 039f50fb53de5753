//! Connections: accepting them, bounding them, ending them.
//!
//! HTTP/1.1 on one port. [`Connections`] says how many there may be and which one goes; a request's
//! head must come in time and fit, an answer must be taken in time, and at the end requests under
//! way may finish.

use std::convert::Infallible;
use std::future::Future;
use std::io::Write as _;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::Response;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;
use woolgather_protocol::problem::CONTENT_TYPE;
use woolgather_protocol::{Problem, ProblemKind};

pub use super::connections::Limits;
use super::connections::{Connections, Place, TurnedAway};

/// The most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// The most headers of a request.
const HEADERS_MAX: usize = 64;
/// How long requests under way may take once the server is to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Pause after the system could not give us a connection (out of file descriptors, say).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `stop` completes, and then what is under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let connections = Connections::new(limits);
    let graceful = GracefulShutdown::new();
    let accepting = async {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => match connections.enter(peer.ip()) {
                    Ok(place) => {
                        let router = router.clone();
                        let held = Held {
                            place: Arc::new(place),
                            limits,
                        };
                        tokio::spawn(connection(stream, peer, router, graceful.watcher(), held));
                    }
                    Err(why) => turn_away(stream, peer, why),
                },
                Err(error) => {
                    tracing::warn!(%error, "Could not accept a connection: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop => {}
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("Some requests did not finish within {} s", GRACE.as_secs());
    }
}

/// A connection's place, and what it may do there.
struct Held {
    place: Arc<Place>,
    limits: Limits,
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
    held: Held,
) {
    // A socket that says nothing costs next to nothing: the rest is made when something comes. (A new
    // socket calls itself readable until somebody has looked, so this looks.)
    let mut first = [0];
    tokio::select! {
        _ = stream.peek(&mut first) => {}
        () = held.place.told_to_go() => return,
        () = tokio::time::sleep(held.limits.idle_max) => return,
    }
    Box::pin(talk(stream, peer, router, watcher, held)).await;
}

async fn talk(stream: TcpStream, peer: SocketAddr, router: Router, watcher: Watcher, held: Held) {
    let Held { place, limits } = held;
    // Answers are small and wanted at once; where that cannot be set they come a little later.
    let _ = stream.set_nodelay(true);
    let serving = Arc::clone(&place);
    let service = service_fn(move |request| {
        let under_way = UnderWay::begin(&serving);
        answer(router.clone(), peer, request, under_way)
    });
    // A client that asks for a clip and never reads would hold its place for as long as it likes.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.stall_max));
    let stream = TokioIo::new(Box::pin(stream));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle_max)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(stream, service);
    tokio::select! {
        ended = watcher.watch(connection) => if let Err(error) = ended {
            // A client that hangs up is its own affair.
            tracing::trace!(%error, "A connection ended badly: {error}");
        },
        () = place.told_to_go() => {}
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    mut request: Request<Incoming>,
    under_way: UnderWay,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| {
        Body::new(BodyUnderWay {
            body,
            _under_way: under_way,
        })
    }))
}

/// A request that is being answered; its connection is busy until this is dropped.
struct UnderWay(Arc<Place>);

impl UnderWay {
    fn begin(place: &Arc<Place>) -> Self {
        // One that was told to go a moment ago is answered if it is quicker than its end.
        place.busy();
        Self(Arc::clone(place))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.idle();
    }
}

/// An answer's body, which keeps its connection busy.
struct BodyUnderWay {
    body: Body,
    /// Dropped with the body.
    _under_way: UnderWay,
}

impl HttpBody for BodyUnderWay {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// When somebody who found no place may try again, in seconds; up to as much again is added, so that
/// not all come back together.
const TURNED_AWAY_S: u32 = 10;

/// Says that there is no place, and hangs up. Nothing waits for it: the answer fits into the buffer of
/// a new socket, and a client that does not take it is its own affair.
fn turn_away(stream: TcpStream, peer: SocketAddr, why: TurnedAway) {
    let (kind, detail) = match why {
        TurnedAway::Full => (
            ProblemKind::Busy,
            "Every connection is taken by a request under way.",
        ),
        TurnedAway::Network => (
            ProblemKind::TooMany,
            "Your network holds as many connections as it may.",
        ),
    };
    let seconds = TURNED_AWAY_S + u32::from(peer.port()) % (TURNED_AWAY_S + 1);
    let problem = Problem::new(kind, detail).retry_after(seconds);
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let answer = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\nretry-after: {seconds}\r\n\
         content-type: {CONTENT_TYPE}\r\ncontent-length: {length}\r\n\r\n{body}",
        status = super::error::status(kind),
        length = body.len(),
    );
    let said = stream
        .into_std()
        .and_then(|mut stream| stream.write(answer.as_bytes()));
    if let Err(error) = said {
        tracing::trace!(%error, "Could not turn a connection away: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most bytes that a connection may cost before anything comes.
    const SILENT_BYTES_MAX: usize = 1024;

    #[tokio::test]
    async fn a_silent_connection_is_small() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (stream, peer) = (stream.unwrap(), listener.local_addr().unwrap());
        let place = Connections::new(Limits::default()).enter(peer.ip());
        let held = Held {
            place: Arc::new(place.unwrap()),
            limits: Limits::default(),
        };
        let graceful = GracefulShutdown::new();
        let waiting = connection(stream, peer, Router::new(), graceful.watcher(), held);
        let bytes = size_of_val(&waiting);
        assert!(bytes <= SILENT_BYTES_MAX, "{bytes}");
    }
}
