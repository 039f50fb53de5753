//! `woolgather genome`.

use serde_json::Value;
use woolgather_genome::parse_flames;

use crate::support::{Studio, flame};

/// A file as another program writes it, with a name that is read and one that is not.
const FOREIGN: &str = r#"<flames name="pack">
<flame name="petals" version="Apophysis 7X" size="640 480" scale="100" quality="10">
<xform weight="1" color="0" linear3D="0.5" no_such_variation="0.25" coefs="0.5 0 0 0.5 0 0"/>
<xform weight="1" color="1" spherical="0.5" coefs="0.5 0 0 0.5 0.5 0"/>
<color index="0" rgb="255 128 0"/>
</flame>
</flames>"#;

#[test]
fn a_check_says_everything_about_every_file_and_fails_for_a_broken_one() {
    let studio = Studio::new();
    studio.put("foreign.flame", FOREIGN);
    let outcome = studio.run("genome check one.flam3 broken.flam3 foreign.flame pair.flame");
    assert!(!outcome.is_success);
    let said = |words: &str| assert!(outcome.stdout.contains(words), "{}", outcome.stdout);
    said("one.flam3: 1 genome, nothing to remark");
    said("pair.flame: 2 genomes, nothing to remark");
    said("foreign.flame: 1 genome, ");
    said("xform 0: linear3D=\"0.5\"");
    said("xform 0: no_such_variation=\"0.25\" is left out");
    assert!(
        outcome.stderr.contains("broken.flam3: line 3"),
        "{}",
        outcome.stderr
    );
    studio.must("genome check one.flam3 foreign.flame");
    assert!(!studio.run("genome check --strict foreign.flame").is_success);
}

#[test]
fn every_broken_flame_of_a_file_is_said_with_its_own_line() {
    let studio = Studio::new();
    let broken = studio.text("broken.flam3");
    let (bad, good) = (flame(&broken), flame(&studio.text("one.flam3")).to_owned());
    studio.put(
        "three.flam3",
        format!("<flames>\n{bad}\n{good}\n{bad}\n</flames>"),
    );
    let outcome = studio.run("genome check three.flam3");
    assert!(!outcome.is_success);
    let lines = outcome
        .stderr
        .lines()
        .filter(|line| line.contains("<xform> color: \"2\""));
    assert_eq!(lines.count(), 2, "{}", outcome.stderr);
    let last = 1 + 3 + good.lines().count() + 2;
    let place = format!("three.flam3: line {last}: ");
    assert!(
        outcome.stderr.contains(&place),
        "{place}: {}",
        outcome.stderr
    );
}

#[test]
fn a_genome_that_no_renderer_could_draw_fails_its_check() {
    let studio = Studio::new();
    let huge = studio
        .text("one.flam3")
        .replace("size=\"1280 720\"", "size=\"16384 16384\"");
    studio.put("huge.flam3", huge);
    let outcome = studio.run("genome check huge.flam3");
    assert!(!outcome.is_success);
    let words = "flame 0: cannot be drawn at its own size and quality: ";
    assert!(outcome.stdout.contains(words), "{}", outcome.stdout);
}

#[test]
fn a_genome_that_a_flock_would_turn_away_fails_when_it_is_looked_at() {
    let studio = Studio::new();
    // Its only light lies far outside the picture.
    let away = FOREIGN.replace("scale=\"100\"", "scale=\"100\" center=\"900 900\"");
    studio.put("away.flame", away);
    assert!(studio.run("genome check away.flame").is_success);
    let outcome = studio.run("genome check --screen away.flame two.flam3");
    assert!(!outcome.is_success, "{outcome:?}");
    let words = "flame 0: a flock would turn it away: there is next to nothing to see";
    assert!(outcome.stdout.contains(words), "{}", outcome.stdout);
    studio.must("genome check --screen two.flam3");
}

