//! A window and the surface in it: opened, kept in step with the window's size, drawn on.

use std::sync::Arc;

use tracing::debug;
use winit::dpi::PhysicalSize;
use winit::event_loop::ActiveEventLoop;
use winit::window::{Fullscreen, Window};

use crate::flock::{PlayError, PlayOptions};
use crate::gpu::Gpu;
use crate::gpu::painter::{Painter, Scene};
use crate::text::Panel;

/// A window that can be drawn on.
pub(crate) struct Stage {
    pub(crate) window: Arc<Window>,
    pub(crate) gpu: Gpu,
    instance: wgpu::Instance,
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    painter: Painter,
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
    ) -> Result<Self, PlayError> {
        let (width, height) = options.size;
        let attributes = Window::default_attributes()
            .with_title("Woolgather")
            .with_visible(false)
            .with_inner_size(PhysicalSize::new(width.max(1), height.max(1)))
            .with_fullscreen((!options.windowed).then_some(Fullscreen::Borderless(None)));
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
        } = best_drawing(event_loop, &window)?;
        let size = window.inner_size();
        let config = configuration(&surface, &gpu, size)?;
        surface.configure(&gpu.device, &config);
        let info = gpu.adapter.get_info();
        debug!(adapter = info.name, backend = ?info.backend, format = ?config.format, "Opened a window");
        Ok(Self {
            painter: Painter::new(&gpu, config.format, !gpu.is_software()),
            window,
            gpu,
            instance,
            surface,
            config,
        })
    }

    /// Shows the window.
    pub(crate) fn reveal(&self) {
        self.window.set_visible(true);
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

    /// Changes the text that lies over the scenes from now on.
    pub(crate) fn set_panel(&mut self, panel: &Panel) {
        self.painter.set_panel(&self.gpu, Some(panel));
    }

    /// Shows `scene`; waits for the display's clock.
    ///
    /// # Errors
    ///
    /// [`PlayError::AdapterFailed`] when the device no longer works.
    pub(crate) fn show(&mut self, scene: &Scene<'_>) -> Result<Shown, PlayError> {
        let Some((texture, stale)) = self.acquire()? else {
            return Ok(Shown::NotNow);
        };
        let view = texture.texture.create_view(&Default::default());
        self.painter.paint(&self.gpu, &view, self.size(), scene);
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

/// A device and the surface it draws on.
struct Drawing {
    instance: wgpu::Instance,
    surface: wgpu::Surface<'static>,
    gpu: Gpu,
}

/// The best way to draw in `window`: through Vulkan, Metal or DirectX; through OpenGL where they
/// are not there, or have no more than software to offer and OpenGL has.
fn best_drawing(event_loop: &ActiveEventLoop, window: &Arc<Window>) -> Result<Drawing, PlayError> {
    let primary = drawing(event_loop, window, wgpu::Backends::PRIMARY);
    if primary
        .as_ref()
        .is_ok_and(|drawing| !drawing.gpu.is_software())
    {
        return primary;
    }
    let opengl = drawing(event_loop, window, wgpu::Backends::GL);
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
    let gpu = Gpu::open(&instance, Some(&surface))?;
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
