//! A power cut: the folder becomes what could have been left of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use crate::desk::is_durable_data;
use crate::{Change, Desk, Journal, NameChange, Patch, Record, survivors};

/// What a power cut met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CutReport {
    /// Changes of files that nobody had forced to disk.
    pub changes: u64,
    /// Changes of names that nobody had forced to disk.
    pub names: u64,
    /// Those of them that are lost.
    pub names_lost: u64,
}

/// Turns `folder` into what a power cut could have left, as the journal on the desk says; `rng_seed` decides
/// what. The program must have ended.
///
/// # Errors
///
/// When a file cannot be read or changed; the folder is of no use then.
pub fn cut_power(desk: &Desk, folder: &Path, rng_seed: u64) -> io::Result<CutReport> {
    let journal = Journal::read(&fs::read(desk.journal())?)?;
    let pending = Pending::of(&journal);
    let mut rng = ChaCha8Rng::seed_from_u64(rng_seed);
    let mut report = CutReport::default();
    for (file, changes) in &pending.files {
        report.changes += changes.len() as u64;
        let file = File::options().write(true).open(desk.file(*file))?;
        apply(&file, &survivors(changes, &mut rng))?;
    }
    report.names = pending.names.len() as u64;
    for (place, change) in pending.names.iter().enumerate().rev() {
        take_back(desk, place, change)?;
    }
    let mut lost = BTreeSet::new();
    for (place, change) in pending.names.iter().enumerate() {
        let paths = paths(change);
        // What comes after a lost change of the same name, or within a lost folder, cannot have happened.
        let spoilt = |path: &&Path| path.ancestors().any(|above| lost.contains(above));
        let kept = rng.next_u32().is_multiple_of(2) && !paths.iter().any(spoilt);
        if kept {
            do_again(desk, place, change)?;
        } else {
            report.names_lost += 1;
            lost.extend(paths.iter().map(|path| path.to_path_buf()));
        }
    }
    forget_shared_memory(folder)?;
    Ok(report)
}

/// What nobody has forced to disk.
#[derive(Default)]
struct Pending {
    files: BTreeMap<u64, Vec<Change>>,
    names: Vec<NameChange>,
}

impl Pending {
    fn of(journal: &Journal) -> Self {
        let mut synced: BTreeMap<u64, u64> = BTreeMap::new();
        for (_, record) in &journal.records {
            if let Record::Synced { file, before } = record {
                let known = synced.entry(*file).or_default();
                *known = (*known).max(*before);
            }
        }
        let durable = |file: &u64, place: &u64| synced.get(file).is_some_and(|to| place < to);
        let mut pending = Self::default();
        for (place, record) in &journal.records {
            match record {
                Record::Changed { file, change } if !durable(file, place) => {
                    let changes = pending.files.entry(*file).or_default();
                    changes.push(change.clone());
                }
                Record::Named { folder, change } if !durable(folder, place) => {
                    pending.names.push(change.clone());
                }
                _ => {}
            }
        }
        pending
    }
}

fn apply(file: &File, patches: &[Patch]) -> io::Result<()> {
    for patch in patches {
        match patch {
            Patch::Length(length) => file.set_len(*length)?,
            Patch::Bytes { offset, bytes } => file.write_all_at(bytes, *offset)?,
        }
    }
    Ok(())
}

/// The names that a change is about.
fn paths(change: &NameChange) -> Vec<&Path> {
    match change {
        NameChange::Created { path, .. }
        | NameChange::Removed { path, .. }
        | NameChange::MadeFolder { path } => vec![path],
        NameChange::Renamed { from, to, .. } => vec![from, to],
    }
}

fn take_back(desk: &Desk, place: usize, change: &NameChange) -> io::Result<()> {
    match change {
        NameChange::Created { path, file } => unname(path, *file),
        NameChange::Removed { path, file } => name(desk, *file, path),
        NameChange::Renamed {
            from,
            to,
            file,
            replaced,
        } => {
            unname(to, *file)?;
            name(desk, *file, from)?;
            if *replaced != 0 {
                name(desk, *replaced, to)?;
            }
            Ok(())
        }
        NameChange::MadeFolder { path } => missing_is_fine(fs::rename(path, aside(desk, place))),
    }
}

fn do_again(desk: &Desk, place: usize, change: &NameChange) -> io::Result<()> {
    match change {
        NameChange::Created { path, file } => name(desk, *file, path),
        NameChange::Removed { path, file } => unname(path, *file),
        NameChange::Renamed {
            from,
            to,
            file,
            replaced,
        } => {
            unname(from, *file)?;
            unname(to, *replaced)?;
            name(desk, *file, to)
        }
        NameChange::MadeFolder { path } => missing_is_fine(fs::rename(aside(desk, place), path)),
    }
}

fn aside(desk: &Desk, place: usize) -> PathBuf {
    desk.aside().join(place.to_string())
}

/// Gives the file this name, if the name is free and its folder is there.
fn name(desk: &Desk, file: u64, path: &Path) -> io::Result<()> {
    match fs::hard_link(desk.file(file), path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => missing_is_fine(linked),
    }
}

/// Takes the name away, if it is this file's.
fn unname(path: &Path, file: u64) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.ino() == file => fs::remove_file(path),
        _ => Ok(()),
    }
}

fn missing_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Shared memory does not outlive the machine.
fn forget_shared_memory(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !is_durable_data(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
