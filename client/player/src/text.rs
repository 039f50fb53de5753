//! Text to pixels: a panel of lines in white, each letter on a soft dark glow.
//!
//! The glow rather than a box: the flame stays whole, and white letters stay legible on white
//! flames. It is the letters' own coverage, blurred and strengthened.
//!
//! The font is Noto Sans (SIL Open Font License 1.1), built in. Scripts it does not have come out as
//! empty boxes.

use ab_glyph::{Font, FontRef, PxScale, PxScaleFont, ScaleFont, point};

use crate::overlay::{Face, Layout, Line};

/// How dark the glow is at its darkest.
const GLOW_OPACITY: f32 = 0.75;

/// Pixels with colour multiplied by opacity, four bytes each, rows from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panel {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rgba: Vec<u8>,
}

/// The font.
#[derive(Debug)]
pub(crate) struct Typesetter {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

impl Typesetter {
    /// Opens the built-in font.
    ///
    /// # Panics
    ///
    /// If the built-in bytes are no font, which the tests would have noticed.
    pub(crate) fn new() -> Self {
        let open = |bytes| FontRef::try_from_slice(bytes).expect("the built-in font is a font");
        Self {
            regular: open(notosans::REGULAR_TTF),
            bold: open(notosans::BOLD_TTF),
        }
    }

    /// Width of `text` in pixels.
    pub(crate) fn measure(&self, text: &str, face: Face, px: f32) -> f32 {
        let font = self.font(face, px);
        let mut width = 0.0;
        let mut previous = None;
        for glyph in text.chars().map(|c| font.glyph_id(c)) {
            width += previous.map_or(0.0, |previous| font.kern(previous, glyph));
            width += font.h_advance(glyph);
            previous = Some(glyph);
        }
        width
    }

    /// Draws the lines of `layout`.
    pub(crate) fn draw(&self, layout: &Layout) -> Panel {
        let (width, height) = (layout.width as usize, layout.height as usize);
        let mut letters = Coverage {
            width,
            values: vec![0.0; width * height],
        };
        let mut radius = 0;
        for line in &layout.lines {
            self.draw_line(line, &mut letters);
            radius = radius.max((line.px / 6.0) as usize);
        }
        let glow = letters.blurred(radius).blurred(radius);
        let rgba = letters
            .values
            .iter()
            .zip(&glow.values)
            .flat_map(|(&letter, &glow)| premultiplied(letter, glow))
            .collect();
        Panel {
            width: layout.width,
            height: layout.height,
            rgba,
        }
    }

    fn draw_line(&self, line: &Line, letters: &mut Coverage) {
        let font = self.font(line.face, line.px);
        let mut at = line.left;
        let mut previous = None;
        for id in line.text.chars().map(|c| font.glyph_id(c)) {
            at += previous.map_or(0.0, |previous| font.kern(previous, id));
            let glyph = id.with_scale_and_position(line.px, point(at, line.baseline));
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|x, y, value| {
                    letters.add(
                        corner.x as i64 + i64::from(x),
                        corner.y as i64 + i64::from(y),
                        value,
                    );
                });
            }
            at += font.h_advance(id);
            previous = Some(id);
        }
    }

    fn font(&self, face: Face, px: f32) -> PxScaleFont<&FontRef<'static>> {
        let font = match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
        };
        font.as_scaled(PxScale::from(px))
    }
}

/// White letter over black glow.
fn premultiplied(letter: f32, glow: f32) -> [u8; 4] {
    let letter = letter.clamp(0.0, 1.0);
    let glow = (2.5 * glow).min(1.0) * GLOW_OPACITY;
    let alpha = letter + (1.0 - letter) * glow;
    let byte = |value: f32| (value * 255.0).round() as u8;
    [byte(letter), byte(letter), byte(letter), byte(alpha)]
}

/// How much of each pixel is covered by letters, 0 to 1.
struct Coverage {
    width: usize,
    values: Vec<f32>,
}

impl Coverage {
    /// Adds to a pixel; one outside is left alone.
    fn add(&mut self, x: i64, y: i64, value: f32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        if x < self.width
            && let Some(pixel) = self.values.get_mut(y * self.width + x)
        {
            *pixel += value;
        }
    }

