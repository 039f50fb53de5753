//! `woolgather render`.

use std::io::Write as _;
use std::process::Stdio;

use image::{DynamicImage, GenericImageView as _};

use crate::support::{SMALL, Studio, flame};

impl Studio {
    fn picture(&self, name: &str) -> DynamicImage {
        image::open(self.path(name)).unwrap()
    }
}

#[test]
fn a_genome_becomes_a_picture_that_is_not_dark() {
    let studio = Studio::new();
    studio.must(&format!("render one.flam3 -o one.png {SMALL}"));
    let picture = studio.picture("one.png");
    assert_eq!(picture.dimensions(), (32, 18));
    let DynamicImage::ImageRgb8(pixels) = picture else {
        panic!("{:?}", picture.color());
    };
    assert!(pixels.iter().any(|&channel| channel > 64));
}

#[test]
fn sixteen_bits_are_the_same_picture_and_say_more() {
    let studio = Studio::new();
    studio.must(&format!("render one.flam3 -o eight.png {SMALL}"));
    studio.must(&format!(
        "render one.flam3 --bits 16 -o sixteen.png {SMALL}"
    ));
    let DynamicImage::ImageRgb16(wide) = studio.picture("sixteen.png") else {
        panic!("not 16 bits");
    };
    let cut: Vec<u8> = wide.iter().map(|channel| (channel >> 8) as u8).collect();
    assert_eq!(cut, studio.picture("eight.png").into_rgb8().into_raw());
    assert!(wide.iter().any(|channel| channel & 0xff != 0));
}

#[test]
fn threads_do_not_show_and_the_rng_seed_does() {
    let studio = Studio::new();
    for (args, out) in [
        ("--threads 1", "a"),
        ("--threads 2", "b"),
        ("--rng-seed 1", "c"),
    ] {
        studio.must(&format!("render one.flam3 {args} -o {out}.png {SMALL}"));
    }
    let [a, b, c] = ["a.png", "b.png", "c.png"].map(|name| studio.picture(name));
    assert!(a == b, "threads show");
    assert!(a != c, "the rng_seed does not show");
}

#[test]
fn several_flames_go_into_a_folder_under_their_files_names() {
    let studio = Studio::new();
    studio.must(&format!("render one.flam3 pair.flame -o previews {SMALL}"));
    assert_eq!(
        studio.names("previews"),
        ["one.png", "pair-1.png", "pair-2.png"]
    );
    let [first, second] = [1, 2].map(|n| studio.picture(&format!("previews/pair-{n}.png")));
    assert!(first != second, "one flame twice");
}

#[test]
fn a_single_flame_goes_into_a_folder_that_is_one_or_is_written_as_one() {
    let studio = Studio::new();
    studio.must(&format!("render one.flam3 -o new/ {SMALL}"));
    std::fs::create_dir(studio.path("old")).unwrap();
    studio.must(&format!("render one.flam3 -o old {SMALL}"));
    let [new, old] = ["new/one.png", "old/one.png"].map(|name| studio.picture(name));
    assert!(new == old);
}

#[test]
fn a_broken_file_is_said_with_its_place_and_the_others_are_drawn() {
    let studio = Studio::new();
    let args = format!("render one.flam3 broken.flam3 absent.flam3 two.flam3 -o out {SMALL}");
    let outcome = studio.run(&args);
    assert!(!outcome.is_success);
    let place = "broken.flam3: line 3: <xform> color: \"2\" is out of range; legal: 0 to 1";
    assert!(outcome.stderr.contains(place), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("absent.flam3"),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.ends_with("2 failed, as said above\n"),
        "{}",
        outcome.stderr
    );
    assert_eq!(studio.names("out"), ["one.png", "two.png"]);
}

#[test]
fn the_cost_is_said_before_the_picture_and_a_picture_above_the_limit_is_refused() {
    let studio = Studio::new();
    let outcome = studio.must(&format!("render one.flam3 -o one.png {SMALL}"));
    let first = outcome.stdout.lines().next().unwrap();
    assert!(
        first.starts_with("one.png: 32×18, 6 thousand samples, ") && first.ends_with(" of memory"),
        "{first}"
    );
    studio.must_refuse(
        "render one.flam3 -o big.png --size 4000x4000 --memory 64M",
        "big.png: ",
    );
}

#[test]
fn what_cannot_be_drawn_is_refused_by_name_before_anything_is_written() {
    let studio = Studio::new();
    studio.put("empty.flam3", "<flames/>");
    studio.put("long.flam3", " ".repeat(512 * 1024 + 1));
    studio.put("notes.txt", "dear diary");
    studio.put("noise.bin", [0xff; 16]);
    for (args, expected) in [
        ("render absent.flam3 -o out", "absent.flam3"),
        ("render notes.txt -o out.png", "notes.txt"),
        ("render noise.bin -o out.png", "noise.bin"),
        ("render empty.flam3 -o out.png", "empty.flam3"),
        (
            "render long.flam3 -o out.png",
            "longer than a genome may be",
        ),
        (
            "render one.flam3 -o out.png --size 9x9 --quality 1e300",
            "out.png",
        ),
        (
            "render one.flam3 -o out.png --size 9x9 --quality NaN",
            "--quality",
        ),
        ("render one.flam3 -o out.png --size 4000000000x9", "out.png"),
        (
            "render one.flam3 ./one.flam3 -o out",
            "two files would be called",
        ),
        (
            "render one.flam3 two.flam3 -o notes.txt",
            "notes.txt is a file",
        ),
    ] {
        studio.must_refuse(args, expected);
    }
}