#[test]
fn programs_read_one_object_a_line() {
    let studio = Studio::new();
    studio.put("foreign.flame", FOREIGN);
    let objects = |args: &str| -> Vec<Value> {
        let stdout = studio.run(args).stdout;
        let lines = stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    };
    let checks = objects("genome check --json broken.flam3 foreign.flame");
    assert!(checks[0]["errors"][0].as_str().unwrap().contains("line 3"));
    let dropped = checks[1]["remarks"].as_array().unwrap();
    let dropped = dropped
        .iter()
        .find(|remark| remark["kind"] == "dropped")
        .unwrap();
    assert_eq!(
        (&dropped["xform"], &dropped["line"]),
        (&Value::from(0), &Value::from(3))
    );

    let infos = objects("genome info --json one.flam3 pair.flame");
    assert_eq!(infos.len(), 3);
    assert_eq!(infos[0]["cost"]["samples"], 92_160_000);
    assert_eq!(infos[0]["xforms"].as_array().unwrap().len(), 7);
    assert_eq!(infos[2]["flame"], 1);
    let colors = infos[0]["measures"]["colors"].as_array().unwrap();
    let sum: f64 = colors.iter().map(|share| share.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
}

#[test]
fn info_says_what_is_in_a_genome() {
    let studio = Studio::new();
    let outcome = studio.must("genome info one.flam3");
    let genome = parse_flames(&studio.text("one.flam3")).unwrap().remove(0);
    for words in [
        "one.flam3: Cinder_Star",
        &genome.id().to_string(),
        "1280×720, quality 100: 92.2 million samples, ",
        "swirl 0.9154",
        "3 of 7 xforms turn",
        "  bounds     x -",
        "  shape      dimension 1.",
    ] {
        assert!(
            outcome.stdout.contains(words),
            "{words}: {}",
            outcome.stdout
        );
    }
}

#[test]
fn anything_that_is_read_is_written_as_plain_flam3() {
    let studio = Studio::new();
    studio.put("foreign.flame", FOREIGN);
    studio.must("render two.flam3 -o two.png --size 32x18 --quality 10");
    let outcome =
        studio.run("genome convert foreign.flame broken.flam3 pair.flame two.png -o all.flam3");
    assert!(!outcome.is_success, "{outcome:?}");
    assert!(outcome.stderr.contains("linear3D"), "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("all.flam3: 4 genomes"),
        "{}",
        outcome.stdout
    );
    let genomes = parse_flames(&studio.text("all.flam3")).unwrap();
    assert_eq!(genomes.len(), 4);

    studio.must("genome convert all.flam3 --split -o flock");
    let names = ["all-1.flam3", "all-2.flam3", "all-3.flam3", "all-4.flam3"];
    assert_eq!(studio.names("flock"), names);
    let outcome = studio.must("genome convert flock/all-3.flam3 -o -");
    assert_eq!(parse_flames(&outcome.stdout).unwrap()[0], genomes[2]);
    studio.must("genome check --strict all.flam3");
}

#[test]
fn a_floor_is_a_table_for_each_genome() {
    let studio = Studio::new();
    let outcome = studio.must("genome floor one.flam3 two.flam3 --size 64x36 --quality 10");
    let heads = outcome
        .stdout
        .lines()
        .filter(|line| line.ends_with("64×36, quality 10"));
    assert_eq!(heads.count(), 2, "{}", outcome.stdout);
    let rows = outcome
        .stdout
        .lines()
        .filter(|line| line.contains("noise, measured"));
    assert_eq!(rows.count(), 2, "{}", outcome.stdout);
}

#[test]
fn a_genome_may_use_the_artists_own_copy_of_flam3s_palettes() {
    let studio = Studio::new();
    let data: String = (0..256).map(|index| format!("00{index:02x}0000")).collect();
    let library =
        format!("<palettes><palette number=\"0\" name=\"reds\" data=\"{data}\"/></palettes>");
    studio.put("palettes.xml", library);
    let xml = FOREIGN
        .replace("<color index=\"0\" rgb=\"255 128 0\"/>", "")
        .replace("quality=\"10\"", "quality=\"10\" palette=\"0\"");
    studio.put("numbered.flame", xml);
    studio.must("genome convert numbered.flame --palettes palettes.xml -o own.flam3");
    let palette = &parse_flames(&studio.text("own.flam3")).unwrap()[0].palette;
    assert_eq!(palette.entries()[255], [1.0, 0.0, 0.0, 1.0]);
    let outcome = studio.run("genome convert numbered.flame -o x.flam3");
    assert!(
        !outcome.is_success && outcome.stderr.contains("palette"),
        "{outcome:?}"
    );
}
