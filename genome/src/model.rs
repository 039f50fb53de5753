//! The genome: everything that defines a flame, with the meaning that flam3 gives to its files.
//!
//! Lengths are in world units (`center`, affine maps) or output pixels (`filter_radius`,
//! [`Estimator`]); angles are in degrees; colours are linear, 0 to 1. A [`Genome`] is plain data:
//! its fields may hold anything, [`Genome::check`] says whether they are legal.

use crate::{
    Edit, FilterShape, Interpolation, InterpolationType, Palette, PaletteInterpolation,
    PaletteMode, TemporalFilterShape, Xform,
};

/// A flame.
#[derive(Clone, Debug, PartialEq)]
pub struct Genome {
    /// At most 64 characters, without white space; may be empty.
    pub name: String,
    /// When this key genome is reached in an animation, in the file's own unit.
    pub time: f64,
    /// Width and height the genome was designed for, in pixels.
    pub size: [u32; 2],
    /// The world point at the middle of the picture; the camera turns about it.
    pub center: [f64; 2],
    /// Pixels per world unit at [`Genome::size`], before [`Genome::zoom`].
    pub scale: f64,
    /// Doublings of the scale; every one also quadruples the quality.
    pub zoom: f64,
    /// The camera's turn in degrees.
    pub rotate: f64,
    /// Histogram bins per pixel along each axis.
    pub supersample: u32,
    /// Radius of the spatial filter in pixels.
    pub filter_radius: f64,
    /// Kernel of the spatial filter.
    pub filter_shape: FilterShape,
    /// Samples per output pixel.
    pub quality: f64,
    /// Independent passes that are averaged.
    pub passes: u32,
    /// Moments of an open shutter, per pass.
    pub temporal_samples: u32,
    /// The shutter.
    pub temporal_filter: TemporalFilter,
    /// Colour under the flame, linear red, green and blue.
    pub background: [f64; 3],
    /// Gain before the logarithm.
    pub brightness: f64,
    /// Gamma of the tone map.
    pub gamma: f64,
    /// Density below which gamma fades to linear; 0 is never.
    pub gamma_threshold: f64,
    /// 0 applies gamma to each channel, 1 to the density only.
    pub vibrancy: f64,
    /// Desaturation of overexposed colours; -1 clips instead.
    pub highlight_power: f64,
    /// Turn of a library palette's hue, as a fraction; kept when the palette has been read.
    pub hue: f64,
    /// Density estimation.
    pub estimator: Estimator,
    /// How a palette coordinate finds its colour.
    pub palette_mode: PaletteMode,
    /// The curve through an animation's key genomes.
    pub interpolation: Interpolation,
    /// How affine maps are blended.
    pub interpolation_type: InterpolationType,
    /// How palettes are blended.
    pub palette_interpolation: PaletteInterpolation,
    /// Share of RGB in [`PaletteInterpolation::HsvCircular`], 0 to 1.
    pub hsv_rgb_palette_blend: f64,
    /// The colours.
    pub palette: Palette,
    /// The maps of the chaos game; their order matters.
    pub xforms: Vec<Xform>,
    /// Applied to every plotted point without feeding back into the game.
    pub final_xform: Option<Xform>,
    /// Where the genome comes from, newest first; not part of its canonical bytes.
    pub edits: Vec<Edit>,
}

impl Default for Genome {
    /// What flam3 starts from: every attribute absent, no colours, no xforms.
    fn default() -> Self {
        Self {
            name: String::new(),
            time: 0.0,
            size: [100, 100],
            center: [0.0, 0.0],
            scale: 50.0,
            zoom: 0.0,
            rotate: 0.0,
            supersample: 1,
            filter_radius: 0.5,
            filter_shape: FilterShape::default(),
            quality: 1.0,
            passes: 1,
            temporal_samples: 1000,
            temporal_filter: TemporalFilter::default(),
            background: [0.0; 3],
            brightness: 4.0,
            gamma: 4.0,
            gamma_threshold: 0.01,
            vibrancy: 1.0,
            highlight_power: -1.0,
            hue: 0.0,
            estimator: Estimator::default(),
            palette_mode: PaletteMode::default(),
            interpolation: Interpolation::default(),
            interpolation_type: InterpolationType::default(),
            palette_interpolation: PaletteInterpolation::default(),
            hsv_rgb_palette_blend: 0.0,
            palette: Palette::default(),
            xforms: Vec::new(),
            final_xform: None,
            edits: Vec::new(),
        }
    }
}

/// The shutter of motion blur.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TemporalFilter {
    /// How much each moment counts.
    pub shape: TemporalFilterShape,
    /// How long it is open, in the unit of [`Genome::time`].
    pub width: f64,
    /// Exponent of [`TemporalFilterShape::Exp`]; its sign is the direction.
    pub exponent: f64,
}

impl Default for TemporalFilter {
    fn default() -> Self {
        Self {
            shape: TemporalFilterShape::default(),
            width: 1.0,
            exponent: 0.0,
        }
    }
}

/// The density estimator's kernel, which narrows as a bin fills. Radii are in output pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimator {
    /// Radius of a bin that was hit once; 0 turns the estimator off.
    pub radius: f64,
    /// Smallest radius; at most [`Estimator::radius`].
    pub minimum: f64,
    /// How quickly the radius falls with the number of hits, above 0.
    pub curve: f64,
}

impl Default for Estimator {
    fn default() -> Self {
        Self {
            radius: 9.0,
            minimum: 0.0,
            curve: 0.4,
        }
    }
}