    /// Each pixel the mean of the square of `radius` pixels around it; nothing lies outside.
    fn blurred(&self, radius: usize) -> Self {
        if self.values.is_empty() {
            return Self {
                width: self.width,
                values: Vec::new(),
            };
        }
        let height = self.values.len() / self.width;
        let across = blur_lines(&self.values, height, self.width, 1, self.width, radius);
        Self {
            width: self.width,
            values: blur_lines(&across, self.width, height, self.width, 1, radius),
        }
    }
}

/// Running means along `lines` lines of `length` values that lie `step` apart, the lines `stride`
/// apart.
fn blur_lines(
    values: &[f32],
    lines: usize,
    length: usize,
    step: usize,
    stride: usize,
    radius: usize,
) -> Vec<f32> {
    let mut blurred = vec![0.0; values.len()];
    let share = 1.0 / (2 * radius + 1) as f32;
    for line in 0..lines {
        let at = |index: usize| line * stride + index * step;
        let mut sum: f32 = (0..radius.min(length)).map(|index| values[at(index)]).sum();
        for index in 0..length {
            if index + radius < length {
                sum += values[at(index + radius)];
            }
            blurred[at(index)] = sum * share;
            if index >= radius {
                sum -= values[at(index - radius)];
            }
        }
    }
    blurred
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::{Info, lay_out};
    use crate::wander::Corner;

    fn panel(title: &str) -> Panel {
        let typesetter = Typesetter::new();
        let info = Info {
            title: title.to_owned(),
            artist: "Ada".to_owned(),
            ..Info::default()
        };
        let layout = lay_out(&info, Corner::LeftBottom, (1280, 720), |text, face, px| {
            typesetter.measure(text, face, px)
        });
        typesetter.draw(&layout)
    }

    #[test]
    fn text_is_drawn_in_white_on_a_glow_and_ends_before_the_panels_edge() {
        let panel = panel("Electric Meadow");
        let pixel = |x: u32, y: u32| {
            let at = 4 * (y * panel.width + x) as usize;
            <[u8; 4]>::try_from(&panel.rgba[at..at + 4]).unwrap()
        };
        assert!(panel.rgba.chunks(4).any(|pixel| pixel == [255; 4]));
        let glow = |pixel: &&[u8]| pixel[0] == 0 && pixel[3] > 100;
        assert!(panel.rgba.chunks(4).filter(glow).count() > 1000);
        for x in 0..panel.width {
            assert_eq!(pixel(x, 0), [0; 4]);
            assert_eq!(pixel(x, panel.height - 1), [0; 4]);
        }
        for y in 0..panel.height {
            assert_eq!(pixel(0, y), [0; 4]);
            assert_eq!(pixel(panel.width - 1, y), [0; 4]);
        }
    }

    #[test]
    fn no_colour_is_brighter_than_its_opacity() {
        let panel = panel("Électrique Лужок λιβάδι 草原");
        assert!(
            panel
                .rgba
                .chunks(4)
                .all(|p| p[0] <= p[3] && p[1] <= p[3] && p[2] <= p[3])
        );
    }

    #[test]
    fn a_longer_text_is_wider() {
        let typesetter = Typesetter::new();
        let width = |text| typesetter.measure(text, Face::Regular, 20.0);
        assert!(width("mm") > 1.9 * width("m"));
        assert_eq!(width(""), 0.0);
    }

    #[test]
    fn a_blur_keeps_the_sum_and_spreads_it_evenly() {
        let mut dot = Coverage {
            width: 9,
            values: vec![0.0; 81],
        };
        dot.add(4, 4, 1.0);
        dot.add(-1, 4, 1.0);
        dot.add(9, 4, 1.0);
        let blurred = dot.blurred(1);
        for (index, &value) in blurred.values.iter().enumerate() {
            let near = (3..=5).contains(&(index % 9)) && (3..=5).contains(&(index / 9));
            let expected = if near { 1.0 / 9.0 } else { 0.0 };
            assert!((value - expected).abs() < 1e-6, "{index}: {value}");
        }
    }
}
