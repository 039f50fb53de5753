//! One request: signed if it must be, repeated while the reason of failure is passing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{Client, Method, Response};
use url::Url;
use woolgather_protocol::signing::{self, Nonce, RequestToSign};
use woolgather_protocol::{Blake3, DeviceSecret, PublicKey};

use crate::error::ApiError;
use crate::limited;

/// Tries of a call before its error is the caller's.
const TRIES: u32 = 4;
/// The first pause between tries; each next one is twice as long.
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
    pub(crate) url: Url,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) signer: Option<Signer<'a>>,
}

impl Call<'_> {
    /// Sends until there is an answer or a reason that will not pass.
    pub(crate) async fn send(&self, http: &Client) -> Result<Response, ApiError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match self.send_once(http).await {
                Err(error) if error.is_passing() => tokio::time::sleep(pause).await,
                outcome => return outcome,
            }
            pause *= 2;
        }
        self.send_once(http).await
    }

    async fn send_once(&self, http: &Client) -> Result<Response, ApiError> {
        let mut request = http.request(self.method.clone(), self.url.clone());
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
        let path = match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        };
        let to_sign = RequestToSign {
            method: self.method.as_str(),
            path: &path,
            coordinator: signer.coordinator,
            time_ms: now_ms() + signer.clock_ahead_ms,
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
