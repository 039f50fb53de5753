//! What volunteers hand in: black frames, which are the truth here, and gray ones, which are not.
//!
//! Segments are encoded once in this program's life: some of each picture, which differ by as little
//! as an encoder may change, so that work units have segments, and blobs, of their own.

use std::sync::OnceLock;

use anyhow::{Context as _, anyhow};
use axum::body::Bytes;
use woolgather_coordinator::checks::encoder_settings;
use woolgather_protocol::audit::{AuditReport, encode_means};
use woolgather_protocol::submission::Preamble;
use woolgather_protocol::work::DeviceKind;
use woolgather_protocol::{Blake3, Recipe};
use woolgather_render_kernel::Planes;
use woolgather_video::{PlanesRef, SegmentEncoder};

/// The smallest frames that a coordinator takes.
#[must_use]
pub fn recipe() -> Recipe {
    Recipe {
        width: 64,
        height: 64,
        loop_frames: 4,
        edge_frames: 4,
        segment_frames: 2,
        quality: 1.0,
        temporal_samples: 1,
        ..Recipe::small()
    }
}

/// Which picture is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// As it should be.
    Black,
    /// Another one, with its own digests.
    Gray,
    /// Another one, with the digests of the right one.
    GrayAsBlack,
}

/// Everything that is handed in.
#[derive(Debug)]
pub struct Pictures {
    black: Shown,
    gray: Shown,
}

/// Segments of equal frames.
#[derive(Debug)]
struct Shown {
    /// The frame, before it is encoded.
    frame: Planes,
    segments: Vec<Vec<u8>>,
}

/// How many segments there are of each picture.
pub const SEGMENTS: u64 = 32;

/// How much brighter than the frame the bright blocks of a segment are, of 1,023 levels.
const BRIGHTER: u16 = 3;

/// The side of a block, in pixels.
const BLOCK: u32 = 16;

/// How a picture came about.
#[derive(Debug, Clone, Copy)]
pub struct Drawn {
    /// What drew it.
    pub by: DeviceKind,
    /// How long that took, as the worker says.
    pub render_ms: u64,
}

impl Pictures {
    /// The pictures of this program.
    ///
    /// # Errors
    ///
    /// When they cannot be encoded.
    pub fn all() -> anyhow::Result<&'static Self> {
        static ALL: OnceLock<Result<Pictures, String>> = OnceLock::new();
        let all = ALL.get_or_init(|| Self::make().map_err(|error| format!("{error:#}")));
        all.as_ref().map_err(|error| anyhow!("{error}"))
    }

    fn make() -> anyhow::Result<Self> {
        Ok(Self {
            black: Shown::make(64)?,
            gray: Shown::make(500)?,
        })
    }

    /// The body of a submission with the picture's segment of this number, and the segment's BLAKE3.
    #[must_use]
    pub fn submission(&self, picture: Picture, number: u64, drawn: Drawn) -> (Bytes, Blake3) {
        let (shown, claimed) = match picture {
            Picture::Black => (&self.black, &self.black),
            Picture::Gray => (&self.gray, &self.gray),
            Picture::GrayAsBlack => (&self.gray, &self.black),
        };
        let bytes = &shown.segments[number as usize % shown.segments.len()];
        let segment = Blake3::of(bytes);
        let preamble = Preamble {
            segment_bytes: bytes.len() as u64,
            segment,
            frames: vec![claimed.digest(drawn.by); recipe().segment_frames as usize],
            render_ms: drawn.render_ms,
            drawn_by: drawn.by,
        };
        let body = [preamble.to_bytes(), bytes.clone()].concat();
        (body.into(), segment)
    }

    /// The audit report of somebody who says that this picture is right.
    #[must_use]
    pub fn report(&self, picture: Picture, drawn: Drawn) -> AuditReport {
        let shown = match picture {
            Picture::Black => &self.black,
            Picture::Gray | Picture::GrayAsBlack => &self.gray,
        };
        let means = shown.frame.block_means();
        AuditReport {
            frame: shown.digest(drawn.by),
            luma: encode_means(&means.luma),
            chroma_blue: encode_means(&means.chroma_blue),
            chroma_red: encode_means(&means.chroma_red),
            render_ms: drawn.render_ms,
            drawn_by: drawn.by,
        }
    }
}

impl Shown {
    /// Colourless frames of this brightness, in ten bits of limited range.
    fn make(luma: u16) -> anyhow::Result<Self> {
        let recipe = recipe();
        let plane = |width: u32, height: u32, level: u16| vec![level; (width * height) as usize];
        let (wide, high) = (recipe.width.div_ceil(2), recipe.height.div_ceil(2));
        let frame = Planes {
            width: recipe.width,
            height: recipe.height,
            luma: plane(recipe.width, recipe.height, luma),
            chroma_blue: plane(wide, high, 512),
            chroma_red: plane(wide, high, 512),
        };
        let segments = (0..SEGMENTS).map(|number| encode(&recipe, &marked(&frame, number)));
        Ok(Self {
            segments: segments.collect::<anyhow::Result<_>>()?,
            frame,
        })
    }

    /// A card's picture differs by some rounding, so its digest says nothing.
    fn digest(&self, by: DeviceKind) -> Blake3 {
        let digest = self.frame.digest();
        match by {
            DeviceKind::Cpu => Blake3(digest),
            DeviceKind::Gpu => Blake3::of(&digest),
        }
    }
}

/// The frame, some of whose blocks are a little brighter: those of the ones of `number`.
fn marked(frame: &Planes, number: u64) -> Planes {
    let mut marked = frame.clone();
    for (place, pixel) in (0_u32..).zip(&mut marked.luma) {
        let (x, y) = (place % frame.width, place / frame.width);
        let block = y / BLOCK * (frame.width / BLOCK) + x / BLOCK;
        let is_bright = block < u64::BITS && (number >> block) & 1 == 1;
        *pixel += if is_bright { BRIGHTER } else { 0 };
    }
    marked
}

fn encode(recipe: &Recipe, frame: &Planes) -> anyhow::Result<Vec<u8>> {
    let mut encoder = SegmentEncoder::new(&encoder_settings(recipe))?;
    for _ in 0..recipe.segment_frames {
        encoder.push(&PlanesRef {
            width: frame.width,
            height: frame.height,
            luma: &frame.luma,
            chroma_blue: &frame.chroma_blue,
            chroma_red: &frame.chroma_red,
        })?;
    }
    encoder.finish().context("the encoder failed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn segments_differ_and_their_frames_digests_do_not() {
        let pictures = Pictures::all().unwrap();
        let drawn = Drawn {
            by: DeviceKind::Cpu,
            render_ms: 1,
        };
        for picture in [Picture::Black, Picture::Gray] {
            let segments: BTreeSet<_> = (0..SEGMENTS)
                .map(|number| pictures.submission(picture, number, drawn).1.to_string())
                .collect();
            assert_eq!(segments.len() as u64, SEGMENTS, "{picture:?}");
        }
        let [black, gray] =
            [Picture::Black, Picture::Gray].map(|picture| pictures.report(picture, drawn).frame);
        assert_ne!(black, gray);
    }
}
