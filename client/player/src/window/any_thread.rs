//! Windows of ours whose handle may be asked for by any thread, as on Windows only the one that made them may: a
//! performance makes its surface on its own.

use std::sync::Arc;

use wgpu::rwh;
use winit::platform::windows::WindowExtWindows as _;
use winit::window::Window;

/// A window of ours, for the graphics library.
pub(super) struct AnyThread(pub(super) Arc<Window>);

impl rwh::HasWindowHandle for AnyThread {
    #[expect(
        unsafe_code,
        reason = "winit wants us to be sure; see the safety comment"
    )]
    fn window_handle(&self) -> Result<rwh::WindowHandle<'_>, rwh::HandleError> {
        // SAFETY: drivers draw in windows of other threads. What they must not do there, such as destroying them, is
        // not done through a surface.
        unsafe { self.0.window_handle_any_thread() }
    }
}

impl rwh::HasDisplayHandle for AnyThread {
    fn display_handle(&self) -> Result<rwh::DisplayHandle<'_>, rwh::HandleError> {
        self.0.display_handle()
    }
}
