//! Stands between a program and the system's calls (`LD_PRELOAD`), and is a disk that fails for one folder.
//!
//! * `hooks`: the calls that programs make, under the names that the C library gives them. What is not about
//!   the folder goes to the system unchanged.
//! * `disk`: what the disk does instead, and its journal.
//! * `system`: the system's own calls, past the C library, where nobody stands between.
//!
//! Watched are the calls that SQLite and Rust's standard library make: `open`, `write`, `pwrite`, `writev`,
//! `fsync`, `fdatasync`, `ftruncate`, `rename`, `unlink`, `mkdir` and their kin. Copies within the system
//! (`sendfile`, `splice`) are refused for the folder's files, after which programs read and write. Memory that is a
//! file is not watched. Which file is meant is asked of the system each time, so descriptors may be closed and
//! doubled as one likes.
//!
//! What the variables in the environment and the control file say is in `woolgather-bad-disk`.

#![cfg(target_os = "linux")]
#![expect(
    unsafe_code,
    reason = "the C library's functions are replaced by ours, which take what C gives: numbers and pointers"
)]

mod disk;
mod hooks;
mod system;
