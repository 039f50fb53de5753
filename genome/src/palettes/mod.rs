//! The palette library: more than a hundred palettes of our own, named and sorted by mood.
//!
//! Random genomes, breeding and artists draw their colours from here. The library is written down
//! as a designer would: `genome/palettes/library.txt` holds one line for each palette, a name, a
//! weave and a handful of colours. This room reads that text ([`palette_library`]) and weaves each
//! line into 256 entries ([`weave`](self::weave)), in a perceptual space ([`oklab`](self::oklab)).
//!
//! Every palette is opaque and round: the entry after the last is the first, so a hue that turns
//! through the palette meets no seam. Entries are whole steps of 1/255, which files hold exactly.
//! The bits are the same on every machine: everything transcendental comes from `libm`.
//!
//! The text and the palettes are ours, dedicated to the public under CC0 1.0.

mod oklab;
mod weave;

use std::sync::LazyLock;

use self::weave::Weave;
use crate::Palette;

/// A palette of the library.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryPalette {
    /// What people call it; no two are called the same.
    pub name: &'static str,
    /// Its colours: opaque, and round.
    pub palette: Palette,
}

/// Every palette, as its line says it.
const TEXT: &str = include_str!("../../palettes/library.txt");

/// The library, woven when it is first asked for.
static LIBRARY: LazyLock<Vec<LibraryPalette>> = LazyLock::new(|| {
    TEXT.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| match read_line(line) {
            Some(palette) => palette,
            None => panic!("this line of the palette library is no palette: {line}"),
        })
        .collect()
});

/// The palettes in the order of the library's text; the order and the names stay, so an index
/// means the same palette in later releases and new ones are added at the end.
///
/// The first call weaves them all, in a few milliseconds; later calls are free.
///
/// # Panics
///
/// If the built-in text holds a line that is no palette, which is our bug and which the tests of
/// this crate would show.
#[must_use]
pub fn palette_library() -> &'static [LibraryPalette] {
    &LIBRARY
}

/// Reads `name | weave | colours`.
fn read_line(line: &'static str) -> Option<LibraryPalette> {
    let mut columns = line.split('|').map(str::trim);
    let (name, weave, colors) = (columns.next()?, columns.next()?, columns.next()?);
    let weave = Weave::read(weave)?;
    let mut stops = Vec::new();
    for word in colors.split_whitespace() {
        let (color, width) = match word.split_once(':') {
            Some((color, width)) => (color, width.parse().ok()?),
            None => (word, 1),
        };
        let color = oklab::from_bytes(read_color(color)?);
        stops.extend(std::iter::repeat_n(color, width));
    }
    let whole = columns.next().is_none() && !name.is_empty() && stops.len() > 1;
    whole.then(|| LibraryPalette {
        name,
        palette: weave.palette(&stops),
    })
}

/// Reads six hexadecimal digits.
fn read_color(digits: &str) -> Option<[u8; 3]> {
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [0, red, green, blue] = number.to_be_bytes() else {
        return None;
    };
    (digits.len() == 6).then_some([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_palette_is_seen() {
        for line in [
            "",
            "Name",
            "Name | silk",
            " | silk | 000000 ffffff",
            "Name | silk | 000000",
            "Name | silk | 000000 ffffff | more",
            "Name | felt | 000000 ffffff",
            "Name | silk 3 | 000000 ffffff",
            "Name | ripple 3 | 000000 ffffff",
            "Name | ripple x 5 | 000000 ffffff",
            "Name | silk | 000000 fffff",
            "Name | silk | 000000 00ffffff",
            "Name | silk | 000000 gggggg",
            "Name | silk | 000000:x ffffff",
        ] {
            assert_eq!(read_line(line), None, "{line}");
        }
    }

    #[test]
    fn a_width_repeats_the_colour() {
        let short = read_line("Name | bands | 102030:3 405060").map(|read| read.palette);
        let long = read_line("Name | bands | 102030 102030 102030 405060").map(|read| read.palette);
        assert_eq!(short, long);
        let entries = short.map(|palette| palette.entries().map(|[red, ..]| red * 255.0));
        let expected = std::array::from_fn(|i| if i < 192 { 16.0 } else { 64.0 });
        assert_eq!(entries, Some(expected));
    }
}
