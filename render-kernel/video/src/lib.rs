//! Frames to AV1 segments to one clip file, and back.
//!
//! A volunteer renders the frames of a work unit, encodes them as a *segment* and uploads that. The
//! coordinator inspects and decodes the segment, then joins the segments of a clip into one MP4
//! without touching the video inside. A player reads the MP4 and decodes it, frame after frame.
//!
//! ```text
//! planes -> SegmentEncoder -> segment -> inspect_segment, decode_segment -> planes
//!                                |
//!                                +-> join_segments -> clip.mp4 -> ClipReader -> ClipDecoder -> planes
//! ```
//!
//! # Shapes and units
//!
//! * *Planes* are 10-bit 4:2:0, BT.709, limited range: luma `width * height`, chroma
//!   `ceil(width / 2) * ceil(height / 2)`, rows from the top, tightly packed, one `u16` a sample.
//! * A *segment* is one closed group of pictures: an AV1 low-overhead stream (Section 5 of the
//!   specification) of temporal units, each with its temporal delimiter and exactly one shown frame.
//!   The first frame is the only key frame and carries the only sequence header.
//! * A *clip* is an MP4 file with one `av01` track, its index in front of its pictures, one chunk for
//!   each segment.
//!
//! Everything here is a function of its arguments: no clock, no network, no files. Sizes, frame counts
//! and byte counts of whatever comes from outside are held to [`limits`] before anything is allocated
//! for them.
//!
//! # Features
//!
//! `encode` brings rav1e, `decode` brings rav1d, `asm` their assembly (needs nasm, 3 to 8 times
//! faster). Inspecting and joining need none of them.

mod planes;
pub use planes::{DecodedFrame, PlanesError, PlanesRef, psnr_luma};

pub mod limits;

mod settings;
pub use settings::{ENCODER_NAME, ENCODER_VERSION, EncoderSettings, SettingsError};

#[cfg(feature = "encode")]
mod level;

#[cfg(feature = "encode")]
mod encode;
#[cfg(feature = "encode")]
pub use encode::{EncodeError, SegmentEncoder, sequence_header};

mod bits;
mod obu;
mod sequence;

mod inspect;
pub use inspect::{SegmentError, SegmentInfo, inspect_segment};

#[cfg(feature = "decode")]
mod decode;
#[cfg(feature = "decode")]
pub use decode::{DecodeError, DecodeLimits, decode_segment};

mod rgb;
pub use rgb::{ByteOrder, write_rgb};

mod join;
pub use join::{JoinError, JoinSettings, join_segments};

#[cfg(feature = "decode")]
mod clip;
#[cfg(feature = "decode")]
pub use clip::{ClipDecoder, ClipError, ClipReader};
