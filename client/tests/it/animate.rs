//! `woolgather animate`.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use woolgather_genome::{Genome, edge_genome, loop_genome, parse_flames};
use woolgather_video::ClipReader;

use crate::support::{SMALL, Studio, flame, frames, is_installed, tool};

/// Patience with a program that was started.
const PATIENCE: Duration = Duration::from_secs(60);

fn genomes(studio: &Studio, file: &str) -> Vec<Genome> {
    parse_flames(&studio.text(file)).unwrap()
}

/// Waits until `is_so`.
fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "no {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn one_genome_becomes_a_film_of_its_loop_with_every_frame() {
    let studio = Studio::new();
    let args = format!("animate one.flam3 --frames 40 --fps 20 -o loop.mp4 {SMALL}");
    let outcome = studio.must(&args);
    let said = |words: &str| assert!(outcome.stdout.contains(words), "{}", outcome.stdout);
    said("loop.mp4: loop of one, 40 frames of 32×18, 231 thousand samples, ");
    said("2.0 s of film");
    let clip = ClipReader::open(fs::File::open(studio.path("loop.mp4")).unwrap()).unwrap();
    assert_eq!((clip.width(), clip.height(), clip.fps()), (32, 18, 20));
    let frames = frames(&studio, "loop.mp4");
    assert_eq!(frames.len(), 40);
    assert!(
        frames.windows(2).all(|pair| pair[0].luma != pair[1].luma),
        "it stands still"
    );
    assert!(
        studio.names("").iter().all(|name| !name.contains("part")),
        "work is left behind"
    );
}

#[test]
fn other_peoples_players_count_the_same_frames() {
    if !is_installed("ffprobe") {
        return;
    }
    let studio = Studio::new();
    studio.must(&format!(
        "animate one.flam3 two.flam3 --frames 33 -o edge.mp4 {SMALL}"
    ));
    let args = "-v error -count_frames -show_entries stream=codec_name,width,height,nb_read_frames -of csv=p=0";
    let args: Vec<&str> = args.split(' ').collect();
    let found = tool("ffprobe", &args, &studio.path("edge.mp4"));
    assert_eq!(found.trim(), "av1,32,18,33");
}

#[test]
fn several_genomes_become_loops_and_edges_in_turn() {
    let studio = Studio::new();
    let check = |args: &str, frames: usize, title: &str| {
        let outcome = studio.must(&format!("animate {args} --frames 3 -o out/ {SMALL}"));
        assert!(outcome.stdout.contains(title), "{args}: {}", outcome.stdout);
        let pngs = studio
            .names("out")
            .into_iter()
            .filter(|name| name.ends_with(".png"));
        assert_eq!(pngs.count(), frames, "{args}");
        fs::remove_dir_all(studio.path("out")).unwrap();
    };
    check("one.flam3", 3, "loop of one");
    check("one.flam3 two.flam3", 3, "edge from one to two");
    check("pair.flame", 3, "edge from pair-1 to pair-2");
    check(
        "one.flam3 pair.flame",
        15,
        "sequence of one, pair-1, pair-2",
    );
    check("one.flam3 pair.flame --round", 18, "sequence");
    check("one.flam3 pair.flame --no-loops", 6, "sequence");
    check(
        "one.flam3 two.flam3 --as sequence --round --no-loops",
        6,
        "sequence",
    );
}

#[test]
fn a_keyframed_file_is_drawn_by_its_own_times() {
    let studio = Studio::new();
    let at = |file: &str, time: &str| {
        let text = studio.text(file);
        flame(&text).replace("time=\"0\"", &format!("time=\"{time}\""))
    };
    let keys = format!(
        "<flames>{}{}</flames>",
        at("one.flam3", "10"),
        at("two.flam3", "14")
    );
    studio.put("keys.flam3", keys);
    let check = |args: &str, expected: usize| {
        studio.must(&format!("animate keys.flam3 {args} -o out/ {SMALL}"));
        assert_eq!(studio.names("out").len(), expected + 1, "{args}");
        fs::remove_dir_all(studio.path("out")).unwrap();
    };
    // As flam3-animate: from the first time to one before the last.
    check("", 4);
    check("--step 0.5", 7);
    check("--begin 12 --end 12", 1);
    check("--begin -5 --end 20", 26);
    let refuse = |args: &str, expected: &str| {
        studio.must_refuse(
            &format!("animate keys.flam3 {args} -o out/ {SMALL}"),
            expected,
        );
    };
    refuse("--begin 3 --end 2", "would end at 2, before it begins at 3");
    refuse("--step 1e-9", "too many");
    refuse("--as loop", "a loop is of one genome, not 2");
}

