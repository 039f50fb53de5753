//! Planes to the bytes of a screen, on the processor.
//!
//! For machines without a graphics card: there a shader that reads whole numbers texel by texel takes many times as long.

use crate::planes::{DecodedFrame, chroma_side};

/// The order of a pixel's four bytes; the last one is opaque.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Red first.
    Rgba,
    /// Blue first.
    Bgra,
}

/// Sides of the tile of noise.
const TILE: usize = 64;
/// Added to a number from 0 to 255, it has the number rounded in the low byte of the sum's bits.
const ROUNDS: f32 = 8_388_608.0;

/// Writes `frame` as gamma-coded RGB, four bytes a pixel, rows from the top without gaps.
///
/// BT.709, limited range; a chroma sample sits on the left luma column of its pair and halfway between its two rows. The
/// ten bits become eight by a fixed noise of half a step, which hides the bands that smooth glows would show. The noise
/// is "interleaved gradient noise" from J. Jimenez, Next Generation Post Processing in Call of Duty (2014), as a tile.
///
/// # Panics
///
/// If `bytes` does not hold `4 * width * height`, or the planes do not have their frame's size.
pub fn write_rgb(frame: &DecodedFrame, order: ByteOrder, bytes: &mut [u8]) {
    let (width, height) = (frame.width as usize, frame.height as usize);
    assert_eq!(bytes.len(), 4 * width * height, "the bytes of a picture");
    let chroma = [frame.width, frame.height].map(|side| chroma_side(side) as usize);
    let noise = noise();
    let [mut blue, mut red] = [(); 2].map(|()| vec![0.0; 2 * chroma[0]]);
    let [gains, green] = match order {
        ByteOrder::Rgba => [[RED_GAIN, BLUE_GAIN], [RED_IN_GREEN, BLUE_IN_GREEN]],
        ByteOrder::Bgra => [[BLUE_GAIN, RED_GAIN], [BLUE_IN_GREEN, RED_IN_GREEN]],
    };
    let mut here = vec![0.0; chroma[0] + 1];
    for y in 0..height {
        chroma_row(&frame.chroma_blue, chroma, y, &mut here, &mut blue);
        chroma_row(&frame.chroma_red, chroma, y, &mut here, &mut red);
        let (first, third) = match order {
            ByteOrder::Rgba => (&red, &blue),
            ByteOrder::Bgra => (&blue, &red),
        };
        let noise = &noise[y % TILE];
        let luma = frame.luma[y * width..][..width].chunks(TILE);
        let row = bytes[4 * y * width..][..4 * width].chunks_mut(4 * TILE);
        let chroma = first.chunks(TILE).zip(third.chunks(TILE));
        for ((luma, row), (first, third)) in luma.zip(row).zip(chroma) {
            // Slices of one length, so that no step of the loop has to be checked.
            let pixels = luma.len();
            let (first, third, noise) = (&first[..pixels], &third[..pixels], &noise[..pixels]);
            let (row, _) = row[..4 * pixels].as_chunks_mut::<4>();
            for i in 0..pixels {
                let grey = (f32::from(luma[i]) - 64.0) * LUMA_GAIN + noise[i];
                let word = byte(grey + gains[0] * first[i])
                    | byte(grey - green[0] * first[i] - green[1] * third[i]) << 8
                    | byte(grey + gains[1] * third[i]) << 16
                    | 0xFF00_0000;
                row[i] = word.to_le_bytes();
            }
        }
    }
}

/// The whole number from 0 to 255 next to `value`.
fn byte(value: f32) -> u32 {
    (value.clamp(0.0, 255.0) + ROUNDS).to_bits() & 0xFF
}

/// A step of luma, in steps of the screen.
const LUMA_GAIN: f32 = 255.0 / 876.0;
/// A step of a difference, in steps of the screen's red, green and blue.
const RED_GAIN: f32 = 1.5748 * 255.0 / 896.0;
const BLUE_GAIN: f32 = 1.8556 * 255.0 / 896.0;
const RED_IN_GREEN: f32 = 0.468_124 * 255.0 / 896.0;
const BLUE_IN_GREEN: f32 = 0.187_324 * 255.0 / 896.0;

