//! Whether a decoder works on this machine at all, before anybody's segment is refused for it.

use anyhow::Context as _;
use woolgather_protocol::Recipe;
use woolgather_video::{PlanesRef, SegmentEncoder};

use super::{check_frames, encoder_settings};
use crate::hands::Hands;

/// Encodes one small grey frame and has a child process decode it, as it would a volunteer's.
///
/// # Errors
///
/// Why that does not work here.
pub async fn try_decoder(recipe: &Recipe) -> anyhow::Result<()> {
    let recipe = Recipe {
        width: 64,
        height: 64,
        segment_frames: 1,
        loop_frames: 1,
        edge_frames: 1,
        ..recipe.clone()
    };
    let segment = one_frame(&recipe)?;
    let folder = std::env::temp_dir().join(format!("woolgather-trial-{}", std::process::id()));
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    let file = folder.join("segment");
    std::fs::write(&file, segment)?;
    let checked = check_frames(&Hands::machine(), &recipe, &file).await;
    std::fs::remove_dir_all(&folder)?;
    checked?;
    Ok(())
}

fn one_frame(recipe: &Recipe) -> anyhow::Result<Vec<u8>> {
    let mut encoder = SegmentEncoder::new(&encoder_settings(recipe))?;
    let luma = vec![512; (recipe.width * recipe.height) as usize];
    let chroma = vec![512; luma.len() / 4];
    encoder.push(&PlanesRef {
        width: recipe.width,
        height: recipe.height,
        luma: &luma,
        chroma_blue: &chroma,
        chroma_red: &chroma,
    })?;
    Ok(encoder.finish()?)
}
