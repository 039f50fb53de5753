//! Where results go: the file that was named, or files of their own in a folder.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf, is_separator};

use anyhow::{Context as _, bail};

use crate::cli::with_ending;

/// Whether `out` is a folder, or is written as one.
pub(crate) fn is_folder(out: &Path) -> bool {
    out.as_os_str().to_string_lossy().ends_with(is_separator) || out.is_dir()
}

/// Gives every name its file: `out` itself for a single one, else one of its own in the folder `out`.
/// Nothing is made yet.
///
/// # Errors
///
/// Where two would have the same file.
pub(crate) fn place(names: &[&str], out: &Path, ending: &str) -> anyhow::Result<Vec<PathBuf>> {
    if names.len() == 1 && !is_folder(out) {
        return Ok(vec![out.to_owned()]);
    }
    if out.is_file() {
        bail!("{} is a file; several results need a folder", out.display());
    }
    let mut taken = HashSet::new();
    let mut places = Vec::new();
    for name in names {
        let place = with_ending(&out.join(name), ending);
        if !taken.insert(place.clone()) {
            bail!("two files would be called {}", place.display());
        }
        places.push(place);
    }
    Ok(places)
}

/// A file that appears whole or not at all: written beside its place, then moved there.
///
/// Made before the work begins, so that a folder that cannot be written to shows at once. Dropped
/// without [`Draft::publish`], it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Draft {
    place: PathBuf,
    draft: PathBuf,
}

impl Draft {
    /// Begins a file at `place`; the folders on the way are made.
    ///
    /// # Errors
    ///
    /// One sentence with the file's name.
    pub(crate) fn new(place: &Path) -> anyhow::Result<Self> {
        let draft = with_ending(place, "part");
        let folder = place.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&draft, b""))
            .with_context(|| unwritten(place))?;
        Ok(Self {
            place: place.to_owned(),
            draft,
        })
    }

    /// Fills the file and puts it in its place.
    ///
    /// # Errors
    ///
    /// One sentence with the file's name.
    pub(crate) fn publish(self, bytes: &[u8]) -> anyhow::Result<()> {
        fs::write(&self.draft, bytes)
            .and_then(|()| fs::rename(&self.draft, &self.place))
            .with_context(|| unwritten(&self.place))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After `publish` there is none; and an empty file left behind harms nobody.
        fs::remove_file(&self.draft).ok();
    }
}

fn unwritten(place: &Path) -> String {
    format!("could not write {}", place.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_result_is_the_file_and_several_are_files_in_a_folder() {
        let check = |names: &[&str], out: &str, expected: &[&str]| {
            let places = place(names, Path::new(out), "png").unwrap();
            assert_eq!(
                places,
                expected.iter().map(PathBuf::from).collect::<Vec<_>>()
            );
        };
        check(&["a"], "x.png", &["x.png"]);
        check(&["a"], "x/", &["x/a.png"]);
        check(&["a", "b.c"], "x", &["x/a.png", "x/b.c.png"]);
        let error = place(&["a", "a"], Path::new("x"), "png").unwrap_err();
        assert_eq!(error.to_string(), "two files would be called x/a.png");
    }

    #[test]
    fn a_draft_that_is_given_up_leaves_nothing_and_a_published_one_only_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let files = || fs::read_dir(folder.path()).unwrap().count();
        drop(Draft::new(&folder.path().join("a.png")).unwrap());
        assert_eq!(files(), 0);
        let place = folder.path().join("b.png");
        Draft::new(&place).unwrap().publish(b"picture").unwrap();
        assert_eq!(
            (files(), fs::read(place).unwrap()),
            (1, b"picture".to_vec())
        );
    }
}
