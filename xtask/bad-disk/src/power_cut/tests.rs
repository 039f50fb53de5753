//! A folder, a desk, and what somebody did before the power was cut.

use std::collections::BTreeSet;

use super::*;
use crate::Control;

/// A folder with an empty desk beside it.
struct World {
    folder: PathBuf,
    desk: Desk,
    records: Vec<Record>,
    _root: tempfile::TempDir,
}

fn number(path: &Path) -> u64 {
    fs::metadata(path).unwrap().ino()
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("data");
        fs::create_dir(&folder).unwrap();
        let desk = Desk::at(root.path().join("desk"));
        desk.clear(Control::default()).unwrap();
        Self {
            folder,
            desk,
            records: Vec::new(),
            _root: root,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file is made and written; its bytes are forced to disk, its name is not.
    fn make(&mut self, name: &str) -> u64 {
        let path = self.path(name);
        fs::write(&path, name).unwrap();
        let file = number(&path);
        fs::hard_link(&path, self.desk.file(file)).unwrap();
        let folder = number(path.parent().unwrap());
        let change = NameChange::Created { path, file };
        self.records.push(Record::Named { folder, change });
        file
    }

    fn make_folder(&mut self, name: &str) {
        let path = self.path(name);
        fs::create_dir(&path).unwrap();
        let folder = number(path.parent().unwrap());
        let change = NameChange::MadeFolder { path };
        self.records.push(Record::Named { folder, change });
    }

    fn rename(&mut self, from: &str, to: &str) {
        let (from, to) = (self.path(from), self.path(to));
        let file = number(&from);
        let replaced = fs::metadata(&to).map_or(0, |metadata| metadata.ino());
        fs::rename(&from, &to).unwrap();
        let folder = number(to.parent().unwrap());
        let change = NameChange::Renamed {
            from,
            to,
            file,
            replaced,
        };
        self.records.push(Record::Named { folder, change });
    }

    fn remove(&mut self, name: &str) {
        let path = self.path(name);
        let file = number(&path);
        fs::remove_file(&path).unwrap();
        let folder = number(path.parent().unwrap());
        let change = NameChange::Removed { path, file };
        self.records.push(Record::Named { folder, change });
    }

    fn sync(&mut self, name: &str) {
        let file = number(&self.path(name));
        let before = self
            .records
            .iter()
            .map(|record| record.to_bytes().len() as u64);
        let before = before.sum();
        self.records.push(Record::Synced { file, before });
    }

    /// What is left: the names with what is in them.
    fn cut(self, rng_seed: u64) -> String {
        let bytes: Vec<u8> = self.records.iter().flat_map(Record::to_bytes).collect();
        fs::write(self.desk.journal(), bytes).unwrap();
        cut_power(&self.desk, &self.folder, rng_seed).unwrap();
        let mut left = BTreeSet::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path
                    .strip_prefix(&self.folder)
                    .unwrap()
                    .display()
                    .to_string();
                if path.is_dir() {
                    left.insert(format!("{name}/"));
                    folders.push(path);
                } else {
                    let holds = fs::read_to_string(&path).unwrap();
                    left.insert(format!("{name}={holds}"));
                }
            }
        }
        left.into_iter().collect::<Vec<_>>().join(" ")
    }
}

/// Everything that can be left of what `done` did.
fn outcomes(done: impl Fn(&mut World)) -> Vec<String> {
    let outcomes: BTreeSet<String> = (0..24)
        .map(|rng_seed| {
            let mut world = World::new();
            done(&mut world);
            world.cut(rng_seed)
        })
        .collect();
    outcomes.into_iter().collect()
}

#[test]
fn a_name_that_nobody_forced_may_be_lost_and_one_that_was_may_not() {
    let left = outcomes(|world| {
        world.make("a");
    });
    assert_eq!(left, ["", "a=a"]);
    let left = outcomes(|world| {
        world.make("a");
        world.sync("");
        world.make("b");
    });
    assert_eq!(left, ["a=a", "a=a b=b"]);
}

#[test]
fn a_renaming_has_happened_or_not_and_what_was_replaced_comes_back() {
    let left = outcomes(|world| {
        world.make("a");
        world.make("b");
        world.sync("");
        world.rename("a", "b");
    });
    assert_eq!(left, ["a=a b=b", "b=a"]);
}

#[test]
fn what_was_removed_may_come_back() {
    let left = outcomes(|world| {
        world.make("a");
        world.sync("");
        world.remove("a");
    });
    assert_eq!(left, ["", "a=a"]);
}

#[test]
fn a_folder_that_is_lost_takes_along_what_was_forced_in_it() {
    let left = outcomes(|world| {
        world.make("temp");
        world.sync("");
        world.make_folder("ab");
        world.rename("temp", "ab/blob");
        world.sync("ab");
    });
    assert_eq!(left, ["", "ab/ ab/blob=temp"]);
}

#[test]
fn bytes_that_nobody_forced_may_be_lost_and_those_that_were_may_not() {
    let write = |world: &mut World, file, offset: usize, after: &[u8]| {
        let path = world.path("a");
        let mut bytes = fs::read(&path).unwrap();
        let length_before = bytes.len() as u64;
        let before = bytes[offset.min(bytes.len())..].to_vec();
        bytes.resize(offset + after.len(), 0);
        bytes[offset..].copy_from_slice(after);
        fs::write(&path, bytes).unwrap();
        let change = Change::Wrote {
            length_before,
            offset: offset as u64,
            before,
            after: after.to_vec(),
        };
        world.records.push(Record::Changed { file, change });
    };
    let left = outcomes(|world| {
        let file = world.make("a");
        world.sync("");
        write(world, file, 1, b"bc");
        world.sync("a");
        write(world, file, 3, b"d");
    });
    assert_eq!(left, ["a=abc", "a=abcd"]);
}
