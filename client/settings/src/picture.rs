//! The picture at the head: Foxfire of the starter flock, and the name over it.

use eframe::egui::epaint::Mesh;
use eframe::egui::{
    Align2, Color32, ColorImage, Context, IconData, Rect, Sense, Shape, TextureHandle,
    TextureOptions, Ui, pos2, vec2,
};

use crate::look::{NIGHT, QUIET, TEXT, bold};

const FOXFIRE: &[u8] = include_bytes!("foxfire.webp");
const MARK: &[u8] = include_bytes!("mark.png");

/// The picture, on its way to the screen.
pub(crate) struct Picture {
    texture: TextureHandle,
}

impl Picture {
    /// Brings it in.
    pub(crate) fn new(ctx: &Context) -> Self {
        let (size, rgba) = pixels(FOXFIRE);
        let image = ColorImage::from_rgba_unmultiplied(size, &rgba);
        Self {
            texture: ctx.load_texture("foxfire", image, TextureOptions::LINEAR),
        }
    }

    /// The head of the page, so many points high, across the window.
    pub(crate) fn head(&self, ui: &mut Ui, height: f32) {
        let size = vec2(ui.available_width(), height);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let painter = ui.painter();
        let picture = cover(
            self.texture.size_vec2().x / self.texture.size_vec2().y,
            rect,
        );
        painter.image(self.texture.id(), rect, picture, Color32::WHITE);
        painter.add(fade(rect));
        let left = ((size.x - crate::window::COLUMN) / 2.0).max(crate::window::GUTTER);
        let at = pos2(rect.left() + left, rect.bottom() - 34.0);
        painter.text(at, Align2::LEFT_BOTTOM, "Woolgather", bold(30.0), TEXT);
        let at = pos2(rect.left() + left, rect.bottom() - 14.0);
        let words = "Computers that dream together";
        let font = eframe::egui::FontId::proportional(14.0);
        painter.text(at, Align2::LEFT_BOTTOM, words, font, QUIET);
    }
}

/// The program's mark, for the desktop.
pub(crate) fn mark() -> IconData {
    let ([width, height], rgba) = pixels(MARK);
    IconData {
        rgba,
        width: width as u32,
        height: height as u32,
    }
}

/// Width, height and pixels of a built-in picture.
///
/// # Panics
///
/// If the built-in bytes are no picture, which the tests would have noticed.
fn pixels(bytes: &[u8]) -> ([usize; 2], Vec<u8>) {
    let picture = image::load_from_memory(bytes).expect("the built-in picture is a picture");
    let picture = picture.into_rgba8();
    let size = [picture.width() as usize, picture.height() as usize];
    (size, picture.into_raw())
}

/// The middle of a picture of this aspect, as much as fills `rect`: 0 to 1 along each side.
fn cover(aspect: f32, rect: Rect) -> Rect {
    let share = aspect / rect.aspect_ratio();
    let size = if share > 1.0 {
        vec2(1.0 / share, 1.0)
    } else {
        vec2(1.0, share)
    };
    Rect::from_center_size(pos2(0.5, 0.5), size)
}

/// The night that rises from below, so that letters can be read and the picture has no edge.
fn fade(rect: Rect) -> Shape {
    let mut mesh = Mesh::default();
    let steps = [(0.0, 0), (0.4, 30), (0.75, 150), (1.0, 255)];
    for (down, alpha) in steps {
        let y = rect.top() + down * rect.height();
        let [red, green, blue, _] = NIGHT.to_array();
        let colour = Color32::from_rgba_unmultiplied(red, green, blue, alpha);
        mesh.colored_vertex(pos2(rect.left(), y), colour);
        mesh.colored_vertex(pos2(rect.right(), y), colour);
    }
    for band in 0..steps.len() as u32 - 1 {
        let first = 2 * band;
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 2, first + 3);
    }
    Shape::mesh(mesh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_are_pictures() {
        assert_eq!(pixels(MARK).0, [64, 64]);
        assert!(pixels(FOXFIRE).0[0] >= 1000);
    }

    #[test]
    fn a_picture_fills_its_place_and_keeps_its_shape() {
        let check = |width, height| {
            let part = cover(
                4.0,
                Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height)),
            );
            let aspect = 4.0 * part.width() / part.height();
            assert!((aspect - width / height).abs() < 1e-3, "{part:?}");
            assert!(part.width() <= 1.0 && part.height() <= 1.0);
        };
        check(800.0, 100.0);
        check(400.0, 200.0);
        check(400.0, 100.0);
    }
}
