//! Everything into a folder and back, by the program itself, beside a coordinator that runs.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use woolgather_coordinator::clock::MockClock;
use woolgather_coordinator::store::Store;

use crate::support::{NOW_MS, TestCoordinator};

const PROGRAM: &str = env!("CARGO_BIN_EXE_woolgather-coordinator");

fn run(words: &[&str], folders: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(words);
    for (option, folder) in folders {
        command.arg(option).arg(folder);
    }
    command.output().unwrap()
}

fn says(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).into_owned()
}

fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", says(output));
    says(output)
}

fn bad(output: &Output, part: &str) {
    let words = says(output);
    assert!(!output.status.success() && words.contains(part), "{words}");
}

#[tokio::test]
async fn what_was_backed_up_is_checked_and_comes_back() {
    let coordinator = TestCoordinator::start_with(2).await;
    coordinator.publish_all(b"a clip").await;
    let data = &coordinator.app.config.data;
    woolgather_coordinator::keys::coordinator_key(data).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (kept, back) = (folder.path().join("kept"), folder.path().join("back"));

    let made = run(&["backup"], &[("--data", data), ("--to", &kept)]);
    assert!(good(&made).contains("holds a backup"));
    bad(
        &run(&["backup"], &[("--data", data), ("--to", &kept)]),
        "already",
    );
    let checked = run(&["restore", "--verify"], &[("--from", &kept)]);
    assert!(good(&checked).contains("whole and sound"));

    good(&run(&["restore"], &[("--from", &kept), ("--data", &back)]));
    // Broken off and called again.
    good(&run(&["restore"], &[("--from", &kept), ("--data", &back)]));
    let clock = Arc::new(MockClock::at(NOW_MS));
    let restored = Store::open(&back, clock, [3; 32]).await.unwrap();
    let (here, there) = (coordinator.app.store.status(), restored.status());
    assert_eq!(there.await.unwrap(), here.await.unwrap());
    for blob in restored.blobs_named().await.unwrap() {
        let (one, other) = (
            coordinator.app.blobs.local(&blob).unwrap(),
            blob.to_string(),
        );
        let other = back
            .join("blobs")
            .join(&other[..2])
            .join(&other[2..4])
            .join(&other);
        assert_eq!(
            std::fs::read(one.path()).unwrap(),
            std::fs::read(other).unwrap()
        );
    }
}

#[tokio::test]
async fn a_damaged_or_half_backup_is_not_restored() {
    let coordinator = TestCoordinator::start().await;
    coordinator.publish_all(b"a clip").await;
    let data = &coordinator.app.config.data;
    woolgather_coordinator::keys::coordinator_key(data).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    good(&run(&["backup"], &[("--data", data), ("--to", &kept)]));

    let named = coordinator.app.store.blobs_named().await.unwrap();
    let blob = named.first().unwrap().to_string();
    let path = kept
        .join("blobs")
        .join(&blob[..2])
        .join(&blob[2..4])
        .join(&blob);
    let sound = std::fs::read(&path).unwrap();
    std::fs::write(&path, b"something else").unwrap();
    let back = folder.path().join("back");
    bad(
        &run(&["restore"], &[("--from", &kept), ("--data", &back)]),
        &blob,
    );
    assert!(!back.exists(), "nothing is restored from a damaged backup");
    std::fs::remove_file(&path).unwrap();
    bad(
        &run(&["restore", "--verify"], &[("--from", &kept)]),
        "missing",
    );
    std::fs::write(&path, sound).unwrap();
    good(&run(&["restore", "--verify"], &[("--from", &kept)]));

    std::fs::remove_file(kept.join("backup-is-whole")).unwrap();
    bad(
        &run(&["restore"], &[("--from", &kept), ("--data", &back)]),
        "no whole backup",
    );
    // Gone on with, it is whole again.
    good(&run(&["backup"], &[("--data", data), ("--to", &kept)]));
    good(&run(&["restore", "--verify"], &[("--from", &kept)]));
    bad(
        &run(&["backup"], &[("--data", &back), ("--to", &kept)]),
        "no data folder",
    );
}
