//! The calls that a program makes, under the C library's names.

use std::ffi::CStr;

use libc::{c_char, c_int, c_uint, c_void, iovec, mode_t, off_t};

use crate::disk::disk;
use crate::system::{self, Errno, Facts, Kind};

/// What C is told: the answer, or -1 and `errno`.
fn answer<T>(done: Result<T, Errno>, number: impl FnOnce(T) -> isize) -> isize {
    match done {
        Ok(done) => number(done),
        Err(errno) => {
            system::set_errno(errno);
            -1
        }
    }
}

fn done(done: Result<(), Errno>) -> c_int {
    answer(done, |()| 0) as c_int
}

/// What the system says of a descriptor, if the disk is its.
fn ours(fd: c_int) -> Option<Facts> {
    let facts = system::facts_of(fd).ok()?;
    // Sockets and pipes need not wait for the lock.
    let ours = facts.kind != Kind::Other && disk()?.holds(&facts);
    ours.then_some(facts)
}

fn opened(folder: c_int, path: &CStr, flags: c_int, mode: mode_t) -> c_int {
    let done = match disk() {
        Some(mut disk) if disk.has(path) => disk.open(path, flags, mode),
        _ => system::open(folder, path, flags, mode),
    };
    answer(done, |fd| fd as isize) as c_int
}

fn written(fd: c_int, facts: &Facts, offset: Option<u64>, bytes: &[u8]) -> isize {
    let done = match disk() {
        Some(mut disk) => disk.write(fd, facts, offset, bytes),
        None => Err(libc::EIO),
    };
    answer(done, |count| count as isize)
}

fn synced(fd: c_int) -> c_int {
    let Some(facts) = ours(fd) else {
        return done(system::sync(fd));
    };
    let begun = disk().map_or(Ok(None), |mut disk| disk.begin_sync(fd, &facts));
    done(begun.and_then(|before| {
        let Some(before) = before else {
            return Ok(());
        };
        system::sync(fd)?;
        if let Some(mut disk) = disk() {
            disk.end_sync(facts.number, before);
        }
        Ok(())
    }))
}

fn resized(fd: c_int, length: off_t) -> c_int {
    let length = length as u64;
    done(match ours(fd) {
        None => system::set_length(fd, length),
        Some(facts) => match disk() {
            Some(mut disk) => disk.resize(fd, &facts, length),
            None => Err(libc::EIO),
        },
    })
}

/// The bytes that C's pieces hold, one after the other.
///
/// # Safety
///
/// As `writev` wants its arguments.
unsafe fn joined(pieces: *const iovec, count: c_int) -> Vec<u8> {
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: the caller's promise.
    let pieces = unsafe { std::slice::from_raw_parts(pieces, count) };
    let mut bytes = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.iov_len > 0) {
        let start = piece.iov_base.cast::<u8>();
        // SAFETY: the caller's promise.
        bytes.extend_from_slice(unsafe { std::slice::from_raw_parts(start, piece.iov_len) });
    }
    bytes
}

macro_rules! hooks {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) -> $answer:ty $body:block)*) => {
        $(
            $(#[$doc])*
            // SAFETY: the name is the C library's and the arguments are as it has them, so every caller calls what it means
            // to. The last argument of `open` and `openat` may be missing; then it is read from where it would
            // be, and not used.
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $name($($argument: $type),*) -> $answer $body
        )*
    };
}

