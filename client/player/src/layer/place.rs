//! A layer surface as a place to draw, which waits for the display's clock itself.
//!
//! A driver that waits for it (`Fifo`) waits for ever where nothing is shown, as on a monitor that sleeps, and its thread
//! hears nothing meanwhile. So the compositor is asked here when the next picture is wanted, and nobody waits long.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Connection, Proxy as _, QueueHandle};
use wgpu::rwh;

use super::session::{State, WindowId};
use crate::flock::PlayError;
use crate::stage::Place;

/// The longest that a picture waits for the compositor to want it.
const PATIENCE: Duration = Duration::from_millis(100);

/// A surface that covers an output.
pub(super) struct LayerPlace {
    id: WindowId,
    surface: WlSurface,
    connection: Connection,
    handle: QueueHandle<State>,
    refresh: Option<Duration>,
    view: Mutex<View>,
    wanted: Condvar,
}

/// What the host knows of the surface.
struct View {
    /// In pixels, width first.
    size: (u32, u32),
    /// Since when a picture is on its way that the compositor has not asked to follow.
    handed: Option<Instant>,
    taken_away: bool,
}

impl LayerPlace {
    pub(super) fn new(
        id: WindowId,
        surface: WlSurface,
        connection: Connection,
        handle: QueueHandle<State>,
        refresh: Option<Duration>,
    ) -> Self {
        Self {
            id,
            surface,
            connection,
            handle,
            refresh,
            view: Mutex::new(View {
                size: (1, 1),
                handed: None,
                taken_away: false,
            }),
            wanted: Condvar::new(),
        }
    }

    /// Takes in its size in pixels; returns whether it is another one.
    pub(super) fn set_size(&self, size: (u32, u32)) -> bool {
        let before = std::mem::replace(&mut self.view().size, size);
        before != size
    }

    /// The compositor wants another picture.
    pub(super) fn want(&self) {
        self.view().handed = None;
        self.wanted.notify_all();
    }

    /// Nothing is shown here any more, so nobody need wait.
    pub(super) fn take_away(&self) {
        self.view().taken_away = true;
        self.wanted.notify_all();
    }

    /// How long the compositor has not wanted another picture.
    pub(super) fn unwanted_for(&self) -> Duration {
        let handed = self.view().handed;
        handed.map_or(Duration::ZERO, |handed| handed.elapsed())
    }

    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn display_handle(&self) -> Option<rwh::RawDisplayHandle> {
        let display = NonNull::new(self.connection.backend().display_ptr().cast::<c_void>())?;
        Some(rwh::WaylandDisplayHandle::new(display).into())
    }
}

impl Drop for LayerPlace {
    fn drop(&mut self) {
        self.surface.destroy();
    }
}

/// The display of a [`LayerPlace`], which keeps it open.
struct LayerDisplay(Arc<LayerPlace>);

impl std::fmt::Debug for LayerDisplay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LayerDisplay").finish_non_exhaustive()
    }
}

impl rwh::HasDisplayHandle for LayerDisplay {
    #[expect(
        unsafe_code,
        reason = "the handle is a pointer; see the safety comment"
    )]
    fn display_handle(&self) -> Result<rwh::DisplayHandle<'_>, rwh::HandleError> {
        let handle = self.0.display_handle();
        let handle = handle.ok_or(rwh::HandleError::Unavailable)?;
        // SAFETY: the connection lives as long as `self`, which the handle borrows.
        Ok(unsafe { rwh::DisplayHandle::borrow_raw(handle) })
    }
}

impl Place for LayerPlace {
    fn display(self: Arc<Self>) -> Box<dyn wgpu::wgt::WgpuHasDisplayHandle> {
        Box::new(LayerDisplay(self))
    }

    fn has_only_opengl(&self) -> bool {
        false
    }

    #[expect(
        unsafe_code,
        reason = "wgpu trusts raw handles; see the safety comment"
    )]
    fn surface(&self, instance: &wgpu::Instance) -> Result<wgpu::Surface<'static>, PlayError> {
        let no_adapter = |reason: String| PlayError::NoAdapter { reason };
        let surface = NonNull::new(self.surface.id().as_ptr().cast::<c_void>());
        let surface = surface.ok_or_else(|| no_adapter("the surface is gone".to_owned()))?;
        let target = wgpu::SurfaceTargetUnsafe::RawHandle {
            raw_display_handle: self.display_handle(),
            raw_window_handle: rwh::WaylandWindowHandle::new(surface).into(),
        };
        // SAFETY: the surface is destroyed and the connection closed with this place, which a stage drops after its own
        // surface. A connection that breaks meanwhile stays allocated, and drivers report it.
        unsafe { instance.create_surface_unsafe(target) }
            .map_err(|error| no_adapter(error.to_string()))
    }

    fn size(&self) -> (u32, u32) {
        self.view().size
    }

    fn refresh(&self) -> Option<Duration> {
        self.refresh
    }

    /// It is seen with its first picture.
    fn reveal(&self) {}

    fn before_present(&self) {
        let waits = |view: &mut View| view.handed.is_some() && !view.taken_away;
        let waited = self.wanted.wait_timeout_while(self.view(), PATIENCE, waits);
        let (mut view, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if view.handed.is_none() && !view.taken_away {
            view.handed = Some(Instant::now());
            // It goes out with the picture.
            self.surface.frame(&self.handle, self.id);
        }
    }

    fn keeps_time(&self) -> bool {
        true
    }
}
