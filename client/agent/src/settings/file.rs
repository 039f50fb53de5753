//! Reading and writing `config.toml`.
//!
//! A missing key has its default. A key of a newer version is kept and reported, so that going back a
//! version loses nothing. A wrong value is refused with a sentence that names the line, the key and
//! what is allowed; all of them are found at once. Writing changes nothing but the values that
//! differ, so a person's comments and order stay.

use std::fmt;
use std::ops::Range;

use toml_edit::{Document, DocumentMut, Item, Table, TableLike, Value};

use super::Settings;
use super::table::{Row, row, rows};

/// The largest file that is read, in bytes; a whole one has about three thousand.
pub const FILE_BYTES_MAX: usize = 64 * 1024;

/// The most characters of a file's own text that a sentence repeats.
const QUOTED_CHARS_MAX: usize = 40;

const HEAD: &str = "\
# What Woolgather does on this machine. Change what you like and save: it is read again at once.
# A line that is missing has the value that you see here. Woolgather makes no sound.
";

/// A place in the file and one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The line, from 1; `None` when no line is to blame.
    pub line: Option<usize>,
    /// The section and the key, or the section alone; empty when the text as a whole is meant.
    pub key: String,
    /// What is to be said, with its full stop.
    pub sentence: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.key.as_str()) {
            (None, "") => write!(f, "{}", self.sentence),
            (None, key) => write!(f, "{key}: {}", self.sentence),
            (Some(line), "") => write!(f, "Line {line}: {}", self.sentence),
            (Some(line), key) => write!(f, "Line {line}, {key}: {}", self.sentence),
        }
    }
}

/// Settings that were read, and what is to be said about the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The settings.
    pub settings: Settings,
    /// Keys that this version does not know.
    pub warnings: Vec<Remark>,
}

/// The file cannot be used; its [`Display`](fmt::Display) is one line a fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct SettingsError {
    /// What is wrong, in the order of the file's table; never empty.
    pub faults: Vec<Remark>,
}

impl SettingsError {
    fn of(line: Option<usize>, key: &str, sentence: String) -> Self {
        Self {
            faults: vec![Remark {
                line,
                key: key.to_owned(),
                sentence,
            }],
        }
    }
}

impl Settings {
    /// Reads the text of a `config.toml`; an empty one gives the defaults.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] when the text is no TOML, is larger than [`FILE_BYTES_MAX`], or has values
    /// that are not allowed. Show it to the person and go on with the settings there were before.
    pub fn read(text: &str) -> Result<Read, SettingsError> {
        let document = parse(text)?;
        let mut reading = Reading {
            text,
            rows: rows(),
            settings: Self::default(),
            warnings: Vec::new(),
            faults: Vec::new(),
        };
        for (section, item) in document.as_table() {
            reading.section(section, item);
        }
        if !reading.faults.is_empty() {
            return Err(SettingsError {
                faults: reading.faults,
            });
        }
        Ok(Read {
            settings: reading.settings,
            warnings: reading.warnings,
        })
    }

    /// Changes one setting, given as a person types it: `set("saver.clock", "true")`.
    ///
    /// A word may come without its quotation marks.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] when there is no such key or the value is not allowed; nothing is changed then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), SettingsError> {
        let row = known(key)?;
        let typed = value.trim().parse().unwrap_or_else(|_| Value::from(value));
        row.take(&typed, self).ok_or_else(|| {
            let sentence = format!("{} is not {}.", quoted(value), row.allowed());
            SettingsError::of(None, key, sentence)
        })
    }

    /// The text of a whole file with these settings, in which comments explain every one.
    #[must_use]
    pub fn to_file(&self) -> String {
        let mut text = HEAD.to_owned();
        let mut section = "";
        for row in rows() {
            if row.section != section {
                section = row.section;
                text += &format!("\n[{section}]\n");
            }
            text += &format!("\n{}{} = {}\n", comment(&row), row.key, row.value(self));
        }
        text
    }

    /// `text` with these settings: values that differ are changed, everything else stays as it is.
    ///
    /// # Errors
    ///
    /// As [`Settings::read`]; a file that cannot be read is not written over either.
    pub fn write_into(&self, text: &str) -> Result<String, SettingsError> {
        let before = Self::read(text)?.settings;
        let mut document = editable(text)?;
        for row in rows() {
            let value = row.value(self);
            if value.to_string() != row.value(&before).to_string() {
                put(&mut document, &row, value);
            }
        }
        Ok(document.to_string())
    }
}

/// `text` with one setting changed, given as a person types it; see [`Settings::set`].
///
/// # Errors
///
/// As [`Settings::set`] and [`Settings::read`].
pub fn change(text: &str, key: &str, value: &str) -> Result<String, SettingsError> {
    let mut settings = Settings::read(text)?.settings;
    settings.set(key, value)?;
    settings.write_into(text)
}

/// `text` with one setting as it was before anybody changed it; its line and comment stay.
///
/// # Errors
///
/// [`SettingsError`] when there is no such key, or as [`Settings::read`].
pub fn unset(text: &str, key: &str) -> Result<String, SettingsError> {
    let mut settings = Settings::read(text)?.settings;
    known(key)?.copy(&Settings::default(), &mut settings);
    settings.write_into(text)
}

