//! What can go wrong when talking to a coordinator, one variant per reaction.

use std::time::Duration;

use woolgather_protocol::{Problem, PublicKey, signing::OpenError};

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The coordinator refused; the problem says why. Repeating the same call does not help.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// No answer after several tries: offline, or the coordinator is down. Try again later.
    #[error("the coordinator does not answer: {0}")]
    Network(String),
    /// The address is none that a coordinator can have. Give another one.
    #[error("this is not the address of a coordinator: {0}")]
    Address(String),
    /// The answer is not what this version of the protocol says. An update may help.
    #[error("the coordinator's answer cannot be understood: {0}")]
    Answer(String),
    /// The coordinator speaks another version of the protocol.
    #[error(
        "the coordinator speaks protocol version {theirs}, this program {ours}: update the older one"
    )]
    Version {
        /// The coordinator's.
        theirs: u32,
        /// This program's.
        ours: u32,
    },
    /// Somebody else answers at the coordinator's address: do not trust it.
    #[error(
        "the coordinator's key is {found}, but {pinned} was pinned at first contact; if the operator really changed it, forget the old one first"
    )]
    ForeignKey {
        /// The key pinned at first contact.
        pinned: PublicKey,
        /// The key found now.
        found: PublicKey,
    },
    /// A signed document was not signed by the coordinator.
    #[error(transparent)]
    Unsigned(#[from] OpenError),
    /// The file is complete but not the one the manifest promises; it was thrown away.
    #[error("the downloaded file is not the one in the manifest")]
    WrongFile,
    /// The local disk failed.
    #[error("the download cannot be written: {0}")]
    Disk(#[from] std::io::Error),
    /// The call needs a device key, and the client was made without one.
    #[error("this call must be signed, and there is no device key")]
    NoKey,
}

impl ApiError {
    /// How long the coordinator asks us to wait before the next try, if it does.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Problem(problem) => problem
                .retry_after_s
                .map(|seconds| Duration::from_secs(seconds.into())),
            _ => None,
        }
    }

    /// Whether waiting may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Network(_) => true,
            Self::Problem(problem) => problem.status >= 500 || problem.status == 429,
            _ => false,
        }
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<reqwest::Error> for ApiError {
    fn from(error: reqwest::Error) -> Self {
        let words = with_causes(&error);
        if error.is_builder() {
            Self::Address(words)
        } else if error.is_redirect() {
            Self::Answer(words)
        } else {
            Self::Network(words)
        }
    }
}

/// The error and what caused it, in a line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    words
}
