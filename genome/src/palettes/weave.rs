//! From a handful of colours to 256 entries: the five weaves of the palette library.
//!
//! Colours are in [OKLab](super::oklab). With n colours, entry i lies at `u = i n / 256`; colour k
//! sits at `u = k` (or fills `k..k + 1`, where the weave has stripes), and after colour n - 1 comes
//! colour 0 again.

use super::oklab::{self, Lab};
use crate::palette::{PALETTE_ENTRIES, Palette};

/// How dark the line between two pieces of glass is, as a share of the glass's lightness.
const LEAD_LIGHTNESS: f64 = 0.22;

/// How wide half of that line is, as a share of a stripe.
const LEAD_HALF_WIDTH: f64 = 0.07;

/// How the colours become a palette.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Weave {
    /// Smooth curves through the colours, which never overshoot them.
    Silk,
    /// [`Weave::Silk`] whose lightness swings `waves` times by `depth`, a share of itself.
    Ripple {
        /// Whole waves round the palette, so that it stays round.
        waves: u32,
        /// The swing, as a share of the lightness: 0.05 is 5 %.
        depth: f64,
    },
    /// Straight lines from colour to colour.
    Pleat,
    /// Flat stripes with hard edges.
    Bands,
    /// Stripes that glow in the middle, each set in a thin dark line.
    Lead,
}

impl Weave {
    /// Reads a weave as the library's text writes it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        Some(match *words {
            ["silk"] => Self::Silk,
            ["ripple", waves, depth] => Self::Ripple {
                waves: waves.parse().ok()?,
                depth: f64::from(depth.parse::<u8>().ok()?) / 100.0,
            },
            ["pleat"] => Self::Pleat,
            ["bands"] => Self::Bands,
            ["lead"] => Self::Lead,
            _ => return None,
        })
    }

    /// Weaves `stops` into a palette.
    ///
    /// # Panics
    ///
    /// If there are no stops; the reader of the library's text sees to that.
    pub(super) fn palette(self, stops: &[Lab]) -> Palette {
        Palette::new(std::array::from_fn(|entry| {
            let turn = entry as f64 / PALETTE_ENTRIES as f64;
            let [red, green, blue] =
                oklab::to_bytes(self.color(stops, turn)).map(|byte| f64::from(byte) / 255.0);
            [red, green, blue, 1.0]
        }))
    }

    /// The colour at `turn`, 0 to 1 round the palette.
    fn color(self, stops: &[Lab], turn: f64) -> Lab {
        let place = turn * stops.len() as f64;
        let knot = place.floor() as usize;
        let share = place - place.floor();
        match self {
            Self::Silk => smooth(stops, knot, share),
            Self::Ripple { waves, depth } => {
                let angle = 2.0 * std::f64::consts::PI * f64::from(waves) * turn;
                let [lightness, a, b] = smooth(stops, knot, share);
                [lightness * (1.0 + depth * libm::sin(angle)), a, b]
            }
            Self::Pleat => {
                let (one, two) = (stops[knot], stops[(knot + 1) % stops.len()]);
                std::array::from_fn(|i| one[i] + (two[i] - one[i]) * share)
            }
            Self::Bands => stops[knot],
            Self::Lead => {
                let [lightness, a, b] = stops[knot];
                let edge = share.min(1.0 - share);
                let light = if edge < LEAD_HALF_WIDTH {
                    LEAD_LIGHTNESS
                } else {
                    0.8 + 0.2 * (4.0 * share * (1.0 - share))
                };
                [lightness * light, a, b]
            }
        }
    }
}

/// The point at `share` between stop `knot` and the next, on a curve through all of them.
///
/// A cubic Hermite curve whose slope at a stop is the harmonic mean of the slopes on both sides,
/// and flat where they disagree: F. N. Fritsch and J. Butland, *A method for constructing local
/// monotone piecewise cubic interpolants* (SIAM J. Sci. Stat. Comput. 5, 1984). So a dark stop
/// between bright ones is the darkest point there, and nothing rings.
fn smooth(stops: &[Lab], knot: usize, share: f64) -> Lab {
    let count = stops.len();
    let stop = |offset: usize| stops[(knot + count + offset - 1) % count];
    let (before, from, to, after) = (stop(0), stop(1), stop(2), stop(3));
    let rest = 1.0 - share;
    std::array::from_fn(|i| {
        let rise = to[i] - from[i];
        let slope_from = slope(from[i] - before[i], rise);
        let slope_to = slope(rise, after[i] - to[i]);
        from[i] * (1.0 + 2.0 * share) * rest * rest
            + to[i] * (3.0 - 2.0 * share) * share * share
            + slope_from * share * rest * rest
            - slope_to * share * share * rest
    })
}

/// The slope at a stop between two rises.
fn slope(one: f64, two: f64) -> f64 {
    if one * two > 0.0 {
        2.0 * one * two / (one + two)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DARK: Lab = [0.2, 0.0, 0.0];
    const LIGHT: Lab = [0.8, 0.1, -0.1];

    #[test]
    fn silk_meets_its_stops_and_stays_between_them() {
        let stops = [DARK, LIGHT, DARK, DARK, LIGHT];
        for (index, stop) in stops.iter().enumerate() {
            assert_eq!(smooth(&stops, index, 0.0), *stop);
            assert_eq!(smooth(&stops, index, 1.0), stops[(index + 1) % 5]);
        }
        for step in 0..500 {
            let color = Weave::Silk.color(&stops, f64::from(step) / 500.0);
            assert!(
                (0.2 - 1e-9..0.8 + 1e-9).contains(&color[0]),
                "{step}: {color:?}"
            );
        }
    }

    #[test]
    fn lead_is_dark_between_its_pieces_and_bright_within() {
        let lightness = |turn| Weave::Lead.color(&[LIGHT, LIGHT], turn)[0];
        assert!(lightness(0.01) < 0.2 && lightness(0.49) < 0.2 && lightness(0.51) < 0.2);
        assert_eq!(lightness(0.25), 0.8);
    }

    #[test]
    fn a_ripple_swings_round_the_silk_beneath_it() {
        let ripple = Weave::Ripple {
            waves: 4,
            depth: 0.1,
        };
        let stops = [LIGHT, LIGHT];
        let swing: Vec<f64> = (0..256)
            .map(|i| ripple.color(&stops, f64::from(i) / 256.0)[0])
            .collect();
        let highest = swing.iter().copied().fold(0.0, f64::max);
        let lowest = swing.iter().copied().fold(1.0, f64::min);
        assert!((highest - 0.88).abs() < 1e-9 && (lowest - 0.72).abs() < 1e-9);
    }
}
