//! The system's own calls. The C library's functions of these names are ours in this program, so they are
//! called by their numbers.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use libc::{c_int, c_long, c_void, mode_t, off_t};

/// The number of an error, as in `errno`.
pub(crate) type Errno = c_int;

/// What the system says of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) device: u64,
    pub(crate) number: u64,
    pub(crate) length: u64,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Other,
}

/// Sets `errno`.
pub(crate) fn set_errno(errno: Errno) {
    // SAFETY: the C library gives every thread a place of its own.
    unsafe { *libc::__errno_location() = errno };
}

fn errno() -> Errno {
    // SAFETY: as in `set_errno`.
    unsafe { *libc::__errno_location() }
}

fn checked(answer: c_long) -> Result<c_long, Errno> {
    if answer < 0 { Err(errno()) } else { Ok(answer) }
}

fn facts(stat: &libc::stat) -> Facts {
    Facts {
        device: stat.st_dev,
        number: stat.st_ino,
        length: u64::try_from(stat.st_size).unwrap_or(0),
        kind: match stat.st_mode & libc::S_IFMT {
            libc::S_IFREG => Kind::File,
            libc::S_IFDIR => Kind::Folder,
            _ => Kind::Other,
        },
    }
}

pub(crate) fn facts_of(fd: c_int) -> Result<Facts, Errno> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: `stat` has room for the answer, and holds it when the call succeeds.
    checked(c_long::from(unsafe { libc::fstat(fd, stat.as_mut_ptr()) }))?;
    // SAFETY: the call succeeded.
    Ok(facts(unsafe { stat.assume_init_ref() }))
}

pub(crate) fn facts_at(path: &CStr) -> Result<Facts, Errno> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: `path` ends with a zero; `stat` has room for the answer.
    checked(c_long::from(unsafe {
        libc::lstat(path.as_ptr(), stat.as_mut_ptr())
    }))?;
    // SAFETY: the call succeeded.
    Ok(facts(unsafe { stat.assume_init_ref() }))
}

pub(crate) fn open(folder: c_int, path: &CStr, flags: c_int, mode: mode_t) -> Result<c_int, Errno> {
    // SAFETY: `path` ends with a zero.
    let fd = unsafe { libc::syscall(libc::SYS_openat, folder, path.as_ptr(), flags, mode) };
    Ok(checked(fd)? as c_int)
}

pub(crate) fn close(fd: c_int) {
    // SAFETY: only descriptors that this library opened for itself are closed here.
    unsafe { libc::syscall(libc::SYS_close, fd) };
}

pub(crate) fn read_at(fd: c_int, bytes: &mut [u8], offset: u64) -> usize {
    let mut done = 0;
    while done < bytes.len() {
        let rest = &mut bytes[done..];
        let at = (offset + done as u64) as off_t;
        // SAFETY: `rest` has room for as many bytes as are asked for.
        let read = unsafe {
            libc::syscall(
                libc::SYS_pread64,
                fd,
                rest.as_mut_ptr().cast::<c_void>(),
                rest.len(),
                at,
            )
        };
        match checked(read) {
            Ok(read) if read > 0 => done += read as usize,
            _ => break,
        }
    }
    done
}

pub(crate) fn write_at(fd: c_int, bytes: &[u8], offset: u64) -> Result<usize, Errno> {
    // SAFETY: `bytes` holds as many bytes as are given.
    let written = unsafe {
        libc::syscall(
            libc::SYS_pwrite64,
            fd,
            bytes.as_ptr().cast::<c_void>(),
            bytes.len(),
            offset as off_t,
        )
    };
    Ok(checked(written)? as usize)
}

/// Writes to a file that is not the folder's.
pub(crate) fn write(fd: c_int, bytes: *const c_void, count: usize) -> isize {
    // SAFETY: the caller's pointer and count are passed on unchanged.
    unsafe { libc::syscall(libc::SYS_write, fd, bytes, count) as isize }
}

pub(crate) fn pwrite(fd: c_int, bytes: *const c_void, count: usize, offset: off_t) -> isize {
    // SAFETY: the caller's pointer and count are passed on unchanged.
    unsafe { libc::syscall(libc::SYS_pwrite64, fd, bytes, count, offset) as isize }
}

