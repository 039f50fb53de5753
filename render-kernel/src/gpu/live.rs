//! Frames that never end: progressive drawing for a window, on the window's own device.
//!
//! ```text
//! fade what is there -> add the plan's samples -> develop -> pixels
//! ```
//!
//! A window wants a picture every few milliseconds, in which a device draws only a little. The histogram therefore
//! outlives its frame: before each one it fades, so that the last frames are seen through the newest, as through a
//! shutter that is open longer. What has accumulated counts as the picture's quality, so the brightness stays.

use std::sync::Arc;

use woolgather_shaders::assemble::FADE;
use woolgather_shaders::layout::FadeUniform;

use super::device::GpuDevice;
use super::iterate::Games;
use super::pipeline::{Pipeline, Slot};
use super::{
    AdapterChoice, AdapterSummary, Canvas, DevelopPipelines, GpuError, adapter, histogram,
};
use crate::RenderControl;
use crate::plan::FramePlan;

/// Workgroups that fade a histogram; each goes over it in strides.
const FADE_GROUPS: u32 = 1024;
/// Threads of such a group.
const FADE_THREADS: u32 = 256;

/// Draws frame after frame on a device that somebody else shows them with.
pub struct LiveRenderer {
    device: Arc<GpuDevice>,
    pipelines: DevelopPipelines,
    games: Games,
    canvas: Option<Canvas>,
    fade: Pipeline,
    /// For the counts, whose words lie otherwise.
    fade_pairs: Pipeline,
    /// Samples per pixel that the histogram holds.
    quality: f64,
    size: [u32; 2],
}

impl LiveRenderer {
    /// Draws on the caller's device, which has at least WebGPU's default limits.
    ///
    /// # Errors
    ///
    /// [`GpuError::Invalid`] where the driver refuses a shader.
    pub fn new(
        adapter: &wgpu::Adapter,
        device: wgpu::Device,
        queue: wgpu::Queue,
    ) -> Result<Self, GpuError> {
        let summary = AdapterSummary::from(adapter.get_info());
        Self::on(GpuDevice::new(device, queue, summary, None))
    }

    /// Draws on a device of its own, for nobody to see: to measure.
    ///
    /// # Errors
    ///
    /// [`GpuError::NoAdapter`] and [`GpuError::NotSuitable`].
    pub fn open(choice: &AdapterChoice) -> Result<Self, GpuError> {
        Self::on(adapter::open(choice)?)
    }

    fn on(device: GpuDevice) -> Result<Self, GpuError> {
        let slots = [(0, Slot::Uniform), (1, Slot::Write), (2, Slot::Write)];
        Ok(Self {
            pipelines: DevelopPipelines::new(&device)?,
            fade: Pipeline::new(&device, FADE, "fade", &slots)?,
            fade_pairs: Pipeline::new(&device, FADE, "fade_pairs", &slots)?,
            device: Arc::new(device),
            games: Games::new(),
            canvas: None,
            quality: 0.0,
            size: [0; 2],
        })
    }

    /// The adapter that draws.
    #[must_use]
    pub fn adapter(&self) -> &AdapterSummary {
        &self.device.summary
    }

    /// Waits until the device has drawn everything.
    ///
    /// # Errors
    ///
    /// The device's faults.
    pub fn wait(&self) -> Result<(), GpuError> {
        self.device.wait()
    }

    /// Begins to compile, on threads of its own, what `plan` needs; true where all of it is there already. Called ahead of an
    /// edge, it spares the frame that begins it the compiler's time.
    pub fn prepare(&mut self, plan: &FramePlan) -> bool {
        self.games.prepare(&self.device, plan)
    }

    /// Lets what is there fade to `keep` (0 forgets everything, 0.9 keeps nine tenths), adds the samples of `plan` and
    /// develops. Only the first pass of a plan is drawn.
    ///
    /// # Errors
    ///
    /// The device's faults; the next frame begins with an empty histogram then.
    pub fn advance(&mut self, plan: &FramePlan, keep: f32) -> Result<(), GpuError> {
        self.device.check()?;
        let device = Arc::clone(&self.device);
        let pixels = f64::from(plan.shape.width) * f64::from(plan.shape.height);
        let quality = plan.samples() as f64 / pixels;
        let keep = (keep.clamp(0.0, 1.0) * 65_536.0) as u32;
        let mut held = std::mem::take(&mut self.quality) * f64::from(keep) / 65_536.0 + quality;
        let mut whole = plan.clone();
        whole.density.k2 *= quality / held;
        let (mut canvas, is_new) =
            Canvas::of(self.canvas.take(), &device, &self.pipelines, &whole)?;
        if is_new {
            // New buffers are empty: what was held is gone.
            held = quality;
            canvas.set_plan(&device, plan)?;
        } else {
            self.fade(&canvas, plan, keep)?;
        }
        let control = RenderControl::unattended();
        self.games
            .play(&device, plan, 0, &canvas.histogram, &control)?;
        canvas.development.add_pass(&device, true, &control)?;
        canvas.development.develop(&device)?;
        self.size = [plan.shape.width, plan.shape.height];
        self.quality = held;
        self.canvas = Some(canvas);
        Ok(())
    }

    /// Samples per pixel that the picture shows; 0 before the first frame.
    #[must_use]
    pub fn quality(&self) -> f64 {
        self.quality
    }

    /// The developed picture and its width and height: two words a pixel, `red | green << 16` and `blue | alpha << 16`, a
    /// channel 0 to 65,280; row-major, row 0 at the top. `None` before the first frame.
    #[must_use]
    pub fn pixels(&self) -> Option<(&wgpu::Buffer, [u32; 2])> {
        let canvas = self.canvas.as_ref()?;
        Some((canvas.development.pixels(), self.size))
    }

    /// Multiplies the histogram by `keep` / 65,536.
    fn fade(&self, canvas: &Canvas, plan: &FramePlan, keep: u32) -> Result<(), GpuError> {
        let device = &self.device;
        let mut encoder = device.encoder();
        if keep == 0 {
            canvas.histogram.clear(&mut encoder);
            return device.submit(encoder.finish());
        }
        let bins = histogram::bins(&plan.shape) as u32;
        let sums = &canvas.histogram;
        let pairs = sums.counts.as_ref().map(|counts| {
            // The second buffer is not looked at.
            (&self.fade_pairs, [counts, &sums.high], bins)
        });
        let all = [(&self.fade, [&sums.low, &sums.high], 4 * bins)];
        for (pipeline, [low, high], sums) in all.into_iter().chain(pairs) {
            let uniform = device.uniform("fade", size_of::<FadeUniform>())?;
            let content = FadeUniform {
                sums,
                keep,
                stride: FADE_GROUPS * FADE_THREADS,
                unused: 0,
            };
            device
                .queue
                .write_buffer(&uniform, 0, bytemuck::bytes_of(&content));
            let stage = pipeline.bind(device, &[&uniform, low, high]);
            stage.dispatch(&mut encoder, &[], [FADE_GROUPS, 1]);
        }
        device.submit(encoder.finish())
    }
}
