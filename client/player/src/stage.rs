//! A window and the surface in it: opened, kept in step with the window's size, drawn on.
//!
//! What is drawn is the caller's: a stage hands out a target and shows it.

use std::sync::Arc;
use std::time::Duration;

use tracing::debug;
use winit::dpi::PhysicalSize;
use winit::event_loop::ActiveEventLoop;
use winit::monitor::MonitorHandle;
use winit::window::{Fullscreen, Window};

use crate::flock::{PlayError, PlayOptions};
use crate::gpu::{Gpu, Work};

/// A window that can be drawn on.
pub(crate) struct Stage {
    pub(crate) window: Arc<Window>,
    pub(crate) gpu: Gpu,
    instance: wgpu::Instance,
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    /// The monitor that was asked for; the window system chooses without one.
    monitor: Option<MonitorHandle>,
    revealed: bool,
}

/// What came of trying to show a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It is on its way to the screen.
    Yes,
    /// The window takes no picture at the moment.
    NotNow,
}

impl Stage {
    /// Opens a window that stays invisible until [`Stage::reveal`], so that nobody sees it empty.
    ///
    /// # Errors
    ///
    /// [`PlayError::NoDisplay`] or [`PlayError::NoAdapter`].
    pub(crate) fn open(
        event_loop: &ActiveEventLoop,
        options: &PlayOptions,
        work: Work,
    ) -> Result<Self, PlayError> {
        let (width, height) = options.size;
        let monitor = chosen_monitor(event_loop, options.monitor)?;
        let attributes = Window::default_attributes()
            .with_title("Woolgather")
            .with_visible(false)
            .with_inner_size(PhysicalSize::new(width.max(1), height.max(1)))
            .with_fullscreen((!options.windowed).then(|| Fullscreen::Borderless(monitor.clone())));
        let window =
            event_loop
                .create_window(attributes)
                .map_err(|error| PlayError::NoDisplay {
                    reason: error.to_string(),
                })?;
        window.set_cursor_visible(options.windowed);
        let window = Arc::new(window);
        let Drawing {
            instance,
            surface,
            gpu,
        } = best_drawing(event_loop, &window, work)?;
        let size = window.inner_size();
        let config = configuration(&surface, &gpu, size)?;
        surface.configure(&gpu.device, &config);
        let info = gpu.adapter.get_info();
        debug!(adapter = info.name, backend = ?info.backend, format = ?config.format, "Opened a window");
        Ok(Self {
            window,
            gpu,
            instance,
            surface,
            config,
            monitor,
            revealed: false,
        })
    }

    /// Shows the window; again does nothing.
    pub(crate) fn reveal(&mut self) {
        if !self.revealed {
            self.window.set_visible(true);
            self.revealed = true;
        }
    }

    /// Can the window be seen?
    pub(crate) fn is_revealed(&self) -> bool {
        self.revealed
    }

    /// From a window to the whole screen, or back.
    pub(crate) fn toggle_full_screen(&self) {
        let full = self.window.fullscreen().is_none();
        self.window
            .set_fullscreen(full.then(|| Fullscreen::Borderless(self.monitor.clone())));
        self.window.set_cursor_visible(!full);
    }

    /// Pixel format of what is drawn on.
    pub(crate) fn format(&self) -> wgpu::TextureFormat {
        self.config.format
    }

    /// The display's time for a picture, where the window system knows it.
    pub(crate) fn refresh(&self) -> Option<Duration> {
        let millihertz = self.window.current_monitor()?.refresh_rate_millihertz()?;
        (millihertz > 0).then(|| Duration::from_secs_f64(1000.0 / f64::from(millihertz)))
    }

    /// Size of what is drawn on, in pixels.
    pub(crate) fn size(&self) -> (u32, u32) {
        (self.config.width, self.config.height)
    }

    /// Follows the window to another size; a window without pixels keeps its last one.
    pub(crate) fn resize(&mut self, size: PhysicalSize<u32>) {
        let side_max = self.gpu.side_max();
        if size.width > 0 && size.height > 0 {
            self.config.width = size.width.min(side_max);
            self.config.height = size.height.min(side_max);
            self.surface.configure(&self.gpu.device, &self.config);
        }
    }

    /// Shows what `paint` paints on a target of the size it is given; waits for the display's clock.
    ///
    /// # Errors
    ///
    /// [`PlayError::AdapterFailed`] when the device no longer works.
    pub(crate) fn show(
        &mut self,
        paint: impl FnOnce(&Gpu, &wgpu::TextureView, (u32, u32)),
    ) -> Result<Shown, PlayError> {
        let Some((texture, stale)) = self.acquire()? else {
            return Ok(Shown::NotNow);
        };
        let view = texture.texture.create_view(&Default::default());
        paint(&self.gpu, &view, self.size());
        self.window.pre_present_notify();
        self.gpu.queue.present(texture);
        if stale {
            self.surface.configure(&self.gpu.device, &self.config);
        }
        self.gpu.check()?;
        Ok(Shown::Yes)
    }

