//! The settings file: where it lies, and reading it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use woolgather_agent::Settings;
use woolgather_platform::Folders;

/// The file: `WOOLGATHER_CONFIG`, or `config.toml` in the system's usual place.
pub(crate) fn file() -> anyhow::Result<PathBuf> {
    match std::env::var_os("WOOLGATHER_CONFIG").filter(|name| !name.is_empty()) {
        Some(file) => Ok(file.into()),
        None => Ok(Folders::of_this_user(None)?.config.join("config.toml")),
    }
}

/// What the file says; one that is not there says nothing.
///
/// # Errors
///
/// A sentence for each line that cannot be used.
pub(crate) fn read(file: &Path) -> anyhow::Result<Settings> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Settings::default()),
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be read", file.display()));
        }
    };
    let read = Settings::read(&text).map_err(|error| anyhow!("{}: {error}", file.display()))?;
    for warning in &read.warnings {
        tracing::warn!("{}: {warning}", file.display());
    }
    Ok(read.settings)
}
