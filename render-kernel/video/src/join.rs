//! Segments to one clip file: MP4, its index first, the video untouched.
//!
//! ```text
//! ftyp | moov (index) | mdat: chunk 1 = segment 1's frames, chunk 2 = segment 2's, ...
//! ```
//!
//! The temporal delimiters go (the container keeps the frames apart), everything else stays as the
//! volunteers made it. Each segment is one chunk and starts with a sync sample, so a reader that
//! fetches ranges gets whole groups of pictures. The same segments give the same bytes: there is no
//! creation time in the file.
//!
//! Sources: ISO/IEC 14496-12 (the boxes), *AV1 Codec ISO Media File Format Binding* (`av01`, `av1C`).

use mp4_atom::{
    Av01, Av1c, Codec, Colr, Dinf, Dref, Encode, FourCC, Ftyp, Hdlr, Header, Mdhd, Mdia, Minf,
    Moov, Mvhd, Pasp, Stbl, Stco, Stsc, StscEntry, Stsd, Stss, Stsz, StszSamples, Stts, SttsEntry,
    Tkhd, Trak, Url, Visual, Vmhd,
};
use thiserror::Error;

use crate::inspect::{SegmentError, SegmentInfo, inspect_segment};
use crate::limits::{CLIP_BYTES_MAX, CLIP_FRAMES_MAX, CLIP_INDEX_BYTES_MAX, FPS_MAX};

/// Ticks of the file's clock for each frame. The clock runs at this times the frame rate, so every
/// frame starts on a tick and players have finer ones between.
pub(crate) const TICKS_PER_FRAME: u32 = 512;

/// `color_primaries`, `transfer_characteristics` and `matrix_coefficients` of BT.709 (H.273).
const BT709: u16 = 1;

/// What the clip is to be; the segments must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinSettings {
    /// Width of every frame, in pixels.
    pub width: u32,
    /// Height of every frame, in pixels.
    pub height: u32,
    /// Frames a second, 1 to 120.
    pub fps: u32,
}

/// Why segments do not make a clip. `index` counts from 0.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JoinError {
    /// There is nothing to join.
    #[error("a clip needs at least one segment")]
    Empty,
    /// The frame rate is outside 1 to [`FPS_MAX`].
    #[error("{fps} frames a second, it must be 1 to {FPS_MAX}")]
    FrameRate {
        /// The rate asked for.
        fps: u32,
    },
    /// A segment is damaged or not one of ours.
    #[error("segment {index}: {error}")]
    Segment {
        /// Which one.
        index: usize,
        /// What is wrong with it.
        error: SegmentError,
    },
    /// A segment's frames have another size than the clip's.
    #[error("segment {index} has frames of {width}x{height}")]
    FrameSize {
        /// Which one.
        index: usize,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// A segment's sequence header differs from the first segment's: another recipe made it.
    #[error("segment {index} has another sequence header than segment 0")]
    SequenceHeader {
        /// Which one.
        index: usize,
    },
    /// Together they are more than a clip may be.
    #[error(
        "clip of {frames} frames and {bytes} bytes, the limits are {CLIP_FRAMES_MAX} and {CLIP_BYTES_MAX}"
    )]
    TooLarge {
        /// Frames together.
        frames: usize,
        /// Bytes together.
        bytes: usize,
    },
    /// The index could not be written, which the checks above should have made impossible.
    #[error("clip index: {0}")]
    Index(String),
}

/// Joins the segments of one clip, in order, into an MP4 file. No picture is decoded or changed.
///
/// # Errors
///
/// [`JoinError`], naming the segment that does not fit.
pub fn join_segments(segments: &[&[u8]], settings: &JoinSettings) -> Result<Vec<u8>, JoinError> {
    if !(1..=FPS_MAX).contains(&settings.fps) {
        return Err(JoinError::FrameRate { fps: settings.fps });
    }
    let infos = inspect_all(segments, settings)?;
    let first = infos.first().ok_or(JoinError::Empty)?;
    let frames = infos.iter().map(|info| info.temporal_units.len()).sum();
    let bytes = infos.iter().map(payload_bytes).sum();
    if frames > CLIP_FRAMES_MAX as usize || bytes > CLIP_BYTES_MAX - CLIP_INDEX_BYTES_MAX {
        return Err(JoinError::TooLarge { frames, bytes });
    }

    // The index says where the chunks are, and they stand behind it: its size is taken from a first
    // draft. Offsets have a fixed width, so the final one is as long.
    let draft = encode_index(first, &infos, settings, 0)?;
    let mut clip = encode_index(first, &infos, settings, draft.len())?;
    encode(
        &Header {
            kind: FourCC::new(b"mdat"),
            size: Some(bytes),
        },
        &mut clip,
    )?;
    for (segment, info) in segments.iter().zip(&infos) {
        for unit in &info.temporal_units {
            clip.extend_from_slice(&segment[unit.clone()]);
        }
    }
    Ok(clip)
}

fn inspect_all(segments: &[&[u8]], settings: &JoinSettings) -> Result<Vec<SegmentInfo>, JoinError> {
    let mut infos: Vec<SegmentInfo> = Vec::with_capacity(segments.len());
    for (index, segment) in segments.iter().enumerate() {
        let info = inspect_segment(segment).map_err(|error| JoinError::Segment { index, error })?;
        let SegmentInfo { width, height, .. } = info;
        if (width, height) != (settings.width, settings.height) {
            return Err(JoinError::FrameSize {
                index,
                width,
                height,
            });
        }
        if infos
            .first()
            .is_some_and(|first| first.sequence_header != info.sequence_header)
        {
            return Err(JoinError::SequenceHeader { index });
        }
        infos.push(info);
    }
    Ok(infos)
}

