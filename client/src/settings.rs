//! The file of the settings: where it is, reading it, and putting a new one in its place.
//!
//! ```text
//! CONFIG/config.toml     what the person chose; written with every comment at the first change
//! ```
//!
//! What may stand in it is `woolgather-agent`'s business. Whoever runs on these settings reads the file
//! again when it changes.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use woolgather_agent::Settings;
use woolgather_agent::settings::file::{FILE_BYTES_MAX, Read, SettingsError};
use woolgather_platform::Folders;
use woolgather_settings::Store;

use crate::library::replace;

/// The file of the settings, whether it is there yet or not.
#[derive(Debug, Clone)]
pub(crate) struct SettingsFile {
    path: PathBuf,
}

impl SettingsFile {
    /// The file that was named, or `config.toml` in the system's usual place.
    pub(crate) fn of(given: Option<&Path>) -> anyhow::Result<Self> {
        let path = match given {
            Some(path) => path.to_owned(),
            None => Folders::of_this_user(None)?.config.join("config.toml"),
        };
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The settings, and what is to be said about keys that are not known; a missing file has the defaults.
    pub(crate) fn settings(&self) -> anyhow::Result<Read> {
        let text = self.text()?.unwrap_or_default();
        Settings::read(&text).with_context(|| self.path.display().to_string())
    }

    /// Puts what `change` makes of the file in its place. A missing file is changed from one that explains every
    /// setting.
    pub(crate) fn change(
        &self,
        change: impl FnOnce(&str) -> Result<String, SettingsError>,
    ) -> anyhow::Result<()> {
        let before = self.text()?;
        let text = before
            .clone()
            .unwrap_or_else(|| Settings::default().to_file());
        let changed = change(&text).with_context(|| self.path.display().to_string())?;
        if before.as_ref() != Some(&changed) {
            self.put(&changed)
                .with_context(|| format!("could not write {}", self.path.display()))?;
        }
        Ok(())
    }

    fn text(&self) -> anyhow::Result<Option<String>> {
        self.read_text()
            .with_context(|| format!("could not read {}", self.path.display()))
    }

    fn read_text(&self) -> io::Result<Option<String>> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        // One byte too many is enough to be refused for its length.
        let mut text = String::new();
        file.take(FILE_BYTES_MAX as u64 + 1)
            .read_to_string(&mut text)?;
        Ok(Some(text))
    }

    fn put(&self, text: &str) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        // A link to where somebody keeps all their settings stays a link.
        let place = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        replace(&place, text.as_bytes())
    }
}

impl Store for SettingsFile {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn read(&mut self) -> io::Result<Option<String>> {
        self.read_text()
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.put(text)
    }
}

#[cfg(test)]
mod tests {
    use woolgather_agent::settings::file::change;

    use super::*;

    fn file(folder: &Path) -> SettingsFile {
        SettingsFile::of(Some(&folder.join("of/mine.toml"))).unwrap()
    }

    #[test]
    fn a_missing_file_has_the_defaults_and_the_first_change_writes_every_comment() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path());
        assert_eq!(file.settings().unwrap().settings, Settings::default());
        file.change(|text| change(text, "saver.clock", "true"))
            .unwrap();
        let expected = Settings::default()
            .to_file()
            .replace("clock = false", "clock = true");
        assert_eq!(fs::read_to_string(file.path()).unwrap(), expected);
        let beside = fs::read_dir(file.path().parent().unwrap()).unwrap().count();
        assert_eq!(beside, 1, "no draft is left");
    }

    #[test]
    fn a_change_that_is_refused_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path());
        let refused = file.change(|text| change(text, "saver.clock", "late"));
        assert!(format!("{:#}", refused.unwrap_err()).ends_with("late is not true or false."));
        assert!(!file.path().exists());
    }

    #[test]
    fn a_file_too_long_is_refused_without_being_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "#".repeat(3 * FILE_BYTES_MAX)).unwrap();
        let file = SettingsFile::of(Some(&path)).unwrap();
        assert_eq!(file.read_text().unwrap().unwrap().len(), FILE_BYTES_MAX + 1);
        assert!(file.settings().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, link) = (folder.path().join("kept"), folder.path().join("link"));
        fs::write(&kept, "# mine\n").unwrap();
        std::os::unix::fs::symlink(&kept, &link).unwrap();
        let file = SettingsFile::of(Some(&link)).unwrap();
        file.change(|text| change(text, "saver.clock", "true"))
            .unwrap();
        assert!(link.is_symlink());
        let text = fs::read_to_string(&kept).unwrap();
        assert!(text.starts_with("# mine\n[saver]\n"), "{text}");
    }
}
