//! Tiles side by side, each with its number and name below.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use anyhow::{Context, ensure};

/// Pixels between tiles.
const GAP: u32 = 6;
/// Height of a label in pixels.
const LABEL: u32 = 18;
/// Size of its letters in pixels.
const LETTERS: f32 = 14.0;
/// The sheet's own colour, that of names, and that of numbers.
const GROUND: [u8; 3] = [13, 14, 18];
const NAME: [u8; 3] = [226, 224, 216];
const NUMBER: [u8; 3] = [214, 160, 88];

/// The picture in the making: 8 bits per channel, rows from the top.
pub(super) struct Sheet {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) rgb: Vec<u8>,
    columns: u32,
    tile: u32,
    font: FontRef<'static>,
}

impl Sheet {
    /// Room for `count` tiles of `tile` x `tile` pixels.
    pub(super) fn new(count: usize, columns: u32, tile: u32) -> anyhow::Result<Self> {
        ensure!(
            columns > 0 && tile > 0,
            "a sheet has columns, and a tile pixels"
        );
        let rows = u32::try_from(count)?.div_ceil(columns);
        let width = columns * (tile + GAP) + GAP;
        let height = rows * (tile + LABEL + GAP) + GAP;
        let font = FontRef::try_from_slice(notosans::REGULAR_TTF).context("the built-in font")?;
        Ok(Self {
            width,
            height,
            rgb: GROUND.repeat((width * height) as usize),
            columns,
            tile,
            font,
        })
    }

    /// The upper left corner of a place.
    fn corner(&self, place: usize) -> (u32, u32) {
        let place = place as u32;
        let (column, row) = (place % self.columns, place / self.columns);
        (
            GAP + column * (self.tile + GAP),
            GAP + row * (self.tile + LABEL + GAP),
        )
    }

    /// Puts a tile's pixels at their place.
    pub(super) fn put(&mut self, place: usize, rgb: &[u8]) {
        let (left, top) = self.corner(place);
        for (y, row) in (top..).zip(rgb.chunks_exact(3 * self.tile as usize)) {
            let from = 3 * (y * self.width + left) as usize;
            self.rgb[from..from + row.len()].copy_from_slice(row);
        }
    }

    /// Writes `number` and `name` below a tile.
    pub(super) fn label(&mut self, place: usize, number: &str, name: &str) {
        let (left, top) = self.corner(place);
        let baseline = (top + self.tile) as f32 + 13.0;
        let after = self.write(number, left as f32 + 1.0, baseline, NUMBER);
        self.write(name, after + 5.0, baseline, NAME);
    }

    /// Writes `text` and returns where it ends.
    fn write(&mut self, text: &str, left: f32, baseline: f32, color: [u8; 3]) -> f32 {
        let font = self.font.clone();
        let scaled = font.as_scaled(PxScale::from(LETTERS));
        let mut at = left;
        for id in text.chars().map(|c| font.glyph_id(c)) {
            let glyph = id.with_scale_and_position(LETTERS, point(at, baseline));
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|x, y, cover| {
                    self.tint(corner.x as u32 + x, corner.y as u32 + y, color, cover);
                });
            }
            at += scaled.h_advance(id);
        }
        at
    }

    fn tint(&mut self, x: u32, y: u32, color: [u8; 3], cover: f32) {
        let at = 3 * (y * self.width + x) as usize;
        if x < self.width
            && let Some(pixel) = self.rgb.get_mut(at..at + 3)
        {
            for (channel, to) in pixel.iter_mut().zip(color) {
                let from = f32::from(*channel);
                *channel = (from + (f32::from(to) - from) * cover.clamp(0.0, 1.0)) as u8;
            }
        }
    }
}
