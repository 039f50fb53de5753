//! A picture as a video encoder takes it: brightness and colour apart, colour at half the resolution.
//!
//! # Shapes and units
//!
//! 10 bits, BT.709, limited range: luma 64 (black) to 940 (white), chroma 64 to 960 around 512. Chroma is 4:2:0,
//! sited left as in MPEG-2: beside each even luma column, halfway between two rows. An odd side is rounded up.
//!
//! Everything is integer arithmetic, so the digest of a picture is the same on every machine.

use crate::compare::{BlockMeans, block_means};

/// Three planes of 10-bit numbers, each row-major and tightly packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planes {
    /// Width of the luma plane in pixels.
    pub width: u32,
    /// Height of the luma plane in pixels.
    pub height: u32,
    /// Brightness, `width * height`.
    pub luma: Vec<u16>,
    /// Blue difference, half the size each way.
    pub chroma_blue: Vec<u16>,
    /// Red difference, half the size each way.
    pub chroma_red: Vec<u16>,
}

/// Fraction bits of the matrix.
const FRACTION: u32 = 20;
/// Full light of [`crate::Frame`].
const WHITE: f64 = 65_280.0;
/// Span of luma and of chroma in 10 bits.
const LUMA_SPAN: f64 = 876.0;
const CHROMA_SPAN: f64 = 896.0;

/// BT.709's shares of red, green and blue in the luma.
const SHARES: [f64; 3] = [0.2126, 0.7152, 0.0722];

/// Makes a row of the matrix from its shares.
const fn row(shares: [f64; 3], span: f64) -> [i64; 3] {
    let unit = span / WHITE * (1_u64 << FRACTION) as f64;
    let mut row = [0; 3];
    let mut i = 0;
    while i < 3 {
        let number = shares[i] * unit;
        row[i] = if number < 0.0 {
            (number - 0.5) as i64
        } else {
            (number + 0.5) as i64
        };
        i += 1;
    }
    row
}

/// Shares of a colour difference: half of (channel − luma) / (1 − the channel's share).
const fn difference(channel: usize) -> [f64; 3] {
    let scale = 0.5 / (1.0 - SHARES[channel]);
    let mut shares = [-SHARES[0] * scale, -SHARES[1] * scale, -SHARES[2] * scale];
    shares[channel] = 0.5;
    shares
}

/// The matrix, a row for each plane: weights of red, green and blue in units of 2⁻²⁰.
pub(crate) const LUMA: [i64; 3] = row(SHARES, LUMA_SPAN);
pub(crate) const CHROMA_BLUE: [i64; 3] = row(difference(2), CHROMA_SPAN);
pub(crate) const CHROMA_RED: [i64; 3] = row(difference(0), CHROMA_SPAN);

impl Planes {
    /// Its means over 8×8 blocks, by which pictures are compared.
    #[must_use]
    pub fn block_means(&self) -> BlockMeans {
        block_means(
            self.width,
            self.height,
            &self.luma,
            &self.chroma_blue,
            &self.chroma_red,
        )
    }

    /// Converts pixels of [`crate::Frame`]'s form.
    pub(crate) fn from_rgb16(width: u32, height: u32, pixels: &[u16]) -> Self {
        let (wide, high) = (width as usize, height as usize);
        let luma = pixels.chunks_exact(3).map(|pixel| {
            let sum = dot(LUMA, [0, 1, 2].map(|i| i64::from(pixel[i])));
            (64 + rounded(sum, FRACTION)) as u16
        });
        let luma = luma.collect();

        let (half_wide, half_high) = (wide.div_ceil(2), high.div_ceil(2));
        let mut chroma_blue = Vec::with_capacity(half_wide * half_high);
        let mut chroma_red = Vec::with_capacity(half_wide * half_high);
        for y in 0..half_high {
            for x in 0..half_wide {
                let around = around(pixels, wide, high, x, y);
                let difference = |matrix| (512 + rounded(dot(matrix, around), FRACTION + 3)) as u16;
                chroma_blue.push(difference(CHROMA_BLUE));
                chroma_red.push(difference(CHROMA_RED));
            }
        }
        Self {
            width,
            height,
            luma,
            chroma_blue,
            chroma_red,
        }
    }

    /// BLAKE3 of the width and the height (32 bits each), then the luma, blue and red planes (16 bits a
    /// number), all little-endian.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.width.to_le_bytes());
        hasher.update(&self.height.to_le_bytes());
        for plane in [&self.luma, &self.chroma_blue, &self.chroma_red] {
            let bytes: Vec<u8> = plane
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect();
            hasher.update(&bytes);
        }
        *hasher.finalize().as_bytes()
    }
}

/// Eight times the mean colour at a chroma place: two rows, and 1-2-1 over the columns around the even one.
fn around(pixels: &[u16], wide: usize, high: usize, x: usize, y: usize) -> [i64; 3] {
    let columns = [(2 * x).saturating_sub(1), 2 * x, (2 * x + 1).min(wide - 1)];
    let rows = [2 * y, (2 * y + 1).min(high - 1)];
    let mut sum = [0; 3];
    for row in rows {
        for (column, weight) in columns.into_iter().zip([1, 2, 1]) {
            let pixel = &pixels[(row * wide + column) * 3..][..3];
            for (sum, &channel) in sum.iter_mut().zip(pixel) {
                *sum += weight * i64::from(channel);
            }
        }
    }
    sum
}

fn dot(row: [i64; 3], pixel: [i64; 3]) -> i64 {
    row[0] * pixel[0] + row[1] * pixel[1] + row[2] * pixel[2]
}

/// `sum` divided by 2^`bits`, to the nearest integer.
fn rounded(sum: i64, bits: u32) -> i64 {
    (sum + (1 << (bits - 1))) >> bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_color(pixel: [u16; 3]) -> (u16, u16, u16) {
        let planes = Planes::from_rgb16(3, 3, &pixel.repeat(9));
        assert_eq!(
            (
                planes.luma.len(),
                planes.chroma_blue.len(),
                planes.chroma_red.len()
            ),
            (9, 4, 4)
        );
        (planes.luma[4], planes.chroma_blue[3], planes.chroma_red[3])
    }

    #[test]
    fn the_corners_of_the_colour_cube_are_where_bt_709_puts_them() {
        assert_eq!(one_color([0, 0, 0]), (64, 512, 512));
        assert_eq!(one_color([65_280; 3]), (940, 512, 512));
        assert_eq!(one_color([65_280, 0, 0]), (250, 409, 960));
        assert_eq!(one_color([0, 65_280, 0]), (691, 167, 105));
        assert_eq!(one_color([0, 0, 65_280]), (127, 960, 471));
    }

    #[test]
    fn a_digest_notices_a_single_bit() {
        let planes = Planes::from_rgb16(2, 2, &[1000; 12]);
        let mut other = planes.clone();
        other.chroma_red[0] ^= 1;
        assert_ne!(planes.digest(), other.digest());
        assert_eq!(planes.digest(), planes.clone().digest());
    }
}
