//! The same plan gives the same bits: in every build, on every machine, for any number of threads.
//!
//! The digests in `data/golden.txt` hold for every profile; the project's test command runs this file both
//! optimised and not, so the frames are small. After a change that is meant to change pictures, run it once with
//! `UPDATE_GOLDEN=1` and review the diff: every renderer that is out there will disagree with the new ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use woolgather_genome::{Genome, TemporalFilter, TemporalFilterShape, parse_flames};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, FramePlan, RenderControl, StillSettings, plan_clip_frame,
    plan_still, render, with_threads,
};

fn golden_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden.txt")
}

/// The oracle genomes by name; they live with the parser's tests.
fn oracle_genomes() -> BTreeMap<String, Genome> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../genome/tests/data/oracle");
    let genomes = std::fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let genome = parse_flames(&std::fs::read_to_string(&path).unwrap())
            .unwrap()
            .remove(0);
        (
            path.file_stem().unwrap().to_string_lossy().into_owned(),
            genome,
        )
    });
    genomes.collect()
}

fn still(genome: &Genome, quality: f64) -> FramePlan {
    plan_still(
        genome,
        &StillSettings {
            width: 96,
            height: 72,
            quality,
            rng_seed: 7,
            ..StillSettings::default()
        },
    )
    .unwrap()
}

fn clip_frame(genomes: &ClipGenomes, frame: u32) -> FramePlan {
    let settings = ClipSettings {
        width: 96,
        height: 72,
        frames: 40,
        quality: 5.0,
        temporal_samples: 6,
        temporal_filter: TemporalFilter {
            shape: TemporalFilterShape::Gaussian,
            width: 1.0,
            exponent: 0.0,
        },
        rng_seed: 7,
    };
    plan_clip_frame(genomes, &settings, frame).unwrap()
}

/// BLAKE3 of the frame's 16-bit pixels and of its planes' digest.
fn digest(plan: &FramePlan, threads: usize) -> String {
    let frame = with_threads(threads, || render(plan, &RenderControl::unattended()))
        .unwrap()
        .unwrap();
    let mut bytes: Vec<u8> = frame
        .to_rgb16()
        .iter()
        .flat_map(|channel| channel.to_le_bytes())
        .collect();
    bytes.extend(frame.to_planes().digest());
    blake3::hash(&bytes).to_hex().to_string()
}

#[test]
fn every_frame_has_the_digest_that_was_written_down() {
    let genomes = oracle_genomes();
    assert_eq!(genomes.len(), 32);
    let mut plans: BTreeMap<String, FramePlan> = genomes
        .iter()
        .map(|(name, genome)| (name.clone(), still(genome, 5.0)))
        .collect();
    let turning = ClipGenomes::Loop(genomes["25_sheep_defaults"].clone());
    plans.insert("loop frame 0".into(), clip_frame(&turning, 0));
    plans.insert("loop frame 39".into(), clip_frame(&turning, 39));
    let passing = ClipGenomes::Edge(
        genomes["27_random_s3"].clone(),
        genomes["13_finalxform"].clone(),
    );
    plans.insert("edge frame 0".into(), clip_frame(&passing, 0));
    plans.insert("edge frame 20".into(), clip_frame(&passing, 20));

    let found = plans.iter().fold(String::new(), |mut text, (name, plan)| {
        writeln!(text, "{} {name}", digest(plan, 2)).unwrap();
        text
    });
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden_file(), &found).unwrap();
    }
    let golden = std::fs::read_to_string(golden_file()).unwrap();
    let changed: Vec<_> = found
        .lines()
        .zip(golden.lines())
        .filter(|(found, golden)| found != golden)
        .collect();
    assert!(
        changed.is_empty() && found.len() == golden.len(),
        "found and golden: {changed:#?}"
    );
}

#[test]
fn one_two_and_seven_threads_draw_the_same_frame() {
    let genomes = oracle_genomes();
    // Several slabs, with a final xform, xaos, density estimation, supersampling and random variations.
    let stills = [
        "13_finalxform",
        "14_xaos",
        "25_sheep_defaults",
        "27_random_s3",
    ];
    let stills = stills
        .iter()
        .map(|&name| (name, still(&genomes[name], 45.0)));
    let blurred = clip_frame(&ClipGenomes::Loop(genomes["31_random_s15"].clone()), 3);
    for (name, plan) in stills.chain([("motion blur", blurred)]) {
        let alone = digest(&plan, 1);
        assert_eq!(alone, digest(&plan, 2), "{name} with 2 threads");
        assert_eq!(alone, digest(&plan, 7), "{name} with 7 threads");
    }
}

#[test]
fn another_rng_seed_or_frame_is_another_picture() {
    let genome = &oracle_genomes()["01_linear"];
    let plan = |rng_seed| {
        plan_still(
            genome,
            &StillSettings {
                width: 48,
                height: 36,
                quality: 2.0,
                rng_seed,
                ..StillSettings::default()
            },
        )
        .unwrap()
    };
    assert_ne!(digest(&plan(1), 2), digest(&plan(2), 2));
    assert_ne!(digest(&plan(1), 2), digest(&plan(1 << 32 | 1), 2));
    let turning = ClipGenomes::Loop(genome.clone());
    assert_ne!(
        digest(&clip_frame(&turning, 0), 2),
        digest(&clip_frame(&turning, 1), 2)
    );
}
