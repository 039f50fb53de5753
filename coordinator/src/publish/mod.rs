//! Publishing: a clip's accepted segments become a file, a torrent and a picture.
//!
//! Everything here is made again with the same bytes when a job is done twice: joining does not
//! encode, a torrent's bytes are a function of the file, and the picture is our own rendering.

mod poster;
mod torrent;

use std::fs;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256 as Hasher};
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{Blake3, ClipId, InfoHash, Sha256};
use woolgather_render_kernel::ClipGenomes;
use woolgather_video::{JoinSettings, join_segments};

use crate::checks::{self, ClipToDraw};
use crate::state::App;
use crate::store::{ClipRow, ClipState, JoinSegment, NewClipFile};

pub use poster::webp;

/// Joins a clip's segments, makes poster and torrent, publishes and begins to seed. Does nothing
/// for a clip that is live already, or is another version by now.
///
/// # Errors
///
/// When a segment is missing or damaged, or the disk or database fails; the job is tried again.
pub async fn join(app: &Arc<App>, id: &ClipId, version: u32) -> anyhow::Result<()> {
    let clip = app.store.clip(id).await?;
    if clip.version != version || clip.state != ClipState::Joining {
        return Ok(());
    }
    let segments = app.store.join_segments(id).await?;
    if segments.is_empty() || segments.len() != clip.segments as usize {
        bail!(
            "clip {id} has {} of {} segments",
            segments.len(),
            clip.segments
        );
    }
    warn_of_borders(&clip, &segments);
    let drawing = clip_to_draw(app, &clip).await?;
    let made = {
        let (app, clip) = (Arc::clone(app), clip.clone());
        tokio::task::spawn_blocking(move || make(&app, &clip, &segments, &drawing)).await??
    };
    let sequence = app.store.publish_clip(id, version, made).await?;
    tracing::info!(clip.id = %id, version, sequence, "Published clip {id}: \"{}\"", clip.title);
    seed(app, &app.store.clip(id).await?).await
}

/// Begins to seed a live clip as the origin.
///
/// # Errors
///
/// When its blobs are missing or the seeder fails.
pub async fn seed(app: &App, clip: &ClipRow) -> anyhow::Result<()> {
    let file = clip.file.as_ref().context("a live clip without a file")?;
    let torrent = tokio::fs::read(app.blobs.path(&file.torrent)).await?;
    app.swarm
        .seed(&torrent, &app.blobs.path(&file.blob))
        .await?;
    Ok(())
}

/// Begins to seed every live clip, as after a start. A clip that cannot be seeded is logged: it is
/// still there over HTTP.
///
/// # Errors
///
/// When the database cannot be read.
pub async fn seed_all(app: &App) -> anyhow::Result<()> {
    let mut page = crate::store::PageRequest::default();
    loop {
        let clips = app.store.clips(Some(ClipState::Live), page).await?;
        for clip in &clips.rows {
            if let Err(error) = seed(app, clip).await {
                tracing::error!(clip.id = %clip.id, "Clip {} is not seeded: {error:#}", clip.id);
            }
        }
        match clips.next {
            Some(after) => page.after = Some(after),
            None => return Ok(()),
        }
    }
}

/// Joins, digests, draws; blocks.
fn make(
    app: &App,
    clip: &ClipRow,
    segments: &[JoinSegment],
    drawing: &ClipToDraw,
) -> anyhow::Result<NewClipFile> {
    let recipe = &drawing.recipe;
    let read: Vec<Vec<u8>> = segments
        .iter()
        .map(|segment| fs::read(app.blobs.path(&segment.blob)))
        .collect::<Result<_, _>>()?;
    let settings = JoinSettings {
        width: recipe.width,
        height: recipe.height,
        fps: recipe.fps,
    };
    let parts: Vec<&[u8]> = read.iter().map(Vec::as_slice).collect();
    let file = join_segments(&parts, &settings)?;
    let blob = app.blobs.put(&file)?;
    let torrent = torrent::make(app, clip, &app.blobs.path(&blob))?;
    Ok(NewClipFile {
        blob,
        bytes: file.len() as u64,
        sha256: Sha256(Hasher::digest(&file).into()),
        info_hash: InfoHash(torrent.info_hash.0),
        torrent: app.blobs.put(&torrent.bytes)?,
        poster: draw_poster(app, clip, drawing, &segments[0])?,
    })
}

/// The clip's first frame in our own rendering: no volunteer's bytes are decoded for it, and it is
/// one more look at what was handed in.
fn draw_poster(
    app: &App,
    clip: &ClipRow,
    drawing: &ClipToDraw,
    first: &JoinSegment,
) -> anyhow::Result<Blake3> {
    let frame = crate::jobs::on_the_pool(|| drawing.draw(0))??;
    if !checks::same_picture(&first.first, &checks::means_of(&frame)) {
        tracing::error!(clip.id = %clip.id, "Clip {} begins with another picture than ours; look at its first segment", clip.id);
    }
    Ok(app.blobs.put(&webp(&frame)?)?)
}

/// Everything that decides the clip's pixels.
async fn clip_to_draw(app: &App, clip: &ClipRow) -> anyhow::Result<ClipToDraw> {
    let from = app.store.sheep_genome(&clip.from).await?;
    let genomes = match clip.kind {
        ClipKind::Loop => ClipGenomes::Loop(from),
        ClipKind::Edge => ClipGenomes::Edge(from, app.store.sheep_genome(&clip.to).await?),
    };
    let recipe = app.flock.recipe.clone();
    Ok(ClipToDraw {
        genomes,
        kind: clip.kind,
        recipe,
        rng_seed: clip.rng_seed,
    })
}

/// Borders between segments are made by different hands. One across which the picture changes much
/// more than across the others is worth an operator's look.
fn warn_of_borders(clip: &ClipRow, segments: &[JoinSegment]) {
    let change = |pair: &[JoinSegment]| {
        let (before, after) = (&pair[0].last.luma, &pair[1].first.luma);
        before
            .iter()
            .zip(after)
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum::<u64>()
            / before.len().max(1) as u64
    };
    let changes: Vec<u64> = segments.windows(2).map(change).collect();
    let mut sorted = changes.clone();
    sorted.sort_unstable();
    let Some(median) = sorted.get(sorted.len() / 2) else {
        return;
    };
    for (border, change) in changes
        .iter()
        .enumerate()
        .filter(|(_, change)| **change > 4 * median + BORDER_SLACK)
    {
        tracing::warn!(clip.id = %clip.id, border, change, "Clip {} jumps between segments {border} and {}", clip.id, border + 1);
    }
}

/// Mean change of luma blocks across a border that is never remarkable: two of 1,023 levels.
const BORDER_SLACK: u64 = 32;
