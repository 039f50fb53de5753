//! `woolgather compare`: the same picture, or two.

use crate::support::Studio;

#[test]
fn renderings_of_one_flame_are_one_picture_and_another_flame_is_another() {
    let studio = Studio::new();
    let draw = |genome: &str, seed: u32, to: &str| {
        studio.must(&format!(
            "render {genome} --size 96x54 --quality 200 --backend cpu --rng-seed {seed} -o {to}"
        ));
    };
    for (name, number) in [("a.flam3", 0), ("b.flam3", 1)] {
        let xml = woolgather_genome::starter_flock()[number].xml;
        std::fs::write(studio.path(name), xml).unwrap();
    }
    draw("a.flam3", 1, "one.png");
    draw("a.flam3", 1, "again.png");
    draw("b.flam3", 1, "other.png");
    let same = studio.must("compare one.png again.png");
    assert!(
        same.stdout.starts_with("the same picture"),
        "{}",
        same.stdout
    );
    let json = studio.must("compare one.png again.png --json").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (json["same"].as_bool(), json["luma_worst"].as_f64()),
        (Some(true), Some(0.0))
    );
    studio.must_refuse("compare one.png other.png", "two pictures");
    studio.must("render a.flam3 --size 32x18 --quality 5 --backend cpu -o small.png");
    studio.must_refuse("compare one.png small.png", "different sizes");
    studio.must_refuse("compare one.png none.png", "cannot read none.png");
}
