//! Systems on which there is no agent yet: on Windows it would be a named pipe.

use std::path::Path;

use super::ClaimError;

/// Nobody is the agent here.
#[derive(Debug)]
pub enum Agent {}

impl Agent {
    /// Says that this is not possible here.
    ///
    /// # Errors
    ///
    /// Always [`ClaimError::NotHere`].
    pub fn claim(_folder: &Path) -> Result<Self, ClaimError> {
        Err(ClaimError::NotHere)
    }
}
