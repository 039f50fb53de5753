//! The graphics card's backend: wgpu compute shaders on every vendor, and the same orbits as the processor's.
//!
//! ```text
//! [FramePlan] -> iterate -> histogram -> density -> filter -> tone map -> pixels, planes -> read back
//! ```
//!
//! The same slabs, the same integers, and elementary functions of our own: a picture differs from the processor's by
//! rounding only (`docs/rendering.md`, section 9). Whatever fails here fails as a [`GpuError`], a sentence that a person
//! can be shown; [`crate::Renderer`] then draws on the processor.
//!
//! * [`adapter`]: which of the machine's adapters, and whether it can do the work.
//! * [`device`]: buffers, bounded submissions, faults. [`pipeline`], [`cache`]: compiled shaders, and the same on disk.
//! * [`histogram`], [`iterate`]: the chaos game.
//! * [`develop`]: everything after it.
//! * [`live`]: frames that never end, for a window.

mod adapter;
mod cache;
mod develop;
mod device;
mod histogram;
mod iterate;
mod live;
mod pipeline;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use adapter::{AdapterChoice, AdapterKind, AdapterSummary, list as list_adapters, needs};
pub use live::LiveRenderer;

use crate::plan::FramePlan;
use crate::{Frame, LinearImage, Planes, RenderControl};
use develop::{DevelopPipelines, Development};
use device::{GpuDevice, Staged};
use histogram::HistogramBuffers;
use iterate::Games;

/// Why the device did not draw.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// There is none, or none that was asked for.
    #[error("no graphics adapter can be used: {reason}")]
    NoAdapter {
        /// What was looked for and what was found.
        reason: String,
    },
    /// The adapter cannot do what is needed.
    #[error("{adapter} cannot render: {reason}")]
    NotSuitable {
        /// Its name.
        adapter: String,
        /// What it lacks.
        reason: String,
    },
    /// More memory is needed than the device or the caller gives.
    #[error("{what} needs {} MiB on the graphics card, which gives {} MiB", bytes >> 20, limit >> 20)]
    TooLarge {
        /// What is too large.
        what: String,
        /// Bytes that it takes.
        bytes: u64,
        /// Bytes that there are.
        limit: u64,
    },
    /// The device ran out of memory.
    #[error("the graphics card has no memory left")]
    OutOfMemory,
    /// The device is gone: unplugged, reset, or its driver gave up.
    #[error("the graphics card was lost: {reason}")]
    Lost {
        /// What the driver says.
        reason: String,
    },
    /// The device refused a command or a shader: our bug, or the driver's.
    #[error("the graphics card refused a command: {reason}")]
    Invalid {
        /// What it complains about.
        reason: String,
    },
    /// The caller asked for it.
    #[error("the render was cancelled")]
    Cancelled,
}

impl From<wgpu::Error> for GpuError {
    fn from(error: wgpu::Error) -> Self {
        match error {
            wgpu::Error::OutOfMemory { .. } => Self::OutOfMemory,
            other => Self::Invalid {
                reason: other.to_string(),
            },
        }
    }
}

/// How long the stages of a frame took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageTimes {
    /// The chaos game.
    pub iterate: Duration,
    /// Logarithm, density estimation, filter and tone map.
    pub develop: Duration,
    /// From the device to the processor's memory.
    pub read_back: Duration,
}

/// Draws frames on one device.
pub struct GpuRenderer {
    device: Arc<GpuDevice>,
    pipelines: DevelopPipelines,
    games: Games,
    /// Buffers of the last frame, for the next one of the same shape.
    canvas: Option<Canvas>,
}

/// The buffers of frames of one shape.
struct Canvas {
    histogram: HistogramBuffers,
    development: Development,
}

/// A frame that the device is still busy with.
pub struct PendingPlanes {
    staged: Staged,
    width: u32,
    height: u32,
}

impl GpuRenderer {
    /// Opens the adapter that `choice` prefers.
    ///
    /// # Errors
    ///
    /// [`GpuError::NoAdapter`] and [`GpuError::NotSuitable`]; draw on the processor then.
    pub fn open(choice: &AdapterChoice) -> Result<Self, GpuError> {
        Self::on(adapter::open(choice)?)
    }

    fn on(device: GpuDevice) -> Result<Self, GpuError> {
        Ok(Self {
            pipelines: DevelopPipelines::new(&device)?,
            device: Arc::new(device),
            games: Games::new(),
            canvas: None,
        })
    }

