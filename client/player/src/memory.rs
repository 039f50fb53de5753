//! What the system's memory allocator has to be told.

/// Has blocks as large as pictures go back to the system when they are freed.
///
/// By itself, glibc learns from the first large block that is freed to keep such blocks, separately for every thread; but each
/// clip is decoded by a thread of its own. Watching 1080p, that comes to some 200 MB that nobody uses.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the allocator's options have no other way in")]
pub(crate) fn give_back_what_is_large() {
    /// Smaller than any plane of a picture worth counting.
    const LARGE: libc::c_int = 256 * 1024;
    // SAFETY: the option only concerns how later allocations are made, and may be set at any time from any thread. That it
    // is refused would change nothing.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}

/// Gives what was freed back to the system: compiling shaders takes tens of megabytes for a moment.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the allocator has no other way in")]
pub(crate) fn give_back_what_is_free() {
    // SAFETY: nothing that is in use is touched.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other allocators do so anyway.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back_what_is_free() {}

/// Other allocators do so anyway.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back_what_is_large() {}
