//! A frame as a WebP picture for pages.

use woolgather_render_kernel::Frame;

/// Lossy quality, 0 to 100: flames are smooth, and at this value nobody sees a difference.
const QUALITY: f32 = 82.0;

/// Encodes a frame.
///
/// # Errors
///
/// When the frame is larger than WebP allows (16,383 pixels a side).
pub fn webp(frame: &Frame) -> anyhow::Result<Vec<u8>> {
    let pixels = frame.to_rgb8();
    let encoder = webp::Encoder::from_rgb(&pixels, frame.width(), frame.height());
    let picture = encoder
        .encode_simple(false, QUALITY)
        .map_err(|error| anyhow::anyhow!("WebP: {error:?}"))?;
    Ok(picture.to_vec())
}
