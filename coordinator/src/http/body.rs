//! Reading request bodies: never more than allowed, never for ever.
//!
//! A client that is still sending when its connection is closed may lose the answer. So a refusal
//! that comes before the body's end first swallows what a well-meaning client may still have
//! under way ([`LimitedBody::swallow`]), up to a limit.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::StreamExt;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use woolgather_protocol::ProblemKind;

use super::error::ApiError;

/// How long a client may pause within a body.
const PAUSE_MAX: Duration = Duration::from_secs(15);
/// A body must be through after this long, and a second more for every [`BYTES_PER_SECOND_MIN`] that
/// have come.
const TIME_MIN: Duration = Duration::from_secs(30);
/// The slowest upload that is waited for: a modem's.
const BYTES_PER_SECOND_MIN: u64 = 4096;
/// How much of a refused body is read for politeness, and for how long.
const SWALLOW_BYTES_MAX: u64 = 4 * 1024 * 1024;
const SWALLOW_TIME_MAX: Duration = Duration::from_secs(5);
/// For how many clients at a time: politeness must not become work that anybody can ask for.
const SWALLOWS_MAX: usize = 16;
static SWALLOWS: Semaphore = Semaphore::const_new(SWALLOWS_MAX);

/// A body, chunk by chunk, with a limit on its length, its pauses and its time.
#[derive(Debug)]
pub struct LimitedBody {
    stream: BodyDataStream,
    bytes: u64,
    bytes_max: u64,
    /// When it must be through if nothing more comes.
    deadline: Instant,
}

impl LimitedBody {
    /// Reads at most `bytes_max` bytes of `body`.
    #[must_use]
    pub fn new(body: Body, bytes_max: u64) -> Self {
        Self {
            stream: body.into_data_stream(),
            bytes: 0,
            bytes_max,
            deadline: Instant::now() + TIME_MIN,
        }
    }

    /// Changes the limit, once it is known what the body is for.
    pub fn allow(&mut self, bytes_max: u64) {
        self.bytes_max = bytes_max;
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    ///
    /// `too-large` on the first byte too many; `malformed-request` when the client stops sending
    /// or takes too long.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        let broken = |detail: String| ApiError::refused(ProblemKind::MalformedRequest, detail);
        let patience = self.deadline.min(Instant::now() + PAUSE_MAX);
        let chunk = match tokio::time::timeout_at(patience, self.stream.next()).await {
            Err(_) => return Err(broken("The body comes too slowly.".into())),
            Ok(None) => return Ok(None),
            Ok(Some(Err(error))) => return Err(broken(format!("The body broke off: {error}."))),
            Ok(Some(Ok(chunk))) => chunk,
        };
        self.bytes += chunk.len() as u64;
        self.deadline +=
            Duration::from_secs(1).mul_f64(chunk.len() as f64 / BYTES_PER_SECOND_MIN as f64);
        if self.bytes > self.bytes_max {
            return Err(self.too_large());
        }
        Ok(Some(chunk))
    }

    /// The whole body, for short ones.
    ///
    /// # Errors
    ///
    /// As [`LimitedBody::chunk`].
    pub async fn whole(&mut self) -> Result<Bytes, ApiError> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.into())
    }

    /// The refusal of a body that is, or announces itself to be, longer than allowed.
    #[must_use]
    pub fn too_large(&self) -> ApiError {
        let detail = format!("Up to {} bytes are allowed here.", self.bytes_max);
        ApiError::refused(ProblemKind::TooLarge, detail)
    }

    /// Reads on without keeping anything, so that a refusal reaches a client that is sending.
    /// While many are being refused so, the others' connections are closed on them.
    pub async fn swallow(mut self) {
        let Ok(_turn) = SWALLOWS.try_acquire() else {
            return;
        };
        let rest = async {
            let mut bytes = 0;
            while let Some(Ok(chunk)) = self.stream.next().await {
                bytes += chunk.len() as u64;
                if bytes > SWALLOW_BYTES_MAX {
                    break;
                }
            }
        };
        // Out of patience or out of bytes: both end the politeness.
        let _ = tokio::time::timeout(SWALLOW_TIME_MAX, rest).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(body: &'static str, bytes_max: u64, expected: Result<&str, ProblemKind>) {
        let found = LimitedBody::new(Body::from(body), bytes_max).whole().await;
        let found = found.map_err(|error| error.into_problem().kind);
        assert_eq!(found, expected.map(|text| Bytes::from(text.to_owned())));
    }

    #[tokio::test]
    async fn a_body_may_be_as_long_as_the_limit_and_not_a_byte_longer() {
        check("12345", 5, Ok("12345")).await;
        check("123456", 5, Err(ProblemKind::TooLarge)).await;
        check("", 0, Ok("")).await;
    }

    #[tokio::test]
    async fn a_client_that_falls_silent_is_not_waited_for() {
        let silent = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let mut body = LimitedBody::new(Body::from_stream(silent), 5);
        body.deadline = Instant::now() + Duration::from_millis(20);
        let problem = body.whole().await.unwrap_err().into_problem();
        assert_eq!(problem.kind, ProblemKind::MalformedRequest);
    }

    #[tokio::test]
    async fn what_has_come_earns_time_for_the_rest() {
        let mut body = LimitedBody::new(Body::from(vec![0; 4096 * 3]), 1 << 20);
        let before = body.deadline;
        body.chunk().await.unwrap();
        assert_eq!(body.deadline, before + Duration::from_secs(3));
    }
}
