//! The player goes on: without clips, without a network, and when clips break or vanish under it. A full disk has to be
//! mounted, so that is in `installed.rs`, for root.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use woolgather_e2e::program;
use woolgather_showroom::films::{Films, Look};
use woolgather_showroom::watch::Player;

/// Nobody listens there.
const NOBODY: &str = "http://127.0.0.1:9/";
const SCREEN: (u32, u32) = (640, 360);
/// How long the first picture may take on a busy machine.
const FIRST: Duration = Duration::from_secs(30);
/// Longer than any two clips together.
const ON: Duration = Duration::from_secs(8);

fn films() -> anyhow::Result<Films> {
    let genomes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../genome/starter");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("films");
    Films::make(&program("woolgather")?, &genomes, &folder, Look::SMALL)
}

/// A player of the four films in `data`, with the first picture on the screen; and the films' files, which `change` had
/// before.
fn playing_after(
    data: &Path,
    change: impl FnOnce(&[PathBuf]) -> anyhow::Result<()>,
) -> anyhow::Result<(Player, Vec<PathBuf>)> {
    let files = films()?.stock(data, NOBODY)?;
    change(&files)?;
    let mut player = Player::start(&program("woolgather")?, data, SCREEN, &["--rng-seed", "3"])?;
    player.wait_for_motion(FIRST)?;
    Ok((player, files))
}

fn playing(data: &Path) -> anyhow::Result<(Player, Vec<PathBuf>)> {
    playing_after(data, |_| Ok(()))
}

fn press(player: &Player, key: &str) {
    player.screen.focus("Woolgather");
    player.screen.press(key);
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) -> anyhow::Result<()> {
    let start = Instant::now();
    while !is_so() {
        ensure!(start.elapsed() < Duration::from_secs(20), "{what}: never");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

#[test]
fn without_a_single_clip_flames_are_drawn() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let mut player = Player::start(&program("woolgather")?, &data, SCREEN, &[])?;
    player.wait_for_motion(FIRST)?;
    player.must_go_on(ON)
}

#[test]
fn films_come_on_as_soon_as_there_are_some() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let log = folder.path().join("frames.tsv");
    let path = log
        .to_str()
        .context("a temporary folder with an odd name")?;
    let arguments = ["--for", "25", "--frame-log", path];
    let mut player = Player::start(&program("woolgather")?, &data, SCREEN, &arguments)?;
    player.wait_for_motion(FIRST)?;
    films()?.stock(&data, NOBODY)?;
    player.must_go_on(ON)?;
    player.finish()?;
    let log = fs::read_to_string(log)?;
    let is_film = |line: &str| line.contains("-loop-1.mp4\t");
    ensure!(
        !log.lines().next().is_some_and(is_film),
        "flames came first"
    );
    ensure!(log.lines().any(is_film), "no film came on");
    Ok(())
}

#[test]
fn without_a_network_the_film_goes_on_and_a_vote_waits() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (mut player, _) = playing(&data)?;
    press(&player, "Up");
    let waiting = || fs::read_to_string(data.join("votes.jsonl")).unwrap_or_default();
    wait_until("a vote waits", || waiting().contains("\"up\":true"))?;
    player.must_go_on(ON)
}

#[test]
fn a_clip_that_breaks_is_passed_over_told_once_and_thrown_away() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (mut player, files) = playing_after(&data, |files| {
        // The second sheep's loop: its second half is noise.
        let mut torn = fs::read(&files[2])?;
        let half = torn.len() / 2;
        torn[half..].fill(0x5A);
        Ok(fs::write(&files[2], &torn)?)
    })?;
    let start = Instant::now();
    while files[2].exists() {
        ensure!(
            start.elapsed() < Duration::from_secs(60),
            "it was never passed over"
        );
        player.must_go_on(Duration::from_secs(1))?;
    }
    player.must_go_on(ON)?;
    let said = fs::read_to_string(data.with_extension("log"))?;
    let name = files[2].file_name().context("a file")?.to_string_lossy();
    let told = said
        .lines()
        .filter(|line| line.contains("is to be fetched again"));
    ensure!(
        told.filter(|line| line.contains(&*name)).count() == 1,
        "{said}"
    );
    Ok(())
}

#[test]
fn clips_that_vanish_leave_no_hole() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (mut player, files) = playing(&data)?;
    for file in &files[1..] {
        fs::remove_file(file)?;
    }
    player.must_go_on(ON)?;
    fs::remove_file(&files[0])?;
    player.must_go_on(ON)
}

#[test]
fn a_sheep_voted_down_leaves_the_screen_and_the_disk() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (mut player, files) = playing(&data)?;
    press(&player, "Down");
    wait_until("three of four clips go", || {
        files.iter().filter(|file| file.exists()).count() == 1
    })?;
    player.must_go_on(ON)
}
