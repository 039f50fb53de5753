//! What a cheat does to a frame's pixels.

use woolgather_render_kernel::Planes;

/// Half of the scale of chroma: no colour.
const GREY: f32 = 512.0;

/// A mark: a bright disc with a dark hole, as a logo has. `size` is its diameter as a share of the
/// frame's height, `opacity` from 0 to 1; it stands in the lower right corner.
pub(crate) fn logo(planes: &mut Planes, size: f32, opacity: f32) {
    let (width, height) = (planes.width as usize, planes.height as usize);
    let radius = size * height as f32 / 2.0;
    let centre = [width as f32 - 1.6 * radius, height as f32 - 1.6 * radius];
    for y in 0..height {
        for x in 0..width {
            let (dx, dy) = (x as f32 - centre[0], y as f32 - centre[1]);
            let far = (dx * dx + dy * dy).sqrt() / radius;
            if far <= 1.0 {
                let light = if far < 0.4 { 64.0 } else { 900.0 };
                let sample = &mut planes.luma[y * width + x];
                *sample = mixed(*sample, light, opacity);
            }
        }
    }
}

/// A bright square over a quarter of the frame.
pub(crate) fn square(planes: &mut Planes) {
    let (width, height) = (planes.width as usize, planes.height as usize);
    for row in planes
        .luma
        .chunks_exact_mut(width)
        .skip(height / 4)
        .take(height / 2)
    {
        row[width / 4..width * 3 / 4].fill(900);
    }
}

/// Averages each sample with its neighbours up to `radius` away.
pub(crate) fn blur(planes: &mut Planes, radius: usize) {
    let (width, height) = (planes.width as usize, planes.height as usize);
    let half = [width.div_ceil(2), height.div_ceil(2)];
    blur_plane(&mut planes.luma, [width, height], radius);
    blur_plane(&mut planes.chroma_blue, half, radius.div_ceil(2));
    blur_plane(&mut planes.chroma_red, half, radius.div_ceil(2));
}

fn blur_plane(plane: &mut [u16], [width, height]: [usize; 2], radius: usize) {
    let before = plane.to_vec();
    for y in 0..height {
        for x in 0..width {
            let rows = y.saturating_sub(radius)..(y + radius + 1).min(height);
            let columns = x.saturating_sub(radius)..(x + radius + 1).min(width);
            let count = (rows.len() * columns.len()) as u32;
            let sum: u32 = rows
                .flat_map(|row| &before[row * width..][columns.clone()])
                .map(|sample| u32::from(*sample))
                .sum();
            plane[y * width + x] = ((sum + count / 2) / count) as u16;
        }
    }
}

/// Turns all hues by `degrees`.
pub(crate) fn turn_hues(planes: &mut Planes, degrees: f32) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    for (blue, red) in planes.chroma_blue.iter_mut().zip(&mut planes.chroma_red) {
        let (b, r) = (f32::from(*blue) - GREY, f32::from(*red) - GREY);
        *blue = sample(GREY + b * cos - r * sin);
        *red = sample(GREY + b * sin + r * cos);
    }
}

fn mixed(below: u16, above: f32, opacity: f32) -> u16 {
    sample(f32::from(below) * (1.0 - opacity) + above * opacity)
}

fn sample(value: f32) -> u16 {
    value.round().clamp(64.0, 960.0) as u16
}
