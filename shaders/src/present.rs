//! The player's shaders: planes to picture, picture to screen, live pixels to screen, text over it.
//!
//! ```text
//! 10-bit planes -> PLANES -> RGB picture -> SCREEN -> screen <- OVERLAY <- text panel
//!                  (film's rate)           (screen's rate)
//!                      live renderer's pixels -> PIXELS -> screen <- OVERLAY <- text panel
//! ```
//!
//! Two steps rather than one for films, because they run at different rates: converting a picture costs five
//! texture reads a pixel and happens once, while a fast screen shows it blended several times.

/// Decoded planes to a gamma-coded RGB picture of the same size.
///
/// Vertex entry [`FULL_SCREEN`], fragment entry [`PLANES_FRAGMENT`], bind group 0: 0
/// [`PlanesUniform`](crate::layout::PlanesUniform), 1 luma, 2 chroma (blue, red), 3 and 4 the same of the picture under it.
/// Constant [`FADING`].
pub const PLANES: &str = concat!(
    include_str!("../wgsl/present/full_screen.wgsl"),
    include_str!("../wgsl/present/planes.wgsl")
);

/// Two pictures to the screen: scaled, framed, blended.
///
/// Vertex entry [`FULL_SCREEN`], fragment entry [`SCREEN_FRAGMENT`], bind group 0: 0
/// [`ScreenUniform`](crate::layout::ScreenUniform), 1 a filtering sampler, 2 the earlier picture,
/// 3 the later. Constants [`BLENDING`], [`TARGET_IS_LINEAR`] and [`TARGET_STEPS`].
pub const SCREEN: &str = concat!(
    include_str!("../wgsl/present/full_screen.wgsl"),
    include_str!("../wgsl/present/display.wgsl"),
    include_str!("../wgsl/present/screen.wgsl")
);

/// The live renderer's packed pixels to the screen: scaled smoothly and framed.
///
/// Vertex entry [`FULL_SCREEN`], fragment entry [`PIXELS_FRAGMENT`], bind group 0: 0
/// [`PixelsUniform`](crate::layout::PixelsUniform), 1 the pixels in a read-only storage buffer. Constants [`EXACT`],
/// [`TARGET_IS_LINEAR`] and [`TARGET_STEPS`].
pub const PIXELS: &str = concat!(
    include_str!("../wgsl/present/full_screen.wgsl"),
    include_str!("../wgsl/present/display.wgsl"),
    include_str!("../wgsl/present/pixels.wgsl")
);

/// A text panel over the screen, as a strip of four vertices.
///
/// Vertex entry [`OVERLAY_VERTEX`], fragment entry [`OVERLAY_FRAGMENT`], bind group 0: 0
/// [`OverlayUniform`](crate::layout::OverlayUniform), 1 the panel with premultiplied alpha.
pub const OVERLAY: &str = include_str!("../wgsl/present/overlay.wgsl");

/// Vertex entry point of [`PLANES`], [`SCREEN`] and [`PIXELS`]; draw three vertices.
pub const FULL_SCREEN: &str = "full_screen";

/// Fragment entry point of [`PLANES`].
pub const PLANES_FRAGMENT: &str = "planes_to_rgb";

/// Fragment entry point of [`SCREEN`].
pub const SCREEN_FRAGMENT: &str = "picture_to_screen";

/// Fragment entry point of [`PIXELS`].
pub const PIXELS_FRAGMENT: &str = "pixels_to_screen";

/// Vertex entry point of [`OVERLAY`]; draw four vertices as a triangle strip.
pub const OVERLAY_VERTEX: &str = "overlay_corner";

/// Fragment entry point of [`OVERLAY`].
pub const OVERLAY_FRAGMENT: &str = "overlay_color";

/// Pipeline constant of [`PLANES`]: 1 where a second set of planes shows through, else 0.
pub const FADING: &str = "fading";

/// Pipeline constant of [`SCREEN`]: 1 to mix two pictures, 0 to show the earlier alone.
pub const BLENDING: &str = "blending";

/// Pipeline constant of [`PIXELS`]: 1 where the picture has exactly the screen's pixels, else 0.
pub const EXACT: &str = "exact";

/// Pipeline constant of [`SCREEN`] and [`PIXELS`]: 1 where the target applies the sRGB curve by itself, else 0.
pub const TARGET_IS_LINEAR: &str = "target_is_linear";

/// Pipeline constant of [`SCREEN`] and [`PIXELS`]: how many steps a channel of the target has above black; 255 unless given.
pub const TARGET_STEPS: &str = "target_steps";

#[cfg(test)]
mod tests {
    use super::*;
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    /// Parses and validates `text` with nothing but the baseline every adapter has, and checks
    /// that it offers exactly the entry points and constants promised.
    fn check(text: &str, entry_points: &[&str], constants: &[&str]) {
        let module = naga::front::wgsl::parse_str(text)
            .unwrap_or_else(|e| panic!("{}", e.emit_to_string(text)));
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|e| panic!("{}", e.emit_to_string(text)));
        let offered: Vec<&str> = module
            .entry_points
            .iter()
            .map(|entry_point| entry_point.name.as_str())
            .collect();
        assert_eq!(offered, entry_points);
        let offered: Vec<&str> = module
            .overrides
            .iter()
            .filter_map(|(_, constant)| constant.name.as_deref())
            .collect();
        assert_eq!(offered, constants);
    }

    #[test]
    fn every_text_is_valid_on_the_baseline_and_offers_what_it_promises() {
        check(PLANES, &[FULL_SCREEN, PLANES_FRAGMENT], &[FADING]);
        check(
            SCREEN,
            &[FULL_SCREEN, SCREEN_FRAGMENT],
            &[TARGET_IS_LINEAR, TARGET_STEPS, BLENDING],
        );
        check(
            PIXELS,
            &[FULL_SCREEN, PIXELS_FRAGMENT],
            &[TARGET_IS_LINEAR, TARGET_STEPS, EXACT],
        );
        check(OVERLAY, &[OVERLAY_VERTEX, OVERLAY_FRAGMENT], &[]);
    }
}
