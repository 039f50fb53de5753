//! flam3's palette library, when the user has a copy: `palette="n"` and the blend of two.
//!
//! The file is `flam3-palettes.xml`: `<palette number name data>`, the data 256 times `00` and six
//! hexadecimal digits. It is a part of flam3 and not ours to ship.

use super::attribute::Value;
use super::{ParseError, ParseErrorKind, palette};
use crate::animate::{hsv_from_rgb, rgb_from_hsv};
use crate::limits::{self, Range};
use crate::palette::PALETTE_ENTRIES;
use roxmltree::Node;
use std::collections::BTreeMap;

/// Bytes of a library; flam3's has 1.5 million.
const LIBRARY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Numbers of palettes; flam3's go to 700.
const NUMBER: Range = Range::new(0.0, 9_999.0);

/// Red, green, blue and alpha, linear, 0 to 1.
type Entries = [[f64; 4]; PALETTE_ENTRIES];

/// The palettes of a library, by number.
#[derive(Clone, PartialEq, Eq)]
pub struct Flam3Palettes(BTreeMap<u32, LibraryEntry>);

#[derive(Clone, PartialEq, Eq)]
struct LibraryEntry {
    name: String,
    colors: Box<[[u8; 3]; PALETTE_ENTRIES]>,
}

impl Flam3Palettes {
    /// Reads a library.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the file, worded for the person who supplied it.
    pub fn parse(xml: &str) -> Result<Self, ParseError> {
        if xml.len() > LIBRARY_BYTES_MAX {
            return Err(ParseError::whole(1, ParseErrorKind::TooLarge)
                .legal(format!("at most {LIBRARY_BYTES_MAX} bytes")));
        }
        super::check_attributes(xml)?;
        let document = super::document(xml)?;
        let mut palettes = BTreeMap::new();
        let nodes = document
            .descendants()
            .filter(|node| node.has_tag_name("palette"));
        for node in nodes {
            let (number, entry) = read_entry(node)?;
            palettes.insert(number, entry);
        }
        if palettes.is_empty() {
            return Err(ParseError::whole(1, ParseErrorKind::NoPalette));
        }
        Ok(Self(palettes))
    }

    /// How many palettes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none, which [`Self::parse`] never returns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name of a palette.
    #[must_use]
    pub fn name(&self, number: u32) -> Option<&str> {
        self.0.get(&number).map(|entry| entry.name.as_str())
    }

    /// The colours of a palette, their hues turned by `hue` of a whole turn.
    pub(super) fn entries(&self, number: u32, hue: f64) -> Option<Box<Entries>> {
        let colors = &self.0.get(&number)?.colors;
        Some(Box::new(std::array::from_fn(|index| {
            let [red, green, blue] = colors[index].map(|channel| f64::from(channel) / 255.0);
            let color = [red, green, blue, 1.0];
            if hue == 0.0 {
                color
            } else {
                turned(color, hue)
            }
        })))
    }
}

impl std::fmt::Debug for Flam3Palettes {
    /// The number of palettes: their colours would hide everything else.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Flam3Palettes({} palettes)", self.0.len())
    }
}

fn read_entry(node: Node<'_, '_>) -> Result<(u32, LibraryEntry), ParseError> {
    let mut number = None;
    let mut name = String::new();
    let mut data = None;
    for value in Value::all(node) {
        match value.name() {
            "number" => number = Some(value.count(NUMBER)?),
            "name" => value.text().clone_into(&mut name),
            "data" => data = Some(value),
            _ => {}
        }
    }
    let number = number.ok_or_else(|| ParseError::missing(node, "number"))?;
    let data = data.ok_or_else(|| ParseError::missing(node, "data"))?;
    let mut colors = Box::new([[0; 3]; PALETTE_ENTRIES]);
    let bytes = palette::zero_and_rgb(data, PALETTE_ENTRIES)?;
    for (color, rgb) in colors.iter_mut().zip(bytes) {
        *color = rgb;
    }
    Ok((number, LibraryEntry { name, colors }))
}

fn turned(color: [f64; 4], hue: f64) -> [f64; 4] {
    let [at, saturation, value] = hsv_from_rgb(color);
    let [red, green, blue] = rgb_from_hsv([at + 6.0 * hue, saturation, value]);
    [red, green, blue, color[3]]
}

/// Two palettes blended in hue, saturation and value, hues the shorter way round.
pub(super) fn blended(one: &Entries, two: &Entries, blend: f64) -> Box<Entries> {
    Box::new(std::array::from_fn(|index| {
        let (first, second) = (hsv_from_rgb(one[index]), hsv_from_rgb(two[index]));
        let mut first = first;
        if first[0] - second[0] > 3.0 {
            first[0] -= 6.0;
        } else if first[0] - second[0] < -3.0 {
            first[0] += 6.0;
        }
        let mix = |one: f64, two: f64| (1.0 - blend) * one + blend * two;
        let [red, green, blue] = rgb_from_hsv(std::array::from_fn(|i| mix(first[i], second[i])));
        [red, green, blue, mix(one[index][3], two[index][3])]
    }))
}

/// The palette that an attribute names by its number.
pub(super) fn find(
    value: Value<'_, '_>,
    library: Option<&Flam3Palettes>,
    hue: f64,
) -> Result<Box<Entries>, ParseError> {
    let Some(library) = library else {
        let legal = "colours in the file itself: <palette>, <colors> or <color>";
        return Err(value.error(ParseErrorKind::LibraryPalette).legal(legal));
    };
    let number = value.count(NUMBER)?;
    library.entries(number, hue).ok_or_else(|| {
        value
            .error(ParseErrorKind::OutOfRange)
            .legal(format!("a number of the library, {}", library.numbers()))
    })
}

impl Flam3Palettes {
    fn numbers(&self) -> Range {
        let first = self.0.first_key_value().map_or(0, |(number, _)| *number);
        let last = self.0.last_key_value().map_or(0, |(number, _)| *number);
        Range::new(f64::from(first), f64::from(last))
    }
}

/// `hue` and `hue0` as the fraction of a turn that a genome keeps.
pub(super) fn read_hue(value: Value<'_, '_>) -> Result<f64, ParseError> {
    // C's fmod, which Rust's remainder is: exact, with the sign of the dividend.
    Ok(value.number(limits::HUE)? % 1.0 + 0.0)
}
