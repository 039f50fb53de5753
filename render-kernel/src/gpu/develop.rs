//! Everything after the chaos game: from a histogram to pixels, and to the planes that a video encoder takes.
//!
//! ```text
//! [HistogramBuffers] -> add_pass -> plane -> develop -> pixels -> planes
//!                                         -> linear
//! ```
//!
//! # Shapes and units
//!
//! * The plane is `vec4<f32>` a bin, as `cpu/density.rs` says.
//! * A pixel is two words, `red | green << 16` and `blue | alpha << 16`, of [`crate::Frame`]'s numbers.
//! * Planes are luma, blue difference and red difference, two 10-bit numbers a word; each begins with a word.
//!
//! # Work and waiting
//!
//! A submission holds up whatever else the device should do, the desktop first of all. So every stage is cut into bands
//! of rows whose work is bounded by its worst case, and each band is submitted by itself.
//!
//! # Twin
//!
//! `cpu/{density,filter,tone_map}.rs` and `planes.rs`. Single precision stands where the processor has double; kernels of
//! density estimation are chosen exactly, and planes are equal to the bit where the pixels are (`develop/tests.rs`).

mod pipelines;
#[cfg(test)]
mod tests;

use woolgather_shaders::develop::{Band, DevelopUniform, PLANES_ROW, PlanesMatrix, SQUARE};

use super::device::GpuDevice;
use super::histogram::HistogramBuffers;
use super::pipeline::{Pipeline, Stage};
use super::{GpuError, planes_words};
use crate::RenderControl;
use crate::packing::Numbers;
use crate::plan::{FramePlan, Shape};
use crate::planes::{CHROMA_BLUE, CHROMA_RED, LUMA};
pub(crate) use pipelines::DevelopPipelines;

/// Weights that a submission may apply: a twentieth of a second of an ordinary card or processor.
const TAPS_MAX: u64 = 400 << 20;
const TAPS_MAX_SOFTWARE: u64 = 5 << 20;
/// What a bin or pixel costs beside the weights, in weights.
const TAPS_BESIDE: u64 = 16;

/// The stages after the chaos game, with buffers for frames of one shape.
pub(crate) struct Development {
    sizes: Sizes,
    shape: Shape,
    numbers: Numbers,
    tables: Tables,
    plane: wgpu::Buffer,
    pixels: wgpu::Buffer,
    planes: wgpu::Buffer,
    logarithm: Logarithm,
    clip_bins: Stage,
    filter_pixels: Stage,
    /// Few renders want a linear image, and its buffer is large: its stage is made when it is asked for.
    filter_linear: Pipeline,
    make_planes: Stage,
}

/// The way from the histogram to the plane.
enum Logarithm {
    /// Density estimation is off.
    Plain(Stage),
    Spread {
        prepare: Stage,
        collect: Stage,
    },
}

/// The buffers that a frame's numbers are uploaded to.
struct Tables {
    frame: wgpu::Buffer,
    bands: wgpu::Buffer,
    thresholds: wgpu::Buffer,
    kernels: wgpu::Buffer,
    weights: wgpu::Buffer,
    filter: wgpu::Buffer,
    matrix: wgpu::Buffer,
}

/// Bytes of every buffer.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    plane: u64,
    source: u64,
    choices: u64,
    blocks: u64,
    pixels: u64,
    planes: u64,
    bands: u64,
    thresholds: u64,
    kernels: u64,
    weights: u64,
    filter: u64,
}

impl Sizes {
    fn new(shape: &Shape, numbers: &Numbers) -> Self {
        let area = |[wide, high]: [u32; 2]| u64::from(wide) * u64::from(high);
        let frame = &numbers.frame;
        let bins = area(frame.bins);
        let spread = u64::from(!numbers.kernels.is_empty());
        // Frames of a clip differ a little in their kernels; the room above lets most of them share the buffers.
        let roomy = |words: usize| 4 * (words as u64).next_power_of_two();
        Self {
            plane: bins * 16,
            source: spread * bins * 16,
            choices: spread * bins * 4,
            blocks: spread * area(frame.blocks) * 4,
            pixels: area(frame.size) * 8,
            planes: 4 * planes_words(shape.width, shape.height),
            bands: u64::from(frame.blocks[1]) * u64::from(Band::STRIDE),
            thresholds: roomy(numbers.thresholds.len() * 2),
            kernels: roomy(numbers.kernels.len() * 2),
            weights: roomy(numbers.weights.len()),
            filter: roomy(numbers.filter.len()),
        }
    }

