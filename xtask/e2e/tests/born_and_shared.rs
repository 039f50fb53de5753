//! A sheep is born, spreads, is voted on and is downloaded by somebody else's client.

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use woolgather_e2e::{Grid, PATIENCE, bulky_recipe, system_program, tiny_recipe};
use woolgather_machines::{Machine, number};
use woolgather_protocol::paths;

fn finished(machine: &Machine) -> anyhow::Result<serde_json::Value> {
    machine.finish()?;
    machine.last("done").context("sync did not say what it did")
}

#[tokio::test]
async fn two_volunteers_make_a_sheep_and_a_third_machine_gets_it_from_them() -> anyhow::Result<()> {
    let grid = Grid::start(&bulky_recipe(), &["--origin-upload-limit", "262144"])?;
    let workers = [grid.worker("ada")?, grid.worker("grace")?];
    let clip = grid.published(&[&workers[0], &workers[1]]).await?;
    assert_eq!(clip.frames, 12);
    assert!(!clip.volunteers.is_empty());

    let sharers = [grid.sharer("ada", &[])?, grid.sharer("grace", &[])?];
    for sharer in &sharers {
        sharer.wait_for("seeding", PATIENCE)?;
    }

    let third = grid.sharer("third", &["--once"])?;
    let done = finished(&third)?;
    let (all, peers) = (number(&done, "bytes"), number(&done, "from_peers"));
    assert_eq!(all, clip.bytes, "{done}");
    assert!(
        peers * 2 >= all,
        "only {peers} of {all} bytes came from volunteers: {done}"
    );
    let sum = peers + number(&done, "from_origin") + number(&done, "over_http");
    assert!(sum >= all, "bytes without a source: {done}");

    let without = grid.client("walled", "sync", &["--once", "--no-bittorrent"])?;
    let done = finished(&without)?;
    assert_eq!(number(&done, "over_http"), clip.bytes, "{done}");
    Ok(())
}

#[tokio::test]
async fn aria2_downloads_the_torrent_from_our_tracker_and_seeders() -> anyhow::Result<()> {
    let mut aria2 = system_program("aria2c", "aria2")?;
    let grid = Grid::start(&tiny_recipe(), &[])?;
    let worker = grid.worker("ada")?;
    let clip = grid.published(&[&worker]).await?;
    let sharer = grid.sharer("ada", &[])?;
    sharer.wait_for("seeding", PATIENCE)?;

    let torrent = grid
        .get(&paths::torrent(&clip.id, clip.version))
        .await?
        .bytes()
        .await?;
    let folder = grid.machine("aria2");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("clip.torrent"), &torrent)?;
    let output = aria2
        .args([
            "--seed-time=0",
            "--enable-dht=false",
            "--enable-dht6=false",
            "--bt-enable-lpd=false",
        ])
        .args(["--enable-peer-exchange=false", "--listen-port=26881-26899"])
        .args([
            "--bt-stop-timeout=60",
            "--summary-interval=0",
            "--follow-torrent=mem",
            "--no-conf",
        ])
        .arg("--dir")
        .arg(&folder)
        .arg(folder.join("clip.torrent"))
        .output()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let file = std::fs::read_dir(&folder)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "mp4"))
        .context("aria2 left no clip")?;
    let digest: [u8; 32] = Sha256::digest(std::fs::read(file)?).into();
    assert_eq!(digest, clip.sha256.0);
    Ok(())
}

#[tokio::test]
async fn a_vote_is_counted_and_survives_a_restart() -> anyhow::Result<()> {
    let mut grid = Grid::start(&tiny_recipe(), &[])?;
    let worker = grid.worker("ada")?;
    let clip = grid.published(&[&worker]).await?;
    worker.terminate()?;
    let rating = async |grid: &Grid| -> anyhow::Result<f64> {
        let manifest = grid.manifest().await?;
        let sheep = manifest.sheep.iter().find(|sheep| sheep.id == clip.from);
        Ok(sheep
            .context("the published sheep is not in the manifest")?
            .rating)
    };
    let before = rating(&grid).await?;
    let voter = grid.client("voter", "vote", &["--single", "--answer", "up"])?;
    voter.finish()?;
    let told = voter.last("voted").context("the vote was not counted")?;
    let after = told["left_rating"].as_f64().context("no rating")?;
    assert!(after > before, "{told}");

    grid.kill_and_restart()?;
    // Somebody else's vote adds to it. (The manifest tells ratings with its next number.)
    let second = grid.client("second", "vote", &["--single", "--answer", "up"])?;
    second.finish()?;
    let told = second
        .last("voted")
        .context("the second vote was not counted")?;
    let added = told["left_rating"].as_f64().context("no rating")?;
    assert!(added > after, "{told}");
    Ok(())
}
