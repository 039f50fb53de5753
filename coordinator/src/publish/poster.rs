//! Frames as WebP pictures for pages.

use woolgather_render_kernel::Frame;

/// Lossy quality, 0 to 100: flames are smooth, and at this value nobody sees a difference.
const QUALITY: f32 = 82.0;

/// Encodes a frame.
///
/// # Errors
///
/// When the frame is larger than WebP allows (16,383 pixels a side).
pub fn webp(frame: &Frame) -> anyhow::Result<Vec<u8>> {
    webp_of_rgb(&frame.to_rgb8(), frame.width(), frame.height())
}

/// Encodes pixels of four bytes each: red, green, blue, and one that is not looked at.
///
/// # Errors
///
/// As [`webp`].
pub fn webp_of_pixels(pixels: &[u8], width: u32, height: u32) -> anyhow::Result<Vec<u8>> {
    let (pixels, _) = pixels.as_chunks::<4>();
    let opaque: Vec<u8> = pixels
        .iter()
        .flat_map(|pixel| pixel[..3].to_vec())
        .collect();
    webp_of_rgb(&opaque, width, height)
}

/// Encodes pixels of three bytes each: red, green, blue.
///
/// # Errors
///
/// As [`webp`].
pub fn webp_of_rgb(pixels: &[u8], width: u32, height: u32) -> anyhow::Result<Vec<u8>> {
    encode(&webp::Encoder::from_rgb(pixels, width, height))
}

fn encode(encoder: &webp::Encoder<'_>) -> anyhow::Result<Vec<u8>> {
    let picture = encoder
        .encode_simple(false, QUALITY)
        .map_err(|error| anyhow::anyhow!("WebP: {error:?}"))?;
    Ok(picture.to_vec())
}
