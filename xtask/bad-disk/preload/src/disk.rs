//! The disk: does what a program asks, or fails to, and keeps a journal of what is not durable yet.
//!
//! One lock for all of it, so that the journal's order is the order of things. It is not held while the real
//! disk is forced.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, CString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use libc::{c_int, mode_t};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use woolgather_bad_disk::{
    Change, Control, DESK_VARIABLE, Desk, FOLDER_VARIABLE, Failure, NameChange, Patch, Record,
    survivors,
};

use crate::system::{self, Errno, Facts, Kind};

/// The disk of this process.
pub(crate) struct Disk {
    folder: PathBuf,
    desk: Desk,
    device: u64,
    control: c_int,
    journal: c_int,
    rng: ChaCha8Rng,
    /// Numbers of files and folders that were opened; while the desk has a name for a file, no other gets its number.
    known: BTreeSet<u64>,
    /// Changes that nobody forced to disk since this process began, each with its record's place.
    pending: BTreeMap<u64, Vec<(u64, Change)>>,
    /// Where in the journal the next record comes to lie.
    end: u64,
    spell: u64,
    grown_bytes: u64,
}

/// The disk, if this process has one.
pub(crate) fn disk() -> Option<MutexGuard<'static, Disk>> {
    static DISK: OnceLock<Option<Mutex<Disk>>> = OnceLock::new();
    let disk = DISK.get_or_init(|| Disk::of_environment().map(Mutex::new));
    let locked = disk.as_ref()?.lock();
    Some(locked.unwrap_or_else(PoisonError::into_inner))
}

fn c_path(path: &Path) -> CString {
    // Paths come from C, where none has a zero in it.
    CString::new(path.as_os_str().as_bytes()).unwrap_or_default()
}

fn rust_path(path: &CStr) -> PathBuf {
    std::ffi::OsString::from_vec(path.to_bytes().to_vec()).into()
}

impl Disk {
    fn of_environment() -> Option<Self> {
        let folder = PathBuf::from(std::env::var_os(FOLDER_VARIABLE)?);
        let desk = Desk::at(std::env::var_os(DESK_VARIABLE)?);
        let opened = |path: &Path, flags| {
            system::open(libc::AT_FDCWD, &c_path(path), flags | libc::O_CLOEXEC, 0).ok()
        };
        let mut disk = Self {
            device: system::facts_at(&c_path(desk.root())).ok()?.device,
            control: opened(&desk.control_file(), libc::O_RDONLY)?,
            journal: opened(&desk.journal(), libc::O_WRONLY | libc::O_APPEND)?,
            rng: ChaCha8Rng::seed_from_u64(0),
            folder,
            desk,
            known: BTreeSet::new(),
            pending: BTreeMap::new(),
            end: 0,
            spell: 0,
            grown_bytes: 0,
        };
        disk.end = system::facts_of(disk.journal).ok()?.length;
        disk.rng = ChaCha8Rng::seed_from_u64(disk.control().spell);
        Some(disk)
    }

    /// Whether the disk is this path's.
    pub(crate) fn has(&self, path: &CStr) -> bool {
        Desk::plays_for(&self.folder, path.to_bytes())
    }

    /// Whether the disk is this descriptor's.
    pub(crate) fn holds(&self, facts: &Facts) -> bool {
        facts.device == self.device && self.known.contains(&facts.number)
    }

    fn control(&mut self) -> Control {
        let mut bytes = [0; Control::BYTES];
        if system::read_at(self.control, &mut bytes, 0) < bytes.len() {
            return Control::default();
        }
        let control = Control::from_bytes(bytes);
        if control.spell != self.spell {
            self.spell = control.spell;
            self.grown_bytes = 0;
        }
        control
    }

    fn record(&mut self, record: &Record) {
        let bytes = record.to_bytes();
        system::append_all(self.journal, &bytes);
        self.end += bytes.len() as u64;
    }

    fn fail(&mut self, failure: Failure) -> Errno {
        self.record(&Record::Failed(failure));
        match failure {
            Failure::Write | Failure::Sync => libc::EIO,
            Failure::Full | Failure::Short => libc::ENOSPC,
        }
    }

    /// Of a thousand draws `share` say yes.
    fn drawn(&mut self, share: u64) -> bool {
        share > 0 && u64::from(self.rng.next_u32() % 1_000) < share
    }

