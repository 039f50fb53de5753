//! Changes to a flam3 file that leave it XML: another value, another name, an element more or less.
//!
//! Bytes that libFuzzer changes at random mostly break the XML, and what lies behind the XML
//! parser is what there is to test.

use std::ops::Range;
use woolgather_genome::Variation;

/// Values that lie on or beside a border of something.
const VALUES: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "0.5",
    "2",
    "7",
    "64",
    "65",
    "255",
    "256",
    "1000",
    "9999",
    "1e6",
    "-1e6",
    "1e-300",
    "1e300",
    "1.0",
    "off",
    "nan",
    "",
    "1 0 0 1 0 0",
    "0 0",
    "1 0.5 0 2",
];
/// Names that are not the catalogue's.
const NAMES: &[&str] = &[
    "weight",
    "color",
    "color_speed",
    "symmetry",
    "animate",
    "opacity",
    "chaos",
    "coefs",
    "post",
    "var",
    "var1",
    "plotmode",
    "name",
    "size",
    "zoom",
    "palette",
    "hue",
    "soloxform",
    "kind",
    "index",
    "count",
    "format",
    "data",
    "cam_zoom",
    "batches",
    "angle",
    "enable_de",
    "curves",
];

/// The text with one to four changes, which follow from `rng_seed`.
#[must_use]
pub fn mutate(text: &str, rng_seed: u32) -> String {
    let mut rng = Rng(u64::from(rng_seed));
    let mut text = text.to_owned();
    for _ in 0..=rng.below(4) {
        text = change(&text, &mut rng);
    }
    text
}

fn change(text: &str, rng: &mut Rng) -> String {
    let attributes = attributes(text);
    let elements = elements(text);
    match rng.below(8) {
        0 if !elements.is_empty() => {
            let element = rng.choose(&elements).clone();
            replace(text, element.end..element.end, &text[element])
        }
        1 if !elements.is_empty() => replace(text, rng.choose(&elements).clone(), ""),
        2 if !attributes.is_empty() => {
            let (name, _) = rng.choose(&attributes).clone();
            replace(text, name, &any_name(rng))
        }
        3 if !attributes.is_empty() => {
            let (name, _) = rng.choose(&attributes).clone();
            let more = format!("{}=\"{}\" ", any_name(rng), rng.choose(VALUES));
            replace(text, name.start..name.start, &more)
        }
        _ if !attributes.is_empty() => {
            let (_, value) = rng.choose(&attributes).clone();
            let other = any_value(&text[value.clone()], rng);
            replace(text, value, &other)
        }
        _ => text.to_owned(),
    }
}

fn any_name(rng: &mut Rng) -> String {
    let variation = rng.choose(Variation::ALL);
    let parameters = variation.parameters();
    let name = match rng.below(3) {
        0 => *rng.choose(NAMES),
        1 if !parameters.is_empty() => rng.choose(parameters).name,
        _ => variation.name(),
    };
    match rng.below(8) {
        0 => format!("pre_{name}"),
        1 => format!("post_{name}"),
        2 => format!("{name}_fx_priority"),
        3 => name.to_uppercase(),
        _ => name.to_owned(),
    }
}

/// One of the borders, or the value with a digit more, less or changed.
fn any_value(value: &str, rng: &mut Rng) -> String {
    let digits: Vec<usize> = value
        .char_indices()
        .filter(|(_, letter)| letter.is_ascii_digit())
        .map(|(place, _)| place)
        .collect();
    if digits.is_empty() || rng.below(3) == 0 {
        return (*rng.choose(VALUES)).to_owned();
    }
    let place = *rng.choose(&digits);
    let digit = rng.below(10).to_string();
    match rng.below(3) {
        0 => replace(value, place..place, &digit),
        1 => replace(value, place..place + 1, ""),
        _ => replace(value, place..place + 1, &digit),
    }
}

fn replace(text: &str, range: Range<usize>, with: &str) -> String {
    [&text[..range.start], with, &text[range.end..]].concat()
}

/// Where the names and the values of attributes stand.
fn attributes(text: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(equals) = text[rest..].find("=\"").map(|place| place + rest) {
        let value = equals + 2;
        let Some(end) = text[value..].find('"').map(|place| place + value) else {
            break;
        };
        let before = text[..equals].rfind(char::is_whitespace);
        if let Some(start) = before.map(|place| place + 1).filter(|start| *start >= rest) {
            found.push((start..equals, value..end));
        }
        rest = end + 1;
    }
    found
}

/// Where elements without content stand, the likes of `<xform .../>`.
fn elements(text: &str) -> Vec<Range<usize>> {
    let ends = text.match_indices("/>").map(|(place, _)| place + 2);
    ends.filter_map(|end| Some(text[..end].rfind('<')?..end))
        .collect()
}

/// SplitMix64 (G. Steele, D. Lea and C. Flood, *Fast Splittable Pseudorandom Number Generators*).
struct Rng(u64);

impl Rng {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % count as u64) as usize
    }

    fn choose<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use woolgather_genome::{ReadOptions, read_flames};

    #[test]
    fn most_changed_files_are_read_still() {
        let text = include_str!("../seeds/xforms.flam3");
        let read = |rng_seed: &u32| {
            let changed = mutate(text, *rng_seed);
            read_flames(&changed, &ReadOptions::default()).is_ok()
        };
        let count = (0..400).filter(read).count();
        assert!((100..390).contains(&count), "{count} of 400");
        assert_eq!(mutate(text, 5), mutate(text, 5));
    }

    #[test]
    fn any_text_can_be_changed() {
        for text in ["", "=\"", "é=\"ü\" ö=\"\"", "<a/><b/>/>"] {
            for rng_seed in 0..200 {
                assert!(mutate(text, rng_seed).len() < 2000);
            }
        }
    }
}
