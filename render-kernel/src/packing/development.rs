//! The numbers of everything after the chaos game, in the form that the shaders read.

use woolgather_shaders::develop::{DevelopUniform, SQUARE};

use crate::plan::{FramePlan, HIT, Kernels};

/// What the plan says, in words and in single precision.
pub(crate) struct Numbers {
    pub(crate) frame: DevelopUniform,
    /// Low and high word of the first sum of hits that gets kernel 1, 2, ...; empty where nothing is spread.
    pub(crate) thresholds: Vec<[u32; 2]>,
    /// Where each kernel's weights begin, and its reach.
    pub(crate) kernels: Vec<[u32; 2]>,
    pub(crate) weights: Vec<f32>,
    pub(crate) filter: Vec<f32>,
}

impl Numbers {
    /// The numbers of `plan`; `counted` where the histogram keeps counts.
    pub(crate) fn new(plan: &FramePlan, counted: bool) -> Self {
        let (shape, filter, tone) = (&plan.shape, &plan.filter, &plan.tone);
        let bins = [shape.bins_wide(), shape.bins_high()];
        let size = [shape.width, shape.height];
        let mut numbers = Self {
            frame: DevelopUniform {
                bins,
                blocks: bins.map(|side| side.div_ceil(SQUARE)),
                size,
                supersample: shape.supersample,
                // As `cpu/filter.rs` places it.
                filter_offset: shape.gutter - (filter.width - shape.supersample) / 2,
                filter_width: filter.width,
                kernels: 0,
                count_around: 0,
                margin: 0,
                widest: 0,
                counted: u32::from(counted),
                k1: plan.density.k1 as f32,
                k2: plan.density.k2 as f32,
                exponent: tone.exponent as f32,
                gamma_threshold: tone.gamma_threshold as f32,
                curved_threshold: tone.curved_threshold as f32,
                vibrancy: tone.vibrancy as f32,
                background: tone.background.map(|channel| channel as f32),
                highlight_power: tone.highlight_power as f32,
                transparency: u32::from(tone.transparency),
                early_clip: u32::from(tone.early_clip),
                unused: [0; 2],
            },
            thresholds: Vec::new(),
            kernels: Vec::new(),
            weights: Vec::new(),
            filter: filter.kernel.clone(),
        };
        if let Some(kernels) = &plan.density.kernels {
            numbers.add_kernels(kernels);
        }
        numbers
    }

    fn add_kernels(&mut self, kernels: &Kernels) {
        self.frame.kernels = kernels.reach.len() as u32;
        self.frame.count_around = kernels.count_width / 2;
        self.frame.margin = kernels.margin;
        self.frame.widest = u32::from(kernels.reach[0]);
        for (kernel, &reach) in kernels.reach.iter().enumerate() {
            self.kernels
                .push([self.weights.len() as u32, u32::from(reach)]);
            let weights = kernels.weights(kernel).iter().map(|[weight, ..]| *weight);
            self.weights.extend(weights);
            if kernel > 0 {
                let threshold = threshold(kernels, kernel);
                self.thresholds
                    .push([threshold as u32, (threshold >> 32) as u32]);
            }
        }
    }
}

/// The smallest sum of hits, in units of 1 / [`HIT`], that gets `kernel` or a narrower one.
///
/// Found by asking the very function that the processor's backend asks, so the two cannot differ.
fn threshold(kernels: &Kernels, kernel: usize) -> u64 {
    let reached =
        |sum: u64| kernels.index(sum as f64 / f64::from(HIT) * kernels.count_scale) >= kernel;
    let (mut below, mut reached_at) = (0, u64::MAX);
    while below + 1 < reached_at {
        let middle = below + (reached_at - below) / 2;
        if reached(middle) {
            reached_at = middle;
        } else {
            below = middle;
        }
    }
    reached_at
}
