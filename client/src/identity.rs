//! Who this device is, and which coordinators it has met.
//!
//! ```text
//! DATA/device.key             32 bytes, readable by their owner only, made on first run
//! DATA/coordinators/*.json    address and key of every coordinator, pinned at first contact
//! ```
//!
//! Two programs may start in a new folder at the same moment, so everything is written whole and
//! put in place only where nothing is: the first one wins, the other reads what it wrote.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;
use woolgather_platform::Folders;
use woolgather_protocol::{DeviceSecret, PublicKey};

/// The device's key and its acquaintances.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    folder: PathBuf,
    secret: DeviceSecret,
}

/// A coordinator this device has met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Acquaintance {
    /// Its address as it was given.
    pub(crate) url: Url,
    /// Its key at first contact.
    pub(crate) key: PublicKey,
}

/// The data folder: the one given, or the system's usual place.
pub(crate) fn data_folder(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    Ok(match given {
        Some(folder) => folder.to_owned(),
        None => Folders::of_this_user(None)?.data,
    })
}

impl Identity {
    /// Reads the device's key, or makes one.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("could not make the folder {}", folder.display()))?;
        let path = folder.join("device.key");
        if !path.exists() {
            let mut fresh = [0; 32];
            getrandom::fill(&mut fresh).context("the operating system gives no random bytes")?;
            place(&path, &fresh)?;
        }
        let bytes =
            fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        let Ok(bytes) = <[u8; 32]>::try_from(bytes) else {
            bail!(
                "{} is not a device key; move it away to get a new one",
                path.display()
            );
        };
        Ok(Self {
            folder: folder.to_owned(),
            secret: DeviceSecret::from_bytes(&bytes),
        })
    }

    /// The device's key.
    pub(crate) fn secret(&self) -> &DeviceSecret {
        &self.secret
    }

    /// The coordinator's key from first contact.
    pub(crate) fn pinned(&self, url: &Url) -> anyhow::Result<Option<PublicKey>> {
        let path = self.acquaintance(url);
        match fs::read(&path) {
            Ok(bytes) => {
                let known: Acquaintance = serde_json::from_slice(&bytes)
                    .with_context(|| format!("{} cannot be read", path.display()))?;
                Ok(Some(known.key))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// Remembers a coordinator's key; the first one stays.
    pub(crate) fn pin(&self, url: &Url, key: PublicKey) -> anyhow::Result<()> {
        fs::create_dir_all(self.folder.join("coordinators"))?;
        let known = Acquaintance {
            url: url.clone(),
            key,
        };
        place(&self.acquaintance(url), &serde_json::to_vec_pretty(&known)?)
    }

    /// Every coordinator this device has met.
    pub(crate) fn acquaintances(&self) -> Vec<Acquaintance> {
        let files = fs::read_dir(self.folder.join("coordinators"))
            .into_iter()
            .flatten()
            .flatten();
        files
            .filter_map(|file| serde_json::from_slice(&fs::read(file.path()).ok()?).ok())
            .collect()
    }

    fn acquaintance(&self, url: &Url) -> PathBuf {
        let digest = Sha256::digest(url.as_str().as_bytes());
        let name = data_encoding::HEXLOWER.encode(&digest[..8]);
        self.folder
            .join("coordinators")
            .join(format!("{name}.json"))
    }
}

/// Writes `bytes` to `path`, whole and readable by the owner only, unless something is there.
fn place(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut unique = [0; 8];
    getrandom::fill(&mut unique).context("the operating system gives no random bytes")?;
    let draft = path.with_extension(format!("{}.new", data_encoding::HEXLOWER.encode(&unique)));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(&draft)
        .with_context(|| format!("could not write {}", draft.display()))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let placed = match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome.with_context(|| format!("could not write {}", path.display())),
    };
    fs::remove_file(&draft)?;
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Url {
        "http://flock.example/".parse().unwrap()
    }

    #[test]
    fn a_device_stays_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let first = Identity::open(folder.path()).unwrap();
        let again = Identity::open(folder.path()).unwrap();
        assert_eq!(first.secret().public(), again.secret().public());
    }

    #[test]
    fn programs_that_start_together_are_one_device() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Identity::open(folder.path()).unwrap().secret().public();
        let keys: Vec<PublicKey> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn the_first_key_of_a_coordinator_stays() {
        let folder = tempfile::tempdir().unwrap();
        let identity = Identity::open(folder.path()).unwrap();
        assert_eq!(identity.pinned(&url()).unwrap(), None);
        identity.pin(&url(), PublicKey([1; 32])).unwrap();
        identity.pin(&url(), PublicKey([2; 32])).unwrap();
        assert_eq!(identity.pinned(&url()).unwrap(), Some(PublicKey([1; 32])));
        assert_eq!(identity.acquaintances().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        Identity::open(folder.path()).unwrap();
        let mode = fs::metadata(folder.path().join("device.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_not_replaced_in_silence() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("device.key"), b"short").unwrap();
        let error = Identity::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("is not a device key"), "{error}");
    }
}
