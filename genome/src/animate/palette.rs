//! Blending palettes, entry by entry.
//!
//! Hues run from 0 to 6 round the usual hexcone; a grey has hue 0.

use super::blend::Shares;
use crate::limits;
use crate::palette::PALETTE_ENTRIES;
use crate::{Genome, Palette, PaletteInterpolation};

/// Blends the palettes of two genomes in the way that `from` asks for.
pub(super) fn blend_palettes(from: &Genome, to: &Genome, shares: Shares) -> Palette {
    let (one, two) = (from.palette.entries(), to.palette.entries());
    let border = PALETTE_ENTRIES as f64 * shares.from;
    Palette::new(std::array::from_fn(|i| {
        let (one, two) = (one[i], two[i]);
        let [red, green, blue] = match from.palette_interpolation {
            PaletteInterpolation::Sweep if (i as f64) < border => return one,
            PaletteInterpolation::Sweep => return two,
            PaletteInterpolation::Rgb => in_rgb(one, two, shares),
            PaletteInterpolation::Hsv => in_hsv(one, two, shares, false),
            PaletteInterpolation::HsvCircular => {
                let rgb_share = shares.mix(
                    limits::SHARE,
                    from.hsv_rgb_palette_blend,
                    to.hsv_rgb_palette_blend,
                );
                let rgb = in_rgb(one, two, shares);
                let hsv = in_hsv(one, two, shares, true);
                std::array::from_fn(|c| rgb_share * rgb[c] + (1.0 - rgb_share) * hsv[c])
            }
        };
        [red, green, blue, shares.from * one[3] + shares.to * two[3]]
    }))
}

fn in_rgb(one: [f64; 4], two: [f64; 4], shares: Shares) -> [f64; 3] {
    std::array::from_fn(|i| shares.from * one[i] + shares.to * two[i])
}

/// Blends hue, saturation and value; `circular` takes the hue's shorter way round.
fn in_hsv(one: [f64; 4], two: [f64; 4], shares: Shares, circular: bool) -> [f64; 3] {
    let (mut one, two) = (hsv_from_rgb(one), hsv_from_rgb(two));
    if circular {
        if one[0] - two[0] > 3.0 {
            one[0] -= 6.0;
        } else if one[0] - two[0] < -3.0 {
            one[0] += 6.0;
        }
    }
    rgb_from_hsv(std::array::from_fn(|i| {
        shares.from * one[i] + shares.to * two[i]
    }))
}

/// Hue, saturation and value of a colour.
pub(crate) fn hsv_from_rgb([red, green, blue, _]: [f64; 4]) -> [f64; 3] {
    let value = red.max(green).max(blue);
    let spread = value - red.min(green).min(blue);
    if spread == 0.0 {
        return [0.0, 0.0, value];
    }
    let hue = if red == value {
        (green - blue) / spread
    } else if green == value {
        2.0 + (blue - red) / spread
    } else {
        4.0 + (red - green) / spread
    };
    let hue = if hue < 0.0 { hue + 6.0 } else { hue };
    [hue, spread / value, value]
}

/// The colour of any hue, saturation and value.
pub(crate) fn rgb_from_hsv([hue, saturation, value]: [f64; 3]) -> [f64; 3] {
    let hue = hue - 6.0 * (hue / 6.0).floor();
    let sextant = hue.floor();
    let fraction = hue - sextant;
    let low = value * (1.0 - saturation);
    let falling = value * (1.0 - saturation * fraction);
    let rising = value * (1.0 - saturation * (1.0 - fraction));
    match sextant as u8 {
        1 => [falling, value, low],
        2 => [low, value, rising],
        3 => [low, falling, value],
        4 => [rising, low, value],
        5 => [value, low, falling],
        _ => [value, rising, low],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hues_lead_back_to_their_colours() {
        for red in 0..=4 {
            for green in 0..=4 {
                for blue in 0..=4 {
                    let color = [red, green, blue, 4].map(|step| f64::from(step) / 4.0);
                    let back = rgb_from_hsv(hsv_from_rgb(color));
                    for (was, is) in color.iter().zip(back) {
                        assert!((was - is).abs() < 1e-12, "{color:?} became {back:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_shorter_way_from_red_to_magenta_avoids_green() {
        let (red, magenta) = ([1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 1.0, 1.0]);
        let half = Shares::at(0.5);
        assert_eq!(in_hsv(red, magenta, half, true), [1.0, 0.0, 0.5]);
        assert_eq!(in_hsv(red, magenta, half, false), [0.0, 1.0, 0.5]);
    }
}