    /// Whether a name can be added now.
    fn may_name(&mut self) -> Result<(), Errno> {
        let control = self.control();
        if self.drawn(control.failing_writes) {
            return Err(self.fail(Failure::Write));
        }
        if self.grown_bytes >= control.room_bytes {
            return Err(self.fail(Failure::Full));
        }
        Ok(())
    }

    /// Gives the file a name on the desk, so that it can come back, and its number stays its own.
    fn know(&mut self, there: &CStr, facts: &Facts) {
        if facts.kind == Kind::File {
            // Fails when it has one already.
            let _ = system::link(there, &c_path(&self.desk.file(facts.number)));
        }
        self.known.insert(facts.number);
    }

    fn know_open(&mut self, fd: c_int) -> Result<Facts, Errno> {
        let facts = system::facts_of(fd)?;
        let there = CString::new(format!("/proc/self/fd/{fd}")).unwrap_or_default();
        self.know(&there, &facts);
        Ok(facts)
    }

    fn named(&mut self, path: &Path, change: NameChange) {
        let parent = path.parent().unwrap_or(&self.folder);
        let folder = system::facts_at(&c_path(parent)).map_or(0, |facts| facts.number);
        self.record(&Record::Named { folder, change });
    }

    /// Opens a file or folder.
    pub(crate) fn open(&mut self, path: &CStr, flags: c_int, mode: mode_t) -> Result<c_int, Errno> {
        let reads = flags & libc::O_ACCMODE == libc::O_RDONLY && flags & libc::O_CREAT == 0;
        if reads {
            let fd = system::open(libc::AT_FDCWD, path, flags, mode)?;
            if system::facts_of(fd)?.kind == Kind::Folder {
                self.know_open(fd)?;
            }
            return Ok(fd);
        }
        let makes = flags & libc::O_CREAT != 0 && system::facts_at(path).is_err();
        if makes {
            self.may_name()?;
        }
        // The journal wants what is cut off.
        let fd = system::open(libc::AT_FDCWD, path, flags & !libc::O_TRUNC, mode)?;
        let facts = self.know_open(fd)?;
        if makes {
            let path = rust_path(path);
            let file = facts.number;
            self.named(&path.clone(), NameChange::Created { path, file });
        }
        if flags & libc::O_TRUNC != 0 && facts.length > 0 {
            self.resize(fd, &facts, 0)?;
        }
        Ok(fd)
    }

    /// Writes at `offset`, or where the descriptor stands; returns how much.
    pub(crate) fn write(
        &mut self,
        fd: c_int,
        facts: &Facts,
        offset: Option<u64>,
        bytes: &[u8],
    ) -> Result<usize, Errno> {
        let start = match offset {
            Some(offset) => offset,
            None if system::appends(fd) => facts.length,
            None => system::position(fd)?,
        };
        let count = self.allowed(facts, start, bytes.len() as u64)?;
        let bytes = &bytes[..count];
        let overlap = facts.length.saturating_sub(start).min(count as u64);
        let before = self.read(fd, facts, start, overlap)?;
        let change = Change::Wrote {
            length_before: facts.length,
            offset: start,
            before,
            after: bytes.to_vec(),
        };
        self.changed(facts.number, change);
        let written = system::write_at(fd, bytes, start)?;
        if offset.is_none() {
            system::move_to(fd, start + written as u64);
        }
        Ok(written)
    }

    /// Bytes of a file. A descriptor that only writes is read by the file's other name; others are not, for closing
    /// any descriptor of a file gives up the locks that a program has on it.
    fn read(&self, fd: c_int, facts: &Facts, offset: u64, count: u64) -> Result<Vec<u8>, Errno> {
        let mut bytes = vec![0; count as usize];
        let mut read = system::read_at(fd, &mut bytes, offset);
        if read == 0 && count > 0 {
            let flags = libc::O_RDONLY | libc::O_CLOEXEC;
            let other_name = c_path(&self.desk.file(facts.number));
            let reader = system::open(libc::AT_FDCWD, &other_name, flags, 0)?;
            read = system::read_at(reader, &mut bytes, offset);
            system::close(reader);
        }
        bytes.truncate(read);
        Ok(bytes)
    }

    /// How much of a write the disk takes.
    fn allowed(&mut self, facts: &Facts, start: u64, count: u64) -> Result<usize, Errno> {
        let control = self.control();
        if self.drawn(control.failing_writes) {
            return Err(self.fail(Failure::Write));
        }
        let growth = (start + count).saturating_sub(facts.length).min(count);
        let room = control.room_bytes.saturating_sub(self.grown_bytes);
        let missing = growth.saturating_sub(room);
        if missing > 0 && missing == count {
            return Err(self.fail(Failure::Full));
        }
        if missing > 0 {
            self.fail(Failure::Short);
        }
        self.grown_bytes += growth - missing;
        Ok((count - missing) as usize)
    }

