//! The journal: every change of the folder, in order, with what is needed to take it back.
//!
//! A record is its length (u32), its kind (u8) and its fields: numbers as u64, bytes with their length
//! before them; all of it little-endian. The program may be killed in the middle of writing one: half a
//! record at the end is none, and what it is about has not happened.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// A change of a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Bytes were written.
    Wrote {
        /// The file's length before.
        length_before: u64,
        /// Where.
        offset: u64,
        /// What was there; shorter than `after` where the file grew.
        before: Vec<u8>,
        /// What is there now.
        after: Vec<u8>,
    },
    /// The file was cut off or made longer.
    Resized {
        /// The file's length before.
        length_before: u64,
        /// And after.
        length: u64,
        /// What was cut off.
        tail: Vec<u8>,
    },
}

/// A change of a folder's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameChange {
    /// A file was made.
    Created {
        /// Its name.
        path: PathBuf,
        /// Its number.
        file: u64,
    },
    /// A file was given another name.
    Renamed {
        /// Its old name.
        from: PathBuf,
        /// Its new name.
        to: PathBuf,
        /// Its number.
        file: u64,
        /// The file that had the new name before; 0 when there was none.
        replaced: u64,
    },
    /// A name was taken away.
    Removed {
        /// The name.
        path: PathBuf,
        /// The file's number.
        file: u64,
    },
    /// A folder was made.
    MadeFolder {
        /// Its name.
        path: PathBuf,
    },
}

/// What the disk did not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// A write failed with `EIO`.
    Write,
    /// A forced write failed with `EIO`.
    Sync,
    /// There was no room at all.
    Full,
    /// There was room for a part of what should be written.
    Short,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A file's bytes are changed next.
    Changed {
        /// The file's number.
        file: u64,
        /// How.
        change: Change,
    },
    /// A folder's names were changed.
    Named {
        /// The number of the folder whose `fsync` makes it durable.
        folder: u64,
        /// How.
        change: NameChange,
    },
    /// Of this file or folder everything is durable that is recorded before this place.
    Synced {
        /// Its number.
        file: u64,
        /// A place in the journal, bytes from its beginning.
        before: u64,
    },
    /// The disk has failed.
    Failed(Failure),
}

/// The records since the desk was cleared.
#[derive(Debug, Default)]
pub struct Journal {
    /// In order, each with its place: bytes from the journal's beginning.
    pub records: Vec<(u64, Record)>,
    /// Where the next record belongs.
    pub end: u64,
}

impl Journal {
    /// Reads all whole records.
    ///
    /// # Errors
    ///
    /// `InvalidData` when a whole record is none.
    pub fn read(mut bytes: &[u8]) -> io::Result<Self> {
        let mut journal = Self::default();
        while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
            let length = u32::from_le_bytes(*length) as usize;
            let Some((record, rest)) = rest.split_at_checked(length) else {
                break;
            };
            let read = read_record(record).ok_or(io::ErrorKind::InvalidData)?;
            journal.records.push((journal.end, read));
            journal.end += (bytes.len() - rest.len()) as u64;
            bytes = rest;
        }
        Ok(journal)
    }

    /// How often the disk has failed in this way.
    #[must_use]
    pub fn failures(&self, failure: Failure) -> u64 {
        let failed = Record::Failed(failure);
        let records = self.records.iter();
        records.filter(|(_, record)| *record == failed).count() as u64
    }
}

impl Record {
    /// As it stands in the journal.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Out(vec![0; 4]);
        match self {
            Self::Changed { file, change } => match change {
                Change::Wrote {
                    length_before,
                    offset,
                    before,
                    after,
                } => {
                    out.kind(0).number(*file).number(*length_before);
                    out.number(*offset).bytes(before).bytes(after);
                }
                Change::Resized {
                    length_before,
                    length,
                    tail,
                } => {
                    out.kind(1).number(*file).number(*length_before);
                    out.number(*length).bytes(tail);
                }
            },
            Self::Named { folder, change } => match change {
                NameChange::Created { path, file } => {
                    out.kind(2).number(*folder).path(path).number(*file);
                }
                NameChange::Renamed {
                    from,
                    to,
                    file,
                    replaced,
                } => {
                    out.kind(3).number(*folder).path(from).path(to);
                    out.number(*file).number(*replaced);
                }
                NameChange::Removed { path, file } => {
                    out.kind(4).number(*folder).path(path).number(*file);
                }
                NameChange::MadeFolder { path } => {
                    out.kind(5).number(*folder).path(path);
                }
            },
            Self::Synced { file, before } => {
                out.kind(6).number(*file).number(*before);
            }
            Self::Failed(failure) => {
                out.kind(7).number(*failure as u64);
            }
        }
        let mut bytes = out.0;
        let length = u32::try_from(bytes.len() - 4).unwrap_or(u32::MAX);
        bytes[..4].copy_from_slice(&length.to_le_bytes());
        bytes
    }
}