pub(crate) fn writev(fd: c_int, pieces: *const libc::iovec, count: c_int) -> isize {
    // SAFETY: the caller's pointer and count are passed on unchanged.
    unsafe { libc::syscall(libc::SYS_writev, fd, pieces, count) as isize }
}

pub(crate) fn pwritev(fd: c_int, pieces: *const libc::iovec, count: c_int, offset: off_t) -> isize {
    // SAFETY: the caller's pointer and count are passed on unchanged. The system takes the offset in two
    // halves, of which the second counts only where numbers are shorter.
    unsafe { libc::syscall(libc::SYS_pwritev, fd, pieces, count, offset, 0) as isize }
}

pub(crate) fn sendfile(out: c_int, from: c_int, offset: *mut off_t, count: usize) -> isize {
    // SAFETY: the caller's pointer and count are passed on unchanged.
    unsafe { libc::syscall(libc::SYS_sendfile, out, from, offset, count) as isize }
}

pub(crate) fn splice(
    from: c_int,
    from_offset: *mut off_t,
    out: c_int,
    out_offset: *mut off_t,
    count: usize,
    flags: libc::c_uint,
) -> isize {
    // SAFETY: the caller's pointers and count are passed on unchanged.
    unsafe {
        libc::syscall(
            libc::SYS_splice,
            from,
            from_offset,
            out,
            out_offset,
            count,
            flags,
        ) as isize
    }
}

pub(crate) fn append_all(fd: c_int, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match checked(write(fd, bytes.as_ptr().cast(), bytes.len()) as c_long) {
            Ok(written) if written > 0 => bytes = &bytes[written as usize..],
            Err(libc::EINTR) => {}
            _ => return,
        }
    }
}

pub(crate) fn position(fd: c_int) -> Result<u64, Errno> {
    // SAFETY: numbers alone.
    let at = unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) };
    Ok(checked(at)? as u64)
}

pub(crate) fn move_to(fd: c_int, position: u64) {
    // SAFETY: numbers alone.
    unsafe { libc::lseek(fd, position as off_t, libc::SEEK_SET) };
}

/// Whether what is written to this descriptor goes to the file's end.
pub(crate) fn appends(fd: c_int) -> bool {
    // SAFETY: numbers alone.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    flags >= 0 && flags & libc::O_APPEND != 0
}

pub(crate) fn set_length(fd: c_int, length: u64) -> Result<(), Errno> {
    // SAFETY: numbers alone.
    checked(unsafe { libc::syscall(libc::SYS_ftruncate, fd, length as off_t) }).map(drop)
}

pub(crate) fn sync(fd: c_int) -> Result<(), Errno> {
    // SAFETY: numbers alone.
    checked(unsafe { libc::syscall(libc::SYS_fsync, fd) }).map(drop)
}

/// Gives the file with this descriptor or name another name.
pub(crate) fn link(from: &CStr, to: &CStr) -> Result<(), Errno> {
    // SAFETY: both end with a zero.
    let linked = unsafe {
        libc::syscall(
            libc::SYS_linkat,
            libc::AT_FDCWD,
            from.as_ptr(),
            libc::AT_FDCWD,
            to.as_ptr(),
            libc::AT_SYMLINK_FOLLOW,
        )
    };
    checked(linked).map(drop)
}

pub(crate) fn rename(from: &CStr, to: &CStr) -> Result<(), Errno> {
    // SAFETY: both end with a zero.
    let renamed = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            from.as_ptr(),
            libc::AT_FDCWD,
            to.as_ptr(),
            0,
        )
    };
    checked(renamed).map(drop)
}

pub(crate) fn unlink(folder: c_int, path: &CStr, flags: c_int) -> Result<(), Errno> {
    // SAFETY: `path` ends with a zero.
    checked(unsafe { libc::syscall(libc::SYS_unlinkat, folder, path.as_ptr(), flags) }).map(drop)
}

pub(crate) fn make_folder(path: &CStr, mode: mode_t) -> Result<(), Errno> {
    // SAFETY: `path` ends with a zero.
    let made = unsafe { libc::syscall(libc::SYS_mkdirat, libc::AT_FDCWD, path.as_ptr(), mode) };
    checked(made).map(drop)
}
