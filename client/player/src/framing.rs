//! Where a picture lies on a screen of another shape. Pure.
//!
//! A flame has no border worth keeping, so the picture covers the screen and loses a little at two
//! sides, as long as that is at most a quarter of it: 16:9 on 4:3 just passes. On odder screens it
//! is shown whole between black bars.

/// Largest part of the picture that covering may cut away.
const LOST_MAX: f32 = 0.25;

/// Picture position = screen position × `scale` + `offset`, all from 0 to 1 from the left top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Framing {
    pub(crate) scale: [f32; 2],
    pub(crate) offset: [f32; 2],
}

impl Framing {
    /// The framing of a picture on a screen, both in pixels, width first, none of them 0.
    pub(crate) fn of(picture: (u32, u32), screen: (u32, u32)) -> Self {
        let aspect = |(width, height): (u32, u32)| width as f32 / height as f32;
        let wider = aspect(screen) / aspect(picture);
        let lost = 1.0 - wider.min(wider.recip());
        // A hair of tolerance: 16:9 on 4:3 loses exactly a quarter, up to rounding.
        let scale = match (lost <= LOST_MAX + 1e-3, wider > 1.0) {
            (true, true) => [1.0, wider.recip()],
            (true, false) => [wider, 1.0],
            (false, true) => [wider, 1.0],
            (false, false) => [1.0, wider.recip()],
        };
        Self {
            scale,
            offset: scale.map(|scale| (1.0 - scale) / 2.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expects the picture's visible part, as left, top, right and bottom on a screen 0 to 1.
    fn check(picture: (u32, u32), screen: (u32, u32), expected: [f32; 4]) {
        let Framing { scale, offset } = Framing::of(picture, screen);
        let found = [
            offset[0],
            offset[1],
            offset[0] + scale[0],
            offset[1] + scale[1],
        ];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
    }

    #[test]
    fn a_picture_of_the_screens_shape_fills_it_exactly() {
        check((1280, 720), (1920, 1080), [0.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn a_slightly_other_shape_is_covered_and_loses_two_sides() {
        check((1280, 720), (1280, 800), [0.05, 0.0, 0.95, 1.0]);
        check((1280, 720), (1024, 768), [0.125, 0.0, 0.875, 1.0]);
        check((1600, 1000), (1600, 900), [0.0, 0.05, 1.0, 0.95]);
    }

    #[test]
    fn a_very_other_shape_shows_the_whole_picture_between_bars() {
        check((1000, 1000), (2000, 1000), [-0.5, 0.0, 1.5, 1.0]);
        check((1000, 1000), (1000, 2000), [0.0, -0.5, 1.0, 1.5]);
    }
}
