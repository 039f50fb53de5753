//! What is done already: pieces of an animation in a folder, and what they are pieces of.
//!
//! The folder holds `animation.json`, which says what decides the pixels. Pieces appear whole or not at
//! all, so one that is there is done. Another animation's folder is refused, not mixed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::commands::output::Draft;

/// Says what the folder's pieces belong to.
const LABEL: &str = "animation.json";
/// Bytes of a label that could be ours.
const LABEL_BYTES_MAX: u64 = 1 << 20;

/// A folder of pieces.
#[derive(Debug)]
pub(super) struct Pieces {
    folder: PathBuf,
    ending: &'static str,
}

impl Pieces {
    /// Opens the folder for the pieces of one animation, made where it is missing.
    ///
    /// # Errors
    ///
    /// Where it holds pieces of another animation, or cannot be written to.
    pub(super) fn open(folder: &Path, ending: &'static str, label: &Value) -> anyhow::Result<Self> {
        let place = folder.join(LABEL);
        let pieces = Self {
            folder: folder.to_owned(),
            ending,
        };
        let name = folder.display();
        match fs::metadata(&place) {
            Ok(found) if found.len() <= LABEL_BYTES_MAX => {
                let text = fs::read(&place).with_context(|| format!("could not read {name}"))?;
                if serde_json::from_slice::<Value>(&text).ok().as_ref() != Some(label) {
                    bail!(
                        "{name} holds another animation, or this one with other settings; \
                         remove it or name another folder"
                    );
                }
            }
            Ok(_) => bail!("{name} holds an {LABEL} that is not ours"),
            Err(_) if pieces.place(0).exists() => {
                bail!("{name} holds files that could be mistaken for frames; name another folder");
            }
            Err(_) => Draft::new(&place)?.publish(format!("{label:#}\n").as_bytes())?,
        }
        Ok(pieces)
    }

    /// The file of piece `index`.
    pub(super) fn place(&self, index: u32) -> PathBuf {
        self.folder.join(format!("{index:05}.{}", self.ending))
    }

    /// Whether a piece is done.
    pub(super) fn has(&self, index: u32) -> bool {
        self.place(index).is_file()
    }

    /// Removes the folder's pieces and its label, and the folder if nothing else is in it.
    ///
    /// # Errors
    ///
    /// Where a file cannot be removed.
    pub(super) fn remove(self, count: u32) -> anyhow::Result<()> {
        let files = (0..count).map(|index| self.place(index));
        for file in files.chain([self.folder.join(LABEL)]) {
            fs::remove_file(&file)
                .with_context(|| format!("could not remove {}", file.display()))?;
        }
        // Somebody else's files stay.
        fs::remove_dir(&self.folder).ok();
        Ok(())
    }
}
