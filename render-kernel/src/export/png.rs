//! PNG, 8 or 16 bits, with the genome where flam3 puts it.
//!
//! # Chunks
//!
//! `flam3_genome` (compressed) is the genome; `flam3_samples` the plotted points; `Title`, `Author` and `Software`
//! are PNG's own keywords. All stand before the pixels.
//!
//! # Source
//!
//! *Portable Network Graphics (PNG) Specification, Third Edition*, section 11.3.3; the `flam3_` names are those of
//! flam3 3.1's files.

use super::{ExportError, GENOME_KEY, Notes, SOFTWARE, ascii_xml};
use crate::Frame;

/// Bits of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 8 bits, cut off as flam3 does.
    Eight,
    /// 16 bits; full light is [`Frame::WHITE`], as flam3 has it.
    Sixteen,
}

/// Writes `frame` as a PNG file, with alpha where the frame has it.
///
/// # Errors
///
/// [`ExportError::Png`] where a note holds what the format cannot.
pub fn png(frame: &Frame, depth: Depth, notes: &Notes<'_>) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, frame.width(), frame.height());
    encoder.set_color(if frame.has_alpha() {
        png::ColorType::Rgba
    } else {
        png::ColorType::Rgb
    });
    encoder.set_depth(match depth {
        Depth::Eight => png::BitDepth::Eight,
        Depth::Sixteen => png::BitDepth::Sixteen,
    });
    add_notes(&mut encoder, notes)?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&samples(frame, depth))?;
    writer.finish()?;
    Ok(bytes)
}

fn add_notes<W: std::io::Write>(
    encoder: &mut png::Encoder<'_, W>,
    notes: &Notes<'_>,
) -> Result<(), png::EncodingError> {
    encoder.add_text_chunk("Software".into(), SOFTWARE.into())?;
    for (key, text) in [("Title", notes.title), ("Author", notes.author)] {
        if let Some(text) = text {
            encoder.add_itxt_chunk(key.into(), text.into())?;
        }
    }
    if let Some(samples) = notes.samples {
        encoder.add_text_chunk("flam3_samples".into(), samples.to_string())?;
    }
    if let Some(xml) = notes.genome_xml {
        encoder.add_ztxt_chunk(GENOME_KEY.into(), ascii_xml(xml).into_owned())?;
    }
    Ok(())
}

/// The frame's channels as the file holds them: 16 bits have their high byte first.
fn samples(frame: &Frame, depth: Depth) -> Vec<u8> {
    let wide = |samples: Vec<u16>| samples.iter().flat_map(|s| s.to_be_bytes()).collect();
    match (depth, frame.has_alpha()) {
        (Depth::Eight, false) => frame.to_rgb8(),
        (Depth::Eight, true) => frame.to_rgba8(),
        (Depth::Sixteen, false) => wide(frame.to_rgb16()),
        (Depth::Sixteen, true) => wide(frame.to_rgba16()),
    }
}