    /// The adapter that draws.
    #[must_use]
    pub fn adapter(&self) -> &AdapterSummary {
        &self.device.summary
    }

    /// The device itself, for tests that take it away.
    #[cfg(test)]
    pub(crate) fn wgpu_device(&self) -> wgpu::Device {
        self.device.device.clone()
    }

    /// Draws a frame; the twin of [`crate::render`].
    ///
    /// # Errors
    ///
    /// [`GpuError::Cancelled`] when `control` says so; otherwise what is wrong with the device, and the frame can be drawn
    /// by the processor.
    pub fn render(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<Frame, GpuError> {
        self.draw(plan, control, &mut None)
    }

    /// Draws a frame and says how long its stages took; for measurements, because it waits after each.
    ///
    /// # Errors
    ///
    /// As [`Self::render`].
    pub fn render_timed(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<(Frame, StageTimes), GpuError> {
        let mut times = Some(StageTimes::default());
        let frame = self.draw(plan, control, &mut times)?;
        Ok((frame, times.unwrap_or_default()))
    }

    /// Draws a frame and says how long its longest dispatch took, which is how long a desktop on the same card may stand
    /// still; for measurements, because it waits after every dispatch.
    ///
    /// # Errors
    ///
    /// As [`Self::render`].
    pub fn longest_dispatch(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<Duration, GpuError> {
        let device = Arc::clone(&self.device);
        device.measured(|| self.draw(plan, control, &mut None).map(drop))
    }

    /// Draws a frame, with its times where they are wanted.
    fn draw(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
        times: &mut Option<StageTimes>,
    ) -> Result<Frame, GpuError> {
        let device = Arc::clone(&self.device);
        let canvas = self.accumulate(plan, control, times)?;
        let start = Instant::now();
        canvas.development.develop(&device)?;
        if let Some(times) = times {
            device.wait()?;
            times.develop += start.elapsed();
        }
        let start = Instant::now();
        let pixels = u64::from(plan.shape.width) * u64::from(plan.shape.height);
        let words = device
            .stage(canvas.development.pixels(), pixels * 8)?
            .words()?;
        let frame = frame(plan, &words);
        if let Some(times) = times {
            times.read_back = start.elapsed();
        }
        (control.progress)(1.0);
        Ok(frame)
    }

    /// Draws a picture up to the tone map; the twin of [`crate::render_linear`].
    ///
    /// # Errors
    ///
    /// As [`Self::render`].
    pub fn render_linear(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<LinearImage, GpuError> {
        let device = Arc::clone(&self.device);
        let canvas = self.accumulate(plan, control, &mut None)?;
        let linear = canvas.development.linear(&device)?;
        let pixels = u64::from(plan.shape.width) * u64::from(plan.shape.height);
        let words = device.stage(&linear, pixels * 16)?.words()?;
        let pixels = words
            .as_chunks::<4>()
            .0
            .iter()
            .map(|pixel| pixel.map(|word| f32::from_bits(word) / 255.0))
            .collect();
        (control.progress)(1.0);
        Ok(LinearImage::new(
            plan.shape.width,
            plan.shape.height,
            pixels,
        ))
    }

    /// Draws a frame as a video encoder takes it.
    ///
    /// When this returns, everything is submitted and the copy to the processor's memory is under way; the next frame may
    /// be started before this one is waited for, so that computing, reading back and encoding overlap.
    ///
    /// # Errors
    ///
    /// As [`Self::render`].
    pub fn start_planes(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<PendingPlanes, GpuError> {
        let device = Arc::clone(&self.device);
        let canvas = self.accumulate(plan, control, &mut None)?;
        canvas.development.develop(&device)?;
        let planes = canvas.development.planes(&device)?;
        let bytes = planes_words(plan.shape.width, plan.shape.height) * 4;
        let staged = device.stage(planes, bytes)?;
        (control.progress)(1.0);
        Ok(PendingPlanes {
            staged,
            width: plan.shape.width,
            height: plan.shape.height,
        })
    }

    /// Plays every pass and sums their logarithmic densities; `times` are taken where they are wanted.
    fn accumulate(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
        times: &mut Option<StageTimes>,
    ) -> Result<&mut Canvas, GpuError> {
        assert!(
            plan.nudge.is_none(),
            "floors are measured on the processor only"
        );
        let device = Arc::clone(&self.device);
        device.check()?;
        let result = self.accumulate_here(&device, plan, control, times);
        if let Err(GpuError::OutOfMemory | GpuError::TooLarge { .. }) = result {
            // The next frame may be smaller.
            self.canvas = None;
            device.forgive();
        }
        result?;
        self.canvas.as_mut().ok_or(GpuError::OutOfMemory)
    }

    fn accumulate_here(
        &mut self,
        device: &GpuDevice,
        plan: &FramePlan,
        control: &RenderControl<'_>,
        times: &mut Option<StageTimes>,
    ) -> Result<(), GpuError> {
        let (canvas, _) = Canvas::of(self.canvas.take(), device, &self.pipelines, plan)?;
        for pass in 0..plan.passes {
            let start = Instant::now();
            let mut encoder = device.encoder();
            canvas.histogram.clear(&mut encoder);
            device.submit(encoder.finish())?;
            let progress = |part: f64| {
                let passes = f64::from(plan.passes);
                (control.progress)(0.9 * (f64::from(pass) + part) / passes);
            };
            let watched = RenderControl {
                cancelled: control.cancelled,
                progress: &progress,
            };
            self.games
                .play(device, plan, pass, &canvas.histogram, &watched)?;
            if let Some(times) = times {
                device.wait()?;
                times.iterate += start.elapsed();
            }
            let start = Instant::now();
            canvas.development.add_pass(device, pass == 0, control)?;
            if let Some(times) = times {
                device.wait()?;
                times.develop += start.elapsed();
            }
        }
        self.canvas = Some(canvas);
        Ok(())
    }
}

impl Canvas {
    /// The buffers `before` with the numbers of `plan`, or new ones where those do not fit; and whether they are new.
    fn of(
        before: Option<Self>,
        device: &GpuDevice,
        pipelines: &DevelopPipelines,
        plan: &FramePlan,
    ) -> Result<(Self, bool), GpuError> {
        if let Some(mut canvas) = before
            && canvas.set_plan(device, plan)?
        {
            return Ok((canvas, false));
        }
        Ok((Self::new(device, pipelines, plan)?, true))
    }

    fn new(
        device: &GpuDevice,
        pipelines: &DevelopPipelines,
        plan: &FramePlan,
    ) -> Result<Self, GpuError> {
        device.check_memory(HistogramBuffers::bytes(plan) + Development::bytes(plan))?;
        let histogram = HistogramBuffers::new(device, plan)?;
        Ok(Self {
            development: Development::new(device, pipelines, plan, &histogram)?,
            histogram,
        })
    }

    /// Goes on to the frame of `plan`; false where it needs other buffers.
    fn set_plan(&mut self, device: &GpuDevice, plan: &FramePlan) -> Result<bool, GpuError> {
        self.development
            .set_plan(device, plan, crate::packing::has_counts(plan))
    }
}

impl PendingPlanes {
    /// Waits for the frame.
    ///
    /// # Errors
    ///
    /// Where the device was lost meanwhile.
    pub fn wait(self) -> Result<Planes, GpuError> {
        let (width, height) = (self.width, self.height);
        let words = self.staged.words()?;
        let numbers: &[u16] = bytemuck::cast_slice(&words);
        let [luma, chroma] = plane_sizes(width, height);
        let chroma_at = luma.next_multiple_of(2);
        let red_at = chroma_at + chroma.next_multiple_of(2);
        Ok(Planes {
            width,
            height,
            luma: numbers[..luma].to_vec(),
            chroma_blue: numbers[chroma_at..][..chroma].to_vec(),
            chroma_red: numbers[red_at..][..chroma].to_vec(),
        })
    }
}

/// Numbers of the luma plane and of a chroma plane.
fn plane_sizes(width: u32, height: u32) -> [usize; 2] {
    let (wide, high) = (width as usize, height as usize);
    [wide * high, wide.div_ceil(2) * high.div_ceil(2)]
}

/// Words of packed planes: each begins with a word of its own.
fn planes_words(width: u32, height: u32) -> u64 {
    let [luma, chroma] = plane_sizes(width, height);
    (luma.div_ceil(2) + 2 * chroma.div_ceil(2)) as u64
}

/// A frame of the device's pixels.
fn frame(plan: &FramePlan, words: &[u32]) -> Frame {
    let (pixels, _) = words.as_chunks::<2>();
    let colors = pixels
        .iter()
        .flat_map(|[low, high]| [*low as u16, (*low >> 16) as u16, *high as u16])
        .collect();
    let alpha = plan.tone.transparency.then(|| {
        pixels
            .iter()
            .map(|[_, high]| (*high >> 16) as u16)
            .collect()
    });
    Frame::new(plan.shape.width, plan.shape.height, colors, alpha)
}