#[test]
fn a_picture_carries_its_genome_and_is_drawn_again_from_it() {
    let studio = Studio::new();
    studio.must(&format!("render two.flam3 -o first.png {SMALL}"));
    studio.must("render first.png --backend cpu -o second.png");
    assert!(studio.picture("first.png") == studio.picture("second.png"));
    image::RgbImage::new(2, 2)
        .save(studio.path("photo.png"))
        .unwrap();
    studio.must_refuse(
        "render photo.png -o out.png",
        "photo.png: the picture carries no genome",
    );
}

#[test]
fn a_genome_may_come_from_standard_input() {
    let studio = Studio::new();
    let mut child = studio
        .command(&format!("render - -o piped.png {SMALL}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let text = studio.text("one.flam3");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
    studio.must(&format!("render one.flam3 -o one.png {SMALL}"));
    assert!(studio.picture("piped.png") == studio.picture("one.png"));
}

#[test]
fn a_transparent_picture_has_alpha_and_an_exr_is_one() {
    let studio = Studio::new();
    studio.must(&format!(
        "render one.flam3 --transparent -o clear.png {SMALL}"
    ));
    let DynamicImage::ImageRgba8(pixels) = studio.picture("clear.png") else {
        panic!("no alpha");
    };
    let alphas: Vec<u8> = pixels.pixels().map(|pixel| pixel[3]).collect();
    assert!(
        alphas.iter().any(|&alpha| alpha < 50),
        "nothing shows through"
    );
    assert!(
        alphas.iter().any(|&alpha| alpha > 200),
        "everything shows through"
    );

    studio.must(&format!("render one.flam3 -o light.exr {SMALL}"));
    let exr = std::fs::read(studio.path("light.exr")).unwrap();
    assert!(exr.starts_with(&[0x76, 0x2f, 0x31, 0x01]));
    studio.must(&format!("render one.flam3 --format exr -o folder/ {SMALL}"));
    assert_eq!(std::fs::read(studio.path("folder/one.exr")).unwrap(), exr);
}

#[test]
fn the_camera_follows_scale_zoom_and_supersample() {
    let studio = Studio::new();
    studio.must("render one.flam3 --backend cpu -o small.png --scale 0.025 --quality 10");
    assert_eq!(studio.picture("small.png").dimensions(), (32, 18));
    studio.must(&format!("render one.flam3 -o same.png {SMALL}"));
    assert!(studio.picture("small.png") == studio.picture("same.png"));
    studio.must(&format!("render one.flam3 --zoom -1 -o far.png {SMALL}"));
    studio.must(&format!(
        "render one.flam3 --supersample 2 -o fine.png {SMALL}"
    ));
    for other in ["far.png", "fine.png"] {
        assert!(
            studio.picture("same.png") != studio.picture(other),
            "{other}"
        );
    }
    studio.must_refuse(
        "render one.flam3 --zoom 11 -o x.png",
        "a number from -10 to 10",
    );
}

#[test]
fn early_clip_and_true_filters_make_other_pictures() {
    let studio = Studio::new();
    // A filter that flam3 wires to another kernel, wide enough to show.
    let xml = studio.text("one.flam3");
    let xml = xml
        .replace("filter_shape=\"gaussian\"", "filter_shape=\"lanczos3\"")
        .replace("filter=\"0.75\"", "filter=\"2\"");
    studio.put("lanczos3.flam3", xml);
    for (args, out) in [("", "a"), ("--early-clip", "b"), ("--true-filters", "c")] {
        studio.must(&format!(
            "render lanczos3.flam3 {args} -o {out}.png {SMALL}"
        ));
    }
    let [plain, clipped, wired] = ["a.png", "b.png", "c.png"].map(|name| studio.picture(name));
    // Not assert_ne: it would print the pictures.
    assert!(plain != clipped, "early clip changes nothing");
    assert!(plain != wired, "the true filter changes nothing");
}

#[test]
fn between_key_genomes_there_is_a_picture_at_any_time() {
    let studio = Studio::new();
    let [one, two] = ["one.flam3", "two.flam3"].map(|name| studio.text(name));
    let at = |xml: &str, time: &str| flame(xml).replace("time=\"0\"", &format!("time=\"{time}\""));
    let keys = format!("<flames>{}{}</flames>", at(&one, "0"), at(&two, "10"));
    studio.put("keys.flam3", keys);
    for (file, args, out) in [
        ("keys", "--time 0", "start"),
        ("keys", "--time 4.5", "middle"),
        ("one", "", "one"),
    ] {
        studio.must(&format!("render {file}.flam3 {args} -o {out}.png {SMALL}"));
    }
    assert!(studio.picture("start.png") == studio.picture("one.png"));
    assert!(studio.picture("middle.png") != studio.picture("one.png"));
    studio.must_refuse(
        "render pair.flame --time 1 -o x.png",
        "pair.flame: the time of key genome",
    );
}
