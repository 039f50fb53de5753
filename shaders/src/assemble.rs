//! The chaos game's text for one *structure* of genome.
//!
//! Which variations an xform has decides the text; how strong they are decides only numbers in buffers. So one compiled
//! pipeline serves every frame of a clip and every genome of the same structure. The text is deterministic: the same
//! structure gives the same bytes, in every build and on every machine.
//!
//! # Numbers of a moment, as vectors of four
//!
//! ```text
//! camera x, camera y
//! each xform:  coefs x, coefs y, [post x, post y,] (colour keep, colour add, probability, 0), (8 constants each)…
//! final xform: the same
//! ```
//!
//! A map's row is `(a, b, c, 0)`: `a x + b y + c`. Probability counts for the final xform only. A moment's *integers* are
//! the visibilities of its xforms, then the threshold rows of the selection, as many numbers a row as there are xforms.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use woolgather_genome::Variation;

use crate::variations;

/// `wgsl/shared/math.wgsl`: elementary functions of our own.
pub const MATH: &str = include_str!("../wgsl/shared/math.wgsl");
/// `wgsl/shared/streams.wgsl`: random numbers.
pub const STREAMS: &str = include_str!("../wgsl/shared/streams.wgsl");
/// `wgsl/shared/variations.wgsl`: what several variations use.
pub const SHARED_VARIATIONS: &str = include_str!("../wgsl/shared/variations.wgsl");
/// `wgsl/shared/affine.wgsl`: affine maps.
const AFFINE: &str = include_str!("../wgsl/shared/affine.wgsl");
/// `wgsl/stages/iterate.wgsl`: the chaos game.
const ITERATE: &str = include_str!("../wgsl/stages/iterate.wgsl");
/// `wgsl/stages/fade.wgsl`: a histogram fades between the frames of a live view; entry points `fade` and `fade_pairs`.
pub const FADE: &str = include_str!("../wgsl/stages/fade.wgsl");
/// `wgsl/stages/probe.wgsl`: single points through an xform.
const PROBE: &str = include_str!("../wgsl/stages/probe.wgsl");

/// Vectors that the camera takes.
pub const CAMERA_NUMBERS: u32 = 2;
/// Vectors that a variation's constants take.
const VARIATION_NUMBERS: u32 = 2;

/// What of an xform is text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct XformStructure {
    /// Its variations, in the plan's order.
    pub variations: Vec<Variation>,
    /// Whether it has a second affine map.
    pub post: bool,
}

/// What of a genome is text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Structure {
    /// In the plan's order.
    pub xforms: Vec<XformStructure>,
    /// The final xform.
    pub final_xform: Option<XformStructure>,
    /// Every point chooses for itself, by its past.
    pub xaos: bool,
    /// Colours between two palette entries are blended.
    pub linear_palette: bool,
    /// What a hit counts is kept beside its alpha.
    pub counts: bool,
}

impl XformStructure {
    /// Vectors that its numbers take.
    #[must_use]
    pub fn numbers(&self) -> u32 {
        let maps = if self.post { 4 } else { 2 };
        maps + 1 + VARIATION_NUMBERS * self.variations.len() as u32
    }
}

impl Structure {
    /// Vectors that a moment's numbers take.
    #[must_use]
    pub fn moment_numbers(&self) -> u32 {
        let xforms = self.xforms.iter().chain(&self.final_xform);
        CAMERA_NUMBERS + xforms.map(XformStructure::numbers).sum::<u32>()
    }

    /// Words that a moment's integers take.
    #[must_use]
    pub fn moment_integers(&self) -> u32 {
        let xforms = self.xforms.len() as u32;
        let rows = if self.xaos { xforms + 1 } else { 1 };
        xforms + rows * xforms
    }

