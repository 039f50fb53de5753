//! One request: signed if it must be, repeated while the reason of failure is passing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{Client, Method, Response};
use url::Url;
use woolgather_protocol::signing::{self, Nonce, RequestToSign};
use woolgather_protocol::{Blake3, DeviceSecret, PublicKey};

use crate::error::ApiError;
use crate::limited;

/// Tries of a call before its error is the caller's.
pub(crate) const TRIES: u32 = 4;
/// The pause after the first try; each next one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);

/// Who signs, for whom, by which clock.
pub(crate) struct Signer<'a> {
    pub(crate) secret: &'a DeviceSecret,
    pub(crate) coordinator: &'a PublicKey,
    /// The coordinator's clock minus ours, ms.
    pub(crate) clock_ahead_ms: i64,
}

/// What to send.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    /// The coordinator's address.
    pub(crate) base: &'a Url,
    /// Path with query, starting with a slash. This is what is signed: where a proxy serves the
    /// coordinator under a path of its own, the coordinator sees its requests without it.
    pub(crate) path: &'a str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) signer: Option<Signer<'a>>,
}

impl<'a> Call<'a> {
    /// An unsigned question.
    pub(crate) fn get(base: &'a Url, path: &'a str) -> Self {
        Self {
            method: Method::GET,
            base,
            path,
            content_type: "",
            body: Vec::new(),
            signer: None,
        }
    }

    /// Sends until there is an answer or a reason that will not pass.
    pub(crate) async fn send(&self, http: &Client) -> Result<Response, ApiError> {
        for tried in 1..TRIES {
            match self.send_once(http).await {
                // Who is asked to wait for longer than we try tells the caller, who waits.
                Err(error) if error.is_passing() && error.retry_after().is_none_or(is_short) => {
                    let asked = error.retry_after().unwrap_or_default();
                    tokio::time::sleep(asked).await;
                    pause_after(tried).await;
                }
                outcome => return outcome,
            }
        }
        self.send_once(http).await
    }

    async fn send_once(&self, http: &Client) -> Result<Response, ApiError> {
        let mut request = http.request(self.method.clone(), address(self.base, self.path));
        if let Some(signer) = &self.signer {
            request = self.signed(signer, request);
        }
        if !self.body.is_empty() {
            request = request
                .header("content-type", self.content_type)
                .body(self.body.clone());
        }
        limited::accepted(request.send().await?).await
    }

    fn signed(
        &self,
        signer: &Signer<'_>,
        request: reqwest::RequestBuilder,
    ) -> reqwest::RequestBuilder {
        let to_sign = RequestToSign {
            method: self.method.as_str(),
            path: self.path,
            coordinator: signer.coordinator,
            time_ms: now_ms().saturating_add(signer.clock_ahead_ms),
            nonce: fresh_nonce(),
            body: Blake3::of(&self.body),
        };
        request
            .header(signing::HEADER_KEY, signer.secret.public().to_string())
            .header(signing::HEADER_TIME, to_sign.time_ms.to_string())
            .header(signing::HEADER_NONCE, to_sign.nonce.to_string())
            .header(signing::HEADER_BODY, to_sign.body.to_string())
            .header(
                signing::HEADER_SIGNATURE,
                to_sign.sign(signer.secret).to_string(),
            )
    }
}

/// The longest wait that the coordinator may ask for within one call.
const ASKED_MAX: Duration = Duration::from_secs(2);

fn is_short(asked: Duration) -> bool {
    asked <= ASKED_MAX
}

/// Waits before the next try.
pub(crate) async fn pause_after(tried: u32) {
    tokio::time::sleep(spread(PAUSE * 2_u32.pow(tried - 1))).await;
}

/// `time` and up to a quarter more at random, so that those who were sent away together do not come
/// back together.
#[must_use]
pub fn spread(time: Duration) -> Duration {
    let mut byte = [0];
    // Without randomness everybody waits the same, which is still a wait.
    let _ = getrandom::fill(&mut byte);
    time + time * u32::from(byte[0]) / 1024
}

/// `path`, which starts with a slash and may have a query, under the coordinator's own path.
#[must_use]
pub fn address(base: &Url, path: &str) -> Url {
    let (path, query) = path
        .split_once('?')
        .map_or((path, None), |(path, query)| (path, Some(query)));
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(query);
    url.set_fragment(None);
    url
}

/// Our clock, ms since 1970 UTC.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn fresh_nonce() -> Nonce {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    Nonce(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &str, path: &str, expected: &str) {
        assert_eq!(address(&base.parse().unwrap(), path).as_str(), expected);
    }

    #[test]
    fn addresses_keep_the_coordinators_own_path() {
        check(
            "http://a.example",
            "/api/v1/leases",
            "http://a.example/api/v1/leases",
        );
        check(
            "http://a.example/",
            "/api/v1/leases",
            "http://a.example/api/v1/leases",
        );
        check(
            "https://a.example/flock/?from=mail#top",
            "/api/v1/x?device=1",
            "https://a.example/flock/api/v1/x?device=1",
        );
    }
}
