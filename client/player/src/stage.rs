//! A place on the screen that can be drawn on, and its surface: opened, kept in step with its size, drawn on.
//!
//! What is drawn is the caller's: a stage hands out a target and shows it. Whose window it stands in is the
//! [`Place`]'s.

use std::sync::Arc;
use std::time::Duration;

use tracing::debug;

use crate::flock::PlayError;
use crate::gpu::{Gpu, Work};

/// A window, ours or somebody else's.
pub(crate) trait Place: Send + Sync {
    /// Its display, for the graphics library.
    fn display(self: Arc<Self>) -> Box<dyn wgpu::wgt::WgpuHasDisplayHandle>;

    /// Whether nothing but OpenGL may be tried there.
    fn has_only_opengl(&self) -> bool;

    /// A surface in it.
    ///
    /// # Errors
    ///
    /// [`PlayError::NoAdapter`] where the drivers behind `instance` have none for such windows.
    fn surface(&self, instance: &wgpu::Instance) -> Result<wgpu::Surface<'static>, PlayError>;

    /// Its size in pixels, width first.
    fn size(&self) -> (u32, u32);

    /// Its display's time for a picture, where the window system knows it.
    fn refresh(&self) -> Option<Duration>;

    /// Lets it be seen; it was invisible so that nobody saw it empty.
    fn reveal(&self);

    /// A picture is about to be handed to the window system.
    fn before_present(&self) {}

    /// Whether [`before_present`](Self::before_present) waits for the display's clock, so that handing over a picture
    /// need not.
    fn keeps_time(&self) -> bool {
        false
    }
}

/// A place that can be drawn on.
pub(crate) struct Stage {
    // Fields are dropped in this order: what draws in the window goes before the window.
    surface: wgpu::Surface<'static>,
    pub(crate) gpu: Gpu,
    instance: wgpu::Instance,
    place: Arc<dyn Place>,
    config: wgpu::SurfaceConfiguration,
    work: Work,
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
    /// Opens the best adapter that can draw at `place`.
    ///
    /// # Errors
    ///
    /// [`PlayError::NoAdapter`].
    pub(crate) fn open(place: Arc<dyn Place>, work: Work) -> Result<Self, PlayError> {
        let Drawing {
            instance,
            surface,
            gpu,
        } = best_drawing(&place, work)?;
        let config = configuration(&surface, &gpu, place.as_ref())?;
        configure(&surface, &gpu, &config)?;
        let info = gpu.adapter.get_info();
        debug!(adapter = info.name, backend = ?info.backend, format = ?config.format, "Opened a stage");
        Ok(Self {
            place,
            gpu,
            instance,
            surface,
            config,
            work,
            revealed: false,
        })
    }

    /// Opens another device where the one there is was opened for other work; the last picture stays meanwhile. What was
    /// made with the one before is of no use then, and has to be gone.
    ///
    /// # Errors
    ///
    /// [`PlayError::NoAdapter`] or [`PlayError::AdapterFailed`].
    pub(crate) fn turn_to(&mut self, work: Work) -> Result<(), PlayError> {
        if self.work == work {
            return Ok(());
        }
        self.gpu = Gpu::open(&self.instance, Some(&self.surface), work)?;
        self.work = work;
        self.config = configuration(&self.surface, &self.gpu, self.place.as_ref())?;
        self.configure()
    }

    /// Can the stage be seen?
    pub(crate) fn is_revealed(&self) -> bool {
        self.revealed
    }

    /// Lets the stage be seen; again does nothing.
    pub(crate) fn reveal(&mut self) {
        if !self.revealed {
            self.place.reveal();
            self.revealed = true;
        }
    }

    /// Pixel format of what is drawn on.
    pub(crate) fn format(&self) -> wgpu::TextureFormat {
        self.config.format
    }

    /// The display's time for a picture, where the window system knows it.
    pub(crate) fn refresh(&self) -> Option<Duration> {
        self.place.refresh()
    }

    /// Size of what is drawn on, in pixels.
    pub(crate) fn size(&self) -> (u32, u32) {
        (self.config.width, self.config.height)
    }

    /// Follows the window to another size; a window without pixels keeps its last one.
    ///
    /// # Errors
    ///
    /// [`PlayError::AdapterFailed`] when nothing can be shown in the window any more.
    pub(crate) fn resize(&mut self, (width, height): (u32, u32)) -> Result<(), PlayError> {
        let side_max = self.gpu.side_max();
        if width > 0 && height > 0 {
            self.config.width = width.min(side_max);
            self.config.height = height.min(side_max);
            self.configure()?;
        }
        Ok(())
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
        self.place.before_present();
        self.gpu.queue.present(texture);
        if stale {
            self.configure()?;
        }
        self.gpu.check()?;
        Ok(Shown::Yes)
    }

