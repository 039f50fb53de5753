//! The preview in the screensaver settings of Windows: a child of ours fills a window of theirs.
//!
//! A child is a window like any other to graphics drivers, and goes when its parent does. It takes no input: keys and
//! pointer stay the settings'. Whoever closes the settings, or chooses another saver in them, destroys the parent, and
//! nothing else tells us so: a program that did not look would stay for ever.
//!
//! # Source
//!
//! Microsoft, *Handling Screen Savers*; *High DPI Desktop Application Development on Windows*.
#![expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]

use std::num::NonZeroIsize;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::Duration;

use wgpu::rwh;
use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, RECT, WPARAM};
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;
use windows_sys::Win32::UI::HiDpi::{
    DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2, SetProcessDpiAwarenessContext,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, GetClientRect, IsWindow, MSG,
    PM_REMOVE, PeekMessageW, RegisterClassW, SW_SHOWNA, SWP_NOACTIVATE, SWP_NOZORDER, SetWindowPos,
    ShowWindowAsync, WM_ERASEBKGND, WNDCLASSW, WS_CHILD, WS_DISABLED, WS_EX_NOPARENTNOTIFY,
};
use windows_sys::core::{PCWSTR, w};

use super::{Host, Look};
use crate::flock::{ForeignWindow, PlayError};
use crate::stage::Place;

/// A window of ours in somebody else's, as numbers: handles may go to any thread.
pub(super) struct Foreign {
    parent: isize,
    child: NonZeroIsize,
}

impl Foreign {
    /// Puts a child into the window; it cannot be seen yet.
    pub(super) fn find(ForeignWindow(window): ForeignWindow) -> Result<Self, PlayError> {
        let not_there = |reason: &str| PlayError::NoForeignWindow {
            window,
            reason: reason.to_owned(),
        };
        // SAFETY: takes a constant. It fails where somebody has chosen before, which then holds. A manifest would not
        // do: the settings start savers in ways of their own.
        unsafe { SetProcessDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2) };
        let parent = window as isize;
        if !is_window(parent) {
            return Err(not_there("nobody has such a window"));
        }
        let (width, height) = client_size(parent).unwrap_or((1, 1));
        // SAFETY: the names are constants that end with 0, the class is filled in as documented, and its procedure
        // lives as long as the program. Registering a second time fails and changes nothing.
        let child = unsafe {
            let instance = GetModuleHandleW(null());
            let class = WNDCLASSW {
                lpfnWndProc: Some(procedure),
                hInstance: instance,
                lpszClassName: CLASS,
                ..std::mem::zeroed()
            };
            RegisterClassW(&class);
            CreateWindowExW(
                WS_EX_NOPARENTNOTIFY,
                CLASS,
                w!("Woolgather"),
                WS_CHILD | WS_DISABLED,
                0,
                0,
                width as i32,
                height as i32,
                parent as HWND,
                null_mut(),
                instance,
                null(),
            )
        };
        let child = NonZeroIsize::new(child as isize).ok_or_else(|| {
            let error = std::io::Error::last_os_error();
            not_there(&format!("it takes no other window in it ({error})"))
        })?;
        Ok(Self { parent, child })
    }

    fn child(&self) -> HWND {
        self.child.get() as HWND
    }
}

const CLASS: PCWSTR = w!("Woolgather preview");

/// Leaves everything as Windows does it, but for the background: it would flash between two pictures.
unsafe extern "system" fn procedure(
    window: HWND,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> LRESULT {
    if message == WM_ERASEBKGND {
        return 1;
    }
    // SAFETY: these are the arguments that Windows called us with.
    unsafe { DefWindowProcW(window, message, wparam, lparam) }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        // SAFETY: takes a number, and fails where there is no such window any more.
        unsafe { DestroyWindow(self.child()) };
    }
}

impl Host for Foreign {
    fn look(&self) -> Look {
        // SAFETY: the message is filled in before it is passed on. Only the thread that made the window hears its
        // messages, and that is the one that looks.
        unsafe {
            let mut message: MSG = std::mem::zeroed();
            while PeekMessageW(&mut message, null_mut(), 0, 0, PM_REMOVE) != 0 {
                DispatchMessageW(&message);
            }
        }
        if !self.is_there() {
            return Look::Gone;
        }
        let Some((width, height)) = client_size(self.parent) else {
            return Look::Same;
        };
        if client_size(self.child.get()) != Some((width, height)) {
            let how = SWP_NOZORDER | SWP_NOACTIVATE;
            // SAFETY: takes numbers, and fails where there is no such window any more.
            unsafe {
                SetWindowPos(
                    self.child(),
                    null_mut(),
                    0,
                    0,
                    width as i32,
                    height as i32,
                    how,
                )
            };
        }
        Look::Sized((width, height))
    }

    fn is_there(&self) -> bool {
        is_window(self.parent) && is_window(self.child.get())
    }
}

/// The one display that there is.
#[derive(Debug)]
struct Desktop;

impl rwh::HasDisplayHandle for Desktop {
    fn display_handle(&self) -> Result<rwh::DisplayHandle<'_>, rwh::HandleError> {
        Ok(rwh::DisplayHandle::windows())
    }
}

impl Place for Foreign {
    fn display(self: Arc<Self>) -> Box<dyn wgpu::wgt::WgpuHasDisplayHandle> {
        Box::new(Desktop)
    }

    fn has_only_opengl(&self) -> bool {
        false
    }

    fn surface(&self, instance: &wgpu::Instance) -> Result<wgpu::Surface<'static>, PlayError> {
        let mut window = rwh::Win32WindowHandle::new(self.child);
        // SAFETY: asks for this program's own handle.
        let program = unsafe { GetModuleHandleW(null()) };
        window.hinstance = NonZeroIsize::new(program as isize);
        let target = wgpu::SurfaceTargetUnsafe::RawHandle {
            raw_display_handle: Some(rwh::WindowsDisplayHandle::new().into()),
            raw_window_handle: window.into(),
        };
        // SAFETY: the child lives as long as `self`, which a stage drops after its surface. A child that went with its
        // parent is an error that drivers report.
        unsafe { instance.create_surface_unsafe(target) }.map_err(|error| PlayError::NoAdapter {
            reason: error.to_string(),
        })
    }

    fn size(&self) -> (u32, u32) {
        client_size(self.parent).unwrap_or((1, 1))
    }

    fn refresh(&self) -> Option<Duration> {
        None
    }

    fn reveal(&self) {
        // SAFETY: takes numbers; the window's own thread shows it when it next looks.
        unsafe { ShowWindowAsync(self.child(), SW_SHOWNA) };
    }
}

fn is_window(window: isize) -> bool {
    // SAFETY: takes any number.
    unsafe { IsWindow(window as HWND) != 0 }
}

/// Width and height of what is inside the window's frame, in pixels.
fn client_size(window: isize) -> Option<(u32, u32)> {
    let mut inside = RECT::default();
    // SAFETY: fills in the rectangle that it is given, and fails where there is no such window.
    let known = unsafe { GetClientRect(window as HWND, &mut inside) } != 0;
    known.then_some((
        (inside.right - inside.left).max(0) as u32,
        (inside.bottom - inside.top).max(0) as u32,
    ))
}
