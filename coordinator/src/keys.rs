//! The coordinator's own key and fresh randomness.
//!
//! The key is made at the first start and kept in the data folder as 64 hexadecimal characters,
//! readable by its owner only. Whoever holds it can sign manifests for every client that pinned
//! it, so it is never printed and never sent.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use woolgather_protocol::DeviceSecret;

use crate::disk;

/// Why the coordinator has no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot use the key file {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file holds something else: restore it from a backup. Making a new key would cut off
    /// every client that pinned the old one.
    #[error("the key file {path} does not hold a key; restore it from a backup")]
    Unreadable {
        /// The file.
        path: String,
    },
    /// There is no file, and the flock's clients trust a key that was made before.
    #[error(
        "there is no key file {path}; copy keys/coordinator.key from the data folder of another \
         coordinator of this flock, or from a backup, or name it with --key-file"
    )]
    Missing {
        /// The file.
        path: String,
    },
    /// The system has no randomness.
    #[error("the system gave no random bytes: {0}")]
    Randomness(#[from] getrandom::Error),
}

/// Where the coordinator's key is unless the operator names another file.
#[must_use]
pub fn usual_file(data_dir: &Path) -> PathBuf {
    data_dir.join("keys").join("coordinator.key")
}

/// The coordinator's key from `data_dir/keys/coordinator.key`; made there the first time.
///
/// # Errors
///
/// [`KeyError`]: say so and do not start.
pub fn coordinator_key(data_dir: &Path) -> Result<DeviceSecret, KeyError> {
    key_in(&usual_file(data_dir), IfMissing::Make)
}

/// What to do where there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// Make one: there is no flock yet that trusts another.
    Make,
    /// Say so.
    Fail,
}

/// The coordinator's key from the file `path`.
///
/// # Errors
///
/// [`KeyError`]: say so and do not start.
pub fn key_in(path: &Path, if_missing: IfMissing) -> Result<DeviceSecret, KeyError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed = |source| KeyError::Io {
        path: path.display().to_string(),
        source,
    };
    match fs::read_to_string(path) {
        Ok(text) => read_key(&text).ok_or_else(|| KeyError::Unreadable {
            path: path.display().to_string(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if if_missing == IfMissing::Fail {
                return Err(KeyError::Missing {
                    path: path.display().to_string(),
                });
            }
            let bytes = fresh_bytes()?;
            disk::make_folder(folder).map_err(failed)?;
            write_key(folder, path, &bytes).map_err(failed)?;
            Ok(DeviceSecret::from_bytes(&bytes))
        }
        Err(error) => Err(failed(error)),
    }
}

/// 32 random bytes from the system.
///
/// # Errors
///
/// [`KeyError::Randomness`].
pub fn fresh_bytes() -> Result<[u8; 32], KeyError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

fn read_key(text: &str) -> Option<DeviceSecret> {
    let bytes = HEXLOWER.decode(text.trim().as_bytes()).ok()?;
    Some(DeviceSecret::from_bytes(&bytes.try_into().ok()?))
}

/// Written whole or not at all: a key that was used must still be there after a power cut.
fn write_key(folder: &Path, path: &Path, bytes: &[u8; 32]) -> io::Result<()> {
    let temporary = folder.join(format!("coordinator.key.{}", std::process::id()));
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    writeln!(file, "{}", HEXLOWER.encode(bytes))?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    disk::sync_folder(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_then_kept() {
        let folder = tempfile::tempdir().unwrap();
        let first = coordinator_key(folder.path()).unwrap();
        let second = coordinator_key(folder.path()).unwrap();
        assert_eq!(first.public(), second.public());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        coordinator_key(folder.path()).unwrap();
        let path = folder.path().join("keys/coordinator.key");
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("keys")).unwrap();
        let path = folder.path().join("keys/coordinator.key");
        fs::write(&path, "abc").unwrap();
        assert!(matches!(
            coordinator_key(folder.path()),
            Err(KeyError::Unreadable { .. })
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "abc");
    }
}