hooks! {
    open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
        // SAFETY: C's paths end with a zero.
        opened(libc::AT_FDCWD, unsafe { CStr::from_ptr(path) }, flags, mode)
    }
    open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
        // SAFETY: as in `open`.
        opened(libc::AT_FDCWD, unsafe { CStr::from_ptr(path) }, flags, mode)
    }
    openat(folder: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
        // SAFETY: as in `open`.
        opened(folder, unsafe { CStr::from_ptr(path) }, flags, mode)
    }
    openat64(folder: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
        // SAFETY: as in `open`.
        opened(folder, unsafe { CStr::from_ptr(path) }, flags, mode)
    }
    write(fd: c_int, bytes: *const c_void, count: usize) -> isize {
        match ours(fd).filter(|_| count > 0) {
            // SAFETY: the caller has so many bytes there.
            Some(facts) => written(fd, &facts, None, unsafe {
                std::slice::from_raw_parts(bytes.cast(), count)
            }),
            None => system::write(fd, bytes, count),
        }
    }
    pwrite(fd: c_int, bytes: *const c_void, count: usize, offset: off_t) -> isize {
        match ours(fd).filter(|_| count > 0) {
            // SAFETY: as in `write`.
            Some(facts) => written(fd, &facts, Some(offset as u64), unsafe {
                std::slice::from_raw_parts(bytes.cast(), count)
            }),
            None => system::pwrite(fd, bytes, count, offset),
        }
    }
    pwrite64(fd: c_int, bytes: *const c_void, count: usize, offset: off_t) -> isize {
        // SAFETY: where this runs both are the same.
        unsafe { pwrite(fd, bytes, count, offset) }
    }
    writev(fd: c_int, pieces: *const iovec, count: c_int) -> isize {
        match ours(fd) {
            // SAFETY: the caller's promise is passed on.
            Some(facts) => written(fd, &facts, None, &unsafe { joined(pieces, count) }),
            None => system::writev(fd, pieces, count),
        }
    }
    pwritev(fd: c_int, pieces: *const iovec, count: c_int, offset: off_t) -> isize {
        match ours(fd) {
            // SAFETY: the caller's promise is passed on.
            Some(facts) => written(fd, &facts, Some(offset as u64), &unsafe { joined(pieces, count) }),
            None => system::pwritev(fd, pieces, count, offset),
        }
    }
    pwritev64(fd: c_int, pieces: *const iovec, count: c_int, offset: off_t) -> isize {
        // SAFETY: where this runs both are the same.
        unsafe { pwritev(fd, pieces, count, offset) }
    }
    sendfile64(out: c_int, from: c_int, offset: *mut off_t, count: usize) -> isize {
        match ours(out) {
            Some(_) => answer(Err(libc::EINVAL), |()| 0),
            None => system::sendfile(out, from, offset, count),
        }
    }
    splice(
        from: c_int,
        from_offset: *mut off_t,
        out: c_int,
        out_offset: *mut off_t,
        count: usize,
        flags: c_uint
    ) -> isize {
        match ours(out) {
            Some(_) => answer(Err(libc::EINVAL), |()| 0),
            None => system::splice(from, from_offset, out, out_offset, count, flags),
        }
    }
    fsync(fd: c_int) -> c_int {
        synced(fd)
    }
    fdatasync(fd: c_int) -> c_int {
        synced(fd)
    }
    ftruncate(fd: c_int, length: off_t) -> c_int {
        resized(fd, length)
    }
    ftruncate64(fd: c_int, length: off_t) -> c_int {
        resized(fd, length)
    }
    rename(from: *const c_char, to: *const c_char) -> c_int {
        // SAFETY: C's paths end with a zero.
        let (from, to) = unsafe { (CStr::from_ptr(from), CStr::from_ptr(to)) };
        done(match disk() {
            Some(mut disk) if disk.has(from) && disk.has(to) => disk.rename(from, to),
            _ => system::rename(from, to),
        })
    }
    unlink(path: *const c_char) -> c_int {
        // SAFETY: C's paths end with a zero.
        let path = unsafe { CStr::from_ptr(path) };
        done(match disk() {
            Some(mut disk) if disk.has(path) => disk.remove(path),
            _ => system::unlink(libc::AT_FDCWD, path, 0),
        })
    }
    mkdir(path: *const c_char, mode: mode_t) -> c_int {
        // SAFETY: C's paths end with a zero.
        let path = unsafe { CStr::from_ptr(path) };
        done(match disk() {
            Some(mut disk) if disk.has(path) => disk.make_folder(path, mode),
            _ => system::make_folder(path, mode),
        })
    }
}