    fn configure(&self) -> Result<(), PlayError> {
        configure(&self.surface, &self.gpu, &self.config)
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
                Current::Outdated => self.configure()?,
                Current::Lost => {
                    self.surface = self.place.surface(&self.instance)?;
                    self.configure()?;
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

/// Readies the surface for pictures. One that this failed for must not be asked for any.
fn configure(
    surface: &wgpu::Surface<'_>,
    gpu: &Gpu,
    config: &wgpu::SurfaceConfiguration,
) -> Result<(), PlayError> {
    let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
    surface.configure(&gpu.device, config);
    match pollster::block_on(scope.pop()) {
        None => Ok(()),
        Some(error) => Err(PlayError::AdapterFailed {
            reason: error.to_string(),
        }),
    }
}

/// A device and the surface it draws on.
struct Drawing {
    instance: wgpu::Instance,
    surface: wgpu::Surface<'static>,
    gpu: Gpu,
}

/// The best way to draw at `place`: through Vulkan, Metal or DirectX; through OpenGL where they
/// are not there, or have no more than software to offer and OpenGL has.
fn best_drawing(place: &Arc<dyn Place>, work: Work) -> Result<Drawing, PlayError> {
    if place.has_only_opengl() {
        return drawing(place, wgpu::Backends::GL, work);
    }
    let primary = drawing(place, wgpu::Backends::PRIMARY, work);
    if primary
        .as_ref()
        .is_ok_and(|drawing| !drawing.gpu.is_software())
    {
        return primary;
    }
    let opengl = drawing(place, wgpu::Backends::GL, work);
    match (primary, opengl) {
        (Ok(primary), Ok(opengl)) if opengl.gpu.is_software() => Ok(primary),
        (_, Ok(opengl)) => Ok(opengl),
        (primary, Err(_)) => primary,
    }
}

fn drawing(
    place: &Arc<dyn Place>,
    backends: wgpu::Backends,
    work: Work,
) -> Result<Drawing, PlayError> {
    let instance = wgpu::Instance::new(
        wgpu::InstanceDescriptor {
            backends,
            flags: wgpu::InstanceFlags::empty(),
            ..wgpu::InstanceDescriptor::new_with_display_handle(Arc::clone(place).display())
        }
        .with_env(),
    );
    let surface = place.surface(&instance)?;
    let gpu = Gpu::open(&instance, Some(&surface), work)?;
    Ok(Drawing {
        instance,
        surface,
        gpu,
    })
}

/// Waits for the display's clock unless the place does, and takes a format that stores colours as they are given
/// where there is one: with 10 bits a channel, as the film has, or with 8. A software adapter's has 8, and can be written
/// into.
fn configuration(
    surface: &wgpu::Surface<'_>,
    gpu: &Gpu,
    place: &dyn Place,
) -> Result<wgpu::SurfaceConfiguration, PlayError> {
    use wgpu::PresentMode::{Fifo, Mailbox};
    use wgpu::TextureFormat::{Bgra8Unorm, Rgb10a2Unorm, Rgba8Unorm};
    let (width, height) = place.size();
    let side_max = gpu.side_max();
    let default = surface.get_default_config(
        &gpu.adapter,
        width.clamp(1, side_max),
        height.clamp(1, side_max),
    );
    let default = default.ok_or_else(|| PlayError::NoAdapter {
        reason: "the adapter cannot present to it".to_owned(),
    })?;
    let capabilities = surface.get_capabilities(&gpu.adapter);
    let never_waits = place.keeps_time() && capabilities.present_modes.contains(&Mailbox);
    let formats = capabilities.formats;
    let finest = (!gpu.is_software()).then_some(Rgb10a2Unorm);
    let plain = finest.into_iter().chain([Bgra8Unorm, Rgba8Unorm]);
    let plain = plain.into_iter().find(|format| formats.contains(format));
    let writable = wgpu::TextureUsages::COPY_DST & capabilities.usages;
    Ok(wgpu::SurfaceConfiguration {
        format: plain.unwrap_or(default.format),
        present_mode: if never_waits { Mailbox } else { Fifo },
        usage: if gpu.is_software() {
            default.usage | writable
        } else {
            default.usage
        },
        ..default
    })
}
