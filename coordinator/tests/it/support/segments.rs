//! Frames that need no rendering, and the segments they make: a ramp that drifts from frame to
//! frame.

use woolgather_protocol::Recipe;
use woolgather_render_kernel::Planes;
use woolgather_video::{EncoderSettings, PlanesRef, SegmentEncoder};

/// The frame with this number within its clip.
pub(crate) fn planes(recipe: &Recipe, frame: u32) -> Planes {
    let (width, height) = (recipe.width, recipe.height);
    let ramp = |x: u32, y: u32| u16::try_from(64 + (x * 3 + y * 5 + frame * 2) % 800).unwrap();
    let plane = |width: u32, height: u32, at: &dyn Fn(u32, u32) -> u16| {
        let rows = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        rows.map(|(x, y)| at(x, y)).collect::<Vec<u16>>()
    };
    let (chroma_width, chroma_height) = (width.div_ceil(2), height.div_ceil(2));
    Planes {
        width,
        height,
        luma: plane(width, height, &ramp),
        chroma_blue: plane(chroma_width, chroma_height, &|x, _| {
            u16::try_from(400 + x).unwrap()
        }),
        chroma_red: plane(chroma_width, chroma_height, &|_, y| {
            u16::try_from(600 - y).unwrap()
        }),
    }
}

/// The segment of these frames of a clip.
pub(crate) fn segment(recipe: &Recipe, first_frame: u32, frame_count: u32) -> Vec<u8> {
    let frames = first_frame..first_frame + frame_count;
    let frames: Vec<_> = frames.map(|frame| planes(recipe, frame)).collect();
    encode(recipe, &frames)
}

/// Encodes frames by the recipe.
pub(crate) fn encode(recipe: &Recipe, frames: &[Planes]) -> Vec<u8> {
    let mut encoder = SegmentEncoder::new(&EncoderSettings {
        width: recipe.width,
        height: recipe.height,
        fps: recipe.fps,
        speed: recipe.encoder.speed,
        quantizer: recipe.encoder.quantizer,
        segment_frames: u32::try_from(frames.len()).unwrap(),
    })
    .unwrap();
    for planes in frames {
        let borrowed = PlanesRef {
            width: planes.width,
            height: planes.height,
            luma: &planes.luma,
            chroma_blue: &planes.chroma_blue,
            chroma_red: &planes.chroma_red,
        };
        encoder.push(&borrowed).unwrap();
    }
    encoder.finish().unwrap()
}
