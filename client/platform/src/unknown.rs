//! What the system would not say, and why.
//!
//! Most of what an agent asks about its surroundings is optional: no bus, no battery, no sensor.
//! Such an answer is `Result<_, Unknown>`; the caller goes on without it, and a
//! program that explains itself can show the sentence.

use std::fmt::Display;

/// Something could not be found out. The text is a sentence's worth of reason for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unknown(pub String);

impl Unknown {
    /// `what` could not be found out because of `why`.
    pub(crate) fn because(what: &str, why: impl Display) -> Self {
        Self(format!("{what}: {why}"))
    }
}
