//! A small picture as plain numbers, and what can be counted in it.

/// Side of a block in pixels.
const BLOCK: usize = 8;

/// A picture of 8 bits per channel as a screen shows it, row-major, row 0 at the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// Wraps red, green and blue of every pixel.
    ///
    /// # Panics
    ///
    /// If the pixels do not fill `width` times `height`, or there are none: whoever drew it is wrong.
    #[must_use]
    pub fn new(width: u32, height: u32, pixels: Vec<[u8; 3]>) -> Self {
        assert!(width > 0 && height > 0, "a picture without pixels");
        assert_eq!(
            pixels.len(),
            width as usize * height as usize,
            "pixels do not fill the picture"
        );
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Red, green and blue of every pixel.
    #[must_use]
    pub fn pixels(&self) -> &[[u8; 3]] {
        &self.pixels
    }

    /// The mean of all channels of all pixels, 0 to 255.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let sum: u64 = self.pixels.iter().flatten().map(|&c| u64::from(c)).sum();
        sum as f64 / (3 * self.pixels.len()) as f64
    }

    /// The share of pixels that are perfectly black, 0 to 1.
    #[must_use]
    pub fn black(&self) -> f64 {
        self.share(|pixel| pixel == [0; 3])
    }

    /// The share of pixels that are perfectly white, 0 to 1.
    #[must_use]
    pub fn white(&self) -> f64 {
        self.share(|pixel| pixel == [255; 3])
    }

    /// How much of what varies in the picture varies from one 8 by 8 block to the next and not from
    /// pixel to pixel: 0 for noise and for a flat picture, 1 for smooth shapes.
    #[must_use]
    pub fn structure(&self) -> f64 {
        let luma = self.luma();
        let all = variance(&luma);
        if all == 0.0 {
            return 0.0;
        }
        // Means of noise vary too, by the pixels' variance over their number.
        let chance = all / (BLOCK * BLOCK) as f64;
        let blocks = variance(&self.block_means(&luma));
        ((blocks - chance) / (all - chance)).clamp(0.0, 1.0)
    }

    /// Means over 8 by 8 blocks of a number per pixel; blocks at the right and lower border may be smaller.
    pub(super) fn block_means(&self, numbers: &[f64]) -> Vec<f64> {
        let (width, high) = (self.width as usize, self.height as usize);
        let mut means = Vec::new();
        for top in (0..high).step_by(BLOCK) {
            for left in (0..width).step_by(BLOCK) {
                let rows = top..(top + BLOCK).min(high);
                let columns = left..(left + BLOCK).min(width);
                let count = (rows.len() * columns.len()) as f64;
                let sum: f64 = rows
                    .map(|y| numbers[y * width..][columns.clone()].iter().sum::<f64>())
                    .sum();
                means.push(sum / count);
            }
        }
        means
    }

    /// The share of pixels for which `holds`.
    pub(super) fn share(&self, holds: impl Fn([u8; 3]) -> bool) -> f64 {
        let count = self.pixels.iter().filter(|&&pixel| holds(pixel)).count();
        count as f64 / self.pixels.len() as f64
    }

    /// The luma of every pixel, 0 to 255, with the weights of BT.709.
    pub(super) fn luma(&self) -> Vec<f64> {
        self.pixels.iter().map(|&pixel| luma(pixel)).collect()
    }
}

/// The mean square distance from the mean.
pub(super) fn variance(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    numbers.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / count
}

/// The luma of a pixel, 0 to 255, with the weights of BT.709.
pub(super) fn luma(pixel: [u8; 3]) -> f64 {
    let [red, green, blue] = pixel.map(f64::from);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

impl std::fmt::Debug for Picture {
    /// One line: the pixels would hide everything else.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_shares_of_all_pixels() {
        let pixels = vec![[0; 3], [255; 3], [10, 20, 30], [0, 0, 1]];
        let picture = Picture::new(2, 2, pixels);
        assert_eq!(picture.black(), 0.25);
        assert_eq!(picture.white(), 0.25);
        assert_eq!(picture.mean(), (765.0 + 60.0 + 1.0) / 12.0);
        assert_eq!(luma([255; 3]).round(), 255.0);
    }
}
