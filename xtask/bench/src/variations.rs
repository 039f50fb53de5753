//! One picture of all variations: a coloured grid, put through each of them.
//!
//! ```text
//! catalogue -> [tile::genome] -> render -> [Tile] -> label -> sheet -> PNG
//! ```
//!
//! `docs/images/variations.webp` is this picture, stored with loss.

mod sheet;
mod tile;

use anyhow::Context;
use image::ImageEncoder;
use image::codecs::png::PngEncoder;
use woolgather_genome::Variation;

use crate::args::VariationsOptions;
use sheet::Sheet;

pub(crate) use tile::{lens, palette};

/// Draws the sheet and writes it as PNG; always keeps its promise.
pub(crate) fn run(options: &VariationsOptions) -> anyhow::Result<bool> {
    let mut sheet = Sheet::new(Variation::ALL.len(), options.columns, options.tile)?;
    for (place, &variation) in Variation::ALL.iter().enumerate() {
        eprint!("\r{:>3} {:<16}", variation.index(), variation.name());
        let rgb = tile::draw(variation, options.tile, options.quality)
            .with_context(|| variation.name())?;
        sheet.put(place, &rgb);
        sheet.label(place, &variation.index().to_string(), variation.name());
    }
    eprintln!("\r{:<20}", "drawn");
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(
        &sheet.rgb,
        sheet.width,
        sheet.height,
        image::ExtendedColorType::Rgb8,
    )?;
    std::fs::write(&options.out, png)
        .with_context(|| format!("cannot write {}", options.out.display()))?;
    println!(
        "{}: {} x {} pixels",
        options.out.display(),
        sheet.width,
        sheet.height
    );
    Ok(true)
}