/// The row of a key that somebody typed.
///
/// # Errors
///
/// [`SettingsError`] when there is none.
pub fn known(key: &str) -> Result<Row, SettingsError> {
    row(key).ok_or_else(|| {
        let sentence = format!("There is no setting \"{}\".", quoted(key));
        SettingsError::of(None, "", sentence)
    })
}

/// A file that is being read.
struct Reading<'a> {
    text: &'a str,
    rows: Vec<Row>,
    settings: Settings,
    warnings: Vec<Remark>,
    faults: Vec<Remark>,
}

impl Reading<'_> {
    fn section(&mut self, section: &str, item: &Item) {
        if let Some(table) = item.as_table_like() {
            for (key, item) in table.iter() {
                self.value(section, key, span_of_key(table, key), item);
            }
        } else if self.rows.iter().any(|row| row.section == section) {
            let sentence = format!("must be a section, [{section}].");
            let fault = self.remark(item.span(), section, sentence);
            self.faults.push(fault);
        } else {
            self.unknown(item.span(), section);
        }
    }

    fn value(&mut self, section: &str, key: &str, span: Option<Range<usize>>, item: &Item) {
        let path = format!("{section}.{key}");
        let Some(row) = self.rows.iter().find(|row| row.path() == path) else {
            return self.unknown(span, &path);
        };
        let taken = item
            .as_value()
            .and_then(|value| row.take(value, &mut self.settings));
        if taken.is_none() {
            let value = item.span().and_then(|span| self.text.get(span));
            let value = quoted(value.unwrap_or("this"));
            let sentence = format!("{value} is not {}.", row.allowed());
            let fault = self.remark(span, &path, sentence);
            self.faults.push(fault);
        }
    }

    fn unknown(&mut self, span: Option<Range<usize>>, key: &str) {
        let warning = self.remark(span, key, UNKNOWN.to_owned());
        self.warnings.push(warning);
    }

    fn remark(&self, span: Option<Range<usize>>, key: &str, sentence: String) -> Remark {
        Remark {
            line: Some(line_of(self.text, span)),
            key: quoted(key),
            sentence,
        }
    }
}

const UNKNOWN: &str = "this version does not know it; it is kept and does nothing.";

fn parse(text: &str) -> Result<Document<&str>, SettingsError> {
    if text.len() > FILE_BYTES_MAX {
        let sentence = format!("A settings file has at most {FILE_BYTES_MAX} bytes.");
        return Err(SettingsError::of(None, "", sentence));
    }
    Document::parse(text).map_err(|error| no_toml(text, &error))
}

fn editable(text: &str) -> Result<DocumentMut, SettingsError> {
    text.parse().map_err(|error| no_toml(text, &error))
}

fn no_toml(text: &str, error: &toml_edit::TomlError) -> SettingsError {
    let message = error.message().lines().next().unwrap_or_default();
    let sentence = format!("this cannot be read ({message}).");
    SettingsError::of(Some(line_of(text, error.span())), "", sentence)
}

/// The line on which a span starts, from 1.
fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start).min(text.len());
    let newlines = text.as_bytes()[..start].iter();
    newlines.filter(|byte| **byte == b'\n').count() + 1
}

/// Where a key stands.
fn span_of_key(table: &dyn TableLike, key: &str) -> Option<Range<usize>> {
    let (key, item) = table.get_key_value(key)?;
    key.span().or_else(|| item.span())
}

/// A file's own text on one line, shortened.
fn quoted(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ").replace(char::is_control, "");
    if line.chars().count() <= QUOTED_CHARS_MAX {
        return line;
    }
    line.chars()
        .take(QUOTED_CHARS_MAX - 1)
        .chain(['…'])
        .collect()
}

/// A row's words, as comment lines that end with what is allowed.
fn comment(row: &Row) -> String {
    let mut lines: Vec<String> = row
        .words
        .lines()
        .map(|line| format!("# {line}\n"))
        .collect();
    lines.push(format!("# Allowed: {}.\n", row.allowed()));
    lines.concat()
}

/// Puts a value where the row's key is, or at the end of its section with its comment.
fn put(document: &mut DocumentMut, row: &Row, mut value: Value) {
    // What stands at the end of a file of nothing but comments is its head: it stays above.
    let is_bare = document.as_table().is_empty();
    let head = document.trailing().as_str().unwrap_or_default().to_owned();
    if is_bare {
        document.set_trailing("");
    }
    let section = document.entry(row.section).or_insert_with(|| {
        let mut table = Table::new();
        if is_bare {
            table.decor_mut().set_prefix(head);
        }
        Item::Table(table)
    });
    // Unwrap safety: `write_into` has read the text, and that refuses a section that is none.
    let section = section.as_table_like_mut().expect("a section is a table");
    if let Some(old) = section.get_mut(row.key).and_then(Item::as_value_mut) {
        *value.decor_mut() = old.decor().clone();
        *old = value;
        return;
    }
    section.insert(row.key, Item::Value(value));
    // Inside `section = { … }`, or beside `section.key = …`, there is no room for a comment.
    if let Some(table) = document[row.section].as_table_mut()
        && !table.is_dotted()
        && let Some(mut key) = table.key_mut(row.key)
    {
        key.leaf_decor_mut().set_prefix(comment(row));
    }
}
