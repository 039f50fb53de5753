//! The ways in which a file can spell a palette.
//!
//! `palette="n"` of the flame is a palette of flam3's library and wins over everything else;
//! `<palette index0 hue0 index1 hue1 blend>` blends two of them. Where the user has supplied no
//! library both are errors. `<color index rgb>` sets one entry, `<colors count data>` and `<palette count format>` set the
//! first `count`. They may be mixed, later ones win, and what nobody set is blended between its
//! neighbours, round the end to the beginning. `<color>` multiplies by alpha when it is read, the
//! other two hold what they say.
//!
//! `<palette_exact format="RGBA-f64">` is ours: 64 digits an entry, the bits of four numbers. The
//! printer adds it to a palette with an alpha that flam3's digits cannot hold; flam3 passes it over.

use super::attribute::Value;
use super::remark::{Notes, RemarkKind};
use super::{ParseError, ParseErrorKind, library};
use crate::Flam3Palettes;
use crate::limits::{self, Range};
use crate::palette::{PALETTE_ENTRIES, Palette};
use roxmltree::Node;

/// The name of our own element.
pub(super) const EXACT_ELEMENT: &str = "palette_exact";
/// The word of our own format.
pub(super) const EXACT_FORMAT: &str = "RGBA-f64";

/// A palette in the making: the entries that the file has set.
pub(super) struct PaletteReader {
    set: [Option<[f64; 4]>; PALETTE_ENTRIES],
    chosen: Option<Box<[[f64; 4]; PALETTE_ENTRIES]>>,
}

impl Default for PaletteReader {
    fn default() -> Self {
        Self {
            set: [None; PALETTE_ENTRIES],
            chosen: None,
        }
    }
}

impl PaletteReader {
    /// Takes a palette of the library, whatever else the file says.
    pub(super) fn choose(
        &mut self,
        number: Value<'_, '_>,
        hue: f64,
        library: Option<&Flam3Palettes>,
    ) -> Result<(), ParseError> {
        self.chosen = Some(library::find(number, library, hue)?);
        Ok(())
    }

    /// Reads `<color index rgb>`.
    pub(super) fn read_color(&mut self, node: Node<'_, '_>) -> Result<(), ParseError> {
        let mut index = None;
        let mut rgb = [0.0; 3];
        let mut alpha = 255.0;
        for value in Value::all(node) {
            match value.name() {
                "index" => index = Some(value.count(Range::new(0.0, 255.0))? as usize),
                "rgb" => rgb = value.numbers(limits::COLOR_CHANNEL)?,
                "rgba" => {
                    let [red, green, blue, a] = value.numbers(limits::COLOR_CHANNEL)?;
                    (rgb, alpha) = ([red, green, blue], a);
                }
                "a" => alpha = value.number(limits::COLOR_CHANNEL)?,
                _ => return Err(misplaced(value, "index, rgb, rgba, a")),
            }
        }
        let index = index.ok_or_else(|| ParseError::missing(node, "index"))?;
        let alpha = alpha / 255.0;
        let [red, green, blue] = rgb.map(|channel| channel / 255.0 * alpha);
        self.set[index] = Some([red, green, blue, alpha]);
        Ok(())
    }

    /// Reads `<colors count data>`.
    pub(super) fn read_colors(&mut self, node: Node<'_, '_>) -> Result<(), ParseError> {
        let mut count = None;
        let mut data = None;
        for value in Value::all(node) {
            match value.name() {
                "count" => count = Some(read_count(value)?),
                "data" => data = Some(value),
                _ => return Err(misplaced(value, "count, data")),
            }
        }
        let count = count.ok_or_else(|| ParseError::missing(node, "count"))?;
        let data = data.ok_or_else(|| ParseError::missing(node, "data"))?;
        let colors = zero_and_rgb(data, count)?;
        for (entry, [red, green, blue]) in self.set.iter_mut().zip(colors) {
            *entry = Some(from_bytes([red, green, blue, 255]));
        }
        Ok(())
    }

    /// Reads `<palette>`: digits, or a blend of two palettes of the library.
    pub(super) fn read_palette(
        &mut self,
        node: Node<'_, '_>,
        notes: &mut Notes<'_>,
    ) -> Result<(), ParseError> {
        if BLEND.iter().any(|name| node.has_attribute(*name)) {
            let blend = read_blend(node, notes.options.flam3_palettes)?;
            self.set = blend.map(Some);
            return Ok(());
        }
        self.read_digits(node, notes)
    }

    /// Reads `<palette count format>digits</palette>`.
    fn read_digits(&mut self, node: Node<'_, '_>, notes: &mut Notes<'_>) -> Result<(), ParseError> {
        let mut count = None;
        let mut format = "RGB";
        for value in Value::all(node) {
            match value.name() {
                "count" => count = Some(read_count(value)?),
                "format" => format = read_format(value)?,
                "source_colors" => {
                    let reason = "the colours between these of Fractorium's are all here";
                    notes.attribute(value, RemarkKind::Ignored { reason });
                }
                _ => return Err(misplaced(value, "count, format")),
            }
        }
        let count = count.ok_or_else(|| ParseError::missing(node, "count"))?;
        let text = node.text().unwrap_or_default();
        let digits_each = match format {
            "RGB" => 6,
            "RGBA" => 8,
            _ => 64,
        };
        let wrong = || {
            ParseError::at(node, ParseErrorKind::NotHexadecimal)
                .value(text.trim())
                .legal(format!("{count} times {digits_each} hexadecimal digits"))
        };
        let bytes = hexadecimal(text, count * digits_each / 2).ok_or_else(wrong)?;
        for (entry, color) in self.set.iter_mut().zip(bytes.chunks_exact(digits_each / 2)) {
            *entry = match *color {
                [red, green, blue] => Some(from_bytes([red, green, blue, 255])),
                [red, green, blue, alpha] => Some(from_bytes([red, green, blue, alpha])),
                _ => Some(from_bits(color).ok_or_else(wrong)?),
            };
        }
        Ok(())
    }