    fn total(&self) -> u64 {
        self.plane
            + self.source
            + self.choices
            + self.blocks
            + self.pixels
            + self.planes
            + self.bands
            + self.thresholds
            + self.kernels
            + self.weights
            + self.filter
    }
}

impl Tables {
    fn new(device: &GpuDevice, sizes: &Sizes, blocks_high: u32) -> Result<Self, GpuError> {
        let bands: Vec<_> = (0..blocks_high).map(Band::new).collect();
        let tables = Self {
            frame: device.uniform("numbers of the frame", size_of::<DevelopUniform>())?,
            bands: device.uniform("bands", bands.len() * Band::STRIDE as usize)?,
            thresholds: device.storage("thresholds of kernels", sizes.thresholds)?,
            kernels: device.storage("kernels", sizes.kernels)?,
            weights: device.storage("weights of kernels", sizes.weights)?,
            filter: device.storage("weights of the filter", sizes.filter)?,
            matrix: device.uniform("matrix of the planes", size_of::<PlanesMatrix>())?,
        };
        let bands = bytemuck::cast_slice(&bands);
        device.queue.write_buffer(&tables.bands, 0, bands);
        Ok(tables)
    }

    fn upload(&self, device: &GpuDevice, numbers: &Numbers) {
        let write = |buffer: &wgpu::Buffer, bytes: &[u8]| {
            if !bytes.is_empty() {
                device.queue.write_buffer(buffer, 0, bytes);
            }
        };
        write(&self.frame, bytemuck::bytes_of(&numbers.frame));
        write(
            &self.matrix,
            bytemuck::bytes_of(&planes_matrix(numbers.frame.size)),
        );
        write(&self.thresholds, bytemuck::cast_slice(&numbers.thresholds));
        write(&self.kernels, bytemuck::cast_slice(&numbers.kernels));
        write(&self.weights, bytemuck::cast_slice(&numbers.weights));
        write(&self.filter, bytemuck::cast_slice(&numbers.filter));
    }
}

impl Development {
    /// Buffers for frames of the shape of `plan`, whose numbers are uploaded, fed from `histogram`.
    ///
    /// # Errors
    ///
    /// [`GpuError::TooLarge`] beyond the device's limits, [`GpuError::OutOfMemory`].
    pub(crate) fn new(
        device: &GpuDevice,
        pipelines: &DevelopPipelines,
        plan: &FramePlan,
        histogram: &HistogramBuffers,
    ) -> Result<Self, GpuError> {
        let numbers = Numbers::new(plan, histogram.counts.is_some());
        let sizes = Sizes::new(&plan.shape, &numbers);
        let tables = Tables::new(device, &sizes, numbers.frame.blocks[1])?;
        let plane = device.storage("logarithmic density", sizes.plane)?;
        let pixels = device.storage("pixels", sizes.pixels)?;
        let planes = device.storage("planes", sizes.planes)?;

        let logarithm = Logarithm::new(device, pipelines, &sizes, &tables, histogram, &plane)?;
        let clip_bins = [&tables.frame, &tables.bands, &plane];
        let filter = [
            &tables.frame,
            &tables.bands,
            &plane,
            &tables.filter,
            &pixels,
        ];
        let make_planes = [&tables.matrix, &pixels, &planes];
        let development = Self {
            logarithm,
            clip_bins: pipelines.clip_bins.bind(device, &clip_bins),
            filter_pixels: pipelines.filter_pixels.bind(device, &filter),
            filter_linear: pipelines.filter_linear.clone(),
            make_planes: pipelines.make_planes.bind(device, &make_planes),
            sizes,
            shape: plan.shape,
            numbers,
            tables,
            plane,
            pixels,
            planes,
        };
        development.tables.upload(device, &development.numbers);
        device.check()?;
        Ok(development)
    }

