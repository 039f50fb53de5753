//! From a genome to a frame: plan, iterate, histogram, density estimation, filter, tone map.
//!
//! ```text
//! genome, settings -> [FramePlan] -> iterate -> histogram -> density estimation -> filter -> tone map -> [Frame]
//! ```
//!
//! # The algorithm, stage by stage
//!
//! What a genome means is in `woolgather-genome`; this is how it becomes light. Formulas follow flam3 3.1, whose pictures
//! are the reference (S. Draves and E. Reckase, *The Fractal Flame Algorithm*, 2003); `docs/rendering.md` in the project is
//! the specification to the bit.
//!
//! **Plan.** Genome, size and quality become plain numbers. A frame gets `quality * 4^zoom * width * height` samples, spread
//! over the moments of an open shutter where the frame belongs to a film.
//!
//! **Iterate.** 1,024 points at a time play the chaos game: each step every group of 32 draws an xform from integers, goes
//! through it, and is mixed with the others. A coordinate beyond 10¹⁰, or one that is not a number, is replaced by a fresh
//! point. After 24 steps points are plotted.
//!
//! **Histogram.** A hit adds the palette's red, green, blue and alpha at the point's colour coordinate, times the xform's
//! visibility, to the bin it falls on. `supersample` bins make a pixel along each axis, and a gutter around the picture feeds
//! the filters. Bins are integers, so the order of hits cannot show.
//!
//! **Logarithm.** With alpha `A`, area `width * height / ppu²` and `ppu = scale * 2^zoom`:
//!
//! ```text
//! k1 = brightness * 255 * 268 / 256 / passes
//! k2 = supersample² * passes / (area * 255 * quality * 4^zoom * mean shutter weight)
//! (r, g, b, a) = k1 * ln(1 + k2 A) / A * (R, G, B, A)
//! ```
//!
//! **Density estimation.** A bin with few hits is spread over a wide kernel and one with many over a narrow one, of radius
//! `estimator_radius / hits^estimator_curve` (a simplification of F. Suykens and Y. Willems, *Adaptive Filtering for
//! Progressive Monte Carlo Image Rendering*, WSCG 2000): grain goes, detail stays.
//!
//! **Spatial filter.** A pixel is the weighted sum of its bins and those around it; fourteen kernels, by flam3's wiring of
//! their names or by the textbook's ([`OutputSettings::true_filter_shapes`]).
//!
//! **Tone map.** With `d = a / 255` and `g = 1 / gamma`, opacity is `d^g`, bent to a straight line below `gamma_threshold`:
//!
//! ```text
//! scale = vibrancy * 256 * d^g / d
//! out   = scale * colour / 255 + (1 - vibrancy) * 256 * (colour / 255)^g + (1 - opacity) * background * 256
//! ```
//!
//! Vibrancy 1 keeps the hue of a colour, 0 brings every channel up by itself; `highlight_power` says how colours that are
//! too bright fade to white. [`render_linear`] stops before this stage.
//!
//! # In reading order
//!
//! * [`plan_still`], [`plan_clip_frame`], [`plan_keyframes`] and [`FramePlan`]: what to draw, as plain numbers.
//!   Everything that a backend needs is in the plan, and nothing else is.
//! * [`render`]: the processor's backend. Same plan, same bits, on every machine and for any number of threads.
//! * `gpu` (feature `gpu`): the graphics card's backend. Same plan, same orbits; a picture differs by rounding only.
//! * `packing` (feature `packing`): a plan as the bytes that the shaders read, for a graphics card or for a browser.
//! * [`Renderer`]: a card with the processor behind it, or the processor alone; what programs draw with.
//! * [`Frame`], [`LinearImage`] and [`Planes`]: the picture, the picture before the tone map, and the picture as a
//!   video encoder takes it.
//! * [`export`]: pictures as files, with their genome in them.
//! * [`Examiner`], [`bounds`] and [`measure`]: flames measured instead of drawn, for breeding and for artists.
//! * [`compare`]: whether two pictures are the same picture, which is how submissions are judged.
//! * [`streams`] and [`math`]: the random numbers and the elementary functions that the bits depend on.
//!
//! # A first picture
//!
//! ```
//! use woolgather_genome::starter_flock;
//! use woolgather_render_kernel::{RenderControl, StillSettings, plan_still, render};
//!
//! let settings = StillSettings {
//!     width: 64,
//!     height: 36,
//!     quality: 5.0,
//!     rng_seed: 1,
//!     ..StillSettings::default()
//! };
//! let plan = plan_still(&starter_flock()[0].genome(), &settings)?;
//! println!("{} samples, {} MiB", plan.samples(), plan.memory_bytes() >> 20);
//! let frame = render(&plan, &RenderControl::unattended())?;
//! assert_eq!(frame.to_rgb8().len(), 64 * 36 * 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod control;
mod cpu;
mod frame;
#[cfg(feature = "gpu")]
pub mod gpu;
mod linear;
#[cfg(feature = "packing")]
pub mod packing;
mod plan;
mod planes;
mod probe;
mod renderer;

pub mod compare;
pub mod export;
pub mod streams;

pub use control::RenderControl;
pub use cpu::{RenderError, math, render, render_linear, scatter_rate, with_threads};
pub use frame::Frame;
pub use linear::LinearImage;
pub use plan::{
    ClipGenomes, ClipSettings, FramePlan, KeyframeSettings, MEMORY_BYTES_MAX, OutputSettings,
    PlanError, SAMPLES_MAX, StillSettings, plan_clip_frame, plan_keyframes, plan_still,
};
pub use planes::Planes;
pub use probe::{Examiner, Measures, bounds, measure};
pub use renderer::{Backend, Renderer, Started};
