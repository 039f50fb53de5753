//! Every refusal in one place: [`ApiError`] becomes problem+json.
//!
//! A handler returns `Result<_, ApiError>`. A [`Problem`] goes out as it is, with its kind's
//! status. Anything else is our fault: it is logged here, once, and the client is told nothing but
//! that. The kind travels on with the response, so that the outermost layer can count it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use woolgather_protocol::problem::CONTENT_TYPE;
use woolgather_protocol::{Problem, ProblemKind};

use crate::blobs::Away;
use crate::checks::CheckError;
use crate::disk;
use crate::store::StoreError;

/// Why a request got no good answer.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The client can do something about it.
    #[error(transparent)]
    Refused(#[from] Problem),
    /// The operator must do something about it.
    #[error("{0:#}")]
    Internal(anyhow::Error),
}

/// Left in a response's extensions: which kind of refusal it is.
#[derive(Debug, Clone, Copy)]
pub struct Refusal(pub ProblemKind);

impl ApiError {
    /// A refusal of this kind; `detail` is a sentence for people.
    pub fn refused(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self::Refused(Problem::new(kind, detail))
    }

    /// The disk is full or fails, or the database's server or the store of blobs does not answer.
    fn not_stored(kind: ProblemKind, error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "A request was turned away: {error}");
        let detail = "It may not be stored. Send it again in a while.";
        Self::refused(kind, detail)
    }

    /// There is no such thing.
    #[must_use]
    pub fn not_found() -> Self {
        Self::refused(
            ProblemKind::NotFound,
            "There is nothing at this address, or no longer.",
        )
    }

    /// What the client is told. Our own failures are logged here.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        match self {
            Self::Refused(problem) => problem,
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "A request failed: {error:#}");
                let detail = "This is the coordinator's fault, and it was logged. Try again later.";
                Problem::new(ProblemKind::Internal, detail)
            }
        }
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(problem) => Self::Refused(problem),
            other => match other.storage_problem() {
                Some(kind) => Self::not_stored(kind, &other),
                None => Self::Internal(other.into()),
            },
        }
    }
}

impl From<CheckError> for ApiError {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Refused(problem) => Self::Refused(problem),
            CheckError::Failed(ours) => Self::Internal(ours),
        }
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        let away = Away::caused(&error).then_some(ProblemKind::StorageAway);
        match away.or_else(|| disk::problem(&error)) {
            Some(kind) => Self::not_stored(kind, &error),
            None => Self::Internal(error.into()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        problem_response(&self.into_problem())
    }
}

/// When to try again where nothing better is known, in seconds.
const RETRY_AFTER_S: u32 = 10;

/// A problem as a response. One that passes says when to try again.
pub fn problem_response(problem: &Problem) -> Response {
    let status = status(problem.kind);
    let mut problem = problem.clone();
    if problem.kind.passes() {
        problem.retry_after_s.get_or_insert(RETRY_AFTER_S);
    }
    let mut response = (status, axum::Json(&problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED {
        let scheme = match problem.kind {
            ProblemKind::UnknownToken => HeaderValue::from_static("Bearer"),
            _ => HeaderValue::from_static("Woolgather-Signature"),
        };
        headers.insert(header::WWW_AUTHENTICATE, scheme);
    }
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response.extensions_mut().insert(Refusal(problem.kind));
    response
}

/// The kind's HTTP status.
pub fn status(kind: ProblemKind) -> StatusCode {
    StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_ours_tells_the_client_no_secret() {
        let error = ApiError::from(anyhow::anyhow!("the disk at /secret/path is full"));
        let problem = error.into_problem();
        assert_eq!(problem.kind, ProblemKind::Internal);
        assert!(!problem.detail.contains("secret"), "{problem}");
    }

    #[test]
    fn a_disk_that_fails_is_told_as_what_it_is() {
        let kind = |error: ApiError| error.into_problem().kind;
        let file = |kind: std::io::ErrorKind| ApiError::from(std::io::Error::from(kind));
        let full = file(std::io::ErrorKind::StorageFull);
        assert_eq!(kind(full), ProblemKind::StorageFull);
        let locked = file(std::io::ErrorKind::ReadOnlyFilesystem);
        assert_eq!(kind(locked), ProblemKind::StorageAway);
        let missing = file(std::io::ErrorKind::NotFound);
        assert_eq!(kind(missing), ProblemKind::Internal);
        let sqlite = |code| {
            let failure = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            let commit = StoreError::Commit(std::sync::Arc::new(failure.into()));
            kind(ApiError::from(commit))
        };
        assert_eq!(sqlite(rusqlite::ffi::SQLITE_FULL), ProblemKind::StorageFull);
        assert_eq!(
            sqlite(rusqlite::ffi::SQLITE_IOERR_FSYNC),
            ProblemKind::StorageAway
        );
        assert_eq!(
            sqlite(rusqlite::ffi::SQLITE_IOERR_WRITE),
            ProblemKind::StorageAway
        );
        assert_eq!(
            sqlite(rusqlite::ffi::SQLITE_CANTOPEN),
            ProblemKind::StorageAway
        );
        assert_eq!(
            sqlite(rusqlite::ffi::SQLITE_CONSTRAINT),
            ProblemKind::Internal
        );
    }

    #[test]
    fn every_kind_is_sent_with_its_own_status() {
        for &kind in ProblemKind::ALL {
            let response = problem_response(&Problem::new(kind, ""));
            assert_eq!(response.status().as_u16(), kind.status(), "{kind}");
        }
    }
}
