//! What comes after the chaos game: from a histogram to pixels, and to the planes that a video encoder takes.
//!
//! ```text
//! histogram -> DENSITY -> plane -> FILTER -> pixels -> PLANES -> planes
//! ```
//!
//! Every entry point but [`MAKE_PLANES`] runs one invocation a bin or pixel in workgroups of 8 by 8, with
//! [`DevelopUniform`] at binding 0 and [`Band`] at binding 1 of group 0. The texts say what is at the others.

use bytemuck::{Pod, Zeroable};

/// The logarithm of the histogram, and density estimation: [`LOG_ONLY`], [`PREPARE`], [`COLLECT`].
pub const DENSITY: &str = concat!(
    include_str!("../wgsl/shared/math.wgsl"),
    include_str!("../wgsl/stages/develop.wgsl"),
    include_str!("../wgsl/stages/density.wgsl")
);

/// The spatial filter and the tone map: [`CLIP_BINS`], [`FILTER_PIXELS`], [`FILTER_LINEAR`].
pub const FILTER: &str = concat!(
    include_str!("../wgsl/shared/math.wgsl"),
    include_str!("../wgsl/stages/develop.wgsl"),
    include_str!("../wgsl/stages/tone_map.wgsl"),
    include_str!("../wgsl/stages/filter.wgsl")
);

/// The planes of a picture: [`MAKE_PLANES`], with [`PlanesMatrix`] at binding 0.
pub const PLANES: &str = include_str!("../wgsl/stages/planes.wgsl");

/// Entry point of [`DENSITY`]: adds every bin's logarithm to the plane.
pub const LOG_ONLY: &str = "log_only";

/// Entry point of [`DENSITY`]: takes every bin's logarithm and chooses its kernel.
pub const PREPARE: &str = "prepare";

/// Entry point of [`DENSITY`]: adds to every bin of the plane what the prepared bins spread there.
pub const COLLECT: &str = "collect";

/// Entry point of [`FILTER`]: applies the tone map to the plane, for early clip.
pub const CLIP_BINS: &str = "clip_bins";

/// Entry point of [`FILTER`]: filters the plane into 16-bit pixels.
pub const FILTER_PIXELS: &str = "filter_pixels";

/// Entry point of [`FILTER`]: filters the plane and stops before the tone map.
pub const FILTER_LINEAR: &str = "filter_linear";

/// Entry point of [`PLANES`], one invocation a word in workgroups of 256, 256 workgroups a row.
pub const MAKE_PLANES: &str = "make_planes";

/// Places along each side of the square that a workgroup works on.
pub const SQUARE: u32 = 8;

/// Words of a plane that a row of [`MAKE_PLANES`]'s workgroups makes.
pub const PLANES_ROW: u32 = 256 * 256;

/// `DevelopUniform` of `wgsl/stages/develop.wgsl`, which says what the members mean.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[expect(
    missing_docs,
    reason = "the text that reads them says it, and twice would drift apart"
)]
pub struct DevelopUniform {
    pub bins: [u32; 2],
    pub blocks: [u32; 2],
    pub size: [u32; 2],
    pub supersample: u32,
    pub filter_offset: u32,
    pub filter_width: u32,
    pub kernels: u32,
    pub count_around: u32,
    pub margin: u32,
    pub widest: u32,
    pub counted: u32,
    pub k1: f32,
    pub k2: f32,
    pub exponent: f32,
    pub gamma_threshold: f32,
    pub curved_threshold: f32,
    pub vibrancy: f32,
    pub background: [f32; 3],
    pub highlight_power: f32,
    pub transparency: u32,
    pub early_clip: u32,
    /// Fills the struct to a multiple of its alignment.
    pub unused: [u32; 2],
}

/// `Band` of `wgsl/stages/develop.wgsl`, at the distance that dynamic offsets must keep: its only member, and nothing
/// up to [`Band::STRIDE`].
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct Band([u32; 64]);

impl Band {
    /// Bytes from one band to the next in their buffer: WebGPU's default for uniform buffers.
    pub const STRIDE: u32 = size_of::<Self>() as u32;

    /// The band that begins `first` rows of squares from the top.
    #[must_use]
    pub fn new(first: u32) -> Self {
        let mut words = [0; 64];
        words[0] = first;
        Self(words)
    }
}

/// `PlanesMatrix` of `wgsl/stages/planes.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct PlanesMatrix {
    /// The luma's shares of red, green and blue, in units of 2⁻²⁰; the fourth is unused.
    pub luma: [i32; 4],
    /// Those of the blue difference.
    pub chroma_blue: [i32; 4],
    /// Those of the red difference.
    pub chroma_red: [i32; 4],
    /// Size of the picture in pixels.
    pub size: [u32; 2],
    /// Fills the struct to a multiple of its alignment.
    pub unused: [u32; 2],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::tests::{check, offsets};
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    #[test]
    fn every_text_is_valid_on_the_baseline_and_offers_what_it_promises() {
        for (text, entry_points) in [
            (DENSITY, &[LOG_ONLY, PREPARE, COLLECT] as &[_]),
            (FILTER, &[CLIP_BINS, FILTER_PIXELS, FILTER_LINEAR]),
            (PLANES, &[MAKE_PLANES]),
        ] {
            let module = naga::front::wgsl::parse_str(text)
                .unwrap_or_else(|e| panic!("{}", e.emit_to_string(text)));
            Validator::new(ValidationFlags::all(), Capabilities::empty())
                .validate(&module)
                .unwrap_or_else(|e| panic!("{}", e.emit_to_string(text)));
            let offered = module.entry_points.iter().map(|entry| entry.name.as_str());
            assert_eq!(offered.collect::<Vec<_>>(), entry_points);
        }
    }

    #[test]
    fn rust_and_wgsl_agree_on_every_offset() {
        check(
            DENSITY,
            "DevelopUniform",
            &offsets!(
                DevelopUniform,
                bins,
                blocks,
                size,
                supersample,
                filter_offset,
                filter_width,
                kernels,
                count_around,
                margin,
                widest,
                counted,
                k1,
                k2,
                exponent,
                gamma_threshold,
                curved_threshold,
                vibrancy,
                background,
                highlight_power,
                transparency,
                early_clip
            ),
            size_of::<DevelopUniform>(),
        );
        check(
            PLANES,
            "PlanesMatrix",
            &offsets!(PlanesMatrix, luma, chroma_blue, chroma_red, size),
            size_of::<PlanesMatrix>(),
        );
    }
}
