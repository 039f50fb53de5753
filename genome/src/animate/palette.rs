//! Blending palettes, entry by entry.
//!
//! Hues run from 0 to 6 round the usual hexcone; a grey has hue 0.

use super::shares::Shares;
use crate::palette::PALETTE_ENTRIES;
use crate::{Genome, Palette, PaletteInterpolation};

/// Blends the palettes of genomes in the way that the first asks for.
pub(super) fn blend_palettes(genomes: &[Genome], shares: Shares) -> Palette {
    let first = &genomes[0];
    let border = PALETTE_ENTRIES as f64 * shares.first();
    let circular = shares.is_pair();
    Palette::new(std::array::from_fn(|i| {
        let colors: Vec<[f64; 4]> = genomes.iter().map(|it| it.palette.entries()[i]).collect();
        let [red, green, blue] = match first.palette_interpolation {
            PaletteInterpolation::Sweep if (i as f64) < border => return colors[0],
            PaletteInterpolation::Sweep => return colors[1],
            PaletteInterpolation::Rgb => in_rgb(&colors, shares),
            PaletteInterpolation::Hsv => in_hsv(&colors, shares, false),
            PaletteInterpolation::HsvCircular => {
                let rgb_share = first.hsv_rgb_palette_blend;
                let rgb = in_rgb(&colors, shares);
                let hsv = in_hsv(&colors, shares, circular);
                std::array::from_fn(|c| rgb_share * rgb[c] + (1.0 - rgb_share) * hsv[c])
            }
        };
        let alpha = shares.sum(colors.iter().map(|color| color[3]));
        [red, green, blue, alpha]
    }))
}

fn in_rgb(colors: &[[f64; 4]], shares: Shares) -> [f64; 3] {
    std::array::from_fn(|i| shares.sum(colors.iter().map(|color| color[i])))
}

/// Blends hue, saturation and value; `circular` takes the first hue's shorter way to the second.
fn in_hsv(colors: &[[f64; 4]], shares: Shares, circular: bool) -> [f64; 3] {
    let mut colors: Vec<[f64; 3]> = colors.iter().map(|&color| hsv_from_rgb(color)).collect();
    if circular {
        if colors[0][0] - colors[1][0] > 3.0 {
            colors[0][0] -= 6.0;
        } else if colors[0][0] - colors[1][0] < -3.0 {
            colors[0][0] += 6.0;
        }
    }
    rgb_from_hsv(std::array::from_fn(|i| {
        shares.sum(colors.iter().map(|color| color[i]))
    }))
}

/// Hue (0 to 6), saturation and value of a colour; alpha is not looked at.
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

/// The colour of a hue (any turn of the circle of 6), a saturation and a value.
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
        assert_eq!(in_hsv(&[red, magenta], half, true), [1.0, 0.0, 0.5]);
        assert_eq!(in_hsv(&[red, magenta], half, false), [0.0, 1.0, 0.5]);
    }
}
