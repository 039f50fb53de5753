//! How far two pictures are apart, as flam3's noise floor was measured.

use std::path::Path;

use anyhow::{Context, ensure};

/// An 8-bit RGB picture.
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rgb: Vec<u8>,
}

/// Three distances between two pictures.
pub(crate) struct Distance {
    /// Peak signal-to-noise ratio in dB.
    pub(crate) psnr: f64,
    /// The same after averaging squares of 4 by 4 pixels: what is left is systematic.
    pub(crate) psnr4: f64,
    /// Mean of the first less the second, in steps of 8 bits.
    pub(crate) bias: f64,
}

impl Distance {
    /// Whether the pictures are the same to the last bit.
    pub(crate) fn is_none(&self) -> bool {
        self.psnr == f64::INFINITY
    }
}

impl Picture {
    /// Reads a PNG file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let image = image::open(path)
            .with_context(|| format!("cannot read {}", path.display()))?
            .to_rgb8();
        Ok(Self {
            width: image.width(),
            height: image.height(),
            rgb: image.into_raw(),
        })
    }

    /// Writes a PNG file.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        image::save_buffer(
            path,
            &self.rgb,
            self.width,
            self.height,
            image::ExtendedColorType::Rgb8,
        )
        .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Measures the distance to `other`.
    pub(crate) fn distance(&self, other: &Self) -> anyhow::Result<Distance> {
        ensure!(
            (self.width, self.height) == (other.width, other.height),
            "the pictures differ in size"
        );
        let (ours, theirs) = (self.numbers(), other.numbers());
        let differences = ours.iter().zip(&theirs).map(|(a, b)| a - b);
        Ok(Distance {
            psnr: psnr(&ours, &theirs),
            psnr4: psnr(&self.averaged(4), &other.averaged(4)),
            bias: differences.sum::<f64>() / ours.len() as f64,
        })
    }

    fn numbers(&self) -> Vec<f64> {
        self.rgb.iter().map(|&channel| f64::from(channel)).collect()
    }

    /// Means of squares of `side` pixels; what does not fill a square is left out.
    fn averaged(&self, side: usize) -> Vec<f64> {
        let (width, height) = (self.width as usize, self.height as usize);
        let (wide, high) = (width / side, height / side);
        let mut sums = vec![0.0; wide * high * 3];
        for y in 0..high * side {
            for x in 0..wide * side {
                for channel in 0..3 {
                    let value = f64::from(self.rgb[(y * width + x) * 3 + channel]);
                    sums[((y / side) * wide + x / side) * 3 + channel] += value;
                }
            }
        }
        sums.iter().map(|sum| sum / (side * side) as f64).collect()
    }
}

fn psnr(ours: &[f64], theirs: &[f64]) -> f64 {
    let square = ours
        .iter()
        .zip(theirs)
        .map(|(a, b)| (a - b) * (a - b))
        .sum::<f64>();
    10.0 * (255.0 * 255.0 * ours.len() as f64 / square).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(levels: &[u8]) -> Picture {
        Picture {
            width: 4,
            height: 4,
            rgb: levels.iter().flat_map(|&level| [level; 3]).collect(),
        }
    }

    #[test]
    fn noise_counts_less_after_averaging_and_not_at_all_as_bias() {
        let even = gray(&[100; 16]);
        let noisy = gray(&[99, 101].repeat(8));
        let distance = even.distance(&noisy).unwrap();
        assert!((distance.psnr - 48.13).abs() < 0.01);
        assert!(distance.psnr4.is_infinite());
        assert_eq!(distance.bias, 0.0);
        assert_eq!(gray(&[102; 16]).distance(&even).unwrap().bias, 2.0);
    }
}
