//! The genomes' files below a folder, in the order of their names. Links are not followed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use woolgather_genome::limits::GENOME_BYTES_MAX;

/// Folders within folders that are looked into.
const DEPTH_MAX: usize = 16;
/// Files that are looked at.
const FILES_MAX: usize = 100_000;
/// Endings of genomes' files.
const ENDINGS: [&str; 3] = ["flame", "flam3", "xml"];

/// The genomes' files below `folder`.
///
/// # Errors
///
/// When a folder cannot be read, or there are too many files or folders within folders.
pub fn below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    look(folder, 0, &mut found)?;
    found.sort();
    Ok(found)
}

fn look(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    ensure!(
        depth <= DEPTH_MAX,
        "{} lies in more than {DEPTH_MAX} folders; name one further in",
        folder.display()
    );
    let reading = || format!("cannot read the folder {}", folder.display());
    for entry in fs::read_dir(folder).with_context(reading)? {
        let entry = entry.with_context(reading)?;
        let kind = entry.file_type().with_context(reading)?;
        let path = entry.path();
        if kind.is_dir() {
            look(&path, depth + 1, found)?;
        } else if kind.is_file() && is_genome(&path) {
            ensure!(
                found.len() < FILES_MAX,
                "there are more than {FILES_MAX} files; name a folder with fewer"
            );
            found.push(path);
        }
    }
    Ok(())
}

fn is_genome(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    ENDINGS
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

/// What a file holds, or why it cannot be read.
///
/// # Errors
///
/// A sentence's end for the report.
pub fn text(file: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("it cannot be read: {error}");
    let bytes = fs::metadata(file).map_err(cannot)?.len();
    if bytes > GENOME_BYTES_MAX as u64 {
        return Err(format!(
            "it has {bytes} bytes; up to {GENOME_BYTES_MAX} are allowed"
        ));
    }
    let bytes = fs::read(file).map_err(cannot)?;
    String::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genomes_are_found_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        make("b.flame", b"b");
        make("a/c.FLAM3", b"c");
        make("a/picture.png", b"no");
        make("z.xml", &[0xff]);
        make("big.flame", &vec![b' '; GENOME_BYTES_MAX + 1]);
        let found = below(folder.path()).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["a/c.FLAM3", "b.flame", "big.flame", "z.xml"]);
        assert_eq!(text(&found[0]), Ok("c".into()));
        assert!(text(&found[2]).unwrap_err().contains("524289 bytes"));
        assert!(text(&found[3]).unwrap_err().contains("UTF-8"));
        assert!(below(&folder.path().join("none")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("loop")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("x.flame")).unwrap();
        assert!(below(folder.path()).unwrap().is_empty());
    }
}
