//! What the child process says, as one JSON document on its standard output.
//!
//! A stranger's bytes may have taken the child over, so its answer is read like a stranger's:
//! bounded, and held to what was asked.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use woolgather_protocol::audit::{decode_means, encode_means};
use woolgather_protocol::{Problem, ProblemKind, Recipe};
use woolgather_render_kernel::compare::BlockMeans;
use woolgather_video::{ByteOrder, DecodedFrame, write_rgb};

use crate::store::FrameMeans;

/// Characters of the child's own words that are passed on.
const DETAIL_CHARS_MAX: usize = 200;

/// The child's whole answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// Every frame was decoded.
    Decoded(Vec<EncodedMeans>),
    /// Every frame was decoded, and this is the one that was asked for.
    Shown(EncodedPicture),
    /// It was not, and the worker is to be told.
    Refused {
        /// Which refusal.
        kind: ProblemKind,
        /// What happened, in a sentence.
        detail: String,
    },
}

/// One frame's block means, as audit reports carry them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EncodedMeans {
    blocks_wide: u32,
    blocks_high: u32,
    luma: String,
    chroma_blue: String,
    chroma_red: String,
}

/// A frame's pixels: red, green, blue and an opaque byte each, in base64.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EncodedPicture(String);

impl EncodedPicture {
    pub(super) fn of(frame: &DecodedFrame) -> Self {
        let pixels = frame.width as usize * frame.height as usize;
        let mut bytes = vec![0; 4 * pixels];
        write_rgb(frame, ByteOrder::Rgba, &mut bytes);
        Self(BASE64.encode(&bytes))
    }
}

/// Bytes of an answer that are more than enough for one frame's pixels.
pub(super) fn picture_bytes_max(recipe: &Recipe) -> u64 {
    recipe.pixels() * 4 * 4 / 3 + 64 * 1024
}

/// Reads the answer that shows a frame of this recipe: red, green, blue and an opaque byte for each
/// pixel.
///
/// # Errors
///
/// As [`read`].
pub(super) fn read_shown(recipe: &Recipe, answer: &[u8]) -> Result<Vec<u8>, Problem> {
    let Ok(Answer::Shown(EncodedPicture(text))) = serde_json::from_slice(answer) else {
        return read(recipe, answer).and(Err(makes_no_sense()));
    };
    let bytes = BASE64.decode(text.as_bytes()).ok();
    let whole = |bytes: &Vec<u8>| bytes.len() as u64 == 4 * recipe.pixels();
    bytes.filter(whole).ok_or_else(makes_no_sense)
}

/// Bytes of an answer that are more than enough for a segment of this recipe: three planes of
/// means of two bytes each, in base64.
pub(super) fn bytes_max(recipe: &Recipe) -> u64 {
    let blocks = u64::from(recipe.width.div_ceil(8)) * u64::from(recipe.height.div_ceil(8));
    u64::from(recipe.segment_frames) * (blocks * 3 * 2 * 4 / 3 + 1024) + 64 * 1024
}

/// Reads the answer about a segment of this recipe: the means of every frame.
///
/// # Errors
///
/// The refusal the child asks for, or `undecodable-segment` where its answer makes no sense.
pub(super) fn read(recipe: &Recipe, answer: &[u8]) -> Result<Vec<FrameMeans>, Problem> {
    match serde_json::from_slice(answer) {
        Ok(Answer::Decoded(frames)) => open_all(recipe, &frames).ok_or_else(makes_no_sense),
        Ok(Answer::Refused { kind, detail }) if may_refuse_with(kind) => {
            let detail: String = detail.chars().take(DETAIL_CHARS_MAX).collect();
            Err(Problem::new(kind, detail))
        }
        _ => Err(makes_no_sense()),
    }
}

fn makes_no_sense() -> Problem {
    let detail = "the decoder's answer makes no sense";
    Problem::new(ProblemKind::UndecodableSegment, detail)
}

/// Refusals that follow from decoding; any other the child has no say in.
fn may_refuse_with(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::UnreadableSegment
            | ProblemKind::WrongFrameCount
            | ProblemKind::UndecodableSegment
    )
}

fn open_all(recipe: &Recipe, frames: &[EncodedMeans]) -> Option<Vec<FrameMeans>> {
    if frames.len() != recipe.segment_frames as usize {
        return None;
    }
    let means = frames.iter();
    means
        .map(|frame| frame.open(recipe.width, recipe.height))
        .collect()
}

