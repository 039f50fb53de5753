//! OKLab: the space in which the palette library blends its colours.
//!
//! Equal steps in it look equally large, so a blend of two colours passes through no muddy or
//! glaring middle. A colour is lightness (0 black, 1 white), then green to red, then blue to
//! yellow; the two last are near 0 for greys and seldom beyond 0.4. On the other side are the
//! bytes of a screen, encoded as sRGB (IEC 61966-2-1).
//!
//! Source of the space and of its matrices: B. Ottosson, *A perceptual color space for image
//! processing* (2020).

/// Lightness, green to red, blue to yellow.
pub(super) type Lab = [f64; 3];

/// Halvings in the search for the most colourful tone that a screen can show: finer than a byte.
const GAMUT_STEPS: u32 = 16;

/// How far out of 0..=1 a linear channel may be and still count as a colour of the screen.
const GAMUT_TOLERANCE: f64 = 1e-4;

/// The colour of a screen's bytes.
pub(super) fn from_bytes(bytes: [u8; 3]) -> Lab {
    let linear = bytes.map(|byte| decode(f64::from(byte) / 255.0));
    let cones = times(&FROM_LINEAR, linear).map(libm::cbrt);
    times(&FROM_CONES, cones)
}

/// The bytes that show a colour; what no screen can show is made less colourful, not another hue.
pub(super) fn to_bytes([lightness, a, b]: Lab) -> [u8; 3] {
    let lightness = lightness.clamp(0.0, 1.0);
    let toned = |share: f64| to_linear([lightness, a * share, b * share]);
    let mut share = 1.0;
    if !is_shown(toned(share)) {
        share = 0.0;
        let mut step = 0.5;
        for _ in 0..GAMUT_STEPS {
            if is_shown(toned(share + step)) {
                share += step;
            }
            step *= 0.5;
        }
    }
    toned(share).map(|channel| (encode(channel.clamp(0.0, 1.0)) * 255.0 + 0.5).floor() as u8)
}

fn is_shown(linear: [f64; 3]) -> bool {
    let legal = -GAMUT_TOLERANCE..=1.0 + GAMUT_TOLERANCE;
    linear.iter().all(|channel| legal.contains(channel))
}

/// Linear red, green and blue, beyond 0..=1 where no screen can follow.
fn to_linear(color: Lab) -> [f64; 3] {
    let cones = times(&TO_CONES, color).map(|root| root * root * root);
    times(&TO_LINEAR, cones)
}

/// From a screen's channel to light, both 0 to 1.
fn decode(channel: f64) -> f64 {
    if channel <= 0.04045 {
        channel / 12.92
    } else {
        libm::pow((channel + 0.055) / 1.055, 2.4)
    }
}

/// From light to a screen's channel, both 0 to 1.
fn encode(light: f64) -> f64 {
    if light <= 0.003_130_8 {
        light * 12.92
    } else {
        1.055 * libm::pow(light, 1.0 / 2.4) - 0.055
    }
}

type Matrix = [[f64; 3]; 3];

fn times(matrix: &Matrix, [x, y, z]: [f64; 3]) -> [f64; 3] {
    matrix.map(|[by_x, by_y, by_z]| by_x * x + by_y * y + by_z * z)
}

const FROM_LINEAR: Matrix = [
    [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
    [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
    [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
];

const FROM_CONES: Matrix = [
    [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
    [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
    [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
];

const TO_CONES: Matrix = [
    [1.0, 0.396_337_777_4, 0.215_803_757_3],
    [1.0, -0.105_561_345_8, -0.063_854_172_8],
    [1.0, -0.089_484_177_5, -1.291_485_548_0],
];

const TO_LINEAR: Matrix = [
    [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
    [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
    [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701_0],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let bytes = [red, green, blue];
                    assert_eq!(to_bytes(from_bytes(bytes)), bytes);
                }
            }
        }
    }

    #[test]
    fn white_is_white_and_grey_has_no_hue() {
        let [lightness, a, b] = from_bytes([255; 3]);
        assert!((lightness - 1.0).abs() < 1e-6 && a.abs() < 1e-6 && b.abs() < 1e-6);
        let [lightness, a, b] = from_bytes([120; 3]);
        assert!(lightness < 0.6 && a.abs() < 1e-6 && b.abs() < 1e-6);
    }

    #[test]
    fn what_no_screen_shows_keeps_its_hue() {
        let [_, a, b] = from_bytes(to_bytes([0.7, 0.3, 0.3]));
        assert!(a > 0.1 && (a - b).abs() < 0.01, "{a} {b}");
        assert_eq!(to_bytes([1.5, 0.2, 0.0]), [255; 3]);
    }
}
