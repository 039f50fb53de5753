//! One variation's tile: a grid of coloured lines, seen through it.
//!
//! The grid is a flame of its own: every line is an xform that scatters points along it, warm colours for lines
//! across, cool ones for lines down. The variation is the final xform, so it moves what is drawn and nothing
//! else, and the picture is its map. Where the window has to be is found by looking at a small picture first.

use woolgather_genome::{
    Affine, Estimator, Genome, PALETTE_ENTRIES, Palette, PaletteMode, Variation, WeightedVariation,
    Xform,
};
use woolgather_render_kernel::{RenderControl, StillSettings, plan_still, render};

/// Lines of the grid in each direction.
const LINES: u32 = 9;
/// Half the grid's size in world units.
const REACH: f64 = 1.6;
/// Width of a line in world units.
const LINE: f64 = 0.012;
/// Half the size of what is looked at to find the window, in world units.
const FIELD: f64 = 9.0;
/// Pixels of that look.
const PROBE: u32 = 288;
/// Shares of the light that may lie outside on each side of a window, and by how much the rest is then enlarged.
/// The smaller window counts: the first fits a picture with an edge, the second one that thins out for ever.
const TAILS: [(f64, f64); 2] = [(0.015, 1.12), (0.2, 2.25)];

/// What to set where the defaults show too little: weight, translation of the grid, parameters.
type Setting = (f64, [f64; 2], &'static [f64]);

/// Draws the tile of `variation`: `size` x `size` pixels, 8 bits per channel.
pub(super) fn draw(variation: Variation, size: u32, quality: f64) -> anyhow::Result<Vec<u8>> {
    let mut genome = genome(variation);
    let (center, half) = window(&genome)?;
    genome.center = center;
    genome.scale = f64::from(genome.size[1]) / (2.0 * half);
    picture(&genome, size, quality)
}

fn picture(genome: &Genome, size: u32, quality: f64) -> anyhow::Result<Vec<u8>> {
    let plan = plan_still(
        genome,
        &StillSettings {
            width: size,
            height: size,
            quality,
            rng_seed: 1,
            ..StillSettings::default()
        },
    )?;
    Ok(render(&plan, &RenderControl::unattended())?.to_rgb8())
}

/// The middle and half the size of the square that holds nearly all of the light.
fn window(genome: &Genome) -> anyhow::Result<([f64; 2], f64)> {
    let wide = Genome {
        center: [0.0, 0.0],
        scale: f64::from(genome.size[1]) / (2.0 * FIELD),
        supersample: 1,
        ..genome.clone()
    };
    let rgb = picture(&wide, PROBE, 60.0)?;
    let mut columns = vec![0.0; PROBE as usize];
    let mut rows = columns.clone();
    for (place, pixel) in rgb.chunks_exact(3).enumerate() {
        let light: f64 = pixel.iter().map(|&channel| f64::from(channel)).sum();
        columns[place % PROBE as usize] += light;
        rows[place / PROBE as usize] += light;
    }
    let windows = TAILS.map(|(tail, margin)| {
        let ([left, right], [top, bottom]) = (extent(&columns, tail), extent(&rows, tail));
        let center = [0.5 * (left + right), 0.5 * (top + bottom)];
        let half = 0.5 * margin * (right - left).max(bottom - top);
        (center, half.clamp(0.25, FIELD))
    });
    let [edged, thinning] = windows;
    Ok(if edged.1 <= thinning.1 {
        edged
    } else {
        thinning
    })
}

/// From where to where all of `light` but a share of `tail` on each side lies, in world units.
fn extent(light: &[f64], tail: f64) -> [f64; 2] {
    let total: f64 = light.iter().sum();
    let place = |share: f64| {
        let mut sum = 0.0;
        let found = light.iter().position(|light| {
            sum += light;
            sum >= share * total
        });
        found.unwrap_or(light.len() / 2) as f64
    };
    let step = 2.0 * FIELD / f64::from(PROBE);
    [
        place(tail) * step - FIELD,
        (place(1.0 - tail) + 1.0) * step - FIELD,
    ]
}

/// An xform that shows `variation` and nothing else.
pub(crate) fn lens(variation: Variation) -> Xform {
    let (weight, [c, f], parameters) = setting(variation);
    let mut last = WeightedVariation::new(variation, weight);
    last.parameters[..parameters.len()].copy_from_slice(parameters);
    let mut variations = vec![last];
    if variation == Variation::PreBlur {
        // It blurs what others see, so another one has to look.
        variations.insert(0, WeightedVariation::new(Variation::Linear, 1.0));
    }
    Xform {
        color_speed: 0.0,
        coefs: Affine {
            c,
            f,
            ..Affine::IDENTITY
        },
        variations,
        ..Xform::default()
    }
}

/// The grid, with `variation` as its final xform.
fn genome(variation: Variation) -> Genome {
    Genome {
        size: [256, 256],
        supersample: 2,
        filter_radius: 0.6,
        brightness: 5.0,
        gamma: 2.6,
        vibrancy: 1.0,
        highlight_power: 1.0,
        estimator: Estimator {
            radius: 0.0,
            minimum: 0.0,
            ..Estimator::default()
        },
        palette_mode: PaletteMode::Linear,
        palette: palette(),
        xforms: grid(),
        final_xform: Some(lens(variation)),
        ..Genome::default()
    }
}

/// One xform per line: random points of a square, flattened and moved to the line's place.
fn grid() -> Vec<Xform> {
    let line = |number: u32| {
        let share = f64::from(number % LINES) / f64::from(LINES - 1);
        let at = REACH * (2.0 * share - 1.0);
        let across = number < LINES;
        let post = if across {
            Affine::from_columns([2.0 * REACH, 0.0, 0.0, LINE, 0.0, at])
        } else {
            Affine::from_columns([LINE, 0.0, 0.0, 2.0 * REACH, at, 0.0])
        };
        Xform {
            weight: 1.0,
            color: if across {
                0.02 + 0.45 * share
            } else {
                0.53 + 0.45 * share
            },
            color_speed: 1.0,
            post,
            variations: vec![WeightedVariation::new(Variation::Square, 1.0)],
            ..Xform::default()
        }
    };
    (0..2 * LINES).map(line).collect()
}

/// The first half warm, the second cool.
pub(crate) fn palette() -> Palette {
    const STOPS: [[f64; 3]; 6] = [
        [1.0, 0.78, 0.32],
        [1.0, 0.42, 0.22],
        [0.93, 0.20, 0.46],
        [0.22, 0.86, 0.72],
        [0.20, 0.58, 1.0],
        [0.55, 0.40, 1.0],
    ];
    Palette::new(std::array::from_fn(|entry| {
        let half = PALETTE_ENTRIES / 2;
        let at = 2.0 * (entry % half) as f64 / (half - 1) as f64;
        let first = 3 * (entry / half) + (at as usize).min(1);
        let share = at - (at as usize).min(1) as f64;
        let mix = |i: usize| STOPS[first][i] + (STOPS[first + 1][i] - STOPS[first][i]) * share;
        [mix(0), mix(1), mix(2), 1.0]
    }))
}

/// What shows a variation best.
fn setting(variation: Variation) -> Setting {
    const MIDDLE: [f64; 2] = [0.0, 0.0];
    const ASIDE: [f64; 2] = [0.5, 0.4];
    match variation {
        Variation::Waves | Variation::Popcorn => (1.0, [0.35, 0.3], &[]),
        Variation::Rings => (1.0, [0.5, 0.0], &[]),
        Variation::Fan => (1.0, [0.45, 0.0], &[]),
        Variation::Blob => (1.0, MIDDLE, &[0.4, 1.1, 5.0]),
        Variation::Pdj => (1.0, MIDDLE, &[1.4, 1.9, 1.1, 2.1]),
        Variation::Fan2 => (1.0, MIDDLE, &[0.45, 0.3]),
        Variation::Rings2 => (1.0, MIDDLE, &[0.6]),
        Variation::Perspective => (1.0, MIDDLE, &[0.45, 2.6]),
        Variation::Julian => (1.0, MIDDLE, &[3.0, 1.0]),
        Variation::Juliascope => (1.0, MIDDLE, &[4.0, 1.0]),
        Variation::RadialBlur => (0.25, MIDDLE, &[0.6]),
        Variation::Pie => (1.0, MIDDLE, &[6.0, 0.2, 0.5]),
        Variation::Curl => (1.0, MIDDLE, &[0.45, 0.15]),
        Variation::Rectangles => (1.0, MIDDLE, &[0.55, 0.7]),
        Variation::Disc2 => (1.0, MIDDLE, &[0.5, 0.6]),
        Variation::SuperShape => (1.0, MIDDLE, &[0.0, 6.0, 0.7, 1.6, 1.9, 0.1]),
        Variation::Flower => (1.0, MIDDLE, &[5.0, 0.1]),
        Variation::Conic => (1.0, MIDDLE, &[0.8, 0.0]),
        Variation::Parabola => (1.0, MIDDLE, &[1.0, 1.0]),
        Variation::Bent2 => (1.0, MIDDLE, &[-0.5, 1.8]),
        Variation::Bipolar => (1.0, MIDDLE, &[0.3]),
        Variation::Cell => (1.0, MIDDLE, &[0.9]),
        Variation::Cpow => (1.0, MIDDLE, &[1.0, 0.25, 2.0]),
        Variation::Curve => (1.0, MIDDLE, &[0.8, -0.7, 0.6, 0.5]),
        Variation::Escher => (1.0, ASIDE, &[1.0]),
        Variation::Lazysusan => (1.2, MIDDLE, &[0.5, 0.4, 1.2, 0.2, -0.1]),
        Variation::PreBlur => (0.12, MIDDLE, &[]),
        Variation::Modulus => (1.0, MIDDLE, &[1.3, 0.9]),
        Variation::Oscilloscope => (1.0, [0.0, 0.5], &[0.3, 0.9, 0.6, 0.4]),
        Variation::Popcorn2 => (1.0, MIDDLE, &[0.25, 0.2, 1.4]),
        Variation::Separation => (1.0, MIDDLE, &[0.5, 0.4, 0.3, 0.2]),
        Variation::Split => (1.0, [0.3, 0.2], &[0.8, 0.5]),
        Variation::Splits => (1.0, MIDDLE, &[0.4, 0.3]),
        Variation::Stripes => (1.0, [0.1, 0.0], &[0.4, 1.6]),
        Variation::Wedge => (1.0, MIDDLE, &[0.7, 0.2, 3.0, 0.3]),
        Variation::WedgeJulia => (1.0, MIDDLE, &[0.6, 2.0, 2.0, 1.0]),
        Variation::WedgeSph => (1.0, MIDDLE, &[0.7, 0.1, 3.0, 0.2]),
        Variation::Whorl => (1.9, MIDDLE, &[0.6, 0.9]),
        Variation::Waves2 => (1.0, MIDDLE, &[3.0, 4.0, 0.25, 0.2]),
        Variation::Auger => (1.0, MIDDLE, &[0.4, 0.5, 5.0, 0.3]),
        Variation::Flux => (0.8, MIDDLE, &[0.3]),
        Variation::Mobius => (1.0, MIDDLE, &[1.0, 0.2, 0.1, 0.4, 0.25, -0.35, 1.1, 0.3]),
        Variation::Loonie => (1.3, MIDDLE, &[]),
        Variation::Blade | Variation::Twintrian | Variation::Secant2 => (0.9, MIDDLE, &[]),
        Variation::Rays => (0.7, MIDDLE, &[]),
        Variation::Arch => (0.44, MIDDLE, &[]),
        Variation::Noise => (1.0, ASIDE, &[]),
        _ => (1.0, MIDDLE, &[]),
    }
}
