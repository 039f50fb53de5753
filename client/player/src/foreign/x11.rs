//! A window that another X program opened: XScreenSaver's, and those of the savers that work like it.
//!
//! Pictures go straight into it. SIGTERM ends the program as it ends any other.

use std::num::NonZeroU32;
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use wgpu::rwh;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask};
use x11rb::xcb_ffi::XCBConnection;

use super::{Host, Look};
use crate::flock::{ForeignWindow, PlayError};
use crate::stage::Place;

/// Whether Vulkan can draw in windows of this display: drivers show pictures through an extension, and break the
/// connection where it is missing, as on displays that are spread over several servers.
pub(crate) fn has_vulkan(display: &impl x11rb::connection::RequestConnection) -> bool {
    let present = display.extension_information("Present");
    present.is_ok_and(|extension| extension.is_some())
}

/// Somebody else's window.
pub(super) struct Foreign {
    connection: XCBConnection,
    screen: usize,
    window: NonZeroU32,
    visual: u32,
}

impl Foreign {
    /// Connects to the display and begins to watch the window.
    pub(super) fn find(ForeignWindow(window): ForeignWindow) -> Result<Self, PlayError> {
        let not_there = |reason: String| PlayError::NoForeignWindow { window, reason };
        let number =
            NonZeroU32::new(window).ok_or_else(|| not_there("0 is no window".to_owned()))?;
        x11rb::xcb_ffi::load_libxcb().map_err(|error| PlayError::NoDisplay {
            reason: error.to_string(),
        })?;
        let (connection, screen) =
            XCBConnection::connect(None).map_err(|error| PlayError::NoDisplay {
                reason: error.to_string(),
            })?;
        let watch = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        connection
            .change_window_attributes(window, &watch)
            .map_err(|error| not_there(error.to_string()))?
            .check()
            .map_err(|_| not_there("nobody has such a window".to_owned()))?;
        let attributes = connection
            .get_window_attributes(window)
            .map_err(|error| not_there(error.to_string()))?
            .reply()
            .map_err(|_| not_there("nobody has such a window".to_owned()))?;
        Ok(Self {
            connection,
            screen,
            window: number,
            visual: attributes.visual,
        })
    }

    /// Its width and height, while it is there.
    fn geometry(&self) -> Option<(u32, u32)> {
        let geometry = self.connection.get_geometry(self.window.get()).ok()?;
        let geometry = geometry.reply().ok()?;
        Some((geometry.width.into(), geometry.height.into()))
    }

    fn display_handle(&self) -> rwh::RawDisplayHandle {
        let connection = NonNull::new(self.connection.get_raw_xcb_connection());
        rwh::XcbDisplayHandle::new(connection, self.screen as i32).into()
    }
}

impl Host for Foreign {
    fn look(&self) -> Look {
        let mut look = Look::Same;
        loop {
            match self.connection.poll_for_event() {
                Ok(Some(Event::ConfigureNotify(event))) if event.window == self.window.get() => {
                    look = Look::Sized((event.width.into(), event.height.into()));
                }
                Ok(Some(Event::DestroyNotify(event))) if event.window == self.window.get() => {
                    return Look::Gone;
                }
                Ok(Some(_)) => {}
                Ok(None) => return look,
                // The display is gone, and the window with it.
                Err(_) => return Look::Gone,
            }
        }
    }

    fn is_there(&self) -> bool {
        self.geometry().is_some()
    }
}

/// The display of a [`Foreign`] window, which keeps it open.
struct ForeignDisplay(Arc<Foreign>);

impl std::fmt::Debug for ForeignDisplay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ForeignDisplay").finish_non_exhaustive()
    }
}

impl rwh::HasDisplayHandle for ForeignDisplay {
    #[expect(
        unsafe_code,
        reason = "the handle is a pointer; see the safety comment"
    )]
    fn display_handle(&self) -> Result<rwh::DisplayHandle<'_>, rwh::HandleError> {
        // SAFETY: the connection lives as long as `self`, which the handle borrows.
        Ok(unsafe { rwh::DisplayHandle::borrow_raw(self.0.display_handle()) })
    }
}

impl Place for Foreign {
    fn display(self: Arc<Self>) -> Box<dyn wgpu::wgt::WgpuHasDisplayHandle> {
        Box::new(ForeignDisplay(self))
    }

    fn has_only_opengl(&self) -> bool {
        !has_vulkan(&self.connection)
    }

    #[expect(
        unsafe_code,
        reason = "wgpu trusts raw handles; see the safety comment"
    )]
    fn surface(&self, instance: &wgpu::Instance) -> Result<wgpu::Surface<'static>, PlayError> {
        let mut window = rwh::XcbWindowHandle::new(self.window);
        window.visual_id = NonZeroU32::new(self.visual);
        let target = wgpu::SurfaceTargetUnsafe::RawHandle {
            raw_display_handle: Some(self.display_handle()),
            raw_window_handle: window.into(),
        };
        // SAFETY: the handles are valid while the connection is open, and a stage drops its surface before its place,
        // which holds the connection. A window that its owner destroys meanwhile is an X error, which drivers report.
        unsafe { instance.create_surface_unsafe(target) }.map_err(|error| PlayError::NoAdapter {
            reason: error.to_string(),
        })
    }

    fn size(&self) -> (u32, u32) {
        self.geometry().unwrap_or((1, 1))
    }

    fn refresh(&self) -> Option<Duration> {
        None
    }

    fn reveal(&self) {}
}
