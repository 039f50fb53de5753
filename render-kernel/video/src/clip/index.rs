//! A clip's index: where its frames stand, and that they are what a clip of ours may hold.
//!
//! The counterpart of `join`, read with our own few lines because a general MP4 parser follows boxes
//! into boxes as deep as a hostile file nests them. Every table is checked against the file's length
//! and [`crate::limits`].

use std::ops::Range;

use super::ClipError;
use super::boxes::{Bytes, find, find_full, find_path};
use crate::inspect::Group;
use crate::join::TICKS_PER_FRAME;
use crate::limits::{CLIP_FRAMES_MAX, CLIP_INDEX_BYTES_MAX, FPS_MAX, SEGMENT_FRAMES_MAX};

/// What the `moov` box says.
pub(super) struct Index {
    /// Frames a second.
    pub(super) fps: u32,
    /// The frames' temporal units, as ranges of the file.
    pub(super) units: Vec<Range<usize>>,
    /// Frames that start a segment, counted from 0.
    segment_starts: Vec<u32>,
    sequence_header: Vec<u8>,
}

impl Index {
    /// Reads the index of a whole file.
    pub(super) fn read(file: &[u8]) -> Result<Self, ClipError> {
        let missing = |part| move || ClipError::Index(part);
        let movie = find(file, b"moov").ok_or_else(missing("moov"))?;
        if movie.len() > CLIP_INDEX_BYTES_MAX {
            return Err(ClipError::Index("moov is too large"));
        }
        let media = find_path(movie, &[b"trak", b"mdia"]).ok_or_else(missing("mdia"))?;
        let table = find_path(media, &[b"minf", b"stbl"]).ok_or_else(missing("stbl"))?;
        let sizes = read_sizes(table).ok_or_else(missing("stsz"))?;
        let frames = sizes.len() as u32;
        Ok(Self {
            fps: read_frame_rate(media, table, frames).ok_or_else(missing("frame rate"))?,
            units: read_units(table, &sizes, file.len()).ok_or_else(missing("chunks"))?,
            segment_starts: read_segment_starts(table, frames).ok_or_else(missing("stss"))?,
            sequence_header: read_configuration(table)
                .ok_or_else(missing("av1C"))?
                .to_vec(),
        })
    }

    /// Holds every frame to the structure of a segment; returns the frames' size.
    pub(super) fn check_frames(&self, file: &[u8]) -> Result<(u32, u32), ClipError> {
        let mut size = None;
        let ends = self.segment_starts[1..]
            .iter()
            .copied()
            .chain([self.units.len() as u32]);
        for (&start, end) in self.segment_starts.iter().zip(ends) {
            let mut group = Group::default();
            for frame in start..end {
                let unit = self.units[frame as usize].clone();
                let read = group.read_unit(&file[..unit.end], unit.start);
                let read = read.map_err(|error| ClipError::Segment { frame, error })?;
                if read != unit.end {
                    return Err(ClipError::Index("a sample holds more than one frame"));
                }
            }
            // Unwrap safety: the group's first unit was read, which needs a sequence header.
            let (header, bytes) = group.sequence.expect("every group has a sequence header");
            if file[bytes] != self.sequence_header {
                return Err(ClipError::Index(
                    "a segment has another sequence header than av1C",
                ));
            }
            size = Some((header.width, header.height));
        }
        size.ok_or(ClipError::Index("no frames"))
    }
}

/// Bytes of each frame, at least one frame.
fn read_sizes(table: &[u8]) -> Option<Vec<u32>> {
    let mut sizes = find_full(table, b"stsz", 0)?;
    let common = sizes.u32()?;
    let rows = sizes.table::<1>(CLIP_FRAMES_MAX)?;
    (common == 0 && !rows.is_empty()).then(|| rows.into_iter().flatten().collect())
}

/// Frames a second: all frames last [`TICKS_PER_FRAME`] of the track's clock.
fn read_frame_rate(media: &[u8], table: &[u8], frames: u32) -> Option<u32> {
    let mut header = find_full(media, b"mdhd", 1)?;
    // Creation and modification time; `join` writes 64-bit times, which are version 1.
    header.take(16)?;
    let timescale = header.u32()?;
    let durations = find_full(table, b"stts", 0)?.table::<2>(1)?;
    let fps = timescale / TICKS_PER_FRAME;
    let is_whole = timescale % TICKS_PER_FRAME == 0 && (1..=FPS_MAX).contains(&fps);
    (is_whole && durations == [[frames, TICKS_PER_FRAME]]).then_some(fps)
}

/// Where each frame stands: chunks follow one another, and within a chunk the frames do.
fn read_units(table: &[u8], sizes: &[u32], file_bytes: usize) -> Option<Vec<Range<usize>>> {
    let offsets = find_full(table, b"stco", 0)?.table::<1>(CLIP_FRAMES_MAX)?;
    let runs = find_full(table, b"stsc", 0)?.table::<3>(CLIP_FRAMES_MAX)?;
    let mut runs = runs.into_iter().peekable();
    let mut per_chunk = 0;
    let mut sizes = sizes.iter();
    let mut units = Vec::with_capacity(sizes.len());
    for (chunk, [offset]) in (1..).zip(offsets) {
        if let Some([_, samples, _]) = runs.next_if(|run| run[0] == chunk) {
            per_chunk = samples;
        }
        if !(1..=SEGMENT_FRAMES_MAX).contains(&per_chunk) {
            return None;
        }
        let mut start = offset as usize;
        for size in sizes.by_ref().take(per_chunk as usize) {
            let end = start
                .checked_add(*size as usize)
                .filter(|&end| end <= file_bytes)?;
            units.push(start..end);
            start = end;
        }
    }
    (sizes.len() == 0 && runs.next().is_none()).then_some(units)
}

/// The frames that start a segment, counted from 0; the first is 0 and they rise.
fn read_segment_starts(table: &[u8], frames: u32) -> Option<Vec<u32>> {
    let rows = find_full(table, b"stss", 0)?.table::<1>(frames)?;
    let starts: Vec<u32> = rows
        .iter()
        .map(|[sample]| sample.checked_sub(1))
        .collect::<Option<_>>()?;
    let is_sound =
        starts.first() == Some(&0) && starts.is_sorted_by(|a, b| a < b) && starts.last()? < &frames;
    is_sound.then_some(starts)
}

/// The sequence header that the `av01` sample entry carries.
fn read_configuration(table: &[u8]) -> Option<&[u8]> {
    let mut entries = find_full(table, b"stsd", 0)?;
    if entries.u32()? != 1 {
        return None;
    }
    let mut entry = Bytes(find(entries.0, b"av01")?);
    // The fields of a visual sample entry; frame sizes are taken from the sequence header.
    entry.take(78)?;
    let configuration = find(entry.0, b"av1C")?;
    configuration.get(4..)
}