impl From<&BlockMeans> for EncodedMeans {
    fn from(means: &BlockMeans) -> Self {
        Self {
            blocks_wide: means.blocks_wide,
            blocks_high: means.blocks_high,
            luma: encode_means(&means.luma),
            chroma_blue: encode_means(&means.chroma_blue),
            chroma_red: encode_means(&means.chroma_red),
        }
    }
}

impl EncodedMeans {
    /// The means, if they are those of a frame of this size.
    fn open(&self, width: u32, height: u32) -> Option<FrameMeans> {
        let blocks = |side: u32| side.div_ceil(8);
        let (wide, high) = (blocks(width), blocks(height));
        if (self.blocks_wide, self.blocks_high) != (wide, high) {
            return None;
        }
        let luma = (wide * high) as usize;
        let chroma = (blocks(width.div_ceil(2)) * blocks(height.div_ceil(2))) as usize;
        Some(FrameMeans {
            blocks_wide: wide,
            blocks_high: high,
            luma: decode_means(&self.luma, luma)?,
            chroma_blue: decode_means(&self.chroma_blue, chroma)?,
            chroma_red: decode_means(&self.chroma_red, chroma)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Two frames of 20×18 pixels: 3×3 blocks of luma, 2×2 of each chroma.
    fn recipe() -> Recipe {
        Recipe {
            width: 20,
            height: 18,
            segment_frames: 2,
            ..Recipe::small()
        }
    }

    fn frame() -> Value {
        json!({
            "blocks_wide": 3, "blocks_high": 3,
            "luma": encode_means(&[400; 9]),
            "chroma_blue": encode_means(&[512; 4]),
            "chroma_red": encode_means(&[513; 4]),
        })
    }

    fn kind_of(answer: &Value) -> Result<usize, ProblemKind> {
        let answer = serde_json::to_vec(answer).unwrap();
        let means = read(&recipe(), &answer).map_err(|problem| problem.kind)?;
        Ok(means.len())
    }

    fn check_nonsense(answer: &Value) {
        let kind = Err(ProblemKind::UndecodableSegment);
        assert_eq!(kind_of(answer), kind, "{answer}");
    }

    #[test]
    fn the_means_of_every_frame_are_read_and_fit_the_limit() {
        let answer = json!({ "decoded": [frame(), frame()] });
        assert_eq!(kind_of(&answer), Ok(2));
        assert!((answer.to_string().len() as u64) < bytes_max(&recipe()));
    }

    #[test]
    fn an_answer_about_other_frames_makes_no_sense() {
        check_nonsense(&json!({ "decoded": [] }));
        check_nonsense(&json!({ "decoded": [frame()] }));
        check_nonsense(&json!({ "decoded": [frame(), frame(), frame()] }));
        let odd = [
            ("blocks_wide", json!(4)),
            ("blocks_high", json!(0)),
            ("luma", json!(encode_means(&[1; 8]))),
            ("luma", json!("?")),
            ("chroma_blue", json!(encode_means(&[1; 9]))),
            ("chroma_red", json!("")),
        ];
        for (field, value) in odd {
            let mut other = frame();
            other[field] = value;
            check_nonsense(&json!({ "decoded": [frame(), other] }));
        }
    }

    #[test]
    fn an_answer_of_another_form_makes_no_sense() {
        check_nonsense(&json!(null));
        check_nonsense(&json!({ "fine": [] }));
        assert!(read(&recipe(), b"").is_err());
        let whole = serde_json::to_vec(&json!({ "decoded": [frame(), frame()] })).unwrap();
        assert!(read(&recipe(), &whole[..whole.len() - 1]).is_err());
    }

    #[test]
    fn the_child_refuses_only_what_decoding_can_tell_and_in_few_words() {
        let refused =
            |kind: &str| json!({ "refused": { "kind": kind, "detail": "x".repeat(5000) } });
        let count = kind_of(&refused("wrong-frame-count"));
        assert_eq!(count, Err(ProblemKind::WrongFrameCount));
        check_nonsense(&refused("internal"));
        check_nonsense(&refused("audit-mismatch"));
        let answer = refused("unreadable-segment").to_string();
        let problem = read(&recipe(), answer.as_bytes()).unwrap_err();
        assert_eq!(problem.detail.len(), DETAIL_CHARS_MAX);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(answer: Vec<u8>) {
            let _ = read(&recipe(), &answer);
        }
    }
}
