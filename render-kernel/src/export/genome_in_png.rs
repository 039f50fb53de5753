//! The genome in a PNG file, ours or flam3's, without looking at the pixels.
//!
//! The file may come from anywhere. Only chunk headers are read until the note is found, and it is unpacked up to
//! the size that a genome's file may have.
//!
//! # Source
//!
//! *Portable Network Graphics (PNG) Specification, Third Edition*: section 5.3 for chunks, 11.3.3 for texts.

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
use woolgather_genome::limits::GENOME_BYTES_MAX;

use super::GENOME_KEY;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Bytes of a chunk's checksum; the note's XML is judged by its parser instead.
const CHECKSUM_BYTES: usize = 4;

/// Why a PNG file's genome could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PngGenomeError {
    /// The bytes are no PNG file.
    #[error("this is no PNG file")]
    NotPng,
    /// The file ends early.
    #[error("the PNG file is cut off")]
    CutOff,
    /// The note cannot be unpacked.
    #[error("the genome in the PNG file is damaged")]
    Damaged,
    /// The note is longer than a genome may be.
    #[error("the genome in the PNG file is longer than {GENOME_BYTES_MAX} bytes")]
    TooLong,
}

/// Finds the flam3 XML in a PNG file, `None` where there is none.
///
/// # Errors
///
/// [`PngGenomeError`]: the file is no PNG, is damaged, or holds more than a genome.
pub fn genome_in_png(file: &[u8]) -> Result<Option<String>, PngGenomeError> {
    let mut rest = file.strip_prefix(SIGNATURE).ok_or(PngGenomeError::NotPng)?;
    loop {
        let (kind, data, after) = split_chunk(rest).ok_or(PngGenomeError::CutOff)?;
        if let Some(text) = genome_text(kind, data)? {
            return Ok(Some(text));
        }
        if kind == b"IEND" {
            return Ok(None);
        }
        rest = after;
    }
}

/// A chunk's kind, its data, and what follows it.
fn split_chunk(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, bytes) = bytes.split_first_chunk()?;
    let (kind, bytes) = bytes.split_at_checked(4)?;
    let (data, bytes) = bytes.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let (_, after) = bytes.split_at_checked(CHECKSUM_BYTES)?;
    Some((kind, data, after))
}

/// The genome, where a chunk holds it.
fn genome_text(kind: &[u8], data: &[u8]) -> Result<Option<String>, PngGenomeError> {
    if !matches!(kind, b"tEXt" | b"zTXt" | b"iTXt") {
        return Ok(None);
    }
    let (key, value) = split_at_nul(data)?;
    if key != GENOME_KEY.as_bytes() {
        return Ok(None);
    }
    let text = match kind {
        b"tEXt" => plain(value)?,
        b"zTXt" => match value {
            [0, packed @ ..] => unpacked(packed)?,
            _ => return Err(PngGenomeError::Damaged),
        },
        _ => international(value)?,
    };
    Ok(Some(decoded(text)))
}

/// What an iTXt chunk says after its keyword: flag and method of the packing, language, translated keyword, text.
fn international(value: &[u8]) -> Result<Vec<u8>, PngGenomeError> {
    let [flag, method, rest @ ..] = value else {
        return Err(PngGenomeError::Damaged);
    };
    let (_language, rest) = split_at_nul(rest)?;
    let (_translated, text) = split_at_nul(rest)?;
    match (flag, method) {
        (0, _) => plain(text),
        (1, 0) => unpacked(text),
        _ => Err(PngGenomeError::Damaged),
    }
}

fn split_at_nul(bytes: &[u8]) -> Result<(&[u8], &[u8]), PngGenomeError> {
    let end = bytes.iter().position(|&byte| byte == 0);
    let end = end.ok_or(PngGenomeError::Damaged)?;
    Ok((&bytes[..end], &bytes[end + 1..]))
}

fn plain(text: &[u8]) -> Result<Vec<u8>, PngGenomeError> {
    if text.len() > GENOME_BYTES_MAX {
        return Err(PngGenomeError::TooLong);
    }
    Ok(text.to_vec())
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, PngGenomeError> {
    decompress_to_vec_zlib_with_limit(packed, GENOME_BYTES_MAX).map_err(|error| {
        if error.status == TINFLStatus::HasMoreOutput {
            PngGenomeError::TooLong
        } else {
            PngGenomeError::Damaged
        }
    })
}

/// Text as flam3 writes it (UTF-8) or as the format has it (Latin-1).
fn decoded(text: Vec<u8>) -> String {
    String::from_utf8(text)
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
}