    /// Fills what was not set by walking from each set entry to the next, round the end.
    pub(super) fn finish(self) -> Palette {
        if let Some(chosen) = self.chosen {
            return Palette::new(*chosen);
        }
        let places: Vec<usize> = (0..PALETTE_ENTRIES)
            .filter(|&index| self.set[index].is_some())
            .collect();
        let mut entries = [[0.0; 4]; PALETTE_ENTRIES];
        for (turn, &from) in places.iter().enumerate() {
            let next = places[(turn + 1) % places.len()];
            let gap = (next + PALETTE_ENTRIES - from - 1) % PALETTE_ENTRIES + 1;
            let one = self.set[from].unwrap_or_default();
            let two = self.set[next].unwrap_or_default();
            entries[from] = one;
            for step in 1..gap {
                let share = step as f64 / gap as f64;
                entries[(from + step) % PALETTE_ENTRIES] =
                    std::array::from_fn(|i| one[i] * (1.0 - share) + two[i] * share);
            }
        }
        Palette::new(entries)
    }
}

/// The attributes of a blend of two palettes.
const BLEND: &[&str] = &["index0", "hue0", "index1", "hue1", "blend"];

/// Reads `<palette index0 hue0 index1 hue1 blend>`.
fn read_blend(
    node: Node<'_, '_>,
    library: Option<&Flam3Palettes>,
) -> Result<[[f64; 4]; PALETTE_ENTRIES], ParseError> {
    let mut numbers = [None; 2];
    let mut hues = [0.0; 2];
    let mut blend = 0.5;
    for value in Value::all(node) {
        match value.name() {
            "index0" => numbers[0] = Some(value),
            "index1" => numbers[1] = Some(value),
            "hue0" => hues[0] = library::read_hue(value)?,
            "hue1" => hues[1] = library::read_hue(value)?,
            "blend" => blend = value.number(limits::SHARE)?,
            _ => return Err(misplaced(value, &BLEND.join(", "))),
        }
    }
    let find = |place: usize| {
        let number = numbers[place].ok_or_else(|| ParseError::missing(node, BLEND[place * 2]))?;
        library::find(number, library, hues[place])
    };
    Ok(*library::blended(&*find(0)?, &*find(1)?, blend))
}

/// `count` times `00` and a colour in six hexadecimal digits.
pub(super) fn zero_and_rgb(data: Value<'_, '_>, count: usize) -> Result<Vec<[u8; 3]>, ParseError> {
    let wrong = || {
        data.error(ParseErrorKind::NotHexadecimal)
            .legal(format!("{count} times 00 and six hexadecimal digits"))
    };
    let bytes = hexadecimal(data.text(), count * 4).ok_or_else(wrong)?;
    let colors = bytes.chunks_exact(4).map(|color| match *color {
        [0, red, green, blue] => Ok([red, green, blue]),
        _ => Err(wrong()),
    });
    colors.collect()
}

fn read_count(value: Value<'_, '_>) -> Result<usize, ParseError> {
    Ok(value.count(Range::new(1.0, PALETTE_ENTRIES as f64))? as usize)
}

fn read_format(value: Value<'_, '_>) -> Result<&'static str, ParseError> {
    value.choice(&["RGB", "RGBA", EXACT_FORMAT], |word| word)
}

fn misplaced(value: Value<'_, '_>, legal: &str) -> ParseError {
    value.error(ParseErrorKind::Misplaced).legal(legal)
}

fn from_bytes(color: [u8; 4]) -> [f64; 4] {
    color.map(|channel| f64::from(channel) / 255.0)
}

/// Four numbers from their bits, most significant digit first.
fn from_bits(bytes: &[u8]) -> Option<[f64; 4]> {
    let mut color = [0.0; 4];
    for (channel, bytes) in color.iter_mut().zip(bytes.chunks_exact(8)) {
        *channel = f64::from_be_bytes(bytes.try_into().ok()?);
        if !limits::SHARE.contains(*channel) {
            return None;
        }
    }
    Some(color)
}

/// Exactly `count` bytes as hexadecimal digits, with white space anywhere between bytes.
fn hexadecimal(text: &str, count: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(count);
    for word in text.split_ascii_whitespace() {
        for pair in word.as_bytes().chunks(2) {
            let &[high, low] = pair else { return None };
            let high = char::from(high).to_digit(16)?;
            let low = char::from(low).to_digit(16)?;
            if bytes.len() == count {
                return None;
            }
            bytes.push((high * 16 + low) as u8);
        }
    }
    (bytes.len() == count).then_some(bytes)
}