/// A difference plane at the pixels of luma row `y`, around 0; the plane has these sides.
fn chroma_row(
    plane: &[u16],
    [width, height]: [usize; 2],
    y: usize,
    here: &mut [f32],
    row: &mut [f32],
) {
    let near = y / 2;
    let far = if y % 2 == 1 {
        (near + 1).min(height - 1)
    } else {
        near.saturating_sub(1)
    };
    let line = |at: usize| &plane[at * width..][..width];
    let (near, far) = (line(near), line(far));
    for ((here, &near), &far) in here.iter_mut().zip(near).zip(far) {
        *here = f32::from(near) * 0.75 + f32::from(far) * 0.25 - 512.0;
    }
    here[width] = here[width - 1];
    let (pairs, _) = row.as_chunks_mut::<2>();
    for ((pair, &here), &right) in pairs.iter_mut().zip(&here[..width]).zip(&here[1..]) {
        *pair = [here, (here + right) * 0.5];
    }
}

/// Numbers between minus a half and a half.
fn noise() -> [[f32; TILE]; TILE] {
    std::array::from_fn(|y| {
        std::array::from_fn(|x| {
            let along = 0.067_110_56 * x as f32 + 0.005_837_15 * y as f32;
            (52.982_918 * along.fract()).fract() - 0.5
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat([luma, blue, red]: [u16; 3], width: u32, height: u32) -> DecodedFrame {
        let chroma = (chroma_side(width) * chroma_side(height)) as usize;
        DecodedFrame {
            width,
            height,
            luma: vec![luma; (width * height) as usize],
            chroma_blue: vec![blue; chroma],
            chroma_red: vec![red; chroma],
        }
    }

    fn written(frame: &DecodedFrame, order: ByteOrder) -> Vec<u8> {
        let mut bytes = vec![0; 4 * (frame.width * frame.height) as usize];
        write_rgb(frame, order, &mut bytes);
        bytes
    }

    #[test]
    fn black_white_and_the_primaries_are_what_they_should_be() {
        for (planes, rgb) in [
            ([64, 512, 512], [0, 0, 0]),
            ([940, 512, 512], [255, 255, 255]),
            ([250, 409, 960], [255, 0, 0]),
            ([691, 167, 105], [0, 255, 0]),
            ([127, 960, 471], [0, 0, 255]),
        ] {
            for (width, height) in [(16, 16), (131, 3), (1, 1)] {
                let frame = flat(planes, width, height);
                for pixel in written(&frame, ByteOrder::Rgba).chunks(4) {
                    for (found, expected) in pixel[..3].iter().zip(rgb) {
                        assert!(found.abs_diff(expected) <= 1, "{pixel:?} {rgb:?}");
                    }
                    assert_eq!(pixel[3], 255);
                }
                let [red, green, blue] = rgb;
                let pixel = &written(&frame, ByteOrder::Bgra)[..3];
                for (found, expected) in pixel.iter().zip([blue, green, red]) {
                    assert!(found.abs_diff(expected) <= 1, "{pixel:?}");
                }
            }
        }
    }

    #[test]
    fn steps_finer_than_the_screens_are_there_in_the_mean() {
        let mean = |luma| {
            let bytes = written(&flat([luma, 512, 512], 64, 64), ByteOrder::Rgba);
            let sum: u32 = bytes.chunks(4).map(|pixel| u32::from(pixel[1])).sum();
            f64::from(sum) / 4096.0
        };
        for luma in [100, 301, 502, 703] {
            let expected = (f64::from(luma) - 64.0) * 255.0 / 876.0;
            assert!((mean(luma) - expected).abs() < 0.05, "{luma}");
        }
    }

    #[test]
    fn values_beyond_black_and_white_stay_there() {
        for (luma, expected) in [(0, 0), (1023, 255)] {
            let bytes = written(&flat([luma, 512, 512], 8, 8), ByteOrder::Rgba);
            assert!(bytes.chunks(4).all(|pixel| pixel[..3] == [expected; 3]));
        }
    }
}
