//! Honest segments: real sheep at a small size, rendered as a volunteer renders them.

use anyhow::ensure;
use woolgather_coordinator::checks::rendering::ClipToDraw;
use woolgather_genome::starter_flock;
use woolgather_protocol::Recipe;
use woolgather_protocol::work::ClipKind;
use woolgather_render_kernel::{ClipGenomes, Planes, RenderControl};

/// Frames of a segment.
pub(crate) const FRAMES: u32 = 32;

/// The default flock's recipe at a small size.
pub(crate) fn recipe() -> Recipe {
    Recipe {
        width: 320,
        height: 180,
        ..Recipe::default_flock()
    }
}

/// What is known of one sheep.
pub(crate) struct Sheep {
    /// Its name for people.
    pub(crate) title: &'static str,
    /// Its loop.
    pub(crate) clip: ClipToDraw,
    /// The frames of its loop's first segment.
    pub(crate) frames: Vec<Planes>,
    /// The frames of the next one.
    pub(crate) next: Vec<Planes>,
}

/// The first sheep of the starter flock.
///
/// # Errors
///
/// When it has not so many.
pub(crate) fn sheep(count: usize) -> anyhow::Result<Vec<(&'static str, ClipToDraw)>> {
    let flock = starter_flock();
    ensure!(
        count <= flock.len(),
        "the starter flock has {} sheep",
        flock.len()
    );
    let clip = |place: usize| ClipToDraw {
        genomes: ClipGenomes::Loop(flock[place].genome()),
        kind: ClipKind::Loop,
        recipe: recipe(),
        rng_seed: 1 + place as u64,
    };
    Ok((0..count)
        .map(|place| (flock[place].title, clip(place)))
        .collect())
}

/// Renders two segments of each.
///
/// # Errors
///
/// When a frame is beyond the renderer's limits.
pub(crate) fn render(
    sheep: &[(&'static str, ClipToDraw)],
    mut done: impl FnMut(),
) -> anyhow::Result<Vec<Sheep>> {
    let mut flock = Vec::new();
    for (title, clip) in sheep {
        flock.push(Sheep {
            title,
            clip: clip.clone(),
            frames: draw(clip, 0)?,
            next: draw(clip, FRAMES)?,
        });
        done();
    }
    Ok(flock)
}

/// Draws a segment from its first frame on.
///
/// # Errors
///
/// As [`render`].
pub(crate) fn draw(clip: &ClipToDraw, first: u32) -> anyhow::Result<Vec<Planes>> {
    let control = RenderControl::unattended();
    let frame = |frame| Ok(clip.draw(frame, &control)?.to_planes());
    (first..first + FRAMES).map(frame).collect()
}