fn payload_bytes(info: &SegmentInfo) -> usize {
    info.temporal_units.iter().map(ExactSizeIterator::len).sum()
}

fn encode(atom: &impl Encode, to: &mut Vec<u8>) -> Result<(), JoinError> {
    atom.encode(to)
        .map_err(|error| JoinError::Index(error.to_string()))
}

/// Everything in front of `mdat`. `index_bytes` is its own length, which the chunk offsets include.
fn encode_index(
    first: &SegmentInfo,
    infos: &[SegmentInfo],
    settings: &JoinSettings,
    index_bytes: usize,
) -> Result<Vec<u8>, JoinError> {
    let brands = Ftyp {
        major_brand: b"iso6".into(),
        minor_version: 0,
        compatible_brands: vec![b"iso6".into(), b"mp41".into(), b"av01".into()],
    };
    let mut index = Vec::new();
    encode(&brands, &mut index)?;
    encode(&movie(first, infos, settings, index_bytes), &mut index)?;
    Ok(index)
}

fn movie(
    first: &SegmentInfo,
    infos: &[SegmentInfo],
    settings: &JoinSettings,
    index_bytes: usize,
) -> Moov {
    let timescale = settings.fps * TICKS_PER_FRAME;
    let frames: u32 = infos.iter().map(SegmentInfo::frames).sum();
    let duration = u64::from(frames) * u64::from(TICKS_PER_FRAME);
    // Unwrap safety: inspection holds frames to at most 4096 pixels a side.
    let side = |pixels: u32| u16::try_from(pixels).expect("frame sides fit 16 bits");
    Moov {
        mvhd: Mvhd {
            timescale,
            duration,
            rate: 1.into(),
            volume: 1.into(),
            next_track_id: 2,
            ..Mvhd::default()
        },
        trak: vec![Trak {
            tkhd: Tkhd {
                track_id: 1,
                duration,
                enabled: true,
                in_movie: true,
                width: side(settings.width).into(),
                height: side(settings.height).into(),
                ..Tkhd::default()
            },
            mdia: Mdia {
                mdhd: Mdhd {
                    timescale,
                    duration,
                    language: "und".into(),
                    ..Mdhd::default()
                },
                hdlr: Hdlr {
                    handler: b"vide".into(),
                    name: "Woolgather clip".into(),
                },
                minf: Minf {
                    vmhd: Some(Vmhd::default()),
                    dinf: Dinf {
                        dref: Dref {
                            entries: vec![Url::default().into()],
                        },
                    },
                    stbl: sample_table(first, infos, settings, index_bytes),
                    ..Minf::default()
                },
            },
            ..Trak::default()
        }],
        ..Moov::default()
    }
}

fn sample_table(
    first: &SegmentInfo,
    infos: &[SegmentInfo],
    settings: &JoinSettings,
    index_bytes: usize,
) -> Stbl {
    let frames: u32 = infos.iter().map(SegmentInfo::frames).sum();
    let mut sync_samples = Vec::with_capacity(infos.len());
    let mut chunk_offsets = Vec::with_capacity(infos.len());
    let mut chunk_runs: Vec<StscEntry> = Vec::new();
    let mut sample = 1;
    let mut offset = (index_bytes + MDAT_HEADER_BYTES) as u32;
    for (chunk, info) in (1..).zip(infos) {
        sync_samples.push(sample);
        chunk_offsets.push(offset);
        // A run of chunks with the same number of frames is written once, at its first chunk.
        if chunk_runs
            .last()
            .is_none_or(|run| run.samples_per_chunk != info.frames())
        {
            chunk_runs.push(StscEntry {
                first_chunk: chunk,
                samples_per_chunk: info.frames(),
                sample_description_index: 1,
            });
        }
        sample += info.frames();
        offset += payload_bytes(info) as u32;
    }
    let units = infos.iter().flat_map(|info| &info.temporal_units);
    Stbl {
        stsd: Stsd {
            codecs: vec![Codec::Av01(sample_entry(first, settings))],
        },
        stts: Stts {
            entries: vec![SttsEntry {
                sample_count: frames,
                sample_delta: TICKS_PER_FRAME,
            }],
        },
        stss: Some(Stss {
            entries: sync_samples,
        }),
        stsc: Stsc {
            entries: chunk_runs,
        },
        stsz: Stsz {
            samples: StszSamples::Different {
                sizes: units.map(|unit| unit.len() as u32).collect(),
            },
        },
        stco: Some(Stco {
            entries: chunk_offsets,
        }),
        ..Stbl::default()
    }
}

/// Bytes of the `mdat` box in front of its content: a clip is far below the 4 GiB that need more.
const MDAT_HEADER_BYTES: usize = 8;

fn sample_entry(first: &SegmentInfo, settings: &JoinSettings) -> Av01 {
    Av01 {
        visual: Visual {
            data_reference_index: 1,
            width: settings.width as u16,
            height: settings.height as u16,
            ..Visual::default()
        },
        // The fields that inspection allows only one value for are that value.
        av1c: Av1c {
            seq_profile: 0,
            seq_level_idx_0: first.level_index,
            seq_tier_0: false,
            high_bitdepth: true,
            twelve_bit: false,
            monochrome: false,
            chroma_subsampling_x: true,
            chroma_subsampling_y: true,
            chroma_sample_position: 1,
            initial_presentation_delay: None,
            config_obus: first.sequence_header.clone(),
        },
        colr: Some(Colr::Nclx {
            colour_primaries: BT709,
            transfer_characteristics: BT709,
            matrix_coefficients: BT709,
            full_range_flag: false,
        }),
        pasp: Some(Pasp {
            h_spacing: 1,
            v_spacing: 1,
        }),
        ..Av01::default()
    }
}
