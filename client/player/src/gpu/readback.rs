//! A painted target in memory, for screenshots and tests.

use std::sync::mpsc;

use super::{Gpu, extent};
use crate::flock::PlayError;

/// Rows in a buffer begin at multiples of this.
const ROW_ALIGNMENT: u32 = wgpu::COPY_BYTES_PER_ROW_ALIGNMENT;

/// Has a target painted off screen in `format`, which has four bytes a texel, and returns the rows
/// without gaps.
///
/// # Errors
///
/// [`PlayError::AdapterFailed`] when the device does not hand the picture over.
pub(crate) fn paint_to_memory(
    gpu: &Gpu,
    format: wgpu::TextureFormat,
    size: (u32, u32),
    paint: impl FnOnce(&wgpu::TextureView),
) -> Result<Vec<u8>, PlayError> {
    let usage = wgpu::TextureUsages::RENDER_ATTACHMENT
        | wgpu::TextureUsages::COPY_SRC
        | wgpu::TextureUsages::COPY_DST;
    let target = gpu.texture(size, format, usage);
    paint(&target.view);

    let row_bytes = size.0 * 4;
    let padded_row_bytes = row_bytes.next_multiple_of(ROW_ALIGNMENT);
    let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("readback"),
        size: u64::from(padded_row_bytes) * u64::from(size.1),
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    let mut encoder = gpu.device.create_command_encoder(&Default::default());
    encoder.copy_texture_to_buffer(
        target.texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo {
            buffer: &buffer,
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(padded_row_bytes),
                rows_per_image: Some(size.1),
            },
        },
        extent(size),
    );
    gpu.queue.submit([encoder.finish()]);
    let padded = read(gpu, &buffer)?;
    gpu.check()?;
    Ok(padded
        .chunks(padded_row_bytes as usize)
        .flat_map(|row| &row[..row_bytes as usize])
        .copied()
        .collect())
}

fn read(gpu: &Gpu, buffer: &wgpu::Buffer) -> Result<Vec<u8>, PlayError> {
    fn failed(error: impl std::fmt::Display) -> PlayError {
        PlayError::AdapterFailed {
            reason: error.to_string(),
        }
    }
    let (sender, receiver) = mpsc::channel();
    buffer.map_async(wgpu::MapMode::Read, .., move |result| {
        // The receiver waits below; if it has gone, so has everything that could use the answer.
        drop(sender.send(result));
    });
    gpu.device
        .poll(wgpu::PollType::wait_indefinitely())
        .map_err(failed)?;
    receiver.recv().map_err(failed)?.map_err(failed)?;
    let bytes = buffer.get_mapped_range(..).map_err(failed)?.to_vec();
    Ok(bytes)
}