    /// The surface's next texture, and whether the surface ought to be configured anew after it.
    fn acquire(&mut self) -> Result<Option<(wgpu::SurfaceTexture, bool)>, PlayError> {
        use wgpu::CurrentSurfaceTexture as Current;
        // A surface that is out of date or lost is made good once; then it is the next moment's turn.
        for _ in 0..2 {
            match self.surface.get_current_texture() {
                Current::Success(texture) => return Ok(Some((texture, false))),
                Current::Suboptimal(texture) => return Ok(Some((texture, true))),
                Current::Timeout | Current::Occluded => return Ok(None),
                Current::Outdated => self.surface.configure(&self.gpu.device, &self.config),
                Current::Lost => {
                    self.surface = create_surface(&self.instance, &self.window)?;
                    self.surface.configure(&self.gpu.device, &self.config);
                }
                Current::Validation => {
                    self.gpu.check()?;
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }
}

/// The monitor of this number, from 1 as people count.
fn chosen_monitor(
    event_loop: &ActiveEventLoop,
    number: Option<usize>,
) -> Result<Option<MonitorHandle>, PlayError> {
    let Some(number) = number else {
        return Ok(None);
    };
    let mut monitors: Vec<_> = event_loop.available_monitors().collect();
    if !(1..=monitors.len()).contains(&number) {
        return Err(PlayError::NoMonitor {
            number,
            count: monitors.len(),
        });
    }
    Ok(Some(monitors.swap_remove(number - 1)))
}

/// A device and the surface it draws on.
struct Drawing {
    instance: wgpu::Instance,
    surface: wgpu::Surface<'static>,
    gpu: Gpu,
}

/// The best way to draw in `window`: through Vulkan, Metal or DirectX; through OpenGL where they
/// are not there, or have no more than software to offer and OpenGL has.
fn best_drawing(
    event_loop: &ActiveEventLoop,
    window: &Arc<Window>,
    work: Work,
) -> Result<Drawing, PlayError> {
    let primary = drawing(event_loop, window, wgpu::Backends::PRIMARY, work);
    if primary
        .as_ref()
        .is_ok_and(|drawing| !drawing.gpu.is_software())
    {
        return primary;
    }
    let opengl = drawing(event_loop, window, wgpu::Backends::GL, work);
    match (primary, opengl) {
        (Ok(primary), Ok(opengl)) if opengl.gpu.is_software() => Ok(primary),
        (_, Ok(opengl)) => Ok(opengl),
        (primary, Err(_)) => primary,
    }
}

fn drawing(
    event_loop: &ActiveEventLoop,
    window: &Arc<Window>,
    backends: wgpu::Backends,
    work: Work,
) -> Result<Drawing, PlayError> {
    let display = Box::new(event_loop.owned_display_handle());
    let instance = wgpu::Instance::new(
        wgpu::InstanceDescriptor {
            backends,
            flags: wgpu::InstanceFlags::empty(),
            ..wgpu::InstanceDescriptor::new_with_display_handle(display)
        }
        .with_env(),
    );
    let surface = create_surface(&instance, window)?;
    let gpu = Gpu::open(&instance, Some(&surface), work)?;
    Ok(Drawing {
        instance,
        surface,
        gpu,
    })
}

fn create_surface(
    instance: &wgpu::Instance,
    window: &Arc<Window>,
) -> Result<wgpu::Surface<'static>, PlayError> {
    instance
        .create_surface(Arc::clone(window))
        .map_err(|error| PlayError::NoAdapter {
            reason: error.to_string(),
        })
}

/// Waits for the display's clock, and takes a format that stores colours as they are given where
/// there is one.
fn configuration(
    surface: &wgpu::Surface<'_>,
    gpu: &Gpu,
    size: PhysicalSize<u32>,
) -> Result<wgpu::SurfaceConfiguration, PlayError> {
    use wgpu::TextureFormat::{Bgra8Unorm, Rgba8Unorm};
    let side_max = gpu.side_max();
    let default = surface.get_default_config(
        &gpu.adapter,
        size.width.clamp(1, side_max),
        size.height.clamp(1, side_max),
    );
    let default = default.ok_or_else(|| PlayError::NoAdapter {
        reason: "the adapter cannot present to it".to_owned(),
    })?;
    let formats = surface.get_capabilities(&gpu.adapter).formats;
    let plain = formats
        .into_iter()
        .find(|format| matches!(format, Bgra8Unorm | Rgba8Unorm));
    Ok(wgpu::SurfaceConfiguration {
        format: plain.unwrap_or(default.format),
        present_mode: wgpu::PresentMode::Fifo,
        ..default
    })
}
