//! What volunteers hand in: black frames, which are the truth here, and gray ones, which are not.
//!
//! Every work unit gets the same segment, encoded once in this program's life.

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

/// A segment of equal frames.
#[derive(Debug)]
struct Shown {
    segment: Vec<u8>,
    frame: Planes,
    frames: usize,
}

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

    /// The body of a submission, and the BLAKE3 of its segment.
    #[must_use]
    pub fn submission(&self, picture: Picture, drawn: Drawn) -> (Bytes, Blake3) {
        let (shown, claimed) = match picture {
            Picture::Black => (&self.black, &self.black),
            Picture::Gray => (&self.gray, &self.gray),
            Picture::GrayAsBlack => (&self.gray, &self.black),
        };
        let segment = Blake3::of(&shown.segment);
        let preamble = Preamble {
            segment_bytes: shown.segment.len() as u64,
            segment,
            frames: vec![claimed.digest(drawn.by); claimed.frames],
            render_ms: drawn.render_ms,
            drawn_by: drawn.by,
        };
        let body = [preamble.to_bytes(), shown.segment.clone()].concat();
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
        let mut encoder = SegmentEncoder::new(&encoder_settings(&recipe))?;
        for _ in 0..recipe.segment_frames {
            encoder.push(&PlanesRef {
                width: frame.width,
                height: frame.height,
                luma: &frame.luma,
                chroma_blue: &frame.chroma_blue,
                chroma_red: &frame.chroma_red,
            })?;
        }
        Ok(Self {
            segment: encoder.finish().context("the encoder failed")?,
            frame,
            frames: recipe.segment_frames as usize,
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