    /// The text of the chaos game; its entry point is `iterate`.
    #[must_use]
    pub fn iterate_text(&self) -> String {
        let mut text = self.common_text();
        text.push_str(ITERATE);
        self.write_constants(&mut text);
        self.write_xforms(&mut text);
        self.write_final(&mut text);
        self.write_past(&mut text);
        self.write_counts(&mut text);
        text
    }

    /// A text whose entry point `probe` takes single points through the first xform; for tests of variations.
    #[must_use]
    pub fn probe_text(&self) -> String {
        let mut text = self.common_text();
        text.push_str(PROBE);
        self.write_xforms(&mut text);
        text
    }

    /// Functions and variations that are needed, each once, in the catalogue's order.
    fn common_text(&self) -> String {
        let mut text = [MATH, STREAMS, AFFINE, SHARED_VARIATIONS].concat();
        let xforms = self.xforms.iter().chain(&self.final_xform);
        let used: BTreeSet<Variation> = xforms
            .flat_map(|xform| xform.variations.iter().copied())
            .collect();
        for variation in used {
            text.push_str(variations::text(variation));
        }
        text
    }

    fn write_constants(&self, text: &mut String) {
        write(
            text,
            format_args!(
                "\nconst XFORMS: u32 = {}u;\nconst HAS_XAOS: bool = {};\nconst LINEAR_PALETTE: bool = {};\n\
                 const MOMENT_NUMBERS: u32 = {}u;\nconst MOMENT_INTEGERS: u32 = {}u;\n",
                self.xforms.len(),
                self.xaos,
                self.linear_palette,
                self.moment_numbers(),
                self.moment_integers(),
            ),
        );
    }

    /// A function for every different structure of xform, and `move_point`, which calls the chosen one.
    fn write_xforms(&self, text: &mut String) {
        // Xforms of one structure share their code, so that a kaleidoscope of twenty compiles like one.
        let mut alike: BTreeMap<&XformStructure, Vec<(usize, u32)>> = BTreeMap::new();
        let mut at = CAMERA_NUMBERS;
        for (index, xform) in self.xforms.iter().enumerate() {
            alike.entry(xform).or_default().push((index, at));
            at += xform.numbers();
        }
        for (number, xform) in alike.keys().enumerate() {
            write_xform(text, &format!("xform_{number}"), xform);
        }
        text.push_str(
            "\nfn move_point(choice: u32, point: vec3<f32>, counter: u32) -> vec3<f32> {\n    \
             var moved = point;\n    switch choice {\n",
        );
        for (number, places) in alike.values().enumerate() {
            let cases: Vec<String> = places
                .iter()
                .map(|(index, _)| format!("{index}u"))
                .collect();
            let at = places[1..]
                .iter()
                .fold(format!("{}u", places[0].1), |at, (index, here)| {
                    format!("select({at}, {here}u, choice == {index}u)")
                });
            write(
                text,
                format_args!(
                    "        case {}: {{\n            moved = xform_{number}(numbers_at + {at}, point, counter);\n        }}\n",
                    cases.join(", ")
                ),
            );
        }
        text.push_str("        default: {\n        }\n    }\n    return moved;\n}\n");
    }

    /// `finish_point`: what is plotted of a point.
    fn write_final(&self, text: &mut String) {
        let Some(last) = &self.final_xform else {
            text.push_str(
                "\nfn finish_point(point: vec3<f32>, step: u32, place: u32) -> vec3<f32> {\n    return point;\n}\n",
            );
            return;
        };
        write_xform(text, "final_xform", last);
        let at = self.moment_numbers() - last.numbers();
        let color = at + if last.post { 4 } else { 2 };
        write(
            text,
            format_args!(
                "\nfn finish_point(point: vec3<f32>, step: u32, place: u32) -> vec3<f32> {{\n    \
                 let counter = counter_of(FOR_FINAL_VARIATIONS, step, place);\n    \
                 let moved = final_xform(numbers_at + {at}u, point, counter);\n    \
                 let probability = numbers[numbers_at + {color}u].z;\n    \
                 return replace_final(point, moved, probability, step, place);\n}}\n"
            ),
        );
    }