#[test]
fn an_interrupted_folder_goes_on_where_it_stopped() {
    let studio = Studio::new();
    let args = format!("animate one.flam3 --frames 6 -o out {SMALL}");
    studio.must(&args);
    let fourth = fs::read(studio.path("out/00003.png")).unwrap();
    fs::remove_file(studio.path("out/00003.png")).unwrap();
    // A frame that is there is not drawn again, whatever is in it.
    studio.put("out/00001.png", "kept");
    let outcome = studio.must(&args);
    assert!(
        outcome.stdout.contains("5 frames are there already"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stdout.contains("1 frames drawn in"),
        "{}",
        outcome.stdout
    );
    assert_eq!(fs::read(studio.path("out/00003.png")).unwrap(), fourth);
    assert_eq!(studio.text("out/00001.png"), "kept");
}

#[test]
fn another_animation_is_not_mixed_into_a_folder() {
    let studio = Studio::new();
    studio.must(&format!("animate one.flam3 --frames 3 -o out {SMALL}"));
    for other in [
        "two.flam3 --frames 3",
        "one.flam3 --frames 4",
        "one.flam3 --frames 3 --rng-seed 1",
        "one.flam3 --frames 3 --bits 16",
        "one.flam3 --frames 3 --shutter 0",
    ] {
        let args = format!("animate {other} -o out {SMALL}");
        studio.must_refuse(&args, "out holds another animation");
    }
    fs::create_dir(studio.path("photos")).unwrap();
    studio.put("photos/00000.png", "holiday");
    let args = format!("animate one.flam3 --frames 3 -o photos {SMALL}");
    studio.must_refuse(
        &args,
        "photos holds files that could be mistaken for frames",
    );
    assert_eq!(studio.names("photos"), ["00000.png"]);
}

#[test]
fn an_interrupted_film_keeps_its_segments_and_becomes_the_same_film() {
    let studio = Studio::new();
    let film = "animate one.flam3 --backend cpu --frames 70 --size 64x36 --quality 20";
    studio.must(&format!("{film} -o whole.mp4"));
    let mut child = studio.start(&format!("{film} -o cut.mp4"));
    wait_for("segment", || {
        studio
            .names("cut.mp4.parts")
            .contains(&"00000.obu".to_owned())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!studio.path("cut.mp4").exists());
    let outcome = studio.must(&format!("{film} -o cut.mp4"));
    assert!(
        outcome.stdout.contains("frames are there already"),
        "{}",
        outcome.stdout
    );
    let [whole, cut] = ["whole.mp4", "cut.mp4"].map(|name| fs::read(studio.path(name)).unwrap());
    assert!(whole == cut, "the films differ");
    assert_eq!(studio.names("cut.mp4.parts").len(), 0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_tidily_and_says_that_it_can_go_on() {
    let studio = Studio::new();
    let child = studio
        .start("animate one.flam3 --backend cpu --frames 3 --size 640x360 --quality 20000 -o out");
    wait_for("frame", || studio.path("out/00000.png.part").exists());
    let asked = Instant::now();
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("stopped; the same command goes on"), "{said}");
    assert_eq!(studio.names("out"), ["animation.json"]);
}

#[test]
fn the_frames_may_be_had_as_genomes() {
    let studio = Studio::new();
    studio.must("animate one.flam3 two.flam3 --as sequence --frames 4 -o frames.flam3");
    let frames = genomes(&studio, "frames.flam3");
    let [one, two] = ["one.flam3", "two.flam3"].map(|file| genomes(&studio, file).remove(0));
    assert_eq!(frames.len(), 12);
    let same = |found: &Genome, expected: &Genome| {
        assert_eq!(
            (&found.xforms, &found.palette),
            (&expected.xforms, &expected.palette)
        );
    };
    same(&frames[1], &loop_genome(&one, 0.25));
    same(&frames[6], &edge_genome(&one, &two, 0.5));
    same(&frames[11], &loop_genome(&two, 0.75));
    let times: Vec<f64> = frames.iter().map(|frame| frame.time).collect();
    assert_eq!(times, (0..12).map(f64::from).collect::<Vec<_>>());
    // And are a keyframed file.
    let outcome = studio.must(&format!("animate frames.flam3 --end 1 -o out/ {SMALL}"));
    assert!(
        outcome.stdout.contains("12 key genomes"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn stagger_and_pace_change_the_middle_of_an_edge_and_not_its_beginning() {
    let studio = Studio::new();
    for (args, out) in [
        ("", "plain"),
        ("--stagger 1", "stagger"),
        ("--easing linear", "linear"),
    ] {
        let args = format!("animate one.flam3 two.flam3 {args} --frames 4 -o {out}.flam3");
        studio.must(&args);
    }
    let [plain, stagger, linear] =
        ["plain.flam3", "stagger.flam3", "linear.flam3"].map(|file| genomes(&studio, file));
    assert_eq!(plain[0], stagger[0]);
    assert_eq!(plain[0], linear[0]);
    assert_ne!(plain[1], stagger[1]);
    assert_ne!(plain[1], linear[1]);
    let args = format!("animate one.flam3 two.flam3 --stagger 1 --frames 4 -o out/ {SMALL}");
    studio.must(&args);
    assert_eq!(studio.names("out").len(), 5);
}

#[test]
fn what_cannot_become_a_film_is_refused_before_anything_is_drawn() {
    let studio = Studio::new();
    for (args, expected) in [
        (
            "animate one.flam3 -o loop.avi",
            "no film has the ending .avi",
        ),
        (
            "animate one.flam3 broken.flam3 -o x.mp4",
            "broken.flam3: line 3",
        ),
        (
            "animate one.flam3 --size 8x8 -o x.mp4",
            "width is 8, it must be 16 to 4096",
        ),
        (
            "animate one.flam3 --frames 5000 -o x.mp4",
            "too many for a film; legal: at most 3600",
        ),
        (
            "animate one.flam3 --bits 16 -o x.mp4",
            "--bits is for frames",
        ),
        (
            "animate one.flam3 two.flam3 --as loop -o x.mp4",
            "a loop is of one genome, not 2",
        ),
        (
            "animate one.flam3 --as edge -o x.mp4",
            "an edge is between two genomes, not 1",
        ),
        (
            "animate one.flam3 --memory 1M -o x.mp4",
            "lower the size or the supersample",
        ),
    ] {
        studio.must_refuse(args, expected);
    }
}
