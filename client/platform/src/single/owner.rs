//! Who runs this on Windows, and pipes that are theirs alone.
//!
//! # Source
//!
//! Microsoft, *Security Descriptor String Format*; *Named Pipe Security and Access Rights*.
#![expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle as _, OwnedHandle};
use std::path::Path;
use std::ptr::null_mut;

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo,
    SDDL_REVISION_1, SE_KERNEL_OBJECT,
};
use windows_sys::Win32::Security::{
    GetTokenInformation, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID,
    SECURITY_ATTRIBUTES, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::System::RemoteDesktop::ProcessIdToSessionId;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// A token's user, with room for the longest number that there is.
#[repr(C)]
struct User {
    user: TOKEN_USER,
    sid: [u8; 68],
}

/// The number of the session that this process is in.
pub(super) fn session() -> io::Result<u32> {
    let mut session = 0;
    // SAFETY: writes one number to where it is told.
    done(unsafe { ProcessIdToSessionId(std::process::id(), &mut session) })?;
    Ok(session)
}

/// The number of the user who runs this, as text: `S-1-5-21-…`.
pub(super) fn user() -> io::Result<String> {
    let mut token = null_mut();
    // SAFETY: takes a handle that stands for this process, and writes one to where it is told.
    done(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &mut token) })?;
    // SAFETY: it was just opened and is nobody else's.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    let mut user = User {
        user: TOKEN_USER::default(),
        sid: [0; 68],
    };
    let mut written = 0;
    // SAFETY: writes at most so many bytes as it is told there are.
    done(unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            (&raw mut user).cast(),
            size_of::<User>() as u32,
            &mut written,
        )
    })?;
    as_text(user.user.User.Sid)
}

/// The number of the user who owns what this handle stands for.
pub(super) fn owner_of(handle: &impl AsRawHandle) -> io::Result<String> {
    let mut owner = null_mut();
    let mut descriptor = null_mut();
    // SAFETY: the handle is open while it is borrowed. Both pointers are written; what one of them points at is freed
    // below, and the other points into it.
    let code = unsafe {
        GetSecurityInfo(
            handle.as_raw_handle(),
            SE_KERNEL_OBJECT,
            OWNER_SECURITY_INFORMATION,
            &mut owner,
            null_mut(),
            null_mut(),
            null_mut(),
            &mut descriptor,
        )
    };
    if code != 0 {
        return Err(io::Error::from_raw_os_error(code.cast_signed()));
    }
    let text = as_text(owner);
    // SAFETY: it was made for us above, and nothing points there any more.
    unsafe { LocalFree(descriptor) };
    text
}

/// What belongs to the user who runs this, and what nobody else may open.
#[derive(Debug)]
pub(super) struct ForUser(PSECURITY_DESCRIPTOR);

// SAFETY: what it points at is never changed, and freed once.
unsafe impl Send for ForUser {}
// SAFETY: as above.
unsafe impl Sync for ForUser {}

impl ForUser {
    pub(super) fn new() -> io::Result<Self> {
        let user = user()?;
        // Owner, and a protected list with one entry: everything, to the owner.
        let words: Vec<u16> = format!("O:{user}D:P(A;;GA;;;{user})")
            .encode_utf16()
            .chain([0])
            .collect();
        let mut descriptor = null_mut();
        // SAFETY: the text ends with 0; the pointer is written, and what it points at is ours to free.
        done(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                words.as_ptr(),
                SDDL_REVISION_1,
                &mut descriptor,
                null_mut(),
            )
        })?;
        Ok(Self(descriptor))
    }

    /// An instance of the pipe of this name; of the `first` one there may be only one. To be called within tokio's
    /// runtime.
    pub(super) fn pipe(&self, name: &Path, first: bool) -> io::Result<NamedPipeServer> {
        let mut attributes = SECURITY_ATTRIBUTES {
            nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
            lpSecurityDescriptor: self.0,
            bInheritHandle: 0,
        };
        let mut options = ServerOptions::new();
        options.first_pipe_instance(first);
        // SAFETY: the attributes, and the descriptor that they point at, live until the call is over.
        unsafe { options.create_with_security_attributes_raw(name, (&raw mut attributes).cast()) }
    }
}

impl Drop for ForUser {
    fn drop(&mut self) {
        // SAFETY: it was made for us in `new`, and nothing points there any more.
        unsafe { LocalFree(self.0) };
    }
}

fn as_text(sid: PSID) -> io::Result<String> {
    let mut text = null_mut();
    // SAFETY: the number is whole; the pointer is written, and what it points at is ours to free.
    done(unsafe { ConvertSidToStringSidW(sid, &mut text) })?;
    let mut units = Vec::new();
    let mut at = text.cast_const();
    // SAFETY: the text ends with 0, and is read up to there.
    while let unit @ 1.. = unsafe { *at } {
        units.push(unit);
        // SAFETY: the 0 is still to come.
        at = unsafe { at.add(1) };
    }
    // SAFETY: it was made for us above, and nothing points there any more.
    unsafe { LocalFree(text.cast()) };
    String::from_utf16(&units).map_err(io::Error::other)
}

fn done(success: i32) -> io::Result<()> {
    if success == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
