//! Where the settings' file is, as the window sees it.

use std::io;

/// A file of settings.
pub trait Store {
    /// What it is called, for a sentence.
    fn name(&self) -> String;

    /// Its text; `None` where there is no file yet.
    ///
    /// # Errors
    ///
    /// Where it is there and cannot be read; it is tried again later.
    fn read(&mut self) -> io::Result<Option<String>>;

    /// Puts a whole new text in its place.
    ///
    /// # Errors
    ///
    /// Where that fails; the old one is still there, and it is tried again later.
    fn write(&mut self, text: &str) -> io::Result<()>;
}
