//! A layer surface: its role, its size and its scale.

use std::sync::Arc;

use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::wp::fractional_scale::v1::client::wp_fractional_scale_v1::WpFractionalScaleV1;
use wayland_protocols::wp::viewporter::client::wp_viewport::WpViewport;
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_surface_v1::ZwlrLayerSurfaceV1;

use super::place::LayerPlace;

/// How many pixels stand for one of the desktop's units, in 120ths as `fractional-scale-v1` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale(u32);

impl Scale {
    pub(super) const ONE: Self = Self(120);

    /// More than any screen has.
    const MAX: Self = Self(32 * 120);

    pub(super) fn of_120ths(scale: u32) -> Self {
        Self(scale.clamp(1, Self::MAX.0))
    }

    pub(super) fn whole(factor: i32) -> Self {
        let factor = u32::try_from(factor).unwrap_or(1).max(1);
        Self::of_120ths(factor.saturating_mul(120))
    }

    /// A size in pixels, width first.
    fn pixels(self, (width, height): (u32, u32)) -> (u32, u32) {
        let scaled = |side: u32| {
            let side = (u64::from(side) * u64::from(self.0) + 60) / 120;
            u32::try_from(side).unwrap_or(u32::MAX).max(1)
        };
        (scaled(width), scaled(height))
    }
}

/// A surface laid over an output.
pub(super) struct Sheet {
    surface: WlSurface,
    /// Given up when the window is taken away.
    role: Option<ZwlrLayerSurfaceV1>,
    viewport: Option<WpViewport>,
    fractional: Option<WpFractionalScaleV1>,
    /// What the output draws larger, until `fractional` says better.
    scale: Scale,
    /// Before scaling, width first.
    size: Option<(u32, u32)>,
    pub(super) place: Arc<LayerPlace>,
}

impl Sheet {
    pub(super) fn new(
        surface: WlSurface,
        role: ZwlrLayerSurfaceV1,
        viewport: Option<WpViewport>,
        fractional: Option<WpFractionalScaleV1>,
        scale: Scale,
        place: Arc<LayerPlace>,
    ) -> Self {
        Self {
            surface,
            role: Some(role),
            viewport,
            fractional,
            scale,
            size: None,
            place,
        }
    }

    /// Takes in its size before scaling; returns the one in pixels if that is another.
    pub(super) fn set_size(&mut self, size: (u32, u32)) -> Option<(u32, u32)> {
        match &self.viewport {
            Some(viewport) => {
                let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
                viewport.set_destination(side(size.0), side(size.1));
            }
            // Pictures of any other size would be an error from now on.
            None if self.size.is_none() => {
                self.surface.set_buffer_scale((self.scale.0 / 120) as i32);
            }
            None => {}
        }
        self.size = Some(size);
        self.follow()
    }

    /// Takes in what `fractional-scale-v1` says, in the same way.
    pub(super) fn set_scale(&mut self, scale: Scale) -> Option<(u32, u32)> {
        self.scale = scale;
        self.follow()
    }

    /// Takes in what the output says, in the same way.
    pub(super) fn set_output_scale(&mut self, scale: Scale) -> Option<(u32, u32)> {
        if self.fractional.is_some() || self.viewport.is_none() {
            return None;
        }
        self.set_scale(scale)
    }

    /// Takes it off the screen. What is drawn on it still is seen by nobody.
    pub(super) fn take_away(&mut self) {
        self.place.take_away();
        if let Some(role) = self.role.take() {
            if let Some(fractional) = self.fractional.take() {
                fractional.destroy();
            }
            if let Some(viewport) = self.viewport.take() {
                viewport.destroy();
            }
            role.destroy();
        }
    }

    fn follow(&self) -> Option<(u32, u32)> {
        let pixels = self.scale.pixels(self.size?);
        self.place.set_size(pixels).then_some(pixels)
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        self.take_away();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scaled_output_gets_as_many_pixels_as_it_has() {
        let check = |scale: Scale, size, pixels| assert_eq!(scale.pixels(size), pixels);
        check(Scale::ONE, (800, 600), (800, 600));
        check(Scale::whole(2), (800, 600), (1600, 1200));
        check(Scale::of_120ths(150), (1536, 864), (1920, 1080));
        check(Scale::of_120ths(160), (1441, 811), (1921, 1081));
        check(Scale::whole(-3), (1, 1), (1, 1));
        check(Scale::of_120ths(0), (1, 1), (1, 1));
    }
}