    /// The xform that a point last went through, where it counts.
    fn write_past(&self, text: &mut String) {
        if self.xaos {
            text.push_str(
                "\n// Four places, 256 apart, in the bytes of a word.\n\
                 var<workgroup> slab_past: array<u32, 256>;\n\n\
                 fn past_of(place: u32) -> u32 {\n    \
                 return (slab_past[place & 255u] >> (8u * (place >> 8u))) & 255u;\n}\n\n\
                 fn keep_past(thread: u32, choices: array<u32, 4>) {\n    \
                 slab_past[thread] = choices[0] | (choices[1] << 8u) | (choices[2] << 16u) | (choices[3] << 24u);\n}\n",
            );
        } else {
            text.push_str(
                "\nfn past_of(place: u32) -> u32 {\n    return 0u;\n}\n\n\
                 fn keep_past(thread: u32, choices: array<u32, 4>) {\n}\n",
            );
        }
    }

    fn write_counts(&self, text: &mut String) {
        if self.counts {
            text.push_str(
                "\n@group(0) @binding(7) var<storage, read_write> counts: array<atomic<u32>>;\n\n\
                 fn add_count(bin: u32, part: u32) {\n    \
                 let before = atomicAdd(&counts[2u * bin], part);\n    \
                 if before > (0xffffffffu - part) {\n        \
                 atomicAdd(&counts[(2u * bin) + 1u], 1u);\n    }\n}\n",
            );
        } else {
            text.push_str("\nfn add_count(bin: u32, part: u32) {\n}\n");
        }
    }
}

/// Writes the function `name`: a point through an xform whose numbers begin at `at`.
///
/// Twin: `render-kernel/src/cpu/xform.rs`.
fn write_xform(text: &mut String, name: &str, xform: &XformStructure) {
    write(
        text,
        format_args!(
            "\nfn {name}(at: u32, point: vec3<f32>, counter: u32) -> vec3<f32> {{\n    \
             var source = affine(numbers[at], numbers[at + 1u], point.xy);\n    \
             var total = vec2<f32>(0.0);\n    var next = counter;\n"
        ),
    );
    let color = if xform.post { 4 } else { 2 };
    let constants = |index: usize| {
        let at = color + 1 + VARIATION_NUMBERS * index as u32;
        format!("numbers[at + {at}u], numbers[at + {}u]", at + 1)
    };
    let is_first = |variation: &Variation| *variation == Variation::PreBlur;
    let call = |text: &mut String, index: usize, variation: Variation, to: &str| {
        let function = variation.name();
        let constants = constants(index);
        if !variations::draws(variation) {
            write(
                text,
                format_args!("    {to} variation_{function}({constants}, source);\n"),
            );
        } else {
            let upper = function.to_uppercase();
            write(
                text,
                format_args!(
                    "    {{\n        var draws = next;\n        {to} variation_{function}({constants}, source, &draws);\n        \
                     next += DRAWS_{upper} * PURPOSE;\n    }}\n"
                ),
            );
        }
    };
    for (index, &variation) in xform.variations.iter().enumerate() {
        if is_first(&variation) {
            call(text, index, variation, "source =");
        }
    }
    for (index, &variation) in xform.variations.iter().enumerate() {
        if !is_first(&variation) {
            call(text, index, variation, "total +=");
        }
    }
    if xform.post {
        text.push_str("    total = affine(numbers[at + 2u], numbers[at + 3u], total);\n");
    }
    write(
        text,
        format_args!(
            "    let blend = numbers[at + {color}u];\n    \
             return vec3<f32>(total, (blend.x * point.z) + blend.y);\n}}\n"
        ),
    );
}

/// Writing to a string cannot fail.
fn write(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).unwrap_or_default();
}

#[cfg(test)]
mod tests;
