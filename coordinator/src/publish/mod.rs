//! Publishing: a clip's accepted segments become a file, a torrent and a picture.
//!
//! ```text
//! segments ─> joined file ─> torrent ─┐
//! genome ───> first frame ─> poster ──┴─> store: live ─> seeded by the origin
//! ```
//!
//! Everything here is made again with the same bytes when a job is done twice: joining does not
//! encode, a torrent's bytes are a function of the file, and the picture is our own rendering.

mod borders;
mod poster;
pub mod seeding;
mod torrent;

use std::sync::Arc;

use anyhow::ensure;
use sha2::{Digest as _, Sha256 as Hasher};
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{Blake3, ClipId, InfoHash, Sha256};
use woolgather_render_kernel::ClipGenomes;
use woolgather_video::limits::SEGMENT_BYTES_MAX;
use woolgather_video::{JoinSettings, join_segments};

use crate::checks::rendering::{self, ClipToDraw};
use crate::checks::{means_of, same_picture};
use crate::state::App;
use crate::store::{ClipRow, ClipState, FrameMeans, JoinSegment, NewClipFile};

pub use poster::{webp, webp_of_pixels, webp_of_rgb};

/// Publishes a clip whose segments are all accepted, and begins to seed it. A clip that is live
/// already is seeded; one that is another version by now, or has no file, is left alone.
///
/// # Errors
///
/// When a segment is missing or damaged, or the disk, the database or the seeder fails; the job is
/// tried again.
pub async fn join(app: &Arc<App>, id: &ClipId, version: u32) -> anyhow::Result<()> {
    let clip = app.store.clip(id).await?;
    if clip.version != version {
        return Ok(());
    }
    match clip.state {
        ClipState::Joining => publish(app, &clip).await?,
        ClipState::Live => {}
        ClipState::Rendering | ClipState::Retired => return Ok(()),
    }
    // Where there is no room to seed it, it is there over HTTP.
    seeding::seed(app, &app.store.clip(id).await?).await?;
    Ok(())
}

async fn publish(app: &Arc<App>, clip: &ClipRow) -> anyhow::Result<()> {
    let segments = app.store.join_segments(&clip.id).await?;
    let (found, expected) = (segments.len(), clip.segments);
    ensure!(
        found == expected as usize && found > 0,
        "clip {} has {found} of {expected} segments",
        clip.id
    );
    for border in borders::jumps(clip.kind, &segments) {
        tracing::warn!(clip.id = %clip.id, border, "Clip {} jumps behind segment {border}", clip.id);
    }
    let poster = draw_poster(app, clip, segments[0].first.clone()).await?;
    let file = {
        let (app, clip) = (Arc::clone(app), clip.clone());
        let hands = app.hands.clone();
        let making = hands.work(move || make_file(&app, &clip, &segments, poster));
        making.await??
    };
    let sequence = app.store.publish_clip(&clip.id, clip.version, file).await?;
    tracing::info!(clip.id = %clip.id, version = clip.version, sequence, "Published clip {}: \"{}\"", clip.id, clip.title);
    Ok(())
}

/// Joins the segments and describes the file; blocks.
fn make_file(
    app: &App,
    clip: &ClipRow,
    segments: &[JoinSegment],
    poster: Blake3,
) -> anyhow::Result<NewClipFile> {
    let recipe = &app.flock.recipe;
    let settings = JoinSettings {
        width: recipe.width,
        height: recipe.height,
        fps: recipe.fps,
    };
    let read = |segment: &JoinSegment| app.blobs.read(&segment.blob, SEGMENT_BYTES_MAX as u64);
    let segments: Vec<Vec<u8>> = segments.iter().map(read).collect::<Result<_, _>>()?;
    let borrowed: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let file = join_segments(&borrowed, &settings)?;
    let blob = app.blobs.put(&file)?;
    let torrent = torrent::make(app, clip, app.blobs.local(&blob)?.path())?;
    Ok(NewClipFile {
        blob,
        bytes: file.len() as u64,
        sha256: Sha256(Hasher::digest(&file).into()),
        info_hash: InfoHash(torrent.info_hash.0),
        torrent: app.blobs.put(&torrent.bytes)?,
        poster,
    })
}

/// The clip's first frame in our own rendering: no volunteer's bytes are decoded for it, and it is
/// one more look at what was handed in (`submitted`).
async fn draw_poster(app: &App, clip: &ClipRow, submitted: FrameMeans) -> anyhow::Result<Blake3> {
    let drawing = clip_to_draw(app, clip).await?;
    let (blobs, id) = (app.blobs.clone(), clip.id.clone());
    rendering::apart(&app.hands, move |control| {
        let frame = drawing.draw(0, control)?;
        if !same_picture(&submitted, &means_of(&frame)) {
            tracing::error!(clip.id = %id, "Clip {id} begins with another picture than ours; look at its first segment");
        }
        Ok(blobs.put(&webp(&frame)?)?)
    })
    .await
}

/// Everything that decides the clip's pixels.
async fn clip_to_draw(app: &App, clip: &ClipRow) -> anyhow::Result<ClipToDraw> {
    let from = app.store.sheep_genome(&clip.from).await?;
    let genomes = match clip.kind {
        ClipKind::Loop => ClipGenomes::Loop(from),
        ClipKind::Edge => ClipGenomes::Edge(from, app.store.sheep_genome(&clip.to).await?),
    };
    Ok(ClipToDraw {
        genomes,
        kind: clip.kind,
        recipe: app.flock.recipe.clone(),
        rng_seed: clip.rng_seed,
    })
}
