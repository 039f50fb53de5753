// What the stages after the chaos game share: the frame's numbers, and the band a dispatch works on.
//
// Every stage works on squares of 8 by 8 places, one workgroup each. A picture is cut into bands of such squares, so
// that no dispatch holds up the desktop.

// Twin: `develop.rs` of the shaders crate, field for field.
struct DevelopUniform {
    // Size of the histogram in bins.
    bins: vec2<u32>,
    // The same in blocks of 8 by 8 bins, rounded up.
    blocks: vec2<u32>,
    // Size of the picture in pixels.
    size: vec2<u32>,
    // Bins per pixel along each axis.
    supersample: u32,
    // Row and column of the first bin that the filter reads for pixel (0, 0).
    filter_offset: u32,
    // Bins along each side of the filter.
    filter_width: u32,
    // Kernels of density estimation.
    kernels: u32,
    // A bin's hits are counted in the square that reaches so far from it.
    count_around: u32,
    // Outermost rows and columns that are not spread.
    margin: u32,
    // Reach of the widest kernel.
    widest: u32,
    // 1 where the count of hits is kept beside alpha.
    counted: u32,
    // A bin of alpha `a` is scaled by k1 * ln(1 + k2 * a) / a.
    k1: f32,
    k2: f32,
    // 1 / gamma.
    exponent: f32,
    gamma_threshold: f32,
    // The threshold's own density after gamma.
    curved_threshold: f32,
    vibrancy: f32,
    // Linear, 0 to 1.
    background: vec3<f32>,
    highlight_power: f32,
    // 1 where the picture keeps its alpha and has no background.
    transparency: u32,
    // 1 where the tone map is applied to bins, ahead of the filter.
    early_clip: u32,
}

struct Band {
    // Rows of squares above the band.
    first: u32,
}

@group(0) @binding(0) var<uniform> frame: DevelopUniform;
@group(0) @binding(1) var<uniform> band: Band;
