//! Frames that need no rendering, and the segment they make.
//!
//! Every work unit gets the same segment, so that what is measured is the coordinator. The flock's
//! sheep are all black, so a black frame is what an honest volunteer hands in, and what the
//! coordinator finds when it renders one itself. Long segments are of noise, which nobody looks at while they are counted.

use anyhow::Context as _;
use hyper::body::Bytes;
use woolgather_protocol::audit::{AuditReport, encode_means};
use woolgather_protocol::submission::Preamble;
use woolgather_protocol::work::DeviceKind;
use woolgather_protocol::{Blake3, Recipe};
use woolgather_render_kernel::Planes;
use woolgather_video::{EncoderSettings, PlanesRef, SegmentEncoder};

/// The smallest frames that a coordinator takes, so that decoding them disturbs least.
#[must_use]
pub(crate) fn recipe() -> Recipe {
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

/// What everybody hands in.
pub(crate) struct Answers {
    /// The body of a submission.
    pub(crate) submission: Bytes,
    /// Its digest.
    pub(crate) digest: Blake3,
    /// The audit report on each frame of a segment.
    pub(crate) audits: Vec<AuditReport>,
    preamble: Preamble,
    segment: Vec<u8>,
}

impl Answers {
    /// Encodes the segment; with `noise` its frames are of the kind that no encoder makes short.
    pub(crate) fn make(recipe: &Recipe, noise: bool) -> anyhow::Result<Self> {
        let frames: Vec<Planes> = (0..recipe.segment_frames)
            .map(|frame| planes(recipe, frame, noise))
            .collect();
        Self::of(recipe, &frames, &frames)
    }

    /// What a liar hands in: those frames of a segment for which `painted` says so have a bright square
    /// on them. It `owns up` in its digests or gives those of the right frames.
    pub(crate) fn painted(
        recipe: &Recipe,
        painted: &dyn Fn(u32) -> bool,
        owns_up: bool,
    ) -> anyhow::Result<Self> {
        let right = |frame| planes(recipe, frame, false);
        let right: Vec<Planes> = (0..recipe.segment_frames).map(right).collect();
        let mut shown = right.clone();
        for (frame, planes) in (0..).zip(&mut shown) {
            if painted(frame) {
                paint(planes);
            }
        }
        let claimed = if owns_up { &shown } else { &right };
        Self::of(recipe, &shown, claimed)
    }

    /// The same with a segment that no decoder takes.
    pub(crate) fn garbled(&self) -> Self {
        let mut segment = self.segment.clone();
        let half = segment.len() / 2;
        for byte in &mut segment[half..] {
            *byte ^= 0x5a;
        }
        Self::from_parts(self.preamble.clone(), segment, self.audits.clone())
    }

    /// The digest of its segment.
    pub(crate) fn segment_digest(&self) -> Blake3 {
        self.preamble.segment
    }

    /// A segment that shows `shown`, with digests of `claimed`.
    fn of(recipe: &Recipe, shown: &[Planes], claimed: &[Planes]) -> anyhow::Result<Self> {
        let segment = encode(recipe, shown)?;
        let preamble = Preamble {
            segment_bytes: segment.len() as u64,
            segment: Blake3::of(&segment),
            frames: claimed.iter().map(|frame| Blake3(frame.digest())).collect(),
            render_ms: 1_000,
            drawn_by: DeviceKind::Cpu,
        };
        let report = |planes: &Planes| {
            let means = planes.block_means();
            AuditReport {
                frame: Blake3(planes.digest()),
                luma: encode_means(&means.luma),
                chroma_blue: encode_means(&means.chroma_blue),
                chroma_red: encode_means(&means.chroma_red),
                render_ms: 500,
                drawn_by: DeviceKind::Cpu,
            }
        };
        let audits = shown.iter().map(report).collect();
        Ok(Self::from_parts(preamble, segment, audits))
    }

    fn from_parts(preamble: Preamble, segment: Vec<u8>, audits: Vec<AuditReport>) -> Self {
        let preamble = Preamble {
            segment_bytes: segment.len() as u64,
            segment: Blake3::of(&segment),
            ..preamble
        };
        let submission = [preamble.to_bytes(), segment.clone()].concat();
        Self {
            preamble,
            segment,
            digest: Blake3::of(&submission),
            submission: submission.into(),
            audits,
        }
    }

    /// The body of a submission whose segment differs from every other's, deep within its last
    /// frame's data, where only a decoder would see it. (Equal segments are kept once.)
    pub(crate) fn unlike_others(&self, number: u64) -> Bytes {
        let mut segment = self.segment.clone();
        let place = segment.len().saturating_sub(64);
        for (byte, mark) in segment[place..].iter_mut().zip(number.to_le_bytes()) {
            *byte = mark;
        }
        let preamble = Preamble {
            segment: Blake3::of(&segment),
            ..self.preamble.clone()
        };
        [preamble.to_bytes(), segment].concat().into()
    }
}

/// A sheep that is black whatever it does: its canonical bytes.
pub(crate) fn black_sheep() -> Vec<u8> {
    let genome = woolgather_genome::Genome {
        brightness: 0.0,
        ..woolgather_genome::starter_flock()[0].genome()
    };
    genome.canonical_bytes()
}

/// A black frame; with `noise` one that no encoder makes short.
fn planes(recipe: &Recipe, frame: u32, noise: bool) -> Planes {
    let plane = |width: u32, height: u32, level: u16| -> Vec<u16> {
        let mut random = 0x9e37_79b9_u32 ^ (u32::from(level) << 8) ^ (frame << 16);
        let mut pixel = || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = if noise { (random >> 24) as u16 } else { 0 };
            level + grain
        };
        (0..width * height).map(|_| pixel()).collect()
    };
    let (wide, high) = (recipe.width.div_ceil(2), recipe.height.div_ceil(2));
    // Black and colourless, in ten bits of limited range.
    Planes {
        width: recipe.width,
        height: recipe.height,
        luma: plane(recipe.width, recipe.height, 64),
        chroma_blue: plane(wide, high, 512),
        chroma_red: plane(wide, high, 512),
    }
}

/// A bright square on its middle.
fn paint(planes: &mut Planes) {
    let (width, height) = (planes.width as usize, planes.height as usize);
    let rows = planes.luma.chunks_exact_mut(width);
    for row in rows.skip(height / 4).take(height / 2) {
        row[width / 4..width * 3 / 4].fill(900);
    }
}

fn encode(recipe: &Recipe, frames: &[Planes]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = SegmentEncoder::new(&EncoderSettings {
        width: recipe.width,
        height: recipe.height,
        fps: recipe.fps,
        speed: recipe.encoder.speed,
        quantizer: recipe.encoder.quantizer,
        segment_frames: recipe.segment_frames,
    })?;
    for planes in frames {
        encoder.push(&PlanesRef {
            width: planes.width,
            height: planes.height,
            luma: &planes.luma,
            chroma_blue: &planes.chroma_blue,
            chroma_red: &planes.chroma_red,
        })?;
    }
    encoder.finish().context("the encoder failed")
}