    fn changed(&mut self, file: u64, change: Change) {
        let place = self.end;
        let record = Record::Changed { file, change };
        self.record(&record);
        if let Record::Changed { file, change } = record {
            let pending = self.pending.entry(file).or_default();
            pending.push((place, change));
        }
    }

    /// Gives a file another length.
    pub(crate) fn resize(&mut self, fd: c_int, facts: &Facts, length: u64) -> Result<(), Errno> {
        let control = self.control();
        if self.drawn(control.failing_writes) {
            return Err(self.fail(Failure::Write));
        }
        let cut_off = facts.length.saturating_sub(length);
        let tail = self.read(fd, facts, length, cut_off)?;
        let change = Change::Resized {
            length_before: facts.length,
            length,
            tail,
        };
        self.changed(facts.number, change);
        system::set_length(fd, length)
    }

    /// Renames a file. Folders are renamed by the system alone.
    pub(crate) fn rename(&mut self, from: &CStr, to: &CStr) -> Result<(), Errno> {
        let facts = system::facts_at(from)?;
        if facts.kind != Kind::File {
            return system::rename(from, to);
        }
        self.may_name()?;
        self.know(from, &facts);
        let replaced = system::facts_at(to).ok();
        if let Some(replaced) = &replaced {
            self.know(to, replaced);
        }
        system::rename(from, to)?;
        let change = NameChange::Renamed {
            from: rust_path(from),
            to: rust_path(to),
            file: facts.number,
            replaced: replaced.map_or(0, |replaced| replaced.number),
        };
        self.named(&rust_path(to), change);
        Ok(())
    }

    /// Removes a file's name.
    pub(crate) fn remove(&mut self, path: &CStr) -> Result<(), Errno> {
        if let Ok(facts) = system::facts_at(path) {
            self.know(path, &facts);
            system::unlink(libc::AT_FDCWD, path, 0)?;
            let (path, file) = (rust_path(path), facts.number);
            self.named(&path.clone(), NameChange::Removed { path, file });
            return Ok(());
        }
        system::unlink(libc::AT_FDCWD, path, 0)
    }

    /// Makes a folder.
    pub(crate) fn make_folder(&mut self, path: &CStr, mode: mode_t) -> Result<(), Errno> {
        if system::facts_at(path).is_err() {
            self.may_name()?;
        }
        system::make_folder(path, mode)?;
        let path = rust_path(path);
        self.named(&path.clone(), NameChange::MadeFolder { path });
        Ok(())
    }

    /// A forced write begins. What it forces is everything before the place that is returned; `None` when
    /// the disk only says so.
    pub(crate) fn begin_sync(&mut self, fd: c_int, facts: &Facts) -> Result<Option<u64>, Errno> {
        let control = self.control();
        if control.lies != 0 {
            return Ok(None);
        }
        if self.drawn(control.failing_syncs) {
            if facts.kind == Kind::File {
                self.lose_pages(fd, facts.number);
            }
            return Err(self.fail(Failure::Sync));
        }
        Ok(Some(self.end))
    }

    /// A forced write has ended well.
    pub(crate) fn end_sync(&mut self, file: u64, before: u64) {
        self.record(&Record::Synced { file, before });
        if let Some(pending) = self.pending.get_mut(&file) {
            pending.retain(|(place, _)| *place >= before);
        }
    }

    /// The system could not write a file's pages and gives them up: some are lost, and what is in the file now is
    /// what is on disk. The next forced write will say that all is well.
    fn lose_pages(&mut self, fd: c_int, file: u64) {
        let pending = self.pending.remove(&file).unwrap_or_default();
        let changes: Vec<Change> = pending.into_iter().map(|(_, change)| change).collect();
        for patch in survivors(&changes, &mut self.rng) {
            // A patch that fails leaves more of the file than it should: nothing is promised of that.
            let _ = match &patch {
                Patch::Length(length) => system::set_length(fd, *length),
                Patch::Bytes { offset, bytes } => system::write_at(fd, bytes, *offset).map(drop),
            };
        }
        let before = self.end;
        self.record(&Record::Synced { file, before });
    }
}
