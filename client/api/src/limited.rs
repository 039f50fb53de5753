//! Reading answers with a limit, and refusals as problems.

use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use woolgather_protocol::{Problem, limits};

use crate::error::ApiError;

/// The largest JSON answer but the manifest: leases carry genomes.
pub(crate) const JSON_ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The answer if it is a success, else the problem in it.
pub(crate) async fn accepted(response: Response) -> Result<Response, ApiError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = bytes(response, limits::JSON_BYTES_MAX)
        .await
        .unwrap_or_default();
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => Err(problem.into()),
        Err(_) if is_passing(status) => Err(ApiError::Network(format!("status {status}"))),
        Err(_) => Err(ApiError::Answer(format!("status {status}"))),
    }
}

/// Whether a status that a proxy may have sent, without a problem, is worth another try.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error()
        || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status)
}

/// The whole answer, up to `bytes_max` bytes.
pub(crate) async fn bytes(mut response: Response, bytes_max: u64) -> Result<Vec<u8>, ApiError> {
    let too_long = || ApiError::Answer(format!("it is longer than {bytes_max} bytes"));
    if response
        .content_length()
        .is_some_and(|length| length > bytes_max)
    {
        return Err(too_long());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if (body.len() + chunk.len()) as u64 > bytes_max {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The answer as JSON.
pub(crate) async fn json<T: DeserializeOwned>(
    response: Response,
    bytes_max: u64,
) -> Result<T, ApiError> {
    let body = bytes(response, bytes_max).await?;
    serde_json::from_slice(&body).map_err(|error| ApiError::Answer(error.to_string()))
}
