//! A folder of genomes becomes a flock in one command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use woolgather_genome::starter_flock;

fn import(data: &Path, folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_woolgather-coordinator"));
    command.arg("import").arg(folder).arg("--data").arg(data);
    command.args(args).stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned()
}

fn genomes(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../genome/tests/data")
        .join(part)
}

/// Copies every file of a folder of the genome crate's data, and says how many.
fn copy(part: &str, to: &Path) -> usize {
    fs::create_dir_all(to).unwrap();
    let mut copied = 0;
    for file in fs::read_dir(genomes(part)).unwrap() {
        let file = file.unwrap().path();
        if file
            .extension()
            .is_some_and(|ending| ending == "flam3" || ending == "flame")
        {
            fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
            copied += 1;
        }
    }
    copied
}

#[test]
fn a_folder_becomes_a_flock_and_the_report_says_what_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, sheep) = (folder.path().join("data"), folder.path().join("sheep"));
    let good = copy("oracle", &sheep.join("oracle"));
    let broken = copy("broken", &sheep.join("broken"));
    copy("foreign", &sheep.join("foreign"));
    assert!(good > 20 && broken > 20, "{good}, {broken}");
    let starter = |name: &str, number: usize| {
        fs::write(sheep.join(name), starter_flock()[number].xml).unwrap();
    };
    starter("electricsheep.244.12345.flam3", 0);
    starter("00244=5=1=2.flam3", 1);
    starter("again.flam3", 0);
    let report = folder.path().join("report.json");
    let options = ["--report", report.to_str().unwrap(), "--recipe", "small"];

    let dry = import(&data, &sheep, &[&options[..], &["--dry-run"]].concat());
    assert!(dry.status.success(), "{}", said(&dry));
    assert!(!data.exists(), "a dry run makes nothing");
    let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let planned = read(&report);
    assert_eq!(planned["dry_run"], true);

    let credit = [
        "--artist",
        "Spot",
        "--licence",
        "CC-BY-4.0",
        "--name",
        "Old flock",
    ];
    let done = import(&data, &sheep, &[&options[..], &credit].concat());
    let words = said(&done);
    assert!(done.status.success(), "{words}");
    let report = read(&report);
    assert_eq!(
        report["counts"], planned["counts"],
        "a dry run says what happens"
    );
    let taken = report["counts"]["taken"].as_u64().unwrap();
    assert!(taken >= good as u64, "{}", report["counts"]);
    assert!(report["counts"]["refused"].as_u64().unwrap() >= broken as u64 / 2);
    assert_eq!(report["counts"]["edge"], 1);
    assert!(report["counts"]["duplicate"].as_u64().unwrap() >= 1);
    assert!(
        words.contains("an edge") && words.contains("the same flame as"),
        "{words}"
    );
    let flames = report["flames"].as_array().unwrap();
    let electric = flames
        .iter()
        .find(|flame| flame["title"] == "Electric Sheep 244.12345");
    assert!(electric.unwrap()["sheep"].is_string());
    let all_have = |flame: &&Value| flame["verdict"] != "taken" || flame["sheep"].is_string();
    assert!(flames.iter().all(|flame| all_have(&flame)));

    let again = import(&data, &sheep, &options);
    assert!(!again.status.success());
    assert!(
        said(&again).contains("Old flock; --add"),
        "{}",
        said(&again)
    );
    let added = import(&data, &sheep, &["--add"]);
    assert!(added.status.success(), "{}", said(&added));
    assert!(
        !said(&added).contains(" taken"),
        "everything is there: {}",
        said(&added)
    );
}

#[test]
fn what_cannot_become_a_flock_founds_none() {
    let folder = tempfile::tempdir().unwrap();
    let (data, sheep) = (folder.path().join("data"), folder.path().join("sheep"));
    let none = import(&data, &sheep, &[]);
    assert!(!none.status.success());
    fs::create_dir_all(&sheep).unwrap();
    let empty = import(&data, &sheep, &[]);
    assert!(
        said(&empty).contains("no flock is founded"),
        "{}",
        said(&empty)
    );
    let nowhere = import(&data, &sheep, &["--add"]);
    assert!(
        said(&nowhere).contains("no flock here yet"),
        "{}",
        said(&nowhere)
    );
    fs::write(sheep.join("a.flam3"), starter_flock()[0].xml).unwrap();
    for odd in [
        ["--licence", "CC-BY-NC-4.0"],
        ["--artist", " "],
        ["--recipe", "none"],
    ] {
        let refused = import(&data, &sheep, &odd);
        assert!(!refused.status.success(), "{odd:?}");
    }
    let first = import(&data, &sheep, &[]);
    assert!(first.status.success(), "{}", said(&first));
}

#[test]
fn a_thousand_files_move_in_within_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    let (data, sheep) = (folder.path().join("data"), folder.path().join("sheep"));
    fs::create_dir_all(&sheep).unwrap();
    for number in 0..1_000_usize {
        let genome = &starter_flock()[number % starter_flock().len()];
        let xml = genome
            .xml
            .replacen("<flame ", &format!("<flame hue=\"0.{number:04}\" "), 1);
        let name = format!("electricsheep.247.{number:05}.flam3");
        fs::write(sheep.join(name), xml).unwrap();
    }
    let start = Instant::now();
    let done = import(&data, &sheep, &["--limit", "900"]);
    let took = start.elapsed();
    let words = said(&done);
    assert!(done.status.success(), "{words}");
    let line = words
        .lines()
        .find(|line| line.contains(" taken"))
        .unwrap_or_default();
    println!("{line}, in {took:?}");
    assert!(
        line.contains("900 taken") && line.contains("100 left over"),
        "{line}"
    );
    assert!(took < Duration::from_secs(60), "{took:?}");
}