    /// Goes on to the frame of `plan`, whose histogram has counts if `counted`. False, and nothing has changed, where its
    /// shape is another or its kernels do not fit.
    ///
    /// # Errors
    ///
    /// What [`GpuDevice::check`] finds.
    pub(crate) fn set_plan(
        &mut self,
        device: &GpuDevice,
        plan: &FramePlan,
        counted: bool,
    ) -> Result<bool, GpuError> {
        let numbers = Numbers::new(plan, counted);
        let sizes = Sizes::new(&plan.shape, &numbers);
        let fits = self.shape == plan.shape
            && self.numbers.frame.counted == numbers.frame.counted
            && self.numbers.kernels.is_empty() == numbers.kernels.is_empty()
            && sizes.thresholds <= self.sizes.thresholds
            && sizes.kernels <= self.sizes.kernels
            && sizes.weights <= self.sizes.weights
            && sizes.filter <= self.sizes.filter;
        if fits {
            self.numbers = numbers;
            self.tables.upload(device, &self.numbers);
            device.check()?;
        }
        Ok(fits)
    }

    /// Device memory that the frames of `plan` take here.
    pub(crate) fn bytes(plan: &FramePlan) -> u64 {
        Sizes::new(&plan.shape, &Numbers::new(plan, false)).total()
    }

    /// Adds the histogram's logarithmic density to the plane, which the `first` pass empties.
    ///
    /// # Errors
    ///
    /// [`GpuError::Cancelled`] within a band's work of `control` saying so; what [`GpuDevice::check`] finds.
    pub(crate) fn add_pass(
        &self,
        device: &GpuDevice,
        first: bool,
        control: &RenderControl<'_>,
    ) -> Result<(), GpuError> {
        if first {
            let mut encoder = device.encoder();
            encoder.clear_buffer(&self.plane, 0, None);
            device.submit(encoder.finish())?;
        }
        let frame = &self.numbers.frame;
        match &self.logarithm {
            Logarithm::Plain(stage) => run(device, stage, frame.bins, 1, control),
            Logarithm::Spread { prepare, collect } => {
                let counted = 2 * u64::from(frame.count_around) + 1;
                run(device, prepare, frame.bins, counted * counted, control)?;
                let spread = 2 * u64::from(frame.widest) + 1;
                run(device, collect, frame.bins, spread * spread, control)
            }
        }
    }

    /// Filters the plane and maps its tones, into [`Self::pixels`]. With early clip the plane is used up.
    ///
    /// # Errors
    ///
    /// What [`GpuDevice::check`] finds.
    pub(crate) fn develop(&self, device: &GpuDevice) -> Result<(), GpuError> {
        let control = &RenderControl::unattended();
        let frame = &self.numbers.frame;
        if frame.early_clip != 0 {
            run(device, &self.clip_bins, frame.bins, 1, control)?;
        }
        run(
            device,
            &self.filter_pixels,
            frame.size,
            self.filter_taps(),
            control,
        )
    }

    /// The pixels that [`Self::develop`] made.
    pub(crate) fn pixels(&self) -> &wgpu::Buffer {
        &self.pixels
    }

    /// Makes planes of [`Self::pixels`].
    ///
    /// # Errors
    ///
    /// What [`GpuDevice::check`] finds.
    pub(crate) fn planes(&self, device: &GpuDevice) -> Result<&wgpu::Buffer, GpuError> {
        // A few integers a pixel: no picture that a device can hold takes long.
        let rows = (self.sizes.planes / 4).div_ceil(u64::from(PLANES_ROW)) as u32;
        let mut encoder = device.encoder();
        self.make_planes
            .dispatch(&mut encoder, &[], [PLANES_ROW / 256, rows]);
        device.submit(encoder.finish())?;
        Ok(&self.planes)
    }

