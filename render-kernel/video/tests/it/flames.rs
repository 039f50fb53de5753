//! Frames to encode: a small chaos game, so that tests see what flames look like to an encoder: dark
//! ground, thin bright threads, grain that is new in every frame, slow rotation.
//!
//! It is not the renderer and need not match it; the same arguments give the same frame on one machine.

use woolgather_video::{DecodedFrame, EncoderSettings};

/// A small recipe that encodes quickly.
pub(crate) fn small_settings() -> EncoderSettings {
    EncoderSettings {
        width: 96,
        height: 64,
        fps: 30,
        speed: 10,
        quantizer: 60,
        segment_frames: 8,
    }
}

/// Frame `frame` of a flame that turns once in 160 frames. `quality` is in samples a pixel.
pub(crate) fn flame(width: u32, height: u32, frame: u32, quality: u32) -> DecodedFrame {
    let bins = chaos_game(width as usize, height as usize, frame, quality);
    let chroma_width = width.div_ceil(2) as usize;
    let chroma_height = height.div_ceil(2) as usize;
    let mut picture = DecodedFrame {
        width,
        height,
        luma: bins.iter().map(|bin| to_luma(bin, quality)).collect(),
        chroma_blue: Vec::with_capacity(chroma_width * chroma_height),
        chroma_red: Vec::with_capacity(chroma_width * chroma_height),
    };
    for row in 0..chroma_height {
        for column in 0..chroma_width {
            let bin = &bins[2 * row * width as usize + 2 * column];
            let colour = if bin.hits > 0.0 {
                bin.colour / bin.hits
            } else {
                0.5
            };
            let strength = brightness(bin, quality) * 300.0;
            picture
                .chroma_blue
                .push((512.0 + strength * (0.7 - colour)) as u16);
            picture
                .chroma_red
                .push((512.0 + strength * (colour - 0.4)) as u16);
        }
    }
    picture
}

/// The frames of one segment of `settings`, `first` being its first frame's place in the clip.
pub(crate) fn flames(settings: &EncoderSettings, first: u32, quality: u32) -> Vec<DecodedFrame> {
    (first..first + settings.segment_frames)
        .map(|frame| flame(settings.width, settings.height, frame, quality))
        .collect()
}

#[derive(Clone, Default)]
struct Bin {
    hits: f32,
    colour: f32,
}

fn brightness(bin: &Bin, quality: u32) -> f32 {
    let density = bin.hits / quality as f32;
    ((1.0 + 2.0 * density).ln() / 4.0).min(1.0).powf(0.6)
}

fn to_luma(bin: &Bin, quality: u32) -> u16 {
    64 + (876.0 * brightness(bin, quality)) as u16
}

fn chaos_game(width: usize, height: usize, frame: u32, quality: u32) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); width * height];
    let mut rng = SplitMix(u64::from(frame) + 1);
    let (sin, cos) = (frame as f32 * std::f32::consts::TAU / 160.0).sin_cos();
    let (mut x, mut y, mut colour) = (0.1_f32, 0.2_f32, 0.5_f32);
    for sample in 0..width * height * quality as usize {
        let draw = rng.next();
        (x, y, colour) = match draw % 4 {
            0 => (
                0.55 * (cos * x - sin * y) + 0.6,
                0.55 * (sin * x + cos * y),
                colour * 0.5,
            ),
            1 => {
                let (px, py) = (0.8 * (cos * x + sin * y), 0.8 * (cos * y - sin * x) - 0.3);
                (px.sin() * 1.1, py.sin() * 1.1, colour * 0.5 + 0.5)
            }
            2 => {
                let scale = 0.45 / (x * x + y * y + 0.05);
                (x * scale - 0.4, y * scale, colour * 0.5 + 0.25)
            }
            _ => (
                0.7 * x - 0.3 * y - 0.5,
                0.3 * x + 0.7 * y + 0.2,
                colour * 0.5 + 0.35,
            ),
        };
        if sample < 20 {
            continue;
        }
        let scale = height as f32 / 4.0;
        let column = (x * cos - y * sin) * scale + width as f32 / 2.0;
        let row = (x * sin + y * cos) * scale + height as f32 / 2.0;
        if column >= 0.0 && row >= 0.0 && (column as usize) < width && (row as usize) < height {
            let bin = &mut bins[row as usize * width + column as usize];
            bin.hits += 1.0;
            bin.colour += colour;
        }
    }
    bins
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}
