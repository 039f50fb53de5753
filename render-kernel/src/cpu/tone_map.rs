//! The tone map: from logarithmic density to a pixel.
//!
//! ```text
//! [red, green, blue, alpha on a scale of 255] -> gamma, vibrancy, highlights, background -> [16-bit RGB, alpha]
//! ```
//!
//! The factors 255 and 256 stand where flam3 has them. A channel is 0 to 65,280: flam3's value times 256, cut
//! off, so that the high byte is flam3's 8-bit picture.
//!
//! A transparent picture has no background, and its colours are divided by its alpha. With early clip the same map
//! is applied to every bin, background and division included, and the filter runs over its results.

use super::density::LogBin;
use crate::plan::TonePlan;

/// flam3's white.
const WHITE: f64 = 255.0;

/// Full cover.
const OPAQUE: f64 = 65_535.0;

/// A pixel of the frame: red, green and blue, 0 to 65,280, and alpha, 0 to 65,535.
pub(super) type Pixel = ([u16; 3], u16);

/// Maps one filtered pixel.
pub(super) fn tone_map(tone: &TonePlan, pixel: LogBin) -> Pixel {
    let (color, alpha) = map(tone, pixel);
    (
        color.map(|channel| (channel * 256.0) as u16),
        (alpha * OPAQUE) as u16,
    )
}

/// Maps one bin ahead of the filter: colours 0 to 255, alpha 0 to 1.
pub(super) fn clip_bin(tone: &TonePlan, bin: LogBin) -> LogBin {
    let ([red, green, blue], alpha) = map(tone, bin);
    [red, green, blue, alpha].map(|channel| channel as f32)
}

/// The pixel of bins that [`clip_bin`] mapped and the filter summed.
///
/// flam3 differs here: it cuts off. A sum of weights in single precision is 1 only nearly, and cut off it would
/// turn full light into 254, so it goes to the nearest sixteen-bit step.
pub(super) fn clipped_pixel([red, green, blue, alpha]: LogBin) -> Pixel {
    let color = [red, green, blue].map(|channel| {
        let channel = f64::from(channel).clamp(0.0, WHITE);
        (channel * 256.0).round() as u16
    });
    (
        color,
        (f64::from(alpha).clamp(0.0, 1.0) * OPAQUE).round() as u16,
    )
}

/// Maps a density: colours 0 to 255, alpha 0 to 1.
fn map(tone: &TonePlan, pixel: LogBin) -> ([f64; 3], f64) {
    let [red, green, blue, alpha] = pixel.map(f64::from);
    let color = [red, green, blue];
    let density = alpha / WHITE;
    let opaque = if density > 0.0 {
        gamma(tone, density)
    } else {
        0.0
    };
    let scale = if density > 0.0 {
        tone.vibrancy * 256.0 * opaque / density
    } else {
        0.0
    };
    let opaque = opaque.clamp(0.0, 1.0);

    let lit = highlights(tone.highlight_power, color, scale);
    let mut out = [0.0; 3];
    for channel in 0..3 {
        // flam3 differs here: below 0, where a filter's lobes reach, its power is not a number and shows white.
        let flat = if tone.vibrancy != 1.0 && color[channel] > 0.0 {
            (1.0 - tone.vibrancy) * 256.0 * libm::pow(color[channel] / WHITE, tone.exponent)
        } else {
            0.0
        };
        let value = if !tone.transparency {
            lit[channel] + flat + (1.0 - opaque) * tone.background[channel] * 256.0
        } else if opaque > 0.0 {
            (lit[channel] + flat) / opaque
        } else {
            0.0
        };
        out[channel] = value.clamp(0.0, WHITE);
    }
    (out, opaque)
}

/// The density after gamma; below the threshold it fades to a straight line.
fn gamma(tone: &TonePlan, density: f64) -> f64 {
    let threshold = tone.gamma_threshold;
    let curved = libm::pow(density, tone.exponent);
    if density >= threshold {
        return curved;
    }
    let straight = density * tone.curved_threshold / threshold;
    let share = density / threshold;
    (1.0 - share) * straight + share * curved
}

/// Scales a colour; where that overexposes it, desaturates it or clips it as `power` says.
fn highlights(power: f64, color: [f64; 3], scale: f64) -> [f64; 3] {
    let greatest = color[0].max(color[1]).max(color[2]) / WHITE;
    if scale == 0.0 || greatest <= 0.0 {
        return [0.0; 3];
    }
    if scale * greatest <= WHITE {
        return color.map(|channel| scale * channel / WHITE);
    }
    let brightest = WHITE / greatest;
    if power < 0.0 {
        let share = (-power).min(1.0);
        let scale = (1.0 - share) * brightest + share * scale;
        return color.map(|channel| scale * channel / WHITE);
    }
    // The greatest channel becomes 1, and the saturation falls with the overexposure. In HSV a channel is
    // value * (1 - saturation * its distance), so lowering the saturation draws all channels to the value.
    let fade = libm::pow(brightest / scale, power);
    color.map(|channel| {
        let relative = channel / WHITE * brightest / WHITE;
        WHITE * (1.0 - (1.0 - relative) * fade)
    })
}
