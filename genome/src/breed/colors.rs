//! Colours: random palettes, random palette coordinates, and looking for more colourful ones.

use std::collections::BTreeSet;

use super::accept;
use super::settings::BreedSettings;
use super::{Examine, Picture, Undrawable};
use crate::animate::{hsv_from_rgb, rgb_from_hsv};
use crate::rng::Rng;
use crate::{Genome, PALETTE_ENTRIES, Palette};

/// How many random palettes keep their hues; the others are turned.
const UNTURNED: f64 = 7.0 / 8.0;
/// How likely the other parent takes over at each entry of a palette made of two.
const TAKE_OVER: f64 = 0.01;

/// One of `palettes`, one in eight with its hues turned.
pub(super) fn random_palette(rng: &mut Rng, palettes: &[Palette]) -> Palette {
    let palette = if palettes.is_empty() {
        grey()
    } else {
        rng.pick(palettes).clone()
    };
    if rng.chance(UNTURNED) {
        return palette;
    }
    let turn = rng.unit();
    turned(&palette, turn)
}

/// `palette` with every hue turned by `turn` of the whole circle.
fn turned(palette: &Palette, turn: f64) -> Palette {
    Palette::new(palette.entries().map(|entry| {
        let [hue, saturation, value] = hsv_from_rgb(entry);
        let [red, green, blue] = rgb_from_hsv([hue + 6.0 * turn, saturation, value]);
        [red, green, blue, entry[3]]
    }))
}

/// From black to white and back.
fn grey() -> Palette {
    Palette::new(std::array::from_fn(|i| {
        let value = i.min(PALETTE_ENTRIES - i) as f64 / (PALETTE_ENTRIES / 2) as f64;
        [value, value, value, 1.0]
    }))
}

/// A palette that runs along one parent's and now and then changes to the other's.
pub(super) fn crossed(rng: &mut Rng, one: &Palette, other: &Palette) -> Palette {
    let mut parents = [one, other];
    if rng.chance(0.5) {
        parents.swap(0, 1);
    }
    Palette::new(std::array::from_fn(|i| {
        if rng.chance(TAKE_OVER) {
            parents.swap(0, 1);
        }
        parents[0].entries()[i]
    }))
}

/// Draws the palette coordinates of all xforms anew.
pub(super) fn recolor(rng: &mut Rng, genome: &mut Genome) {
    for xform in &mut genome.xforms {
        xform.color = rng.unit();
    }
}

/// New coordinates, new coordinates and a new palette, or a new palette alone; says which.
pub(super) fn mutate(rng: &mut Rng, genome: &mut Genome, settings: &BreedSettings) -> &'static str {
    let drawn = rng.unit();
    if drawn < 0.8 {
        recolor(rng, genome);
    }
    if drawn >= 0.4 {
        genome.palette = random_palette(rng, &settings.palettes);
    }
    match drawn {
        ..0.4 => "new xform colours",
        0.4..0.8 => "new xform colours and palette",
        _ => "new palette",
    }
}

/// Looks at several recolourings of `genome` and keeps the most colourful one, which may be the
/// genome as it is.
pub(super) fn improve(
    rng: &mut Rng,
    genome: &mut Genome,
    examine: &dyn Examine,
    settings: &BreedSettings,
) -> Result<(), Undrawable> {
    let rng_seed = rng.word();
    let score = |genome: &Genome| {
        let view = accept::view(genome, &settings.accept);
        Ok(colors_seen(&examine.picture(&view, rng_seed)?))
    };
    let mut best = score(genome)?;
    for _ in 0..settings.improve.candidates {
        let mut candidate = genome.clone();
        mutate(rng, &mut candidate, settings);
        let colors = score(&candidate)?;
        if colors > best {
            (best, *genome) = (colors, candidate);
        }
    }
    Ok(())
}

/// How many different colours a picture has, when 32 levels of a channel count as one.
fn colors_seen(picture: &Picture) -> usize {
    let colors: BTreeSet<[u8; 3]> = picture
        .pixels()
        .iter()
        .map(|pixel| pixel.map(|channel| channel >> 5))
        .collect();
    colors.len()
}
