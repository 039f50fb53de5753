//! kill -9 anywhere: the sheep is still published, and nothing is done twice.

use woolgather_e2e::{Grid, PATIENCE, tiny_recipe};
use woolgather_protocol::Recipe;

/// Segments long enough to be killed in the middle of.
fn slow_recipe() -> Recipe {
    Recipe {
        quality: 120.0,
        ..tiny_recipe()
    }
}

#[tokio::test]
async fn a_worker_killed_in_mid_segment_and_a_coordinator_killed_after_its_receipt()
-> anyhow::Result<()> {
    let mut grid = Grid::start(
        &slow_recipe(),
        &["--lease-term-min", "4s", "--audit-patience", "2s"],
    )?;

    let victim = grid.worker("victim")?;
    victim.wait_for("frame", PATIENCE)?;
    victim.kill();

    let worker = grid.worker("ada")?;
    worker.wait_for("submitted", PATIENCE)?;
    grid.kill_and_restart()?;

    let clip = grid.published(&[&worker]).await?;
    assert_eq!((clip.version, clip.frames), (1, 12));
    assert_eq!(grid.manifest().await?.clips.len(), 1);
    let segments = u64::from(clip.frames / slow_recipe().segment_frames);
    let (victim, ada) = (grid.device("victim").await?, grid.device("ada").await?);
    assert_eq!(
        victim.accepted_units + ada.accepted_units,
        segments,
        "{victim:?} {ada:?}"
    );
    assert!(
        ada.credit > 0 && ada.credit.is_multiple_of(segments),
        "credited twice: {ada:?}"
    );
    Ok(())
}
