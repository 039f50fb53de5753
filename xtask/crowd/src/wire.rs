//! A volunteer's connection: signed requests over one socket, as little work as can be, for the
//! machine is shared with the coordinator that is measured.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use woolgather_protocol::signing::{self, Nonce, RequestToSign};
use woolgather_protocol::{Blake3, DeviceSecret, Problem, ProblemKind, PublicKey};

/// A device and its connections.
pub(crate) struct Wire {
    secret: DeviceSecret,
    key: String,
    coordinator: PublicKey,
    lines: Vec<Line>,
    /// Requests sent; they go to one coordinator after the other.
    turns: usize,
    nonces: u64,
    /// What its clock shows more than ours, ms.
    pub(crate) skew_ms: i64,
    /// Where a proxy would say that it comes from.
    pub(crate) forwarded_for: Option<String>,
}

/// A connection to one coordinator, made when it is needed.
struct Line {
    address: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// A signed request, ready to be sent, more than once by those who try a replay.
pub(crate) type Signed = Request<Full<Bytes>>;

/// What came back.
pub(crate) enum Answer<T> {
    /// The coordinator did it.
    Done(T),
    /// It did not, and says why.
    Refused(Problem),
    /// It cannot just now, and says when to come back.
    Busy {
        /// Seconds.
        retry_after_s: u64,
        /// Why, where it had the time to say so.
        kind: Option<ProblemKind>,
    },
}

impl Wire {
    /// The device with this number, not connected yet.
    pub(crate) fn new(address: SocketAddr, coordinator: PublicKey, number: u64) -> Self {
        Self::alternating(&[address], coordinator, number)
    }

    /// The device with this number, which turns from one coordinator of the flock to the next.
    pub(crate) fn alternating(
        addresses: &[SocketAddr],
        coordinator: PublicKey,
        number: u64,
    ) -> Self {
        let mut seed = [0x5a; 32];
        seed[..8].copy_from_slice(&number.to_le_bytes());
        let secret = DeviceSecret::from_bytes(&seed);
        Self {
            key: secret.public().to_string(),
            secret,
            coordinator,
            lines: addresses
                .iter()
                .map(|&address| Line {
                    address,
                    sender: None,
                })
                .collect(),
            turns: usize::try_from(number).unwrap_or(0),
            nonces: u64::from(std::process::id()) << 32,
            skew_ms: 0,
            forwarded_for: None,
        }
    }

    /// Sets its clock to this time, ms since 1970 UTC.
    pub(crate) fn set_clock(&mut self, time_ms: i64) {
        self.skew_ms = time_ms - now_ms();
    }

    /// Hangs up.
    pub(crate) fn hang_up(&mut self) {
        for line in &mut self.lines {
            line.sender = None;
        }
    }
}

impl Line {
    async fn connected(&mut self) -> anyhow::Result<&mut SendRequest<Full<Bytes>>> {
        if self.sender.as_ref().is_none_or(SendRequest::is_closed) {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            let (sender, connection) = handshake(TokioIo::new(stream)).await?;
            // It ends when either side hangs up.
            tokio::spawn(connection);
            self.sender = Some(sender);
        }
        let sender = self.sender.as_mut().context("connected just now")?;
        sender.ready().await?;
        Ok(sender)
    }
}

impl Wire {
    /// Sends a signed JSON body.
    pub(crate) async fn json<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<Answer<T>> {
        let body = serde_json::to_vec(body)?;
        let digest = Blake3::of(&body);
        self.send(method, path, body.into(), digest).await
    }

    /// Sends a signed body with this digest.
    pub(crate) async fn send<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
        digest: Blake3,
    ) -> anyhow::Result<Answer<T>> {
        let request = self.sign(method, path, body, digest)?;
        self.turns += 1;
        let line = self.turns % self.lines.len();
        self.deliver(line, request).await
    }

    /// Signs a request with this body, of which this is the digest.
    pub(crate) fn sign(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
        digest: Blake3,
    ) -> anyhow::Result<Signed> {
        self.nonces += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&self.nonces.to_le_bytes());
        let to_sign = RequestToSign {
            method: method.as_str(),
            path,
            coordinator: &self.coordinator,
            time_ms: now_ms() + self.skew_ms,
            nonce: Nonce(nonce),
            body: digest,
        };
        let mut request = Request::builder();
        if let Some(address) = &self.forwarded_for {
            request = request.header("x-forwarded-for", address);
        }
        let request = request
            .uri(path)
            .header("host", "coordinator")
            .header("content-type", "application/json")
            .header(signing::HEADER_KEY, &self.key)
            .header(signing::HEADER_TIME, to_sign.time_ms.to_string())
            .header(signing::HEADER_NONCE, to_sign.nonce.to_string())
            .header(signing::HEADER_BODY, to_sign.body.to_string())
            .header(
                signing::HEADER_SIGNATURE,
                to_sign.sign(&self.secret).to_string(),
            )
            .method(method)
            .body(Full::new(body))?;
        Ok(request)
    }

    /// Sends a signed request to the coordinator with this number.
    pub(crate) async fn deliver<T: DeserializeOwned>(
        &mut self,
        line: usize,
        request: Signed,
    ) -> anyhow::Result<Answer<T>> {
        let sender = self.lines[line].connected().await?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let retry_after = response.headers().get("retry-after").cloned();
        let body = response.into_body().collect().await?.to_bytes();
        if status.is_success() {
            return Ok(Answer::Done(serde_json::from_slice(&body)?));
        }
        let problem: Option<Problem> = serde_json::from_slice(&body).ok();
        let passes = problem.as_ref().map_or_else(
            || status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS,
            |problem| problem.kind.passes(),
        );
        if passes {
            let seconds = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
            return Ok(Answer::Busy {
                retry_after_s: seconds.unwrap_or(1),
                kind: problem.map(|problem| problem.kind),
            });
        }
        match problem {
            Some(problem) => Ok(Answer::Refused(problem)),
            None => bail!("{status}: {}", String::from_utf8_lossy(&body)),
        }
    }
}

impl<T> Answer<T> {
    /// What was done.
    ///
    /// # Errors
    ///
    /// When nothing was.
    pub(crate) fn done(self) -> anyhow::Result<T> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Refused(problem) => bail!("{problem}"),
            Self::Busy { retry_after_s, .. } => bail!("busy, come back in {retry_after_s} s"),
        }
    }
}

/// Our clock, ms since 1970 UTC.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
