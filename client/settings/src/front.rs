//! Staying in front of another program's window, as the screensaver settings of Windows want it of a saver's.

use eframe::CreationContext;

/// Makes the new window one that `owner`, a handle of Windows, owns: it stays in front of it and goes when it does.
/// Elsewhere nothing happens.
#[cfg(not(windows))]
pub(crate) fn stay_in_front(_creation: &CreationContext<'_>, _owner: Option<u32>) {}

/// Makes the new window one that `owner`, a handle, owns: it stays in front of it and goes when it does. An owner that is
/// not there any more is passed over.
#[cfg(windows)]
#[expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; see the safety comment"
)]
pub(crate) fn stay_in_front(creation: &CreationContext<'_>, owner: Option<u32>) {
    use raw_window_handle::{HasWindowHandle as _, RawWindowHandle};
    use windows_sys::Win32::UI::WindowsAndMessaging::{
        GWLP_HWNDPARENT, IsWindow, SetWindowLongPtrW,
    };
    let (Some(owner), Ok(window)) = (owner, creation.window_handle()) else {
        return;
    };
    let RawWindowHandle::Win32(window) = window.as_raw() else {
        return;
    };
    // SAFETY: the window is ours and this is its thread; what is said of the owner is a number, and it is asked before
    // whether there is such a window.
    unsafe {
        if IsWindow(owner as isize as _) != 0 {
            SetWindowLongPtrW(window.hwnd.get() as _, GWLP_HWNDPARENT, owner as isize);
        }
    }
}