struct Out(Vec<u8>);

impl Out {
    fn kind(&mut self, kind: u8) -> &mut Self {
        self.0.push(kind);
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn path(&mut self, path: &Path) -> &mut Self {
        self.bytes(path.as_os_str().as_bytes())
    }
}

struct In<'a>(&'a [u8]);

impl In<'_> {
    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes.to_vec())
    }

    fn path(&mut self) -> Option<PathBuf> {
        Some(OsStr::from_bytes(&self.bytes()?).to_owned().into())
    }
}

fn read_record(bytes: &[u8]) -> Option<Record> {
    let (kind, fields) = bytes.split_first()?;
    let mut fields = In(fields);
    let first = fields.number()?;
    let changed = |change| Record::Changed {
        file: first,
        change,
    };
    let named = |change| Record::Named {
        folder: first,
        change,
    };
    Some(match kind {
        0 => changed(Change::Wrote {
            length_before: fields.number()?,
            offset: fields.number()?,
            before: fields.bytes()?,
            after: fields.bytes()?,
        }),
        1 => changed(Change::Resized {
            length_before: fields.number()?,
            length: fields.number()?,
            tail: fields.bytes()?,
        }),
        2 => named(NameChange::Created {
            path: fields.path()?,
            file: fields.number()?,
        }),
        3 => named(NameChange::Renamed {
            from: fields.path()?,
            to: fields.path()?,
            file: fields.number()?,
            replaced: fields.number()?,
        }),
        4 => named(NameChange::Removed {
            path: fields.path()?,
            file: fields.number()?,
        }),
        5 => named(NameChange::MadeFolder {
            path: fields.path()?,
        }),
        6 => Record::Synced {
            file: first,
            before: fields.number()?,
        },
        7 => Record::Failed(match first {
            0 => Failure::Write,
            1 => Failure::Sync,
            2 => Failure::Full,
            3 => Failure::Short,
            _ => return None,
        }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_they_were_written_and_half_a_one_is_none() {
        let path = || PathBuf::from("/a/b");
        let named = |change| Record::Named { folder: 9, change };
        let changed = |change| Record::Changed { file: 8, change };
        let records = [
            changed(Change::Wrote {
                length_before: 1,
                offset: 2,
                before: vec![3],
                after: vec![4, 5],
            }),
            changed(Change::Resized {
                length_before: 7,
                length: 5,
                tail: vec![1, 2],
            }),
            named(NameChange::Created {
                path: path(),
                file: 1,
            }),
            named(NameChange::Renamed {
                from: path(),
                to: "/c".into(),
                file: 1,
                replaced: 2,
            }),
            named(NameChange::Removed {
                path: path(),
                file: 3,
            }),
            named(NameChange::MadeFolder { path: path() }),
            Record::Synced { file: 4, before: 5 },
            Record::Failed(Failure::Short),
        ];
        let bytes: Vec<u8> = records.iter().flat_map(Record::to_bytes).collect();
        let whole = Journal::read(&bytes).unwrap();
        assert_eq!(whole.end, bytes.len() as u64);
        assert_eq!(whole.failures(Failure::Short), 1);
        let read = |journal: Journal| -> Vec<_> {
            let records = journal.records.into_iter();
            records.map(|(_, record)| record).collect()
        };
        assert_eq!(read(whole), records);
        let broken_off = Journal::read(&bytes[..bytes.len() - 1]).unwrap();
        let last = records[records.len() - 1].to_bytes().len();
        assert_eq!(broken_off.end, (bytes.len() - last) as u64);
        assert_eq!(read(broken_off), records[..records.len() - 1]);
    }
}