    /// Filters the plane and stops before the tone map: `vec4<f32>` a pixel, on flam3's scale of 255.
    ///
    /// # Errors
    ///
    /// [`GpuError::TooLarge`] and [`GpuError::OutOfMemory`], as 16 bytes a pixel are allocated; what
    /// [`GpuDevice::check`] finds.
    pub(crate) fn linear(&self, device: &GpuDevice) -> Result<wgpu::Buffer, GpuError> {
        let control = &RenderControl::unattended();
        let densities = device.storage("filtered density", 2 * self.sizes.pixels)?;
        let buffers = [
            &self.tables.frame,
            &self.tables.bands,
            &self.plane,
            &self.tables.filter,
            &densities,
        ];
        let stage = self.filter_linear.bind(device, &buffers);
        let size = self.numbers.frame.size;
        run(device, &stage, size, self.filter_taps(), control)?;
        Ok(densities)
    }

    fn filter_taps(&self) -> u64 {
        u64::from(self.numbers.frame.filter_width).pow(2)
    }
}

/// What the planes are made with, of a picture of so many pixels.
fn planes_matrix(size: [u32; 2]) -> PlanesMatrix {
    PlanesMatrix {
        luma: row(LUMA),
        chroma_blue: row(CHROMA_BLUE),
        chroma_red: row(CHROMA_RED),
        size,
        unused: [0; 2],
    }
}

/// A row of the planes' matrix; its numbers have 14 bits.
fn row([red, green, blue]: [i64; 3]) -> [i32; 4] {
    [red as i32, green as i32, blue as i32, 0]
}

impl Logarithm {
    fn new(
        device: &GpuDevice,
        pipelines: &DevelopPipelines,
        sizes: &Sizes,
        tables: &Tables,
        histogram: &HistogramBuffers,
        plane: &wgpu::Buffer,
    ) -> Result<Self, GpuError> {
        let (frame, bands) = (&tables.frame, &tables.bands);
        let (low, high) = (&histogram.low, &histogram.high);
        if sizes.source == 0 {
            let buffers = [frame, bands, low, high, plane];
            return Ok(Self::Plain(pipelines.log_only.bind(device, &buffers)));
        }
        // The shader reads no counts where none are kept, but wants something in their place.
        let counts = histogram.counts.as_ref().unwrap_or(low);
        let source = &device.storage("logarithms", sizes.source)?;
        let choices = &device.storage("choices of kernels", sizes.choices)?;
        let blocks = &device.storage("reaches of blocks", sizes.blocks)?;
        let kernels = &tables.kernels;
        let prepare = [
            frame,
            bands,
            low,
            high,
            counts,
            &tables.thresholds,
            kernels,
            source,
            choices,
            blocks,
        ];
        let collect = [
            frame,
            bands,
            kernels,
            source,
            choices,
            blocks,
            &tables.weights,
            plane,
        ];
        Ok(Self::Spread {
            prepare: pipelines.prepare.bind(device, &prepare),
            collect: pipelines.collect.bind(device, &collect),
        })
    }
}

/// Runs `stage` over `size` places, at each of which it applies at most `taps` weights, band by band.
fn run(
    device: &GpuDevice,
    stage: &Stage,
    size: [u32; 2],
    taps: u64,
    control: &RenderControl<'_>,
) -> Result<(), GpuError> {
    let [wide, high] = size.map(|side| side.div_ceil(SQUARE));
    let most = if device.is_software() {
        TAPS_MAX_SOFTWARE
    } else {
        TAPS_MAX
    };
    let row = u64::from(wide * SQUARE * SQUARE) * (taps + TAPS_BESIDE);
    let rows = (most / row).clamp(1, u64::from(high)) as u32;
    let mut first = 0;
    while first < high {
        if (control.cancelled)() {
            return Err(GpuError::Cancelled);
        }
        let rows = rows.min(high - first);
        let mut encoder = device.encoder();
        stage.dispatch(&mut encoder, &[first * Band::STRIDE], [wide, rows]);
        device.submit(encoder.finish())?;
        first += rows;
    }
    Ok(())
}
